"""Getting in, several at once: one account a number, one decision a request, one use of a code, a proof and a link."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apps.county import BEGAN, Company, County, at, new_company, new_county, new_person
from tests.apps.matrix.accounts import proof
from tests.apps.test_credit_together import together
from tests.apps.test_onemap import PDF
from yinuo.core.codes import make_credit_code
from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.people.actions import end_binding
from yinuo.engine.people.models import AuthorisedPerson, Person, ProjectUnit
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.accounts import actions as accounts
from yinuo.rooms.accounts.models import Admission, PhoneCode, Purpose
from yinuo.rooms.accounts.province import Claims

NOON = at("2026-11-06 12:00")
PHONE, PASSWORD = "13993012345", "hua-jiao-2026"
CODE = make_credit_code("622927", "00000090")


@pytest.fixture
def place(committed_db: str) -> tuple[County, Company]:
    county = new_county()
    county.person("window", "government_services")
    return county, new_company()


def refusals(results: list[object]) -> list[str]:
    unexpected = [result for result in results if isinstance(result, Exception) and not isinstance(result, Refused)]
    assert unexpected == []
    return sorted(result.code for result in results if isinstance(result, Refused))


def asked(person: Person) -> dict[str, Any]:
    own = Actor(person.pk, "person")
    file = store_upload(actor=own, name="执照.pdf", content=PDF, unit_id=None, at=NOON)
    return {
        "actor": own, "credit_code": CODE, "unit_name": "积石山县河湾食品有限公司", "unit_type": "enterprise",
        "address": "", "legal_representative": "马河湾", "own": False, "may_sign": True, "licence_id": file.pk,
        "letter_id": file.pk, "at": NOON,
    }  # fmt: skip


def test_two_presses_send_one_code(place: tuple[County, Company]) -> None:
    results = together(*[lambda: accounts.ask_code(phone=PHONE, purpose=Purpose.JOIN, at=NOON)] * 3)
    assert refusals(results) == ["accounts.code_soon"] * 2
    assert PhoneCode.objects.count() == 1


def test_one_number_makes_one_account(place: tuple[County, Company]) -> None:
    proofs = [proof(PHONE, Purpose.JOIN, NOON) for _ in range(3)]
    results = together(
        *(lambda pk=pk: accounts.join(proof_id=pk, name="马新来", password=PASSWORD, at=NOON) for pk in proofs)
    )
    assert refusals(results) == ["accounts.phone_taken"] * 2
    assert Person.objects.filter(phone=PHONE).count() == 1


def test_one_proof_serves_once(place: tuple[County, Company]) -> None:
    pk = proof(PHONE, Purpose.JOIN, NOON)
    results = together(*[lambda: accounts.join(proof_id=pk, name="马新来", password=PASSWORD, at=NOON)] * 3)
    assert refusals(results) == ["accounts.proof"] * 2
    assert Person.objects.filter(phone=PHONE).count() == 1


def test_asked_and_decided_at_once_it_is_one_request_and_one_decision(place: tuple[County, Company]) -> None:
    county, _ = place
    said = asked(new_person("马新来"))
    made = together(*[lambda: accounts.ask_admission(**said)] * 3)
    assert refusals(made) == []
    found = Admission.objects.get()
    assert WorkItem.objects.filter(kind="admission").count() == 1
    clerk, convener = county.actor("window", "government_services"), county.actor("general_convener")
    results = together(
        lambda: accounts.admit(actor=clerk, admission_id=found.pk, may_sign=True, at=NOON),
        lambda: accounts.decline(actor=convener, admission_id=found.pk, why="看不清", at=NOON),
        lambda: accounts.withdraw_admission(actor=said["actor"], admission_id=found.pk, at=NOON),
    )
    assert refusals(results) == ["accounts.decided"] * 2
    found.refresh_from_db()
    admitted = found.state == "admitted"
    assert (
        AuthorisedPerson.objects.filter(unit__credit_code=CODE).count()
        == ProjectUnit.objects.filter(credit_code=CODE).count()
        == admitted
    )


def test_two_requests_granted_at_once_register_one_unit(place: tuple[County, Company]) -> None:
    county, _ = place
    for name in ("马甲", "马乙"):
        accounts.ask_admission(**asked(new_person(name)))
    clerk, convener = county.actor("window", "government_services"), county.actor("general_convener")
    first, second = Admission.objects.order_by("id")
    results = together(
        lambda: accounts.admit(actor=clerk, admission_id=first.pk, may_sign=True, at=NOON),
        lambda: accounts.admit(actor=convener, admission_id=second.pk, may_sign=True, at=NOON),
    )
    assert refusals(results) == []
    assert ProjectUnit.objects.filter(credit_code=CODE).count() == 1
    assert AuthorisedPerson.objects.filter(unit__credit_code=CODE, confirmed_at__isnull=False).count() == 2


def test_a_link_is_accepted_once(place: tuple[County, Company]) -> None:
    _, company = place
    letter = store_upload(actor=company.actor, name="委托书.pdf", content=PDF, unit_id=company.unit.pk, at=NOON)
    made, secret = accounts.invite(
        actor=company.actor,
        unit_id=company.unit.pk,
        name="马接手",
        phone=PHONE,
        basis="委托书",
        letter_id=letter.pk,
        may_sign=True,
        from_on=NOON.date(),
        to_on=None,
        at=NOON,
    )
    proofs = [proof(PHONE, Purpose.INVITED, NOON) for _ in range(2)]
    results = together(
        *(lambda pk=pk: accounts.accept(secret=secret, proof_id=pk, password=PASSWORD, at=NOON) for pk in proofs),
        lambda: accounts.take_back(actor=company.actor, invitation_id=made.pk, at=NOON),
    )
    assert len(refusals(results)) == 2
    made.refresh_from_db()
    assert Person.objects.filter(phone=PHONE).count() == AuthorisedPerson.objects.filter(person__phone=PHONE).count()
    assert (made.taken_back_at is None) == (made.binding_id is not None)


def test_the_last_two_persons_cannot_both_end_themselves(place: tuple[County, Company]) -> None:
    _, company = place
    second = AuthorisedPerson.objects.create(
        person=new_person("第二经办人"),
        unit=company.unit,
        basis="授权",
        from_on=BEGAN,
        confirmed_at=at("2023-02-20 09:00"),
    )
    rows = [company.binding, second]
    actors = [Actor(row.person_id, "unit", unit_id=company.unit.pk) for row in rows]
    results = together(
        *(
            lambda row=row, actor=actor: end_binding(actor=actor, binding=row, at=NOON, why="离职")
            for row, actor in zip(rows, actors, strict=True)
        )
    )
    assert refusals(results) == ["people.last_person"]
    assert AuthorisedPerson.objects.filter(unit=company.unit, to_on__isnull=True).count() == 1


def test_two_platform_logins_at_once_register_one_unit(place: tuple[County, Company]) -> None:
    said = [Claims(name, "", CODE, "积石山县河湾食品有限公司", "马河湾", False) for name in ("马甲", "马乙")]
    results = together(
        *(
            lambda one=one: accounts.accept_platform_login(person_id=None, claims=one, issuer="省", at=NOON)
            for one in said
        )
    )
    assert refusals(results) == []
    assert (
        ProjectUnit.objects.filter(credit_code=CODE).count(),
        AuthorisedPerson.objects.filter(unit__credit_code=CODE).count(),
    ) == (1, 2)
