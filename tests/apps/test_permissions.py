"""Who may do what: every role × every action × own or other, through the actions themselves.

Credit has its own matrix (test_credit_access.py), commitments and completion theirs (test_commitments.py, test_completion.py).
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from tests.apps import test_credit_access
from tests.apps.county import BEGAN, Company, County, at, facts, new_company, new_county, new_person
from tests.apps.killing import counts
from tests.apps.test_onemap import ANSWERED, FILED, PDF, REVIEWED, guided, hand_in, ready
from yinuo.apps.base import ROLES, Actor, Forbidden, Refused
from yinuo.apps.catalogue import actions as catalogue
from yinuo.apps.documents import access as documents_access
from yinuo.apps.documents import actions as documents
from yinuo.apps.infochain import actions as infochain
from yinuo.apps.infochain import keys as chain_keys
from yinuo.apps.infochain.audit import Report
from yinuo.apps.infochain.models import IssuerKey
from yinuo.apps.onemap import actions as onemap
from yinuo.apps.onemap.actions.moving import move_rules_on
from yinuo.apps.onemap.models import GuidanceAnswer, MapItem
from yinuo.apps.people import actions as people
from yinuo.apps.people.models import AuthorisedPerson, Department, Hall, Membership, Person, ProjectUnit, Region
from yinuo.apps.people.queries import actor_of_key, actor_of_membership, bindings_of, memberships_of
from yinuo.apps.projects import actions as projects
from yinuo.apps.projects.actions.confirming import confirm_facts
from yinuo.apps.projects.models import Project, Question
from yinuo.apps.rules import pack
from yinuo.apps.work import actions as work
from yinuo.apps.work.models import WorkItem
from yinuo.core.codes import make_credit_code
from yinuo.core.pack.types import DayNotice

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from tests.database import TestDatabase

ROOMS_ABOVE = (
    *("reviews", "grants", "window", "mock", "deficient", "regional", "land", "agency"),
    *("inspections", "oversight", "halls", "reform"),
)
ROOMS = ("people", "infochain", "catalogue", "work", "documents", "notices", "projects", "onemap", "credit", "commitments", *ROOMS_ABOVE)
SOURCE = Path(work.__file__).parents[2]
NOON = at("2026-11-06 12:00")
TODAY = date(2026, 11, 6)

# Every actor of the matrix. “elsewhere” = the same role in another department, stage or unit; “abroad” = in another county's hall.
STAFF_ROLES = (
    *("approver", "principal", "stage_convener", "general_convener", "supervisor", "comprehensive", "administrator"),
    *("window", "agent", "zone", "utility"),
)
ACTORS = (
    "unit", "unit elsewhere", "unit of nobody", "public", "system", "node",
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

# One row per action: who may. Everybody else is refused and leaves no row.
MAY: dict[str, set[str]] = {
    "infochain.begin": {"system", "administrator", "administrator abroad"},
    "infochain.add_key": {"system", "administrator"},
    "infochain.rotate_key": {"system", "administrator"},
    "infochain.revoke_retired_keys": {"system", "administrator", "administrator abroad"},
    "infochain.erase": {"system", "administrator", "administrator abroad"},
    "infochain.keep_audit": {"system", "administrator", "administrator abroad"},
    # people: who acts for a unit is confirmed where its first project is
    "people.ask_binding": {"unit of nobody"},
    "people.authorise": {"unit"},
    "people.confirm_binding": CONVENER_AND_ADMINISTRATOR,
    "people.end_binding": {"unit", *CONVENER_AND_ADMINISTRATOR},
    "people.register_unit": ANYWHERE | {"window", "window abroad"},
    "people.register_reserved_unit": ANYWHERE | {"window", "window abroad"},
    "people.give_credit_code": ANYWHERE | {"window", "window abroad"},
    "people.open_account": {"administrator", "administrator abroad"},
    "people.change_account": {"administrator", "administrator abroad"},
    "people.change_department": CONVENER_AND_ADMINISTRATOR,
    "people.correct_unit": CONVENER_AND_ADMINISTRATOR,
    "people.give_role": CONVENER_AND_ADMINISTRATOR,
    "people.end_role": CONVENER_AND_ADMINISTRATOR,
    "people.delegate": {"approver", *CONVENER_AND_ADMINISTRATOR},
    "people.end_delegation": {"approver", *CONVENER_AND_ADMINISTRATOR},
    "people.issue_key for a role": {"system", *CONVENER_AND_ADMINISTRATOR},
    "people.issue_key for a unit": {"system", *CONVENER_AND_ADMINISTRATOR},
    "people.issue_key for another system": {"system", "administrator", "administrator abroad"},
    "people.revoke_key": {"system", "approver", *CONVENER_AND_ADMINISTRATOR},  # the approver whose key it is
    # catalogue: the department decides on its own matters
    "catalogue.offer_commitment": {"approver", "principal"},
    "catalogue.publish_tolerance": {"approver", "principal"},
    "catalogue.set_handler": {"principal", *CONVENER_AND_ADMINISTRATOR},
    # work
    "work.reassign": {"approver", "principal", "general_convener"},
    "work.reassign_all": {"approver", "principal", "general_convener"},
    "work.remind": {"supervisor", "general_convener"},
    "work.import_calendar": {"administrator", "administrator abroad", "system"},
    "work.save_filter": STAFF,
    "work.rename_filter": {"approver"},
    "work.remove_filter": {"approver"},
    "work.ask_export": STAFF,
    # documents
    "documents.store_upload into the unit's library": {"unit"},
    "documents.store_upload into nobody's": STAFF,
    "documents.retire_file": {"unit"},
    "documents.restore_file": {"unit"},
    "documents.replace_file": {"unit"},
    # projects: the unit on its own, the filing unit on what was filed
    "projects.open_draft": {"unit"},
    "projects.save_draft": {"unit"},
    "projects.file_project": {"unit"},
    "projects.amend": {"unit"},
    "projects.recode": {"unit"},
    "projects.report_progress": {"unit"},
    "projects.report_participant": {"unit"},
    "projects.end_participant": {"unit"},
    "projects.ask_question": {"unit"},
    "projects.pass_question": {"general_convener"},
    "projects.answer_question": {"approver", "general_convener"},
    "projects.publish_answer": {"approver", "general_convener"},
    "projects.withdraw_answer": {"approver", "general_convener"},
    "projects.decide_by_hand": {"approver of the filing unit"},
    "projects.withdraw_filing": {"approver of the filing unit"},
    "projects.terminate": {"unit", "approver of the filing unit", "general_convener", "system"},
    "projects.confirm_facts": {"approver of the filing unit", "approver"},  # the row turns on the environment, as the item does
    # onemap: the matter's department handles, the unit applies, the hall watches
    "onemap.confirm_review": {"approver of the filing unit"},
    "onemap.answer_guidance": {"approver"},
    "onemap.submit_materials": {"unit"},
    "onemap.withdraw_application": {"unit"},
    "onemap.apply_anew": {"unit"},
    "onemap.ask_document": {"unit"},
    "onemap.withdraw_document_request": {"unit"},
    "onemap.accept_document_request": {"approver"},
    "onemap.return_document_request": {"approver"},
    "onemap.give_document": {"approver"},
    "onemap.deliver_document": {"approver"},
    "onemap.enter_remedy": {"unit", "approver", "general_convener", "comprehensive"},
    "onemap.conclude_remedy of a ruling": {"approver", "general_convener", "comprehensive"},
    "onemap.conclude_remedy of a complaint": {"general_convener", "comprehensive"},
    "onemap.accept": {"approver"},
    "onemap.send_back": {"approver"},
    "onemap.refuse_acceptance": {"approver"},
    "onemap.pause_item": {"approver"},
    "onemap.resume_item": {"approver"},
    "onemap.extend_item": {"principal"},
    "onemap.decide": {"approver"},
    "onemap.deliver": {"approver"},
    "onemap.open_escalation": {"general_convener"},
    "onemap.close_escalation": {"general_convener"},
    "onemap.report_problem": {"approver", *WATCHING},
    "onemap.handle_problem": {"approver", *WATCHING},
    "onemap.take_in_result": {"administrator", "system"},
    # “1+X”: the approver puts the case, the stage's convener starts and ends it, the departments that take part speak
    "onemap.request_coordination": {"approver"},
    "onemap.start_coordination": {"stage_convener"},
    "onemap.decline_coordination": {"stage_convener"},
    "onemap.call_meeting": {"stage_convener"},
    "onemap.give_coordination_opinion": {"approver", "principal"},
    "onemap.conclude_coordination": {"stage_convener"},
    "onemap.move_rules_on": {"general_convener", "comprehensive"},
}
# The rooms above have a module each, furnished alike: MAY, INNER, act_of(world, action).
ABOVE = {room: importlib.import_module(f"tests.apps.matrix.{room}") for room in ROOMS_ABOVE}
for _matrix in ABOVE.values():
    MAY |= _matrix.MAY

# Steps of other actions: they ask nobody, so nothing but an action may call them.
INNER = {
    "work.open_item", "work.hand_over", "work.pause", "work.resume", "work.extend", "work.close", "work.cancel_of_project",
    "documents.issue", "documents.issue_signed",
    "projects.assign_code", "projects.complete", "projects.end_project", "projects.stop_building", "projects.lift_stop",
    "onemap.conclude", "onemap.hand_over", "onemap.open_completion_guidance", "onemap.set_route",
    "onemap.accept_with_gap", "onemap.fill_gap", "onemap.give_up", "onemap.revoke",
}  # fmt: skip
INNER |= set().union(*(matrix.INNER for matrix in ABOVE.values()))
# Done by the clock, for everybody alike.
BY_THE_CLOCK = {"notices.warn_of_expiring_keys"}
# Papers and marks: the page that gives them asks who may see (tests/web).
ASKED_BY_THE_PAGE = {"documents.paper_of", "projects.certificate_paper", "projects.site_poster", "notices.mark_read"}
# Matrices of the rooms above, and what is said of their other actions elsewhere.
IN_OTHER_FILES = {
    "test_commitments.py": {
        *("commit", "to_regular", "report_fulfilment", "report_difficulty"),
        *("decide_on_commitment", "answer_objection", "review_commitment"),
    },
    "test_rulings.py": {"propose_ruling", "consent_ruling", "refuse_ruling", "deliver_ruling", "ask_lift", "refuse_lift"},
    "test_completion.py": {
        "apply_completion",
        "apply_again",
        "record_finding",
        "fail_completion",
        "propose_cycle",
        "hand_in_audit",
        "check_audit",
        "handle_difficulty",
    },
}
READS = {"commitments.preview_letter"}
OPEN_TO_EVERYBODY = {
    "commitments.raise_objection",
    "reviews.review_by_link",
    "infochain.take_cosignatures",
    "infochain.take_evidence",
    "grants.search",
}


class World:
    """A county with a project whose map stands and one that waits for guidance, and an actor of every kind."""

    def __init__(self, county: County, company: Company) -> None:
        self.county, self.company = county, company
        self.neighbour = new_company("甘肃保安腰刀文旅有限公司")
        self.project = guided(county, company)
        self.item = next(item for item in MapItem.objects.order_by("position") if ready_and_elsewhere(self.project, item))
        self.department = self.item.department
        self.approver = county.person("approver", self.department.key)
        self.newcomer = new_person("新来的人")
        self.manual = self.file("受限项目", declarations={"catalogue_class": "restricted"})
        self.fresh = self.file("待复核项目")
        self.reviewed = self.file("待辅导项目")
        onemap.confirm_review(actor=county.actor("approver"), project_id=self.reviewed.pk, at=REVIEWED)
        self.abroad = Hall.objects.create(name="东乡县政务服务大厅", region=Region.objects.create(code="622926", name="东乡县"))
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
            actor=self.company.actor, unit_id=self.company.unit.pk, facts=facts(name=name, **changes), pledged=True, at=FILED
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
        return actor_of_membership(Membership.objects.create(person=person, department=office, role=role, stage=stage, from_on=BEGAN))

    def actor(self, name: str) -> Actor:
        """Somebody of that name in ACTORS."""
        if name in self.members:
            return self.members[name]
        return {
            "unit": self.company.actor,
            "unit elsewhere": self.neighbour.actor,
            "unit of nobody": Actor(self.newcomer.pk, "unit"),
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
            actor=self.actor("approver"), item_id=self.item.pk, reason="expert_review", note="评审", at=at("2026-11-06 11:00")
        )

    def granted(self) -> None:
        self.accepted()
        onemap.decide(actor=self.actor("approver"), item_id=self.item.pk, granted=True, document_number="甲1", text="", at=NOON)

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
        asked = onemap.ask_document(actor=self.company.actor, item_id=self.item.pk, materials=self.whole(), purpose="贷款", at=NOON)
        if until in ("accepted", "issued"):
            onemap.accept_document_request(actor=self.actor("approver"), asked_id=asked.pk, at=NOON)
        if until == "issued":
            onemap.give_document(actor=self.actor("approver"), asked_id=asked.pk, granted=True, document_number="批1", text="", at=NOON)
        return asked.pk

    def upload(self, note: bytes) -> int:
        """A file of the company's library."""
        file = documents.store_upload(actor=self.company.actor, name="图.pdf", content=PDF + note, unit_id=self.company.unit.pk, at=NOON)
        return file.pk

    def whole(self) -> list[dict[str, Any]]:
        file = documents.store_upload(actor=self.company.actor, name="图.pdf", content=PDF, unit_id=self.company.unit.pk, at=NOON)
        return [{"id": material["id"], "file": file.pk} for material in self.item.materials]

    def remedy(self, kind: str) -> int:
        self.refused()
        return onemap.enter_remedy(
            actor=self.company.actor, item_id=self.item.pk, kind=kind, body="县人民政府", filed_on=TODAY, text="不服", at=NOON
        ).pk

    def late(self) -> None:
        self.accepted()
        work.tick(LATE)

    def escalated(self) -> None:
        self.late()
        onemap.open_escalation(
            actor=self.actor("general_convener"), item_id=self.item.pk, urged=[self.approver.pk], agreed="尽快", agreed_until=None, at=LATE
        )

    def question(self) -> Question:
        asked = projects.ask_question(actor=self.company.actor, project_id=self.project.pk, text="要多久？", at=NOON)
        return projects.pass_question(
            actor=self.actor("general_convener"), question_id=asked.pk, department_key=self.department.key, at=NOON
        )

    def clock(self) -> WorkItem:
        return WorkItem.objects.get(subject_kind="onemap.mapitem", subject_id=self.item.pk, state__in=["running", "paused"])


# Where the people of these roles sit, whichever department the matter is of.
OFFICES = {"window": "government_services", "agent": "government_services", "zone": "zone-chuimatan", "utility": "utility-power"}
LATE = at("2027-06-01 09:00")
Act = Callable[[Actor], object]


def ready_and_elsewhere(project: Project, item: MapItem) -> bool:
    """An item that may start now, of another department than the filing unit, whose limit its law lets be extended or not."""
    from yinuo.apps.onemap.actions.common import waiting_for

    return item.state == "open" and not waiting_for(item) and item.department.key != "development_reform" and bool(item.limit_value)


def act_of(world: World, action: str) -> Act:
    """The action ready to be done, everything in place but its actor. Rows are read anew: nothing leaks from one actor to the next."""
    # A zone's result is shared on the map; what has to be in place for it belongs to the room that publishes it.
    room = "regional" if action in ("onemap.share_result", "onemap.end_sharing") else action.split(".")[0]
    if room in ABOVE:
        found: Act = ABOVE[room].act_of(world, action)
        return found
    if action.split(" ")[0] in AFTER_A_DECISION:
        return of_decisions(world, action)
    if action in COORDINATING:
        return of_coordination(world, action)
    return {"people": of_people, "infochain": of_infochain, "projects": of_projects, "onemap": of_onemap}.get(room, of_the_rest)(
        world, action
    )


def of_people(world: World, action: str) -> Act:
    member = Membership.objects.get(person=world.approver, department=world.department, role="approver")
    colleague = world.county.add("approver", world.department.key)
    asked = people.ask_binding(actor=world.actor("unit of nobody"), person=world.newcomer, unit=world.company.unit, basis="授权书", at=NOON)
    reserved = ProjectUnit.objects.create(name="积石山县花椒油有限公司", type="enterprise", reservation_no="（甘）名称预核〔2026〕第1号")
    later = NOON + timedelta(days=30)

    def key(actor: Actor, **of: Any) -> object:
        return people.issue_key(actor=actor, name="机器", expires_at=later, at=NOON, **of)

    standing_in = held = 0
    if action == "people.end_delegation":
        standing_in = people.delegate(
            actor=world.actor("approver"), person=world.approver, substitute=colleague.person,
            from_on=TODAY, to_on=date(2026, 12, 1), reason="休假", at=NOON,
        ).pk  # fmt: skip
    if action == "people.revoke_key":
        made, _ = people.issue_key(actor=Actor.system(), person=world.approver, membership=member, name="机器", expires_at=later, at=NOON)
        held = made.pk
    acts: dict[str, Act] = {
        "people.ask_binding": lambda actor: people.ask_binding(
            actor=actor, person=world.newcomer, unit=world.neighbour.unit, basis="法定代表人授权", at=NOON
        ),
        "people.authorise": lambda actor: people.authorise(
            actor=actor,
            unit_id=world.company.unit.pk,
            account=colleague.person.username,
            name=colleague.person.name,
            basis="授权委托书",
            letter_id=1,
            may_sign=True,
            from_on=TODAY,
            to_on=None,
            at=NOON,
        ),
        "people.confirm_binding": lambda actor: people.confirm_binding(
            actor=actor, binding=AuthorisedPerson.objects.get(pk=asked.pk), may_sign=True, at=NOON
        ),
        "people.end_binding": lambda actor: people.end_binding(
            actor=actor, binding=AuthorisedPerson.objects.get(pk=world.company.binding.pk), at=NOON, why="离职"
        ),
        "people.register_unit": lambda actor: people.register_unit(
            actor=actor, credit_code=make_credit_code("622927", "00000078"), name="新来的企业", type="enterprise", at=NOON
        ),
        "people.register_reserved_unit": lambda actor: people.register_reserved_unit(
            actor=actor, name="积石山县百合食品有限公司", type="enterprise", reservation_no="（甘）名称预核〔2026〕第2号", at=NOON
        ),
        "people.give_credit_code": lambda actor: people.give_credit_code(
            actor=actor, unit_id=reserved.pk, credit_code=make_credit_code("622927", "00000077"), at=NOON
        ),
        "people.open_account": lambda actor: people.open_account(actor=actor, username="new", name="新人", email="n@example.org", at=NOON),
        "people.change_account": lambda actor: people.change_account(
            actor=actor, person_id=world.newcomer.pk, changes={"phone": "13900000000"}, at=NOON
        ),
        "people.change_department": lambda actor: people.change_department(
            actor=actor, department_id=world.department.pk, phone="0930-7720000", at=NOON
        ),
        "people.correct_unit": lambda actor: people.correct_unit(
            actor=actor, unit_id=world.company.unit.pk, changes={"address": "吹麻滩镇1号"}, why="营业执照变更", at=NOON
        ),
        "people.give_role": lambda actor: people.give_role(
            actor=actor, person=world.newcomer, department=world.department, role="principal", at=NOON, from_on=TODAY
        ),
        "people.end_role": lambda actor: people.end_role(actor=actor, membership=Membership.objects.get(pk=member.pk), at=NOON, why="轮岗"),
        "people.delegate": lambda actor: people.delegate(
            actor=actor, person=world.approver, substitute=colleague.person, from_on=TODAY, to_on=date(2026, 12, 1), reason="休假", at=NOON
        ),
        "people.end_delegation": lambda actor: people.end_delegation(actor=actor, delegation_id=standing_in, at=NOON, why="提前回来"),
        "people.revoke_key": lambda actor: people.revoke_key(actor=actor, key_id=held, at=NOON, why="丢失"),
        "people.issue_key for a role": lambda actor: key(actor, person=world.approver, membership=Membership.objects.get(pk=member.pk)),
        "people.issue_key for a unit": lambda actor: key(actor, person=world.company.person, unit=world.company.unit),
        "people.issue_key for another system": lambda actor: key(actor, person=world.newcomer),
    }
    return acts[action]


def of_infochain(world: World, action: str) -> Act:
    chain_keys.forget()
    office = world.department
    if action == "infochain.begin":
        IssuerKey.objects.filter(department=None).delete()
    if action in ("infochain.rotate_key", "infochain.revoke_retired_keys"):
        infochain.add_key(actor=Actor.system(), department_id=office.pk, at=NOON)
    at_work = IssuerKey.objects.filter(department=office).values_list("pk", flat=True).first() or 0
    if action == "infochain.revoke_retired_keys":
        infochain.rotate_key(actor=Actor.system(), key_id=at_work, reason="到期更换", at=NOON)
    acts: dict[str, Act] = {
        "infochain.begin": lambda actor: infochain.begin(actor=actor, at=NOON),
        "infochain.add_key": lambda actor: infochain.add_key(actor=actor, department_id=office.pk, at=NOON),
        "infochain.rotate_key": lambda actor: infochain.rotate_key(actor=actor, key_id=at_work, reason="到期更换", at=NOON),
        "infochain.revoke_retired_keys": lambda actor: infochain.revoke_retired_keys(actor=actor, at=LATE),
        "infochain.keep_audit": lambda actor: infochain.keep_audit(actor=actor, report=Report(), milliseconds=3, at=NOON),
        "infochain.erase": lambda actor: infochain.erase(
            actor=actor, label=world.project.code or "", why="个人信息保护法第四十七条", at=NOON
        ),
    }
    return acts[action]


def of_the_rest(world: World, action: str) -> Act:
    matter = world.item.matter_id
    old = new = 0
    if action in ("documents.retire_file", "documents.restore_file", "documents.replace_file"):
        old, new = world.upload(b"1"), world.upload(b"2")
    if action == "documents.restore_file":
        documents.retire_file(actor=world.company.actor, file_id=old, at=NOON)
    mine = work.save_filter(actor=world.actor("approver"), name="我的", query="light=red", at=NOON) if action.endswith("_filter") else None
    if action in ("work.reassign", "work.reassign_all", "work.remind"):
        world.received()
        WorkItem.objects.filter(pk=world.clock().pk).update(assignee=world.approver)
    colleague = world.county.add("approver", world.department.key).person
    promisable = next(m.id for m in pack().matters.values() if m.department == world.department.key and m.standard_at(TODAY)) if (
        action == "catalogue.offer_commitment"
    ) else ""  # fmt: skip
    tolerated = next(m for m in pack().matters.values() if m.department == world.department.key and m.handling == "promised")
    lacking = [row.id for row in tolerated.materials if not row.main]
    acts: dict[str, Act] = {
        "catalogue.offer_commitment": lambda actor: catalogue.offer_commitment(
            actor=actor, department=world.department, matter_id=promisable, offered=True, from_on=TODAY, basis="局务会", at=NOON
        ),
        "catalogue.publish_tolerance": lambda actor: catalogue.publish_tolerance(
            actor=actor,
            department=world.department,
            matter_id=tolerated.id,
            materials=lacking,
            days=5,
            from_on=TODAY,
            basis="公示",
            at=NOON,
        ),
        "catalogue.set_handler": lambda actor: catalogue.set_handler(
            actor=actor, department=world.department, matter_id=matter, person=world.approver, at=NOON
        ),
        "work.reassign": lambda actor: work.reassign(actor=actor, item=world.clock(), person=colleague, at=NOON),
        "work.reassign_all": lambda actor: work.reassign_all(actor=actor, person=world.approver, to=colleague, at=NOON, why="休假"),
        "work.remind": lambda actor: work.remind(actor=actor, item=world.clock(), note="请加快", at=NOON),
        "work.import_calendar": lambda actor: work.import_calendar(
            actor=actor, days=[DayNotice(date(2027, 2, 10), working=False, name="春节", cites=())], source="通知", at=NOON
        ),
        "work.save_filter": lambda actor: work.save_filter(actor=actor, name="急件", query="light=yellow", at=NOON),
        "work.rename_filter": lambda actor: work.rename_filter(actor=actor, filter_id=mine.pk, name="改名", at=NOON) if mine else None,
        "work.remove_filter": lambda actor: work.remove_filter(actor=actor, filter_id=mine.pk) if mine else None,
        "work.ask_export": lambda actor: work.ask_export(
            actor=actor, listing="inbox", query="box=mine", ending="xlsx", job="yinuo.web.tasks.make_export", at=NOON
        ),
        "documents.store_upload into the unit's library": lambda actor: documents.store_upload(
            actor=actor, name="图.pdf", content=PDF, unit_id=world.company.unit.pk, at=NOON
        ),
        "documents.store_upload into nobody's": lambda actor: documents.store_upload(
            actor=actor, name="图.pdf", content=PDF, unit_id=None, at=NOON
        ),
        "documents.retire_file": lambda actor: documents.retire_file(actor=actor, file_id=old, at=NOON),
        "documents.restore_file": lambda actor: documents.restore_file(actor=actor, file_id=old, at=NOON),
        "documents.replace_file": lambda actor: documents.replace_file(actor=actor, file_id=old, newer_id=new, at=NOON),
    }
    return acts[action]


def of_projects(world: World, action: str) -> Act:
    unit, pk = world.company.unit.pk, world.project.pk
    draft = projects.open_draft(actor=world.company.actor, unit_id=unit, facts=facts(), at=NOON).pk
    question = world.question().pk if "question" in action or "_answer" in action else 0
    said = {"text": "验收要多久？", "answer": "两天。"}
    if "_answer" in action:
        projects.answer_question(actor=world.actor("general_convener"), question_id=question, answer="两天", at=NOON)
    if action == "projects.withdraw_answer":
        projects.publish_answer(actor=world.actor("general_convener"), question_id=question, at=NOON, **said)
    if action == "projects.report_participant":
        projects.report_progress(actor=world.company.actor, project_id=pk, kind="start", on=TODAY, at=NOON)
    builder = {"role": "design", "name": "设计院", "credit_code": "91620000710375659T", "qualification": "甲级"}
    built = 0
    if action == "projects.end_participant":
        built = projects.report_participant(actor=world.company.actor, project_id=pk, at=NOON, **builder).pk

    def file(actor: Actor) -> object:
        return projects.file_project(actor=actor, unit_id=unit, facts=facts(name="又一个项目"), pledged=True, at=NOON)

    def recode(actor: Actor) -> object:
        return projects.recode(
            actor=actor, project_id=pk, facts={"site": {"address": "积石山县大河家镇1号"}}, pledged=True, reason="选址变化", at=NOON
        )

    acts: dict[str, Act] = {
        "projects.open_draft": lambda actor: projects.open_draft(actor=actor, unit_id=unit, facts=facts(), at=NOON),
        "projects.save_draft": lambda actor: projects.save_draft(
            actor=actor, draft_id=draft, facts={"name": "改名"}, step="site", version=None, at=NOON
        ),
        "projects.file_project": file,
        "projects.amend": lambda actor: projects.amend(
            actor=actor, project_id=pk, changes={"total_investment": "8700"}, reason="扩建", at=NOON
        ),
        "projects.recode": recode,
        "projects.report_progress": lambda actor: projects.report_progress(actor=actor, project_id=pk, kind="start", on=TODAY, at=NOON),
        "projects.report_participant": lambda actor: projects.report_participant(actor=actor, project_id=pk, at=NOON, **builder),
        "projects.end_participant": lambda actor: projects.end_participant(actor=actor, participant_id=built, why="合同解除", at=NOON),
        "projects.ask_question": lambda actor: projects.ask_question(actor=actor, project_id=pk, text="何时？", at=NOON),
        "projects.pass_question": lambda actor: projects.pass_question(actor=actor, question_id=question, department_key="water", at=NOON),
        "projects.answer_question": lambda actor: projects.answer_question(actor=actor, question_id=question, answer="两天", at=NOON),
        "projects.publish_answer": lambda actor: projects.publish_answer(actor=actor, question_id=question, at=NOON, **said),
        "projects.withdraw_answer": lambda actor: projects.withdraw_answer(actor=actor, question_id=question, why="规定变了", at=NOON),
        "projects.decide_by_hand": lambda actor: projects.decide_by_hand(
            actor=actor, project_id=world.manual.pk, approve=True, why="符合规定", at=NOON
        ),
        "projects.withdraw_filing": lambda actor: projects.withdraw_filing(
            actor=actor, project_id=world.fresh.pk, problem="应办核准", at=NOON
        ),
        "projects.terminate": lambda actor: projects.terminate(actor=actor, project_id=pk, why="不建了", at=NOON),
        "projects.confirm_facts": lambda actor: confirm_facts(
            actor=actor, project_id=pk, answers={"confirmations.eia_142": True}, note="现场核实", at=NOON
        ),
    }
    return acts[action]


def of_onemap(world: World, action: str) -> Act:
    item = world.item.pk
    before: dict[str, Callable[[], None]] = {
        "onemap.withdraw_application": world.received, "onemap.accept": world.received, "onemap.send_back": world.received,
        "onemap.refuse_acceptance": world.received,
        "onemap.pause_item": world.accepted, "onemap.resume_item": world.paused, "onemap.extend_item": world.accepted,
        "onemap.decide": world.accepted, "onemap.deliver": world.granted, "onemap.open_escalation": world.late,
        "onemap.close_escalation": world.escalated,
    }  # fmt: skip
    before.get(action, lambda: None)()
    answer, file, problem = GuidanceAnswer(), None, 0
    if action == "onemap.answer_guidance":
        answer = GuidanceAnswer.objects.get(guidance__project=world.reviewed, department=world.department, answered_at__isnull=True)
    if action == "onemap.submit_materials":
        file = documents.store_upload(actor=world.company.actor, name="图.pdf", content=PDF, unit_id=world.company.unit.pk, at=NOON)
    if action == "onemap.handle_problem":
        problem = onemap.report_problem(actor=world.actor("supervisor"), item_id=item, text="超期", at=NOON).pk
    rows = [{**row, "needed": "no" if row["needed"] == "unknown" else row["needed"]} for row in answer.matters]
    points = [{"code": "incomplete.material_missing", "subject": "图", "request": "补交"}]
    acts: dict[str, Act] = {
        "onemap.confirm_review": lambda actor: onemap.confirm_review(actor=actor, project_id=world.fresh.pk, at=NOON),
        "onemap.answer_guidance": lambda actor: onemap.answer_guidance(actor=actor, answer_id=answer.pk, matters=rows, at=NOON),
        "onemap.submit_materials": lambda actor: onemap.submit_materials(
            actor=actor, item_id=item, materials=[{"id": m["id"], "file": file.pk if file else 0} for m in world.item.materials], at=NOON
        ),
        "onemap.withdraw_application": lambda actor: onemap.withdraw_application(actor=actor, item_id=item, why="改方案", at=NOON),
        "onemap.accept": lambda actor: onemap.accept(actor=actor, item_id=item, at=NOON),
        "onemap.send_back": lambda actor: onemap.send_back(
            actor=actor, item_id=item, kind="incomplete", points=points, reason="缺图", at=NOON
        ),
        "onemap.refuse_acceptance": lambda actor: onemap.refuse_acceptance(
            actor=actor, item_id=item, reason_code="not_accepted.not_competent", document_number="不受1", text="不归本部门", at=NOON
        ),
        "onemap.pause_item": lambda actor: onemap.pause_item(actor=actor, item_id=item, reason="expert_review", note="评审", at=NOON),
        "onemap.resume_item": lambda actor: onemap.resume_item(actor=actor, item_id=item, note="评审完", at=NOON),
        "onemap.extend_item": lambda actor: onemap.extend_item(actor=actor, item_id=item, days=1, reason="情况复杂", at=NOON),
        "onemap.decide": lambda actor: onemap.decide(actor=actor, item_id=item, granted=True, document_number="乙1", text="", at=NOON),
        "onemap.deliver": lambda actor: onemap.deliver(actor=actor, item_id=item, how="在线", at=NOON),
        "onemap.open_escalation": lambda actor: onemap.open_escalation(
            actor=actor, item_id=item, urged=[world.approver.pk], agreed="三日内办结", agreed_until=None, at=LATE
        ),
        "onemap.close_escalation": lambda actor: onemap.close_escalation(actor=actor, item_id=item, outcome="已办结", at=LATE),
        "onemap.report_problem": lambda actor: onemap.report_problem(actor=actor, item_id=item, text="超期", at=NOON),
        "onemap.handle_problem": lambda actor: onemap.handle_problem(actor=actor, problem_id=problem, handling="已办", at=NOON),
        "onemap.move_rules_on": lambda actor: move_rules_on(actor=actor, project_id=world.project.pk, to=TODAY, reason="新规定", at=NOON),
        "onemap.take_in_result": lambda actor: onemap.take_in_result(
            actor=actor, system="工程审批系统", external_id="E-9", project_code=world.project.code or "",
            matter_id=world.item.matter_id, status_code=11, document_number="丙1", at=NOON,
        ),
    }  # fmt: skip
    return acts[action]


AFTER_A_DECISION = {
    "onemap.apply_anew", "onemap.ask_document", "onemap.withdraw_document_request", "onemap.accept_document_request",
    "onemap.return_document_request", "onemap.give_document", "onemap.deliver_document", "onemap.enter_remedy", "onemap.conclude_remedy",
}  # fmt: skip


def of_decisions(world: World, action: str) -> Act:
    """What follows a decision: applied for anew, its document given later, taken to another body."""
    item, points = world.item.pk, [{"code": "incomplete.material_missing", "subject": "图", "request": "补交"}]
    stages = {"onemap.give_document": "accepted", "onemap.deliver_document": "issued"}
    asked = remedy = 0
    if action in ("onemap.apply_anew", "onemap.enter_remedy"):
        world.refused()
    elif action.startswith("onemap.conclude_remedy"):
        remedy = world.remedy("complaint" if action.endswith("complaint") else "reconsideration")
    elif action == "onemap.ask_document":
        world.granted()
        MapItem.objects.filter(pk=item).update(route="commitment")
    else:
        asked = world.document_asked(stages.get(action, "received"))
    materials = world.whole() if action == "onemap.ask_document" else []
    outcome_of = "unjustified" if action.endswith("complaint") else "upheld"
    one: dict[str, Any] = {"asked_id": asked, "at": NOON}
    acts: dict[str, Act] = {
        "onemap.apply_anew": lambda actor: onemap.apply_anew(actor=actor, item_id=item, why="已改", at=NOON),
        "onemap.ask_document": lambda actor: onemap.ask_document(actor=actor, item_id=item, materials=materials, purpose="贷款", at=NOON),
        "onemap.withdraw_document_request": lambda actor: onemap.withdraw_document_request(actor=actor, why="不要了", **one),
        "onemap.accept_document_request": lambda actor: onemap.accept_document_request(actor=actor, **one),
        "onemap.return_document_request": lambda actor: onemap.return_document_request(actor=actor, points=points, reason="缺", **one),
        "onemap.give_document": lambda actor: onemap.give_document(actor=actor, granted=True, document_number="批2", text="", **one),
        "onemap.deliver_document": lambda actor: onemap.deliver_document(actor=actor, how="在线", **one),
        "onemap.enter_remedy": lambda actor: onemap.enter_remedy(
            actor=actor, item_id=item, kind="complaint", body="政务大厅", filed_on=TODAY, text="不服", at=NOON
        ),
        "onemap.conclude_remedy": lambda actor: onemap.conclude_remedy(
            actor=actor, remedy_id=remedy, outcome=outcome_of, answer="已核查", concluded_on=TODAY, at=NOON
        ),
    }  # fmt: skip
    return acts[action.split(" ")[0]]


COORDINATING = {
    "onemap.request_coordination", "onemap.start_coordination", "onemap.decline_coordination",
    "onemap.call_meeting", "onemap.give_coordination_opinion", "onemap.conclude_coordination",
}  # fmt: skip


def of_coordination(world: World, action: str) -> Act:
    world.accepted()
    others = Department.objects.filter(hall=world.county.hall, key__in=["housing", "meteorology"]).exclude(pk=world.department.pk)
    said: dict[str, Any] = {
        "item_id": world.item.pk, "issue_text": "红线交叉", "department_ids": list(others.values_list("pk", flat=True)[:1]), "at": NOON,
    }  # fmt: skip
    pk = onemap.request_coordination(actor=world.actor("approver"), **said).pk if action != "onemap.request_coordination" else 0
    if action in ("onemap.call_meeting", "onemap.give_coordination_opinion", "onemap.conclude_coordination"):
        onemap.start_coordination(actor=world.actor("stage_convener"), coordination_id=pk, at=NOON)
    one: dict[str, Any] = {"coordination_id": pk, "at": NOON}
    acts: dict[str, Act] = {
        "onemap.request_coordination": lambda actor: onemap.request_coordination(actor=actor, **said),
        "onemap.start_coordination": lambda actor: onemap.start_coordination(actor=actor, **one),
        "onemap.decline_coordination": lambda actor: onemap.decline_coordination(actor=actor, why="不必", **one),
        "onemap.call_meeting": lambda actor: onemap.call_meeting(actor=actor, meeting_at=LATE, place="三楼", **one),
        "onemap.give_coordination_opinion": lambda actor: onemap.give_coordination_opinion(actor=actor, text="可以", **one),
        "onemap.conclude_coordination": lambda actor: onemap.conclude_coordination(actor=actor, conclusion="按新方案", **one),
    }
    return acts[action]


# -- the matrix


@pytest.fixture(scope="module")
def standing(test_database: TestDatabase, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One world for the whole file: made once in a database of its own, every test takes back what it did."""
    name = test_database.clone()
    with django_db_blocker.unblock(), test_database.pointing_at(name):
        yield World(new_county(), new_company())
    test_database.done_with(name)


@pytest.fixture
def world(standing: World) -> Iterator[World]:
    with transaction.atomic():
        yield standing
        transaction.set_rollback(True)
    standing.item.refresh_from_db()


class Undone(Exception):
    """Takes back what an allowed action did."""


def refusal(act: Act, actor: Actor) -> str:
    """“forbidden”, or what came instead; nothing is taken back, so that a row left behind is seen."""
    try:
        act(actor)
    except Forbidden:
        return "forbidden"
    except Refused as other:
        return f"refused: {other}"
    return "done"


def outcome(act: Act, actor: Actor) -> str:
    """“forbidden”, “refused” (for another reason) or “done”; what was done is taken back."""
    try:
        with transaction.atomic():
            act(actor)
            raise Undone
    except Forbidden:
        return "forbidden"
    except Refused as refusal:
        return f"refused: {refusal}"
    except Undone:
        return "done"


@pytest.mark.parametrize("action", sorted(MAY))
def test_each_action_is_open_to_exactly_those_the_table_names_and_whoever_is_refused_leaves_no_row(world: World, action: str) -> None:
    act = act_of(world, action)
    before = counts()
    for name in sorted(set(ACTORS) - MAY[action]):
        assert refusal(act, world.actor(name)) == "forbidden", name
    assert counts() == before
    found = {name: outcome(act, world.actor(name)) for name in sorted(MAY[action])}
    assert "forbidden" not in found.values(), found
    # Nothing passes for “allowed” only because the thing was in the wrong state – but for what the matter's law does not allow.
    assert "done" in found.values() or action == "onemap.extend_item", found


def test_the_actors_of_the_matrix_have_every_role() -> None:
    assert {name.split()[0] for name in ACTORS} == set(ROLES)
    assert set().union(*MAY.values()) <= set(ACTORS)


# -- nothing is left out


def public_actions(room: str) -> set[str]:
    """The public functions of a room that are marked as writes."""
    package = importlib.import_module(f"yinuo.apps.{room}.actions")
    modules = [package]
    if hasattr(package, "__path__"):
        modules += [importlib.import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__)]
    return {
        f"{room}.{name}"
        for module in modules
        for name, value in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and hasattr(value, "__wrapped__") and value.__module__ == module.__name__
    }


def actions_with_an_actor_but_no_mark(room: str) -> set[str]:
    package = importlib.import_module(f"yinuo.apps.{room}.actions")
    exported = getattr(package, "__all__", [name for name in vars(package) if not name.startswith("_")])
    functions = [vars(package)[name] for name in exported if inspect.isfunction(vars(package)[name])]
    return {
        f"{room}.{function.__name__}"
        for function in functions
        if function.__module__.startswith(package.__name__)
        and "actor" in inspect.signature(function).parameters
        and not hasattr(function, "__wrapped__")
    }


def test_every_action_of_every_room_stands_in_a_matrix() -> None:
    known = {action.split(" ")[0] for action in MAY} | INNER | ASKED_BY_THE_PAGE | OPEN_TO_EVERYBODY | BY_THE_CLOCK
    known |= {f"credit.{name}" for name in test_credit_access.ALLOWED}
    for names in IN_OTHER_FILES.values():
        known |= {f"commitments.{name}" for name in names}
    found = set().union(*(public_actions(room) | actions_with_an_actor_but_no_mark(room) for room in ROOMS)) - READS
    assert found == known, {"in no matrix": sorted(found - known), "no longer there": sorted(known - found)}


def test_no_function_takes_an_actor_without_being_an_action() -> None:
    """But for what writes nothing, and what commits row by row on purpose: each row is an action of its own."""
    unmarked = set().union(*(actions_with_an_actor_but_no_mark(room) for room in ROOMS))
    assert unmarked == READS | {"credit.import_scores", "credit.rebuild", "credit.send_public"}


@pytest.mark.parametrize("file", sorted(IN_OTHER_FILES))
def test_the_matrices_of_the_rooms_above_name_their_actions(file: str) -> None:
    """In the matrix itself, or where somebody is seen to be forbidden."""
    tree = ast.parse((Path(__file__).parent / file).read_text(encoding="utf-8"))
    places: list[ast.AST] = [node for node in tree.body if isinstance(node, ast.FunctionDef) and "belongs_to_its_role" in node.name]
    assert len(places) == 1
    places += [node for node in ast.walk(tree) if isinstance(node, ast.With) and "Forbidden" in ast.unparse(node.items[0])]
    calls = [node for place in places for node in ast.walk(place) if isinstance(node, ast.Call)]
    called = {node.func.id for node in calls if isinstance(node.func, ast.Name)}
    assert IN_OTHER_FILES[file] <= called, sorted(IN_OTHER_FILES[file] - called)


def test_no_page_and_no_interface_calls_a_step_that_asks_nobody() -> None:
    inner = {name.split(".")[1] for name in INNER}
    found = []
    for path in sorted([*(SOURCE / "web").rglob("*.py"), *(SOURCE / "api").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and ".actions" in f"{node.module}.":
                found += [f"{path.name}: {alias.name}" for alias in node.names if alias.name in inner]
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "actions" and node.attr in inner:
                found.append(f"{path.name}: {node.attr}")
    assert found == []


# -- holes once found


def test_a_role_or_binding_that_has_ended_gives_no_actor(county: County, company: Company) -> None:
    member = county.add("approver", "water")
    Membership.objects.filter(pk=member.pk).update(to_on=TODAY)
    AuthorisedPerson.objects.filter(pk=company.binding.pk).update(to_on=TODAY)
    assert memberships_of(member.person, date(2026, 11, 5)) != []
    assert memberships_of(member.person, TODAY) == []
    assert bindings_of(company.person, date(2026, 11, 5)) != []
    assert bindings_of(company.person, TODAY) == []


@pytest.mark.parametrize("of", ["role", "unit"])
def test_a_machines_key_ends_with_the_role_or_the_binding_it_speaks_for(county: County, company: Company, of: str) -> None:
    member = county.add("approver", "water")
    administrator = county.actor("administrator")
    whose: dict[str, Any] = {"person": member.person, "membership": member} if of == "role" else {
        "person": company.person, "unit": company.unit
    }  # fmt: skip
    _, secret = people.issue_key(actor=administrator, name="机器", expires_at=LATE, at=NOON, **whose)
    assert actor_of_key(secret, NOON) is not None
    if of == "role":
        people.end_role(actor=administrator, membership=member, at=NOON, why="轮岗")
    else:
        people.end_binding(actor=administrator, binding=company.binding, at=NOON, why="离职")
    assert actor_of_key(secret, NOON) is None


def test_a_key_is_given_only_for_what_its_person_holds(county: County, company: Company) -> None:
    administrator = county.actor("administrator")
    stranger = new_person("外人")
    for whose in ({"unit": company.unit}, {"membership": county.add("approver", "water")}):
        with pytest.raises(Refused, match="没有这个角色或者单位授权"):
            people.issue_key(actor=administrator, person=stranger, name="机器", expires_at=LATE, at=NOON, **whose)  # type: ignore[arg-type]


def test_what_happens_before_eight_in_the_morning_belongs_to_the_countys_day(county: County) -> None:
    """An instant as the server has it (UTC) is still in yesterday until 08:00 here."""
    member = county.add("approver", "water")
    early = at("2026-11-06 07:30").astimezone(tz=__import__("datetime").UTC)
    assert early.date() == date(2026, 11, 5)
    ended = people.end_role(actor=county.actor("administrator"), membership=member, at=early, why="轮岗")
    assert ended.to_on == TODAY
    assert memberships_of(member.person, date(2026, 11, 5)) != []


def test_a_role_the_house_does_not_know_is_not_given(county: County) -> None:
    office = Department.objects.get(hall=county.hall, key="water")
    with pytest.raises(Refused, match="请选择角色"):
        people.give_role(
            actor=county.actor("administrator"), person=new_person("甲"), department=office, role="mayor", at=NOON, from_on=TODAY
        )


def test_a_role_that_has_not_begun_can_be_ended(county: County) -> None:
    office = Department.objects.get(hall=county.hall, key="water")
    administrator = county.actor("administrator")
    later = date(2026, 12, 1)
    member = people.give_role(actor=administrator, person=new_person("甲"), department=office, role="approver", at=NOON, from_on=later)
    people.end_role(actor=administrator, membership=member, at=NOON, why="不来了")
    assert memberships_of(member.person, later) == []


def test_somebody_whose_role_has_run_out_stands_in_for_nobody(county: County) -> None:
    leaving, member = county.add("approver", "water"), county.add("approver", "water")
    Membership.objects.filter(pk=leaving.pk).update(to_on=TODAY)
    with pytest.raises(Refused, match="不在同一部门"):
        people.delegate(
            actor=actor_of_membership(member), person=member.person, substitute=leaving.person,
            from_on=TODAY, to_on=date(2026, 12, 1), reason="休假", at=NOON,
        )  # fmt: skip


def test_nothing_is_urged_or_moved_when_it_is_done(county: County, company: Company) -> None:
    project = guided(county, company)
    item = ready(project)
    hand_in(company, item, NOON)
    receipt = WorkItem.objects.get(kind="receipt")
    onemap.accept(actor=county.actor("approver", item.department.key), item_id=item.pk, at=NOON)
    # The page was opened before: the row in hand still says it is open, the one in the database counts.
    with pytest.raises(Refused, match="已经办完"):
        work.reassign(actor=county.actor("general_convener"), item=receipt, person=county.person("approver", item.department.key), at=NOON)
    receipt.refresh_from_db()
    with pytest.raises(Refused, match="已经办完"):
        work.remind(actor=county.actor("supervisor"), item=receipt, note="快", at=NOON)


def test_a_question_goes_to_a_department_that_exists_and_only_until_it_is_answered(county: County, company: Company) -> None:
    project = guided(county, company)
    convener = county.actor("general_convener")
    question = projects.ask_question(actor=company.actor, project_id=project.pk, text="要多久？", at=NOON)
    with pytest.raises(Refused, match="请选择承办部门"):
        projects.pass_question(actor=convener, question_id=question.pk, department_key="nowhere", at=NOON)
    projects.answer_question(actor=convener, question_id=question.pk, answer="两天", at=NOON)
    with pytest.raises(Refused, match="已经答复"):
        projects.pass_question(actor=convener, question_id=question.pk, department_key="water", at=NOON)


def test_a_files_reader_is_its_unit_or_the_staff(county: County, company: Company) -> None:
    file = documents.store_upload(actor=company.actor, name="图.pdf", content=PDF, unit_id=company.unit.pk, at=ANSWERED)
    assert documents_access.can_read_file(company.actor, file)
    assert documents_access.can_read_file(county.actor("approver"), file)
    for actor in (new_company("甘肃别家有限公司").actor, replace(company.actor, unit_id=None), Actor.public(), Actor.system()):
        assert not documents_access.can_read_file(actor, file)


def test_only_people_of_the_hall_are_urged(county: County, company: Company) -> None:
    project = guided(county, company)
    item = ready(project)
    hand_in(company, item, at("2026-11-06 09:00"))
    work.tick(LATE)
    outsider: Person = new_person("外人")
    with pytest.raises(Refused, match="请选择催办的人员"):
        onemap.open_escalation(
            actor=county.actor("general_convener"), item_id=item.pk, urged=[outsider.pk], agreed="尽快", agreed_until=None, at=LATE
        )
