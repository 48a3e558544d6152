"""A year of two halls written straight into the tables, odd states among them, and every figure of it counted by hand
in plain Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from tests.apps.county import Company, County, at, new_company, new_county
from yinuo.core.calendar import TZ
from yinuo.engine.catalogue.models import RegionalResult, Zone
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.people.models import Department, Hall, Person, Region
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.models import ClockEvent, WorkItem
from yinuo.rooms.figures.scope import Scope
from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.models import Application, Guidance, MapItem, Outcome
from yinuo.rooms.oversight.models import AnomalyWarning, LifeRecord
from yinuo.rooms.projects.models import Project
from yinuo.rooms.reviews.models import Rectification, ServiceReview, TrackService

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from tests.database import TestDatabase

NOW = at("2026-11-28 10:00")
MATTERS = (
    "eia_table",
    "soil_conservation_plan",
    "engineering_planning_permit",
    "construction_permit",
    "enterprise_filing",
)
INDUSTRIES = ("C2625", "2625", "0311", "A0311", "44", "4415", "7010", "X1", "")
PROJECTS = 90


@dataclass
class Figured:
    county: County
    other: Hall
    company: Company
    offices: dict[int, list[Department]] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)


def figured() -> Figured:
    return filled(new_county())


def filled(county: County) -> Figured:
    company = new_company()
    top = Region.objects.create(code="622900", name="临夏回族自治州")
    Region.objects.filter(pk=county.hall.region_id).update(parent=top)
    other = Hall.objects.create(
        region=Region.objects.create(code="622921", name="临夏县", parent=top), name="临夏县政务大厅"
    )
    made = Figured(county, other, company)
    made.offices[county.hall.pk] = list(Department.objects.filter(hall=county.hall).order_by("id")[:4])
    made.offices[other.pk] = [
        Department.objects.create(hall=other, key=f"o{n}", name=f"临夏县局{n}", short_name=f"局{n}") for n in range(2)
    ]
    made.people = [county.person("approver", office.key) for office in made.offices[county.hall.pk]]
    chance = Random(7)
    for number in range(PROJECTS):
        _project(made, chance, number)
    # Reviewed the day before yesterday, and within the term of its guidance.
    fresh = Project.objects.filter(kind="filing", state="confirmed", hall=county.hall).latest("id")
    Project.objects.filter(pk=fresh.pk).update(filed_at=at("2026-11-25 09:00"), landed_at=None, started_on=None)
    Guidance.objects.filter(project=fresh).update(merged_at=None)
    WorkItem.objects.filter(project_id=fresh.pk, kind__in=["review", "guidance"]).update(
        state="done", due_at=at("2026-11-26 18:00"), yellow_from=None, red_from=None, closed_at=NOW
    )
    for kind, due, closed in (
        ("review", "2026-11-26 18:00", at("2026-11-26 09:00")),
        ("guidance", "2026-11-30 18:00", None),
    ):
        WorkItem.objects.create(
            kind=kind, state="done" if closed else "running", subject_kind="x", subject_id=1, project_id=fresh.pk,
            title=kind, page="staff:inbox", department=made.offices[county.hall.pk][0], hall_id=county.hall.pk,
            rules_on=date(2026, 11, 25), started_at=at("2026-11-25 09:00"),
            due_at=at(due), yellow_from=None if closed else at(due), red_from=None if closed else at(due),
            closed_at=closed,
        )  # fmt: skip
    # At the very end of a span, and shared of an assessment.
    edge = MapItem.objects.filter(
        project__kind="filing", route="commitment", state="granted", project__hall=county.hall
    ).first()
    assert edge is not None
    Application.objects.filter(pk=edge.application_id).update(ended_at=at("2026-07-01 00:00"))
    shared = MapItem.objects.filter(
        project__hall=county.hall,
        state="granted",
        route="regular",
        application__received_at__gte=at("2026-01-01 00:00"),
    ).first()
    assert shared is not None
    MapItem.objects.filter(pk=shared.pk).update(state="exempt", route="regional", shared=_result(made))
    Application.objects.filter(pk=shared.application_id).update(outcome="shared")
    return made


def _result(made: Figured) -> RegionalResult:
    office = made.offices[made.county.hall.pk][0]
    zone = Zone.objects.create(
        hall_id=made.county.hall.pk, key="z", name="集中区", kind="industrial", body=office, from_on=date(2025, 1, 1)
    )
    return RegionalResult.objects.create(
        hall_id=made.county.hall.pk, zone=zone, matter_id="eia_table", department=office, assessment_id=1, title="评估",
        institution="机构", qualification="甲级", report_number="1", report_on=date(2025, 1, 2), scope="全区",
        document_number="评1", approved_at=NOW, published_at=NOW,
        report_file=StoredFile.objects.create(
            name="评估.pdf", sha256="0" * 64, size=1, content=b"x", content_type="application/pdf", at=NOW,
        ),
        from_on=date(2025, 1, 2), to_on=date(2029, 1, 1),
    )  # fmt: skip


def _moment(chance: Random, first: str = "2025-10-01 08:00", last: str = "2026-11-27 17:00") -> datetime:
    span = at(last) - at(first)
    # An instant in its own zone as the database gives it back, and sometimes the very beginning of a day of the county.
    moment = at(first) + timedelta(seconds=chance.randrange(int(span.total_seconds())))
    return (moment.replace(hour=0, minute=0, second=0) if chance.random() < 0.1 else moment).astimezone(UTC)


def _project(made: Figured, chance: Random, number: int) -> None:
    hall = made.county.hall if chance.random() < 0.8 else made.other
    filed_at = _moment(chance)
    state = chance.choices(
        ("confirmed", "completed", "filed", "withdrawn", "terminated", "manual", "refused"), (10, 3, 2, 2, 2, 1, 1)
    )[0]
    landed = (
        filed_at + timedelta(hours=chance.randint(5, 3000))
        if state in ("confirmed", "completed") and chance.random() < 0.6
        else None
    )
    landed = landed if landed and landed < NOW else None
    project = Project.objects.create(
        code=None if state in ("manual", "refused") else f"2512-622927-04-01-{number:06}",
        name=f"项目{number}", kind=chance.choices(("filing", "verification", "approval"), (8, 1, 2))[0],
        project_class="private", unit=made.company.unit, hall=hall, state=state,
        facts={"industry": chance.choice(INDUSTRIES)}, total_investment=Decimal(chance.randint(1, 10**7)) / 100,
        rules_on=filed_at.astimezone(TZ).date(), pack_hash="x", filed_by=made.company.person, filed_at=filed_at,
        landed_at=landed, problem="信息有误" if state == "withdrawn" else "",
        started_on=(landed + timedelta(days=3)).date() if landed and chance.random() < 0.5 else None,
        completed_at=landed + timedelta(days=9) if landed and state == "completed" else None,
    )  # fmt: skip
    if state not in ("manual", "refused") and chance.random() < 0.8:
        merged = filed_at + timedelta(days=3) if chance.random() < 0.9 else None
        Guidance.objects.create(project=project, kind="pre_start", opened_at=filed_at, merged_at=merged)
        if merged is None:
            _clock(made, chance, project, "guidance", "onemap.guidanceanswer", 900_000 + number, filed_at, None, None)
    elif chance.random() < 0.6:
        _clock(made, chance, project, "review", "projects.project", project.pk, filed_at, None, None)
    else:
        _clock(
            made,
            chance,
            project,
            "review",
            "projects.project",
            project.pk,
            filed_at,
            filed_at + timedelta(hours=6),
            None,
        )
    for position, matter in enumerate(chance.sample(MATTERS, chance.randint(1, 5))):
        _item(made, chance, project, matter, position)
    for _ in range(chance.choices((0, 1, 2), (6, 2, 1))[0]):
        _warning(made, chance, project)
    if chance.random() < 0.3:
        _service(made, chance, project)


def _item(made: Figured, chance: Random, project: Project, matter: str, position: int) -> None:
    received = project.filed_at + timedelta(hours=chance.randint(1, 900))
    ended = received + timedelta(minutes=chance.randint(5, 60_000))
    state = chance.choices(
        ("granted", "refused", "not_accepted", "exempt", "accepted", "paused", "open"), (9, 1, 1, 1, 3, 1, 2)
    )[0]
    over = state in ("granted", "refused", "not_accepted", "exempt")
    if over and ended > NOW:
        state, over = "accepted", False
    office = chance.choice(made.offices[project.hall_id])
    handler = chance.choice([*made.people, None])
    listed = {"outcome": {"listed": chance.random() < 0.2}} if chance.random() < 0.9 else {}
    route = "commitment" if not listed.get("outcome", {}).get("listed", True) and chance.random() < 0.5 else "regular"
    item = MapItem.objects.create(
        project=project, matter_id=matter, name=f"事项 {matter}", department=office, stage="s", position=position,
        pre_start=chance.random() < 0.8, promisable=chance.random() < 0.6, promisable_why=listed, handler=handler,
    )  # fmt: skip
    if chance.random() < 0.25:
        outcome = chance.choice(("refused", "withdrawn", "not_accepted"))
        before = received - timedelta(days=chance.randint(1, 60))
        Application.objects.create(
            item=item, number=1, department=chance.choice(made.offices[project.hall_id]), outcome=outcome,
            ended_at=before, again_at=before, result_text="理由",
            received_at=None if chance.random() < 0.2 else before - timedelta(days=chance.randint(1, 20)),
        )  # fmt: skip
        if outcome == "refused":
            _clock(made, chance, project, "limit", "onemap.mapitem", item.pk, before - timedelta(days=10), before, item)
    if state != "open":
        application = applying.begin(
            item, received_at=None if matter == "enterprise_filing" else received, state=state, route=route
        )
        if over:
            outcome = chance.choice(("exempt", "not_needed")) if state == "exempt" else state
            applying.end(item, Outcome(outcome), ended, text="理由", document_number=f"文{project.pk}-{position}")
    if state != "open" and application.received_at is not None:
        kind = "commitment_decision" if route == "commitment" else "limit"
        closed = application.ended_at if state in ("granted", "refused") else None
        if state not in ("not_accepted", "exempt"):
            _clock(made, chance, project, kind, "onemap.mapitem", item.pk, received, closed, item)
        _clock(
            made, chance, project, "receipt", "onemap.mapitem", item.pk, received, received + timedelta(hours=5), item
        )
    if over and chance.random() < 0.7:
        _review(made, chance, project, item, None, ended + timedelta(hours=chance.randint(1, 90)))


def _clock(
    made: Figured, chance: Random, project: Project, kind: str, subject: str, number: int, started: datetime,
    closed: datetime | None,
    item: MapItem | None,
) -> None:  # fmt: skip
    if started > NOW or (closed and closed > NOW):
        return
    # One in ten is of the office that had the matter before it was referred on.
    office = item.department if item and chance.random() < 0.9 else chance.choice(made.offices[project.hall_id])
    due = started + timedelta(hours=chance.randint(2, 900)) if chance.random() < 0.9 else None
    yellow = started + (due - started) * 4 / 5 if due else None
    paused = closed is None and chance.random() < 0.25
    paused_at = started + (NOW - started) / 2 if paused else None
    ends = paused_at + timedelta(hours=chance.randint(1, 2000)) if paused_at and chance.random() < 0.8 else None
    yellow_from, red_from = yellow, due
    if closed:
        yellow_from, red_from = (moment if moment and moment < closed else None for moment in (yellow, due))
    elif paused_at:
        yellow_from, red_from = (
            moment
            if moment and moment <= paused_at
            else max(ends, moment + timedelta(days=4))
            if moment and ends
            else None
            for moment in (yellow, due)
        )
    work = WorkItem.objects.create(
        kind=kind, state="paused" if paused else "done" if closed else "running", subject_kind=subject,
        subject_id=number, project_id=project.pk, matter_id=item.matter_id if item else "", title=f"{kind} {number}",
        page="staff:project", page_args={"project_id": project.pk}, unit_page="unit:project",
        unit_page_args={"project_id": project.pk}, department=office, hall_id=project.hall_id,
        assignee=chance.choice([*made.people, None]), rules_on=date(2026, 1, 1),
        waits_for="unit" if chance.random() < 0.1 else "staff", started_at=started, closed_at=closed, due_at=due,
        yellow_from=yellow_from, red_from=red_from,
        statutory_due_at=due + timedelta(days=5) if due and chance.random() < 0.8 else None, paused_at=paused_at,
        pause_ends_at=ends,
    )  # fmt: skip
    if paused_at:
        ClockEvent.objects.create(
            item=work, kind="pause", at=paused_at, reason="tender", ends_by=ends, by_id=made.people[0].pk
        )
    elif chance.random() < 0.4:
        last = closed or NOW
        for _ in range(chance.choice((1, 1, 2))):
            began = started + (last - started) * chance.random()
            until = min(began + timedelta(hours=chance.randint(1, 400)), last) if chance.random() < 0.8 else None
            by = chance.choice([person.pk for person in made.people])
            ends_by = began + timedelta(hours=300)
            ClockEvent.objects.create(
                item=work,
                kind="pause",
                at=began,
                reason=chance.choice(("expert_review", "tender")),
                ends_by=ends_by,
                by_id=by,
            )
            if until is None:
                break
            ClockEvent.objects.create(item=work, kind="resume", at=until)
            started = until
    if work.assignee_id and due and chance.random() < 0.3:
        Entry.objects.create(
            at=due + timedelta(hours=chance.choice((-200, 1))), verb="work.reassign", role="general_convener",
            entrance="web", subject_kind="work.workitem", subject_id=str(work.pk), data={"from": made.people[1].pk},
        )  # fmt: skip


def _review(
    made: Figured,
    chance: Random,
    project: Project,
    item: MapItem | None,
    service: TrackService | None,
    moment: datetime,
) -> None:
    review = ServiceReview.objects.create(
        application=item.application if item else None, service=service, hall_id=project.hall_id,
        department=item.department if item else None, handler=item.handler if item else None,
        level=chance.choices((5, 4, 3, 2, 1), (5, 4, 2, 2, 2))[0], channel="map", at=moment,
    )  # fmt: skip
    if review.level <= 2:
        state = chance.choice(("new", "assigned", "closed", "set_aside"))
        done = state in ("closed", "set_aside")
        Rectification.objects.create(
            review=review, state=state, opened_at=moment, closed_at=moment + timedelta(days=4) if done else None,
            answer="已整改" if done else "", finding="true" if done else "", call_back="satisfied" if done else "",
        )  # fmt: skip


def _service(made: Figured, chance: Random, project: Project) -> None:
    service = TrackService.objects.create(
        track="agency", subject_kind="agency.agreement", subject_id=project.pk, project=project,
        hall_id=project.hall_id, name="代办服务", page="unit:projects", ended_at=project.filed_at,
    )  # fmt: skip
    _review(made, chance, project, None, service, project.filed_at + timedelta(days=chance.randint(1, 40)))


def _warning(made: Figured, chance: Random, project: Project) -> None:
    found = project.filed_at + timedelta(days=chance.randint(1, 200))
    kind = chance.choice(("built_first", "start_unreported", "not_started", "idle"))
    closed = chance.random() < 0.5
    if found > NOW or AnomalyWarning.objects.filter(project=project, kind=kind).exists():
        return
    penalty = None
    if closed and chance.random() < 0.3:
        penalty = LifeRecord.objects.create(
            project=project, kind="penalty", number=f"罚{project.pk}{kind}", on=found.date(), digest="x", at=found
        )
    AnomalyWarning.objects.create(
        project=project,
        kind=kind,
        state="closed" if closed else chance.choice(("open", "rectifying")),
        source="clock",
        why="期限届满",
        department=chance.choice([*made.offices[project.hall_id], None]),
        found_at=found,
        penalty=penalty,
        outcome=("punished" if penalty else "corrected") if closed else "",
        closed_at=found + timedelta(minutes=chance.randint(9, 90_000)) if closed else None,
    )


@pytest.fixture(scope="module")
def built(test_database: TestDatabase, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Figured]:
    """The two halls, made once for all tests that only look at them."""
    with django_db_blocker.unblock():
        name, made = test_database.built(figured)
        with test_database.pointing_at(name):
            forget()
            yield made
    forget()


@pytest.fixture
def lent(built: Figured) -> Iterator[Figured]:
    """The same for a test that writes: taken back afterwards."""
    with transaction.atomic():
        people = dict(built.county.people)
        yield built
        built.county.people = people
        transaction.set_rollback(True)


# -- counted by hand


class Books:
    """Every row there is, read once: what follows looks at them in plain Python."""

    def __init__(self) -> None:
        self.projects = list(Project.objects.order_by("id"))
        self.items = list(
            MapItem.objects.select_related("project", "application").prefetch_related("applications").order_by("id")
        )
        self.works = list(WorkItem.objects.prefetch_related("events").order_by("id"))
        self.stands = set(
            Guidance.objects.filter(kind="pre_start").exclude(merged_at=None).values_list("project_id", flat=True)
        )
        self.given = list(Entry.objects.filter(subject_kind="work.workitem", verb="work.reassign").order_by("id"))
        self.reviews = list(
            ServiceReview.objects.select_related("application__item__project", "service__project", "rectification")
        )
        self.warnings = list(AnomalyWarning.objects.select_related("project"))

    def clocks(self, item: MapItem, *kinds: str) -> list[WorkItem]:
        return [
            work
            for work in self.works
            if (work.subject_kind, work.subject_id, work.waits_for) == ("onemap.mapitem", item.pk, "staff")
            and work.kind in kinds
        ]

    def items_of(self, project: Project) -> list[MapItem]:
        return [item for item in self.items if item.project_id == project.pk]


_books: list[Books] = []
DECIDING = ("limit", "commitment_decision", "mock_conversion")


def books() -> Books:
    if not _books:
        _books.append(Books())
    return _books[0]


def forget() -> None:
    """For another database."""
    _books.clear()


@dataclass(frozen=True)
class Row:
    """A case as a reader of the definitions would write it down."""

    place: int
    at: datetime
    hall: int
    kind: str
    office: int | None
    handler: int | None
    matter: str
    part: str
    mark: str = ""
    days: Decimal | None = None
    worth: Decimal | None = None

    @property
    def month(self) -> str:
        return f"{self.at.astimezone(TZ):%Y-%m}"


def days(span: timedelta, places: str) -> Decimal:
    seconds = Decimal(span.days * 86400 + span.seconds) + Decimal(span.microseconds) / 10**6
    return (seconds / 86400).quantize(Decimal(places), ROUND_HALF_UP)


def on(moment: datetime) -> date:
    return moment.astimezone(TZ).date()


def _within(moment: datetime | None, scope: Scope) -> bool:
    return moment is not None and scope.since <= on(moment) < scope.until


def promises(scope: Scope) -> list[Row]:
    found = []
    for item in books().items:
        outcome = item.promisable_why.get("outcome")
        off_list = outcome is not None and outcome["listed"] is False
        if (
            item.state != "granted"
            or not off_list
            or item.matter_id == "enterprise_filing"
            or item.project.kind != "filing"
        ):
            continue
        if _within(item.ended_at, scope):
            part = "promised" if item.route == "commitment" else "regular" if item.promisable else "barred"
            found.append(_row(item, item.pk, item.ended_at, part, office=item.present.department_id))
    return found


def _row(item: MapItem, place: int, moment: Any, part: str, **more: Any) -> Row:
    handler, office = more.pop("handler", item.handler_id), more.pop("office", item.department_id)
    return Row(place, moment, item.project.hall_id, item.project.kind, office, handler, item.matter_id, part, **more)


def _of_project(project: Project, moment: Any, part: str, **more: Any) -> Row:
    return Row(project.pk, moment, project.hall_id, project.kind, None, None, "", part, **more)


def coverage(scope: Scope) -> list[Row]:
    found = []
    for project in books().projects:
        stands = project.pk in books().stands
        if (
            project.kind != "filing"
            or project.code is None
            or not _within(project.filed_at, scope)
            or not (stands or project.state in ("filed", "confirmed", "completed"))
        ):
            continue
        waiting = [
            work
            for work in books().works
            if work.project_id == project.pk and work.is_open and work.kind in ("review", "manual_filing", "guidance")
        ]
        late = any(work.light_at(NOW) == "red" for work in waiting)
        found.append(
            _of_project(
                project, project.filed_at, "covered" if stands else "in_time" if waiting and not late else "missing"
            )
        )
    return found


def landings(scope: Scope) -> list[Row]:
    found = []
    for project in books().projects:
        if project.landed_at is not None and _within(project.landed_at, scope):
            promised = any(
                i.pre_start and i.route == "commitment" and i.state == "granted" for i in books().items_of(project)
            )
            side = "" if scope.split is None else "before" if on(project.filed_at) < scope.split else "after"
            took = Decimal((on(project.landed_at) - on(project.filed_at)).days)
            found.append(
                _of_project(project, project.landed_at, "commitment" if promised else "regular", mark=side, days=took)
            )
    return found


def decisions(scope: Scope) -> list[Row]:
    found = []
    for item in books().items:
        decided = [
            one
            for one in item.applications.all()
            if one.outcome in ("granted", "refused", "not_accepted", "not_needed")
        ]
        for one in decided:
            received, ended = one.received_at, one.ended_at
            if not _within(ended, scope) or received is None or ended is None:
                continue
            clocks = [
                work for work in books().clocks(item, *DECIDING) if work.state == "done" and work.closed_at == ended
            ]
            clock = clocks[-1] if clocks else None
            part = _kept(ended, clock.due_at if clock else None)
            mark = _kept(ended, clock.statutory_due_at if clock else None)
            found.append(
                _row(item, one.pk, ended, part, mark=mark, days=days(ended - received, "0.1"), office=one.department_id)
            )
    return found


def _kept(ended: datetime, due: datetime | None) -> str:
    return "untimed" if due is None else "on_time" if ended <= due else "late"


def _span(work: WorkItem, scope: Scope) -> tuple[datetime, datetime] | None:
    begin, end = (datetime.combine(day, datetime.min.time(), TZ) for day in (scope.since, scope.until))
    since, until = max(work.started_at, begin), min(work.closed_at or NOW, end, NOW)
    return (since, until) if since < until else None


def _running(scope: Scope) -> Iterable[tuple[WorkItem, MapItem, datetime, datetime]]:
    items = {item.pk: item for item in books().items}
    for work in books().works:
        span = _span(work, scope)
        if work.subject_kind == "onemap.mapitem" and work.waits_for == "staff" and work.kind in DECIDING and span:
            yield work, items[work.subject_id], *span


def runs(scope: Scope) -> list[Row]:
    return [
        _row(
            item,
            work.pk,
            work.started_at,
            work.state,
            handler=work.assignee_id or item.handler_id,
            days=days(until - since, "0.01"),
            office=work.department_id,
        )
        for work, item, since, until in _running(scope)
    ]


def pauses(scope: Scope) -> list[Row]:
    found = []
    for work, item, since, until in _running(scope):
        events = sorted(work.events.all(), key=lambda event: event.pk)
        for place, event in enumerate(events):
            if event.kind == "pause":
                later = [after.at for after in events[place + 1 : place + 2]]
                ended = min([moment for moment in [event.ends_by, *later, until] if moment is not None])
                began = max(event.at, since)
                if began < ended:
                    took = days(ended - began, "0.01")
                    found.append(
                        _row(
                            item,
                            event.pk,
                            event.at,
                            event.reason,
                            handler=event.by_id,
                            days=took,
                            office=work.department_id,
                        )
                    )
    return found


def open_now(scope: Scope) -> list[Row]:
    found = []
    kinds: dict[int | None, str] = {project.pk: project.kind for project in books().projects}
    for work in (work for work in books().works if work.is_open):
        still = work.state == "paused" and not (work.pause_ends_at and work.pause_ends_at <= NOW)
        part = "unit" if work.waits_for == "unit" else "paused" if still else work.light_at(NOW)
        moment = (work.red_from if work.state == "paused" and not still else work.due_at) or work.started_at
        found.append(
            Row(
                work.pk, moment, work.hall_id or 0, kinds.get(work.project_id, ""), work.department_id,
                work.assignee_id, work.matter_id, part, work.kind,
            )
        )  # fmt: skip
    return found


def lights(scope: Scope) -> list[Row]:
    """Each matter's clocks one by one: when it first turned, and with whom it was then."""
    begin, end = (datetime.combine(day, datetime.min.time(), TZ) for day in (scope.since, scope.until))
    found = []
    for item in books().items:
        clocks = books().clocks(item, "receipt", *DECIDING)
        alive = [
            work for work in clocks if work.started_at < end and (work.closed_at is None or work.closed_at >= begin)
        ]
        first: dict[str, tuple[datetime, int, WorkItem]] = {}
        for work in clocks if alive else []:
            for light, moment in (("yellow", work.yellow_from), ("red", work.red_from)):
                if moment is not None and moment + timedelta(microseconds=1 if light == "red" else 0) <= NOW:
                    first[light] = min(
                        first.get(light, (moment, work.pk, work)), (moment, work.pk, work), key=lambda turn: turn[:2]
                    )
        for light, (moment, _, work) in first.items():
            if begin <= moment < end:
                given = [
                    entry.data["from"]
                    for entry in books().given
                    if entry.subject_id == str(work.pk) and entry.at > moment
                ]
                who = given[0] if given else work.assignee_id or item.handler_id
                found.append(
                    _row(
                        item,
                        item.pk * 4 + (1 if light == "yellow" else 2),
                        moment,
                        light,
                        handler=who,
                        office=work.department_id,
                    )
                )
        timed = [work.started_at for work in alive if work.due_at is not None and work.started_at < min(end, NOW)]
        if timed and not any(moment < end for moment, _, _ in first.values()):
            found.append(_row(item, item.pk * 4, max(timed), "green"))
    return found


def reviews(scope: Scope) -> list[Row]:
    found = []
    for review in books().reviews:
        if _within(review.at, scope):
            after = getattr(review, "rectification", None)
            part = (
                "good"
                if review.level >= 4
                else "fair"
                if review.level == 3
                else "set_aside"
                if after.state == "set_aside"
                else "bad"
            )
            mark = "" if after is None else "open" if after.is_open else "closed"
            matter = review.item.matter_id if review.item else ""
            kind, worth = review.about.project.kind, Decimal(review.level)
            found.append(
                Row(
                    review.pk,
                    review.at,
                    review.hall_id,
                    kind,
                    review.department_id,
                    review.handler_id,
                    matter,
                    part,
                    mark,
                    worth=worth,
                )
            )
    return found


def warnings(scope: Scope) -> list[Row]:
    found = []
    for one in books().warnings:
        if _within(one.found_at, scope):
            took = days(one.closed_at - one.found_at, "0.1") if one.closed_at else None
            project = one.project
            found.append(
                Row(
                    one.pk,
                    one.found_at,
                    project.hall_id,
                    project.kind,
                    one.department_id,
                    None,
                    "",
                    one.kind,
                    one.state,
                    took,
                )
            )
    return found


DIVISIONS = (
    "A01-05 B06-12 C13-43 D44-46 E47-50 F51-52 G53-60 H61-62 I63-65 J66-69 K70-70 L71-72 M73-75 N76-79 O80-82 "
    "P83-83 Q84-85 R86-90 S91-96 T97-97"
)


def section(industry: str) -> str:
    """The section an industry code lies in, with or without its letter; “-” for none."""
    digits = industry.lstrip("ABCDEFGHIJKLMNOPQRST")[:2]
    if not (digits.isdecimal() and len(digits) == 2):
        return "-"
    return next((one[0] for one in DIVISIONS.split() if one[1:3] <= digits <= one[4:6]), "-")


def projects(scope: Scope) -> list[Row]:
    found = []
    for one in books().projects:
        if one.code is not None and one.state in ("filed", "confirmed", "completed") and _within(one.filed_at, scope):
            part = (
                "completed"
                if one.completed_at
                else "building"
                if one.started_on
                else "landed"
                if one.landed_at
                else "preparing"
            )
            found.append(
                _of_project(one, one.filed_at, part, mark=section(one.facts["industry"]), worth=one.total_investment)
            )
    return found


NAIVE: dict[str, Callable[[Scope], list[Row]]] = {
    "promises": promises,
    "coverage": coverage,
    "landings": landings,
    "decisions": decisions,
    "runs": runs,
    "pauses": pauses,
    "open": open_now,
    "lights": lights,
    "reviews": reviews,
    "warnings": warnings,
    "projects": projects,
}
OF_PROJECTS = ("coverage", "landings", "projects")


def by_hand(source: str, scope: Scope) -> list[Row]:
    rows = [row for row in NAIVE[source](scope) if row.hall in scope.hall_ids and scope.kind in ("", row.kind)]
    if scope.office_id is not None and source not in OF_PROJECTS:
        rows = [row for row in rows if row.office == scope.office_id]
    return sorted(rows, key=lambda row: (row.at, row.place), reverse=True)


def nth(values: Sequence[Decimal], share: float) -> Decimal | None:
    """The first value that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return next((value for place, value in enumerate(ordered, 1) if place >= share * len(ordered)), None)
