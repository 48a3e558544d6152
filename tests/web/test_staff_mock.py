"""模拟审批 at the desks: the window registers and leads, departments say their opinion and decide, the unit is told
where to go.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.apps.county import Company, County
from tests.apps.mocking import ANSWERS, MATTERS, begun, both_mocked, converting, project_of, running
from tests.apps.test_onemap import PDF
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.rooms.mock.models import MockApplication
from yinuo.rooms.onemap.models import MapItem, Submission
from yinuo.rooms.projects.models import Project

__all__ = ["company", "county", "set_clock"]
PERMIT, SCHEME = MATTERS


def pdf(name: str = "扫描件.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


def window(county: County) -> Client:
    return desk(county, "window", "government_services")


def registration(project: Any, **changes: Any) -> dict[str, Any]:
    facts = {f"{group}__{key}": value for group, found in ANSWERS.items() for key, value in found.items()}
    said = {key: ("yes" if value else "no") if isinstance(value, bool) else value for key, value in facts.items()}
    items = MapItem.objects.filter(project=project, matter_id__in=MATTERS)
    return {
        "key": "k1",
        "matters": [str(item.pk) for item in items],
        "name1": "马晓云",
        "phone1": "13900000001",
        "name2": "韩志强",
        "phone2": "13900000002",
        "progress": "正在勘察设计",
        "land": "拟用国有建设用地",
        "land_expected_on": "2027-02-01",
        "legal_representative": "马晓云",
        **said,
        **changes,
    }


def test_the_window_registers_a_project_it_finds_by_its_code(
    county: County, company: Company, set_clock: SetClock
) -> None:
    project = project_of(county, company)
    set_clock("2026-11-09 09:00")
    clerk = window(county)
    found = text_of(clerk.get("/staff/mock/", {"q": project.code}))
    assert f"/staff/mock/new/{project.pk}/" in found
    page = text_of(clerk.get(f"/staff/mock/new/{project.pk}/"))
    assert "承诺自行承担费用和不能转入正式审批的风险<span" not in page, "“不清楚” is an answer, nothing is left out"
    assert "社会稳定风险评估结果" in page and "建设工程规划许可证核发" in page and "建设项目用地预审" not in page
    answer = clerk.post(f"/staff/mock/new/{project.pk}/", {**registration(project), "files": [pdf("备案证.pdf")]})
    made = MockApplication.objects.get()
    assert answer["Location"] == f"/staff/mock/{made.pk}/"
    assert len(made.approvals) == 1
    again = clerk.post(f"/staff/mock/new/{project.pk}/", registration(project))
    assert again["Location"] == answer["Location"]
    other = clerk.post(f"/staff/mock/new/{project.pk}/", registration(project, key="k2"))
    assert other.status_code == 422
    assert MockApplication.objects.count() == 1


def test_what_is_not_known_is_asked_for_at_its_field_and_what_was_typed_stays(
    county: County, company: Company, set_clock: SetClock
) -> None:
    project = project_of(county, company)
    set_clock("2026-11-09 09:00")
    answer = window(county).post(
        f"/staff/mock/new/{project.pk}/", registration(project, mock__stability_risk="", progress="写了很久的概况")
    )
    page = text_of(answer)
    assert answer.status_code == 422
    assert "请问清并填写：社会稳定风险评估结果" in page and "写了很久的概况" in page
    assert not MockApplication.objects.exists()


def test_a_condition_not_met_is_told_with_its_clause(county: County, company: Company, set_clock: SetClock) -> None:
    project = project_of(county, company)
    set_clock("2026-11-09 09:00")
    page = text_of(
        window(county).post(f"/staff/mock/new/{project.pk}/", registration(project, site__cultivated_share="0.8"))
    )
    assert "不符合模拟审批的条件：耕地占用地的比例不超过 0.5" in page and "附件4" in page


@begins_with(begun)
def test_from_the_signed_papers_to_the_distribution(county: County, company: Company, set_clock: SetClock) -> None:
    track = begun(county, company)
    url = f"/staff/mock/{track.application.pk}/"
    set_clock("2026-11-09 10:00")
    clerk = window(county)
    form = {
        "do": "signed",
        "signed-version": "1",
        "signed-committed_on": "2026-11-09",
        "signed-form": pdf(),
        "signed-commitment": pdf(),
    }
    bare = clerk.post(url, {**form, "signed-commitment": ""})
    assert bare.status_code == 422 and "上传盖章、签名的承诺书" in text_of(bare)
    assert clerk.post(url, {**form, "signed-form": pdf(), "signed-commitment": pdf()}).status_code == 302
    for department in ("natural_resources", "market_regulation"):
        handler, opinion = desk(county, "approver", department), track.opinion(department)
        assert "提出意见" in text_of(handler.get(url))
        do = f"opinion-{opinion.pk}"
        said = {"do": do, f"{do}-version": "1", f"{do}-agreed": "yes", f"{do}-text": "符合规划"}
        assert handler.post(url, said).status_code == 302
    assert "分发各审批部门" in text_of(clerk.get(url))
    version = track.fresh().version
    assert clerk.post(url, {"do": "distribute", "distribute-version": str(version)}).status_code == 302
    page = text_of(clerk.get(url))
    assert "模拟审批〔2026〕1号" in page and "符合规划" in page
    stale = clerk.post(url, {"do": "distribute", "distribute-version": str(version)})
    assert stale.status_code == 422


@begins_with(running)
def test_material_is_handed_in_over_the_counter_and_the_department_answers_in_mock(
    county: County, company: Company, set_clock: SetClock
) -> None:
    track = running(county, company)
    item = track.item(PERMIT)
    set_clock("2026-11-11 09:00")
    clerk, handler = window(county), desk(county, "approver", item.department.key)
    url = f"/staff/mock/{track.application.pk}/items/{item.pk}/"
    form = text_of(clerk.get(url))
    assert form.count("<fieldset") == len(item.materials) and "没有标“次要材料”的都要交齐" in form
    missing = clerk.post(url, {"key": "a", "version": str(item.version)})
    assert missing.status_code == 422 and "还缺" in text_of(missing)
    scans = {f"scan{n}": pdf() for n, _ in enumerate(item.materials)}
    assert clerk.post(url, {"key": "b", "version": str(item.version), **scans}).status_code == 302
    assert Submission.objects.get().application.item_id == item.pk
    item = track.item(PERMIT)
    page = text_of(handler.get(f"/staff/items/{item.pk}/"))
    assert "视同已取得土地作实质性审查" in page
    handler.post(f"/staff/items/{item.pk}/", {"do": "accept", "accept-version": str(item.version)})
    item = track.item(PERMIT)
    assert "出具模拟审批意见" in text_of(handler.get(f"/staff/items/{item.pk}/"))
    decide = {
        "do": "decide",
        "decide-version": str(item.version),
        "decide-granted": "yes",
        "decide-document_number": "模1号",
    }
    assert handler.post(f"/staff/items/{item.pk}/", decide).status_code == 302
    assert track.item(PERMIT).state == "mock_granted"
    assert "模拟通过" in text_of(clerk.get(f"/staff/projects/{track.project.pk}/map/"))


@begins_with(both_mocked)
def test_the_land_is_registered_with_every_question_answered(
    county: County, company: Company, set_clock: SetClock
) -> None:
    track = both_mocked(county, company)
    url = f"/staff/mock/{track.application.pk}/"
    set_clock("2027-02-01 09:00")
    clerk = window(county)
    said: dict[str, Any] = {
        "do": "land",
        "land-version": str(track.fresh().version),
        "land-kind": "contract",
        "land-number": "出让〔2027〕3号",
        "land-on": "2027-02-01",
        "land-scale": "no",
        "land-plan": "no",
        "land-standards": "no",
    }
    answer = clerk.post(url, {**said, "land-scan": pdf()})
    assert answer.status_code == 422 and "选择是或者否" in text_of(answer)
    assert clerk.post(url, {**said, "land-other": "no", "land-scan": pdf()}).status_code == 302
    assert track.fresh().state == "converting"
    item = track.item(PERMIT)
    handler = desk(county, "approver", item.department.key)
    page = text_of(handler.get(f"/staff/items/{item.pk}/"))
    assert "作出正式批复" in page and "2月4日" in page
    decide = {
        "do": "decide",
        "decide-version": str(item.version),
        "decide-granted": "yes",
        "decide-document_number": "正1号",
    }
    assert handler.post(f"/staff/items/{item.pk}/", decide).status_code == 302
    assert track.item(PERMIT).state == "granted"


@begins_with(both_mocked)
def test_a_case_for_approval_anew_and_a_withdrawal_are_entered_with_their_reason(
    county: County, company: Company, set_clock: SetClock
) -> None:
    track = both_mocked(county, company)
    url = f"/staff/mock/{track.application.pk}/"
    set_clock("2027-02-01 09:00")
    clerk, version = window(county), str(track.fresh().version)
    assert clerk.post(url, {"do": "withdraw", "withdraw-version": version}).status_code == 422
    said = {"do": "change", "change-version": version, "change-cases": ["land"], "change-text": "竞买未成交"}
    assert clerk.post(url, said).status_code == 302
    assert "土地使用权不能取得：竞买未成交，应重新报批" in text_of(clerk.get(url))


@begins_with(running)
def test_others_look_on_or_are_kept_out(county: County, company: Company, set_clock: SetClock) -> None:
    track = running(county, company)
    url = f"/staff/mock/{track.application.pk}/"
    set_clock("2026-11-11 09:00")
    assert Client().get(url).status_code == 302
    assert signed_in(company.person).get(url).status_code == 403
    looking = desk(county, "supervisor")
    assert looking.get(url).status_code == 200
    assert looking.post(url, {"do": "withdraw", "withdraw-version": "9", "withdraw-why": "无"}).status_code == 403
    assert looking.get(f"/staff/mock/new/{track.project.pk}/").status_code == 403
    assert window(county).get("/staff/mock/999999/").status_code == 404
    assert window(county).get(f"{url}items/999999/").status_code == 404
    assert window(county).get("/staff/mock/forms/decision/").status_code == 404


@pytest.mark.parametrize("kind", ["mock_application", "mock_commitment", "mock_notice", "mock_circulation"])
def test_every_form_is_there_blank_to_print(county: County, kind: str) -> None:
    answer = window(county).get(f"/staff/mock/forms/{kind}/")
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")


@begins_with(both_mocked)
def test_the_circulation_sheet_is_printed_as_it_stands(county: County, company: Company) -> None:
    track = both_mocked(county, company)
    answer = window(county).get(f"/staff/mock/{track.application.pk}/circulation/")
    assert answer.content.startswith(b"%PDF")


# -- the unit


def test_the_unit_is_told_why_where_and_what_to_bring_and_what_is_still_open(
    county: County, company: Company, set_clock: SetClock
) -> None:
    project = project_of(county, company)
    set_clock("2026-11-09 09:00")
    client = signed_in(company.person)
    page = text_of(client.get(f"/projects/{project.pk}/mock/"))
    assert "只在线下操作" in page and "综合窗口" in page and "附件4-1" in page
    assert "还要知道：社会稳定风险评估结果" in page
    assert f"/projects/{project.pk}/mock/" in text_of(client.get(f"/projects/{project.pk}/"))
    assert client.get("/mock/forms/mock_application/").content.startswith(b"%PDF")
    assert client.get("/mock/forms/mock_notice/").status_code == 404


def test_where_nothing_can_be_mocked_the_pages_say_so_and_lead_on(
    county: County, company: Company, set_clock: SetClock
) -> None:
    project = project_of(county, company)
    set_clock("2026-11-09 09:00")
    MapItem.objects.filter(project=project).update(state="cancelled")
    Project.objects.filter(pk=project.pk).update(started_on=date(2026, 11, 8))
    counter = text_of(window(county).get(f"/staff/mock/new/{project.pk}/"))
    assert (
        "没有可以模拟审批的事项" in counter
        and f"/staff/projects/{project.pk}/map/" in counter
        and "<form method" not in counter.split("</header>")[-1]
    )
    page = text_of(signed_in(company.person).get(f"/projects/{project.pk}/mock/"))
    assert "项目已经开工，不再模拟审批" in page and f"/projects/{project.pk}/map/" in page


@begins_with(both_mocked)
def test_the_unit_sees_its_mock_approval_and_the_warning_on_every_page(
    county: County, company: Company, set_clock: SetClock
) -> None:
    track = both_mocked(county, company)
    set_clock("2026-11-13 15:00")
    client = signed_in(company.person)
    for path in (
        f"/projects/{track.project.pk}/",
        f"/projects/{track.project.pk}/map/",
        f"/projects/{track.project.pk}/mock/",
    ):
        assert "工程不得开工建设" in text_of(client.get(path)), path
    board = text_of(client.get(f"/projects/{track.project.pk}/map/?view=list"))
    assert "模拟通过" in board
    item = text_of(client.get(f"/items/{track.item(PERMIT).pk}/"))
    assert "模拟审批通过" in item and "没有法律效力" in item
    assert "/submit/" not in item and "mock_result" not in item and "模拟审批意见" not in item


@begins_with(running)
def test_a_matter_to_be_handed_in_leads_the_unit_to_the_window(
    county: County, company: Company, set_clock: SetClock
) -> None:
    track = running(county, company)
    set_clock("2026-11-11 09:00")
    page = text_of(signed_in(company.person).get(f"/items/{track.item(PERMIT).pk}/"))
    assert "材料交到窗口" in page and "/submit/" not in page


@begins_with(both_mocked)
def test_another_company_sees_nothing_of_it_and_the_public_nothing_at_all(county: County, company: Company) -> None:
    from tests.apps.county import new_company

    track = both_mocked(county, company)
    stranger = signed_in(new_company("甘肃保安腰刀文旅有限公司").person)
    assert stranger.get(f"/projects/{track.project.pk}/mock/").status_code == 403
    seen = text_of(Client().get(f"/verify/{track.project.code}/{company.unit.credit_code}/"))
    assert "模拟" not in seen
    receipt = Submission.objects.filter(application__item__mock=True).values_list("receipt_no", flat=True)[0]
    assert Client().get(f"/receipts/{receipt}/").status_code == 404


@begins_with(both_mocked)
def test_a_start_reported_on_the_page_is_refused_beside_the_field(
    county: County, company: Company, set_clock: SetClock
) -> None:
    track = both_mocked(county, company)
    set_clock("2026-11-16 09:00")
    answer = signed_in(company.person).post(
        f"/projects/{track.project.pk}/report/",
        {"kind": "start", "on": "2026-11-16", "key": "s1", "start-on": "2026-11-16"},
    )
    assert answer.status_code in (200, 422) and "不得开工建设" in text_of(answer)


# -- what a page costs


@pytest.mark.parametrize(("brought", "most"), [(begun, 16), (converting, 16)])
def test_the_page_costs_the_same_however_far_it_has_come(
    county: County, company: Company, set_clock: SetClock, django_assert_max_num_queries: Any, brought: Any, most: int
) -> None:
    track = brought(county, company)
    set_clock("2027-02-01 10:00")
    clerk, url = window(county), f"/staff/mock/{track.application.pk}/"
    clerk.get(url)
    with django_assert_max_num_queries(most):
        clerk.get(url)
