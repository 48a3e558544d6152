from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from yinuo.engine.notices.actions import warn_of_expiring_keys
from yinuo.engine.notices.channels import SendError, gateway
from yinuo.engine.notices.models import Message, MessageState
from yinuo.engine.register import notices

MAX_ATTEMPTS = 8
BATCH = 100


def send_due(now: datetime, batch: int = BATCH) -> int:
    """Sends what is due, each message under its own lock; one that fails waits longer every time. Returns how many
    left.

    A crash after the gateway's answer and before the commit sends again, with the same id.
    """
    sent = 0
    tried: set[UUID] = set()
    for _ in range(batch):
        with transaction.atomic():
            message = (
                Message.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("person")
                .filter(state=MessageState.QUEUED, next_attempt_at__lte=now)
                .exclude(pk__in=tried)
                .order_by("next_attempt_at")
                .first()
            )
            if message is None:
                break
            tried.add(message.pk)
            message.attempts += 1
            try:
                gateway(message.channel).send(message)
            except SendError as error:
                message.error = str(error)[:240]
                message.next_attempt_at = now + timedelta(minutes=2**message.attempts)
                lasts = notices()[message.template].lasts
                if message.attempts >= MAX_ATTEMPTS or (lasts is not None and now - message.queued_at > lasts):
                    message.state = MessageState.FAILED
            else:
                message.state, message.sent_at, message.error = MessageState.SENT, now, ""
                sent += 1
            if message.secret and message.state != MessageState.QUEUED:
                message.body, message.page, message.page_args = "", "", {}
            message.save(
                update_fields=["state", "sent_at", "error", "attempts", "next_attempt_at", "body", "page", "page_args"]
            )
    return sent


@app.task(queue="notices", name="notices.dispatch")
def dispatch() -> None:
    """Sends what is due. One batch a job, so that a worker asked to stop can."""
    if send_due(timezone.now(), BATCH) >= BATCH:
        dispatch.defer()


# The hours of a cron are UTC's: five past nine in the county's morning.
@app.periodic(cron="5 1 * * *")
@app.task(queue="notices", name="notices.expiring_keys", queueing_lock="notices.expiring_keys")
def expiring_keys(timestamp: int) -> int:
    """Once a day: who holds a key that ends soon hears of it in time."""
    return warn_of_expiring_keys(at=timezone.now())


@app.periodic(cron="*/2 * * * *")
@app.task(queue="notices", name="notices.sweep", queueing_lock="notices.sweep")
def sweep(timestamp: int) -> None:
    """Retries what failed and what a killed worker left behind."""
    dispatch()
