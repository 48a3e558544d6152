"""The dashboards: what they say is what one counts, every number opens as many cases, and only those who lead and watch
see any of it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from tests.apps.county import at
from tests.apps.figured import NOW, Figured, built, by_hand, lent
from tests.web.staffdesk import signed_in, text_of
from yinuo.engine.people.models import Membership, Person
from yinuo.engine.trail.models import Seen
from yinuo.faces.figures import public as figures
from yinuo.faces.figures import staff_wall as dashboard_wall
from yinuo.faces.figures.blocks import BLOCKS, PARTS
from yinuo.faces.figures.shapes import tenths
from yinuo.rooms.figures.cases import SOURCES
from yinuo.rooms.figures.definitions import DEFINITIONS
from yinuo.rooms.figures.scope import Scope

__all__ = ["built", "lent"]
ROOT = "/staff/dashboard/"
PAGES = (ROOT, *(f"{ROOT}{name}/" for name in PARTS))
YEAR = (date(2026, 1, 1), date(2027, 1, 1))
NUMBER = re.compile(r'<a href="(/staff/dashboard/cases/[^"]+)">(\d+)<span')
FACT = re.compile(
    r'<dd>(\d+) <small>(?:件|个|次|条)</small></dd><dd class="sub"> ?<a href="(/staff/dashboard/cases/[^"]+)">逐件查看'
)


@pytest.fixture(autouse=True)
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    dashboard_wall.forget()
    yield
    dashboard_wall.forget()


def reader(made: Figured, role: str = "supervisor", department: str = "development_reform") -> Client:
    return signed_in(made.county.person(role, department))


def test_every_number_opens_a_list_that_is_as_long_as_it_says(lent: Figured) -> None:
    client = reader(lent)
    seen: dict[str, int] = {}
    for page in PAGES:
        text = unescape(text_of(client.get(page)))
        found = [(url, int(number)) for url, number in NUMBER.findall(text)] + [
            (url, int(number)) for number, url in FACT.findall(text)
        ]
        by_table: dict[str, list[tuple[str, int]]] = {}
        for url, number in found:
            # One of every way in which cases are picked is enough: by what, and from which figure.
            by_table.setdefault(re.sub(r"=[^&]*", "", url), []).append((url, number))
        assert len(by_table) >= 2, page
        for links in by_table.values():
            for url, number in links[:1]:
                answer = text_of(client.get(url))
                shown = re.search(r"<h1>[^<]+<small>(\d+) ", answer)
                assert shown is not None and int(shown[1]) == number, url
                rows = answer.count("<tr>") - 1
                assert rows == min(number, 50), url
                seen[url.split("/")[4]] = seen.get(url.split("/")[4], 0) + 1
    assert set(seen) == set(SOURCES) - {"runs"}


def test_what_is_said_is_what_one_counts(lent: Figured) -> None:
    client, year = reader(lent, "general_convener"), Scope((lent.county.hall.pk,), *YEAR)
    text = {name: unescape(text_of(client.get(f"{ROOT}{name}/"))) for name in PARTS}
    rows = {source: by_hand(source, year) for source in SOURCES}

    def share(source: str, *parts: str, of: tuple[str, ...] = ()) -> str:
        counted = [row for row in rows[source] if not of or row.part in of]
        tenths = sum(row.part in parts for row in counted) * 1000 // len(counted)
        return f"{tenths // 10}.{tenths % 10}%" if tenths % 10 else f"{tenths // 10}%"

    assert share("promises", "promised") in text["commitment"]
    assert share("coverage", "covered", of=("covered", "missing")) in text["commitment"]
    assert share("decisions", "on_time", of=("on_time", "late")) in text["time"]
    assert share("reviews", "good") in text["service"]
    still = sum(row.days or 0 for row in rows["pauses"]) * 1000 // sum(row.days or 0 for row in rows["runs"])
    assert f"{still // 10}.{still % 10}%".replace(".0%", "%") in text["time"]
    worth = sum(row.worth or 0 for row in rows["projects"])
    assert f"{worth:,.2f}".rstrip("0").rstrip(".").replace(",", "\u00a0") in text["investment"]
    for name, (_, blocks) in PARTS.items():
        for block in blocks:
            assert DEFINITIONS[block].text in text[name]
    everybody = {person.name for person in Person.objects.filter(pk__in=[row.handler for row in rows["lights"]])}
    assert everybody and all(name in text["lights"] for name in everybody)


def test_the_filters_hold_on_the_page_in_the_lists_and_in_the_files(lent: Figured) -> None:
    client, here = reader(lent), lent.county.hall.pk
    quarter = Scope((here,), date(2026, 4, 1), date(2026, 7, 1), kind="filing", office_id=lent.offices[here][0].pk)
    query = f"period=quarter&on=2026-05-05&kind=filing&office={quarter.office_id}"
    rows = by_hand("decisions", quarter)
    assert rows
    listed = text_of(client.get(f"{ROOT}cases/decisions/?{query}"))
    assert f"<small>{len(rows)} 件" in listed
    assert ("2026年第二季度" in listed, "备案类项目" in listed, lent.offices[here][0].short_name in listed) == (
        True,
        True,
        True,
    )
    answer = client.get(f"/staff/export/figure-cases/?source=decisions&{query}&as=csv")
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(lines) - 1 == len(rows)
    assert Seen.objects.filter(what="export:figure-cases").count() == 1
    book = load_workbook(
        io.BytesIO(b"".join(client.get(f"/staff/export/figures/?table=decisions.matter&{query}").streaming_content))
    )
    table = list(book.active.iter_rows(values_only=True))
    assert {line[0]: line[3] for line in table[1:]} == {
        f"事项 {matter}": sum(row.matter == matter for row in rows) for matter in {row.matter for row in rows}
    }
    split = unescape(text_of(client.get(f"{ROOT}landing/?period=free&from=2025-10-01&to=2026-11-28&split=2026-03-01")))
    both = by_hand("landings", Scope((here,), date(2025, 10, 1), date(2026, 11, 29), split=date(2026, 3, 1)))
    assert f"{sum(row.mark == 'before' for row in both)} 个" in split
    assert "在所选日期以前立项" in split


def test_every_table_is_taken_away(lent: Figured) -> None:
    client = reader(lent)
    for page in PAGES:
        for url in set(
            re.findall(r'href="(/staff/export/figures/[^"]+)" download', unescape(text_of(client.get(page))))
        ):
            answer = client.get(f"{url}&as=csv")
            assert answer.status_code == 200, url
            lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
            assert len(lines) > 1, url
    assert client.get("/staff/export/figures/?table=luck").status_code == 404
    assert client.get("/staff/export/figures/?table=promises.luck").status_code == 404
    assert client.get("/staff/export/figure-cases/?source=luck").status_code == 404


def test_a_regions_halls_stand_side_by_side_and_nobody_opens_anothers_cases(lent: Figured) -> None:
    client, both = reader(lent, "comprehensive"), (lent.county.hall.pk, lent.other.pk)
    page = unescape(text_of(client.get(f"{ROOT}?area=region")))
    assert ("各大厅" in page, lent.other.name in page, "/cases/" in page) == (True, True, False)
    rows = by_hand("landings", Scope(both, *YEAR))
    assert f"<td>{sum(row.hall == lent.other.pk for row in rows)}</td>" in page
    lights = unescape(text_of(client.get(f"{ROOT}lights/?area={lent.other.pk}")))
    assert ("各办理人" in lights, "逐件和办理人由各大厅自己看" in lights) == (False, True)
    for path in (f"{ROOT}cases/lights/?area={lent.other.pk}", f"{ROOT}cases/lights/?area=region"):
        assert client.get(path).status_code == 403
    assert client.get(f"/staff/export/figure-cases/?source=lights&area={lent.other.pk}").status_code == 403


def test_a_departments_head_sees_the_departments_and_nobody_else_sees_any(lent: Figured) -> None:
    office = lent.offices[lent.county.hall.pk][0]
    head = reader(lent, "principal", office.key)
    rows = by_hand("lights", Scope((lent.county.hall.pk,), *YEAR, office_id=office.pk))
    assert f"<small>{len(rows)} 件" in text_of(head.get(f"{ROOT}cases/lights/"))
    page = text_of(head.get(f"{ROOT}lights/"))
    assert ("本部门" in page, lent.offices[lent.county.hall.pk][1].short_name in page) == (True, False)
    assert "这里是整个大厅的" in text_of(head.get(f"{ROOT}landing/"))
    assert 'href="/staff/dashboard/"' in page
    paths = (*PAGES, f"{ROOT}cases/lights/", f"{ROOT}wall/", "/staff/export/figures/?table=promises.month")
    for role in ("approver", "stage_convener", "administrator", "window", "agent", "zone", "utility"):
        other = reader(lent, role)
        assert {other.get(path).status_code for path in paths} == {403}, role
        assert ROOT not in text_of(other.get("/staff/projects/")), role
    unit = signed_in(lent.company.person)
    assert {unit.get(path).status_code for path in paths} == {403}
    assert {Client().get(path).status_code for path in paths} == {302}


@pytest.mark.parametrize(
    ("query", "said", "kept"),
    [
        ("period=free&from=2026-02-01&to=2026-01-01", "结束日期早于开始日期", 'value="2026-02-01"'),
        ("period=month&on=gestern", "日期看不懂", 'value="gestern"'),
        ("area=999999", "没有这个大厅", ""),
        ("kind=idea", "没有这种项目类型", ""),
    ],
)
def test_what_cannot_be_read_is_said_with_what_was_typed(lent: Figured, query: str, said: str, kept: str) -> None:
    answer = reader(lent).get(f"{ROOT}landing/?{query}")
    page = text_of(answer)
    assert (answer.status_code, said in page, kept in page, "落地天数中位数" in page) == (422, True, True, True)


def test_nonsense_is_nowhere_a_fault_of_ours(lent: Figured) -> None:
    client = reader(lent)
    for path, code in (
        (f"{ROOT}luck/", 404),
        (f"{ROOT}cases/luck/", 404),
        (f"{ROOT}cases/lights/?by_office=x", 422),
        (f"{ROOT}cases/lights/?after=x", 422),
        (f"{ROOT}cases/lights/?by_matter=%00", 200),
        (f"{ROOT}cases/landings/?by_band=3&by_month=2026-13", 200),
        (f"{ROOT}cases/projects/?by_mark=Z&by_part=x&by_hall=1&by_handler=none", 200),
    ):
        assert client.get(path).status_code == code, path


def test_the_pages_take_as_many_statements_as_they_have_figures(lent: Figured, django_assert_num_queries: Any) -> None:
    client = reader(lent)
    client.get(ROOT)
    # The session, who signs in and as what; the region's halls; then a statement a figure.
    for name, count in (
        ("", 10),
        ("commitment/", 2),
        ("landing/", 1),
        ("time/", 3),
        ("lights/", 2),
        ("service/", 2),
        ("investment/", 1),
    ):
        with django_assert_num_queries(7 + count):
            client.get(f"{ROOT}{name}")
    with django_assert_num_queries(7 + 2):
        client.get(f"{ROOT}cases/decisions/")


def test_every_office_is_drawn_and_of_many_matters_the_first(lent: Figured) -> None:
    client = reader(lent)
    for path, caption, most in (
        ("", "各部门现在的灯", ""),
        ("service/", "各部门的评价", ""),
        ("time/", "各事项用时", ' data-most="12"'),
    ):
        figure = text_of(client.get(f"{ROOT}{path}")).split(f'data-image="{caption} ')[1].split("<figcaption>")[0]
        assert ("data-most" in figure, most in figure) == (bool(most), True), caption


def test_a_high_percentile_is_said_in_tenths(lent: Figured) -> None:
    page = text_of(reader(lent).get(f"{ROOT}landing/"))
    assert ("八成的项目不超过" in page, "百分位" in page) == (True, False)
    said = {
        Fraction(4, 5): "八成",
        Fraction(19, 20): "九成五",
        Fraction(1, 100): "1%",
        Fraction(2, 3): "66.6%",
        Fraction(1): "100%",
    }
    assert {share: tenths(share) for share in said} == said


def test_the_wall_shows_sums_alone_and_answers_nothing_new_with_304(
    lent: Figured, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = reader(lent, "general_convener")
    first = client.get(f"{ROOT}wall/")
    page = unescape(text_of(first))
    for said in ("承诺办理率", "“一张图”覆盖率", "落地天数中位数", "承诺时限按时办结率", "红灯", lent.county.hall.name):
        assert said in page
    names = {*Person.objects.values_list("name", flat=True), lent.company.unit.name, "项目1"}
    assert [name for name in names if name in page] == []
    assert ("/cases/" in page, 'hx-trigger="every 60s"' in page) == (False, True)
    asks = {"HX-Request": "true"}
    again = client.get(f"{ROOT}wall/", headers={**asks, "If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    swapped = text_of(client.get(f"{ROOT}wall/", headers=asks))
    assert (swapped.startswith('<div id="wall">'), "<html" in swapped) == (True, False)
    assert swapped.strip() in text_of(client.get(f"{ROOT}wall/"))
    session = client.session
    session["seen_at"] = 1
    session.save()
    client.get(f"{ROOT}wall/", headers=asks)
    assert client.session["seen_at"] == 1, "a screen that asks for itself keeps nobody signed in"
    # The session has ended; the wall hangs on for the day, and for the one role it was hung in.
    wall = Client()
    wall.cookies[dashboard_wall.COOKIE] = client.cookies[dashboard_wall.COOKIE].value
    assert wall.get(f"{ROOT}wall/", headers=asks).status_code == 200
    assert wall.get(ROOT).status_code == 302
    assert client.cookies[dashboard_wall.COOKIE]["path"] == f"{ROOT}wall/"
    membership = lent.county.people["general_convener", "development_reform"]
    Membership.objects.filter(pk=membership.pk).update(to_on=NOW.date())
    ended = wall.get(f"{ROOT}wall/", headers=asks)
    assert (ended.status_code, ended["HX-Redirect"].startswith("/accounts/login/")) == (204, True)
    forged = Client()
    forged.cookies[dashboard_wall.COOKIE] = signing.dumps(membership.pk, salt="another")
    assert forged.get(f"{ROOT}wall/", headers=asks).status_code == 204
    approver = lent.county.actor("approver") and lent.county.people["approver", "development_reform"]
    forged.cookies[dashboard_wall.COOKIE] = signing.dumps(approver.pk, salt=dashboard_wall.COOKIE)
    assert forged.get(f"{ROOT}wall/").status_code == 302
    monkeypatch.setattr(signing.time, "time", lambda: at("2099-01-01 00:00").timestamp())
    assert wall.get(f"{ROOT}wall/", headers=asks).status_code == 204
    stopped = client.get(f"{ROOT}wall/?stop=1")
    assert (stopped["Location"], stopped.cookies[dashboard_wall.COOKIE]["max-age"]) == (ROOT, 0)


def test_the_wall_counts_once_a_minute_for_all_and_anew_on_another_day(
    lent: Figured, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = reader(lent)
    client.get(f"{ROOT}wall/")
    with django_assert_num_queries(7):
        client.get(f"{ROOT}wall/")
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(hours=14, minutes=5))
    assert "2026年11月29日" in text_of(client.get(f"{ROOT}wall/"))


def test_everybody_reads_a_regions_year_and_no_case_of_it(lent: Figured, django_assert_num_queries: Any) -> None:
    figures.forget()
    page = unescape(text_of(Client().get("/figures/")))
    rows = by_hand("promises", Scope((lent.county.hall.pk, lent.other.pk), *YEAR))
    tenths = sum(row.part == "promised" for row in rows) * 1000 // len(rows)
    assert f"{tenths / 10:g}%" in page
    assert ("临夏回族自治州" in page, "/cases/" in page, "/staff/" in page, lent.company.unit.name in page) == (
        True,
        False,
        False,
        False,
    )
    assert all(DEFINITIONS[name].text in page for name in figures.TOLD)
    with django_assert_num_queries(0):
        Client().get("/figures/")
    assert "2025年" in text_of(Client().get("/figures/?year=2025"))
    assert [Client().get(f"/figures/?year={year}").status_code for year in ("2027", "1999", "x", "２０２６")] == [
        404
    ] * 4
    figures.forget()


def test_every_block_stands_on_a_page() -> None:
    assert {block for _, blocks in PARTS.values() for block in blocks} == set(BLOCKS) - {"halls"}
    assert set(DEFINITIONS) == set(SOURCES)
    docs = (Path(__file__).parents[2] / "docs" / "figures.md").read_text(encoding="utf-8")
    assert all(kind.text in docs for kind in DEFINITIONS.values())
    assert replace(Scope((1,), *YEAR), kind="filing").last == date(2026, 12, 31)
