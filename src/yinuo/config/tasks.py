"""Background work of the house itself."""

from __future__ import annotations

import structlog
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

log = structlog.get_logger(__name__)
DEAD_AFTER_SECONDS = 60


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
