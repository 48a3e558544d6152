"""What narrows the inbox, and what somebody keeps of it under a name."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.apps.county import Company, County, at, new_company
from tests.apps.test_onemap import filed, guided, hand_in, ready
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.engine.base import Forbidden, Refused
from yinuo.engine.work.actions import SAVED_FILTERS, remove_filter, save_filter
from yinuo.engine.work.models import SavedFilter, WorkItem
from yinuo.engine.work.queries import lit
from yinuo.rooms.onemap.actions import accept, pause_item
from yinuo.site.filters import Filters

__all__ = ["company", "county", "set_clock"]
DAY = at("2026-11-03 10:00").date()


def look(client: Client, **query: str) -> str:
    return text_of(client.get(f"/staff/?{urlencode(query)}"))


def test_a_project_is_found_by_a_part_of_its_name_its_unit_and_its_code(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-03 10:00")
    first = filed(county, company, name="有机肥加工项目")
    filed(county, new_company("积石山宏达建材有限公司", "78"), name="物流园一期")
    client = desk(county, "approver")
    assert "物流园一期" not in look(client, q="有机肥")
    assert "有机肥加工项目" not in look(client, q="宏达建材")
    assert "物流园一期" in look(client, q="宏达建材")
    by_code = look(client, q=first.code or "")
    assert "有机肥加工项目" in by_code
    assert "物流园一期" not in by_code
    assert "没有符合筛选的事" in look(client, q="不存在的项目")


def test_each_filter_narrows_to_its_own(county: County, set_clock: SetClock) -> None:
    best, close, nobody = new_company("甲公司", "95"), new_company("丙公司", "62"), new_company("丁公司", None)
    filed(county, best, name="甲项目")
    filed(county, close, name="丙项目")
    filed(county, nobody, name="丁项目")
    WorkItem.objects.filter(subtitle__startswith="丙项目").update(
        due_at=at("2026-11-03 09:30"), red_from=at("2026-11-03 09:30"), yellow_from=at("2026-11-03 09:15")
    )
    set_clock("2026-11-03 10:00")
    client = desk(county, "approver")
    assert {name for name in ("甲项目", "丙项目", "丁项目") if name in look(client, grade="A")} == {"甲项目"}
    assert {name for name in ("甲项目", "丙项目", "丁项目") if name in look(client, grade="unrated")} == {"丁项目"}
    assert {name for name in ("甲项目", "丙项目", "丁项目") if name in look(client, light="red")} == {"丙项目"}
    assert {name for name in ("甲项目", "丙项目", "丁项目") if name in look(client, light="green")} == {
        "甲项目",
        "丁项目",
    }
    assert "甲项目" in look(client, matter="review")
    assert "甲项目" not in look(client, matter="guidance")
    assert "甲项目" not in look(client, stage="construction_permit")


@begins_with(guided)
@pytest.mark.parametrize("light", ["red", "yellow", "green", "paused"])
def test_the_database_sees_each_light_where_the_row_sees_it(county: County, company: Company, light: str) -> None:
    item = ready(guided(county, company))
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-06 15:00"))
    pause_item(actor=handler, item_id=item.pk, reason="expert_review", note="评审", at=at("2026-11-09 08:30"))
    filed(county, company, name="另一个项目")
    met = set()
    for moment in (
        "2026-11-04 12:00",
        "2026-11-04 17:30",
        "2026-11-10 09:00",
        "2026-12-01 09:00",
        "2027-03-01 09:00",
        "2027-06-01 09:00",
    ):
        now = at(moment)
        rows = WorkItem.objects.filter(state__in=["running", "paused"], due_at__isnull=False)
        halted = {row.pk for row in rows if row.is_paused_at(now)}
        expected = (
            halted
            if light == "paused"
            else {row.pk for row in rows if row.pk not in halted and row.light_at(now) == light}
        )
        assert set(rows.filter(lit(light, now)).values_list("pk", flat=True)) == expected, moment
        met |= expected
    assert met


def test_what_the_page_does_not_know_narrows_nothing(county: County, company: Company, set_clock: SetClock) -> None:
    set_clock("2026-11-03 10:00")
    filed(county, company)
    for query in ("light=blue", "stage=nowhere", "grade=Z", "box=x&light=", "q=%00%00"):
        page = desk(county, "approver").get(f"/staff/?{query}")
        assert page.status_code == 200
        assert "备案复核" in text_of(page), query


def test_a_query_string_is_always_written_the_same_way() -> None:
    one = Filters.parse("light=red&box=department&q=%20甲%20%20乙&junk=1", DAY)
    assert one == Filters.parse(one.query, DAY)
    assert one.query == urlencode({"box": "department", "q": "甲 乙", "light": "red"})
    assert Filters.parse("", DAY).query == "box=mine"
    assert not Filters(box="overdue").narrowed
    assert one.narrowed


def test_the_filters_go_along_from_page_to_page(county: County, company: Company, set_clock: SetClock) -> None:
    set_clock("2026-11-03 10:00")
    filed(county, new_company("丙公司", "62"), name="丙项目")
    for number in range(52):
        filed(county, company, name=f"项目{number:02}")
    client = desk(county, "approver")
    first = look(client, grade="A")
    assert "正常 52" in first
    assert "52 件" in first
    link = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = text_of(client.get(link))
    assert second.count('class="row ') == 2
    assert "丙项目" not in first + second
    assert "正常 52" in second


def test_a_filter_is_kept_under_a_name_and_counted_beside_the_boxes(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-03 10:00")
    filed(county, company)
    client = desk(county, "approver")
    answer = client.post(
        "/staff/filters/", {"do": "save", "name": " A 级  优先 ", "query": "grade=A&box=mine&nonsense=1"}
    )
    assert answer.headers["Location"] == "/staff/?box=mine&grade=A"
    page = text_of(client.get(answer.headers["Location"]))
    assert "已存下“A 级 优先”" in page
    assert 'aria-current="page">A 级 优先<b>1</b>' in page
    assert "A 级 优先</h1>" in page.replace(" <small>1 件</small>", "")
    assert "A 级 优先" not in look(signed_in(county.add("approver", "development_reform").person))


def test_a_kept_filter_is_renamed_and_removed(county: County, set_clock: SetClock) -> None:
    client = desk(county, "approver")
    for name in ("红灯", "急件"):
        client.post("/staff/filters/", {"do": "save", "name": name, "query": "light=red"})
    one = SavedFilter.objects.get(name="急件")
    taken = client.post("/staff/filters/", {"do": "rename", "id": one.pk, "name": "红灯"})
    assert taken.status_code == 422
    assert "同名的筛选" in text_of(taken)
    assert 'value="红灯"' in text_of(taken)
    client.post("/staff/filters/", {"do": "rename", "id": one.pk, "name": "最急"})
    assert "最急" in text_of(client.get("/staff/filters/"))
    client.post("/staff/filters/", {"do": "remove", "id": one.pk})
    again = client.post("/staff/filters/", {"do": "remove", "id": one.pk})
    assert again.status_code == 422
    assert "已经删除" in text_of(again)
    assert list(SavedFilter.objects.values_list("name", flat=True)) == ["红灯"]


def test_saving_the_same_name_again_means_the_new_one(county: County, set_clock: SetClock) -> None:
    client = desk(county, "approver")
    for query in ("light=red", "light=yellow"):
        client.post("/staff/filters/", {"do": "save", "name": "急件", "query": query})
    assert SavedFilter.objects.get().query == "box=mine&light=yellow"


@pytest.mark.parametrize(("name", "code"), [("", "work.filter_name"), ("名" * 21, "work.filter_name")])
def test_a_filter_wants_a_short_name(county: County, name: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        save_filter(actor=county.actor("approver"), name=name, query="light=red", at=at("2026-11-03 10:00"))
    assert refused.value.code == code


def test_nobody_keeps_more_filters_than_can_be_read(county: County) -> None:
    actor = county.actor("approver")
    for number in range(SAVED_FILTERS):
        save_filter(actor=actor, name=f"筛选{number}", query="light=red", at=at("2026-11-03 10:00"))
    with pytest.raises(Refused) as refused:
        save_filter(actor=actor, name="又一个", query="light=red", at=at("2026-11-03 10:00"))
    assert refused.value.code == "work.filter_many"
    save_filter(actor=actor, name="筛选0", query="light=yellow", at=at("2026-11-03 10:00"))
    with pytest.raises(Refused) as empty:
        save_filter(actor=actor, name="空", query="", at=at("2026-11-03 10:00"))
    assert empty.value.code == "work.filter_query"


def test_nobody_touches_anothers_filter(county: County, company: Company) -> None:
    kept = save_filter(actor=county.actor("approver"), name="我的", query="light=red", at=at("2026-11-03 10:00"))
    with pytest.raises(Forbidden):
        remove_filter(actor=county.actor("supervisor"), filter_id=kept.pk)
    page = desk(county, "supervisor").post("/staff/filters/", {"do": "remove", "id": kept.pk})
    assert page.status_code == 403
    assert Client().get("/staff/filters/").status_code == 302
    assert signed_in(company.person).get("/staff/filters/").status_code == 403
    assert SavedFilter.objects.count() == 1


def test_saved_filters_cost_no_further_query(
    county: County,
    company: Company,
    set_clock: SetClock,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    set_clock("2026-11-03 10:00")
    filed(county, company)
    client = desk(county, "approver")
    client.get("/staff/")
    for number in range(5):
        save_filter(
            actor=county.actor("approver"), name=f"筛选{number}", query="box=mine&light=red", at=at("2026-11-03 10:00")
        )
    with django_assert_max_num_queries(12):
        client.get("/staff/?grade=A&light=green&q=有机肥")
