"""Background work of the house itself."""

from __future__ import annotations

import structlog
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from yinuo.engine.documents.tasks import make_soon
from yinuo.engine.notices import tasks as notices

log = structlog.get_logger(__name__)
DEAD_AFTER_SECONDS = 60


@app.task(queue="notices", name="house.dispatch")
def dispatch() -> None:
    """Queued by every transaction that sends a message, signs a leaf or issues a paper: one job for all of it.

    Messages go first. Papers are made by a job of their own, so that typesetting keeps no message waiting.
    """
    make_soon()
    notices.dispatch()


@app.periodic(cron="* * * * *")
@app.task(queue="house", queueing_lock="reclaim_stalled_jobs", retry=RetryStrategy(max_attempts=1))
async def reclaim_stalled_jobs(timestamp: int) -> int:
    """Queues anew what a killed worker left half done: its job would stay `doing` for ever.

    A task is written to be run twice; a worker is dead when it has not been heard of for a minute.
    """
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS))
    for job in stalled:
        await app.job_manager.retry_job(job)
        log.warning("job reclaimed", job=job.id, task=job.task_name)
    return len(stalled)
