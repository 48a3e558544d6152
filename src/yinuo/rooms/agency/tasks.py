from __future__ import annotations

from datetime import datetime

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from yinuo.rooms.agency.falling import end_of_unit


@app.task(queue="work", name="agency.grade_changed", retry=RetryStrategy(max_attempts=8, exponential_wait=2))
def grade_changed(subject_id: str, at: str) -> int:
    """After commit, for a service locks its project first and credit locks its head last: never the other way round."""
    return end_of_unit(int(subject_id), datetime.fromisoformat(at))
