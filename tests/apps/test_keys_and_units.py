"""Machines' keys: issued with an end, known by their beginning, announced before they end, revoked at once (U-9); and a
unit's hall.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.apps.county import BEGAN, Company, County, at, facts, new_company, new_person
from tests.apps.killing import counts
from tests.apps.test_onemap import FILED
from yinuo.core.codes import make_credit_code
from yinuo.engine.base import Actor, Forbidden, Refused
from yinuo.engine.notices.actions import warn_of_expiring_keys
from yinuo.engine.notices.models import Message
from yinuo.engine.people import actions as people
from yinuo.engine.people.models import (
    ApiKey,
    AuthorisedPerson,
    Department,
    Hall,
    Membership,
    ProjectUnit,
    Region,
)
from yinuo.engine.people.queries import actor_of_key, actor_of_membership, keys_of
from yinuo.engine.trail.models import Entry
from yinuo.rooms.projects.actions import file_project
from yinuo.rooms.projects.queries import hall_of_unit

NOON = at("2026-11-06 12:00")
END = at("2026-12-06 12:00")


def issued(county: County, department: str = "water") -> tuple[ApiKey, str]:
    county.actor("approver", department)
    member = county.people["approver", department]
    return people.issue_key(
        actor=county.actor("administrator"),
        person=member.person,
        membership=member,
        name="进度查询",
        expires_at=END,
        at=NOON,
    )


def test_a_key_is_known_by_its_beginning_and_kept_only_as_a_digest(county: County) -> None:
    key, secret = issued(county)
    key.refresh_from_db()
    assert secret.startswith(key.prefix)
    assert 6 < len(key.prefix) < 12
    assert secret not in str(ApiKey.objects.values().get())
    assert key.issued_at == NOON


def test_a_key_opens_until_the_instant_it_ends(county: County) -> None:
    _, secret = issued(county)
    assert actor_of_key(secret, END - timedelta(microseconds=1)) is not None
    assert actor_of_key(secret, END) is None


@pytest.mark.parametrize(
    ("name", "expires_at", "code"), [(" ", END, "people.key_name"), ("查询", NOON, "people.key_expiry")]
)
def test_a_key_without_a_use_or_without_a_future_is_refused(
    county: County, name: str, expires_at: object, code: str
) -> None:
    member = county.add("approver", "water")
    with pytest.raises(Refused) as refusal:
        people.issue_key(
            actor=county.actor("administrator"),
            person=member.person,
            membership=member,
            name=name,
            expires_at=expires_at,
            at=NOON,  # type: ignore[arg-type]
        )
    assert refusal.value.code == code
    assert ApiKey.objects.count() == 0


def test_a_revoked_key_opens_nothing_and_revoking_it_again_writes_nothing(county: County) -> None:
    key, secret = issued(county)
    people.revoke_key(actor=county.actor("administrator"), key_id=key.pk, at=NOON, why="丢失")
    assert actor_of_key(secret, NOON + timedelta(seconds=1)) is None
    before = counts()
    people.revoke_key(actor=county.actor("administrator"), key_id=key.pk, at=END, why="再来一次")
    assert counts() == before
    assert ApiKey.objects.get().revoked_at == NOON
    assert Entry.objects.get(verb="people.revoke_key").data["prefix"] == key.prefix


def test_its_holder_hears_of_the_end_a_fortnight_before_and_once(county: County) -> None:
    key, _ = issued(county)
    early = END - timedelta(days=14, seconds=1)
    assert warn_of_expiring_keys(at=early) == 0
    assert warn_of_expiring_keys(at=END - timedelta(days=14)) == 1
    assert warn_of_expiring_keys(at=END - timedelta(days=13)) == 0
    told = Message.objects.filter(template="key_expiring")
    assert {message.person_id for message in told} == {key.person_id}
    assert {message.channel for message in told} == {"site", "mail"}
    assert all("2026年12月6日" in message.body and key.prefix in message.body for message in told)


def test_nobody_is_told_of_a_key_that_is_revoked_or_has_ended(county: County) -> None:
    key, _ = issued(county)
    assert warn_of_expiring_keys(at=END) == 0
    people.revoke_key(actor=Actor.system(), key_id=key.pk, at=NOON, why="停用")
    assert warn_of_expiring_keys(at=END - timedelta(days=1)) == 0


def test_each_sees_the_keys_they_look_after(county: County, company: Company) -> None:
    mine, _ = issued(county)
    unit, _ = people.issue_key(
        actor=Actor.system(), person=company.person, unit=company.unit, name="企业系统", expires_at=END, at=NOON
    )
    assert set(keys_of(county.actor("administrator"))) == {mine, unit}
    assert set(keys_of(county.actor("approver", "water"))) == {mine}
    assert set(keys_of(company.actor)) == {unit}
    assert set(keys_of(county.actor("approver", "ecology"))) == set()


# -- the hall that keeps a unit


def abroad(role: str = "general_convener") -> Actor:
    hall = Hall.objects.create(name="东乡县政务服务大厅", region=Region.objects.create(code="622926", name="东乡县"))
    office = Department.objects.create(
        hall=hall, key="development_reform", name="东乡县发展和改革局", short_name="发改"
    )
    return actor_of_membership(
        Membership.objects.create(person=new_person("外县"), department=office, role=role, from_on=BEGAN)
    )


def asked(unit: ProjectUnit) -> AuthorisedPerson:
    person = new_person("新经办人")
    return people.ask_binding(actor=Actor(person.pk, "unit"), person=person, unit=unit, basis="授权书", at=NOON)


def test_a_unit_is_kept_by_the_hall_of_its_first_project(county: County, company: Company) -> None:
    stranger = abroad()
    assert hall_of_unit(company.unit) is None
    file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=FILED)
    assert hall_of_unit(company.unit) == county.hall.pk
    binding = asked(company.unit)
    with pytest.raises(Forbidden):
        people.confirm_binding(actor=stranger, binding=binding, may_sign=True, at=NOON)
    with pytest.raises(Forbidden):
        people.end_binding(actor=stranger, binding=company.binding, at=NOON, why="离职")
    assert (
        people.confirm_binding(
            actor=county.actor("general_convener"), binding=binding, may_sign=True, at=NOON
        ).confirmed_at
        == NOON
    )


def test_a_unit_without_a_project_is_kept_where_its_credit_code_was_given(county: County) -> None:
    stranger = abroad()
    local = new_company("本县公司", code=make_credit_code("622927", "00000123")).unit
    foreign = new_company("邻县公司", code=make_credit_code("622926", "00000124")).unit
    assert (hall_of_unit(local), hall_of_unit(foreign)) == (county.hall.pk, stranger.hall_id)
    with pytest.raises(Forbidden):
        people.confirm_binding(actor=county.actor("administrator"), binding=asked(foreign), may_sign=False, at=NOON)
    assert people.confirm_binding(actor=stranger, binding=asked(foreign), may_sign=False, at=NOON).confirmed_at == NOON


def test_a_unit_no_hall_keeps_yet_is_confirmed_by_any_hall(county: County) -> None:
    unit = new_company("外省公司", code="914403001922038216").unit
    assert hall_of_unit(unit) is None
    assert people.confirm_binding(actor=abroad(), binding=asked(unit), may_sign=False, at=NOON).confirmed_at == NOON
