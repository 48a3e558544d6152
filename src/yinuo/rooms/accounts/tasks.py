from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from yinuo.rooms.accounts.actions import codes


# The hours of a cron are UTC's: half past three at night in the county.
@app.periodic(cron="30 19 * * *")
@app.task(queue="trail", name="accounts.forget_codes", queueing_lock="accounts.forget_codes")
def forget_codes(timestamp: int) -> int:
    """Once a night: codes that ended a day ago."""
    return codes.forget(timezone.now())
