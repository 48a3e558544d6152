"""What is out of order with a project at a moment, and when to look again: a reading of its rows, which writes nothing.

附件7·第十四条 names four anomalies. Every term is a parameter of the pack, read as of the day whose rules the project
runs under.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from yinuo.core.calendar import TZ
from yinuo.core.wording import day_words
from yinuo.engine.rules import pack
from yinuo.engine.work import clocks
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.onemap.building import opening_matter
from yinuo.rooms.onemap.mocking import months_after
from yinuo.rooms.onemap.models import CONCLUDED, MapItem
from yinuo.rooms.oversight.models import (
    AnomalyWarning,
    LifeRecord,
    RecordKind,
    WarningKind,
    WarningOutcome,
    WarningSource,
)
from yinuo.rooms.oversight.specs import word_of
from yinuo.rooms.projects.models import ProgressReport, Project, ProjectKind, ProjectState, ReportKind

UNTOUCHED = ("open", "exempt", "cancelled")


@dataclass(frozen=True, slots=True)
class Finding:
    """One anomaly that holds since `since`;
    `matters` are the items that had to be decided first, in the map's order.
    """

    kind: WarningKind
    since: datetime
    why: str
    source: WarningSource = WarningSource.CLOCK
    record: LifeRecord | None = None
    matters: tuple[MapItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """`next_at`: the next moment something may turn wrong by time alone;
    `remind`: the start is due to be reminded of.
    """

    findings: tuple[Finding, ...] = ()
    next_at: datetime | None = None
    remind: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A project's rows, read once."""

    project: Project
    items: Sequence[MapItem]
    sightings: Sequence[LifeRecord]
    closed: dict[str, list[AnomalyWarning]] = field(default_factory=dict)
    open_kinds: frozenset[str] = frozenset()
    reminded: bool = False
    promised: bool = False
    reported_at: datetime | None = None

    def last(self, kind: WarningKind) -> AnomalyWarning | None:
        rows = self.closed.get(kind)
        return rows[-1] if rows else None

    def unjudged(self, kind: WarningKind, at: datetime | None) -> bool:
        """Whether what came in at `at` is newer than the last warning of the kind that was closed: until then it was
        judged with it.
        """
        last = self.last(kind)
        return at is not None and (last is None or last.closed_at is None or at > last.closed_at)

    def begun(self) -> bool:
        """Whether a start was seen; what a warning that was closed as unfounded had to judge was none."""
        unfounded = [one for rows in self.closed.values() for one in rows if one.outcome == WarningOutcome.UNFOUNDED]
        return any(not any(_judged(row, one) for one in unfounded) for row in self.sightings)


def _judged(row: LifeRecord, warning: AnomalyWarning) -> bool:
    """Whether the warning was of this sighting, or the sighting came in while it was open."""
    if warning.source != WarningSource.RECORD or warning.closed_at is None:
        return False
    return warning.record_id == row.pk or warning.found_at <= row.at <= warning.closed_at


def standing(project: Project, *, reminded: bool) -> Standing:
    return standings([project], {project.pk} if reminded else set())[0]


def standings(projects: Sequence[Project], reminded: Container[int]) -> list[Standing]:
    """Of several projects, with a steady number of queries;
    `reminded`: those whose company was reminded of the start.
    """
    closed: dict[int, dict[str, list[AnomalyWarning]]] = {project.pk: {} for project in projects}
    open_kinds: dict[int, set[str]] = {project.pk: set() for project in projects}
    for row in AnomalyWarning.objects.filter(project__in=projects).order_by("id"):
        if row.is_open:
            open_kinds[row.project_id].add(row.kind)
        else:
            closed[row.project_id].setdefault(row.kind, []).append(row)
    starts = ProgressReport.objects.filter(project__in=projects, kind=ReportKind.START)
    reported = (
        dict(starts.values_list("project_id", "at")) if any(one.started_on is not None for one in projects) else {}
    )
    seen: dict[int, list[LifeRecord]] = {}
    sightings = LifeRecord.objects.filter(project__in=projects, kind=RecordKind.SIGHTING, replaced_by__isnull=True)
    for sighting in sightings.order_by("on", "id"):
        seen.setdefault(sighting.project_id, []).append(sighting)
    items: dict[int, list[MapItem]] = {}
    for item in (
        MapItem.objects.filter(project__in=projects)
        .select_related("application", "department")
        .order_by("position", "id")
    ):
        items.setdefault(item.project_id, []).append(item)
    promised = set(Commitment.objects.filter(project__in=projects).values_list("project_id", flat=True))
    return [
        Standing(
            project=project,
            items=items.get(project.pk, []),
            sightings=seen.get(project.pk, []),
            closed=closed[project.pk],
            open_kinds=frozenset(open_kinds[project.pk]),
            reminded=project.pk in reminded,
            promised=project.pk in promised,
            reported_at=reported.get(project.pk) if project.started_on is not None else None,
        )
        for project in projects
    ]


def look(at_hand: Standing, now: datetime) -> Look:
    """Every anomaly that holds at `now` and has no open warning, and when to look again."""
    project = at_hand.project
    if project.state != ProjectState.CONFIRMED or project.confirmed_at is None:
        return Look()
    possible = [*_built_first(at_hand), *_unreported(at_hand), *_not_started(at_hand), *_idle(at_hand)]
    wanted = [one for one in possible if one.kind not in at_hand.open_kinds]
    moments = [one.since for one in wanted if one.since > now]
    reminder = None if at_hand.reminded else _reminder_at(at_hand)
    if reminder is not None and reminder > now:
        moments.append(reminder)
    first: dict[str, Finding] = {}
    for one in wanted:
        if one.since <= now:
            first.setdefault(one.kind, one)
    return Look(tuple(first.values()), min(moments, default=None), reminder is not None and reminder <= now)


def undecided_on(items: Iterable[MapItem], day: date) -> tuple[MapItem, ...]:
    """What had to be decided before the start and was not, at the end of `day`;
    what is only simulated is no decision.
    """
    return tuple(
        item
        for item in items
        if item.pre_start
        and item.state != "cancelled"
        and (
            item.state not in CONCLUDED
            or ((ended := item.present.ended_at) is not None and ended.astimezone(TZ).date() > day)
        )
    )


def _built_first(at_hand: Standing) -> list[Finding]:
    """未批先建: a start, reported or seen, on a day when what comes before it was not decided."""
    kind, found = WarningKind.BUILT_FIRST, []
    signs: list[tuple[date, LifeRecord | None]] = [
        (row.on, row) for row in at_hand.sightings if at_hand.unjudged(kind, row.at)
    ]
    if at_hand.project.started_on is not None and at_hand.unjudged(kind, at_hand.reported_at):
        signs.insert(0, (at_hand.project.started_on, None))
    for on, row in signs:
        missing = undecided_on(at_hand.items, on)
        if not missing and at_hand.items:
            continue
        names = "、".join(item.name for item in missing) or "“一张图”上的开工前事项"
        how = f"{_said(row)}于{day_words(on)}开工" if row else f"项目单位报送于{day_words(on)}开工"
        source = WarningSource.RECORD if row else WarningSource.REPORT
        found.append(Finding(kind, _morning(on), f"{how}，当日开工前手续尚未办结：{names}", source, row, missing))
    return found


def _unreported(at_hand: Standing) -> list[Finding]:
    """开工未报告: a start was seen, and within the term of it nobody reported one."""
    kind, project, found = WarningKind.START_UNREPORTED, at_hand.project, []
    if project.started_on is not None:
        return []
    days = pack().integer("warning.start_report_term", project.rules_on)
    calendar = clocks.calendar()
    for row in at_hand.sightings:
        if not at_hand.unjudged(kind, row.at):
            continue
        until = calendar.closing(calendar.add_working_days(row.on, days))
        why = f"{_said(row)}于{day_words(row.on)}开工，{days} 个工作日内没有报送开工建设信息"
        found.append(Finding(kind, until, why, WarningSource.RECORD, row))
    return found


def _not_started(at_hand: Standing) -> list[Finding]:
    """核准（备案）后未开工: no start so many months after it was filed or verified."""
    project, day = at_hand.project, _verified_on(at_hand)
    if day is None or project.started_on is not None or at_hand.begun():
        return []
    months = pack().integer("warning.not_started_term", project.rules_on)
    since = _after_the_last(at_hand, WarningKind.NOT_STARTED, _morning(months_after(day, months)))
    word = ProjectKind(project.kind).label
    return [Finding(WarningKind.NOT_STARTED, since, f"{day_words(day)}{word}后满 {months} 个月，没有报送开工建设信息")]


def _idle(at_hand: Standing) -> list[Finding]:
    """已赋码未办理: coded and reviewed, and nothing applied for or promised since."""
    project = at_hand.project
    opening = opening_matter(project)
    touched = any(
        (item.present.received_at is not None or item.state not in UNTOUCHED)
        and item.route != "regional"
        and item.matter_id != opening
        for item in at_hand.items
    )
    if touched or at_hand.promised or project.started_on is not None or project.confirmed_at is None:
        return []
    days = pack().integer("warning.idle_term", project.rules_on)
    since = _after_the_last(
        at_hand, WarningKind.IDLE, _morning(project.confirmed_at.astimezone(TZ).date() + timedelta(days=days))
    )
    return [Finding(WarningKind.IDLE, since, f"复核确认满 {days} 天，没有申报任何审批事项，也没有作出承诺")]


def _reminder_at(at_hand: Standing) -> datetime | None:
    """When the company is reminded that it has not started: before the term of the warning."""
    day = _verified_on(at_hand)
    if day is None or at_hand.project.started_on is not None or at_hand.begun():
        return None
    return _morning(months_after(day, pack().integer("warning.not_started_reminder", at_hand.project.rules_on)))


def _verified_on(at_hand: Standing) -> date | None:
    """The day of filing or of verification; an approval project begins with a decision of its own and is not meant
    (第十四条).
    """
    project = at_hand.project
    if project.kind == ProjectKind.FILING:
        return project.filed_at.astimezone(TZ).date()
    if project.kind != ProjectKind.VERIFICATION:
        return None
    matters = pack().parameter("warning.verification_matters", project.rules_on).value
    ends = [item.present.ended_at for item in at_hand.items if item.matter_id in matters]
    days = [moment.astimezone(TZ).date() for moment in ends if moment]
    return max(days, default=None)


def _after_the_last(at_hand: Standing, kind: WarningKind, since: datetime) -> datetime:
    """A term that has been warned of is warned of again only some time after that warning was closed."""
    last = at_hand.last(kind)
    if last is None or last.closed_at is None:
        return since
    return max(since, last.closed_at + timedelta(days=pack().integer("warning.again_after", at_hand.project.rules_on)))


def _said(row: LifeRecord) -> str:
    return f"{word_of(row.kind, 'means', row.data.get('means', ''))}发现项目"


def _morning(day: date) -> datetime:
    return datetime.combine(day, time.min, TZ)
