"""An agency body with its agents, and services brought to where a test begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.apps.county import BEGAN, Company, County, at, new_person
from tests.apps.test_onemap import PDF
from yinuo.engine.base import Actor
from yinuo.engine.documents import actions as documents
from yinuo.engine.people.models import Department, Membership
from yinuo.engine.people.queries import actor_of_membership
from yinuo.rooms.agency import actions
from yinuo.rooms.agency.models import AgencyBody, AgencyRequest, Agreement, ServiceAgent
from yinuo.rooms.agency.queries import stand_ins
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project

NOON = at("2026-11-06 12:00")
EVERYTHING = ["consult", "guide", "coordinate", "act"]


@dataclass
class Agency:
    """The county's body with two agents, and the hall's convener who heads it."""

    county: County
    body: AgencyBody
    agent: ServiceAgent
    colleague: ServiceAgent

    @property
    def head(self) -> Actor:
        return self.county.actor("general_convener")

    def actor(self, agent: ServiceAgent | None = None) -> Actor:
        member = Membership.objects.get(person=(agent or self.agent).person, role="agent")
        return actor_of_membership(member)

    def hat(self, when: Any = NOON, agent: ServiceAgent | None = None) -> Actor | None:
        """The unit's hat of the agent's one agreement; None where there is none to wear."""
        found = stand_ins(self.actor(agent), when)
        return found[0].actor if found else None

    def apply(self, project: Project, company: Company, when: Any = NOON, **changes: Any) -> AgencyRequest:
        fields: dict[str, Any] = {
            "matters": [],
            "services": EVERYTHING,
            "lead": ("马晓云", "13900000001"),
            "handler": ("张丽", "13900000002"),
            "body_id": self.body.pk,
        } | changes
        return actions.apply_for_service(
            actor=fields.pop("actor", company.actor), project_id=project.pk, at=when, **fields
        )

    def offer(self, application: AgencyRequest, when: Any = NOON, days: int = 180, **changes: Any) -> Agreement:
        fields: dict[str, Any] = {
            "agent_id": self.agent.pk,
            "from_on": when.date(),
            "to_on": when.date() + timedelta(days=days),
        } | changes
        return actions.offer_agreement(actor=self.head, application_id=application.pk, at=when, **fields)

    def serve(self, project: Project, company: Company, when: Any = NOON, days: int = 180, **wanted: Any) -> Agreement:
        """Applied, offered and signed: the service runs."""
        agreement = self.offer(self.apply(project, company, when, **wanted), when, days)
        return actions.sign_agreement(actor=company.actor, agreement_id=agreement.pk, at=when)

    def finished(self, agreement: Agreement, when: Any = NOON) -> Agreement:
        return actions.report_finished(
            actor=self.actor(), agreement_id=agreement.pk, text="施工许可前的事项都已办结", at=when
        )


def new_agency(county: County) -> Agency:
    county.actor("general_convener")
    head = county.actor("general_convener")
    body = actions.open_body(
        actor=head,
        hall_id=county.hall.pk,
        level="county",
        name="积石山县代办服务中心",
        place="积石山县政务服务大厅一楼 12 号窗口",
        phone="0930-7721212",
        at=at("2026-11-02 09:00"),
    )
    agents = [new_agent(county, body, name) for name in ("马淑兰", "韩玉成")]
    return Agency(county, body, *agents)


def new_agent(county: County, body: AgencyBody, name: str) -> ServiceAgent:
    person = new_person(name)
    office = Department.objects.get(hall=county.hall, key="government_services")
    Membership.objects.create(person=person, department=office, role="agent", from_on=BEGAN)
    head = county.actor("general_convener")
    return actions.add_agent(
        actor=head, body_id=body.pk, person_id=person.pk, phone="0930-7721213", at=at("2026-11-02 09:00")
    )


def materials(actor: Actor, items: Sequence[MapItem], when: Any = NOON) -> list[dict[str, Any]]:
    """Every material of the items, uploaded by the actor, in the shape of a package."""
    file = documents.store_upload(actor=actor, name="图.pdf", content=PDF, unit_id=actor.unit_id, at=when)
    return [
        {"item": item.pk, "materials": [{"id": row["id"], "file": file.pk} for row in item.materials]} for item in items
    ]


def open_now(project: Project) -> list[MapItem]:
    """The matters that may be handed in at once."""
    from yinuo.rooms.onemap.actions.common import waiting_for

    return [
        item
        for item in MapItem.objects.filter(project=project, state="open").order_by("position")
        if not waiting_for(item)
    ]


def day(text: str) -> date:
    return date.fromisoformat(text)
