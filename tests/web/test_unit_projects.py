"""The company's home and the pages of one project."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.apps.county import at, facts, graded
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from tests.web import staffdesk
from tests.web.unit_desk import Desk, new_desk, value_of
from yinuo.engine.documents.models import Document
from yinuo.engine.register import shapes
from yinuo.rooms.onemap.actions import confirm_review
from yinuo.rooms.projects.actions import answer_question, file_project, pass_question, withdraw_filing
from yinuo.rooms.projects.models import Amendment, ChangeRequest, Project


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


def filed(desk: Desk, **changes: Any) -> Project:
    project = file_project(
        actor=desk.company.actor,
        unit_id=desk.company.unit.pk,
        facts=facts(**changes),
        pledged=True,
        at=at("2026-11-03 09:12"),
    ).project
    return Project.objects.get(pk=project.pk)


def confirmed(desk: Desk) -> Project:
    project = filed(desk)
    confirm_review(actor=desk.county.actor("approver"), project_id=project.pk, at=at("2026-11-03 15:00"))
    return project


# -- home


def test_a_new_company_is_told_how_to_begin(desk: Desk) -> None:
    page = desk.get("/projects/")
    assert "还没有项目，从这里开始" in page
    assert 'href="/filing/"' in page


@begins_with(guided)
def test_home_tells_what_waits_for_the_company_and_the_nearest_date(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    page = desk.get("/projects/")
    assert project.name in page
    assert "可以承诺" in page
    assert f"/projects/{project.pk}/map/" in page
    assert "A-" in page
    assert 'href="/credit/"' in page


def test_home_shows_only_the_companys_own(desk: Desk) -> None:
    project = filed(desk)
    assert project.name not in desk.stranger().get("/projects/").content.decode()


def test_home_takes_the_same_queries_with_one_project_and_with_three(
    desk: Desk, django_assert_num_queries: Any
) -> None:
    filed(desk)
    desk.get("/projects/")
    with django_assert_num_queries(16):
        desk.get("/projects/")
    filed(desk, name="第二个项目")
    filed(desk, name="第三个项目")
    with django_assert_num_queries(16):
        desk.get("/projects/")


# -- the project's page


@begins_with(guided)
def test_the_project_page_shows_state_code_and_what_happened(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    page = desk.get(f"/projects/{project.pk}/")
    for words in (
        project.code,
        "已复核",
        "申报项目",
        "颁发信用备案证",
        "“一张图”生成",
        "部门反馈辅导意见",
        "2625 有机肥料及微生物肥料制造",
    ):
        assert str(words) in page
    assert "核验二维码" in page


def test_a_held_project_shows_its_trail_before_it_has_a_code(desk: Desk) -> None:
    project = filed(desk, declarations={"two_high_or_overcapacity": True})
    page = desk.get(f"/projects/{project.pk}/")
    assert "等人工办理" in page
    assert "申报项目" in page
    assert "下载信用备案证" not in page


def test_a_withdrawn_filing_says_why(desk: Desk) -> None:
    project = filed(desk)
    withdraw_filing(
        actor=desk.county.actor("approver"), project_id=project.pk, problem="实为限制类产品", at=at("2026-11-04 09:00")
    )
    page = desk.get(f"/projects/{project.pk}/")
    assert "实为限制类产品" in page
    assert "撤回备案" in page


PAGES = ("", "report/", "participants/", "questions/", "end/", "amend/", "amend/project/", "map/", "completion/")


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_a_project_are_for_its_own_company(desk: Desk, page: str) -> None:
    path = f"/projects/{confirmed(desk).pk}/{page}"
    assert Client().get(path).headers["Location"].startswith("/accounts/login/")
    assert desk.official().get(path).status_code == 403
    assert desk.stranger().get(path).status_code == 403
    desk.get(path)
    assert desk.client.get(f"/projects/999999/{page}").status_code == 404


@begins_with(guided)
def test_the_project_page_takes_a_fixed_number_of_queries(desk: Desk, django_assert_num_queries: Any) -> None:
    project = guided(desk.county, desk.company)
    desk.get(f"/projects/{project.pk}/")
    with django_assert_num_queries(19):
        desk.get(f"/projects/{project.pk}/")


# -- papers


def test_the_certificate_is_issued_once_and_anew_when_the_grade_has_changed(desk: Desk) -> None:
    project = filed(desk)
    path = f"/projects/{project.pk}/certificate/"
    first = desk.post(path).headers["Location"]
    assert desk.post(path).headers["Location"] == first
    paper = Document.objects.get(kind="filing_certificate")
    assert (paper.data["grade"], paper.data["colour"]) == ("A-", "green")
    answer = desk.client.get(first)
    assert answer.content.startswith(b"%PDF")
    graded(desk.company.unit, "B")
    second = desk.post(path).headers["Location"]
    assert second != first
    assert Document.objects.get(pk=int(second.split("/")[2])).data["colour"] == "blue"
    assert Document.objects.filter(kind="filing_certificate").count() == 2


def test_a_company_that_files_has_its_certificate_at_once_and_later_every_version_with_its_own_bytes(
    desk: Desk,
) -> None:
    project = filed(desk)
    first = desk.client.get(desk.post(f"/projects/{project.pk}/certificate/").headers["Location"]).content
    graded(desk.company.unit, "B")
    desk.post(f"/projects/{project.pk}/certificate/")
    page = " ".join(desk.get(f"/projects/{project.pk}/").split())
    old, new = Document.objects.filter(kind="filing_certificate").order_by("id")
    assert [f"信用备案证</a> {said}" in page for said in ("A- 级（已换新证）", "B 级 <span", "B 级（已换新证）")] == [
        True,
        True,
        False,
    ]
    assert desk.client.get(f"/documents/{old.pk}/").content == first
    assert desk.client.get(f"/documents/{new.pk}/").content != first


def test_a_paper_that_cannot_be_made_says_what_to_do_and_the_administrator_sees_why(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed(desk)
    paper = Document.objects.get()
    shape = shapes()["filing_certificate"][paper.template_version]
    monkeypatch.setitem(shapes()["filing_certificate"], paper.template_version, shapes()["receipt"][1])
    answer = desk.client.get(f"/documents/{paper.pk}/")
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "文书现在没有制作成功" in page
    assert "请过几分钟再试" in page
    assert "缺少" not in page
    seen = (
        staffdesk.desk(desk.county, "administrator")
        .get(reverse("admin:documents_paperfault_changelist"))
        .content.decode()
    )
    assert "缺少：" in seen
    assert str(paper.project_code) in seen
    monkeypatch.setitem(shapes()["filing_certificate"], paper.template_version, shape)
    assert desk.client.get(f"/documents/{paper.pk}/").content.startswith(b"%PDF")


def test_the_certificate_of_an_unrated_company_is_white(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = new_desk(monkeypatch, score=None)
    desk.post(f"/projects/{filed(desk).pk}/certificate/")
    data = Document.objects.get(kind="filing_certificate").data
    assert (data["grade"], data["colour"]) == (None, None)


def test_papers_are_not_made_by_looking_nor_by_strangers(desk: Desk) -> None:
    project = filed(desk)
    assert desk.client.get(f"/projects/{project.pk}/certificate/").status_code == 405
    assert desk.stranger().post(f"/projects/{project.pk}/certificate/").status_code == 403
    assert not desk.stranger().get(f"/documents/{Document.objects.get().pk}/").content.startswith(b"%PDF")
    assert Document.objects.get().file is None, (
        "the filing issued it; its paper is made by the job or for who may open it"
    )


def test_the_poster_names_who_builds(desk: Desk) -> None:
    project = confirmed(desk)
    first = desk.post(f"/projects/{project.pk}/poster/").headers["Location"]
    desk.post(
        f"/projects/{project.pk}/participants/",
        {"role": "design", "name": "兰州黄河建筑设计院", "credit_code": "91620000710375659t"},
    )
    second = desk.post(f"/projects/{project.pk}/poster/").headers["Location"]
    assert first != second
    assert Document.objects.latest("id").data["participants"] == [{"role": "设计单位", "name": "兰州黄河建筑设计院"}]
    assert desk.client.get(second).content.startswith(b"%PDF")


# -- what the company reports


def test_start_and_progress_are_reported(desk: Desk) -> None:
    project = confirmed(desk)
    path = f"/projects/{project.pk}/report/"
    desk.post(path, {"kind": "start", "on": "2026-11-05"})
    desk.post(path, {"kind": "investment", "on": "2026-11-06", "invested": "1，200.5"})
    page = desk.get(path)
    assert "1\u00a0200.5 万元" in page
    assert str(Project.objects.get(pk=project.pk).started_on) == "2026-11-05"


@pytest.mark.parametrize(
    ("sent", "message", "field"),
    [
        ({"kind": "start", "on": "2026-11-07"}, "不能晚于今天", "id_on"),
        ({"kind": "progress", "on": "2026-11-05", "percent": "50"}, "请先报送开工建设信息", ""),
        ({"kind": "progress", "on": "2026-11-05", "percent": "150"}, "100", "id_percent"),
        ({"kind": "start", "on": "昨天"}, "填写日期", "id_on"),
        ({"kind": "investment", "on": "2026-11-05", "invested": "很多"}, "输入一个数字", "id_invested"),
    ],
)
def test_a_faulty_report_is_named_at_its_field(desk: Desk, sent: dict[str, str], message: str, field: str) -> None:
    project = confirmed(desk)
    page = desk.post(f"/projects/{project.pk}/report/", sent, status=200).content.decode()
    assert message in page
    assert not field or f'href="#{field}"' in page
    assert not project.reports.exists()


def test_a_participant_with_a_wrong_code_is_refused_with_the_reason(desk: Desk) -> None:
    project = confirmed(desk)
    sent = {"role": "design", "name": "兰州黄河建筑设计院", "credit_code": "916200007103756590"}
    page = desk.post(f"/projects/{project.pk}/participants/", sent, status=200).content.decode()
    assert "统一社会信用代码有误" in page
    assert 'value="兰州黄河建筑设计院"' in page


def test_a_question_is_asked_and_its_answer_shown(desk: Desk) -> None:
    project = confirmed(desk)
    path = f"/projects/{project.pk}/questions/"
    assert "请写下您的问题" in desk.post(path, {"text": " "}, status=200).content.decode()
    desk.post(path, {"text": "消防设计要找哪家审？"})
    assert "等答复" in desk.get(path)
    convener = desk.county.actor("general_convener")
    question = project.questions.get()
    pass_question(actor=convener, question_id=question.pk, department_key="housing", at=at("2026-11-06 10:00"))
    answer_question(actor=convener, question_id=question.pk, answer="县住建局受理。", at=at("2026-11-06 11:00"))
    assert "县住建局受理。" in desk.get(path)


def test_the_company_ends_its_project_only_when_sure(desk: Desk) -> None:
    project = confirmed(desk)
    path = f"/projects/{project.pk}/end/"
    assert "确认以后才能终止" in desk.post(path, {"why": "资金不到位"}, status=200).content.decode()
    desk.post(path, {"why": "资金不到位", "sure": "on"})
    assert Project.objects.get(pk=project.pk).state == "terminated"
    assert "资金不到位" in desk.get(f"/projects/{project.pk}/")


def test_a_project_held_for_handling_by_hand_is_given_up_before_it_has_a_code(desk: Desk) -> None:
    project = filed(desk, declarations={"two_high_or_overcapacity": True})
    desk.post(f"/projects/{project.pk}/end/", {"why": "不建了", "sure": "on"})
    assert Project.objects.get(pk=project.pk).state == "terminated"
    assert "不建了" in desk.get(f"/projects/{project.pk}/")
    for page in ("map", "questions", "end", "completion", "participants"):
        assert desk.client.get(f"/projects/{project.pk}/{page}/").status_code < 500, page
    official = desk.official()
    for path in (
        f"/staff/projects/{project.pk}/",
        f"/staff/projects/{project.pk}/manual/",
        "/staff/projects/?state=terminated",
        "/staff/",
    ):
        assert official.get(path).status_code < 500, path


# -- amendments


def amend_form(desk: Desk, project: Project, slug: str) -> dict[str, str]:
    page = desk.get(f"/projects/{project.pk}/amend/{slug}/")
    return {"version": value_of(page, "version"), "key": value_of(page, "key")}


INDUSTRY = {"industry": "2625", "total_investment": "9100", "reason": "设备涨价"}


def shown_first(desk: Desk, url: str, sent: dict[str, Any]) -> dict[str, Any]:
    """What the change comes to is shown before it is confirmed; nothing is written yet."""
    page = desk.post(url, sent, status=200).content.decode()
    assert "请核对这次变更" in page
    return {**sent, "sure": value_of(page, "sure")}


def test_an_amendment_keeps_the_code_and_is_told(desk: Desk) -> None:
    project = confirmed(desk)
    url = f"/projects/{project.pk}/amend/industry/"
    sent = shown_first(desk, url, {**amend_form(desk, project, "industry"), **INDUSTRY})
    assert not Amendment.objects.exists()
    # Another figure than the one that was looked at is shown again.
    shown_first(desk, url, {**sent, "total_investment": "9200"})
    desk.post(url, sent)
    page = desk.get(f"/projects/{project.pk}/")
    assert "总投资：8\u00a0600 万元 → 9\u00a0100 万元" in page
    assert Project.objects.get().code == project.code


def test_an_amendment_from_a_stale_page_is_refused(desk: Desk) -> None:
    project = confirmed(desk)
    url = f"/projects/{project.pk}/amend/industry/"
    sent = shown_first(desk, url, {**amend_form(desk, project, "industry"), **INDUSTRY})
    desk.post(url, sent)
    page = desk.post(
        f"/projects/{project.pk}/amend/industry/", {**sent, "total_investment": "9900"}, status=200
    ).content.decode()
    assert "刚刚被别人改动过" in page
    assert 'value="9900"' in page


def test_a_major_change_asks_what_it_makes_open_and_waits_for_the_filing_office(desk: Desk) -> None:
    project = confirmed(desk)
    url = f"/projects/{project.pk}/amend/industry/"
    sent = {
        **amend_form(desk, project, "industry"),
        "industry": "3021",
        "total_investment": "8600",
        "reason": "改建水泥制品",
    }
    # The new industry has entries of the lists: they are asked on the same page, with what was typed.
    page = desk.post(url, sent, status=200).content.decode()
    also = re.findall(r'name="also" value="([^"]+)"', page)
    assert also and all(path.startswith("entries.") for path in also)
    told = shown_first(desk, url, {**sent, "also": also, **dict.fromkeys(also, "false")})
    answer = desk.post(url, told)
    assert answer.headers["Location"] == f"/projects/{project.pk}/"
    request = ChangeRequest.objects.get()
    assert (request.kind, request.state) == ("major", "pending")
    assert Project.objects.get().state == "confirmed"
    assert "重大变更" in desk.get(f"/projects/{project.pk}/")


def test_another_kind_becomes_a_new_filing_once_pledged_anew(desk: Desk) -> None:
    project = confirmed(desk)
    url = f"/projects/{project.pk}/amend/project/"
    told = {"name": project.name, "project_class": project.project_class, "content": "有机肥生产线"}
    sent = {**amend_form(desk, project, "project"), **told, "kind": "approval", "reason": "改用政府投资"}
    page = desk.post(url, sent, status=200).content.decode()
    assert "须重新备案并重新赋码" in page
    assert "重新作出备案信用承诺" in page
    answer = desk.post(url, {**sent, "pledge": "on"})
    new = Project.objects.get(replaces=project)
    assert answer.headers["Location"] == f"/projects/{new.pk}/"
    assert Project.objects.get(pk=project.pk).state == "terminated"
    assert str(project.code) in desk.get(f"/projects/{new.pk}/")
