from __future__ import annotations

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from yinuo.engine.base import Actor, Refused
from yinuo.rooms.credit import actions
from yinuo.rooms.credit.platform import platform

log = structlog.get_logger(__name__)


@app.periodic(cron="7 * * * *")
@app.task(queue="work", name="credit.send_public", queueing_lock="credit.send_public")
def send_public(timestamp: int) -> int:
    """Once an hour: what has not arrived yet is sent, where a platform is set up."""
    there = platform()
    if there is None:
        return 0
    try:
        return actions.send_public(actor=Actor.system(), platform=there, clock=timezone.now)
    except Refused as refusal:
        log.info("credit not sent", why=refusal.message)
        return 0
