"""A process killed before any statement of a promise, a completion, a change of points or a project's life leaves
nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.apps.county import Company, County, at, facts, new_company, new_county, new_person
from tests.apps.killing import survives
from tests.apps.points import NOON, day, head, propose, take
from tests.apps.points import file_of as evidence_of
from tests.apps.points import file_of as officials_file
from tests.apps.test_commitments import (
    DEPARTMENT,
    NOTICE_ENDS,
    SIGNED,
    answer,
    approve,
    handle,
    item_of,
    object_to,
    promise,
    promised,
)
from tests.apps.test_completion import APPLIED, FIRST_OF_EIA, FIRST_OF_PERMIT, applied, built, find, inspect, pending
from tests.apps.test_credit_reliefs import ask
from tests.apps.test_credit_reliefs import decide as decide_on
from tests.apps.test_credit_scores import evaluate
from tests.apps.test_onemap import FILED, PDF, REVIEWED, guided, guided_rest, hand_in
from tests.apps.test_rulings import file_of, rule, tried
from tests.beginnings import begins_with
from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.models import Document
from yinuo.engine.people.actions import ask_binding, confirm_binding, give_role
from yinuo.engine.people.models import Department, Membership
from yinuo.engine.rules import pack
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.actions import (
    apply_again,
    apply_completion,
    ask_lift,
    check_audit,
    close_notices,
    close_promise,
    consent_ruling,
    deliver_ruling,
    fail_completion,
    hand_in_audit,
    propose_cycle,
    refuse_lift,
    refuse_ruling,
    report_difficulty,
    report_fulfilment,
    review_commitment,
    to_regular,
)
from yinuo.rooms.commitments.models import (
    AuditReport,
    Closing,
    Commitment,
    CommitmentReview,
    CompletionVerification,
    Difficulty,
    Finding,
    FulfilmentReport,
    Objection,
    Ruling,
)
from yinuo.rooms.credit.actions import consent, execute, refuse_consent
from yinuo.rooms.credit.models import CreditEvent, CreditRelief, PointProposal
from yinuo.rooms.onemap import queries as onemap
from yinuo.rooms.onemap.actions import accept, confirm_review, extend_item, open_escalation, take_in_result
from yinuo.rooms.onemap.models import Escalation, GuidanceAnswer, MapItem
from yinuo.rooms.projects.actions import (
    amend,
    decide_by_hand,
    file_project,
    recode,
    report_participant,
    report_progress,
    terminate,
)
from yinuo.rooms.projects.models import Participant, ProgressReport, Project

pytestmark = begins_with(guided)

LATE = at("2027-06-01 09:00")
Act = Callable[[], Any]


@pytest.fixture
def stage(db: None) -> tuple[County, Company]:
    return new_county(), new_company()


def once(verb: str, act: Act) -> None:
    """Killed anywhere nothing is left (`survives`), and the trail then has the verb exactly once more."""
    before = Entry.objects.filter(verb=verb).count()
    statements = survives(act)
    assert statements >= 3
    assert Entry.objects.filter(verb=verb).count() == before + 1


# -- promises


def test_a_killed_signature_objection_answer_notice_or_decision_leaves_nothing(stage: tuple[County, Company]) -> None:
    county, company = stage
    item = item_of(guided(county, company))
    once("commitments.commit", lambda: promise(company, item, idempotency_key="k"))
    commitment = Commitment.objects.get()
    assert (commitment.state, item_of(commitment.project).state) == ("notice", "notice")
    assert Document.objects.filter(pk=commitment.letter_id).count() == 1
    assert promise(company, item, at("2026-11-06 10:01"), idempotency_key="k").pk == commitment.pk

    once("commitments.object", lambda: object_to(commitment, idempotency_key="o"))
    objection = Objection.objects.get()
    assert WorkItem.objects.filter(kind="objection").count() == 1
    once("commitments.answer_objection", lambda: answer(county, objection, at("2026-11-11 10:00"), upheld=False))
    assert WorkItem.objects.get(kind="objection").state == "done"

    once("commitments.close_notice", lambda: close_notices(NOTICE_ENDS))
    assert close_notices(NOTICE_ENDS) == 0
    once("commitments.decide", lambda: approve(county, commitment))
    assert item_of(commitment.project).state == "granted"
    assert Document.objects.filter(kind="decision").count() == 1
    with pytest.raises(Refused):
        approve(county, commitment)


@begins_with(promised)
def test_a_killed_upheld_answer_leaves_the_matter_on_the_promise(stage: tuple[County, Company]) -> None:
    county, company = stage
    objection = object_to(promised(county, company))
    once("commitments.answer_objection", lambda: answer(county, objection, at("2026-11-11 10:00"), upheld=True))
    assert (Commitment.objects.get().state, item_of(Project.objects.get()).route) == ("regular", "regular")


@begins_with(promised)
def test_a_killed_return_to_the_ordinary_way_leaves_the_promise_standing(stage: tuple[County, Company]) -> None:
    county, company = stage
    commitment = promised(county, company)
    back = at("2026-11-09 09:00")
    once(
        "commitments.to_regular",
        lambda: to_regular(actor=company.actor, commitment_id=commitment.pk, why="材料已齐", at=back),
    )
    assert (Commitment.objects.get().state, item_of(commitment.project).route) == ("regular", "regular")


@begins_with(promised)
def test_a_killed_report_of_keeping_or_of_a_difficulty_and_its_handling_leave_nothing(
    stage: tuple[County, Company],
) -> None:
    county, company = stage
    commitment = promised(county, company)
    approve(county, commitment)
    reported = at("2026-12-01 09:00")
    own = {"actor": company.actor, "commitment_id": commitment.pk, "at": reported}
    once("commitments.report_fulfilment", lambda: report_fulfilment(**own, text="已放线、验线"))
    assert FulfilmentReport.objects.count() == 1
    found = [{"outcome": "kept"} for _ in commitment.requirements[1:]] + [{"outcome": "broken", "note": "退界不足"}]
    department = county.actor("approver", DEPARTMENT)
    seen = {"actor": department, "commitment_id": commitment.pk, "on": reported.date(), "points": found, "at": reported}
    once("commitments.review", lambda: review_commitment(**seen, idempotency_key="r"))
    difficulty = Difficulty.objects.get()
    assert (WorkItem.objects.filter(kind="difficulty").count(), CommitmentReview.objects.count()) == (1, 1)
    handle(county, difficulty, "referred", at("2026-12-01 10:00"))
    once("commitments.report_difficulty", lambda: report_difficulty(**own, text="供地推迟"))
    difficulty = Difficulty.objects.latest("id")
    once("commitments.handle_difficulty", lambda: handle(county, difficulty, "helped", at("2026-12-02 09:00")))
    assert set(WorkItem.objects.filter(kind="difficulty").values_list("state", flat=True)) == {"done"}
    once(
        "commitments.handle_difficulty", lambda: handle(county, difficulty, "handling_opinion", at("2027-01-15 09:00"))
    )
    assert Commitment.objects.get().fulfilment == "broken"
    assert PointProposal.objects.count() == 1


def test_a_killed_step_of_a_ruling_stops_and_lifts_nothing(stage: tuple[County, Company]) -> None:
    county, company = stage
    county.person("principal", DEPARTMENT)
    commitment, ruled = tried(county, company), at("2027-01-15 09:00")
    once("commitments.propose_ruling", lambda: rule(county, commitment, "stop", "revoke"))
    refusing = {"actor": county.actor("principal", DEPARTMENT), "ruling_id": Ruling.objects.get().pk, "at": ruled}
    once("commitments.refuse_ruling", lambda: refuse_ruling(reason="再核实", **refusing))
    consenting = {**refusing, "ruling_id": rule(county, commitment, "stop", "revoke").pk}
    once("commitments.consent_ruling", lambda: consent_ruling(number="建处〔2027〕1号", **consenting))
    assert (Project.objects.get().stopped_at, PointProposal.objects.count()) == (ruled, 1)
    stop = Ruling.objects.get(state="made").pk
    office = county.actor("approver", DEPARTMENT)
    once("commitments.deliver_ruling", lambda: deliver_ruling(actor=office, ruling_id=stop, how="直接送达", at=ruled))
    asking = {
        "actor": company.actor,
        "ruling_id": stop,
        "text": "已整改",
        "evidence": [file_of(company, ruled)],
        "at": ruled,
    }
    once("commitments.ask_lift", lambda: ask_lift(**asking))
    once("commitments.refuse_lift", lambda: refuse_lift(actor=office, ruling_id=stop, reason="还差", at=ruled))
    lifting = {**refusing, "ruling_id": rule(county, commitment, "lift", lifts=stop).pk}
    once("commitments.consent_ruling", lambda: consent_ruling(number="建处〔2027〕2号", **lifting))
    assert Project.objects.get().stopped_at is None


# -- completion


@begins_with(built)
def test_a_killed_application_for_completion_asks_no_department(stage: tuple[County, Company]) -> None:
    county, company = stage
    project = built(county, company)
    once(
        "commitments.apply_completion", lambda: apply_completion(actor=company.actor, project_id=project.pk, at=APPLIED)
    )
    assert CompletionVerification.objects.count() == 1
    with pytest.raises(Refused):
        apply_completion(actor=company.actor, project_id=project.pk, at=APPLIED)


@begins_with(applied)
def test_a_killed_finding_is_found_once_and_the_last_one_settles_once(stage: tuple[County, Company]) -> None:
    county, company = stage
    completion = applied(county, company)
    first, *between, last = pending(completion)
    once("commitments.record_finding", lambda: find(county, completion, first, True))
    assert Finding.objects.count() == 1
    for point in between:
        find(county, completion, point, True)
    once("commitments.record_finding", lambda: find(county, completion, last, True))
    completion.refresh_from_db()
    assert (completion.state, Project.objects.get().state) == ("passed", "completed")
    assert PointProposal.objects.filter(type="cycle_completed").count() == 1
    assert Entry.objects.filter(verb="commitments.pass_completion").count() == 1


@begins_with(applied)
def test_a_killed_request_for_a_second_round_or_a_killed_breach_leaves_the_promise_pending(
    stage: tuple[County, Company],
) -> None:
    county, company = stage
    completion = inspect(county, applied(county, company), FIRST_OF_PERMIT)
    again = at("2027-07-26 09:00")
    once(
        "commitments.apply_again",
        lambda: apply_again(actor=company.actor, completion_id=completion.pk, text="已改正", at=again),
    )
    completion.refresh_from_db()
    assert (completion.state, completion.round) == ("inspection", 2)
    (point,) = pending(completion)
    once("commitments.record_finding", lambda: find(county, completion, point, False, at("2027-07-28 10:00")))
    completion.refresh_from_db()
    assert completion.state == "failed"
    assert PointProposal.objects.get().type == "commitment_broken"


@begins_with(applied)
def test_a_killed_end_of_the_rectification_leaves_it_running(stage: tuple[County, Company]) -> None:
    county, company = stage
    completion = inspect(county, applied(county, company), FIRST_OF_EIA)
    grave: dict[str, Any] = {"completion_id": completion.pk, "reason": "偷排废水", "at": at("2027-07-14 09:00")}
    ecology = county.actor("approver", "ecology")
    once("commitments.fail_completion", lambda: fail_completion(actor=ecology, **grave))
    completion.refresh_from_db()
    assert completion.state == "failed"
    assert PointProposal.objects.get().type == "commitment_broken"


@begins_with(None)
def test_a_killed_proposal_for_a_kept_cycle_proposes_nothing(stage: tuple[County, Company]) -> None:
    county, company = stage
    completion = inspect(county, applied(county, company, project_class="state_owned"))
    assert not PointProposal.objects.exists()
    file = store_upload(
        actor=company.actor, name="审计报告.pdf", content=PDF, unit_id=company.unit.pk, at=at("2027-09-01 09:00")
    )
    said: dict[str, Any] = {
        "auditor": "某会计师事务所",
        "number": "审1",
        "on": day("2027-09-01"),
        "conclusion": "clean",
    }
    handing: dict[str, Any] = {
        "project_id": completion.project_id,
        "evidence": [file.pk],
        "at": at("2027-09-01 09:00"),
        **said,
    }
    once("commitments.hand_in_audit", lambda: hand_in_audit(actor=company.actor, **handing))
    checked: dict[str, Any] = {"audit_id": AuditReport.objects.get().pk, "accept": True, "conclusion": "clean"}
    once("credit.propose", lambda: check_audit(actor=county.actor("approver"), at=at("2027-09-02 09:00"), **checked))
    proposal = PointProposal.objects.get()
    assert proposal.data["audit"] == "clean"
    refuse_consent(actor=county.actor("principal"), proposal_id=proposal.pk, reason="请补充", at=at("2027-09-03 09:00"))
    anew: dict[str, Any] = {"completion_id": completion.pk, "at": at("2027-09-04 09:00")}
    once("credit.propose", lambda: propose_cycle(actor=county.actor("approver"), **anew))
    assert PointProposal.objects.filter(state="proposed").count() == 1


# -- credit


def test_a_killed_step_of_a_change_of_points_moves_no_point(stage: tuple[County, Company]) -> None:
    county, company = stage
    for role, department in (
        ("principal", "development_reform"),
        ("administrator", "development_reform"),
        ("approver", "natural_resources"),
    ):
        county.actor(role, department)
    county.actor("general_convener")
    once("credit.import_score", lambda: evaluate(county, company, "81"))
    assert (head(company).score, CreditEvent.objects.filter(unit=company.unit).count()) == (81, 2)
    photo = evidence_of(county.actor("approver", "natural_resources"))
    once("credit.propose", lambda: propose(county, company, source=("oversight.act", 9), evidence=[photo]))
    proposal = PointProposal.objects.get()
    once(
        "credit.consent",
        lambda: consent(actor=county.actor("principal"), proposal_id=proposal.pk, note="同意", at=NOON),
    )
    assert head(company).score == 81
    once("credit.execute", lambda: execute(actor=county.actor("general_convener"), proposal_id=proposal.pk, at=NOON))
    assert (head(company).score, head(company).grade) == (79, "B")
    event = CreditEvent.objects.get(unit=company.unit, type="act")
    repaired = evidence_of(company.actor)
    once("credit.ask_repair", lambda: ask(company, event, evidence=[repaired]))
    relief = CreditRelief.objects.get()
    once("credit.accept_repair", lambda: decide_on(county, relief, True))
    assert PointProposal.objects.filter(type="repair", state="proposed").count() == 1
    assert head(company).score == 79


def test_a_killed_rejection_of_a_relief_leaves_it_asked(stage: tuple[County, Company]) -> None:
    county, company = stage
    relief = ask(company, take(county, company), "objection")
    once("credit.reject_objection", lambda: decide_on(county, relief, False))
    assert not WorkItem.objects.filter(kind="credit_objection", state="running").exists()


# -- projects


@begins_with(None)
def test_a_killed_change_recoding_or_decision_by_hand_leaves_the_project_as_it_was(
    stage: tuple[County, Company],
) -> None:
    county, company = stage
    file = partial(file_project, actor=company.actor, unit_id=company.unit.pk, pledged=True, at=FILED)
    project = file(facts=facts()).project
    confirm_review(actor=county.actor("approver"), project_id=project.pk, at=REVIEWED)
    own: dict[str, Any] = {"actor": company.actor, "project_id": project.pk, "at": NOON}
    once("projects.amend", lambda: amend(**own, changes={"total_investment": "8700"}, reason="扩建"))
    moved = {"site": {"address": "积石山县大河家镇1号"}}
    once("projects.recode", lambda: recode(**own, facts=moved, pledged=True, reason="选址变化", idempotency_key="k"))
    assert Project.objects.count() == 2
    assert recode(**own, facts=moved, pledged=True, reason="选址变化", idempotency_key="k").replaces_id == project.pk
    with pytest.raises(Refused, match="不能重新备案"):
        recode(**own, facts=moved, pledged=True, reason="选址变化", idempotency_key="another")
    assert Project.objects.count() == 2

    by_hand: dict[bool, Project] = {}
    for approve_it in (True, False):
        restricted = facts(name=f"受限项目{approve_it}", declarations={"catalogue_class": "restricted"})
        by_hand[approve_it] = file(facts=restricted).project
        decide = partial(
            decide_by_hand, actor=county.actor("approver"), project_id=by_hand[approve_it].pk, why="依规定", at=NOON
        )
        once("projects.decide_by_hand", lambda decide=decide, approve_it=approve_it: decide(approve=approve_it))  # type: ignore[misc]
        by_hand[approve_it].refresh_from_db()
    assert by_hand[True].code
    assert by_hand[False].code is None


def test_a_killed_report_of_progress_or_of_a_participant_is_reported_once(stage: tuple[County, Company]) -> None:
    county, company = stage
    project = guided(county, company)
    own: dict[str, Any] = {"actor": company.actor, "project_id": project.pk, "at": NOON}
    once("projects.report_start", lambda: report_progress(**own, kind="start", on=NOON.date()))
    assert ProgressReport.objects.count() == 1
    builder = {"role": "design", "name": "设计院", "credit_code": "91620000710375659T", "qualification": "甲级"}
    once("projects.report_participant", lambda: report_participant(**own, **builder))
    report_participant(**own, **builder)
    assert Participant.objects.count() == 1


# -- the map


def test_a_killed_result_from_elsewhere_is_taken_in_once(stage: tuple[County, Company]) -> None:
    county, company = stage
    project = guided(county, company)
    item = item_of(project)
    result: dict[str, Any] = {
        "actor": Actor.system(),
        "system": "工程审批系统",
        "external_id": "E-1",
        "project_code": project.code,
        "matter_id": item.matter_id,
        "status_code": 11,
        "document_number": "建字2026-1号",
        "at": NOON,
    }
    once("onemap.take_in_result", lambda: take_in_result(**result))
    assert item_of(project).state == "granted"
    assert take_in_result(**result)[1] is False


def test_a_killed_extension_or_coordination_leaves_clock_and_item_alone(stage: tuple[County, Company]) -> None:
    county, company = stage
    project = guided(county, company)
    item = _extendable(project)
    handler = county.actor("approver", item.department.key)
    principal = county.actor("principal", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-06 10:00"))
    clock = WorkItem.objects.get(kind="limit", subject_id=item.pk)
    once("onemap.extend", lambda: extend_item(actor=principal, item_id=item.pk, days=2, reason="情况复杂", at=NOON))
    assert clock.events.filter(kind="extend").count() == 1
    assert WorkItem.objects.get(pk=clock.pk).due_at > clock.due_at
    tick(LATE)
    convener = county.actor("general_convener")
    urge = partial(
        open_escalation,
        actor=convener,
        item_id=item.pk,
        urged=[handler.person_id or 0],
        agreed="三日内办结",
        agreed_until=None,
    )
    once("onemap.escalate", lambda: urge(at=LATE))
    assert Escalation.objects.count() == 1


def _extendable(project: Project) -> MapItem:
    """An item that may start now and whose limit the law lets be extended."""
    for card in onemap.map_of(project.pk, SIGNED).cards:
        limit = pack().matters[card.item.matter_id].statutory_at(card.item.project.rules_on)
        if card.look == "ready" and limit is not None and limit.extendable_by >= 2:
            return card.item
    raise AssertionError("nothing on the map can be extended")


# -- people


def test_a_killed_role_or_binding_gives_nobody_anything(stage: tuple[County, Company]) -> None:
    county, company = stage
    administrator = county.actor("administrator")
    newcomer = new_person("新来的人")
    office = Department.objects.get(hall=county.hall, key="natural_resources")
    role: dict[str, Any] = {"person": newcomer, "department": office, "role": "principal", "from_on": NOON.date()}
    once("people.give_role", lambda: give_role(actor=administrator, at=NOON, **role))
    assert Membership.objects.filter(person=newcomer).count() == 1
    clerk = new_person("新经办人")
    asked = ask_binding(actor=Actor(clerk.pk, "unit"), person=clerk, unit=company.unit, basis="授权书", at=NOON)
    once("people.confirm_binding", lambda: confirm_binding(actor=administrator, binding=asked, may_sign=True, at=NOON))
    asked.refresh_from_db()
    assert (asked.confirmed_at, asked.may_sign) == (NOON, True)


@begins_with(guided)
def test_a_killed_settling_or_carrying_over_of_a_promise_leaves_it_as_it_was(stage: tuple[County, Company]) -> None:
    county, company = stage
    commitment = approve(county, promise(company, item_of(guided(county, company))))
    own: dict[str, Any] = {"actor": company.actor, "project_id": commitment.project_id, "at": NOON}
    new = recode(**own, facts={"site": {"address": "积石山县大河家镇1号"}}, pledged=True, reason="选址变化")
    confirm_review(actor=county.actor("approver"), project_id=new.pk, at=NOON)
    last = GuidanceAnswer.objects.filter(guidance__project=new, answered_at__isnull=True).order_by("-id")[0]
    guided_rest(county, new, NOON, but=last.pk)
    once("commitments.carry_over", lambda: guided_rest(county, new, NOON))
    made = Commitment.objects.get(project=new)
    terminate(actor=company.actor, project_id=new.pk, why="不建了", at=NOON)
    shown = [officials_file(county.actor("approver", made.department.key), NOON)]
    once(
        "commitments.close",
        lambda: close_promise(
            actor=county.actor("approver", made.department.key),
            commitment_id=made.pk,
            outcome="broken",
            text="没有建成",
            evidence=shown,
            at=NOON,
        ),
    )
    assert (Closing.objects.count(), PointProposal.objects.count()) == (1, 1)
