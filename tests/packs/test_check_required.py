"""What the code asks of a pack is asked of every pack."""

from __future__ import annotations

import re
from pathlib import Path

from yinuo.core.pack.load import load
from yinuo.core.pack.references import REQUIRED

SOURCE = Path(__file__).resolve().parents[2] / "src/yinuo"


def test_every_parameter_named_in_the_code_is_required_of_a_pack() -> None:
    known = set(load(SOURCE / "packs/jishishan").parameters)
    named: dict[str, str] = {}
    for floor in ("core", "engine", "rooms", "ui", "faces", "site", "stories", "deploy", "config"):
        for file in (SOURCE / floor).rglob("*.py"):
            words = re.findall(r"\"([a-z_]+(?:\.[a-z_]+)+)\"", file.read_text(encoding="utf-8"))
            named.update({word: str(file.relative_to(SOURCE)) for word in words if word in known})
    forgotten = {name: file for name, file in named.items() if name not in REQUIRED}
    assert forgotten == {}, "add it to REQUIRED in core/pack/references.py and to packs/_template/parameters"


def test_every_required_parameter_is_in_the_template_and_the_county_s_pack() -> None:
    for pack in ("_template", "jishishan"):
        assert set(REQUIRED) - set(load(SOURCE / "packs" / pack).parameters) == set()
