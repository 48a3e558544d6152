from __future__ import annotations

import re
from pathlib import Path

import yinuo
from yinuo.engine.register import verbs

SOURCE = Path(yinuo.__file__).parent


def test_every_verb_the_rooms_record_has_words_for_the_trail() -> None:
    found = set()
    for file in [*SOURCE.glob("engine/**/*.py"), *SOURCE.glob("rooms/**/*.py")]:
        found |= set(
            re.findall(r'\brecord\(\s*[^,()]*(?:\([^()]*\))?,\s*"([a-z_]+\.[a-z_]+)"', file.read_text(encoding="utf-8"))
        )
    assert len(found) > 40
    assert found - set(verbs()) == set()
