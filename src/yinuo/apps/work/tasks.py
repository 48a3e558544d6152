from __future__ import annotations

from datetime import date

from django.utils import timezone
from procrastinate.contrib.django import app

from yinuo.apps.work import actions, clocks

# Twice as long as a process may go on counting by the calendar it read before an import.
SETTLED_AFTER = 2 * clocks.FRESH_SECONDS


@app.periodic(cron="* * * * *")
@app.task(queue="work", name="work.tick", queueing_lock="work.tick")
def tick(timestamp: int) -> None:
    """Once a minute: tells the lights and pauses that have turned."""
    actions.tick(timezone.now())


@app.task(queue="work", name="work.calendar_imported")
def calendar_imported(touching: str) -> None:
    """Queued with an import: until every process has read it, clocks may still be counted by the old calendar."""
    rebuild.configure(schedule_in={"seconds": SETTLED_AFTER}).defer(touching=touching)


@app.task(queue="work", name="work.rebuild")
def rebuild(touching: str) -> int:
    clocks.forget_calendar()
    return actions.rebuild(touching=date.fromisoformat(touching))
