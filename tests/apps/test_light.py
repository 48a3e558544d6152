"""The light is decided in one place: its three writings say the same,
and say what core.clock derives from the events.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from django.db import connection

import yinuo
from tests.apps.county import County, at, new_county
from yinuo.engine.base import Actor, PageRef
from yinuo.engine.people.models import Region
from yinuo.engine.trail.actions import unit_of_work
from yinuo.engine.work import clocks, lights
from yinuo.engine.work.actions import About, Limits, close, extend, open_item, pause, resume
from yinuo.engine.work.lights import Light, has_light, is_paused, light_sql, paused_sql
from yinuo.engine.work.models import ClockEvent, WorkItem

LIVES = 60
TICK = timedelta(microseconds=1)
ORDER = [Light.GREEN, Light.YELLOW, Light.RED]
ACTOR = Actor.system()


@pytest.fixture
def county(db: None) -> County:
    return new_county()


def lived(chance: Random, county: County, number: int) -> tuple[WorkItem, datetime]:
    """A clock with a few events at random moments, and the moment of the last."""
    moment = at("2026-11-02 08:30") + timedelta(minutes=6 * chance.randint(0, 2000))
    subject = Region.objects.create(code=f"9{number:05}", name="x")
    limits = Limits(chance.choice([None, 0, 1, 3, 5, 10]), chance.choice(["working", "working", "calendar"]), 20)
    item = open_item(
        actor=ACTOR,
        kind="limit",
        about=About(subject, "x", "x", PageRef("staff:inbox")),
        limits=limits,
        rules_on=moment.date(),
        at=moment,
        department_id=None,
        hall_id=county.hall.pk,
    )
    for _ in range(chance.randint(0, 5)):
        turns = [turn for turn in (item.yellow_from, item.red_from, item.pause_ends_at) if turn and turn > moment]
        # Often at the very instant at which something turns.
        moment = (
            chance.choice(turns)
            if turns and chance.random() < 0.3
            else moment + timedelta(minutes=6 * chance.randint(0, 900))
        )
        step = chance.choice(["pause", "resume", "extend", "pause", "resume", "close"])
        if step == "extend":
            extend(actor=ACTOR, item=item, days=chance.randint(1, 9), reason="疑难", at=moment)
        elif step == "close":
            close(actor=ACTOR, item=item, at=moment, outcome="x")
            break
        elif step == "resume" and item.state == "paused":
            resume(actor=ACTOR, item=item, at=moment)
        elif step == "pause" and item.state == "running":
            pause(
                actor=ACTOR,
                item=item,
                reason="expert_review",
                at=moment,
                ends_by=moment + timedelta(minutes=6 * chance.randint(1, 1500)),
            )
    return item, moment


def derived(item: WorkItem, events: list[ClockEvent], moment: datetime) -> Light:
    """The light by core.clock.

    A paused one stays; where days are the calendar's, it does not go back before the pause is resumed.
    """

    def of(as_of: datetime) -> Light:
        state = clocks.state_of(item, events, as_of)
        return Light(state.light) if state else Light.GREEN

    if item.state != "paused" or item.limit_unit == "working" or item.paused_at is None:
        return of(moment)
    stood, now = of(item.paused_at), of(moment)
    return max(stood, now, key=ORDER.index) if not item.is_paused_at(moment) or now == Light.RED else stood


@pytest.mark.quick
def test_python_query_and_sql_show_the_light_that_the_clock_derives_at_any_moment(county: County) -> None:
    chance = Random(12)
    with unit_of_work():
        lives = [lived(chance, county, number) for number in range(LIVES)]
    seen = set()
    for item, last in lives:
        events = list(item.events.order_by("id"))
        turns = [
            turn for turn in (item.yellow_from, item.red_from, item.due_at, item.pause_ends_at, item.closed_at) if turn
        ]
        around = [turn + step for turn in turns for step in (-TICK, timedelta(0), TICK)]
        for moment in (
            last,
            *(moment for moment in around if moment >= last),
            last + timedelta(minutes=chance.randint(0, 60_000)),
        ):
            assert item.light_at(moment) == derived(item, events, moment), (item.pk, moment)
            seen.add((item.state, item.light_at(moment)))
    assert len(seen) == 9, "each state has shown each light"
    rows = WorkItem.objects.filter(pk__in=[item.pk for item, _ in lives])
    for moment in {
        turn for item, last in lives for turn in (last, item.yellow_from, item.red_from, item.pause_ends_at) if turn
    }:
        for step in (-TICK, timedelta(0), TICK):
            agree(rows, moment + step)


def agree(rows: object, moment: datetime) -> None:
    items = list(rows)  # type: ignore[call-overload]
    shown = {item.pk: (item.light_at(moment), item.is_paused_at(moment), item.due_shown(moment)) for item in items}
    with connection.cursor() as cursor:
        columns = (
            light_sql("w", "%(now)s::timestamptz"),
            paused_sql("w", "%(now)s::timestamptz"),
            lights.due_sql("w", "%(now)s::timestamptz"),
        )
        cursor.execute(f"SELECT w.id, {', '.join(columns)} FROM work_workitem w", {"now": moment})
        told = {pk: found for pk, *found in cursor.fetchall()}
    assert {pk: tuple(told[pk]) for pk in shown} == shown
    for wanted in Light:
        assert set(rows.filter(has_light(wanted, moment)).values_list("pk", flat=True)) == {
            pk for pk, (light, _, _) in shown.items() if light == wanted
        }
    halted = set(rows.filter(is_paused(moment)).values_list("pk", flat=True))
    assert halted == {pk for pk, (_, paused, _) in shown.items() if paused}


def test_nobody_else_compares_the_two_instants() -> None:
    """What reads them shows them as dates or looks for those to come; the light itself is asked of lights.py."""
    source = Path(yinuo.__file__).parent
    users = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if "migrations" not in path.parts and re.search(r"\b(yellow_from|red_from)\b", path.read_text())
    }
    assert users == {
        "rooms/halls/sources.py",
        "engine/work/actions.py",
        "engine/work/caches.py",
        "engine/work/clocks.py",
        "engine/work/lights.py",
        "engine/work/models.py",
        "faces/onemap/map/changes.py",
        "site/early.py",
        "site/listings.py",
    }


@pytest.mark.parametrize(
    ("moment", "light"),
    [
        ("2026-11-09 10:00", "green"),
        ("2026-11-09 10:01", "yellow"),
        ("2026-11-09 18:00", "yellow"),
        ("2026-11-09 18:01", "red"),
    ],
)
def test_yellow_begins_at_its_instant_and_red_after_its_own(moment: str, light: str) -> None:
    assert lights.light(at("2026-11-09 10:01"), at("2026-11-09 18:00"), at(moment)) == light


def test_a_clock_without_a_limit_is_green() -> None:
    assert lights.light(None, None, at("2027-11-09 18:00")) == "green"
