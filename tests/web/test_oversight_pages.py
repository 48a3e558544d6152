"""Warnings and records on the pages: the office's, the supervisor's, the company's, on the map and on the project."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.apps.county import Company, County, new_company
from tests.apps.supervising import penalise, see_start
from tests.apps.test_onemap import PDF, guided
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.engine.feeds.actions import place_entries
from yinuo.rooms.oversight.models import AnomalyWarning, LifeRecord
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)

__all__ = ["company", "county", "set_clock"]


@pytest.fixture
def project(county: County, company: Company, set_clock: SetClock) -> Project:
    made = guided(county, company)
    set_clock("2026-11-06 12:00")
    return made


@pytest.fixture
def found(county: County, project: Project, set_clock: SetClock) -> AnomalyWarning:
    return see_start(county.actor("supervisor"), project, set_clock("2026-11-06 12:00"))


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("停工照片.pdf", PDF, "application/pdf")


def test_a_warning_is_explained_ordered_rectified_and_closed_on_its_pages(
    found: AnomalyWarning, project: Project, county: County, company: Company, set_clock: SetClock
) -> None:
    assert found.department is not None
    url, own = f"/staff/warnings/{found.pk}/", f"/warnings/{found.pk}/"
    office, unit, supervisor = (
        desk(county, "approver", found.department.key),
        signed_in(company.person),
        desk(county, "supervisor"),
    )
    # It shows wherever the project is looked at, with what is missing.
    for client, path in (
        (office, "/staff/"), (office, "/staff/warnings/"), (supervisor, "/staff/warnings/?kind=built_first"),
        (supervisor, f"/staff/projects/{project.pk}/"), (supervisor, f"/staff/projects/{project.pk}/map/"),
    ):  # fmt: skip
        assert url in text_of(client.get(path)), path
    for path in (f"/projects/{project.pk}/", f"/projects/{project.pk}/map/"):
        assert own in text_of(unit.get(path)), path

    refused = unit.post(own, {"do": "explain", "text": "", "version": 1})
    assert refused.status_code == 422
    said = {"do": "explain", "text": "施工队误解，已叫停", "version": 1, "key": "k", "files": photo()}
    assert unit.post(own, said).status_code == 302
    assert "施工队误解" in text_of(office.get(url))

    def act(client: Client, path: str, do: str, **values: Any) -> None:
        version = AnomalyWarning.objects.get(pk=found.pk).version
        prefix = f"{do}-" if path == url else ""
        sent = {f"{prefix}{name}": value for name, value in {"version": version, **values}.items()}
        answer = client.post(path, {"do": do, **sent})
        assert (answer.status_code, answer["Location"]) == (302, path), text_of(answer)

    stale = office.post(url, {"do": "order", "order-text": "停工补办", "order-days": "5", "order-version": 1})
    assert "刚刚被别人改动过" in text_of(stale)
    assert "停工补办" in text_of(stale)
    many = office.post(url, {"do": "order", "order-text": "停工补办", "order-days": "99", "order-version": 2})
    assert "1 到 60 个工作日" in text_of(many)
    act(office, url, "order", text="停工补办", days="5")
    assert "停工补办" in text_of(unit.get(own))
    assert own in text_of(unit.get("/projects/"))
    no_file = unit.post(own, {"do": "report", "text": "已停工", "version": 3})
    assert "请附改正的证明材料" in text_of(no_file)
    act(unit, own, "report", text="已停工，手续在补办", files=photo())
    assert "停工照片.pdf" in text_of(office.get(url))
    punished = office.post(url, {"do": "close", "close-outcome": "punished", "close-text": "处罚", "close-version": 4})
    assert "请选择本项目的行政处罚记录" in text_of(punished)
    act(office, url, "close", outcome="corrected", text="现场核查属实")
    done = text_of(unit.get(own))
    assert "现场核查属实" in done
    assert "已纠正" in done
    assert 'name="do"' not in done
    assert url not in text_of(supervisor.get("/staff/warnings/"))
    assert url in text_of(supervisor.get("/staff/warnings/?view=closed"))
    sheet = supervisor.get("/staff/export/warnings/?view=all&as=csv")
    assert project.name in b"".join(sheet.streaming_content).decode()  # type: ignore[attr-defined]
    # Others neither read nor act.
    assert signed_in(new_company("别家公司").person).get(own).status_code == 403
    assert supervisor.post(url, {"do": "close"}).status_code == 403
    assert desk(county, "approver", "meteorology").post(url, {"do": "order"}).status_code == 403


def test_the_supervisor_hands_it_over_and_points_are_proposed_with_a_penalty(
    found: AnomalyWarning, project: Project, county: County
) -> None:
    url = f"/staff/warnings/{found.pk}/"
    supervisor, office = desk(county, "supervisor"), desk(county, "approver", "meteorology")
    page = text_of(supervisor.get(url))
    assert "转交其他部门处置" in page
    assert "责令限期改正" not in page.split("经过")[1]
    sent = {"do": "hand", "hand-department_key": "meteorology", "hand-why": "由其执法", "hand-version": 1}
    assert supervisor.post(url, sent).status_code == 302
    penalty = penalise(county.actor("supervisor"), project, found.found_at)
    assert office.post(url, {"do": "points", "points-basis": "擅自开工"}).status_code == 302
    assert "提出信用扣分" in text_of(office.get(url))
    assert "points-basis" not in text_of(office.get(url))
    end = {
        "do": "close",
        "close-outcome": "punished",
        "close-penalty_id": penalty.pk,
        "close-text": "依法处罚",
        "close-version": 3,
    }
    assert office.post(url, end).status_code == 302
    assert penalty.number in text_of(office.get(url))


def test_a_record_is_entered_field_by_field_kept_when_refused_and_corrected_beside(
    project: Project, county: County
) -> None:
    supervisor, url = desk(county, "supervisor"), f"/staff/projects/{project.pk}/records/"
    assert "还没有监管记录" in text_of(supervisor.get(url))
    form = text_of(supervisor.get(f"{url}new/penalty/"))
    assert "决定书文号" in form
    sent = {
        "number": "积建罚〔2026〕7号",
        "on": "2026-11-06",
        "authority": "县住建局",
        "fact": "未批先建",
        "amount": "两万",
        "key": "k",
    }
    refused = supervisor.post(f"{url}new/penalty/", sent)
    shown = text_of(refused)
    assert refused.status_code == 422
    for words in ("罚款（万元）请填写数字", "请填写处罚依据", "请填写公示截止日期", "积建罚〔2026〕7号", "两万"):
        assert words in shown
    whole = {**sent, "amount": "2", "clause": "《建筑法》第六十四条", "published_until": "2027-11-06"}
    for _ in range(2):
        assert supervisor.post(f"{url}new/penalty/", whole).status_code == 302
    row = LifeRecord.objects.get()
    page = f"/staff/records/{row.pk}/"
    assert "积建罚〔2026〕7号" in text_of(supervisor.get(url))
    correction = {**whole, "amount": "3", "why": "金额有误"}
    assert supervisor.post(page, correction).status_code == 302
    assert "以前的版本" in text_of(supervisor.get(page))
    assert LifeRecord.objects.count() == 2
    assert supervisor.get(f"{url}new/nothing/").status_code == 404
    assert desk(county, "window", "government_services").get(f"{url}new/penalty/").status_code == 403


def test_the_list_costs_the_same_however_many_there_are(
    found: AnomalyWarning, county: County, django_assert_max_num_queries: Any
) -> None:
    client = desk(county, "supervisor")
    client.get("/staff/warnings/")
    with django_assert_max_num_queries(7):
        client.get("/staff/warnings/?view=all")


def test_what_is_shared_is_listed_and_public_records_stand_on_the_projects_page(
    project: Project, county: County, company: Company, set_clock: SetClock
) -> None:
    now = set_clock("2026-11-06 12:00")
    penalty = penalise(county.actor("supervisor"), project, now, fact="违法占道 13900001111")
    place_entries()
    comprehensive = desk(county, "comprehensive")
    page = text_of(comprehensive.get("/staff/shared/?kind=penalty"))
    assert penalty.number in page
    sheet = comprehensive.get("/staff/export/shared/?as=csv")
    assert penalty.number in b"".join(sheet.streaming_content).decode()  # type: ignore[attr-defined]
    assert desk(county, "approver").get("/staff/shared/").status_code == 403
    public = text_of(Client().get(f"/verify/{project.code}/{company.unit.credit_code}/"))
    assert penalty.number in public
    assert "13900001111" not in public
    set_clock("2027-11-07 12:00")
    assert penalty.number not in text_of(Client().get(f"/verify/{project.code}/{company.unit.credit_code}/"))


def test_a_dispatch_is_answered_on_its_page(project: Project, county: County) -> None:
    url = f"/staff/projects/{project.pk}/records/new/dispatch/"
    supervisor = desk(county, "supervisor")
    sent = {
        "on": "2026-11-06",
        "question": "进度滞后",
        "measure": "倒排工期",
        "due": "2026-11-13",
        "office": "development_reform",
    }
    assert supervisor.post(url, sent).status_code == 302
    page = f"/staff/records/{LifeRecord.objects.get().pk}/"
    office = desk(county, "approver")
    assert page in text_of(office.get("/staff/"))
    assert office.post(page, {"do": "outcome", "outcome-outcome": ""}).status_code == 422
    done = office.post(page, {"do": "outcome", "outcome-outcome": "已追上计划"})
    assert done.status_code == 302
    assert "已追上计划" in text_of(office.get(done["Location"]))


def test_a_clue_is_handed_over_on_its_page_and_hidden_from_whom_it_concerns(
    county: County, set_clock: SetClock
) -> None:
    set_clock("2026-11-06 12:00")
    concerned = county.person("approver", "water")
    supervisor = desk(county, "supervisor", "government_services")
    sent = {
        "person_id": concerned.pk,
        "text": "收受礼金",
        "body": "discipline",
        "body_name": "县纪委监委",
        "handed_on": "2026-11-06",
    }
    refused = supervisor.post("/staff/clues/new/", sent)
    assert (refused.status_code, "收受礼金" in text_of(refused)) == (422, True)
    made = supervisor.post("/staff/clues/new/", {**sent, "receipt": "收〔2026〕3号", "key": "k"})
    assert made.status_code == 302
    url = made["Location"]
    assert "收受礼金" in text_of(supervisor.get(url))
    assert url in text_of(supervisor.get("/staff/clues/"))
    principal = desk(county, "principal", "water")
    assert (principal.get(url).status_code, url in text_of(principal.get("/staff/clues/"))) == (403, False)
    assert desk(county, "approver", "water").get(url).status_code == 403
    assert supervisor.post(url, {"answered_on": "2026-11-06", "answer": "已立案"}).status_code == 302
    assert "已立案" in text_of(supervisor.get(url))
