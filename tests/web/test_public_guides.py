"""A guide holds what 附件7·第七条 asks for, in sentences, says what is unverified, and can be taken along."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from tests.apps.county import County, at, new_county
from yinuo.engine.rules import pack

PARTS = ("办什么", "条件", "材料", "流程", "时限", "办理人和联系方式", "收费", "监管要求", "能不能承诺", "法律依据")


@pytest.fixture
def county(db: None, monkeypatch: pytest.MonkeyPatch) -> County:
    monkeypatch.setattr(timezone, "now", lambda: at("2026-11-24 10:00"))
    return new_county()


def guide(matter_id: str) -> str:
    answer = Client().get(f"/guides/{matter_id}/")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_guide_of_a_promisable_matter_is_complete(county: County) -> None:
    shown = guide("eia_table")
    assert [part for part in (*PARTS, "承诺书示范文本") if part not in shown] == []


def test_which_projects_need_a_matter_is_a_sentence(county: County) -> None:
    shown = guide("soil_conservation_plan")
    assert "用地面积达到 5000 平方米；或者" in shown
    for matter_id in ("construction_permit", "fire_acceptance_filing", "drawing_review"):
        said = re.search(r"哪些项目要办：</b>([^<]*)", guide(matter_id))
        assert said
        assert said[1].endswith("。")
        assert not re.search(r"[<>≥≤]|（（|））|[a-z]", said[1])


def test_a_guide_leads_on_to_what_follows_and_to_its_other_cases(county: County) -> None:
    shown = guide("discharge_permit_key")
    assert "同一事项的其他情形" in shown
    assert 'href="/guides/discharge_permit_key_change/"' in shown
    following = next(row for row in pack().matters.values() if "soil_conservation_plan" in row.after)
    assert f'href="/guides/{following.id}/"' in guide("soil_conservation_plan")


def test_a_guide_carries_its_address_as_a_code_to_scan(county: County) -> None:
    shown = guide("eia_table")
    assert "http://testserver/guides/eia_table/" in shown
    assert "<svg" in shown[shown.index("带走这份指南") :]


def test_what_nobody_has_checked_is_marked_where_it_stands(county: County) -> None:
    matter = next(row for row in pack().matters.values() if row.provenance == "unverified")
    shown = guide(matter.id)
    assert "本页内容尚未核对原文" in shown
    unverified = [cite for cite in matter.basis if pack().sources[cite.partition("#")[0]].provenance == "unverified"]
    basis = shown[shown.index("<h2>法律依据") :]
    assert basis.count("尚未核对原文") == len(unverified)
