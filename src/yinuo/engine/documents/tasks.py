from __future__ import annotations

import contextlib

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from yinuo.engine.documents.making import BATCH, make_due, waiting


def make_soon() -> None:
    """Queues the making of papers where some wait; one job in the queue is enough for all."""
    if waiting(timezone.now()).exists():
        with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
            make_papers.defer()


# One at a time over all workers: typesetting takes a whole processor, and nobody waits for it who does not open the
# paper.
@app.task(
    queue="papers", name="documents.make_papers", lock="documents.make_papers", queueing_lock="documents.make_papers"
)
def make_papers() -> None:
    """One batch a job, so that a worker asked to stop can."""
    if make_due(timezone.now) >= BATCH:
        make_soon()


@app.periodic(cron="*/2 * * * *")
@app.task(queue="papers", name="documents.sweep", queueing_lock="documents.sweep")
def sweep(timestamp: int) -> None:
    """Makes what failed and what a killed worker left behind."""
    make_soon()
