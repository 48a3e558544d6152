"""What identifies a person, as others may read it: numbers by themselves, and in free text that companies and officials
wrote.
"""

from __future__ import annotations

import re

# Neighbouring letters or digits would make it part of a code: project and credit codes stay readable.
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?![0-9A-Za-z]|\.\d)")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx](?![0-9A-Za-z])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)


def mask_phone(value: str | None) -> str:
    """138****5678; anything that is no mobile number keeps its last two digits only."""
    text = "".join((value or "").split())
    if len(text) == 11 and text.isdecimal():
        return f"{text[:3]}****{text[-4:]}"
    return "*" * (len(text) - 2) + text[-2:] if len(text) > 2 else "*" * len(text)


def mask_id(value: str | None) -> str:
    """An identity number with its place, birthday and order hidden: first three, last two."""
    text = (value or "").strip()
    return text[:3] + "*" * (len(text) - 5) + text[-2:] if len(text) > 7 else "*" * len(text)


def masked(text: object) -> str:
    """The text with every mobile number, identity number and mail address hidden in its middle.

    **Example**: 联系马先生 13600009999 → 联系马先生 136****9999. A name in running text cannot be told from other
    words.
    """
    found = _IDENTITY.sub(lambda hit: mask_id(hit[0]), str(text))
    found = _MOBILE.sub(lambda hit: mask_phone(re.sub(r"[- ]", "", hit[1])), found)
    return _MAIL.sub(lambda hit: f"{hit[0][:1]}***@{hit[0].rsplit('@', 1)[1]}", found)
