"""What every action on a service begins with:
the project's lock, the agreement as it is now, and the question who may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from django.db.models import Q

from yinuo.core.calendar import TZ
from yinuo.engine.base import NO_ROW, Actor, PageRef, Refused, check_version, forbid
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import AuthorisedPerson, InForce, Person
from yinuo.engine.rules import pack
from yinuo.engine.work.actions import About, close, open_of
from yinuo.rooms.agency.models import AgencyBody, AgencyRequest, Agreement, ServiceAgent, ServiceKind
from yinuo.rooms.agency.room import AgencyWork
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.actions.filing import about
from yinuo.rooms.projects.models import Project

Rule = Callable[[Actor, Agreement], bool]
LONGEST_TEXT = 4000


def day_of(at: datetime) -> date:
    return at.astimezone(TZ).date()


def locked_application(application_id: int) -> AgencyRequest:
    """The application with its project locked first, then itself."""
    project = lock(AgencyRequest.objects.values_list("project_id", flat=True).get(pk=application_id))
    found = (
        AgencyRequest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("body", "applied_by")
        .get(pk=application_id)
    )
    found.project = project
    return found


def locked(agreement_id: int) -> Agreement:
    """The agreement with its project locked first, then itself."""
    project = lock(Agreement.objects.values_list("project_id", flat=True).get(pk=agreement_id))
    found = (
        Agreement.objects.select_for_update(no_key=True, of=("self",))
        .select_related("body__hall", "agent__person", "request", "body_signed_by", "unit_signed_by")
        .get(pk=agreement_id)
    )
    found.project = project
    return found


def take(actor: Actor, agreement_id: int, may: Rule, states: Iterable[str], version: int | None) -> Agreement:
    """The agreement locked, allowed, fresh and in one of `states`. Raises Forbidden, Stale, Refused in this order."""
    agreement = locked(agreement_id)
    if not may(actor, agreement):
        raise forbid("这项代办服务不由您办理")
    check_version(agreement, version)
    need_state(agreement, states)
    return agreement


def need_state(row: Agreement | AgencyRequest, states: Iterable[str]) -> None:
    if row.state not in set(states):
        what = "协议" if isinstance(row, Agreement) else "申请"
        raise Refused(
            "agency.state",
            f"这份代办{what}现在是“{row.get_state_display()}”，不能这样办理",
            remedy="可能已由他人办理，请刷新页面查看最新状态",
        )


def need_force(agreement: Agreement, day: date) -> None:
    """What is done under an agreement is done on its days."""
    if not agreement.holds_on(day):
        raise Refused("agency.not_in_force", "协议还没有开始或者已经到期", remedy="请核对协议的起止日期")


def need_text(value: str, field: str, message: str) -> str:
    text = value.strip()
    if not text:
        raise Refused(f"agency.{field}", message, field=field)
    return text[:LONGEST_TEXT]


def body_of(body_id: int, day: date) -> AgencyBody:
    """Raises Refused for a body that does not work on that day."""
    found = AgencyBody.objects.filter(InForce.on(day), pk=body_id).first()
    if found is None:
        raise Refused("agency.body", "请选择代办服务机构", field="body", remedy="机构名单见“代办服务”页面")
    return found


def agent_of(agent_id: int, body: AgencyBody, day: date) -> ServiceAgent:
    """An agent of the body, or of one below it: they help each other, upward and downward (附件6·二(三))."""
    reach = Q(body=body) | Q(body__parent=body)
    found = ServiceAgent.objects.filter(InForce.on(day), reach, pk=agent_id).select_related("person").first()
    if found is None or not works(found.person, body, day):
        raise Refused(
            "agency.agent", "请选择本机构或者下级机构的代办员", field="agent", remedy="先在“机构和人员”中登记代办员"
        )
    return found


def works(person: Person, body: AgencyBody, day: date) -> bool:
    """Whether the person signs in as an agent of the body's hall."""
    return (
        person.is_active
        and person.memberships.filter(InForce.on(day), role="agent", department__hall_id=body.hall_id).exists()
    )


def checked_services(services: Sequence[str]) -> list[str]:
    """In the clause's order. Raises Refused for none or an unknown one."""
    wanted = set(services)
    if not wanted or wanted - set(ServiceKind.values):
        raise Refused("agency.services", "请选择需要的服务", field="services", remedy="可选咨询、指导、协调、代办")
    return [kind for kind in ServiceKind.values if kind in wanted]


def checked_matters(project: Project, matters: Sequence[str]) -> list[str]:
    """The matters of the project that are wanted; empty = the whole. Raises Refused for one that is not on its map."""
    if not matters:
        return []
    known = list(MapItem.objects.filter(project=project).order_by("position").values_list("matter_id", flat=True))
    if set(matters) - set(known):
        raise Refused(
            "agency.matters",
            "所选事项不在这个项目的“一张图”上",
            field="matters",
            remedy="“一张图”还没有生成的，请选择全程代办",
        )
    return [name for name in known if name in set(matters)]


def binding_of(actor: Actor, unit_id: int, day: date) -> AuthorisedPerson | None:
    """The unit's own person behind the actor; nobody who stands in for it."""
    if actor.via:
        return None
    bound = AuthorisedPerson.objects.filter(
        InForce.on(day), person_id=actor.person_id or NO_ROW, unit_id=unit_id, confirmed_at__isnull=False
    )
    return bound.select_related("person", "unit").first()


def code_of(row: Agreement | AgencyRequest) -> str:
    return row.project.code or ""


def unit_page(project: Project) -> PageRef:
    return PageRef("unit:agency", project_id=project.pk)


def desk_page(row: Agreement | AgencyRequest) -> PageRef:
    return (
        PageRef("staff:agency_service", agreement_id=row.pk)
        if isinstance(row, Agreement)
        else PageRef("staff:agency_request", application_id=row.pk)
    )


def words(row: Agreement | AgencyRequest, title: str, *, to_unit: bool = False) -> About:
    return about(
        row, row.project, title, desk_page(row), unit_page=unit_page(row.project) if to_unit else None, tags=("代办",)
    )


def stop_clock(
    actor: Actor, row: Agreement | AgencyRequest, at: datetime, outcome: str, *, cancelled: bool = False
) -> None:
    kind = AgencyWork.SERVICE if isinstance(row, Agreement) else AgencyWork.REQUEST
    work = open_of(row, kind)
    if work is not None:
        close(actor=actor, item=work, at=at, outcome=outcome, cancelled=cancelled)


def tell_unit(template: str, row: Agreement | AgencyRequest, at: datetime, **more: object) -> None:
    person = (row.request if isinstance(row, Agreement) else row).applied_by
    project = row.project
    persons = [person] if person_is_of(person, project.unit_id, day_of(at)) else []
    page = unit_page(project)
    tell(
        template,
        at=at,
        persons=persons,
        unit_id=project.unit_id,
        project_code=code_of(row),
        page=page,
        project=project.name,
        words=more,
    )


def person_is_of(person: Person, unit_id: int, day: date) -> bool:
    """An application made at the window has a clerk behind it: the unit's own mailbox is told, not the clerk."""
    return person.bindings.filter(InForce.on(day), unit_id=unit_id, confirmed_at__isnull=False).exists()


def tell_agent(template: str, agreement: Agreement, at: datetime, **more: object) -> None:
    tell(
        template,
        at=at,
        persons=[agreement.agent.person],
        project_code=code_of(agreement),
        page=desk_page(agreement),
        project=agreement.project.name,
        words=more,
    )


def limit(name: str, at: datetime) -> int:
    return pack().integer(name, day_of(at))
