"""Every reading of 代办服务: the check, who serves whom, plan against what happened, and the figures of supervision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.db.models.functions import ExtractYear

from yinuo.core.agency import served
from yinuo.core.calendar import TZ
from yinuo.core.decision import Decision, plain
from yinuo.engine.base import NO_ROW, Actor, PageRef, Scope, StandIn
from yinuo.engine.people.models import InForce, Person, ProjectUnit, StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.rules import pack
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.agency.access import via_of
from yinuo.rooms.agency.models import (
    DONE_KINDS,
    IN_FORCE,
    AgencyBody,
    AgencyRequest,
    Agreement,
    AgreementState,
    Appraisal,
    FilingPlan,
    GreenChannel,
    Package,
    ServiceAgent,
    ServiceEntry,
    ServiceKind,
    Training,
)
from yinuo.rooms.agency.room import SERVICE
from yinuo.rooms.credit.models import CreditHead
from yinuo.rooms.credit.queries import head
from yinuo.rooms.onemap.models import ENDED, MapItem
from yinuo.rooms.onemap.planning import plan_of
from yinuo.rooms.onemap.standing import open_clocks
from yinuo.rooms.projects.models import Project
from yinuo.rooms.reviews.models import ServiceReview


def check_of(unit: ProjectUnit, day: date) -> Decision:
    """May the unit have an agent today?"""
    now = head(unit.pk)
    return served(unit.type, now.grade, now.provincial_d, pack(), day)


def bodies(day: date, hall_id: int | None = None) -> list[AgencyBody]:
    """The bodies that work, the county's before its townships'."""
    found = AgencyBody.objects.filter(InForce.on(day)).select_related("parent", "hall").order_by("level", "id")
    return list(found if hall_id is None else found.filter(hall_id=hall_id))


def agents(day: date, hall_id: int | None = None) -> list[ServiceAgent]:
    found = ServiceAgent.objects.filter(InForce.on(day)).select_related("person", "body").order_by("body_id", "id")
    return list(found if hall_id is None else found.filter(body__hall_id=hall_id))


def candidates(hall_id: int, day: date) -> list[Person]:
    """Who has the role of an agent in the hall and no place in a body yet."""
    taken = {agent.person_id for agent in agents(day, hall_id)}
    return [person for person in holders(StaffRole.AGENT, day, hall_id=hall_id) if person.pk not in taken]


def agents_of_body(body: AgencyBody) -> list[ServiceAgent]:
    """Its own and those of the bodies below it, whom it trains and appraises."""
    return list(
        ServiceAgent.objects.filter(Q(body=body) | Q(body__parent=body)).select_related("person").order_by("id")
    )


def one(agreement_id: int) -> Agreement:
    """Raises Agreement.DoesNotExist."""
    rows = Agreement.objects.select_related(
        "body__hall",
        "agent__person",
        "request",
        "body_signed_by",
        "unit_signed_by",
        "paper",
        "end_paper",
        "received_by",
    )
    # PostgreSQL plans a statement of fourteen tables for 43 ms, two of half as many for 2.
    return rows.prefetch_related(Prefetch("project", Project.objects.select_related("unit__credit", "hall"))).get(
        pk=agreement_id
    )


def application(application_id: int) -> AgencyRequest:
    """Raises AgencyRequest.DoesNotExist."""
    return AgencyRequest.objects.select_related(
        "project__unit__credit", "project__hall", "body", "applied_by", "decision", "answered_by"
    ).get(pk=application_id)


def applications_of(project_id: int) -> list[AgencyRequest]:
    """Newest first, each with its agreement."""
    found = AgencyRequest.objects.filter(project_id=project_id).select_related(
        "body", "decision", "agreement__agent__person", "agreement__body", "agreement__paper", "agreement__end_paper"
    )
    return list(found.order_by("-id"))


def waiting(hall_id: int) -> list[AgencyRequest]:
    """Applications nobody has answered, the oldest first."""
    found = AgencyRequest.objects.filter(body__hall_id=hall_id, state="applied").select_related(
        "project__unit__credit", "body"
    )
    return list(found.order_by("id"))


def services(actor: Actor, *, over: bool = False) -> QuerySet[Agreement]:
    """Of the actor's hall, an agent's own only; running ones by the day they end, past ones newest first."""
    found = Agreement.objects.filter(body__hall_id=actor.hall_id or NO_ROW).select_related(
        "project__unit__credit", "body", "agent__person"
    )
    if actor.role == "agent":
        found = found.filter(agent__person_id=actor.person_id or NO_ROW)
    states = [AgreementState.ENDED, AgreementState.DONE] if over else ["offered", *IN_FORCE]
    return found.filter(state__in=states).order_by(*(["-ended_at", "-id"] if over else ["to_on", "id"]))


def clocks_of(agreement: Agreement) -> QuerySet[WorkItem]:
    """What is open on a service for its agent."""
    return WorkItem.objects.filter(
        subject_kind="agency.agreement", subject_id=agreement.pk, role="agent", state__in=["running", "paused"]
    )


def stand_ins(actor: Actor, at: datetime) -> list[StandIn]:
    """The agreements under which the agent may hand in for a unit today.

    A company that has fallen has none, whoever is late to end it.
    """
    day = at.astimezone(TZ).date()
    found = (
        Agreement.objects.filter(
            state=AgreementState.RUNNING,
            agent__person_id=actor.person_id or NO_ROW,
            body__hall_id=actor.hall_id or NO_ROW,
            from_on__lte=day,
            to_on__gt=day,
            services__contains=[ServiceKind.ACT.value],
        )
        .exclude(
            project__unit__in=CreditHead.objects.filter(Q(provincial_d=True) | Q(grade__in=fallen_grades(day))).values(
                "unit_id"
            )
        )
        .select_related("project__unit")
        .order_by("id")
    )
    return [_stand_in(actor, agreement) for agreement in found]


def _stand_in(actor: Actor, agreement: Agreement) -> StandIn:
    project = agreement.project
    return StandIn(
        actor=Actor(
            person_id=actor.person_id,
            role="unit",
            hall_id=actor.hall_id,
            unit_id=project.unit_id,
            entrance="agent",
            via=via_of(agreement),
            scope=Scope(project.pk, frozenset(agreement.matters) or None),
        ),
        unit_name=project.unit.name,
        unit_code=project.unit.credit_code or "",
        title="代办",
        note=f"{project.name}，{agreement.number}",
        back=PageRef("staff:agency_service", agreement_id=agreement.pk),
    )


def fallen_grades(day: date) -> list[str]:
    """The grades whose class gets no agent."""
    rules = pack()
    scale = {band.grade: band.class_ for scale in rules.scales for band in scale.bands}
    refused = {row.class_ for row in rules.measures if row.effect == "agency" and row.value == "refused"}
    return sorted(grade for grade, class_ in scale.items() if class_ in refused)


# -- plan and what happened


def last_plan(agreement: Agreement) -> FilingPlan | None:
    return FilingPlan.objects.filter(agreement=agreement).order_by("-id").first()


def log_of(agreement: Agreement) -> QuerySet[ServiceEntry]:
    """The service's log, the latest day first, each entry with who wrote it."""
    return ServiceEntry.objects.filter(agreement=agreement).select_related("by").order_by("-on", "-id")


def green_channels(agreement: Agreement) -> list[GreenChannel]:
    """The matters asked to go first, in the order they were asked for."""
    return list(GreenChannel.objects.filter(agreement=agreement).order_by("id"))


def packages_of(agreement: Agreement) -> QuerySet[Package]:
    """Newest first."""
    return Package.objects.filter(agreement=agreement).order_by("-id")


def items_of(agreement: Agreement) -> list[MapItem]:
    """The matters under the agreement, in the map's order."""
    found = (
        MapItem.objects.filter(project_id=agreement.project_id)
        .select_related("department", "handler", "application")
        .order_by("position")
    )
    return list(found.filter(matter_id__in=agreement.matters) if agreement.matters else found)


def planned_rows(agreement: Agreement, at: datetime) -> list[dict[str, Any]]:
    """The matters still to be done with the days core.planner gives them; the whole map counts, for matters wait for
    each other.
    """
    items = list(
        MapItem.objects.filter(project_id=agreement.project_id).select_related("application").order_by("position")
    )
    if not items:
        return []
    plan = plan_of(items, open_clocks(agreement.project_id), agreement.project.rules_on, at)
    planned = {row.id: row for row in plan.items}
    wanted = [
        item
        for item in items
        if item.state not in ENDED and agreement.covers(item.matter_id) and item.matter_id in planned
    ]
    return [
        {
            "matter_id": item.matter_id,
            "name": item.name,
            "starts_on": planned[item.matter_id].starts_on.isoformat(),
            "ends_on": planned[item.matter_id].ends_on.isoformat(),
        }
        for item in wanted
    ]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A matter of the plan beside what happened; `late` = working not yet begun or ended though its day is past."""

    name: str
    item_id: int | None
    state: str
    starts_on: date
    ends_on: date
    received_on: date | None
    concluded_on: date | None
    late: bool


def plan_lines(rows: Iterable[Mapping[str, Any]], items: Sequence[MapItem], day: date) -> list[PlanLine]:
    """As it stood at the end of `day`; what came later is not yet known."""
    known = {item.matter_id: item for item in items}
    made = []
    for row in rows:
        item = known.get(row["matter_id"])
        starts, ends = date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"])
        application = item.application if item else None
        received, concluded = (
            _until(_day(getattr(application, name, None)), day) for name in ("received_at", "ended_at")
        )
        late = (concluded or day) > ends or (received or concluded or day) > starts
        made.append(
            PlanLine(
                row["name"],
                item.pk if item else None,
                item.get_state_display() if item else "",
                starts,
                ends,
                received,
                concluded,
                late,
            )
        )
    return made


def _until(when: date | None, day: date) -> date | None:
    return when if when is not None and when <= day else None


def _day(at: datetime | None) -> date | None:
    return at.astimezone(TZ).date() if at else None


def in_order(items: Sequence[MapItem]) -> list[MapItem]:
    """Each after what it waits for, else as on the map; a ring cannot be, the map is drawn without."""
    rest, done = list(items), list[MapItem]()
    names = {item.matter_id for item in items}
    while rest:
        free = next((item for item in rest if not (set(item.after) & names - {one.matter_id for one in done})), rest[0])
        rest.remove(free)
        done.append(free)
    return done


def green_of(project_id: int, matter_id: str) -> bool:
    """Whether an agreement in force asks for the matter to go first."""
    return GreenChannel.objects.filter(
        agreement__project_id=project_id, agreement__state__in=IN_FORCE, matter_id=matter_id
    ).exists()


# -- supervision


def appraisals(agents: Sequence[ServiceAgent], year: int | None = None) -> QuerySet[Appraisal]:
    """The agents' yearly appraisals, the latest year first; of one year where it is given."""
    rows = Appraisal.objects.filter(agent__in=agents).order_by("-year")
    return rows if year is None else rows.filter(year=year)


def trainings(bodies: Sequence[AgencyBody]) -> QuerySet[Training]:
    """The latest day first."""
    return Training.objects.filter(body__in=bodies).order_by("-on", "-id")


@dataclass(frozen=True, slots=True)
class Figures:
    """An agent's year; `score` the mean of its reviews, None = there is none."""

    running: int
    done: int
    ended: int
    entries: int
    acts: int
    reviews: int
    score: Decimal | None

    def to_json(self) -> dict[str, Any]:
        return {
            "running": self.running,
            "done": self.done,
            "ended": self.ended,
            "entries": self.entries,
            "acts": self.acts,
            "reviews": self.reviews,
            "score": None if self.score is None else plain(self.score),
        }


CENT = Decimal("0.01")


def figures_of(agent_ids: Sequence[int], year: int) -> dict[int, Figures]:
    """What is running now and what the year brought, in four queries however many agents."""
    of = Agreement.objects.filter(agent_id__in=agent_ids)
    ended = Q(ended_year=year)
    counted: dict[int, Mapping[str, Any]] = {
        row["agent_id"]: row
        for row in of.annotate(ended_year=ExtractYear("ended_at", tzinfo=TZ))
        .values("agent_id")
        .annotate(
            running=Count("id", filter=Q(state__in=IN_FORCE)),
            done=Count("id", filter=ended & Q(end_kind__in=DONE_KINDS)),
            over=Count("id", filter=ended & ~Q(end_kind__in=DONE_KINDS)),
        )
    }
    logged: dict[int, Mapping[str, Any]] = {
        row["agreement__agent_id"]: row
        for row in ServiceEntry.objects.filter(agreement__agent_id__in=agent_ids, on__year=year)
        .values("agreement__agent_id")
        .annotate(entries=Count("id"), acts=Count("id", filter=Q(kind=ServiceKind.ACT)))
    }
    levels: dict[int, list[int]] = {}
    served = dict(of.values_list("pk", "agent_id"))
    reviews = ServiceReview.objects.annotate(year=ExtractYear("at", tzinfo=TZ)).filter(
        service__track=SERVICE, service__subject_id__in=of.values("pk"), year=year
    )
    for agreement_id, level in reviews.values_list("service__subject_id", "level"):
        levels.setdefault(served[agreement_id], []).append(level)
    none: dict[str, int] = {}
    return {pk: _figures(counted.get(pk, none), logged.get(pk, none), levels.get(pk, [])) for pk in agent_ids}


def _figures(counted: Mapping[str, int], logged: Mapping[str, int], levels: Sequence[int]) -> Figures:
    score = (Decimal(sum(levels)) / len(levels)).quantize(CENT) if levels else None
    names = ("running", "done", "over")
    running, done, ended = (counted.get(name, 0) for name in names)
    return Figures(running, done, ended, logged.get("entries", 0), logged.get("acts", 0), len(levels), score)
