"""`record()` alone writes the trail; a unit of work gathers its rows and writes them once, in the action's transaction.

Everything outbound hangs on it: the trail row, the chain row where the event is of weight, the messages and one
dispatch job. What a verb sets off in a higher room, that room registers (`engine/register.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils.module_loading import import_string

from yinuo.core.decision import Decision
from yinuo.engine.base import Actor, Refused
from yinuo.engine.inserting import insert_all, new_row
from yinuo.engine.register import effects
from yinuo.engine.trail.models import ChainRow, Entry, Idempotency, Seen, StoredDecision

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class UnitOfWork:
    """Rows waiting for the end of the action, the answers to be remembered and the jobs: all of it one statement.

    `papers`: documents issued, by the label of what they speak of; its last leaf in the action states them.
    """

    rows: list[models.Model] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    dispatch: bool = False
    papers: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def add(self, row: models.Model) -> None:
        self.rows.append(row)

    def flush(self) -> None:
        waiting = [row for row in self.rows if isinstance(row, ChainRow)]
        for label, paper in self.papers:
            told = next((row for row in reversed(waiting) if row.label == label), None)
            if told is not None:
                told.payload.setdefault("documents", []).append(_plain(paper))
        if waiting:
            import_string(settings.YINUO_CHAIN_SEALER)(waiting, self)
        by_model: dict[type[models.Model], list[models.Model]] = {}
        for row in self.rows:
            by_model.setdefault(type(row), []).append(row)
        if self.dispatch:
            self.jobs.append((settings.YINUO_DISPATCH_TASK, {}))
        if by_model or self.answers or self.jobs:
            insert_all(
                [by_model[model] for model in sorted(by_model, key=lambda model: model._meta.label)],
                [(_REMEMBER, self.answers)] if self.answers else [],
                (_DEFER, [_job(name, arguments) for name, arguments in self.jobs]) if self.jobs else None,
            )


_REMEMBER = """
    UPDATE trail_idempotency AS known SET status = given.status, answer = given.answer
    FROM jsonb_to_recordset(%s) AS given(id bigint, status smallint, answer jsonb) WHERE known.id = given.id RETURNING 1
"""
# What Procrastinate's own defer calls, in our statement and without its logging.
_DEFER = """
    procrastinate_defer_jobs_v1(
        (SELECT array_agg(job) FROM jsonb_populate_recordset(NULL::procrastinate_job_to_defer_v1, %s) AS job))
"""


def _job(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    job = import_string(name).configure(task_kwargs=arguments).job
    return {
        "queue_name": job.queue,
        "task_name": job.task_name,
        "priority": job.priority,
        "lock": job.lock,
        "queueing_lock": job.queueing_lock,
        "args": job.task_kwargs,
        "scheduled_at": job.scheduled_at,
    }


_current: ContextVar[UnitOfWork | None] = ContextVar("unit_of_work", default=None)


@contextmanager
def unit_of_work() -> Iterator[UnitOfWork]:
    """One transaction and one flush for the outermost action; an inner one that fails takes its own rows back.

    Where a refusal ends it, what others must hear of the refusal (`Refused.afterwards`) follows in a transaction of its
    own.
    """
    outer = _current.get()
    if outer is not None:
        rows, answers, jobs, papers, dispatch = (
            len(outer.rows),
            len(outer.answers),
            len(outer.jobs),
            len(outer.papers),
            outer.dispatch,
        )
        try:
            yield outer
        except BaseException:
            del outer.rows[rows:], outer.answers[answers:], outer.jobs[jobs:], outer.papers[papers:]
            outer.dispatch = dispatch
            raise
        return
    try:
        with transaction.atomic():
            unit = UnitOfWork()
            token = _current.set(unit)
            try:
                yield unit
                unit.flush()
            finally:
                _current.reset(token)
    except Refused as refusal:
        if (afterwards := refusal.afterwards) is not None:
            refusal.afterwards = None
            afterwards()
        raise


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Marks a write: it runs in one transaction with its trail, or not at all."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with unit_of_work():
            return function(*args, **kwargs)

    return run


def current() -> UnitOfWork:
    unit = _current.get()
    if unit is None:
        raise RuntimeError("a write happens inside an @action only")
    return unit


def record(
    actor: Actor,
    verb: str,
    subject: models.Model,
    *,
    at: datetime,
    project_code: str = "",
    why: str = "",
    data: dict[str, Any] | None = None,
    decision: Decision | StoredDecision | None = None,
    chain: str = "",
    issuer_id: int | None = None,
    leaf_id: UUID | None = None,
) -> Entry:
    """The trail row of a write; `chain` names the leaf type where the event is of weight, `issuer_id` the department
    that vouches for it (else the actor's, else the platform), `leaf_id` the leaf that a row of the action refers to
    already.
    """
    unit = current()
    stored = store(decision, at) if isinstance(decision, Decision) else decision
    entry = new_row(
        Entry,
        at=at,
        verb=verb,
        person_id=actor.person_id,
        role=actor.role,
        department_id=actor.department_id,
        unit_id=actor.unit_id,
        entrance=actor.entrance,
        via=actor.via,
        subject_kind=subject._meta.label_lower,
        subject_id=str(subject.pk),
        project_code=project_code,
        why=why,
        data=_plain(data or {}),
    )
    if stored is not None:
        entry.decision = stored
    unit.add(entry)
    if chain:
        label = project_code or f"{entry.subject_kind}:{entry.subject_id}"
        enter(chain, label, data or {}, at=at, issuer_id=issuer_id or actor.department_id, leaf_id=leaf_id)
        unit.dispatch = True
    for handler, after in effects().get(verb, ()):
        if not after:
            import_string(handler)(actor=actor, subject=subject, at=at, why=why)
        else:
            unit.jobs.append((handler, {"subject_id": str(subject.pk), "at": at.isoformat()}))
    return entry


def enter(
    type: str,
    label: str,
    data: dict[str, Any],
    *,
    at: datetime,
    issuer_id: int | None = None,
    first: bool = False,
    leaf_id: UUID | None = None,
) -> None:
    """A leaf for the information chain, signed by its issuer when the action ends.

    `first`: nothing was ever said of this subject, for it came to be in this very action; then nobody looks for its
    last leaf. `leaf_id`: what the leaf is called (its `outbox_id`), where a row refers to it.
    """
    row = new_row(ChainRow, type=type, label=label, at=at, **({"outbox_id": leaf_id} if leaf_id else {}))
    row.payload, row.issuer_id, row.first = _plain(data), issuer_id, first
    current().add(row)


def unsealed(leaf_ids: Collection[UUID]) -> dict[UUID, ChainRow]:
    """Of these leaves those that the present action has entered and not yet signed."""
    unit = _current.get()
    rows = unit.rows if unit is not None and leaf_ids else ()
    return {row.outbox_id: row for row in rows if isinstance(row, ChainRow) and row.outbox_id in leaf_ids}


_READ_BACK_ALIKE = (str, int, bool, type(None))


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """JSON as it will be read back: decimals and instants as strings."""
    if all(type(value) in _READ_BACK_ALIKE for value in data.values()):
        return dict(data)
    plain: dict[str, Any] = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
    return plain


def store(decision: Decision, at: datetime) -> StoredDecision:
    """Keeps a decision whole, for the row that relies on it; written with the action's other rows."""
    body = decision.to_json()
    stored = new_row(
        StoredDecision,
        question=decision.question,
        outcome=body["outcome"],
        body=body,
        as_of=decision.as_of,
        pack_hash=decision.pack_hash,
        at=at,
    )
    current().add(stored)
    return stored


def seen(actor: Actor, what: str, *, at: datetime, project_code: str = "", unit_id: int | None = None) -> None:
    """Notes that somebody looked at a company's data. The only thing a GET may write."""
    Seen.objects.create(
        at=at, person_id=actor.person_id, role=actor.role, unit_id=unit_id, project_code=project_code, what=what
    )


@dataclass
class Once:
    """What idempotency knows of a request: `answer` is set when it was answered before."""

    row_id: int
    answer: dict[str, Any] | None = None
    status: int | None = None

    def remember(self, status: int, answer: dict[str, Any]) -> None:
        """Keeps the answer with what the action writes at its end."""
        current().answers.append({"id": self.row_id, "status": status, "answer": answer})


def request_hash(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, cls=DjangoJSONEncoder).encode()).hexdigest()


CLAIM = """
    INSERT INTO trail_idempotency (actor_key, key, request_hash, at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (actor_key, key) DO NOTHING RETURNING id
"""


def once(actor: Actor, key: str, body_hash: str, *, at: datetime) -> Once:
    """Claims `key` for this request, inside the action's transaction; a second sender waits for the first, then gets
    its answer.

    People without an account share one name: their key counts together with what they sent, so that nobody meets
    another's answer. Raises: Refused when the key was used for another request.
    """
    current()
    if actor.person_id is None and actor.role == "public":
        key = request_hash([key, body_hash])
    actor_key = f"{actor.role}:{actor.person_id}:{actor.unit_id or ''}"
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [actor_key, key, body_hash, at])
        claimed = cursor.fetchone()
    if claimed is not None:
        return Once(claimed[0])
    known = Idempotency.objects.get(actor_key=actor_key, key=key)
    if known.request_hash != body_hash:
        raise Refused(
            "idempotency.reused",
            "这个请求编号已用于另一份内容",
            field="idempotency_key",
            remedy="请为新的内容使用新的请求编号",
        )
    return Once(known.pk, known.answer, known.status)


def claim(actor: Actor, key: str, verb: str, body: Any, *, at: datetime) -> Once | None:
    """Claims a form's or a machine's key for one verb with one body; None where none was sent."""
    return once(actor, key, request_hash([verb, body]), at=at) if key else None


def answered(claimed: Once | None) -> int | None:
    """The id of the row the same request made the first time; None = it is the first."""
    return int(claimed.answer["id"]) if claimed is not None and claimed.answer is not None else None


def remember(claimed: Once | None, made: models.Model) -> None:
    """Keeps which row the request made, for whoever sends it again."""
    if claimed is not None:
        claimed.remember(201, {"id": made.pk})


FORGET = """
    DELETE FROM trail_idempotency
    WHERE id IN (SELECT id FROM trail_idempotency WHERE at < %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
"""


def forget_answers(now: datetime, batch: int = 5000) -> int:
    """Lets go of keys older than YINUO_IDEMPOTENCY_DAYS, batch by batch; what was done stays, with its trail.

    Returns how many.
    """
    before, gone = now - timedelta(days=settings.YINUO_IDEMPOTENCY_DAYS), 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(FORGET, [before, batch])
            found: int = cursor.rowcount
        gone += found
        if found < batch:
            return gone
