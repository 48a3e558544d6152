"""Background work of the information chain."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import now
from procrastinate.contrib.django import app

from yinuo.apps.base import Actor
from yinuo.apps.infochain import actions, queries


@app.periodic(cron="* * * * *")
@app.task(queue="chain", queueing_lock="infochain_keys")
def keep_keys(timestamp: int) -> int:
    """Keys for departments that are new, and the revocation of retired ones."""
    at = now()
    return give_keys(at) + actions.revoke_retired_keys(actor=Actor.system(), at=at)


def give_keys(at: datetime) -> int:
    """A key for every department that has none; how many were made."""
    wanting = queries.departments_without_key()
    for department_id in wanting:
        actions.add_key(actor=Actor.system(), department_id=department_id, at=at)
    return len(wanting)
