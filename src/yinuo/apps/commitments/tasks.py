from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from yinuo.apps.commitments import actions


@app.periodic(cron="* * * * *")
@app.task(queue="work", name="commitments.close_notices", queueing_lock="commitments.close_notices")
def close_notices(timestamp: int) -> None:
    """Once a minute: promises whose notice period is over can be decided."""
    actions.close_notices(timezone.now())
