from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from yinuo.apps.work import actions


@app.periodic(cron="* * * * *")
@app.task(queue="work", name="work.tick", queueing_lock="work.tick")
def tick(timestamp: int) -> None:
    """Once a minute: tells the lights and pauses that have turned."""
    actions.tick(timezone.now())
