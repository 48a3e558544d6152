"""附件7·第四章: what the rooms hold becomes a hall's events, and the events its score, by the database as by core."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from tests.apps.county import Company, County, at
from tests.apps.test_onemap import guided, hand_in, ready
from tests.apps.test_reviews import LATER, concluded
from tests.core.test_hall import EVENTS, naive_months
from yinuo.apps.base import Actor
from yinuo.apps.halls import folding, queries
from yinuo.apps.halls.models import ManualPoint
from yinuo.apps.onemap.actions import accept, pause_item, resume_item
from yinuo.apps.onemap.models import MapItem
from yinuo.apps.projects.models import Project
from yinuo.apps.reviews.actions import appeal_bad_review, assign_bad_review, decide_appeal, give_review
from yinuo.apps.reviews.models import ServiceReview, TrackService
from yinuo.apps.rules import pack
from yinuo.apps.work.actions import extend, tick
from yinuo.apps.work.models import WorkItem
from yinuo.core.dated import Gap
from yinuo.core.hall import HallFact, fold

D = Decimal
HALLS = ["A", "B", "C"]
LISTED = """
    SELECT * FROM jsonb_to_recordset(%(events)s::jsonb) AS e(hall_id bigint, day date, type text, subject text, mark text, kind text,
        level int, days int, approval_days int, points numeric, place bigint)
"""


def rows(facts: list[HallFact]) -> str:
    return json.dumps(
        [
            {
                "hall_id": HALLS.index(fact.hall),
                "day": fact.on.isoformat(),
                "type": fact.type,
                "subject": fact.detail.get("matter") or fact.detail.get("project") or "",
                "mark": fact.detail.get("light") or fact.detail.get("track") or "",
                "place": place,
                **{name: fact.detail.get(name) for name in ("kind", "level", "days", "approval_days", "points")},
            }
            for place, fact in enumerate(facts)
        ]
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=EVENTS)
def test_the_database_counts_as_core_does_and_as_a_naive_reading(db: None, facts: list[HallFact]) -> None:
    sums = folding.sums_of(LISTED, {"events": rows(facts)}, pack())
    core = fold(HALLS, facts, pack())
    for number, hall in enumerate(HALLS):
        months = naive_months(hall, facts)
        assert core.halls[hall].months == months
        running: dict[tuple[int, int], Decimal] = {}
        for name in months:
            year, month = map(int, name.split("-"))
            quarter = (year, (month + 2) // 3)
            running[quarter] = running.get(quarter, D(100)) + sums.get((number, (year, month)), D(0))
            assert running[quarter] == months[name]


def test_a_day_without_rules_is_a_gap_in_the_database_too(db: None) -> None:
    with pytest.raises(Gap, match="2023-02-19"):
        folding.sums_of(LISTED, {"events": rows([HallFact("A", date(2023, 2, 19), "review", {"matter": "1", "level": 5})])}, pack())


NOVEMBER = (date(2026, 11, 1), date(2026, 12, 1))


def seen(county: County, now: str, since: date = NOVEMBER[0], until: date = NOVEMBER[1]) -> list[tuple[str, str, str]]:
    """The events of the hall as (day, type, mark or level)."""
    found = queries.events_of([county.hall.pk], since, until, at(now))
    return [
        (event.fact.on.isoformat(), event.fact.type, str(event.fact.detail.get("light") or event.fact.detail.get("level") or ""))
        for event in found
    ]


def under_way(county: County, company: Company) -> MapItem:
    """A matter accepted on Friday 6 November; nobody has decided it."""
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=county.actor("approver", item.department.key), item_id=item.pk, at=at("2026-11-06 10:00"))
    return MapItem.objects.select_related("department", "project").get(pk=item.pk)


def test_a_good_review_of_a_tracks_service_counts_beside_the_matters(county: County, company: Company) -> None:
    item = concluded(county, company)
    row = {"project": item.project, "hall_id": county.hall.pk, "name": "代办服务", "url": "/", "ended_at": LATER, "subject_kind": "a.b"}
    services = [
        TrackService.objects.create(track=track, subject_id=n, **row) for n, track in enumerate(("agency", "agency", "mock", "deficient"))
    ]
    for service, level in zip(services, (4, 5, 5, 1), strict=True):
        ServiceReview.objects.create(service=service, hall_id=county.hall.pk, level=level, channel="map", at=LATER)
    give_review(actor=company.actor, item_id=item.pk, level=5, at=LATER)
    found = queries.events_of([county.hall.pk], *NOVEMBER, LATER)
    assert sorted((one.fact.type, one.fact.detail.get("track")) for one in found) == [
        ("review", None), ("track_praised", "agency"), ("track_praised", "mock"),
    ]  # fmt: skip
    assert queries.hall_month(county.hall, NOVEMBER[0], date(2026, 11, 20), LATER).score == D("100.6")


def longer(item: MapItem, days: int, moment: str) -> None:
    """The term of the matter's running clock is extended."""
    (work,) = WorkItem.objects.filter(subject_kind="onemap.mapitem", subject_id=item.pk, state="running")
    extend(actor=Actor.system(), item=work, days=days, reason="案情复杂", at=at(moment))
    assert work.light_at(at(moment)) == "green"


def test_a_review_counts_unless_an_appeal_against_it_is_upheld(county: County, company: Company) -> None:
    item = concluded(county, company)
    review = give_review(actor=company.actor, item_id=item.pk, level=1, text="等了太久", at=LATER)
    supervisor, approver = county.actor("supervisor"), county.actor("approver", item.department.key)
    assign_bad_review(actor=supervisor, review_id=review.pk, instruction="请核实", at=LATER)
    appeal_bad_review(actor=approver, review_id=review.pk, why="点错了", at=LATER)
    bad = ("2026-11-11", "review", "1")
    assert bad in seen(county, "2026-11-12 09:00"), "one under appeal counts"
    (event,) = [one for one in queries.events_of([county.hall.pk], *NOVEMBER, LATER) if one.source == "review"]
    assert (event.source_id, event.what, event.office) == (review.pk, item.name, item.department.short_name)
    assert event.handler_id == item.handler_id
    decide_appeal(actor=supervisor, review_id=review.pk, upheld=True, answer="确系误评", at=LATER)
    assert bad not in seen(county, "2026-11-12 09:00")


def test_a_light_counts_once_from_the_clock_whether_or_not_it_was_told(county: County, company: Company) -> None:
    item = under_way(county, company)
    assert seen(county, "2026-11-06 12:00") == []
    lights = seen(county, "2026-11-29 12:00")
    assert [(kind, light) for _, kind, light in lights] == [("light", "yellow"), ("light", "red")]
    tick(at("2026-11-29 12:00"))
    assert seen(county, "2026-11-29 12:00") == lights, "told late, it is dated when it turned"
    longer(item, days=20, moment="2026-11-29 13:00")
    assert seen(county, "2026-12-30 12:00") == lights, "what has been shown stays, though the term was extended"
    assert seen(county, "2026-12-30 12:00", date(2026, 12, 1), date(2027, 1, 1)) == [], "and does not count again in another month"


def test_a_light_that_turned_while_the_ticker_stood_counts_though_the_term_is_extended(county: County, company: Company) -> None:
    item = under_way(county, company)
    (yellow, _) = seen(county, "2026-11-29 12:00")
    next_day = date.fromisoformat(yellow[0]) + timedelta(days=1)
    longer(item, days=20, moment=f"{next_day} 08:00")
    assert seen(county, f"{next_day} 18:00") == [yellow]


def test_a_pause_keeps_a_light_from_turning(county: County, company: Company) -> None:
    item = under_way(county, company)
    (yellow, red) = seen(county, "2026-11-29 12:00")
    approver = county.actor("approver", item.department.key)
    pause_item(actor=approver, item_id=item.pk, reason=pack().pauses[0].id, note="公示", at=at("2026-11-06 11:00"))
    before = at(f"{yellow[0]} 12:00") + timedelta(days=1)
    assert not [one for one in queries.events_of([county.hall.pk], *NOVEMBER, before) if one.fact.type == "light"]
    resume_item(actor=approver, item_id=item.pk, note="", at=at(f"{red[0]} 08:30"))
    (later, _) = seen(county, "2026-12-31 12:00", until=date(2027, 1, 1))
    assert later[0] > yellow[0]


def test_landing_counts_calendar_days_and_takes_the_companys_own_time_and_pauses_off(county: County, company: Company) -> None:
    item = under_way(county, company)
    # 3 November 09:12 filed, mapped on the 5th at 10:00, handed in on the 6th at 09:00: the company's 23 hours are no full day.
    approver = county.actor("approver", item.department.key)
    pause_item(actor=approver, item_id=item.pk, reason=pack().pauses[0].id, note="公示", at=at("2026-11-09 10:00"))
    resume_item(actor=approver, item_id=item.pk, note="", at=at("2026-11-12 12:00"))
    Project.objects.filter(pk=item.project_id).update(landed_at=at("2026-11-13 10:00"))
    (landed,) = [one.fact for one in queries.events_of([county.hall.pk], *NOVEMBER, at("2026-11-20 09:00")) if one.fact.type == "landed"]
    assert landed.on == date(2026, 11, 13)
    # Ten days; 23 hours of the company's and three days and two hours of pause make four full days.
    assert landed.detail == {"project": str(item.project_id), "kind": "filing", "days": 10, "approval_days": 6}


def test_the_ranking_of_a_region_and_a_halls_month_tell_the_same_score(county: County, company: Company) -> None:
    item = concluded(county, company)
    give_review(actor=company.actor, item_id=item.pk, level=5, at=LATER)
    person = county.person("supervisor")
    given = {"hall": county.hall, "basis": "专项督查", "evidence": "督查通报", "reason": "服务优质", "by": person, "at": LATER}
    first = ManualPoint.objects.create(on=date(2026, 10, 9), points=D("-1.5"), **given)
    (area,) = queries.areas()
    now = at("2026-11-20 09:00")
    table = queries.ranking(area, date(2026, 11, 20), now)
    (line,) = table.lines
    assert (line.score, line.rank, line.before, line.change) == (D("98.6"), 1, 1, D("0.1"))
    assert list(line.course)[-2:] == [D("98.5"), D("98.6")]
    assert (table.mean, table.months[-1]) == (D("98.60"), date(2026, 11, 1))
    month = queries.hall_month(county.hall, date(2026, 11, 1), date(2026, 11, 20), now)
    assert (month.before, month.score) == (D("98.5"), D("98.6"))
    (told,) = month.told
    assert (told.point.points, told.point.rules, told.event.source) == (D("0.1"), ("hall.20.good_review",), "review")
    assert queries.hall_month(county.hall, date(2026, 10, 1), date(2026, 11, 20), now).score == D("98.5")
    ManualPoint.objects.create(on=first.on, points=-first.points, corrects=first, **given)
    assert queries.ranking(area, date(2026, 11, 20), now).lines[0].score == D("100.1")


def test_equal_scores_share_a_rank_and_the_next_stands_below_all_of_them() -> None:
    assert queries.ranks({1: D(100), 2: D("99.5"), 3: D(100), 4: D(99)}) == {1: 1, 3: 1, 2: 3, 4: 4}
