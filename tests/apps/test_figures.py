"""Every figure is what one counts by hand over the rows themselves, and as many as its cases listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.apps.figured import NOW, Figured, Row, built, by_hand, nth
from yinuo.engine.base import Actor, Forbidden, Refused
from yinuo.rooms.commitments.queries import commitment_share
from yinuo.rooms.figures import access, cases, queries, scope
from yinuo.rooms.figures.queries import Pick, Sums
from yinuo.rooms.figures.scope import Scope

__all__ = ["built"]
YEAR = (date(2026, 1, 1), date(2027, 1, 1))
OF_ROW = {
    "hall": "hall",
    "month": "month",
    "part": "part",
    "mark": "mark",
    "office": "office",
    "handler": "handler",
    "matter": "matter",
}


def asked_in_many_ways(made: Figured) -> list[Scope]:
    here, both = made.county.hall.pk, (made.county.hall.pk, made.other.pk)
    year = Scope((here,), *YEAR)
    return [
        year,
        replace(year, hall_ids=both, kind="filing"),
        replace(year, hall_ids=both, since=date(2026, 4, 1), until=date(2026, 7, 1), split=date(2026, 3, 1)),
        replace(year, office_id=made.offices[here][0].pk),
        Scope(both, date(2025, 1, 1), date(2026, 11, 28), kind="approval"),
        replace(year, since=date(2030, 1, 1), until=date(2030, 2, 1)),
    ]


def summed(rows: list[Row], high: float, source: str) -> Sums:
    took = [row.days for row in rows if row.days is not None]
    return Sums(
        n=len(rows),
        on_time=sum(row.part == "on_time" for row in rows),
        late=sum(row.part == "late" for row in rows),
        lawful=sum(row.mark == "on_time" for row in rows),
        unlawful=sum(row.mark == "late" for row in rows),
        median=nth(took, 0.5) if source in queries.TIMED else None,
        high=nth(took, high) if source in queries.TIMED else None,
        days=sum(took, Decimal(0)),
        worth=sum((row.worth for row in rows if row.worth is not None), Decimal(0)),
    )


@pytest.mark.parametrize("source", cases.SOURCES)
def test_every_figure_is_what_one_counts_by_hand_and_as_many_as_its_list(built: Figured, source: str) -> None:
    for place, wanted in enumerate(asked_in_many_ways(built)):
        rows = by_hand(source, wanted)
        assert place > 0 or len(rows) > 8, "too few to prove anything"
        listed = list(queries.every(source, wanted, NOW, Pick(), size=7 if place == 0 else 500))
        assert [(one.place, one.at, one.part, one.mark, one.days, one.worth) for one in listed] == [
            (row.place, row.at, row.part, row.mark, row.days, row.worth) for row in rows
        ]
        assert [(one.hall_id, one.kind, one.office_id, one.handler_id, one.matter_id) for one in listed] == [
            (row.hall, row.kind, row.office, row.handler, row.matter) for row in rows
        ]
        gathered = queries.gather(source, wanted, NOW, *((name,) for name in OF_ROW), ("office", "part"))
        assert gathered.all == summed(rows, 0.8, source)
        for name, field in OF_ROW.items():
            values = {getattr(row, field) for row in rows}
            assert gathered.of(name) == {
                value: summed([row for row in rows if getattr(row, field) == value], 0.8, source) for value in values
            }
        for (office, part), sums in gathered.by["office", "part"].items():
            assert sums == summed([row for row in rows if (row.office, row.part) == (office, part)], 0.8, source)


@pytest.mark.parametrize("source", cases.SOURCES)
def test_what_a_figure_leads_to_is_as_long_as_the_figure_says(built: Figured, source: str) -> None:
    wanted = asked_in_many_ways(built)[1]
    dimensions = [name for name in queries.DIMENSIONS if name != "band" or source == "landings"]
    gathered = queries.gather(source, wanted, NOW, *((name,) for name in dimensions))
    for name in dimensions:
        for value, sums in list(gathered.of(name).items())[:3]:
            if value != "":
                pick = Pick.read({f"by_{name}": "none" if value is None else str(value)})
                rows, after = queries.page(source, wanted, NOW, pick, size=500)
                assert (len(rows), after, queries.count(source, wanted, NOW, pick)) == (sums.n, "", sums.n), (
                    name,
                    value,
                )


def test_the_share_of_promises_is_the_one_told_elsewhere(built: Figured) -> None:
    year = asked_in_many_ways(built)[0]
    begin, end = (cases.asked(year, NOW)[name] for name in ("begin", "end"))
    told = commitment_share(begin, end, hall_id=built.county.hall.pk)
    parts = queries.gather("promises", year, NOW, ("part",))
    assert (parts.all.n, parts.get(["part"], "promised").n) == (told.off_list, told.promised)
    assert queries.share(parts.get(["part"], "promised").n, parts.all.n) == told.share
    assert queries.share(3, 0) is None
    assert queries.share(Decimal("0.5"), 2) == Fraction(1, 4)


def test_landings_fall_into_bands_of_ten_days(built: Figured) -> None:
    wanted = asked_in_many_ways(built)[4]
    wanted = replace(wanted, kind="")
    rows = by_hand("landings", wanted)
    found = queries.gather("landings", wanted, NOW, ("band",)).of("band")
    bounds = [(0, 10), *((10 * n + 1, 10 * n + 10) for n in range(1, 10)), (101, 10**6)]
    assert {band: sums.n for band, sums in found.items()} == {
        band: n for band, (low, high) in enumerate(bounds) if (n := sum(low <= (row.days or 0) <= high for row in rows))
    }
    assert {0, 10} <= set(found)


def test_each_figure_is_one_statement(built: Figured, django_assert_num_queries: Any) -> None:
    year = asked_in_many_ways(built)[0]
    for source in cases.SOURCES:
        with django_assert_num_queries(1):
            queries.gather(source, year, NOW, ("month",), ("office",), ("handler",), ("matter", "part"))
        with django_assert_num_queries(1):
            queries.page(source, year, NOW, Pick())


DAY = date(2026, 11, 28)


def test_an_address_is_read_into_a_span_and_said_back(built: Figured) -> None:
    convener = built.county.actor("general_convener")

    def read(**data: str) -> scope.Asked:
        return scope.read(convener, data, DAY)

    assert (read().scope.since, read().scope.until) == YEAR
    assert (read(period="month", on="2024-02-10").scope.last, read(period="quarter").scope.since) == (
        date(2024, 2, 29),
        date(2026, 10, 1),
    )
    assert read(period="quarter", on="2026-12-31").scope.until == date(2027, 1, 1)
    free = read(**{"period": "free", "from": "2026-03-01", "to": "2026-03-01", "kind": "filing", "split": "2026-02-02"})
    assert (free.scope.since, free.scope.until, free.scope.split) == (
        date(2026, 3, 1),
        date(2026, 3, 2),
        date(2026, 2, 2),
    )
    assert scope.read(convener, free.query, DAY).scope == free.scope
    region = read(area="region")
    assert set(region.scope.hall_ids) == {built.county.hall.pk, built.other.pk}
    assert (region.area_name, region.offices) == ("临夏回族自治州（2 个大厅）", [])
    office = built.offices[built.county.hall.pk][1].pk
    assert read(office=str(office)).scope.office_id == office


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"period": "week"}, "period"),
        ({"on": "gestern"}, "on"),
        ({"on": "0001-01-01"}, "on"),
        ({"period": "free", "to": "2026-01-01"}, "from"),
        ({"period": "free", "from": "2026-01-01"}, "to"),
        ({"period": "free", "from": "2026-01-02", "to": "2026-01-01"}, "to"),
        ({"period": "free", "from": "2001-01-02", "to": "2026-01-01"}, "to"),
        ({"area": "999999"}, "area"),
        ({"kind": "idea"}, "kind"),
        ({"office": "999999"}, "office"),
        ({"split": "2026-13-01"}, "split"),
    ],
)
def test_what_is_no_span_hall_or_kind_is_refused_by_its_field(built: Figured, data: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        scope.read(built.county.actor("supervisor"), data, DAY)
    assert (refusal.value.field, bool(refusal.value.remedy)) == (field, True)


@pytest.mark.parametrize("data", [{"by_office": "x"}, {"by_band": "-1"}, {"by_hall": "9" * 30}])
def test_a_case_list_of_nonsense_is_refused(data: dict[str, str]) -> None:
    with pytest.raises(Refused):
        Pick.read(data)


@pytest.mark.parametrize(
    "after", ["x", "2026-01-01T00:00:00_1", "2026-01-01T00:00:00+08:00_x", "2026-01-01T00:00:00+08:00_-1"]
)
def test_a_cursor_that_is_none_is_refused(built: Figured, after: str) -> None:
    with pytest.raises(Refused, match="翻页"):
        queries.page("projects", asked_in_many_ways(built)[0], NOW, Pick(), after)


def test_figures_are_for_those_who_lead_and_watch_and_cases_for_ones_own_hall(built: Figured) -> None:
    here, there = built.county.hall.pk, built.other.pk
    may = {
        role
        for role in (
            "unit", "approver", "stage_convener", "administrator", "window", "agent", "zone", "utility", "node",
            "public",
        )
        if access.can_read(Actor(1, role, hall_id=here))
    }  # fmt: skip
    assert may == set()
    for role in access.READERS:
        actor = Actor(1, role, department_id=built.offices[here][0].pk, hall_id=here)
        assert access.can_read(actor)
        assert (
            access.can_open(actor, [here]),
            access.can_open(actor, [there]),
            access.can_open(actor, [here, there]),
        ) == (
            True,
            False,
            False,
        )
        areas = dict(scope.read(actor, {}, DAY).areas)
        assert (len(areas) == 3) is (role != "principal")
    principal = Actor(1, "principal", department_id=built.offices[here][0].pk, hall_id=here)
    seen = scope.read(principal, {"office": ""}, DAY)
    assert (seen.scope.office_id, list(seen.offices)) == (principal.department_id, [])
    with pytest.raises(Refused, match="没有这个大厅"):
        scope.read(principal, {"area": "region"}, DAY)
    with pytest.raises(Forbidden):
        scope.read(Actor(1, "approver", hall_id=here), {}, DAY)
