"""Entries of the feed are gathered into batches and sent: in order, without a gap, and each counted once
(附件2·第四条).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.feeds.actions import place_entries
from yinuo.engine.feeds.queries import placed, told
from yinuo.engine.trail.actions import action, record
from yinuo.rooms.credit import access, queries
from yinuo.rooms.credit.models import PUBLIC_FEED, PublicBatch, SendState
from yinuo.rooms.credit.platform import Platform, SendError
from yinuo.rooms.credit.publishing import digest_over

LOCK = 0x637265646974  # "credit"
BATCH_MOST = 500
# Longer than a sender waits for the platform's answer: after that it is held for dead.
HELD = timedelta(minutes=5)


def send_public(*, actor: Actor, platform: Platform | None, clock: Callable[[], datetime]) -> int:
    """Sends what has not arrived, batch after batch, until nothing waits or one fails. Returns how many entries
    arrived.

    Raises: Refused where no platform is set up, or another sender is at it.
    """
    if not access.can_send_public(actor):
        raise forbid("只有信用综合管理部门和系统管理员可以送出信用信息")
    if platform is None:
        raise Refused(
            "credit.no_platform",
            "没有设置公共信用平台的地址",
            remedy="平台可以从开放接口 /api/v1/credit/public 接着读取",
        )
    place_entries()
    arrived = 0
    while (batch := _take_batch(actor=actor, at=clock())) is not None:
        try:
            receipt = platform.send(key_of(batch), body_of(batch))
        except SendError as error:
            _note_failure(actor=actor, batch_id=batch.pk, error=str(error), at=clock())
            break
        _note_arrival(actor=actor, batch_id=batch.pk, receipt=receipt, at=clock())
        arrived += batch.count
    return arrived


@action
def _take_batch(*, actor: Actor, at: datetime) -> PublicBatch | None:
    """The batch that waits, else the next one, held for this sender; None where nothing waits.

    Raises Refused while another is at it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    batch = PublicBatch.objects.select_for_update().filter(state=SendState.WAITING).first() or _next(at)
    if batch is None:
        return None
    if batch.tried_at is not None and at - batch.tried_at < HELD and not batch.error:
        raise Refused("credit.sending", "正在送出，请稍后再看", remedy="请刷新页面查看结果")
    batch.tried_at, batch.error = at, ""
    batch.attempts, batch.version = batch.attempts + 1, batch.version + 1
    batch.save(update_fields=["tried_at", "error", "attempts", "version"])
    return batch


def _next(at: datetime) -> PublicBatch | None:
    last = queries.sent_until()
    rows = list(placed(PUBLIC_FEED).filter(number__gt=last)[:BATCH_MOST])
    if not rows:
        return None
    digest = digest_over([row.entry.digest for row in rows])
    return PublicBatch.objects.create(
        first=rows[0].number, last=rows[-1].number, count=len(rows), digest=digest, made_at=at
    )


def key_of(batch: PublicBatch) -> str:
    return f"credit-{batch.first}-{batch.last}-{batch.digest[:16]}"


def body_of(batch: PublicBatch) -> dict[str, object]:
    """What is sent: the entries with their places and digests, and the digest over them."""
    rows = placed(PUBLIC_FEED).filter(number__gte=batch.first, number__lte=batch.last)
    entries = [
        {"place": row.number, "unit": row.entry.unit.name, "digest": row.entry.digest, **told(row.entry)}
        for row in rows
    ]
    return {"batch": key_of(batch), "digest": batch.digest, "entries": entries}


@action
def _note_arrival(*, actor: Actor, batch_id: int, receipt: str, at: datetime) -> PublicBatch:
    batch = PublicBatch.objects.select_for_update().get(pk=batch_id)
    if batch.state != SendState.SENT:
        batch.state, batch.sent_at, batch.receipt, batch.version = SendState.SENT, at, receipt, batch.version + 1
        batch.save(update_fields=["state", "sent_at", "receipt", "version"])
        data = {"first": batch.first, "last": batch.last, "count": batch.count, "digest": batch.digest}
        record(actor, "credit.send_public", batch, at=at, data=data)
    return batch


@action
def _note_failure(*, actor: Actor, batch_id: int, error: str, at: datetime) -> PublicBatch:
    """The batch stays as it is and is sent again; what went wrong is there to be read."""
    batch = PublicBatch.objects.select_for_update().get(pk=batch_id)
    batch.error, batch.version = (error or "没有回应")[:500], batch.version + 1
    batch.save(update_fields=["error", "version"])
    return batch
