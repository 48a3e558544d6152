"""A county in which every action may be done by somebody, with an actor of every kind; what the matrices stand on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.apps.county import BEGAN, Company, County, at, facts, new_company, new_person
from tests.apps.test_onemap import FILED, PDF, REVIEWED, guided, hand_in
from yinuo.engine.base import Actor
from yinuo.engine.documents import actions as documents
from yinuo.engine.people.models import Department, Hall, Membership, Region
from yinuo.engine.people.queries import actor_of_membership
from yinuo.engine.work import actions as work
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap import actions as onemap
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects import actions as projects
from yinuo.rooms.projects.models import Project, Question

NOON = at("2026-11-06 12:00")
TODAY = date(2026, 11, 6)
LATE = at("2027-06-01 09:00")

# Every actor of the matrix. “elsewhere” = the same role in another department, stage or unit; “abroad” = in another
# county's hall.
STAFF_ROLES = (
    *("approver", "principal", "stage_convener", "general_convener", "supervisor", "comprehensive", "administrator"),
    *("window", "agent", "zone", "utility"),
)
ACTORS = (
    "unit", "unit elsewhere", "unit of nobody", "person", "public", "system", "node",
    "approver", "approver of the filing unit", "approver elsewhere", "approver abroad",
    "principal", "principal of the filing unit", "principal elsewhere", "principal abroad",
    "stage_convener", "stage_convener elsewhere", "stage_convener abroad",
    "general_convener", "general_convener abroad",
    "supervisor", "supervisor abroad",
    "comprehensive", "comprehensive abroad",
    "administrator", "administrator abroad",
    "window", "window abroad", "agent", "agent abroad", "zone", "zone abroad", "utility", "utility abroad",
)  # fmt: skip
CONVENER_AND_ADMINISTRATOR = {"general_convener", "administrator"}
ANYWHERE = {"general_convener", "general_convener abroad", "administrator", "administrator abroad"}
STAFF = {name for name in ACTORS if name.split()[0] in STAFF_ROLES}
WATCHING = {"supervisor", "general_convener", "comprehensive"}
# Where the people of these roles sit, whichever department the matter is of.
OFFICES = {
    "window": "government_services",
    "agent": "government_services",
    "zone": "zone-chuimatan",
    "utility": "utility-power",
}
Act = Callable[[Actor], object]


class World:
    """A county with a project whose map stands and one that waits for guidance, and an actor of every kind."""

    def __init__(self, county: County, company: Company) -> None:
        self.county, self.company = county, company
        self.neighbour = new_company("甘肃保安腰刀文旅有限公司")
        self.project = guided(county, company)
        self.item = next(
            item for item in MapItem.objects.order_by("position") if ready_and_elsewhere(self.project, item)
        )
        self.department = self.item.department
        self.approver = county.person("approver", self.department.key)
        self.newcomer = new_person("新来的人")
        self.manual = self.file("受限项目", declarations={"catalogue_class": "restricted"})
        self.fresh = self.file("待复核项目")
        self.reviewed = self.file("待辅导项目")
        onemap.confirm_review(actor=county.actor("approver"), project_id=self.reviewed.pk, at=REVIEWED)
        self.abroad = Hall.objects.create(
            name="东乡县政务服务大厅", region=Region.objects.create(code="622926", name="东乡县")
        )
        for key in ("zone-chuimatan", "utility-power"):
            Department.objects.create(hall=county.hall, key=key, name=key, short_name=key)
        for key in {"development_reform", self.department.key, *OFFICES.values()}:
            Department.objects.create(hall=self.abroad, key=key, name=key, short_name=key)
        self.members: dict[str, Actor] = {}
        for name in ACTORS:
            if name.split()[0] in STAFF_ROLES:
                self.members[name] = self.member(name)

    def file(self, name: str, **changes: Any) -> Project:
        return projects.file_project(
            actor=self.company.actor,
            unit_id=self.company.unit.pk,
            facts=facts(name=name, **changes),
            pledged=True,
            at=FILED,
        ).project

    def member(self, name: str) -> Actor:
        role, _, where = name.partition(" ")
        stage = self.item.stage if role == "stage_convener" else ""
        key, hall = self.department.key, self.county.hall
        if where == "of the filing unit":
            key = "development_reform"
        elif where == "elsewhere":
            key, stage = ("meteorology", "") if role != "stage_convener" else (key, "completion")
        elif where == "abroad":
            hall = self.abroad
        if role in OFFICES:
            key = OFFICES[role]
        if name == "approver":
            return self.county.actor("approver", key)
        office = Department.objects.get(hall=hall, key=key)
        person = new_person(name)
        return actor_of_membership(
            Membership.objects.create(person=person, department=office, role=role, stage=stage, from_on=BEGAN)
        )

    def actor(self, name: str) -> Actor:
        """Somebody of that name in ACTORS."""
        if name in self.members:
            return self.members[name]
        return {
            "unit": self.company.actor,
            "unit elsewhere": self.neighbour.actor,
            "unit of nobody": Actor(self.newcomer.pk, "unit"),
            "person": Actor(self.newcomer.pk, "person"),
            "public": Actor.public(),
            "node": Actor(None, "node", entrance="api"),
            "system": Actor.system(),
        }[name]

    # -- bringing the item to where an action may begin

    def received(self) -> None:
        hand_in(self.company, self.item, at("2026-11-06 09:00"))

    def accepted(self) -> None:
        self.received()
        onemap.accept(actor=self.actor("approver"), item_id=self.item.pk, at=at("2026-11-06 10:00"))

    def paused(self) -> None:
        self.accepted()
        onemap.pause_item(
            actor=self.actor("approver"),
            item_id=self.item.pk,
            reason="expert_review",
            note="评审",
            at=at("2026-11-06 11:00"),
        )

    def granted(self) -> None:
        self.accepted()
        onemap.decide(
            actor=self.actor("approver"), item_id=self.item.pk, granted=True, document_number="甲1", text="", at=NOON
        )

    def refused(self) -> None:
        self.accepted()
        onemap.decide(
            actor=self.actor("approver"), item_id=self.item.pk, granted=False, document_number="甲2", text="不符合规划",
            reason_code="refusal.planning_conflict", at=NOON,
        )  # fmt: skip

    def document_asked(self, until: str = "received") -> int:
        """A request for a document on a matter as if decided on a promise, brought as far as `until`."""
        self.granted()
        MapItem.objects.filter(pk=self.item.pk).update(route="commitment")
        asked = onemap.ask_document(
            actor=self.company.actor, item_id=self.item.pk, materials=self.whole(), purpose="贷款", at=NOON
        )
        if until in ("accepted", "issued"):
            onemap.accept_document_request(actor=self.actor("approver"), asked_id=asked.pk, at=NOON)
        if until == "issued":
            onemap.give_document(
                actor=self.actor("approver"), asked_id=asked.pk, granted=True, document_number="批1", text="", at=NOON
            )
        return asked.pk

    def upload(self, note: bytes) -> int:
        """A file of the company's library."""
        file = documents.store_upload(
            actor=self.company.actor, name="图.pdf", content=PDF + note, unit_id=self.company.unit.pk, at=NOON
        )
        return file.pk

    def whole(self) -> list[dict[str, Any]]:
        file = documents.store_upload(
            actor=self.company.actor, name="图.pdf", content=PDF, unit_id=self.company.unit.pk, at=NOON
        )
        return [{"id": material["id"], "file": file.pk} for material in self.item.materials]

    def remedy(self, kind: str) -> int:
        self.refused()
        return onemap.enter_remedy(
            actor=self.company.actor,
            item_id=self.item.pk,
            kind=kind,
            body="县人民政府",
            filed_on=TODAY,
            text="不服",
            at=NOON,
        ).pk

    def late(self) -> None:
        self.accepted()
        work.tick(LATE)

    def escalated(self) -> None:
        self.late()
        onemap.open_escalation(
            actor=self.actor("general_convener"),
            item_id=self.item.pk,
            urged=[self.approver.pk],
            agreed="尽快",
            agreed_until=None,
            at=LATE,
        )

    def question(self) -> Question:
        asked = projects.ask_question(actor=self.company.actor, project_id=self.project.pk, text="要多久？", at=NOON)
        return projects.pass_question(
            actor=self.actor("general_convener"), question_id=asked.pk, department_key=self.department.key, at=NOON
        )

    def clock(self) -> WorkItem:
        return WorkItem.objects.get(
            subject_kind="onemap.mapitem", subject_id=self.item.pk, state__in=["running", "paused"]
        )


def ready_and_elsewhere(project: Project, item: MapItem) -> bool:
    """An item that may start now, of another department than the filing unit, whose limit its law lets be extended or
    not.
    """
    from yinuo.rooms.onemap.actions.common import waiting_for

    return (
        item.state == "open"
        and not waiting_for(item)
        and item.department.key != "development_reform"
        and bool(item.limit_value)
    )
