"""A unit names who acts for it: with a letter, for a span, confirmed by an official, ended by either."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.apps.county import Company, County, at, new_company, new_person
from yinuo.engine.base import Forbidden, Refused
from yinuo.engine.notices.models import Message
from yinuo.engine.people.actions import authorise, confirm_binding, end_binding
from yinuo.engine.people.models import AuthorisedPerson, Person
from yinuo.engine.people.queries import bindings_of, former_persons_of, persons_of

NOON = at("2026-11-06 12:00")
TODAY = date(2026, 11, 6)


@pytest.fixture
def colleague(db: None) -> Person:
    return new_person("韩秀英")


def name(company: Company, person: Person, **changes: Any) -> AuthorisedPerson:
    values: dict[str, Any] = {
        "account": person.username, "name": person.name, "basis": "授权委托书〔2026〕3号", "letter_id": 7,
        "may_sign": True, "from_on": TODAY, "to_on": date(2027, 11, 6),
    } | changes  # fmt: skip
    return authorise(actor=company.actor, unit_id=company.unit.pk, at=NOON, **values)


def test_somebody_named_acts_only_once_confirmed_and_only_as_long_as_it_holds(
    county: County, company: Company, colleague: Person
) -> None:
    binding = name(company, colleague)
    assert bindings_of(colleague, TODAY) == []
    assert [row.pk for row in persons_of(company.unit.pk, TODAY)] == [company.binding.pk, binding.pk]
    confirm_binding(actor=county.actor("general_convener"), binding=binding, may_sign=True, at=NOON)
    assert [row.pk for row in bindings_of(colleague, TODAY)] == [binding.pk]
    assert bindings_of(colleague, date(2027, 11, 6)) == []
    assert [row.pk for row in former_persons_of(company.unit.pk, date(2027, 11, 6))] == [binding.pk]


def test_a_telephone_is_as_good_as_a_login_name(county: County, company: Company, colleague: Person) -> None:
    assert name(company, colleague, account=f" {colleague.phone} ").person == colleague


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"basis": " "}, "people.binding_basis", "basis"),
        ({"letter_id": None}, "people.binding_letter", "letter"),
        ({"from_on": date(2026, 11, 5)}, "people.binding_from", "from_on"),
        ({"to_on": TODAY}, "people.binding_span", "to_on"),
        ({"name": "韩秀"}, "people.person_unknown", "account"),
        ({"account": "nobody"}, "people.person_unknown", "account"),
        ({"account": ""}, "people.person_unknown", "account"),
    ],
)
def test_what_is_missing_or_wrong_is_refused_at_its_field(
    county: County, company: Company, colleague: Person, changes: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        name(company, colleague, **changes)
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert AuthorisedPerson.objects.filter(person=colleague).count() == 0


def test_whether_an_account_exists_is_not_told_to_who_cannot_name_its_owner(
    county: County, company: Company, colleague: Person
) -> None:
    said = []
    for changes in ({"name": "别人"}, {"account": "no-such-account"}):
        with pytest.raises(Refused) as refusal:
            name(company, colleague, **changes)
        said.append(str(refusal.value))
    assert said[0] == said[1]


def test_two_people_with_one_telephone_and_name_are_not_guessed_between(
    county: County, company: Company, colleague: Person
) -> None:
    Person.objects.create(username="double", name=colleague.name, phone=colleague.phone)
    with pytest.raises(Refused):
        name(company, colleague, account=colleague.phone)
    assert name(company, colleague).person == colleague


def test_nobody_is_named_twice_for_the_same_days(county: County, company: Company, colleague: Person) -> None:
    first = name(company, colleague)
    with pytest.raises(Refused, match="已经获得授权"):
        name(company, colleague)
    end_binding(actor=company.actor, binding=first, at=NOON, why="改期限")
    assert name(company, colleague, to_on=None).pk != first.pk


def test_one_with_a_last_day_can_be_ended_before_it(county: County, company: Company, colleague: Person) -> None:
    binding = name(company, colleague)
    confirm_binding(actor=county.actor("general_convener"), binding=binding, may_sign=False, at=NOON)
    end_binding(actor=company.actor, binding=binding, at=at("2026-11-09 09:00"), why="离职")
    assert AuthorisedPerson.objects.get(pk=binding.pk).to_on == date(2026, 11, 9)
    assert bindings_of(colleague, date(2026, 11, 9)) == []


def test_nobody_is_named_for_another_unit(county: County, company: Company, colleague: Person) -> None:
    other = new_company("积石山红崖建材有限公司")
    with pytest.raises(Forbidden):
        authorise(
            actor=other.actor, unit_id=company.unit.pk, account=colleague.username, name=colleague.name, basis="书",
            letter_id=1, may_sign=False, from_on=TODAY, to_on=None, at=NOON,
        )  # fmt: skip


def test_who_is_named_confirmed_and_ended_hears_of_each(county: County, company: Company, colleague: Person) -> None:
    binding = name(company, colleague)
    confirm_binding(actor=county.actor("general_convener"), binding=binding, may_sign=True, at=NOON)
    end_binding(actor=company.actor, binding=binding, at=NOON, why="岗位调整")
    told = Message.objects.filter(person=colleague, channel="site")
    assert {message.template for message in told} == {"authorised", "binding_confirmed", "binding_ended"}
    assert all(company.unit.name in message.body for message in told)


def test_who_ends_their_own_is_not_told_what_they_did(county: County, company: Company) -> None:
    """Somebody is there to go on."""
    another_person(company, "马接手")
    end_binding(actor=company.actor, binding=company.binding, at=NOON, why="离职")
    assert not Message.objects.exists()


def test_the_last_person_does_not_end_themselves(county: County, company: Company) -> None:
    """Nobody would be left who could name another. One who waits, or whose account is closed, is no successor."""
    waiting = another_person(company, "马等待", confirmed=False)
    closed = another_person(company, "马停用")
    Person.objects.filter(pk=closed.person_id).update(is_active=False)
    with pytest.raises(Refused, match="最后一位经办人"):
        end_binding(actor=company.actor, binding=company.binding, at=NOON, why="离职")
    confirm_binding(actor=county.actor("general_convener"), binding=waiting, may_sign=False, at=NOON)
    end_binding(actor=company.actor, binding=company.binding, at=NOON, why="离职")
    assert company.binding.to_on == NOON.date()


def another_person(company: Company, name: str, *, confirmed: bool = True) -> AuthorisedPerson:
    person = Person.objects.create_user(f"another-{name}", name=name)
    return AuthorisedPerson.objects.create(
        person=person, unit=company.unit, basis="委托书", from_on=NOON.date(), confirmed_at=NOON if confirmed else None
    )
