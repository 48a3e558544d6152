from __future__ import annotations

from datetime import date

from django.utils import timezone
from procrastinate.contrib.django import app

from yinuo.engine.work import actions, clocks

# Twice as long as a process may go on counting by the calendar it read before an import.
SETTLED_AFTER = 2 * clocks.FRESH_SECONDS


@app.periodic(cron="* * * * *")
@app.task(queue="work", name="work.tick", queueing_lock="work.tick")
def tick(timestamp: int) -> None:
    """Once a minute: tells the lights and pauses that have turned."""
    actions.tick(timezone.now())


# The hours of a cron are UTC's: from eight in the county's morning to six in its evening.
@app.periodic(cron="*/15 0-10 * * *")
@app.task(queue="work", name="work.remind_on_the_day", queueing_lock="work.remind_on_the_day")
def remind_on_the_day(timestamp: int) -> int:
    """What falls due today is told in the morning."""
    return actions.remind_on_the_day(timezone.now())


@app.task(queue="work", name="work.calendar_imported")
def calendar_imported(touching: str) -> None:
    """Queued with an import: until every process has read it, clocks may still be counted by the old calendar."""
    rebuild.configure(schedule_in={"seconds": SETTLED_AFTER}).defer(touching=touching)


@app.task(queue="work", name="work.rebuild")
def rebuild(touching: str) -> int:
    clocks.forget_calendar()
    return actions.rebuild(touching=date.fromisoformat(touching))
