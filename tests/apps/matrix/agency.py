"""Who may do what in `agency`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.apps.world import NOON, World
from yinuo.engine.base import Actor
from yinuo.engine.people.models import Membership
from yinuo.engine.people.queries import actor_of_membership
from yinuo.rooms.agency import actions
from yinuo.rooms.agency.models import AgencyBody, AgencyRequest, Agreement, ServiceAgent
from yinuo.rooms.agency.queries import stand_ins

HEAD = {"general_convener"}
MAY: dict[str, set[str]] = {
    "agency.open_body": HEAD,
    "agency.close_body": HEAD,
    "agency.add_agent": HEAD,
    "agency.end_agent": HEAD,
    "agency.record_training": HEAD,
    "agency.appraise_agent": HEAD,
    # the unit asks, signs, ends, confirms and reviews itself
    "agency.apply_for_service": {"unit"},
    "agency.withdraw_service_application": {"unit"},
    "agency.sign_agreement": {"unit"},
    "agency.end_by_wish": {"unit"},
    "agency.confirm_finished": {"unit"},
    "agency.reject_finished": {"unit"},
    "agency.confirm_return": {"unit"},
    # the body's head answers and says who serves
    "agency.offer_agreement": HEAD,
    "agency.refuse_service": HEAD,
    "agency.assign_agent": HEAD,
    # the agent of the agreement serves
    "agency.log_service": {"agent"},
    "agency.draw_plan": {"agent"},
    "agency.ask_green_channel": {"agent", *HEAD},
    "agency.end_by_law": {"agent", *HEAD},
    "agency.report_finished": {"agent"},
    "agency.archive": {"agent"},
    # and hands in under it: in the unit's name, by nobody's role
    "agency.submit_package": {"agent"},
}
INNER: set[str] = {"work.add_tag"}
EVERYTHING = ["consult", "guide", "coordinate", "act"]


def body_of(world: World) -> AgencyBody:
    return actions.open_body(
        actor=world.actor("general_convener"),
        hall_id=world.county.hall.pk,
        level="county",
        name="积石山县代办服务中心",
        place="政务服务大厅一楼",
        phone="0930-7721212",
        at=NOON,
    )


def agent_of(world: World, body: AgencyBody, person_id: int | None = None) -> ServiceAgent:
    return actions.add_agent(
        actor=world.actor("general_convener"),
        body_id=body.pk,
        person_id=person_id or world.actor("agent").person_id or 0,
        phone="0930-7721213",
        at=NOON,
    )


def apply(world: World, body: AgencyBody, actor: Actor | None = None) -> AgencyRequest:
    return actions.apply_for_service(
        actor=actor or world.company.actor,
        project_id=world.project.pk,
        body_id=body.pk,
        matters=[],
        services=EVERYTHING,
        lead=("马晓云", "13900000001"),
        handler=("张丽", "13900000002"),
        at=NOON,
    )


def offer(world: World, application: AgencyRequest, agent: ServiceAgent, actor: Actor | None = None) -> Agreement:
    return actions.offer_agreement(
        actor=actor or world.actor("general_convener"),
        application_id=application.pk,
        agent_id=agent.pk,
        from_on=NOON.date(),
        to_on=NOON.date() + timedelta(days=180),
        at=NOON,
    )


def served(world: World, until: str = "running") -> tuple[Agreement, ServiceAgent]:
    """An agreement with everything in it, brought as far as `until`."""
    body = body_of(world)
    agent = agent_of(world, body)
    agreement = offer(world, apply(world, body), agent)
    if until == "offered":
        return agreement, agent
    agreement = actions.sign_agreement(actor=world.company.actor, agreement_id=agreement.pk, at=NOON)
    if until in ("finishing", "done", "archived"):
        actions.report_finished(actor=world.actor("agent"), agreement_id=agreement.pk, text="都已办完", at=NOON)
    if until in ("done", "archived"):
        actions.confirm_finished(actor=world.company.actor, agreement_id=agreement.pk, at=NOON)
    if until == "archived":
        actions.archive(actor=world.actor("agent"), agreement_id=agreement.pk, returned=[{"name": "委托书"}], at=NOON)
    return agreement, agent


def act_of(world: World, action: str) -> Callable[[Actor], object]:
    """The action ready to be done, everything in place but its actor."""
    name = action.removeprefix("agency.")
    if name in OF_BODIES:
        return of_bodies(world, name)
    if name in ("apply_for_service", "withdraw_service_application", "offer_agreement", "refuse_service"):
        return of_applications(world, name)
    return of_services(world, name)


OF_BODIES = ("open_body", "close_body", "add_agent", "end_agent", "record_training", "appraise_agent")


def of_bodies(world: World, name: str) -> Callable[[Actor], object]:
    at, hall = NOON, world.county.hall.pk
    if name == "open_body":
        fields: dict[str, Any] = {"level": "county", "name": "代办中心", "place": "一楼", "phone": "7721212"}
        return lambda actor: actions.open_body(actor=actor, hall_id=hall, at=at, **fields)
    body = body_of(world)
    if name == "close_body":
        return lambda actor: actions.close_body(actor=actor, body_id=body.pk, why="并入县中心", at=at)
    person = world.actor("agent").person_id or 0
    if name == "add_agent":
        return lambda actor: actions.add_agent(actor=actor, body_id=body.pk, person_id=person, phone="7721213", at=at)
    agent = agent_of(world, body)
    if name == "end_agent":
        return lambda actor: actions.end_agent(actor=actor, agent_id=agent.pk, why="轮岗", at=at)
    if name == "record_training":
        return lambda actor: actions.record_training(
            actor=actor, body_id=body.pk, on=at.date(), topic="一张图", agents=[agent.pk], at=at
        )
    return lambda actor: actions.appraise_agent(
        actor=actor, agent_id=agent.pk, year=at.year, grade="excellent", text="热心", at=at
    )


def of_applications(world: World, name: str) -> Callable[[Actor], object]:
    body, at = body_of(world), NOON
    if name == "apply_for_service":
        return lambda actor: apply(world, body, actor)
    application = apply(world, body)
    if name == "withdraw_service_application":
        return lambda actor: actions.withdraw_service_application(actor=actor, application_id=application.pk, at=at)
    if name == "refuse_service":
        return lambda actor: actions.refuse_service(actor=actor, application_id=application.pk, why="人手不足", at=at)
    agent = agent_of(world, body)
    return lambda actor: offer(world, application, agent, actor)


UNTIL = {
    "sign_agreement": "offered",
    "confirm_finished": "finishing",
    "reject_finished": "finishing",
    "archive": "done",
    "confirm_return": "archived",
}


def of_services(world: World, name: str) -> Callable[[Actor], object]:
    agreement, _agent = served(world, UNTIL.get(name, "running"))
    pk, at, matter = agreement.pk, NOON, world.item.matter_id
    if name == "submit_package":
        return package(world, agreement)
    if name == "assign_agent":
        colleague = Membership.objects.create(
            person=world.newcomer,
            department_id=world.actor("agent").department_id,
            role="agent",
            from_on=date(2023, 2, 20),
        )
        other = agent_of(world, agreement.body, colleague.person_id)
        return lambda actor: actions.assign_agent(actor=actor, agreement_id=pk, agent_id=other.pk, why="休假", at=at)
    acts: dict[str, Callable[[Actor], object]] = {
        "sign_agreement": lambda actor: actions.sign_agreement(actor=actor, agreement_id=pk, at=at),
        "end_by_wish": lambda actor: actions.end_by_wish(actor=actor, agreement_id=pk, why="", at=at),
        "end_by_law": lambda actor: actions.end_by_law(actor=actor, agreement_id=pk, why="选址在生态保护红线内", at=at),
        "report_finished": lambda actor: actions.report_finished(actor=actor, agreement_id=pk, text="都已办完", at=at),
        "confirm_finished": lambda actor: actions.confirm_finished(actor=actor, agreement_id=pk, at=at),
        "reject_finished": lambda actor: actions.reject_finished(
            actor=actor, agreement_id=pk, why="还差施工许可", at=at
        ),
        "archive": lambda actor: actions.archive(actor=actor, agreement_id=pk, returned=[{"name": "委托书"}], at=at),
        "confirm_return": lambda actor: actions.confirm_return(actor=actor, agreement_id=pk, at=at),
        "log_service": lambda actor: actions.log_service(
            actor=actor, agreement_id=pk, kind="consult", on=at.date(), text="讲解政策", matter_id=matter, at=at
        ),
        "draw_plan": lambda actor: actions.draw_plan(actor=actor, agreement_id=pk, at=at),
        "ask_green_channel": lambda actor: actions.ask_green_channel(
            actor=actor, agreement_id=pk, matters=[matter], reason="省列重点项目", at=at
        ),
    }
    return acts[name]


def package(world: World, agreement: Agreement) -> Callable[[Actor], object]:
    """The agent puts the agreement's hat on; everybody else comes as they are."""
    from tests.apps.test_onemap import PDF
    from yinuo.engine.documents import actions as documents
    from yinuo.rooms.onemap.actions.common import waiting_for
    from yinuo.rooms.onemap.models import MapItem

    items = [
        item
        for item in MapItem.objects.filter(project=world.project, state="open").order_by("position")
        if not waiting_for(item)
    ][:2]
    member = Membership.objects.get(person_id=agreement.agent.person_id, role="agent")
    (found,) = stand_ins(actor_of_membership(member), NOON)
    hat = found.actor
    file = documents.store_upload(actor=hat, name="图.pdf", content=PDF, unit_id=world.company.unit.pk, at=NOON)
    parts = [
        {"item": item.pk, "materials": [{"id": row["id"], "file": file.pk} for row in item.materials]} for item in items
    ]

    def act(actor: Actor) -> object:
        wearing = hat if actor == world.actor("agent") else actor
        return actions.submit_package(actor=wearing, agreement_id=agreement.pk, parts=parts, at=NOON)

    return act
