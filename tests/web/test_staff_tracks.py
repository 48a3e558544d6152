"""Pages of 容缺受理 and “1+X” for the hall, the unit and the public:
who sees what, what is refused, what a page costs.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.apps.county import Company, County, at
from tests.apps.gaps import LACKING, agreed, asked, clerk, files, item_of, published, signed
from tests.apps.mapped import mapped
from tests.apps.test_coordination import asked as case_put
from tests.apps.test_coordination import convener, started
from tests.apps.test_onemap import PDF, guided, hand_in
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, set_clock, signed_in, text_of
from yinuo.engine.catalogue.models import Tolerance
from yinuo.engine.people.models import Person
from yinuo.rooms.deficient.models import DeficientAcceptance
from yinuo.rooms.onemap.actions import accept
from yinuo.rooms.onemap.models import Coordination, MapItem
from yinuo.rooms.projects.models import Project

__all__ = ["company", "county", "mapped", "set_clock"]
pytestmark = begins_with(guided)
NOW = at("2026-11-06 14:00")


@pytest.fixture
def item(county: County, company: Company, mapped: Project, set_clock: SetClock) -> MapItem:
    made = item_of(mapped)
    published(county)
    set_clock("2026-11-06 14:00")
    return made


def of(person: Person) -> Client:
    return signed_in(person)


def approver(county: County) -> Client:
    return of(county.person("approver", "soil_conservation"))


def window(county: County) -> Client:
    clerk(county)
    return of(county.people["window", "government_services"].person)


def test_the_department_agrees_and_the_window_enters_the_signed_notice(
    county: County, company: Company, item: MapItem
) -> None:
    row = asked(clerk(county), company, item, moment=NOW)
    url, desk = f"/staff/deficient/{row.pk}/", approver(county)
    page = text_of(desk.get(url))
    assert "同意容缺受理" in page and "最长 10 个工作日" in page and "附件5·一" in page
    late = desk.post(url, {"do": "agree", "agree-version": row.version, "agree-days": "11"})
    assert late.status_code == 422 and "不能超过部门公布的最长时限" in text_of(late)
    assert desk.post(url, {"do": "agree", "agree-version": row.version, "agree-days": ""}).status_code == 422
    assert desk.post(url, {"do": "agree", "agree-version": row.version, "agree-days": "5"}).headers["Location"] == url
    row.refresh_from_db()
    assert (row.state, row.due_on) == ("notified", date(2026, 11, 13))
    assert desk.post(url, {"do": "sign"}).status_code == 422
    counter = window(county)
    assert "登记签署的承诺" in text_of(counter.get(url))
    empty = counter.post(url, {"do": "sign", "sign-version": row.version, "sign-signed_by": "马晓云"})
    assert empty.status_code == 422 and "上传签署后的通知书扫描件" in text_of(empty)
    scan = SimpleUploadedFile("通知书.pdf", PDF, "application/pdf")
    answer = counter.post(
        url, {"do": "sign", "sign-version": row.version, "sign-signed_by": "马晓云", "sign-commitment": scan}
    )
    assert answer.status_code == 302, text_of(answer)
    assert DeficientAcceptance.objects.get().state == "waiting"
    assert "容缺受理" in text_of(desk.get(f"/staff/items/{item.pk}/"))


def test_gone_stale_the_page_says_so_and_another_department_is_forbidden(
    county: County, company: Company, item: MapItem
) -> None:
    row = agreed(county, company, item)
    url = f"/staff/deficient/{row.pk}/"
    assert approver(county).post(url, {"do": "agree", "agree-version": 1, "agree-days": "5"}).status_code == 422
    stranger = of(county.person("approver", "meteorology"))
    assert stranger.get(url).status_code == 200
    assert stranger.post(url, {"do": "agree"}).status_code == 403
    assert Client().get(url).status_code == 302
    assert of(company.person).get(url).status_code == 403


def test_lists_cost_the_same_however_many_there_are(
    county: County, company: Company, item: MapItem, django_assert_max_num_queries: Any
) -> None:
    signed(county, company, item)
    desk = approver(county)
    desk.get("/staff/deficient/")
    with django_assert_max_num_queries(9):
        page = text_of(desk.get("/staff/deficient/"))
    assert item.name in page and "公布容缺材料和时限" in page
    assert "还没有结束的容缺受理" in text_of(desk.get("/staff/deficient/?view=ended"))
    assert item.name in text_of(window(county).get("/staff/deficient/"))
    row = DeficientAcceptance.objects.get()
    with django_assert_max_num_queries(20):
        desk.get(f"/staff/deficient/{row.pk}/")


def test_a_department_publishes_its_gaps_and_the_guide_shows_them(
    county: County, company: Company, item: MapItem
) -> None:
    desk, url = approver(county), f"/staff/deficient/tolerances/{item.matter_id}/"
    assert "弃土弃渣综合利用或者存放协议" in text_of(desk.get("/staff/deficient/tolerances/"))
    said = {"materials": [LACKING, "site_plan"], "from_on": "2026-11-06", "basis": "局务会", "days": ""}
    assert "填写最长几个工作日" in text_of(desk.post(url, said))
    assert desk.post(url, {**said, "days": "31"}).status_code == 422
    assert desk.post(url, {**said, "days": "8"}).status_code == 302
    assert Tolerance.objects.get(to_on=None).materials == [LACKING, "site_plan"]
    guide = text_of(Client().get(f"/guides/{item.matter_id}/"))
    assert "最长 8 个工作日" in guide and "总平面图" in guide
    assert desk.get("/staff/deficient/tolerances/eia_table/").status_code == 403
    assert window(county).get("/staff/deficient/tolerances/").status_code == 403


def test_blank_forms_are_there_to_print(county: County) -> None:
    for form in ("application", "notice"):
        answer = Client().get(f"/forms/deficient/{form}/")
        assert (answer.status_code, answer.content[:4]) == (200, b"%PDF")
    assert Client().get("/forms/deficient/other/").status_code == 404


def test_the_company_reads_what_may_come_later_and_where_to_go_and_fills_its_gap_online(
    county: County, company: Company, item: MapItem
) -> None:
    desk = of(company.person)
    page = text_of(desk.get(f"/items/{item.pk}/deficient/"))
    assert (
        "容缺受理只在综合窗口办理" in page and "弃土弃渣综合利用或者存放协议" in page and "提交容缺受理申请" not in page
    )
    assert desk.post(f"/items/{item.pk}/deficient/", {}).status_code == 422
    assert not DeficientAcceptance.objects.exists()
    signed(county, company, item)
    assert "补齐材料" in text_of(desk.get(f"/items/{item.pk}/"))
    url = f"/items/{item.pk}/deficient/supply/"
    form = text_of(desk.get(url))
    assert "逾期视为放弃申请" in form
    key = form.split('name="key" value="')[1].split('"')[0]
    assert desk.post(url, {"version": "2", "key": key}).status_code == 422
    file = files(company, item, {LACKING}, NOW)[0]["file"]
    answer = desk.post(url, {"version": "2", "key": key + "x", "m0-library": str(file)})
    assert answer.headers["Location"] == f"/items/{item.pk}/", text_of(answer)
    assert DeficientAcceptance.objects.get().state == "completed"
    assert desk.get(url).status_code == 302


# -- “1+X”


@pytest.fixture
def under_way(county: County, company: Company, item: MapItem, set_clock: SetClock) -> MapItem:
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=county.actor("approver", "soil_conservation"), item_id=item.pk, at=at("2026-11-06 15:00"))
    set_clock("2026-11-10 12:00")
    return item_of(item.project)


def test_a_case_is_put_from_its_matter(county: County, under_way: MapItem) -> None:
    desk, url = approver(county), f"/staff/items/{under_way.pk}/coordinate/"
    assert "提请“1+X”协调" in text_of(desk.get(f"/staff/items/{under_way.pk}/"))
    page = text_of(desk.get(url))
    assert "附件6·四(二)3" in page and "牵头研究" in page
    assert "写明需要协调的问题" in text_of(desk.post(url, {"issue": "", "version": under_way.version}))
    answer = desk.post(url, {"issue": "红线交叉", "version": under_way.version, "key": "k"})
    made = Coordination.objects.get()
    assert answer.headers["Location"] == f"/staff/coordination/{made.pk}/"
    assert desk.post(url, {"issue": "红线交叉", "version": under_way.version, "key": "k"}).status_code == 302
    assert desk.post(url, {"issue": "又一次", "version": under_way.version, "key": "k2"}).status_code == 422
    assert of(county.person("approver", "meteorology")).get(url).status_code == 403


def test_the_convener_starts_calls_and_concludes_and_the_map_tells_the_company(
    county: County, company: Company, under_way: MapItem, set_clock: SetClock
) -> None:
    convener(county, under_way)
    made = case_put(county, under_way)
    head = of(county.person("stage_convener", "natural_resources", under_way.stage))
    url = f"/staff/coordination/{made.pk}/"
    assert "“1+X”协调" in text_of(head.get("/staff/"))
    assert "启动协调" in text_of(head.get(url))
    assert "写明不启动协调的理由" in text_of(
        head.post(url, {"do": "decline", "decline-version": made.version, "decline-why": ""})
    )
    assert head.post(url, {"do": "start", "start-version": made.version}).status_code == 302
    company_page = text_of(of(company.person).get(f"/projects/{made.project_id}/map/"))
    assert "“1+X”协调中" in company_page and "如果今天恢复，应于" in company_page
    assert "“1+X”协调中" in text_of(of(company.person).get(f"/items/{under_way.pk}/"))
    assert "恢复计时</button>" not in text_of(approver(county).get(f"/staff/items/{under_way.pk}/"))
    made.refresh_from_db()
    bad = {
        "do": "meeting",
        "meeting-version": made.version,
        "meeting-day": "2026-11-12",
        "meeting-clock": "九点",
        "meeting-place": "三楼",
    }
    assert head.post(url, bad).status_code == 422
    assert head.post(url, {**bad, "meeting-clock": "09:30"}).status_code == 302
    other = of(county.person("approver", "housing"))
    assert other.post(url, {"do": "opinion", "opinion-version": "1", "opinion-text": "不影响管线"}).status_code == 302
    made.refresh_from_db()
    assert approver(county).post(url, {"do": "conclude"}).status_code == 422
    assert of(county.person("approver", "meteorology")).post(url, {"do": "conclude"}).status_code == 403
    done = head.post(url, {"do": "conclude", "conclude-version": made.version, "conclude-conclusion": "西移 1.5 米"})
    assert done.status_code == 302
    assert "会议纪要" in text_of(head.get(url))
    assert head.post(url, {"do": "start", "start-version": "1"}).status_code == 422


def test_the_lists_of_coordination_are_each_ones_own(
    county: County, company: Company, under_way: MapItem, django_assert_max_num_queries: Any
) -> None:
    made = started(county, under_way)
    head = of(county.person("stage_convener", "natural_resources", under_way.stage))
    head.get("/staff/coordination/")
    with django_assert_max_num_queries(9):
        assert made.issue[:20] in text_of(head.get("/staff/coordination/"))
    with django_assert_max_num_queries(22):
        head.get(f"/staff/coordination/{made.pk}/")
    assert made.issue[:20] not in text_of(of(county.person("approver", "meteorology")).get("/staff/coordination/"))
    assert "还没有结束的协调" in text_of(head.get("/staff/coordination/?view=ended"))
    assert of(company.person).get("/staff/coordination/").status_code == 403
    assert "1+X 协调" in text_of(of(county.person("general_convener")).get("/staff/hall/"))


# -- what was typed stays, the wrong role does nothing, sent twice it is done once


def test_the_opinion_on_a_gap_keeps_what_was_typed_and_is_given_once_by_its_department(
    county: County, company: Company, item: MapItem
) -> None:
    row = asked(clerk(county), company, item, moment=NOW)
    url, desk = f"/staff/deficient/{row.pk}/", approver(county)
    typed = {"do": "agree", "agree-version": row.version, "agree-days": "11", "agree-opinion": "请与弃土场一并补交"}
    page = text_of(desk.post(url, typed))
    assert "请与弃土场一并补交" in page and 'value="11"' in page
    for other in (window(county), of(county.person("approver", "meteorology")), of(county.person("supervisor"))):
        assert other.post(url, {**typed, "agree-days": "5"}).status_code in (403, 422)
    row.refresh_from_db()
    assert row.state == "applied"
    assert desk.post(url, {**typed, "agree-days": "5"}).status_code == 302
    twice = desk.post(url, {**typed, "agree-days": "6"})
    assert twice.status_code == 422
    row.refresh_from_db()
    assert (row.state, row.days, row.opinion) == ("notified", 5, "请与弃土场一并补交")
    assert of(company.person).get(url).status_code == 403


def test_a_coordinations_forms_keep_what_was_typed_and_do_nothing_twice(
    county: County, company: Company, under_way: MapItem
) -> None:
    made = started(county, under_way)
    head = of(county.person("stage_convener", "natural_resources", under_way.stage))
    url = f"/staff/coordination/{made.pk}/"
    bad = {
        "do": "meeting",
        "meeting-version": made.version,
        "meeting-day": "2026-11-12",
        "meeting-clock": "九点",
        "meeting-place": "三楼会议室",
    }
    page = text_of(head.post(url, bad))
    assert "三楼会议室" in page and "九点" in page
    stale = {"do": "conclude", "conclude-version": "99", "conclude-conclusion": "西移 1.5 米"}
    page = head.post(url, stale)
    assert page.status_code == 422 and "西移 1.5 米" in text_of(page), "the form gone stale keeps the conclusion"
    for other in (window(county), of(county.person("supervisor")), of(company.person)):
        assert other.post(url, {**stale, "conclude-version": made.version}).status_code in (403, 422)
    made.refresh_from_db()
    assert made.state == "running"
    right = {**stale, "conclude-version": made.version}
    assert head.post(url, right).status_code == 302
    assert head.post(url, right).status_code == 422
    assert Coordination.objects.get().conclusion == "西移 1.5 米"
