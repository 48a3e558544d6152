from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from yinuo.rooms.onemap.sweeping import stuck

log = structlog.get_logger(__name__)


@app.periodic(cron="20 3 * * *")
@app.task(queue="work", name="onemap.sweep", queueing_lock="onemap.sweep")
def sweep(timestamp: int) -> int:
    """Once a night: names everything under way that waits for nothing. Finds nothing, unless something is broken."""
    found = stuck()
    for one in found:
        log.error("stuck", project=one.project_id, item=one.item_id, why=one.why)
    return len(found)
