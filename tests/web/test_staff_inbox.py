from __future__ import annotations

from typing import Any

from django.test import Client

from tests.apps.county import Company, County, at, graded, new_company
from tests.apps.test_onemap import filed, guided, hand_in, ready
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.engine.people.actions import delegate
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.actions import accept, confirm_review, pause_item

__all__ = ["company", "county", "set_clock"]


def test_a_visitor_is_sent_to_the_login_and_a_company_is_refused(county: County, company: Company) -> None:
    assert Client().get("/staff/").headers["Location"].startswith("/accounts/login/")
    assert signed_in(company.person).get("/staff/").status_code == 403


def test_a_new_filing_waits_in_the_filing_units_inbox_and_in_nobody_elses(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-03 10:00")
    filed(county, company)
    page = text_of(desk(county, "approver").get("/staff/"))
    assert "备案复核" in page
    assert "正常 1" in page
    assert "积石山绿源有机肥有限公司" in page
    assert "/review/" in page
    assert "积石山绿源有机肥有限公司" not in text_of(desk(county, "approver", "ecology").get("/staff/?box=department"))


def test_lights_group_the_rows_with_word_and_shape(county: County, company: Company, set_clock: SetClock) -> None:
    filed(county, company)
    set_clock("2026-11-04 17:30")
    yellow = text_of(desk(county, "approver").get("/staff/"))
    assert "预警 1" in yellow
    assert "今天 18:00 前" in yellow
    assert "今天到期 1 件" in yellow
    set_clock("2026-11-05 10:30")
    red = text_of(desk(county, "approver").get("/staff/"))
    assert "超期 1" in red
    assert "超期 2 个工作小时" in red


@begins_with(guided)
def test_a_paused_item_says_when_it_would_end_if_resumed_now(
    county: County, company: Company, set_clock: SetClock
) -> None:
    item = ready(guided(county, company))
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-06 15:00"))
    pause_item(actor=handler, item_id=item.pk, reason="expert_review", note="组织专家评审", at=at("2026-11-09 08:30"))
    set_clock("2026-11-11 08:30")
    page = text_of(desk(county, "approver", item.department.key).get("/staff/"))
    assert "暂停 1" in page
    assert "已停 2 个工作日" in page
    assert "若现在恢复" in page
    assert "看原因" in page


def test_the_grade_shown_is_todays_and_marks_who_goes_first_and_who_is_looked_at_closely(
    county: County, set_clock: SetClock
) -> None:
    set_clock("2026-11-03 10:00")
    best, close = new_company("甲公司", "95"), new_company("丙公司", "62")
    filed(county, best)
    filed(county, close, name="另一个项目")
    page = text_of(desk(county, "approver").get("/staff/"))
    assert page.count("优先办理") == 1
    assert page.count("重点审查") == 1
    graded(best.unit, "D")
    assert "优先办理" not in text_of(desk(county, "approver").get("/staff/"))


def test_a_substitute_sees_the_absent_colleagues_items_and_may_handle_them(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-03 10:00")
    filed(county, company)
    colleague = county.add("approver", "development_reform")
    client = signed_in(colleague.person)
    assert "手上的事都办完了" in text_of(client.get("/staff/"))
    delegate(
        actor=county.actor("approver"),
        person=county.person("approver"),
        substitute=colleague.person,
        from_on=at("2026-11-03 00:00").date(),
        to_on=at("2026-11-05 00:00").date(),
        reason="出差",
        at=at("2026-11-03 09:30"),
    )
    page = text_of(client.get("/staff/"))
    assert "备案复核" in page
    assert "您代" in page
    assert "11月3日至11月4日" in page
    project = WorkItem.objects.get(kind="review").project_id
    assert client.get(f"/staff/projects/{project}/review/").status_code == 200


def test_the_inbox_takes_ten_queries_whatever_it_holds(
    county: County, company: Company, set_clock: SetClock, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        filed(county, company, name=f"项目{number}")
    tick(at("2026-11-05 09:00"))
    set_clock("2026-11-05 10:00")
    client = desk(county, "approver")
    client.get("/staff/")
    with django_assert_max_num_queries(10):
        one = client.get("/staff/?box=department")
    assert text_of(one).count("超期 ") >= 3


def test_pages_follow_each_other_by_keyset_without_losing_or_repeating_a_row(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-03 10:00")
    for number in range(53):
        filed(county, company, name=f"项目{number:02}")
    client = desk(county, "approver")
    first = text_of(client.get("/staff/"))
    assert "53 件，今天" in first or "53 件</small>" in first
    assert "正常 53" in first
    link = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = text_of(client.get(link))
    seen = [f"项目{n:02}" for n in range(53) if f"项目{n:02}" in first] + [
        f"项目{n:02}" for n in range(53) if f"项目{n:02}" in second
    ]
    assert sorted(seen) == [f"项目{n:02}" for n in range(53)]
    assert "回到开头" in second


def test_a_made_up_cursor_or_box_begins_at_the_beginning(county: County, company: Company, set_clock: SetClock) -> None:
    set_clock("2026-11-03 10:00")
    filed(county, company)
    client = desk(county, "approver")
    for query in ("box=nonsense", "after=nonsense", "after=none_x", "after=2026-11-03T00:00:00+08:00_x"):
        page = client.get(f"/staff/?{query}")
        assert page.status_code == 200
        assert "备案复核" in text_of(page)


def test_the_side_counts_each_box_and_stops_at_a_hundred(county: County, company: Company, set_clock: SetClock) -> None:
    set_clock("2026-11-03 10:00")
    project = filed(county, company)
    confirm_review(actor=county.actor("approver"), project_id=project.pk, at=at("2026-11-03 10:00"))
    row = WorkItem.objects.filter(kind="guidance").select_related("department").first()
    assert row is not None
    page = text_of(desk(county, "approver", row.department.key).get("/staff/?box=guidance"))
    assert "前期辅导意见" in page
    assert "填写" in page
    work = WorkItem.objects.filter(pk=row.pk).values().get()
    work.pop("id")
    WorkItem.objects.bulk_create([WorkItem(**{**work, "subject_id": 100_000 + n}) for n in range(120)])
    assert "<b>100</b>" in text_of(desk(county, "approver", row.department.key).get("/staff/"))
