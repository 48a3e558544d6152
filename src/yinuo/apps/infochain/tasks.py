"""Background work of the information chain."""

from __future__ import annotations

from django.utils.timezone import now
from procrastinate.contrib.django import app

from yinuo.apps.base import Actor
from yinuo.apps.infochain import actions


@app.periodic(cron="* * * * *")
@app.task(queue="chain", queueing_lock="infochain_keys")
def keep_keys(timestamp: int) -> int:
    """Keys for departments that are new, and the revocation of retired ones."""
    at = now()
    return actions.ensure_keys(actor=Actor.system(), at=at) + actions.revoke_retired_keys(actor=Actor.system(), at=at)
