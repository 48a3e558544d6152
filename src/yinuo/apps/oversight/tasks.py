from __future__ import annotations

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from yinuo.apps.oversight import actions

log = structlog.get_logger(__name__)


@app.periodic(cron="*/10 * * * *")
@app.task(queue="work", name="oversight.sweep", queueing_lock="oversight.sweep")
def sweep(timestamp: int) -> int:
    """Every ten minutes: looks at the projects whose moment has come."""
    return actions.sweep(timezone.now())


@app.periodic(cron="40 18 * * *")
@app.task(queue="work", name="oversight.rebuild", queueing_lock="oversight.rebuild")
def rebuild(timestamp: int) -> int:
    """Once a night (the cron's hours are UTC's): when each project is looked at is derived anew. Changes nothing, unless something is broken."""
    changed = actions.rebuild(timezone.now())
    if changed:
        log.warning("watches derived anew", changed=changed)
    return changed
