"""What the county's pack says is said in words: offices, matters, stages and colours by their names, never by their
ids.
"""

from __future__ import annotations

import re
from datetime import date

from yinuo.core.pack.facets import facets
from yinuo.core.pack.load import load
from yinuo.deploy.packs import directory

DAY = date(2026, 11, 24)
IN_WORDS = re.compile(
    r"^(matter:[^.]+\.(office|after|materials|statutory|promised|offer|standard)|scheme:.*|class:.*)$"
)


def test_offices_matters_stages_and_colours_are_told_by_their_names() -> None:
    said = {key: facet.says for key, facet in facets(load(directory("jishishan")), DAY).items() if IN_WORDS.match(key)}
    assert len(said) > 200
    assert {key: says for key, says in said.items() if re.search(r"[a-z]{3,}", says)} == {}
    office = said["matter:engineering_planning_permit.office"]
    assert "自然资源局" in office
    assert "承诺件" in office
    assert "建设用地规划许可证" in said["matter:engineering_planning_permit.after"]
