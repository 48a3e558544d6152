"""Who acts for the company: named with a letter, waiting for the hall, in force, ended."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.apps.county import at, new_person
from tests.web.unit_desk import Desk, new_desk, pdf, signed_in
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.people.actions import confirm_binding
from yinuo.engine.people.models import AuthorisedPerson, Person


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


@pytest.fixture
def colleague(db: None) -> Person:
    return new_person("韩秀英")


def sent(person: Person, **changes: Any) -> dict[str, Any]:
    return {
        "name": person.name,
        "account": person.username,
        "scope": "sign",
        "from_on": "2026-11-06",
        "to_on": "2027-11-05",
        "basis": "授权委托书〔2026〕3号",
        "letter": pdf("委托书.pdf", b"l"),
    } | changes


def test_who_acts_for_the_company_is_listed_with_scope_and_span(desk: Desk) -> None:
    page = desk.get("/persons/")
    assert desk.company.person.name in page
    assert "（您）" in page
    assert "可签署承诺" in page
    assert desk.company.person.phone not in page
    assert "2023年2月20日起" in page


def test_another_is_named_with_a_letter_and_waits_for_the_hall(desk: Desk, colleague: Person) -> None:
    desk.post("/persons/authorise/", sent(colleague))
    made = AuthorisedPerson.objects.get(person=colleague)
    assert (str(made.from_on), str(made.to_on), made.may_sign, made.confirmed_at) == (
        "2026-11-06",
        "2027-11-06",
        True,
        None,
    )
    page = desk.get("/persons/")
    assert "等政务大厅确认" in page
    assert f"/files/{made.letter_id}/" in page
    assert "2027年11月5日止" in page
    confirm_binding(actor=desk.county.actor("general_convener"), binding=made, may_sign=True, at=at("2026-11-06 10:00"))
    assert "等政务大厅确认" not in desk.get("/persons/")


def test_the_letter_stays_chosen_when_something_else_is_wrong(desk: Desk, colleague: Person) -> None:
    page = desk.post("/persons/authorise/", sent(colleague, name="韩秀"), status=200).content.decode()
    assert "没有姓名和登录名（手机号）都相符的账号" in page
    assert 'href="#id_account"' in page
    file = StoredFile.objects.get()
    assert f'<option value="{file.pk}" selected>' in page
    assert 'value="授权委托书〔2026〕3号"' in page
    desk.post("/persons/authorise/", {**sent(colleague), "letter": "", "library": str(file.pk)})
    assert AuthorisedPerson.objects.get(person=colleague).letter_id == file.pk


@pytest.mark.parametrize(
    ("changes", "message", "field"),
    [
        ({"letter": ""}, "请上传法定代表人签字盖章的授权委托书", "id_letter"),
        ({"from_on": "2026-11-05"}, "不能早于今天", "id_from_on"),
        ({"to_on": "2026-11-05"}, "应晚于开始的日期", "id_to_on"),
        ({"to_on": "9999-12-31"}, "2100 年以前", "id_to_on"),
        ({"from_on": "明天"}, "填写日期", "id_from_on"),
        ({"name": ""}, "填写姓名", "id_name"),
        ({"library": "999999"}, "", "id_library"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    desk: Desk, colleague: Person, changes: dict[str, Any], message: str, field: str
) -> None:
    page = desk.post("/persons/authorise/", sent(colleague, **changes), status=200).content.decode()
    assert message in page
    assert f'href="#{field}"' in page
    assert not AuthorisedPerson.objects.filter(person=colleague).exists()


def test_one_is_ended_with_a_reason_and_stands_among_the_former(desk: Desk, colleague: Person) -> None:
    desk.post("/persons/authorise/", sent(colleague))
    binding = AuthorisedPerson.objects.get(person=colleague)
    assert "填写为什么终止" in desk.post(f"/persons/{binding.pk}/end/", {}, status=200).content.decode()
    desk.post(f"/persons/{binding.pk}/end/", {"why": "离职"})
    page = desk.get("/persons/")
    assert "以前的经办人" in page
    assert "没有确认" in page


def test_the_last_one_finds_who_goes_on_before_they_end(desk: Desk, colleague: Person) -> None:
    path = f"/persons/{desk.company.binding.pk}/end/"
    page = desk.get(path)
    assert "您是最后一位经办人" in page
    assert "/persons/authorise/" in page
    assert "<textarea" not in page
    assert "最后一位经办人" in desk.post(path, {"why": "不办了"}, status=200).content.decode()
    AuthorisedPerson.objects.create(
        person=colleague,
        unit=desk.company.unit,
        basis="委托书",
        from_on=date(2026, 11, 1),
        confirmed_at=at("2026-11-01 09:00"),
    )
    assert "这是您自己" in desk.get(path)
    assert desk.post(path, {"why": "不办了"}).headers["Location"] == "/start/"
    assert desk.client.get("/persons/").status_code == 403


def test_persons_are_for_the_own_company(desk: Desk, colleague: Person) -> None:
    binding = desk.company.binding.pk
    for path in ("/persons/", "/persons/authorise/", f"/persons/{binding}/end/"):
        assert Client().get(path).headers["Location"].startswith("/accounts/login/")
        assert desk.official().get(path).status_code == 403
    stranger = desk.stranger()
    assert desk.company.person.name not in stranger.get("/persons/").content.decode()
    assert stranger.get(f"/persons/{binding}/end/").status_code == 403
    assert stranger.post(f"/persons/{binding}/end/", {"why": "替人"}).status_code == 403
    assert desk.client.get("/persons/999999/end/").status_code == 404


def test_a_letter_of_another_company_is_not_to_be_chosen(desk: Desk, colleague: Person) -> None:
    stranger = desk.stranger()
    stranger.post("/library/", {"files": pdf("别人的.pdf", b"x")})
    foreign = StoredFile.objects.get()
    page = desk.post(
        "/persons/authorise/", {**sent(colleague), "letter": "", "library": str(foreign.pk)}, status=200
    ).content.decode()
    assert "别人的.pdf" not in page
    assert not AuthorisedPerson.objects.filter(person=colleague).exists()


def test_the_list_takes_a_fixed_number_of_queries(
    desk: Desk, colleague: Person, django_assert_num_queries: Any
) -> None:
    desk.get("/persons/")
    with django_assert_num_queries(8):
        desk.get("/persons/")
    desk.post("/persons/authorise/", sent(colleague))
    desk.get("/persons/")
    with django_assert_num_queries(8):
        desk.get("/persons/")


def test_who_confirms_reads_the_letter_of_a_company_that_has_no_project_yet(desk: Desk, colleague: Person) -> None:
    desk.post("/persons/authorise/", sent(colleague))
    made = AuthorisedPerson.objects.get(person=colleague)
    convener = signed_in(desk.county.person("general_convener"))
    page = convener.get("/staff/people/").content.decode()
    assert f"/files/{made.letter_id}/" in page
    assert f'id="sign-{made.pk}" value="1" checked' in page
    assert convener.get(f"/files/{made.letter_id}/").status_code == 200
    assert desk.official().get(f"/files/{made.letter_id}/").status_code == 403
