from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from yinuo.engine.trail.actions import forget_answers


# The hours of a cron are UTC's: twenty past three at night in the county.
@app.periodic(cron="20 19 * * *")
@app.task(queue="trail", name="trail.forget_answers", queueing_lock="trail.forget_answers")
def forget(timestamp: int) -> int:
    """Once a night: the keys of requests that nobody sends again."""
    return forget_answers(timezone.now())
