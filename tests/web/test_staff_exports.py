"""Lists taken away as files: the page's rows, deadlines as real instants, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.apps.county import Company, County, at, new_company
from tests.apps.test_onemap import filed
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.trail.models import Seen
from yinuo.engine.work.models import Export, WorkItem
from yinuo.rooms.projects.models import Project
from yinuo.site import downloads
from yinuo.ui.exporting import CHUNK, Field, Listing, plain, write_csv, write_xlsx

__all__ = ["company", "county", "set_clock"]
NASTY = '=HYPERLINK("http://x","点我")'


def taken(response: Any) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def sheet(response: Any) -> list[tuple[Any, ...]]:
    return list(load_workbook(io.BytesIO(taken(response))).active.iter_rows(values_only=True))


def lines(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(taken(response).decode("utf-8-sig"))))


def test_the_inbox_is_taken_away_with_its_deadlines_as_real_instants(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-03 10:00")
    filed(county, company)
    item = WorkItem.objects.get(kind="review")
    answer = desk(county, "approver").get("/staff/export/inbox/?box=mine")
    assert answer.headers["Content-Type"].startswith("application/vnd.openxmlformats")
    assert "2026-11-03.xlsx" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    head, row = sheet(answer)
    found = dict(zip(head, row, strict=True))
    assert item.due_at is not None
    assert found["到期时间"] == item.due_at.astimezone(at("2026-11-03 10:00").tzinfo).replace(tzinfo=None)
    assert isinstance(found["预警时间"], datetime)
    assert found["事项"] == "备案复核"
    assert found["项目单位"] == company.unit.name
    assert found["状态"] == "正常"
    assert found["办理时限"] == "1 个工作日"
    assert Seen.objects.filter(what="export:inbox", role="approver").count() == 1


def test_the_file_holds_what_the_page_holds_in_its_order_and_no_more(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-03 10:00")
    filed(county, new_company("丙公司", "62"), name="丙项目")
    for number in range(54):
        filed(county, company, name=f"项目{number:02}")
    rows = lines(desk(county, "approver").get("/staff/export/inbox/?box=mine&grade=A&as=csv"))
    assert [row[2] for row in rows[1:]] == [f"项目{number:02}" for number in range(54)]
    assert lines(desk(county, "approver", "ecology").get("/staff/export/inbox/?box=department&as=csv"))[1:] == []


def test_a_name_that_begins_like_a_formula_stays_text(county: County, company: Company, set_clock: SetClock) -> None:
    set_clock("2026-11-03 10:00")
    project = filed(county, company)
    Project.objects.filter(pk=project.pk).update(name=NASTY)
    ProjectUnit.objects.filter(pk=company.unit.pk).update(name="@SUM(1+1)公司")
    client = desk(county, "approver")
    book = load_workbook(io.BytesIO(taken(client.get("/staff/export/projects/"))))
    cell = book.active["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (NASTY, "s", True)
    row = lines(client.get("/staff/export/projects/?as=csv"))[1]
    assert row[0] == f"'{NASTY}"
    assert row[2] == "'@SUM(1+1)公司"


def test_numbers_and_days_are_numbers_and_days(county: County, company: Company, set_clock: SetClock) -> None:
    set_clock("2026-11-03 10:00")
    project = filed(county, company)
    Project.objects.filter(pk=project.pk).update(started_on=date(2026, 11, 2))
    head, row = sheet(desk(county, "approver").get("/staff/export/projects/"))
    found = dict(zip(head, row, strict=True))
    assert Decimal(str(found["总投资（万元）"])) == project.total_investment
    assert found["开工日期"] == datetime(2026, 11, 2)
    assert found["在办"] == 1
    assert isinstance(found["最近到期"], datetime)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (at("2026-11-03 23:30"), "moment", datetime(2026, 11, 3, 23, 30)),
        (at("2026-11-03 23:30"), "date", date(2026, 11, 3)),
        (True, "text", "True"),
        ("甲\x0b乙", "text", "甲乙"),
        ("", "text", None),
        (None, "number", None),
        (Decimal("-2.5"), "number", Decimal("-2.5")),
    ],
)
def test_a_cell_is_what_excel_takes_for_it(value: object, kind: str, expected: object) -> None:
    assert plain(value, kind) == expected


def test_a_list_is_written_chunk_by_chunk() -> None:
    asked: list[int] = []

    def lines_of(chunk: Any) -> Any:
        asked.append(len(chunk))
        return [(number, f"+{number}") for number in chunk]

    listing = Listing("数", (Field("数", 8, "number"), Field("字")), range(CHUNK + 3), lines_of)
    told: list[int] = []
    with write_xlsx(listing, told.append) as file:
        assert load_workbook(file).active.max_row == CHUNK + 4
    assert asked == [CHUNK, 3]
    assert told == [CHUNK, CHUNK + 3]
    assert b"".join(write_csv(listing)).decode("utf-8-sig").splitlines()[1] == "0,'+0"


def test_who_may_not_open_the_page_may_not_take_the_list_away(county: County, company: Company) -> None:
    assert Client().get("/staff/export/inbox/").status_code == 302
    assert signed_in(company.person).get("/staff/export/projects/").status_code == 403
    assert desk(county, "approver").get("/staff/export/nonsense/").status_code == 404
    assert desk(county, "approver").get("/staff/export/inbox/?as=exe").status_code == 404


def test_a_long_list_is_put_on_order_once_made_and_fetched_by_the_one_who_asked(
    county: County, company: Company, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock("2026-11-03 10:00")
    for number in range(4):
        filed(county, company, name=f"项目{number}")
    monkeypatch.setattr(downloads, "LONG", 3)
    client = desk(county, "approver")
    told = client.get("/staff/export/projects/?as=csv")
    assert "超过 3 行" in text_of(told)
    assert Export.objects.count() == 0
    answer = client.post("/staff/export/projects/?as=csv")
    assert client.post("/staff/export/projects/?as=csv").headers["Location"] == answer.headers["Location"]
    asked = Export.objects.get()
    assert jobs() == [{"export_id": asked.pk}]
    waiting = text_of(client.get(answer.headers["Location"]))
    assert "排队中" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert client.get(f"{answer.headers['Location']}file/").status_code == 404
    assert downloads.write(asked.pk, at("2026-11-03 10:01")) == 4
    assert downloads.write(asked.pk, at("2026-11-03 10:02")) == 4
    part = text_of(client.get(answer.headers["Location"], headers={"HX-Request": "true"}))
    assert "共 4 行" in part
    assert "<html" not in part
    assert "hx-get" not in part
    rows = lines(client.get(f"{answer.headers['Location']}file/"))
    assert [row[0] for row in rows[1:]] == ["项目3", "项目2", "项目1", "项目0"]
    assert desk(county, "supervisor").get(answer.headers["Location"]).status_code == 404
    assert desk(county, "supervisor").get(f"{answer.headers['Location']}file/").status_code == 404


def test_an_excel_file_made_in_the_background_opens_and_one_that_fails_says_so(
    county: County, company: Company, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock("2026-11-03 10:00")
    filed(county, company)
    monkeypatch.setattr(downloads, "LONG", 0)
    client = desk(county, "approver")
    place = client.post("/staff/export/inbox/?box=mine&light=green").headers["Location"]
    downloads.write(Export.objects.get().pk, at("2026-11-03 10:01"))
    assert len(sheet(client.get(f"{place}file/"))) == 2
    second = client.post("/staff/export/inbox/?box=mine").headers["Location"]

    def fail(*_: Any, **__: Any) -> Any:
        raise OSError("disk full")

    monkeypatch.setattr(downloads, "write_xlsx", fail)
    with pytest.raises(OSError, match="disk full"):
        downloads.write(Export.objects.latest("id").pk, at("2026-11-03 10:02"))
    assert "生成时出了问题" in text_of(client.get(second))


def test_a_list_thrown_away_before_or_while_it_is_made_ends_quietly(
    county: County, company: Company, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock("2026-11-03 10:00")
    filed(county, company)
    monkeypatch.setattr(downloads, "LONG", 0)
    client = desk(county, "approver")
    client.post("/staff/export/inbox/?box=mine&as=csv")
    asked = Export.objects.get()

    def thrown_away(listing: Listing, **_: Any) -> list[bytes]:
        Export.objects.all().delete()
        return [b"x"]

    monkeypatch.setattr(downloads, "write_csv", thrown_away)
    assert downloads.write(asked.pk, at("2026-11-03 10:01")) == 0
    assert downloads.write(asked.pk, at("2026-11-03 10:02")) == 0
    assert not Export.objects.exists()


def test_what_was_ordered_a_day_ago_is_thrown_away_with_the_next_order(
    county: County, company: Company, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "LONG", -1)
    for moment in ("2026-11-03 10:00", "2026-11-04 10:01"):
        set_clock(moment)
        desk(county, "approver").post("/staff/export/projects/")
    assert [row.asked_at for row in Export.objects.all()] == [at("2026-11-04 10:01")]


def test_a_list_costs_the_same_queries_however_long_it_is(
    county: County, company: Company, set_clock: SetClock, django_assert_max_num_queries: Any
) -> None:
    set_clock("2026-11-03 10:00")
    client = desk(county, "approver")
    for number in range(6):
        filed(county, company, name=f"项目{number}")
    taken(client.get("/staff/export/projects/"))
    for name in ("projects", "inbox", "credit"):
        with django_assert_max_num_queries(11):
            taken(client.get(f"/staff/export/{name}/"))


def jobs() -> list[Any]:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return list(ProcrastinateJob.objects.filter(task_name="web.make_export").values_list("args", flat=True))
