"""How the log fares, for those who watch over it: what waits, who lags behind, what nodes report, and what the last
audit found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Min

from yinuo.chain.evidence import head_in, proves_fork
from yinuo.chain.policies import lint
from yinuo.chain.verifier import ED25519, Policy, VerifierKey
from yinuo.engine.infochain import queries
from yinuo.engine.infochain.books import MAIN
from yinuo.engine.infochain.models import AuditRun, Checkpoint, Cosignature, Evidence, IssuerKey
from yinuo.engine.trail.models import ChainRow

# When a light turns yellow, and when red: seconds that a leaf waits to be written, and that a node lags behind.
WAITING = (60, 600)
LAGGING = (300, 3600)
# An audit a day; one missed turns it yellow.
AUDITED_WITHIN = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node of the policy.

    `since`: the first checkpoint it has not seen is this old; `last_at`: its last signature.
    """

    name: str
    public: bytes
    size: int
    behind: int
    last_at: datetime | None
    since: timedelta
    light: str


@dataclass(frozen=True, slots=True)
class Reported:
    """Evidence of a node. `proof`: its two checkpoints contradict each other under the log's own signature; `against`:
    one of them, signed by the log, is no beginning of the log as it stands here.
    """

    row: Evidence
    proof: bool
    against: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """The whole of it. Ages in time since; a light is green, yellow or red."""

    status: queries.Status
    signing: str
    head_at: datetime | None
    oldest: timedelta
    waiting: str
    witnessed: str
    unwitnessed_for: timedelta
    nodes: tuple[NodeState, ...]
    faults: tuple[str, ...]
    reported: tuple[Reported, ...]
    audit: AuditRun | None
    audited: str
    keys: tuple[IssuerKey, ...]


def watched(policy: Policy | None, at: datetime) -> Watched:
    status = queries.status(policy)
    independent = policy is not None and policy.quorum != "none"
    first = ChainRow.objects.aggregate(first=Min("at"))["first"]
    oldest = max(at - first, timedelta()) if first else timedelta()
    unseen = _unseen_for(status.witnessed_size, status.published, at) if independent else timedelta()
    run = queries.last_audit()
    evidence = Evidence.objects.order_by("-id")[:20]
    logs = policy.logs if policy else ()
    return Watched(
        status=status,
        signing="red"
        if status.refused or (status.twin and status.twin.refused)
        else "green"
        if status.published
        else "yellow",
        head_at=Checkpoint.objects.filter(pk=status.published).values_list("at", flat=True).first(),
        oldest=oldest,
        waiting=_light(oldest, WAITING),
        witnessed=_light(unseen, LAGGING) if independent and status.witnessed_size else "yellow",
        unwitnessed_for=unseen,
        nodes=tuple(_nodes(policy, status, at)) if policy else (),
        faults=tuple(lint(policy)) if independent and policy else (),
        reported=tuple(_judged(row, logs, status.published) for row in evidence),
        audit=run,
        audited="yellow"
        if run is None
        else "red"
        if run.fault_count
        else "green"
        if at - run.at <= AUDITED_WITHIN
        else "yellow",
        keys=tuple(IssuerKey.objects.defer("private").order_by("department_id", "id")),
    )


def _judged(row: Evidence, logs: Sequence[VerifierKey], published: int) -> Reported:
    seen, mine = bytes(row.seen), bytes(row.mine)
    main = [key for key in logs if key.algorithm == ED25519]
    heads = [head for data in (seen, mine) if (head := head_in(data, main)) is not None and head.size <= published]
    return Reported(row, proves_fork(seen, mine, logs), any(MAIN.tree(head.size).root() != head.root for head in heads))


def _nodes(policy: Policy, status: queries.Status, at: datetime) -> list[NodeState]:
    made = []
    for name, key in policy.witnesses.items():
        size = status.witnesses.get(name, 0)
        seconds = (
            Cosignature.objects.filter(witness=name)
            .order_by("-checkpoint_id")
            .values_list("seconds", flat=True)
            .first()
        )
        since = _unseen_for(size, status.published, at)
        last = None if seconds is None else _instant(seconds)
        light = "yellow" if not size and since <= timedelta(seconds=LAGGING[1]) else _light(since, LAGGING)
        made.append(NodeState(name, key.public, size, max(status.published - size, 0), last, since, light))
    return made


def _unseen_for(seen: int, published: int, at: datetime) -> timedelta:
    """How long the first checkpoint above what was seen has waited to be seen; nothing where none has."""
    first = (
        Checkpoint.objects.filter(size__gt=seen, size__lte=published)
        .order_by("size")
        .values_list("at", flat=True)
        .first()
    )
    return max(at - first, timedelta()) if first else timedelta()


def _instant(seconds: int) -> datetime | None:
    """A node's clock says what it likes."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _light(age: timedelta, bounds: Sequence[int]) -> str:
    yellow, red = bounds
    seconds = age.total_seconds()
    return "green" if seconds < yellow else "yellow" if seconds < red else "red"
