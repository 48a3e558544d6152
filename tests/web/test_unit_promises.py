"""The company's promises at a glance, what it reports while it builds, its questions, and what it gets without
applying.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.apps.county import at
from tests.apps.test_commitments import approve, item_of, object_to, promise
from tests.apps.test_completion import applied, inspect
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from tests.web.unit_desk import Desk, new_desk, value_of
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.actions import answer_question, pass_question, report_progress
from yinuo.rooms.projects.models import Participant, ProgressReport, Project, Question

pytestmark = begins_with(guided)


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


def section(page: str, name: str) -> str:
    """The part of the page under the heading of that group."""
    return page.split(f'id="g-{name}"')[1].split("</section>")[0] if f'id="g-{name}"' in page else ""


# -- promises


def test_without_promises_one_is_told_where_to_begin(desk: Desk) -> None:
    assert "还没有承诺" in desk.get("/promises/")


def test_a_promise_moves_from_notice_to_keeping_and_then_waits_for_a_report(desk: Desk) -> None:
    item = item_of(guided(desk.county, desk.company))
    given = promise(desk.company, item)
    desk.moment("2026-11-09 09:00")
    page = section(desk.get("/promises/"), "notice")
    assert item.name in page
    assert "公示还有" in page
    approve(desk.county, given)
    desk.moment("2026-11-20 09:00")
    assert "竣工验收时逐条核对" in section(desk.get("/promises/"), "keeping")
    Project.objects.filter(pk=item.project_id).update(started_on="2026-11-19")
    page = section(desk.get("/promises/"), "act")
    assert "还没有报告过履约" in page
    assert f"/items/{item.pk}/commit/fulfilment/" in page
    desk.post(f"/items/{item.pk}/commit/fulfilment/", {"text": "红线内施工，已放线。"})
    page = desk.get("/promises/")
    assert section(page, "act") == ""
    assert "2026年11月20日 报告过履约" in section(page, "keeping")


def test_an_objection_is_said_at_its_promise(desk: Desk) -> None:
    item = item_of(guided(desk.county, desk.company))
    object_to(promise(desk.company, item))
    desk.moment("2026-11-10 14:30")
    page = section(desk.get("/promises/"), "notice")
    assert "异议答复以前不能直接决定" in page


@begins_with(applied)
def test_a_promise_to_be_rectified_shows_by_when_and_a_kept_one_is_settled(desk: Desk) -> None:
    inspect(desk.county, applied(desk.county, desk.company), (("eia_table", 1),))
    desk.moment("2027-07-13 10:00")
    page = section(desk.get("/promises/"), "act")
    assert "整改中" in page
    assert "前整改好" in page
    Commitment.objects.update(fulfilment="kept")
    page = desk.get("/promises/")
    assert "已履行" in section(page, "settled")
    Commitment.objects.update(fulfilment="broken")
    assert 'href="/credit/"' in section(desk.get("/promises/"), "settled")


def test_promises_are_for_the_own_company_in_a_fixed_number_of_queries(
    desk: Desk, django_assert_num_queries: Any
) -> None:
    item = item_of(guided(desk.county, desk.company))
    promise(desk.company, item)
    assert item.name not in desk.stranger().get("/promises/").content.decode()
    assert Client().get("/promises/").headers["Location"].startswith("/accounts/login/")
    assert desk.official().get("/promises/").status_code == 403
    desk.get("/promises/")
    with django_assert_num_queries(5):
        desk.get("/promises/")


# -- what is reported


def running(desk: Desk) -> Project:
    return guided(desk.county, desk.company)


def test_what_is_to_be_reported_stands_with_how_far_it_is_and_what_silence_costs(desk: Desk) -> None:
    project = running(desk)
    page = desk.get(f"/projects/{project.pk}/report/")
    for words in ("计划 2027年3月1日 开工", "先报送开工建设信息", "单个项目最多扣 1 分", "附件2·第十八条"):
        assert words in page
    desk.moment("2027-03-02 09:00")
    assert "该报送了" in desk.get(f"/projects/{project.pk}/report/")


def test_progress_not_reported_for_a_quarter_is_reminded_of(desk: Desk) -> None:
    project = running(desk)
    report_progress(
        actor=desk.company.actor,
        project_id=project.pk,
        kind="start",
        on=at("2026-11-06 09:00").date(),
        at=at("2026-11-06 09:00"),
    )
    assert "该报送了" not in desk.get(f"/projects/{project.pk}/report/")
    desk.moment("2027-02-05 09:00")
    page = desk.get(f"/projects/{project.pk}/report/")
    assert "还没有报送过，已有 91 天" in page


def test_a_form_asks_only_what_belongs_to_its_kind_and_is_taken_once(desk: Desk) -> None:
    project = running(desk)
    page = desk.get(f"/projects/{project.pk}/report/?kind=start")
    assert "哪天开工" in page
    assert "累计完成投资" not in page
    sent = {"kind": "start", "on": "2026-11-05", "key": value_of(page, "key")}
    desk.post(f"/projects/{project.pk}/report/", sent)
    desk.post(f"/projects/{project.pk}/report/", sent)
    assert ProgressReport.objects.count() == 1
    page = desk.get(f"/projects/{project.pk}/report/?kind=investment")
    assert "累计完成投资" in page
    page = desk.post(
        f"/projects/{project.pk}/report/", {"kind": "investment", "on": "2026-11-06"}, status=200
    ).content.decode()
    assert 'href="#id_invested"' in page
    assert (
        "报送建设信息"
        in desk.post(f"/projects/{project.pk}/report/", {"kind": "nonsense"}, status=200).content.decode()
    )


# -- who builds with the company


def test_units_of_earlier_projects_are_offered_and_the_lacking_ones_named(desk: Desk) -> None:
    first = running(desk)
    sent = {
        "role": "design",
        "name": "兰州黄河建筑设计院",
        "credit_code": "91620000710375659T",
        "qualification": "甲级",
    }
    desk.post(f"/projects/{first.pk}/participants/", sent)
    page = desk.get(f"/projects/{first.pk}/participants/")
    assert "还没有报备：勘察、施工、监理" in page
    assert "以前报备过" not in page
    second = guided(desk.county, desk.company, name="二期")
    page = desk.get(f"/projects/{second.pk}/participants/")
    assert "以前报备过" in page
    page = desk.get(f"/projects/{second.pk}/participants/?take={Participant.objects.get().pk}")
    assert value_of(page, "credit_code") == "91620000710375659T"
    assert not second.participants.exists()


# -- questions


def test_a_question_about_a_matter_names_it_and_shows_where_it_lies(desk: Desk) -> None:
    project = running(desk)
    item = MapItem.objects.filter(project=project).earliest("position")
    path = f"/projects/{project.pk}/questions/"
    page = desk.get(f"{path}?item={item.pk}")
    assert f'<option value="{item.matter_id}" selected>' in page
    sent = {"text": "要先做勘察吗？", "matter": item.matter_id, "key": value_of(page, "key")}
    desk.post(path, sent)
    desk.post(path, sent)
    question = Question.objects.get()
    assert (question.text, question.matter_id) == ("要先做勘察吗？", item.matter_id)
    page = desk.get(path)
    assert f"关于“{item.name}”" in page
    assert f"由{item.department.short_name}答复" in page
    convener = desk.county.actor("general_convener")
    pass_question(actor=convener, question_id=question.pk, department_key="housing", at=at("2026-11-06 10:00"))
    page = desk.get("/questions/")
    assert "由县住建局答复" in page
    assert project.name in page
    answer_question(
        actor=desk.county.actor("approver", "housing"),
        question_id=question.pk,
        answer="不用。",
        at=at("2026-11-06 11:00"),
    )
    assert "不用。" in desk.get("/questions/")


def test_a_matter_of_another_project_cannot_be_asked_about(desk: Desk) -> None:
    project = running(desk)
    page = desk.post(
        f"/projects/{project.pk}/questions/", {"text": "？", "matter": "999999"}, status=200
    ).content.decode()
    assert 'href="#id_matter"' in page
    assert not Question.objects.exists()


def test_questions_are_for_the_own_company(desk: Desk) -> None:
    project = running(desk)
    desk.post(f"/projects/{project.pk}/questions/", {"text": "本公司的问题"})
    assert "本公司的问题" not in desk.stranger().get("/questions/").content.decode()
    assert Client().get("/questions/").headers["Location"].startswith("/accounts/login/")
    assert desk.official().get("/questions/").status_code == 403


# -- benefits


def test_benefits_stand_on_a_page_of_their_own_and_at_the_project(desk: Desk) -> None:
    from yinuo.rooms.projects.queries import benefits_for

    project = running(desk)
    lines = benefits_for(project, at("2026-11-06 09:00").date())
    page = desk.get(f"/projects/{project.pk}/benefits/")
    for line in lines:
        assert line.name in page
        assert line.why in page
    held = [line for line in lines if line.holds]
    assert held
    assert held[0].name in desk.get(f"/projects/{project.pk}/")
    assert desk.stranger().get(f"/projects/{project.pk}/benefits/").status_code == 403
    assert desk.official().get(f"/projects/{project.pk}/benefits/").status_code == 403
    assert Client().get(f"/projects/{project.pk}/benefits/").headers["Location"].startswith("/accounts/login/")
    assert desk.client.get("/projects/999999/benefits/").status_code == 404


# -- the project's page


def test_the_project_page_leads_with_what_comes_next_and_when_it_lands(desk: Desk) -> None:
    project = running(desk)
    page = desk.get(f"/projects/{project.pk}/")
    assert "预计落地" in page
    assert "还要" in page
    assert "现在可以办：" in page
    assert page.index("现在可以办：") < page.index('id="info"')
    assert "rules_on" not in page
    assert "发给本项目的文书" in page or "下载信用备案证" in page
