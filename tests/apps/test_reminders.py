"""Reminders before, on and after the day an item falls due, each on record and each once (U-4)."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.apps.county import Company, County, at
from tests.apps.killing import counts
from tests.apps.mapped import mapped
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import remind, remind_on_the_day, tick
from yinuo.engine.work.models import Reminder, WorkItem
from yinuo.rooms.onemap.actions import accept, pause_item
from yinuo.rooms.projects.models import Project

__all__ = ["mapped"]
pytestmark = begins_with(guided)

TAKEN_IN = at("2026-11-06 09:00")
# Five working days from a Friday morning.
LAST_DAY = at("2026-11-13 08:30")


@pytest.fixture
def receipt(county: County, company: Company, mapped: Project) -> WorkItem:
    """An application handed in, waiting for its acceptance; other clocks of the project are closed by then."""
    item = ready(mapped)
    hand_in(company, item, TAKEN_IN)
    county.actor("approver", item.department.key)
    county.actor("supervisor")
    found = WorkItem.objects.get(kind="receipt")
    assert found.due_at == at("2026-11-13 18:00")
    return found


def on_the_day(moment: datetime) -> int:
    return remind_on_the_day(moment)


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-11-12 17:59", 0),
        ("2026-11-13 08:29", 0),
        ("2026-11-13 08:30", 1),
        ("2026-11-13 17:59", 1),
        ("2026-11-13 18:00", 0),
        ("2026-11-14 09:00", 0),
    ],
)
def test_its_last_day_is_told_from_the_opening_until_the_due_moment(receipt: WorkItem, moment: str, told: int) -> None:
    assert on_the_day(at(moment)) == told
    assert Reminder.objects.filter(moment="on").count() == told


def test_it_is_told_once_with_its_trail_and_to_whoever_handles_it(county: County, receipt: WorkItem) -> None:
    assert on_the_day(LAST_DAY) == 1
    before = counts()
    assert on_the_day(at("2026-11-13 12:00")) == 0
    assert counts() == before
    told = Message.objects.filter(template="due_today")
    assert receipt.department is not None
    handler = county.person("approver", receipt.department.key)
    assert {message.person_id for message in told} == {receipt.assignee_id or handler.pk}
    assert all("今天 18:00 到期" in message.body for message in told)
    entry = Entry.objects.get(verb="work.due_today")
    assert (entry.role, entry.subject_id) == ("system", str(receipt.pk))


def test_a_whole_term_leaves_one_reminder_before_one_on_the_day_and_one_after(receipt: WorkItem) -> None:
    tick(LAST_DAY)
    on_the_day(LAST_DAY)
    tick(at("2026-11-16 09:00"))
    on_the_day(at("2026-11-16 09:00"))
    rows = Reminder.objects.filter(item=receipt).order_by("id").values_list("moment", "light", "by_id")
    assert list(rows) == [("before", "yellow", None), ("on", "yellow", None), ("after", "red", None)]


def test_what_was_taken_up_today_was_told_its_term_then(receipt: WorkItem) -> None:
    WorkItem.objects.filter(pk=receipt.pk).update(started_at=at("2026-11-13 00:00"))
    assert on_the_day(LAST_DAY) == 0
    WorkItem.objects.filter(pk=receipt.pk).update(started_at=at("2026-11-12 23:59"))
    assert on_the_day(LAST_DAY) == 1


def test_a_paused_clock_and_one_that_waits_for_the_company_are_not_hurried(
    county: County, company: Company, receipt: WorkItem
) -> None:
    WorkItem.objects.filter(pk=receipt.pk).update(waits_for="unit", unit_page="unit:projects")
    assert on_the_day(LAST_DAY) == 0
    WorkItem.objects.filter(pk=receipt.pk).update(waits_for="staff")
    handler = county.actor("approver", receipt.department.key)  # type: ignore[union-attr]
    accept(actor=handler, item_id=receipt.subject_id, at=at("2026-11-09 09:00"))
    clock = WorkItem.objects.get(kind="limit", subject_id=receipt.subject_id)
    pause_item(
        actor=handler, item_id=receipt.subject_id, reason="expert_review", note="评审", at=at("2026-11-09 10:00")
    )
    assert clock.due_at is not None
    assert on_the_day(clock.due_at.replace(hour=2)) == 0


def test_somebody_reminded_by_hand_in_the_morning_is_still_told_by_the_system(
    county: County, receipt: WorkItem
) -> None:
    tick(LAST_DAY)
    receipt.refresh_from_db()
    made = remind(actor=county.actor("supervisor"), item=receipt, note="今天要办完", at=LAST_DAY)
    assert made.moment == "on"
    assert on_the_day(LAST_DAY) == 1


@pytest.mark.parametrize(
    ("moment", "says"), [("2026-11-12 10:00", "before"), ("2026-11-13 18:00", "on"), ("2026-11-13 18:01", "after")]
)
def test_a_reminder_by_hand_says_where_in_the_term_it_fell(
    county: County, receipt: WorkItem, moment: str, says: str
) -> None:
    assert remind(actor=county.actor("supervisor"), item=receipt, note="快", at=at(moment)).moment == says
