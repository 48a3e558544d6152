from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from yinuo.rooms.reform import actions


# An hour past midnight in the county, after the halls' bulletins; a day missed is made up for on the next.
@app.periodic(cron="0 17 * * *")
@app.task(queue="halls", name="reform.draft_due", queueing_lock="reform.draft_due")
def draft_due(timestamp: int) -> int:
    """The report of a quarter or year that has ended; costs two questions on every other day."""
    return actions.draft_due(timezone.now())
