"""Every condition of the county reads like a sentence."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from yinuo import packs
from yinuo.core.pack.load import load
from yinuo.core.wording import in_words


def test_no_condition_of_the_county_reads_like_a_formula() -> None:
    pack, day = load(Path(packs.__file__).parent / "jishishan"), date(2026, 11, 24)
    assert len(pack.predicates) > 100
    for name in pack.predicates:
        words = in_words(pack.condition(name, day), pack.facts)
        assert not re.search(r"[<>≥≤=＞]|（（|））|[a-z]_|为是|为否|之一", words), (name, words)
        assert not re.search(r"[\u4e00-\u9fff] (?=[\u4e00-\u9fff])", words), (name, words)
