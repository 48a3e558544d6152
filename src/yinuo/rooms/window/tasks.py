from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from yinuo.rooms.window import actions


@app.periodic(cron="*/5 * * * *")
@app.task(queue="work", name="window.close_left_open", queueing_lock="window.close_left_open")
def close_left_open(timestamp: int) -> None:
    """Visits nobody has closed are over with their day; here their receipts are written."""
    actions.close_left_open(timezone.now())
