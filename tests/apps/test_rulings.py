"""附件2·第十四条: what follows a promise not kept after rectification, up to stopping a project, and how a stop is
lifted.
"""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.apps.county import Company, County, at, new_company
from tests.apps.test_commitments import DEPARTMENT, PDF, allowed, approve, handle, in_trouble, item_of, promise
from tests.apps.test_onemap import guided, hand_in
from tests.beginnings import begins_with
from yinuo.engine.base import Actor, Forbidden, Refused, Stale
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.making import paper_of
from yinuo.engine.documents.models import Document
from yinuo.engine.infochain.models import LeafRecord
from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments import queries
from yinuo.rooms.commitments.actions import (
    apply_completion,
    ask_lift,
    consent_ruling,
    deliver_ruling,
    handle_difficulty,
    propose_ruling,
    refuse_lift,
    refuse_ruling,
    report_difficulty,
    report_fulfilment,
)
from yinuo.rooms.commitments.models import Commitment, Ruling
from yinuo.rooms.credit.models import PointProposal
from yinuo.rooms.onemap.actions.applying import next_number
from yinuo.rooms.onemap.models import Application, MapItem
from yinuo.rooms.projects.actions import amend, terminate
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)

HELPED, FOUND = at("2026-12-02 09:00"), at("2027-01-15 09:00")
NUMBERS = itertools.count(1)
FACTS = "责令整改后建筑退界仍少 1.2 米，没有达到承诺标准第 2 项"


def tried(county: County, company: Company) -> Commitment:
    """A promise that is not kept though its unit was helped and asked to rectify."""
    handle(county, in_trouble(county, company), "helped", HELPED)
    return Commitment.objects.select_related("project", "item").get()


def rule(county: County, commitment: Commitment, *measures: str, moment: datetime = FOUND, **more: Any) -> Ruling:
    office = county.actor("approver", commitment.department.key)
    said: dict[str, Any] = {"facts": FACTS, **more}
    return propose_ruling(actor=office, commitment_id=commitment.pk, measures=measures, at=moment, **said)


def make(county: County, ruling: Ruling, moment: datetime = FOUND) -> Ruling:
    principal = county.actor("principal", ruling.commitment.department.key)
    return consent_ruling(actor=principal, ruling_id=ruling.pk, number=f"建处〔2027〕{next(NUMBERS)}号", at=moment)


def file_of(company: Company, moment: datetime) -> int:
    return store_upload(actor=company.actor, name="整改.pdf", content=PDF, unit_id=company.unit.pk, at=moment).pk


def refusal_of(act: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_a_project_is_stopped_by_its_principals_consent_and_takes_in_nothing_new_until_it_is_lifted(
    county: County, company: Company
) -> None:
    county.person("principal", DEPARTMENT)
    commitment = tried(county, company)
    proposed = rule(county, commitment, "stop", "recover")
    project = Project.objects.get()
    assert (project.stopped_at, commitment.fulfilment, proposed.state) == (None, "rectifying", "proposed")
    assert Message.objects.filter(template="ruling_due", person=county.person("principal", DEPARTMENT)).exists()
    assert refusal_of(lambda: rule(county, commitment, "stop")) == "commitments.ruling_waits"
    made = make(county, proposed)
    project.refresh_from_db()
    commitment.refresh_from_db()
    assert (project.stopped_at, project.state, commitment.fulfilment, made.state) == (
        FOUND,
        "confirmed",
        "broken",
        "made",
    )
    points = PointProposal.objects.get()
    assert (points.type, made.number in points.basis) == ("commitment_broken", True)
    # paper, chain, delivery, message
    document = Document.objects.get(kind="promise_ruling")
    assert (document.number, document.unit_id, document.data["facts"]) == (made.number, company.unit.pk, FACTS)
    assert [words[:6] for words in document.data["measures"]] == ["责令停止建设", "取消因该项承"]
    assert document.data["remedies"]["review_term"] == "60 日" and any(
        "第十四条" in words for words in document.data["basis"]
    )
    assert paper_of(document=document, at=FOUND).size > 1000
    leaf = LeafRecord.objects.filter(type="anomaly.reported", subject__label=project.code).latest("id")
    assert leaf.fields is not None
    assert {"commitments.consent_ruling", "projects.stop_building"} <= set(Entry.objects.values_list("verb", flat=True))
    assert made.number in Message.objects.filter(template="ruling_made", unit=company.unit).get().body
    assert {
        work.kind: work.waits_for
        for work in WorkItem.objects.filter(subject_kind="commitments.ruling", state="running")
    } == {
        "delivery": "staff",
        "stopped": "unit",
    }
    deliver_ruling(actor=county.actor("approver", DEPARTMENT), ruling_id=made.pk, how="直接送达", at=FOUND)
    assert Document.objects.get(kind="delivery_record").data["document_number"] == made.number
    # nothing new is taken in, what is under way goes on
    item = next(
        row
        for row in MapItem.objects.filter(project=project, state="open").order_by("position")
        if row.department.key != DEPARTMENT
    )
    new = [
        lambda: hand_in(company, item, at("2027-01-18 09:00")),
        lambda: promise(company, item_of(project, "eia_table"), at("2027-01-18 09:00")),
        lambda: apply_completion(actor=company.actor, project_id=project.pk, at=at("2027-01-18 09:00")),
    ]
    assert refusal_of(new[0]) in ("projects.stopped",)
    assert refusal_of(new[1]) == "projects.stopped"
    assert refusal_of(new[2]) in ("commitments.report_first", "projects.stopped")
    amend(
        actor=company.actor,
        project_id=project.pk,
        changes={"total_investment": "8700"},
        reason="调整",
        at=at("2027-01-18 09:00"),
    )
    # the unit asks, is told what is still missing, asks again, and is let go on
    asked = at("2027-01-20 09:00")
    assert (
        refusal_of(lambda: ask_lift(actor=company.actor, ruling_id=made.pk, text="已拆除", at=asked))
        == "commitments.evidence"
    )
    ask: dict[str, Any] = {
        "ruling_id": made.pk,
        "text": "超出部分已拆除",
        "evidence": [file_of(company, asked)],
        "at": asked,
    }
    first = ask_lift(actor=company.actor, idempotency_key="l", **ask)
    assert ask_lift(actor=company.actor, idempotency_key="l", **ask).pk == first.pk
    assert refusal_of(lambda: ask_lift(actor=company.actor, **ask)) == "commitments.lift_asked"
    assert WorkItem.objects.get(kind="lift_request").limit_value == 5
    turn = WorkItem.objects.filter(kind="stopped", state="running")
    assert not turn.exists(), "the department's turn"
    refuse_lift(actor=county.actor("approver", DEPARTMENT), ruling_id=made.pk, reason="西侧仍少 0.3 米", at=asked)
    assert "西侧仍少 0.3 米" in Message.objects.filter(template="lift_refused", unit=company.unit).get().body
    assert turn.get().waits_for == "unit", "the unit's again"
    ask_lift(actor=company.actor, **ask)
    lifting = rule(county, commitment, "lift", lifts=made.pk, facts="复测退界 6.1 米，达到承诺标准", moment=asked)
    assert lifting.measures == ["lift"]
    office = county.actor("approver", DEPARTMENT)
    assert (
        refusal_of(lambda: refuse_lift(actor=office, ruling_id=made.pk, reason="仍少", at=asked))
        == "commitments.ruling_waits"
    )
    make(county, lifting, asked)
    project.refresh_from_db()
    assert project.stopped_at is None and queries.standing_stops(project.pk) == []
    assert Document.objects.filter(kind="promise_ruling").latest("id").data["lifted_number"] == made.number
    assert LeafRecord.objects.filter(type="anomaly.closed", subject__label=project.code).exists()
    assert not WorkItem.objects.filter(kind__in=["stopped", "lift_request"], state="running").exists()
    assert refusal_of(lambda: rule(county, commitment, "lift", lifts=made.pk)) == "commitments.no_stop"
    hand_in(company, item, at("2027-01-22 09:00"))
    assert PointProposal.objects.count() == 1


def test_help_comes_first_measures_fit_and_two_people_rule(county: County, company: Company) -> None:
    difficulty = in_trouble(county, company)
    commitment = Commitment.objects.select_related("department").get()
    assert refusal_of(lambda: rule(county, commitment, "stop")) == "commitments.rectify_first"
    handle(county, difficulty, "helped", HELPED)
    for measures, code in (
        ((), "measures"),
        (("lift",), "measures"),
        (("prison",), "measures"),
        (("terminate",), "terminate_field"),
    ):
        assert refusal_of(lambda measures=measures: rule(county, commitment, *measures)) == f"commitments.{code}"
    assert refusal_of(lambda: rule(county, commitment, "stop", facts=" ")) == "commitments.facts"
    assert not Ruling.objects.exists()
    ruling, principal = rule(county, commitment, "revoke"), county.actor("principal", DEPARTMENT)
    ask: dict[str, Any] = {"ruling_id": ruling.pk, "at": FOUND}
    assert refusal_of(lambda: consent_ruling(actor=principal, number=" ", **ask)) == "commitments.number"
    with pytest.raises(Stale):
        consent_ruling(actor=principal, number="建处1", version=ruling.version + 1, **ask)
    assert refusal_of(lambda: refuse_ruling(actor=principal, reason="", **ask)) == "commitments.reason"
    refuse_ruling(actor=principal, reason="再给一次机会", **ask)
    assert "再给一次机会" in Message.objects.get(template="ruling_refused").body
    assert refusal_of(lambda: consent_ruling(actor=principal, number="建处1", **ask)) == "commitments.ruling_state"
    commitment.refresh_from_db()
    assert (commitment.fulfilment, PointProposal.objects.count()) == ("rectifying", 0)
    ruling = rule(county, commitment, "revoke", idempotency_key="r")
    assert rule(county, commitment, "revoke", idempotency_key="r").pk == ruling.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        Ruling.objects.filter(pk=ruling.pk).update(answered_by=ruling.proposed_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ruling.objects.filter(pk=ruling.pk).update(state="made")
    used = Document.objects.get(kind="decision").number
    make(county, ruling)
    # what was decided on the promise is revoked, stays on record, and the matter is open again
    past, item = Application.objects.get(again_at__isnull=False), MapItem.objects.get(pk=commitment.item_id)
    assert (past.outcome, past.document_number, item.state, next_number(item), item.route) == (
        "revoked",
        used,
        "open",
        2,
        "regular",
    )
    assert Entry.objects.filter(verb="onemap.revoke").count() == 1
    assert refusal_of(lambda: rule(county, commitment, "revoke")) == "commitments.revoked"
    other = rule(county, commitment, "recover")
    terminate(actor=company.actor, project_id=commitment.project_id, why="不建了", at=FOUND)
    other.refresh_from_db()
    assert other.state == "moot" and not WorkItem.objects.filter(kind="ruling_consent", state="running").exists()


def test_an_order_to_rectify_runs_until_the_unit_reports_or_its_end_and_then_it_is_the_departments_turn(
    county: County, company: Company
) -> None:
    difficulty = in_trouble(county, company)
    order: dict[str, Any] = {
        "actor": county.actor("approver", DEPARTMENT),
        "difficulty_id": difficulty.pk,
        "text": "拆除超出部分",
        "at": HELPED,
    }
    for outcome, days in (("helped", 0), ("helped", 31), ("referred", 5)):
        assert (
            refusal_of(lambda outcome=outcome, days=days: handle_difficulty(outcome=outcome, days=days, **order))
            == "commitments.days"
        )
    handle_difficulty(outcome="helped", days=5, **order)
    clock = WorkItem.objects.get(kind="rectification", subject_kind="commitments.difficulty")
    assert (clock.waits_for, clock.limit_value, clock.due_at) == ("unit", 5, at("2026-12-09 18:00"))
    tick(at("2026-12-09 18:01"))
    clock.refresh_from_db()
    assert (clock.state, clock.outcome) == ("done", "overdue")
    assert WorkItem.objects.filter(kind="difficulty", state="running").count() == 1
    second = new_company("积石山第二家有限公司")
    given = approve(county, promise(second, item_of(guided(county, second))), number="建字〔2026〕2号")
    other = report_difficulty(actor=second.actor, commitment_id=given.pk, text="供地推迟", at=at("2026-12-01 09:00"))
    order = {**order, "difficulty_id": other.pk}
    handle_difficulty(outcome="helped", days=5, **order)
    report_fulfilment(actor=second.actor, commitment_id=given.pk, text="已拆除", at=at("2026-12-03 09:00"))
    assert WorkItem.objects.get(kind="rectification", subject_id=other.pk).outcome == "reported"
    assert WorkItem.objects.filter(kind="difficulty", subject_id=other.pk, state="running").count() == 1


def test_an_end_by_force_takes_the_principals_consent_and_its_refusal_leaves_the_project_running(
    county: County, company: Company
) -> None:
    project = guided(county, company)
    commitment = promise(company, item_of(project, "eia_table"))
    approve(county, commitment, number="环审〔2026〕1号")
    difficulty = report_difficulty(
        actor=company.actor, commitment_id=commitment.pk, text="排放超标", at=at("2026-12-01 09:00")
    )
    handle(county, difficulty, "terminate", HELPED, "ecology")
    ruling = Ruling.objects.get()
    project.refresh_from_db()
    assert (project.state, ruling.measures, ruling.difficulty_id) == ("confirmed", ["terminate"], difficulty.pk)
    refuse_ruling(actor=county.actor("principal", "ecology"), ruling_id=ruling.pk, reason="先停产整改", at=HELPED)
    handle(county, difficulty, "terminate", at("2026-12-03 09:00"), "ecology")
    make(county, Ruling.objects.latest("id"), at("2026-12-04 09:00"))
    project.refresh_from_db()
    assert project.state == "terminated"
    assert PointProposal.objects.get().data == {"field": "ecology"}


def test_a_ruling_ends_the_clocks_of_the_difficulties_it_was_made_for(county: County, company: Company) -> None:
    county.person("principal", DEPARTMENT)
    difficulty = in_trouble(county, company)
    order: dict[str, Any] = {"outcome": "helped", "text": "按图整改", "days": 10, "at": HELPED}
    handle_difficulty(actor=county.actor("approver", DEPARTMENT), difficulty_id=difficulty.pk, **order)
    commitment = Commitment.objects.select_related("project", "item").get()
    report_fulfilment(actor=company.actor, commitment_id=commitment.pk, text="已整改一半", at=at("2026-12-10 09:00"))
    clocks = WorkItem.objects.filter(subject_kind="commitments.difficulty", state="running")
    proposed = rule(county, commitment, "recover")
    assert clocks.get().kind == "difficulty", "the department's turn, until what it proposes is made"
    make(county, proposed)
    assert not clocks.exists(), "nobody could end it any more: the promise is settled"
    ended = WorkItem.objects.filter(subject_kind="commitments.difficulty", outcome="ruled").get()
    assert (ended.state, ended.closed_at) == ("done", FOUND)


def test_each_verb_of_a_ruling_belongs_to_its_role_and_to_nobody_else(county: County, company: Company) -> None:
    commitment = tried(county, company)
    proposed = rule(county, commitment, "recover")
    verbs: dict[str, Any] = {
        "propose_ruling": lambda a: propose_ruling(
            actor=a, commitment_id=commitment.pk, measures=["stop"], facts="x", at=FOUND
        ),
        "consent_ruling": lambda a: consent_ruling(actor=a, ruling_id=proposed.pk, number="", at=FOUND),
        "refuse_ruling": lambda a: refuse_ruling(actor=a, ruling_id=proposed.pk, reason="", at=FOUND),
        "deliver_ruling": lambda a: deliver_ruling(actor=a, ruling_id=proposed.pk, how="", at=FOUND),
        "ask_lift": lambda a: ask_lift(actor=a, ruling_id=proposed.pk, text="", at=FOUND),
        "refuse_lift": lambda a: refuse_lift(actor=a, ruling_id=proposed.pk, reason="", at=FOUND),
    }
    own = {
        "department": {"propose_ruling", "deliver_ruling", "refuse_lift"},
        "principal": {"consent_ruling", "refuse_ruling"},
        "unit": {"ask_lift"},
    }
    actors = {
        "unit": company.actor,
        "other unit": new_company("临夏另一家有限公司").actor,
        "department": county.actor("approver", DEPARTMENT),
        "other department": county.actor("approver", "health"),
        "principal": county.actor("principal", DEPARTMENT),
        "other principal": county.actor("principal", "health"),
        "general_convener": county.actor("general_convener"),
        "supervisor": county.actor("supervisor"),
        "comprehensive": county.actor("comprehensive"),
        "administrator": county.actor("administrator"),
        "public": Actor.public(),
    }
    for name, actor in actors.items():
        for verb, run in verbs.items():
            assert allowed(run, actor) is (verb in own.get(name, set())), (name, verb)
    assert Ruling.objects.get().state == "proposed"
    with pytest.raises(Forbidden):
        deliver_ruling(actor=Actor.system(), ruling_id=proposed.pk, how="x", at=FOUND)
