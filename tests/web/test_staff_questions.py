"""The staff's pages on units' questions and on units with a reserved name."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.apps.county import Company, County, at, new_company
from tests.apps.killing import counts
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.core.codes import make_credit_code
from yinuo.engine.people.models import ProjectUnit
from yinuo.rooms.projects.actions import ask_question
from yinuo.rooms.projects.models import Question

pytestmark = begins_with(guided)

__all__ = ["company", "county", "set_clock"]


@pytest.fixture
def question(county: County, company: Company, set_clock: SetClock) -> Question:
    project = guided(county, company)
    made = ask_question(actor=company.actor, project_id=project.pk, text="环评要多久？", at=at("2026-11-09 10:00"))
    set_clock("2026-11-10 10:00")
    return made


def url(question: Question) -> str:
    return f"/staff/questions/{question.pk}/"


def test_the_list_shows_what_waits_with_its_due_moment_and_leads_to_it(question: Question, county: County) -> None:
    page = text_of(desk(county, "general_convener").get("/staff/questions/"))
    assert "环评要多久？" in page
    assert "11月11日 18:00" in page
    assert url(question) in page


def test_the_inbox_leads_to_the_question(question: Question, county: County) -> None:
    assert url(question) in text_of(desk(county, "general_convener").get("/staff/"))


def test_the_convener_passes_it_on_and_the_department_answers(
    question: Question, county: County, company: Company
) -> None:
    convener, ecology = desk(county, "general_convener"), desk(county, "approver", "ecology")
    assert ecology.get(url(question)).status_code == 403
    answer = convener.post(url(question), {"do": "pass", "department_key": "ecology"})
    assert (answer.status_code, answer["Location"]) == (302, "/staff/questions/")
    page = text_of(ecology.get(url(question)))
    assert 'value="answer"' in page
    assert 'value="pass"' not in page
    assert ecology.post(url(question), {"do": "answer", "answer": "七个工作日"}).status_code == 302
    question.refresh_from_db()
    assert question.answer == "七个工作日"
    assert "七个工作日" in text_of(signed_in(company.person).get(f"/projects/{question.project_id}/questions/"))
    assert "环评要多久？" in text_of(convener.get("/staff/questions/?answered=1"))


def test_an_answer_is_published_for_everybody_and_taken_back(
    question: Question, county: County, company: Company
) -> None:
    convener, anybody = desk(county, "general_convener"), Client()
    assert "还没有公开的问答" in text_of(anybody.get("/answers/"))
    assert 'value="publish"' not in text_of(convener.get(url(question)))
    convener.post(url(question), {"do": "answer", "answer": "七个工作日"})
    assert "七个工作日</textarea>" in text_of(convener.get(url(question))), "the answer is there to be retold"
    said = {"do": "publish", "text": "报告表的审批要多久？", "answer": "七个工作日。"}
    named = convener.post(url(question), {**said, "text": f"{company.unit.name}的审批要多久？"})
    assert named.status_code == 422
    assert "公开的文字不写单位" in text_of(named)
    assert "的审批要多久？</textarea>" in text_of(named), "nothing typed is lost"
    Question.objects.update(matter_id="eia_table")
    assert convener.post(url(question), said)["Location"] == url(question)
    for page in ("/answers/", "/answers/?matter=eia_table", "/guides/eia_table/"):
        assert "报告表的审批要多久？" in text_of(anybody.get(page)), page
    assert "报告表的审批要多久？" not in text_of(anybody.get("/answers/?matter=drawing_review"))
    assert "报告表的审批要多久？" not in text_of(anybody.get("/guides/")), "it stands on its matter's guide"
    Question.objects.update(matter_id="")
    assert "报告表的审批要多久？" in text_of(anybody.get("/guides/")), (
        "what belongs to no matter stands on the list of all"
    )
    assert "报告表的审批要多久？" not in text_of(anybody.get("/guides/?stage=construction_permit"))
    assert convener.post(url(question), {"do": "withdraw", "why": ""}).status_code == 422
    assert convener.post(url(question), {"do": "withdraw", "why": "规定变了"}).status_code == 302
    for page in ("/answers/", "/guides/"):
        assert "报告表的审批要多久？" not in text_of(anybody.get(page)), page
    assert "报告表的审批要多久？</textarea>" in text_of(convener.get(url(question)))


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"do": "answer", "answer": ""}, "写明答复"),
        ({"do": "pass", "department_key": ""}, "选择承办部门"),
        ({"do": "pass", "department_key": "nowhere"}, "nowhere"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(
    question: Question, county: County, sent: dict[str, str], says: str
) -> None:
    convener = desk(county, "general_convener")
    before = counts()
    answer = convener.post(url(question), sent)
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert counts() == before


def test_a_question_answered_meanwhile_keeps_what_was_typed(question: Question, county: County) -> None:
    convener = desk(county, "general_convener")
    convener.post(url(question), {"do": "answer", "answer": "先答的"})
    answer = convener.post(url(question), {"do": "answer", "answer": "后答的，写了很久"})
    assert answer.status_code == 422
    assert "已经答复过" in text_of(answer)
    question.refresh_from_db()
    assert question.answer == "先答的"


def test_who_only_watches_reads_and_may_not_answer(question: Question, county: County) -> None:
    supervisor = desk(county, "supervisor")
    assert 'value="answer"' not in text_of(supervisor.get(url(question)))
    assert supervisor.post(url(question), {"do": "answer", "answer": "我来答"}).status_code == 403


def test_a_button_the_page_does_not_have_and_a_cursor_that_is_none(question: Question, county: County) -> None:
    convener = desk(county, "general_convener")
    assert convener.post(url(question), {"do": "delete"}).status_code == 403
    for after in ("x", "-1", "9" * 40, "１"):
        assert convener.get("/staff/questions/", {"after": after}).status_code == 200


@pytest.mark.parametrize("path", ["/staff/questions/", "/staff/questions/1/", "/staff/reserved/", "/staff/reserved/1/"])
def test_without_signing_in_or_as_a_company_nobody_gets_in(company: Company, path: str) -> None:
    assert Client().get(path).status_code == 302
    assert signed_in(company.person).get(path).status_code == 403


def test_the_list_asks_the_database_as_often_for_many_as_for_one(
    question: Question, county: County, company: Company, django_assert_num_queries: Any
) -> None:
    convener = desk(county, "general_convener")
    convener.get("/staff/questions/")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        convener.get("/staff/questions/")
    for number in range(8):
        ask_question(
            actor=company.actor, project_id=question.project_id, text=f"问题{number}", at=at("2026-11-09 11:00")
        )
    with django_assert_num_queries(len(one)):
        convener.get("/staff/questions/")


# -- reserved names

RESERVATION = {
    "name": "积石山县百合食品有限公司",
    "type": "enterprise",
    "reservation_no": "（甘）名称预核〔2026〕第9号",
}


def test_a_reserved_name_is_entered_and_later_given_its_code(county: County) -> None:
    window = desk(county, "administrator")
    answer = window.post("/staff/reserved/", RESERVATION)
    assert (answer.status_code, answer["Location"]) == (302, "/staff/reserved/")
    unit = ProjectUnit.objects.get(reservation_no=RESERVATION["reservation_no"])
    page = text_of(window.get("/staff/reserved/", {"q": "百合"}))
    assert f"/staff/reserved/{unit.pk}/" in page
    code = make_credit_code("622927", "00000077")
    assert window.post(f"/staff/reserved/{unit.pk}/", {"credit_code": code}).status_code == 302
    unit.refresh_from_db()
    assert unit.credit_code == code
    window.get("/staff/reserved/")
    assert "百合" not in text_of(window.get("/staff/reserved/"))
    assert "不能更换" in text_of(window.get(f"/staff/reserved/{unit.pk}/"))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "填写预先核准的名称"),
        ({"type": "family"}, "选择"),
        ({"reservation_no": ""}, "填写企业名称预先核准号"),
        ({"name": "长" * 121}, "不超过"),
    ],
)
def test_a_reservation_with_a_fault_is_told_at_its_field(county: County, changes: dict[str, str], says: str) -> None:
    before = counts()
    window = desk(county, "general_convener")
    before = counts()
    answer = window.post("/staff/reserved/", {**RESERVATION, **changes})
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert counts() == before


def test_a_number_entered_already_and_a_code_of_another_are_refused(county: County) -> None:
    window = desk(county, "general_convener")
    window.post("/staff/reserved/", RESERVATION)
    assert "已经登记过" in text_of(window.post("/staff/reserved/", RESERVATION))
    unit = ProjectUnit.objects.get(reservation_no=RESERVATION["reservation_no"])
    taken = new_company("别家公司").unit.credit_code
    for code, says in ((taken, "另一个单位名下"), ("914403001922038217", "有误"), ("", "填写统一社会信用代码")):
        answer = window.post(f"/staff/reserved/{unit.pk}/", {"credit_code": code})
        assert answer.status_code == 422
        assert says in text_of(answer)


def test_a_unit_with_a_licence_of_its_own_has_no_such_page(county: County, company: Company) -> None:
    assert desk(county, "administrator").get(f"/staff/reserved/{company.unit.pk}/").status_code == 403


@pytest.mark.parametrize("role", ["approver", "supervisor", "principal", "comprehensive"])
def test_others_of_the_staff_do_not_enter_units(county: County, role: str) -> None:
    assert desk(county, role).get("/staff/reserved/").status_code == 403
    assert desk(county, role).post("/staff/reserved/", RESERVATION).status_code == 403
