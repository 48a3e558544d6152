from __future__ import annotations

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from yinuo.engine.base import Actor
from yinuo.engine.caches import rebuild
from yinuo.rooms.commitments import actions
from yinuo.rooms.commitments.caches import REVIEW_ON


@app.periodic(cron="* * * * *")
@app.task(queue="work", name="commitments.close_notices", queueing_lock="commitments.close_notices")
def close_notices(timestamp: int) -> None:
    """Once a minute: promises whose notice period is over can be decided."""
    actions.close_notices(timezone.now())


@app.periodic(cron="7 * * * *")
@app.task(queue="work", name="commitments.open_reviews", queueing_lock="commitments.open_reviews")
def open_reviews(timestamp: int) -> int:
    """Once an hour: promises whose day of review has come wait with their department."""
    return actions.open_reviews(timezone.now())


@app.task(queue="work", name="commitments.grade_changed", retry=RetryStrategy(max_attempts=8, exponential_wait=2))
def grade_changed(subject_id: str, at: str) -> int:
    """After commit, for a promise locks its project first and credit locks its head last."""
    return actions.bring_forward(int(subject_id))


@app.periodic(cron="40 18 * * *")
@app.task(queue="work", name="commitments.rebuild_reviews", queueing_lock="commitments.rebuild_reviews")
def rebuild_reviews(timestamp: int) -> int:
    """Once a night before the audit (the cron's hours are UTC's): the days of review are derived anew, for the rules
    may have changed.
    """
    return len(rebuild(REVIEW_ON, actor=Actor.system(), at=timezone.now()))
