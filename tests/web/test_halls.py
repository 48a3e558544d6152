"""Scores of the halls on the pages: the ranking, and every point opened to its case, by who may go there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.apps.county import Company, County
from tests.apps.test_onemap import guided
from tests.apps.test_reviews import LATER, bad, concluded
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, set_clock, signed_in, text_of
from yinuo.engine.people.models import Hall, Region
from yinuo.rooms.halls import queries
from yinuo.rooms.halls.models import ManualPoint, ReportedEvent
from yinuo.rooms.onemap.models import MapItem

pytestmark = begins_with(guided)

__all__ = ["company", "county", "set_clock"]


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    queries.forget()
    yield
    queries.forget()


@pytest.fixture
def item(county: County, company: Company, set_clock: SetClock) -> MapItem:
    made = concluded(county, company)
    set_clock("2026-11-20 10:00")
    return made


def test_the_ranking_stands_for_all_halls_of_a_region_with_their_mean(
    county: County, company: Company, item: MapItem
) -> None:
    prefecture = Region.objects.create(code="622900", name="临夏回族自治州")
    Region.objects.filter(pk=county.hall.region_id).update(parent=prefecture)
    other = Hall.objects.create(
        region=Region.objects.create(code="622921", name="临夏县", parent=prefecture), name="临夏县政务大厅"
    )
    ManualPoint.objects.create(
        hall=other, on=date(2026, 11, 3), points=Decimal("0.7"), basis="专项督查", evidence="通报", reason="服务优质",
        by=county.person("supervisor"), at=LATER,
    )  # fmt: skip
    bad(company, item)
    page = text_of(Client().get("/halls/"))
    assert page.index(other.name) < page.index(county.hall.name)
    for said in ("临夏回族自治州", "100.7", "99.5", "100.1", "−0.5", "附件7·第十九条", "持平", "降 1 名"):
        assert said in page, said
    assert page.count('class="spark"') == 2
    assert "政务大厅评分" in text_of(Client().get("/"))


def test_a_halls_month_tells_every_event_with_its_clause_and_to_whom_it_concerns_its_case(
    county: County, company: Company, item: MapItem
) -> None:
    review = bad(company, item)
    url = f"/halls/{county.hall.pk}/"
    page = text_of(Client().get(url))
    for said in (item.name, "非常不满意", "−0.5", "99.5", "第二十一条", item.department.short_name):
        assert said in page
    for hidden in (
        company.unit.name,
        company.person.name,
        item.project.name,
        county.person("approver", item.department.key).name,
        "等了太久",
    ):
        assert hidden not in page
    case = f"/staff/reviews/{review.pk}/"
    assert case not in page
    for role, led in (("supervisor", True), ("general_convener", True), ("approver", False), ("administrator", False)):
        assert (case in text_of(signed_in(county.person(role)).get(url))) is led, role
    assert "这个月还没有加减分" in text_of(Client().get(f"{url}?month=2026-10"))
    assert [Client().get(f"{url}?month={month}").status_code for month in ("2026-12", "2022-01", "gestern")] == [
        404,
        404,
        404,
    ]
    assert Client().get("/halls/999/").status_code == 404


FORM = {
    "on": "2026-11-05",
    "points": "-0.5",
    "basis": "专项督查，联系 13600009999",
    "evidence": "督查通报第3号",
    "reason": "窗口无人值守",
    "key": "k",
}


def test_the_supervisor_gives_points_on_a_page_takes_them_back_once_and_publishes_the_month(
    county: County, set_clock: SetClock
) -> None:
    set_clock("2026-11-20 10:00")
    desk, url = signed_in(county.person("supervisor")), "/staff/scores/"
    refused = desk.post(url, {**FORM, "points": "0", "reason": ""})
    assert refused.status_code == 422
    assert ("写明理由" in text_of(refused), "督查通报第3号" in text_of(refused)) == (True, True)
    assert "分值不能为 0" in text_of(desk.post(url, {**FORM, "points": "0"}))
    for _ in range(2):
        assert desk.post(url, FORM)["Location"] == url
    given = ManualPoint.objects.get()
    entry = f"/staff/scores/points/{given.pk}/"
    assert entry in text_of(desk.get(url))
    public = text_of(Client().get(f"/halls/{county.hall.pk}/"))
    assert "专项督查，联系 136****9999" in public
    assert "13600009999" not in public
    assert "督查通报第3号" not in public
    reader = signed_in(county.person("general_convener"))
    assert "督查通报第3号" in text_of(reader.get(entry))
    assert 'name="reason"' not in text_of(reader.get(entry))
    assert [reader.post(url, FORM).status_code, reader.post(entry, {"reason": "x"}).status_code] == [403, 403]
    assert signed_in(county.person("approver")).get(url).status_code == 403
    assert desk.post(entry, {"reason": ""}).status_code == 422
    assert desk.post(entry, {"reason": "记错了大厅", "key": "c"}).status_code == 302
    assert "这一条已经更正过" in text_of(desk.post(entry, {"reason": "再改", "key": "d"}))
    assert 'name="reason"' not in text_of(desk.get(entry))
    assert "2026-10" in text_of(desk.get(url))
    first = desk.post(f"{url}publish/", {"month": "2026-10"})["Location"]
    assert desk.post(f"{url}publish/", {"month": "2026-10"})["Location"] == first
    assert [desk.post(f"{url}publish/", {"month": month}).status_code for month in ("2026-11", "x")] == [422, 403]
    page = text_of(Client().get(first))
    for said in ("积石山县政务大厅评分通报〔2026〕10号", "100", "附件7·第十九条"):
        assert said in page
    assert Client().get(f"{first}paper/")["Content-Type"] == "application/pdf"
    assert first in text_of(Client().get("/halls/bulletins/"))
    assert "还没有授予过荣誉" in text_of(Client().get("/halls/honours/"))


def test_honours_are_shown_with_their_flag(county: County, set_clock: SetClock) -> None:
    set_clock("2026-10-02 10:00")
    other = Hall.objects.create(region=county.hall.region, name="临夏县政务大厅")
    desk = signed_in(county.person("supervisor"))
    county.person("general_convener")
    page = text_of(desk.get(desk.post("/staff/scores/publish/", {"month": "2026-09"})["Location"]))
    for said in (
        "2026年第三季度荣誉",
        other.name,
        "优秀服务窗口",
        "虚拟流动红旗",
        county.person("general_convener").name,
    ):
        assert said in page
    assert "优秀服务人员" in text_of(Client().get("/halls/honours/"))


def test_a_table_of_another_systems_events_is_taken_in_or_its_rows_are_named(
    county: County, set_clock: SetClock
) -> None:
    set_clock("2026-11-20 10:00")
    desk, url = signed_in(county.person("supervisor")), "/staff/scores/report/"
    sample = desk.get(f"{url}table.csv").content
    for _ in range(2):
        assert desk.post(url, {"file": SimpleUploadedFile("表.csv", sample)})["Location"] == url
    assert ReportedEvent.objects.count() == 3
    assert "建筑工程施工许可" in text_of(desk.get(url))
    wrong = sample.decode("utf-8-sig").replace("非常满意", "还行").replace("2026-11-0001", "n1").encode("gb18030")
    page = desk.post(url, {"file": SimpleUploadedFile("表.csv", wrong)})
    assert (page.status_code, "第 2 行“评价”" in text_of(page)) == (422, True)
    for content, said in (
        (b"a,b\n1,2\n", "表头不对：a、b"),
        (b"\x00\x01", "不是 CSV 表格"),
        (f"编号\n{'1' * 140_000}".encode(), "有一格太长"),
        (b"", "空的"),
    ):
        assert said in text_of(desk.post(url, {"file": SimpleUploadedFile("表.csv", content)})), said
    assert "选择要报送的文件" in text_of(desk.post(url, {}))
    assert ReportedEvent.objects.count() == 3
    assert signed_in(county.person("comprehensive")).get(url).status_code == 403
