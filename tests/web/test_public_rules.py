"""The rules laid open: as of any day, every value with its clause; and the list gives its reasons."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import yinuo.packs
from tests.apps.county import new_county
from yinuo.core.decision import plain
from yinuo.core.pack.load import load
from yinuo.core.tracks import MARK
from yinuo.engine.rules import pack
from yinuo.rooms.commitments import published as readings
from yinuo.site.rule_words import value_text
from yinuo.site.rules import SECTIONS, askable
from yinuo.ui import words

PACKS = Path(yinuo.packs.__file__).parent


@pytest.fixture(autouse=True)
def _county(db: None) -> None:
    readings.forget()
    new_county()


def text_of(url: str, data: dict[str, Any] | None = None) -> str:
    answer = Client().get(url, data or {})
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_the_overview_names_pack_version_hash_owner_and_every_source_with_its_provenance() -> None:
    page = text_of("/rules/")
    rules = pack()
    for text in (rules.id, rules.version, rules.hash, rules.owner, rules.jurisdiction):
        assert text in page
    assert {f'id="source-{name}"' in page for name in rules.sources} == {True}
    assert page.count("尚未核对原文</td>") == sum(
        source.provenance == "unverified" for source in rules.sources.values()
    )


def test_every_parameter_stands_there_with_its_reading_and_its_citation() -> None:
    page = text_of("/rules/parameters/")
    for parameter in pack().parameters.values():
        assert f"<code>{parameter.id}</code>" in page, parameter.id
        for value in parameter.values:
            assert value.reading in page
    assert page.count("#source-") >= sum(len(value.cites) for row in pack().parameters.values() for value in row.values)
    assert "60 %" in page
    assert "commitment.kinds" in page
    assert not re.search(r">(filing|enterprise|national_security)[、<]", page)


def test_the_negative_list_has_its_seven_sixty_three_and_four_rows_with_their_exceptions() -> None:
    page = text_of("/rules/negative-list/")
    ids = {
        part: sum(f'id="negative.{part}.' in line for line in page.split("<li "))
        for part in ("project", "matter", "regional")
    }
    assert ids == {"project": 7, "matter": 63, "regional": 4}
    for row in pack().negative:
        for exception in row.exceptions:
            assert exception.label in page


def test_bands_measures_points_and_hall_rules_are_all_shown() -> None:
    credit, hall = text_of("/rules/credit/"), text_of("/rules/hall/")
    for band in pack().scales[0].bands:
        assert f"{plain(band.low)} – {plain(band.high)}" in credit
    for rule in (*pack().measures, *pack().point_rules):
        assert rule.text in credit
    for hall_rule in pack().hall_rules:
        assert hall_rule.text in hall
    timing = text_of("/rules/timing/")
    for pause in pack().pauses:
        assert pause.label in timing


@pytest.mark.parametrize("section", ["", *SECTIONS])
def test_every_section_answers_for_a_day_before_the_rules_began(section: str) -> None:
    url = f"/rules/{section}/" if section else "/rules/"
    assert "这一天规则还没有生效" in text_of(url, {"on": "2020-01-01"})
    assert "这一天规则还没有生效" not in text_of(url, {"on": pack().valid_from.isoformat()})


def test_a_value_is_shown_as_out_of_force_on_a_day_outside_its_span() -> None:
    repealed = next(row for row in pack().parameters.values() if any(value.span.to_on for value in row.values))
    ends = next(value.span.to_on for value in repealed.values if value.span.to_on)
    assert isinstance(ends, date)
    before = text_of("/rules/parameters/", {"on": "2023-12-31"})
    assert (
        before.count("这一天不适用")
        == text_of("/rules/parameters/", {"on": ends.isoformat()}).count("这一天不适用")
        > 0
    )
    assert (
        "已废止" not in text_of("/rules/", {"on": "2023-03-01"}).split("中华人民共和国矿产资源法（1996年修正）")[1][:60]
    )
    assert "已废止" in text_of("/rules/", {"on": "2025-07-01"}).split("中华人民共和国矿产资源法（1996年修正）")[1][:60]


@pytest.mark.parametrize("typed", ["yesterday", "2026-13-01", "20261124", "9999999-01-01"])
def test_a_day_that_is_none_is_asked_for_again_and_today_is_shown(typed: str) -> None:
    page = text_of("/rules/", {"on": typed})
    assert "日期写作 2026-11-24" in page
    assert pack().hash in page


def test_a_section_that_is_none_is_not_found() -> None:
    assert Client().get("/rules/nonsense/").status_code == 404


# -- ask the list


NOTHING_SPECIAL = {
    "f.project_class": "private",
    "f.unit.type": "enterprise",
    "f.industry": "1371",
    "f.declarations.national_security_or_major_layout": "no",
    "f.declarations.catalogue_class": "encouraged",
    "f.declarations.foreign_restricted": "no",
    "f.declarations.verification_catalogue": "no",
    "f.declarations.two_high_or_overcapacity": "no",
    "f.declarations.public_body_building": "no",
    "f.site.heritage": "none",
}


def ask(matter: str, **facts: str) -> str:
    return text_of("/rules/ask/", {"matter": matter, "kind": "filing", "grade": "A", **facts})


def verdict(page: str) -> str:
    found = re.search(r'<div class="verdict (\w+)"', page)
    return found[1] if found else ""


def test_a_matter_off_the_list_that_is_offered_can_be_promised_by_a_good_company() -> None:
    page = text_of(
        "/rules/ask/", {"matter": "engineering_planning_permit", "kind": "filing", "grade": "A", **NOTHING_SPECIAL}
    )
    assert verdict(page) == "yes"
    assert "不在负面清单" in page
    assert "#source-jzb-2023-16" in page


def test_a_red_company_cannot_and_the_reason_has_its_clause() -> None:
    page = text_of(
        "/rules/ask/", {"matter": "engineering_planning_permit", "kind": "filing", "grade": "D", **NOTHING_SPECIAL}
    )
    assert verdict(page) == "no"
    assert "不适用信用承诺制改革各项措施" in page
    assert "附件2" in page


def test_a_listed_matter_cannot_be_promised_whatever_the_company() -> None:
    page = ask("construction_permit")
    assert verdict(page) == "no"
    assert "列入负面清单第二部分第 1 项" in page


def test_what_is_not_known_is_asked_next_and_answers_stay_in_the_form() -> None:
    # Whom a list concerns turns on the industry and is asked once that is known.
    page = ask("engineering_planning_permit", **{"f.industry": "1371"})
    assert verdict(page) == "open"
    for name in NOTHING_SPECIAL:
        assert f'name="{name}"' in page, name
    answered = ask("engineering_planning_permit", **{"f.declarations.foreign_restricted": "no"})
    assert re.search(r'name="f.declarations.foreign_restricted".*?value="no" selected', answered, re.S)


def test_the_conditional_row_is_decided_by_the_industry() -> None:
    listed = text_of(
        "/rules/ask/", {"matter": "eia_table", "kind": "filing", "grade": "A", **NOTHING_SPECIAL, "f.industry": "3011"}
    )
    free = text_of(
        "/rules/ask/",
        {
            "matter": "eia_table",
            "kind": "filing",
            "grade": "A",
            **NOTHING_SPECIAL,
            "f.industry": "2625",
            "f.annual_energy": "500",
        },
    )
    assert (verdict(listed), verdict(free)) == ("no", "yes")
    assert "肥料制造262" in free


def test_a_faulty_answer_is_told_at_its_field_and_nothing_is_decided() -> None:
    page = ask("eia_table", **{"f.industry": "肥料"})
    assert verdict(page) == ""
    assert 'href="#id_f.industry"' in page
    assert "errors-title" in text_of("/rules/ask/", {"matter": "no_such_matter"})


def test_what_only_an_official_confirms_is_not_asked_for_every_industry_at_once() -> None:
    assert askable(["confirmations.eia_142", "confirmations.eia_143", "industry", "kind"]) == ["industry"]
    named = [path for path in ("confirmations.eia_142",) if path in pack().facts]
    assert askable(named) == named


# -- an instance with nothing in it yet


def test_an_empty_county_has_a_home_page_that_says_so() -> None:
    page = text_of("/")
    assert "现在没有正在公示的承诺" in page
    assert "本年还没有落地的项目" in page


def test_the_statements_are_linked_from_every_page() -> None:
    page = text_of("/")
    assert 'href="/about/"' in page
    assert 'href="/accessibility/"' in page
    assert pack().owner in text_of("/about/")
    assert "WCAG 2.2" in text_of("/accessibility/")


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in PACKS.glob("*/pack.toml")), ids=lambda path: path.name
)
def test_a_value_that_is_a_name_in_the_rules_is_told_in_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Conditions as clauses in every pack; whatever else holds names of a pack's own things,
    in those that have them.
    """
    rules = load(folder)
    monkeypatch.setattr(words, "pack", lambda: rules)
    told = {row.id: value_text(row, value) for row in rules.parameters.values() for value in row.values}
    conditions = {name: text for name, text in told.items() if MARK in name}
    assert conditions or folder.name == "_template"
    names = re.compile(r"(?m)(?:^|[、 ])[a-z]+(?:_[a-z]+)*(?:$|[、 ])")
    assert {name: text for name, text in conditions.items() if names.search(text)} == {}
    if folder.name != "_template":
        assert {name: text for name, text in told.items() if names.search(text)} == {}
