from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from yinuo.rooms.halls import actions


# Half past midnight in the county; a day missed is made up for on the next.
@app.periodic(cron="30 16 * * *")
@app.task(queue="halls", name="halls.publish_due", queueing_lock="halls.publish_due")
def publish_due(timestamp: int) -> int:
    """The bulletin of a month that has ended; costs one question on every other day."""
    return actions.publish_due(timezone.now())
