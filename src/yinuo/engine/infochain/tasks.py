"""Background work of the information chain."""

from __future__ import annotations

import time
from datetime import datetime

import structlog
from django.utils.timezone import now
from procrastinate.contrib.django import app

from yinuo.chain.verifier import Unverified
from yinuo.engine.base import Actor
from yinuo.engine.infochain import actions, anchoring, queries
from yinuo.engine.infochain.audit import audit
from yinuo.engine.infochain.evm import Declined, Unreachable
from yinuo.engine.infochain.models import AuditRun

log = structlog.get_logger(__name__)


@app.periodic(cron="* * * * *")
@app.task(
    queue="chain",
    name="infochain.keep_keys",
    aliases=["yinuo.apps.infochain.tasks.keep_keys"],
    queueing_lock="infochain_keys",
)
def keep_keys(timestamp: int) -> int:
    """Keys for departments that are new, and the revocation of retired ones."""
    at = now()
    return give_keys(at) + actions.revoke_retired_keys(actor=Actor.system(), at=at)


@app.periodic(cron="10 19 * * *")
@app.task(
    queue="chain",
    name="infochain.audit_daily",
    aliases=["yinuo.apps.infochain.tasks.audit_daily"],
    queueing_lock="infochain_audit",
)
def audit_daily(timestamp: int) -> int:
    """The whole log against itself and the rows the county works with, every night at 3:10; how many faults."""
    return audit_now(now()).fault_count


def audit_now(at: datetime) -> AuditRun:
    began = time.monotonic()
    report = audit(queries.log_key(), queries.twin_key(), at=at)
    # A chain that does not answer is the anchor's own trouble, and said there.
    report.faults[:0] = anchoring.compare_configured()[1]
    took = round((time.monotonic() - began) * 1000)
    return actions.keep_audit(actor=Actor.system(), report=report, milliseconds=took, at=at)


def give_keys(at: datetime) -> int:
    """A key for every department that has none; how many were made."""
    wanting = queries.departments_without_key()
    for department_id in wanting:
        actions.add_key(actor=Actor.system(), department_id=department_id, at=at)
    return len(wanting)


@app.periodic(cron="*/10 * * * *")
@app.task(
    queue="chain",
    name="infochain.keep_anchored",
    aliases=["yinuo.apps.infochain.tasks.keep_anchored"],
    queueing_lock="infochain_anchor",
)
def keep_anchored(timestamp: int) -> int:
    """The log's head to the chain, when the operator has set one up and it is time; how far it is anchored.

    What fails is tried again.
    """
    at = now()
    if not anchoring.configured() or not anchoring.due(at):
        return 0
    return anchor(at)


def anchor(at: datetime) -> int:
    """One run, its outcome kept for the status; how far the log is anchored, 0 where that could not be told."""
    try:
        done = anchoring.run(anchoring.opened(), at=at)
    except (Unreachable, Declined, anchoring.NotSet, Unverified) as error:
        anchoring.note_run(at, error=str(error))
        log.warning("anchor failed", why=str(error))
        return 0
    except anchoring.Mismatch as error:
        anchoring.note_run(at, fault=str(error))
        log.error("anchor refused", why=str(error))
        return 0
    if not done.waiting:
        anchoring.note_run(at)
    return done.size
