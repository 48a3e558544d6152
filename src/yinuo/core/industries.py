"""The industry codes of GB/T 4754—2017: which there are, what they are called, and to which section they belong."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

FILE = "gbt4754_2017.txt"
STANDARD = "GB/T 4754—2017"
SECTIONS = "ABCDEFGHIJKLMNOPQRST"
CLASS_DIGITS = 4


@cache
def _codes() -> Mapping[str, tuple[str, str]]:
    """Code (two to four digits) → section letter and name."""
    text = (files("yinuo.core") / FILE).read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return {code: (section, name) for section, code, name in rows if code}


def digits(code: str) -> str:
    """The code without its section letter."""
    return code.lstrip(SECTIONS)


def name_of(code: str) -> str:
    """The official name; empty for a code the standard does not have."""
    return _codes().get(digits(code), ("", ""))[1]


def classes_of(code: str) -> list[tuple[str, str]]:
    """The four-digit classes under the code, with their names; a class is its own."""
    number = digits(code)
    return [
        (known, name)
        for known, (_section, name) in _codes().items()
        if len(known) == CLASS_DIGITS and known.startswith(number)
    ]


def code_fault(code: str) -> str:
    """What is wrong with the code, in words; empty when the standard has it under the letter given."""
    number = digits(code)
    known = _codes().get(number)
    if known is None:
        nearest = next((number[:size] for size in range(len(number) - 1, 1, -1) if number[:size] in _codes()), "")
        hint = f"；{nearest} 是{name_of(nearest)}，请从它下面选" if nearest else ""
        return f"{STANDARD} 没有代码 {number}{hint}"
    letter = code[: len(code) - len(number)]
    return "" if letter in ("", known[0]) else f"{number}（{known[1]}）属于门类 {known[0]}，不是 {letter}"
