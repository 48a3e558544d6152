"""Every reading of credit: a unit's standing and history, the queues by keyset, and where heads and events differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet

from yinuo.core.calendar import TZ
from yinuo.core.credit import COMMITMENT_FIELDS, rule_of
from yinuo.core.grades import UNRATED, class_of, measures_of, named_grade
from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.documents.attachments import load_files
from yinuo.engine.feeds.models import FeedEntry
from yinuo.engine.feeds.queries import placed
from yinuo.engine.rules import pack
from yinuo.engine.work import clocks
from yinuo.rooms.credit import access, ledger
from yinuo.rooms.credit.ledger import Step
from yinuo.rooms.credit.models import (
    PUBLIC_FEED,
    CreditEvent,
    CreditHead,
    CreditRelief,
    EvaluationBatch,
    PointProposal,
    PublicBatch,
    PublicKind,
    ReliefKind,
    ReliefState,
)

EVENT_NAMES = {
    "cycle_completed": "履约加分",
    "act": "违规扣分",
    "commitment_broken": "违诺扣分",
    "repair": "恢复分值",
    "rebase": "公共信用综合评价",
}


def case_words(type: str, data: Mapping[str, Any]) -> str:
    """What kind of event it is, and of an act or a broken promise which one."""
    act = pack().acts.get(str(data.get("act"))) if type == "act" else None
    field = COMMITMENT_FIELDS.get(str(data.get("field"))) if type == "commitment_broken" else None
    detail = act.text if act else f"涉及{field}" if field else ""
    return f"{EVENT_NAMES[type]}：{detail}" if detail else EVENT_NAMES[type]


@dataclass(frozen=True, slots=True)
class MeasureLine:
    effect: str
    value: str
    text: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a unit is and gets today: `class_` is the class whose measures hold, also for 未评级 (`rated` False, no
    colour).
    """

    rated: bool
    score: Decimal | None
    grade: str
    class_: str
    class_name: str
    colour: str
    cites: tuple[str, ...]
    measures: tuple[MeasureLine, ...]
    provincial_d: bool


def head(unit_id: int) -> CreditHead:
    """The unit's present score; an unsaved, unrated one where nothing is known of it yet."""
    return CreditHead.objects.filter(pk=unit_id).first() or CreditHead(unit_id=unit_id)


def grades_of(unit_ids: Iterable[int]) -> dict[int, str]:
    """The present grade of each unit; one nothing is known of yet is left out."""
    return dict(CreditHead.objects.filter(pk__in=set(unit_ids)).values_list("pk", "grade"))


def heads_graded(grades: Collection[str]) -> QuerySet[CreditHead]:
    return CreditHead.objects.filter(grade__in=grades)


def heads_rated() -> QuerySet[CreditHead]:
    """Of the units that have a grade."""
    return CreditHead.objects.exclude(grade=UNRATED)


def listed_by_province() -> QuerySet[CreditHead]:
    """The companies the province lists as class D now."""
    return CreditHead.objects.filter(provincial_d=True).select_related("unit").order_by("unit_id")


def standing(unit_id: int, day: date) -> Standing:
    """The answer to "what does this company get", each measure with its article (附件2·第二十至二十三条)."""
    now, rules = head(unit_id), pack()
    answer = named_grade(now.grade, rules, day)
    class_, cites = class_of(now.grade, rules, day)
    measures = tuple(
        MeasureLine(measure.effect, measure.value, measure.text, tuple(rules.cite_texts(measure.cites)))
        for measure in measures_of(now.grade, rules, day)
    )
    return Standing(
        rated=now.grade != UNRATED,
        score=now.score,
        grade=now.grade,
        class_=class_,
        class_name=answer.class_name if answer else "未评级",
        colour=answer.colour if answer else "",
        cites=tuple(rules.cite_texts(cites)),
        measures=measures,
        provincial_d=now.provincial_d,
    )


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event with what can still be asked of it: `taken` > 0 = points that may be repaired; `disputed` > 0 = points
    that may be objected to, though a later evaluation may have replaced them.
    """

    event: CreditEvent
    name: str
    taken: Decimal
    disputed: Decimal
    open_relief: CreditRelief | None
    returning: bool
    rectify_until: datetime | None


def history(unit_id: int, day: date) -> list[HistoryLine]:
    """The unit's events, newest first, in four queries however many there are."""
    found = ledger.read(unit_id, day)
    asked = Prefetch("reliefs", CreditRelief.objects.filter(state="asked"), to_attr="asked")
    events = CreditEvent.objects.filter(unit_id=unit_id).order_by("-seq").prefetch_related(asked)
    pending = PointProposal.objects.filter(unit_id=unit_id, type="repair", state__in=["proposed", "consented"])
    returning = {data["of"] for data in pending.values_list("data", flat=True)}
    lines = []
    for event in events:
        taken = found.taken(event.seq)
        lines.append(
            HistoryLine(
                event=event,
                name=EVENT_NAMES[event.type],
                taken=taken,
                disputed=found.disputed(event.seq),
                open_relief=event.asked[0] if event.asked else None,
                returning=event.seq in returning,
                rectify_until=rectify_until(event) if taken else None,
            )
        )
    return lines


def evaluation_words(lines: Sequence[HistoryLine]) -> str:
    """The public evaluation the score starts from, with its day and source; empty without one."""
    found = max(
        (line.event for line in lines if line.event.type == "rebase"),
        key=lambda event: (event.on, event.seq),
        default=None,
    )
    if found is None:
        return ""
    source = str(found.data.get("source") or "公共信用信息平台")
    return f"{found.data['score']} 分，{found.on.year}年{found.on.month}月{found.on.day}日，{source}"


def rectify_until(event: CreditEvent) -> datetime:
    """The close of the last working day of the rectification term, counted from the day the points were taken."""
    day = event.at.astimezone(TZ).date()
    calendar = clocks.calendar()
    return calendar.closing(calendar.add_working_days(day, pack().integer("repair.rectify_limit", day)))


def review_until(relief: CreditRelief) -> datetime | None:
    """Until when the unit may ask for a review of a refusal; None for what cannot be reviewed."""
    if relief.kind == ReliefKind.REVIEW or relief.state != ReliefState.REJECTED or relief.decided_at is None:
        return None
    day = relief.decided_at.astimezone(TZ).date()
    calendar = clocks.calendar()
    return calendar.closing(calendar.add_working_days(day, pack().integer("credit_review.ask_limit", day)))


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the score's line; `seq` 0 does not occur, the line begins with the first event."""

    at: datetime
    score: Decimal
    points: Decimal
    grade: str
    seq: int
    name: str


def line(unit_id: int) -> list[Point]:
    """The score after each event in the order they were applied, for a chart."""
    events = CreditEvent.objects.filter(unit_id=unit_id, score_after__isnull=False).order_by("seq")
    return [
        Point(event.at, event.score_after, event.points, event.grade_after, event.seq, EVENT_NAMES[event.type])
        for event in events
        if event.score_after is not None
    ]


def preview(unit_id: int, type: str, on: date, project_code: str, data: Mapping[str, Any], as_of: date) -> Step:
    """What an event would do if it were carried out now; writes nothing. Raises Refused as a proposal would."""
    return ledger.add(ledger.read(unit_id, as_of), type, on, project_code, data, as_of)


@dataclass(frozen=True, slots=True)
class ActLine:
    """An act of the list of a day: what it costs before caps, and by which articles."""

    id: str
    article: str
    item: str
    text: str
    points: Decimal
    cap: Decimal | None
    cites: tuple[str, ...]


def acts(day: date) -> list[ActLine]:
    """The acts that cost points as the list of `day` has them (附件2·第十八条), in the order written."""
    rules = pack()
    lines = []
    for act in rules.acts_at(day):
        rule, cites = rule_of("act", {"act": act.id}, day, rules)
        lines.append(
            ActLine(
                act.id,
                act.article,
                act.item,
                act.text,
                rule.points,
                rule.cap_per_project,
                tuple(rules.cite_texts(cites)),
            )
        )
    return lines


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """Newest first; `after` opens the next page, 0 = no more."""

    proposals: list[PointProposal]
    after: int


def visible(actor: Actor) -> QuerySet[PointProposal]:
    """The proposals of the actor's hall."""
    if actor.role not in access.STAFF:
        return PointProposal.objects.none()
    return PointProposal.objects.filter(department__hall_id=actor.hall_id or NO_ROW)


def page(
    actor: Actor, *, states: Sequence[str] = (), unit_id: int | None = None, after: int = 0, size: int = 30
) -> ProposalPage:
    proposals = (
        visible(actor)
        .select_related("unit__credit", "department", "proposed_by", "consented_by", "executed_by")
        .order_by("-id")
    )
    if states:
        proposals = proposals.filter(state__in=states)
    if unit_id is not None:
        proposals = proposals.filter(unit_id=unit_id)
    if after:
        proposals = proposals.filter(id__lt=after)
    rows = list(proposals[: size + 1])
    return ProposalPage(rows[:size], rows[size - 1].pk if len(rows) > size else 0)


def one(proposal_id: int) -> PointProposal:
    """Raises PointProposal.DoesNotExist."""
    return PointProposal.objects.select_related(
        "unit__credit", "department__hall", "proposed_by", "consented_by", "executed_by"
    ).get(pk=proposal_id)


def proposals_of(project_code: str) -> list[PointProposal]:
    """The latest proposals of a project."""
    return list(PointProposal.objects.filter(project_code=project_code).order_by("-id")[:20])


def proposals_by_id(proposal_ids: Collection[int]) -> dict[int, PointProposal]:
    """With their departments and evidence."""
    found = PointProposal.objects.select_related("department").in_bulk(proposal_ids)
    load_files(found.values())
    return found


def event(event_id: int) -> CreditEvent:
    """Raises CreditEvent.DoesNotExist."""
    return CreditEvent.objects.get(pk=event_id)


def event_of(proposal: PointProposal) -> CreditEvent | None:
    """What an executed proposal did."""
    return CreditEvent.objects.filter(proposal_id=proposal.pk).first()


def reliefs(
    *, unit_id: int | None = None, department_id: int | None = None, states: Sequence[str] = ()
) -> QuerySet[CreditRelief]:
    """A unit's applications, or those laid before a department, newest first."""
    found = CreditRelief.objects.select_related("event__unit", "asked_by", "decided_by", "of", "review").order_by("-id")
    if unit_id is not None:
        found = found.filter(event__unit_id=unit_id)
    if department_id is not None:
        found = found.filter(
            event__proposal_id__in=PointProposal.objects.filter(department_id=department_id).values("id")
        )
    return found.filter(state__in=states) if states else found


def reviews(hall_id: int) -> QuerySet[CreditRelief]:
    """Reviews that wait for an answer in a hall."""
    own = PointProposal.objects.filter(department__hall_id=hall_id).values("id")
    return reliefs(states=["asked"]).filter(kind=ReliefKind.REVIEW, event__proposal_id__in=own)


def relief(relief_id: int) -> CreditRelief:
    """Raises CreditRelief.DoesNotExist."""
    return CreditRelief.objects.select_related("event__unit__credit", "asked_by", "decided_by", "of__decided_by").get(
        pk=relief_id
    )


# -- evaluations taken in


def evaluation_batches() -> QuerySet[EvaluationBatch]:
    """The tables taken in, newest first, without their rows as they were sent."""
    return EvaluationBatch.objects.select_related("by", "taken_by").defer("rows").order_by("-id")


def evaluation_batch(batch_id: int) -> EvaluationBatch:
    """Raises EvaluationBatch.DoesNotExist."""
    return evaluation_batches().get(pk=batch_id)


# -- what the public credit platform is told


def public_batches() -> QuerySet[PublicBatch]:
    """Newest first."""
    return PublicBatch.objects.order_by("-id")


def sent_until() -> int:
    """The last place that is in a batch; 0 = none yet."""
    return PublicBatch.objects.order_by("-last").values_list("last", flat=True).first() or 0


def unsent() -> int:
    """How many entries have not arrived at the platform."""
    arrived = PublicBatch.objects.filter(state="sent").order_by("-last").values_list("last", flat=True).first() or 0
    return placed(PUBLIC_FEED).filter(number__gt=arrived).count()


def public_words(row: FeedEntry) -> str:
    """An entry in one line."""
    data = row.data
    match row.kind:
        case PublicKind.GRADE:
            return f"{data['before'] or '未评级'} → {data['after']}"
        case PublicKind.POINTS:
            return f"{data['points']} 分：{data['why']}"
        case PublicKind.COMMITMENT:
            return f"{data['matter']}：{data['words']}"
    return f"{data['number']} {data['words']}"
