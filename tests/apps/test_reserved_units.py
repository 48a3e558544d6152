"""F-6: a unit that has only its name reserved is known by the reservation's number until it has a credit code."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.apps.county import Company, County, at, facts, new_company, new_person
from tests.apps.killing import counts
from yinuo.core.codes import make_credit_code
from yinuo.engine.base import Actor, Refused
from yinuo.engine.people.actions import (
    ask_binding,
    confirm_binding,
    give_credit_code,
    register_reserved_unit,
)
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.people.queries import actor_of_binding
from yinuo.engine.trail.models import Entry
from yinuo.rooms.projects.actions import file_project, open_draft
from yinuo.rooms.projects.models import Project

NOON = at("2026-11-06 12:00")
LATER = at("2026-11-10 09:00")
NUMBER = "（甘）名称预核内字〔2026〕第000123号"
CODE = make_credit_code("622927", "00000042")


def reserved(county: County, moment: datetime = NOON, **changes: Any) -> ProjectUnit:
    told = {"name": "积石山县花椒油有限公司", "type": "enterprise", "reservation_no": NUMBER, **changes}
    return register_reserved_unit(actor=county.actor("general_convener"), at=moment, **told)


def acting_for(county: County, unit: ProjectUnit) -> Actor:
    person = new_person("花椒油经办人")
    asked = ask_binding(actor=Actor(person.pk, "unit"), person=person, unit=unit, basis="授权书", at=NOON)
    return actor_of_binding(
        confirm_binding(actor=county.actor("general_convener"), binding=asked, may_sign=True, at=NOON)
    )


def test_a_unit_with_a_reserved_name_is_registered_by_its_number_and_the_trail_says_so(county: County) -> None:
    unit = ProjectUnit.objects.get(
        pk=reserved(county, name=" 积石山县花椒油有限公司 ", reservation_no=f" {NUMBER} ").pk
    )
    assert (unit.name, unit.reservation_no, unit.credit_code) == ("积石山县花椒油有限公司", NUMBER, None)
    entry = Entry.objects.get(verb="people.register_reserved_unit")
    assert (entry.subject_id, entry.at, entry.data["reservation_no"]) == (str(unit.pk), NOON, NUMBER)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "  "}, "people.unit_name"),
        ({"name": "长" * 121}, "people.unit_name"),
        ({"type": "club"}, "people.unit_type"),
        ({"reservation_no": " "}, "people.reservation_no"),
        ({"reservation_no": "1" * 41}, "people.reservation_no"),
    ],
)
def test_what_is_missing_or_too_long_is_refused_at_its_field(
    county: County, changes: dict[str, str], code: str
) -> None:
    county.actor("general_convener")
    before = counts()
    with pytest.raises(Refused) as refusal:
        reserved(county, **changes)
    assert refusal.value.code == code
    assert refusal.value.field == next(iter(changes))
    assert counts() == before


def test_a_reservation_is_registered_once(county: County) -> None:
    reserved(county)
    before = counts()
    with pytest.raises(Refused, match="已经登记过"):
        reserved(county, name="另一个名称有限公司")
    assert counts() == before


def test_the_credit_code_comes_once_and_the_reservation_stays_as_history(county: County) -> None:
    unit = reserved(county)
    convener = county.actor("general_convener")
    give_credit_code(actor=convener, unit_id=unit.pk, credit_code=f" {CODE} ", at=LATER)
    unit.refresh_from_db()
    assert (unit.credit_code, unit.reservation_no) == (CODE, NUMBER)
    entry = Entry.objects.get(verb="people.give_credit_code")
    assert (entry.at, entry.data) == (LATER, {"credit_code": CODE, "reservation_no": NUMBER})
    before = counts()
    for again in (CODE, make_credit_code("622927", "00000043")):
        with pytest.raises(Refused, match="不能更换"):
            give_credit_code(actor=convener, unit_id=unit.pk, credit_code=again, at=LATER)
    unit.refresh_from_db()
    assert unit.credit_code == CODE
    assert counts() == before


def test_a_code_with_a_wrong_check_character_is_refused(county: County) -> None:
    unit = reserved(county)
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    with pytest.raises(Refused, match="校验码") as refusal:
        give_credit_code(actor=county.actor("general_convener"), unit_id=unit.pk, credit_code=wrong, at=LATER)
    assert refusal.value.field == "credit_code"
    unit.refresh_from_db()
    assert unit.credit_code is None


def test_a_code_another_unit_has_is_refused(county: County, company: Company) -> None:
    unit = reserved(county)
    with pytest.raises(Refused, match="另一个单位名下"):
        give_credit_code(
            actor=county.actor("general_convener"),
            unit_id=unit.pk,
            credit_code=company.unit.credit_code or "",
            at=LATER,
        )
    unit.refresh_from_db()
    assert unit.credit_code is None
    assert not Entry.objects.filter(verb="people.give_credit_code").exists()


@pytest.mark.parametrize("catalogue_class", ["encouraged", "restricted"])
def test_without_a_credit_code_nothing_is_filed_and_the_reason_is_clear(county: County, catalogue_class: str) -> None:
    """Not even for manual handling; a draft may be kept for the day the licence is there."""
    unit = reserved(county)
    actor = acting_for(county, unit)
    told = facts(declarations={"catalogue_class": catalogue_class})
    draft = open_draft(actor=actor, unit_id=unit.pk, facts=told, at=NOON)
    before = counts()
    with pytest.raises(Refused, match="还没有统一社会信用代码，不能申报备案") as refusal:
        file_project(
            actor=actor, unit_id=unit.pk, facts=told, pledged=True, at=NOON, draft_id=draft.pk, idempotency_key="k1"
        )
    assert refusal.value.code == "projects.no_credit_code"
    assert refusal.value.remedy
    assert counts() == before
    give_credit_code(actor=county.actor("administrator"), unit_id=unit.pk, credit_code=CODE, at=LATER)
    filed = file_project(
        actor=actor, unit_id=unit.pk, facts=told, pledged=True, at=LATER, draft_id=draft.pk, idempotency_key="k1"
    )
    assert filed.project.facts["unit"]["credit_code"] == CODE
    assert Project.objects.count() == 1


def test_a_typed_credit_code_does_not_stand_in_for_a_registered_one(county: County) -> None:
    unit = reserved(county)
    actor = acting_for(county, unit)
    other = new_company("甘肃保安腰刀文旅有限公司").unit
    with pytest.raises(Refused, match="还没有统一社会信用代码"):
        file_project(
            actor=actor, unit_id=unit.pk, facts=facts(unit={"credit_code": other.credit_code}), pledged=True, at=NOON
        )
    assert not Project.objects.exists()
