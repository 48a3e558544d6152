"""Who may do what with credit: every role × every action × own or other, through the actions themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.apps.county import BEGAN, Company, County, new_company, new_person
from tests.apps.points import ACT, NOON, PROJECT, file_of, propose, take
from yinuo.engine.base import ROLES, Actor, Forbidden
from yinuo.engine.people.models import Department, Hall, Membership, Region
from yinuo.engine.people.queries import actor_of_membership
from yinuo.rooms.credit import access, queries
from yinuo.rooms.credit.actions import (
    ask_relief,
    ask_review,
    check_evaluations,
    consent,
    decide_relief,
    execute,
    import_score,
    import_scores,
    list_at_province,
    propose_points,
    refuse_consent,
    send_public,
    take_evaluations,
    withdraw_proposal,
)
from yinuo.rooms.credit.models import CreditRelief, PointProposal

WHERES = ("own", "other_department", "other_hall")
ANYWHERE = set(WHERES)

# Which role, from where, may: own = the hall and the department (or unit) the thing belongs to.
ALLOWED: dict[str, dict[str, set[str]]] = {
    "import_score": {"administrator": ANYWHERE, "comprehensive": ANYWHERE, "system": ANYWHERE},
    "import_scores": {"administrator": ANYWHERE, "comprehensive": ANYWHERE, "system": ANYWHERE},
    "check_evaluations": {"administrator": ANYWHERE, "comprehensive": ANYWHERE, "system": ANYWHERE},
    "take_evaluations": {"administrator": ANYWHERE, "comprehensive": ANYWHERE, "system": ANYWHERE},
    "send_public": {"administrator": ANYWHERE, "comprehensive": ANYWHERE, "system": ANYWHERE},
    "list_at_province": {"administrator": ANYWHERE, "comprehensive": ANYWHERE, "system": ANYWHERE},
    "propose_points": {"approver": {"own"}, "system": ANYWHERE},
    "withdraw_proposal": {"approver": {"own"}},
    "consent": {"principal": {"own"}},
    "refuse_consent": {"principal": {"own"}},
    "execute": {"general_convener": {"own", "other_department"}},
    "ask_relief": {"unit": {"own"}},
    "ask_review": {"unit": {"own"}},
    "decide_relief": {"approver": {"own"}},
}


class Deaf:
    """A platform that takes everything."""

    def send(self, key: str, body: dict[str, object]) -> str:
        return "ok"


class World:
    """A county with something to act on in every state, and an actor for every role and place."""

    def __init__(self, county: County, company: Company) -> None:
        self.county, self.company = county, company
        self.other = new_company("甘肃保安腰刀文旅有限公司")
        self.matter = (
            county.people["approver", "natural_resources"].department
            if county.actor("approver", "natural_resources")
            else None
        )
        self.hall = Hall.objects.create(name="别的大厅", region=Region.objects.create(code="622926", name="东乡县"))
        for key in ("development_reform", "natural_resources"):
            Department.objects.create(hall=self.hall, key=key, name=key, short_name=key)

    def actor(self, action: str, role: str, where: str) -> Actor:
        if role == "system":
            return Actor.system()
        if role == "public":
            return Actor.public()
        if role == "unit":
            return self.company.actor if where == "own" else self.other.actor
        own = (
            "natural_resources"
            if action in ("propose_points", "withdraw_proposal", "decide_relief")
            else "development_reform"
        )
        key = {"own": own, "other_department": "water", "other_hall": own}[where]
        hall = self.hall if where == "other_hall" else self.county.hall
        office = Department.objects.get(hall=hall, key=key)
        member = Membership.objects.create(
            person=new_person(f"{role}在{office}"), department=office, role=role, from_on=BEGAN
        )
        return actor_of_membership(member)

    def proposal(self, consented: bool = False) -> PointProposal:
        proposal = propose(self.county, self.company)
        if consented:
            consent(actor=self.county.actor("principal"), proposal_id=proposal.pk, note="", at=NOON)
        return proposal

    def relief(self) -> CreditRelief:
        event = take(self.county, self.company)
        return ask_relief(actor=self.company.actor, event_id=event.pk, kind="objection", text="并未擅自开工", at=NOON)

    def prepare(self, action: str) -> Callable[[Actor], object]:
        """The action, ready but for its actor."""
        unit = self.company.unit.pk
        if action == "import_score":
            return lambda actor: import_score(
                actor=actor, unit_id=unit, score="70", source="评价", on=NOON.date(), at=NOON
            )
        if action == "import_scores":
            return lambda actor: import_scores(actor=actor, rows=[], source="评价", at=NOON)
        if action in ("check_evaluations", "take_evaluations"):
            table = f"统一社会信用代码,评价分值,评价日期\n{self.company.unit.credit_code},70,2026-11-09\n".encode()
            file = {"name": "评价.csv", "content": table, "source": "省平台", "at": NOON}
            if action == "check_evaluations":
                return lambda actor: check_evaluations(actor=actor, **file)
            batch = check_evaluations(actor=Actor.system(), **file).pk
            return lambda actor: take_evaluations(actor=actor, batch_id=batch, at=NOON)
        if action == "send_public":
            take(self.county, self.company)
            return lambda actor: send_public(actor=actor, platform=Deaf(), clock=lambda: NOON)
        if action == "list_at_province":
            return lambda actor: list_at_province(
                actor=actor, unit_id=unit, listed=True, source="省平台", on=NOON.date(), at=NOON
            )
        if action == "propose_points":
            office = Department.objects.get(hall=self.county.hall, key="natural_resources").pk
            return lambda actor: propose_points(
                actor=actor,
                unit_id=unit,
                project_code=PROJECT,
                type="act",
                on=NOON.date(),
                data=ACT,
                basis="笔录",
                evidence=[file_of(actor)],
                department_id=office,
                at=NOON,
            )
        if action == "ask_relief":
            event = take(self.county, self.company).pk
            return lambda actor: ask_relief(actor=actor, event_id=event, kind="objection", text="有误", at=NOON)
        if action == "ask_review":
            refused = self.relief().pk
            judge = self.county.actor("approver", "natural_resources")
            decide_relief(actor=judge, relief_id=refused, accept=False, answer="不成立", at=NOON)
            return lambda actor: ask_review(actor=actor, relief_id=refused, text="不服", at=NOON)
        if action == "decide_relief":
            relief = self.relief().pk
            return lambda actor: decide_relief(actor=actor, relief_id=relief, accept=False, answer="不成立", at=NOON)
        proposal = self.proposal(consented=action == "execute").pk
        return {
            "withdraw_proposal": lambda actor: withdraw_proposal(
                actor=actor, proposal_id=proposal, why="有误", at=NOON
            ),
            "consent": lambda actor: consent(actor=actor, proposal_id=proposal, note="", at=NOON),
            "refuse_consent": lambda actor: refuse_consent(actor=actor, proposal_id=proposal, reason="不妥", at=NOON),
            "execute": lambda actor: execute(actor=actor, proposal_id=proposal, at=NOON),
        }[action]


@pytest.mark.parametrize("action", sorted(ALLOWED))
def test_every_role_may_do_exactly_what_the_matrix_says(county: County, company: Company, action: str) -> None:
    """Those who may not are tried first, on the one prepared thing; each who may gets a fresh one."""
    world = World(county, company)
    may = [(role, where) for role, wheres in ALLOWED[action].items() for where in sorted(wheres)]
    act = world.prepare(action)
    for role in ROLES:
        for where in WHERES:
            if (role, where) not in may:
                with pytest.raises(Forbidden):
                    act(world.actor(action, role, where))
    for number, (role, where) in enumerate(may):
        ready = act if number == 0 else World.prepare(_fresh(world, number), action)
        ready(world.actor(action, role, where))


def _fresh(world: World, number: int) -> World:
    """The same county, another company: what was done once cannot be done again."""
    world.company = new_company(f"第{number}家公司")
    return world


def test_the_role_alone_is_not_enough_without_its_department(county: County, company: Company) -> None:
    world = World(county, company)
    rootless = replace(county.actor("approver", "natural_resources"), department_id=None)
    with pytest.raises(Forbidden):
        world.prepare("propose_points")(rootless)
    with pytest.raises(Forbidden):
        propose_points(
            actor=company.actor,
            unit_id=company.unit.pk,
            project_code=PROJECT,
            type="act",
            on=NOON.date(),
            data=ACT,
            basis="自报",
            at=NOON,
        )


@pytest.mark.parametrize("role", sorted(ROLES))
def test_who_reads_a_units_history_its_proposals_and_its_applications(
    county: County, company: Company, role: str
) -> None:
    world = World(county, company)
    relief = world.relief()
    proposal = PointProposal.objects.get()
    own, elsewhere = world.actor("consent", role, "own"), world.actor("consent", role, "other_hall")
    staff = role in access.STAFF
    assert access.can_see(own, company.unit.pk) is (staff or role == "unit")
    assert access.can_see_relief(own, relief) is (staff or role == "unit")
    assert access.can_see(elsewhere, company.unit.pk) is staff
    assert access.can_see_proposal(own, proposal) is staff
    assert access.can_see_proposal(elsewhere, proposal) is False
    assert (proposal in queries.page(own).proposals) is staff
    assert queries.page(elsewhere).proposals == []
