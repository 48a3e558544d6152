"""Places in a feed are given after the commit, one writer at a time: a reader that reads on misses nothing and reads
nothing twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, models

from tests.apps.county import at, new_company
from tests.apps.killing import survives
from tests.apps.test_credit_together import together
from yinuo.engine.feeds.actions import place_entries, write
from yinuo.engine.feeds.models import Feed, FeedEntry, FeedPlace
from yinuo.engine.feeds.queries import latest, placed, read_on
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.trail.actions import unit_of_work

NOON = at("2026-11-10 12:00")


class Kind(models.TextChoices):
    ARRIVAL = "arrival", "到达"
    DEPARTURE = "departure", "出发"


TRAINS, SHIPS = Feed("trains", Kind), Feed("ships", Kind)


@pytest.fixture
def unit(committed_db: str) -> ProjectUnit:
    return new_company().unit


def tell(
    feed: Feed, unit: ProjectUnit, word: str, kind: str = "arrival", before_commit: Callable[[], object] = lambda: None
) -> None:
    with unit_of_work() as work:
        write(feed, kind, unit, project_code="", data={"word": word}, at=NOON)
        if before_commit:
            work.flush()
            work.rows.clear()
            before_commit()


def words(feed: Feed, since: int = 0) -> list[tuple[int, str]]:
    return [(row.number, row.entry.data["word"]) for row in read_on(placed(feed), since).entries]


def test_a_writer_that_commits_late_is_placed_after_what_was_read_and_is_not_missed(unit: ProjectUnit) -> None:
    written, may_commit = threading.Event(), threading.Event()

    def late() -> None:
        try:
            tell(TRAINS, unit, "慢车", before_commit=lambda: (written.set(), may_commit.wait(30)))
        finally:
            connection.close()

    slow = threading.Thread(target=late)
    slow.start()
    assert written.wait(30)
    tell(TRAINS, unit, "快车")
    assert (place_entries(), words(TRAINS)) == (1, [(1, "快车")])
    reader = read_on(placed(TRAINS)).next
    may_commit.set()
    slow.join()
    assert FeedEntry.objects.earliest("id").data == {"word": "慢车"}, "the late writer took the earlier key"
    assert words(TRAINS, reader) == []
    assert (place_entries(), words(TRAINS, reader)) == (1, [(2, "慢车")])


def test_every_feed_counts_from_one_and_its_kinds_are_its_own(unit: ProjectUnit) -> None:
    for number in range(3):
        tell(TRAINS, unit, f"车{number}", "departure" if number == 1 else "arrival")
    tell(SHIPS, unit, "船")
    assert place_entries() == 4
    tell(SHIPS, unit, "船二")
    assert (place_entries(), place_entries()) == (1, 0)
    assert words(TRAINS) == [(1, "车0"), (2, "车1"), (3, "车2")]
    assert words(SHIPS) == [(1, "船"), (2, "船二")]
    assert [row.number for row in placed(TRAINS, kind="departure")] == [2]
    newest, more = latest(placed(TRAINS), size=2)
    assert ([row.number for row in newest], more) == ([3, 2], 2)
    assert [row.number for row in latest(placed(TRAINS), more)[0]] == [1]
    with pytest.raises(ValueError, match="sinking"):
        tell(SHIPS, unit, "没有这一类", "sinking")


def test_a_placer_killed_anywhere_leaves_no_gap(unit: ProjectUnit) -> None:
    for number in range(3):
        tell(TRAINS, unit, str(number))
    survives(place_entries)
    tell(TRAINS, unit, "3")
    place_entries()
    assert words(TRAINS) == [(1, "0"), (2, "1"), (3, "2"), (4, "3")]


def test_placers_and_writers_at_once_give_every_entry_one_place(unit: ProjectUnit) -> None:
    writers = [lambda word=str(number): tell(TRAINS, unit, word) for number in range(8)]
    results = together(*writers, *[place_entries] * 4)
    assert not [result for result in results if isinstance(result, Exception)]
    place_entries()
    assert [row.number for row in placed(TRAINS)] == list(range(1, 9))
    assert FeedPlace.objects.values("entry").distinct().count() == 8
