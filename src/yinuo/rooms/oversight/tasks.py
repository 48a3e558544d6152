from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from yinuo.engine.base import Actor
from yinuo.engine.caches import rebuild
from yinuo.rooms.oversight import actions
from yinuo.rooms.oversight.caches import NEXT_LOOK


@app.periodic(cron="*/10 * * * *")
@app.task(queue="work", name="oversight.sweep", queueing_lock="oversight.sweep")
def sweep(timestamp: int) -> int:
    """Every ten minutes: looks at the projects whose moment has come."""
    return actions.sweep(timezone.now())


@app.periodic(cron="40 18 * * *")
@app.task(queue="work", name="oversight.rebuild", queueing_lock="oversight.rebuild")
def rebuild_watches(timestamp: int) -> int:
    """Once a night before the audit (the cron's hours are UTC's): when each project is looked at, for the rules may
    have changed.
    """
    return len(rebuild(NEXT_LOOK, actor=Actor.system(), at=timezone.now()))
