"""Completion: second guidance, every requirement verified once a round, rectification, and what credit makes of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.apps.county import Company, County, at, new_company
from tests.apps.test_commitments import allowed, approve, item_of, promise
from tests.apps.test_onemap import PDF, guided, hand_in
from tests.beginnings import begins_with, builder
from yinuo.engine.base import Actor, Forbidden, Refused
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.usage import places_of, uses_of
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import Department
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments import queries
from yinuo.rooms.commitments.actions import (
    apply_again,
    apply_completion,
    check_audit,
    commit,
    fail_completion,
    hand_in_audit,
    handle_difficulty,
    propose_cycle,
    record_finding,
    report_difficulty,
)
from yinuo.rooms.commitments.inspection import Point
from yinuo.rooms.commitments.models import AuditReport, Commitment, CompletionVerification, Finding
from yinuo.rooms.commitments.queries import audit_of
from yinuo.rooms.credit.models import PointProposal
from yinuo.rooms.onemap.actions import accept, answer_guidance, decide, deliver, take_in_result
from yinuo.rooms.onemap.models import GuidanceAnswer, MapItem
from yinuo.rooms.projects.actions import report_progress, withdraw_filing
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)

APPLIED = at("2027-07-05 09:00")
ADVISED = at("2027-07-06 15:00")
INSPECTED = at("2027-07-12 10:00")
UNTIL = at("2027-08-23 18:00")
VERIFIED = ("planning_verification",)


def external(project: Project, matter: str, moment: datetime, status_code: int = 11) -> None:
    take_in_result(
        actor=Actor.system(),
        system="工程审批系统",
        external_id=f"{project.pk}-{matter}-{status_code}",
        project_code=project.code or "",
        matter_id=matter,
        status_code=status_code,
        document_number=f"{matter}〔2026〕{project.pk}号",
        at=moment,
    )


@builder
def built(county: County, company: Company, promises: bool = True, **changes: Any) -> Project:
    """A landed and finished project: permit and environment on a promise, the rest by the approval system."""
    project = guided(county, company, **changes)
    for number, matter in enumerate(["engineering_planning_permit", "eia_table"] if promises else []):
        approve(county, promise(company, item_of(project, matter)), number=f"字〔2026〕{number}号")
    for item in MapItem.objects.filter(project=project, pre_start=True).exclude(state="granted").order_by("position"):
        external(project, item.matter_id, at("2026-11-20 09:00"))
    for kind, on in (("start", "2026-11-24"), ("completion", "2027-06-30")):
        moment = at(f"{on} 17:00")
        report_progress(actor=company.actor, project_id=project.pk, kind=kind, on=moment.date(), at=moment)
    return Project.objects.get(pk=project.pk)


@builder
def applied(
    county: County, company: Company, verified: tuple[str, ...] = VERIFIED, **changes: Any
) -> CompletionVerification:
    """Applied for, and second guidance answered: of the verifications only `verified` are needed."""
    project = built(county, company, **changes)
    completion = apply_completion(actor=company.actor, project_id=project.pk, at=APPLIED)
    for answer in GuidanceAnswer.objects.filter(answered_at__isnull=True).select_related("department").order_by("id"):
        rows = [{**row, "needed": "yes" if row["matter_id"] in verified else "no"} for row in answer.matters]
        answer_guidance(
            actor=county.actor("approver", answer.department.key), answer_id=answer.pk, matters=rows, at=ADVISED
        )
    completion.refresh_from_db()
    return completion


def pending(completion: CompletionVerification) -> list[Point]:
    view = queries.completion_of(completion.project_id)
    assert view is not None
    return view.pending


def find(
    county: County, completion: CompletionVerification, point: Point, met: bool, moment: datetime = INSPECTED
) -> Finding:
    return record_finding(
        actor=county.actor("approver", point.department.key),
        completion_id=completion.pk,
        commitment_id=point.commitment.pk if point.commitment else None,
        requirement=point.requirement,
        item_id=None if point.commitment else point.item.pk,
        met=met,
        note="" if met else "现场与承诺不符",
        document_number="" if point.commitment else f"验〔2027〕{point.item.pk}号",
        at=moment,
    )


def inspect(
    county: County,
    completion: CompletionVerification,
    unmet: tuple[tuple[str, int], ...] = (),
    moment: datetime = INSPECTED,
) -> CompletionVerification:
    """Every pending point verified; those in `unmet` (matter, requirement) not met."""
    for point in pending(completion):
        find(county, completion, point, (point.item.matter_id, point.requirement) not in unmet, moment)
    completion.refresh_from_db()
    return completion


def fulfilment(completion: CompletionVerification) -> dict[str, str]:
    return dict(
        Commitment.objects.filter(project_id=completion.project_id).values_list("item__matter_id", "fulfilment")
    )


FIRST_OF_PERMIT = (("engineering_planning_permit", 0),)
FIRST_OF_EIA = (("eia_table", 0),)


# -- applying


def test_completion_is_applied_for_when_it_is_reported_and_everything_promised_is_decided(
    county: County, company: Company
) -> None:
    project = guided(county, company)
    commitment = promise(company, item_of(project))
    with pytest.raises(Refused) as refusal:
        apply_completion(actor=company.actor, project_id=project.pk, at=APPLIED)
    assert refusal.value.code == "commitments.report_first"
    for kind in ("start", "completion"):
        report_progress(actor=company.actor, project_id=project.pk, kind=kind, on=APPLIED.date(), at=APPLIED)
    with pytest.raises(Refused, match="说明原因"):
        apply_completion(actor=company.actor, project_id=project.pk, at=APPLIED)
    with pytest.raises(Refused) as refusal:
        apply_completion(actor=company.actor, project_id=project.pk, at=APPLIED, why="施工许可由州里办理")
    assert refusal.value.code == "commitments.undecided"
    approve(county, commitment)
    apply_completion(actor=company.actor, project_id=project.pk, at=APPLIED, why="施工许可由州里办理")
    assert Entry.objects.get(verb="commitments.apply_completion").why == "施工许可由州里办理"
    with pytest.raises(Refused) as refusal:
        apply_completion(actor=company.actor, project_id=project.pk, at=APPLIED, why="再次")
    assert refusal.value.code == "commitments.applied"


@begins_with(built)
def test_every_department_that_accepted_a_promise_is_asked_within_two_working_days(
    county: County, company: Company
) -> None:
    project = built(county, company)
    completion = apply_completion(actor=company.actor, project_id=project.pk, at=APPLIED)
    asked = WorkItem.objects.filter(kind="completion_guidance")
    departments = set(Department.objects.filter(pk__in=asked.values("department_id")).values_list("key", flat=True))
    assert {"natural_resources", "ecology", "housing", "soil_conservation"} <= departments
    assert {work.due_at for work in asked} == {at("2027-07-07 18:00")}
    view = queries.completion_of(project.pk)
    assert view is not None
    assert (completion.state, len(view.waiting_departments)) == ("guidance", asked.count())


def test_no_promise_is_given_once_completion_is_applied_for(county: County, company: Company) -> None:
    completion = applied(county, company, verified=("archive_acceptance",))
    item = item_of(completion.project, "archive_acceptance")
    with pytest.raises(Refused) as refusal:
        commit(actor=company.actor, item_id=item.pk, standard_version="2023.1", at=INSPECTED)
    assert refusal.value.code == "commitments.in_completion"


# -- verifying


@begins_with(applied)
def test_the_inspection_asks_each_department_for_its_own_requirements(county: County, company: Company) -> None:
    completion = applied(county, company)
    assert completion.state == "inspection"
    assert item_of(completion.project, "joint_acceptance").state == "exempt"
    points = pending(completion)
    assert len(points) == 4 + 6 + 1
    works = WorkItem.objects.filter(kind="verification", state="running")
    assert {work.department.key for work in works if work.department} == {"natural_resources", "ecology"}
    assert {work.due_at for work in works} == {at("2027-07-20 18:00")}


@begins_with(applied)
def test_each_requirement_is_verified_once_a_round_by_its_own_department(county: County, company: Company) -> None:
    completion = applied(county, company)
    point = pending(completion)[0]
    assert point.commitment is not None
    with pytest.raises(Forbidden):
        record_finding(
            actor=county.actor("approver", "housing"),
            completion_id=completion.pk,
            commitment_id=point.commitment.pk,
            requirement=0,
            met=True,
            at=INSPECTED,
        )
    find(county, completion, point, True)
    with pytest.raises(Refused) as refusal:
        find(county, completion, point, False)
    assert refusal.value.code == "commitments.found"
    for wrong in (99, None):
        with pytest.raises(Refused) as refusal:
            record_finding(
                actor=county.actor("approver", point.department.key),
                completion_id=completion.pk,
                commitment_id=point.commitment.pk,
                requirement=wrong,
                met=True,
                at=INSPECTED,
            )
        assert refusal.value.code == "commitments.no_point"


@begins_with(applied)
def test_a_fault_is_written_down_and_a_verification_gets_its_document(county: County, company: Company) -> None:
    completion = applied(county, company)
    for point in pending(completion):
        if point.commitment is not None and point.requirement == 0:
            with pytest.raises(Refused, match="没有达到要求"):
                record_finding(
                    actor=county.actor("approver", point.department.key),
                    completion_id=completion.pk,
                    commitment_id=point.commitment.pk,
                    requirement=0,
                    met=False,
                    at=INSPECTED,
                )
    own = next(point for point in pending(completion) if point.commitment is None)
    with pytest.raises(Refused, match="文号"):
        record_finding(
            actor=county.actor("approver", own.department.key),
            completion_id=completion.pk,
            item_id=own.item.pk,
            met=True,
            at=INSPECTED,
        )
    assert not Finding.objects.exists()
    find(county, completion, own, True)
    item = MapItem.objects.get(pk=own.item.pk)
    assert (item.state, item.present.document_number) == ("granted", f"验〔2027〕{item.pk}号")


@begins_with(applied)
def test_a_whole_cycle_with_every_promise_kept_passes_and_earns_its_points(county: County, company: Company) -> None:
    completion = inspect(county, applied(county, company))
    project = Project.objects.get(pk=completion.project_id)
    assert (completion.state, completion.concluded_at) == ("passed", INSPECTED)
    assert (project.state, project.completed_at) == ("completed", INSPECTED)
    assert fulfilment(completion) == {"engineering_planning_permit": "kept", "eia_table": "kept"}
    proposal = PointProposal.objects.get()
    assert (proposal.type, str(proposal.expected_points)) == ("cycle_completed", "2.00")
    assert proposal.data == {"all_kept": True, "commitments": 2, "project_class": "private"}
    assert proposal.project_code == project.code
    assert not WorkItem.objects.filter(kind="verification", state="running").exists()
    with pytest.raises(Refused):
        apply_again(actor=company.actor, completion_id=completion.pk, text="x", at=INSPECTED)


@begins_with(applied)
def test_a_difficulty_overtaken_by_the_verification_waits_for_nobody(county: County, company: Company) -> None:
    completion = applied(county, company)
    commitment = Commitment.objects.get(item__matter_id="eia_table")
    report_difficulty(actor=company.actor, commitment_id=commitment.pk, text="设备晚到", at=at("2027-07-07 09:00"))
    assert WorkItem.objects.get(kind="difficulty").state == "running"
    inspect(county, completion)
    assert completion.state == "passed"
    assert WorkItem.objects.get(kind="difficulty").state == "cancelled"
    assert set(
        WorkItem.objects.filter(project_id=completion.project_id, state="running").values_list("kind", flat=True)
    ) <= {
        "delivery",
        "credit_consent",
    }


@begins_with(applied)
def test_a_department_is_done_when_its_own_points_are(county: County, company: Company) -> None:
    completion = applied(county, company)
    for point in pending(completion):
        if point.department.key == "ecology":
            find(county, completion, point, True)
    running = WorkItem.objects.filter(kind="verification", state="running")
    assert [work.department.key for work in running if work.department] == ["natural_resources"]
    completion.refresh_from_db()
    assert completion.state == "inspection"


@begins_with(applied)
def test_a_verification_granted_elsewhere_can_be_the_last_point(county: County, company: Company) -> None:
    completion = applied(county, company)
    for point in pending(completion):
        if point.commitment is not None:
            find(county, completion, point, True)
    completion.refresh_from_db()
    assert completion.state == "inspection"
    external(completion.project, "planning_verification", at("2027-07-13 09:00"))
    completion.refresh_from_db()
    assert completion.state == "passed"


def test_a_cycle_without_a_promise_passes_and_earns_nothing(county: County, company: Company) -> None:
    completion = inspect(county, applied(county, company, promises=False))
    assert completion.state == "passed"
    assert not PointProposal.objects.exists()


# -- rectifying


@begins_with(applied)
def test_what_was_not_met_is_rectified_verified_again_and_counts_as_kept(county: County, company: Company) -> None:
    completion = inspect(county, applied(county, company), FIRST_OF_PERMIT)
    assert (completion.state, completion.rectify_until) == ("rectifying", UNTIL)
    assert fulfilment(completion) == {"engineering_planning_permit": "rectifying", "eia_table": "pending"}
    work = WorkItem.objects.get(kind="rectification")
    assert (work.waits_for, work.due_at, work.unit_id) == ("unit", UNTIL, company.unit.pk)
    assert not PointProposal.objects.exists()
    apply_again(actor=company.actor, completion_id=completion.pk, text="已按承诺改正", at=at("2027-07-26 09:00"))
    completion.refresh_from_db()
    assert (completion.state, completion.round) == ("inspection", 2)
    again = WorkItem.objects.get(kind="verification", state="running")
    assert again.due_at == at("2027-08-09 18:00")
    points = pending(completion)
    assert [(point.item.matter_id, point.requirement) for point in points] == list(FIRST_OF_PERMIT)
    inspect(county, completion, moment=at("2027-07-28 10:00"))
    assert completion.state == "passed"
    assert set(fulfilment(completion).values()) == {"kept"}
    assert PointProposal.objects.get().type == "cycle_completed"
    assert Finding.objects.filter(commitment__item__matter_id="engineering_planning_permit", requirement=0).count() == 2


@begins_with(applied)
def test_what_stays_unmet_after_rectification_breaks_that_promise_alone(county: County, company: Company) -> None:
    completion = inspect(county, applied(county, company), FIRST_OF_EIA)
    apply_again(actor=company.actor, completion_id=completion.pk, text="已改正", at=at("2027-07-26 09:00"))
    inspect(county, completion, FIRST_OF_EIA, at("2027-07-28 10:00"))
    assert completion.state == "failed"
    assert fulfilment(completion) == {"engineering_planning_permit": "kept", "eia_table": "broken"}
    assert Project.objects.get(pk=completion.project_id).state == "confirmed"
    proposal = PointProposal.objects.get()
    assert (proposal.type, proposal.data, str(proposal.expected_points)) == (
        "commitment_broken",
        {"field": "ecology"},
        "-2.00",
    )
    assert proposal.proposed_by_id == county.person("approver", "ecology").pk


@begins_with(applied)
def test_after_a_failure_the_project_can_still_be_finished_but_the_promise_stays_broken(
    county: County, company: Company
) -> None:
    completion = inspect(county, applied(county, company), FIRST_OF_EIA)
    fail_completion(
        actor=county.actor("approver", "ecology"),
        completion_id=completion.pk,
        reason="情节严重",
        at=at("2027-07-14 09:00"),
    )
    apply_again(actor=company.actor, completion_id=completion.pk, text="重建了处理设施", at=at("2027-09-06 09:00"))
    inspect(county, completion, moment=at("2027-09-08 09:00"))
    assert completion.state == "passed"
    assert Project.objects.get(pk=completion.project_id).state == "completed"
    assert fulfilment(completion)["eia_table"] == "broken"
    assert list(PointProposal.objects.values_list("type", flat=True)) == ["commitment_broken"]


@begins_with(applied)
def test_a_promise_is_broken_once_however_often_it_fails(county: County, company: Company) -> None:
    completion = inspect(county, applied(county, company), FIRST_OF_EIA)
    for month in ("07", "08", "09"):
        apply_again(actor=company.actor, completion_id=completion.pk, text="已改正", at=at(f"2027-{month}-27 09:00"))
        inspect(county, completion, FIRST_OF_EIA, at(f"2027-{month}-28 10:00"))
        assert completion.state == "failed"
    assert completion.round == 4
    assert PointProposal.objects.count() == 1


def test_a_verification_waits_for_those_it_builds_on(county: County, company: Company) -> None:
    completion = applied(county, company, verified=("planning_verification", "joint_acceptance"))
    own = {point.item.matter_id: point for point in pending(completion) if point.commitment is None}
    with pytest.raises(Refused) as refusal:
        find(county, completion, own["joint_acceptance"], True)
    assert refusal.value.code == "onemap.prerequisites"
    assert not Finding.objects.exists()
    find(county, completion, own["planning_verification"], True)
    find(county, completion, own["joint_acceptance"], True)
    assert item_of(completion.project, "joint_acceptance").state == "granted"


@begins_with(applied)
def test_a_serious_failure_is_called_by_a_department_that_found_one(county: County, company: Company) -> None:
    completion = inspect(county, applied(county, company), FIRST_OF_EIA)
    for actor in (company.actor, county.actor("approver", "natural_resources"), county.actor("principal", "ecology")):
        with pytest.raises(Forbidden):
            fail_completion(actor=actor, completion_id=completion.pk, reason="情节严重", at=INSPECTED)
    with pytest.raises(Refused, match="事实"):
        fail_completion(
            actor=county.actor("approver", "ecology"), completion_id=completion.pk, reason=" ", at=INSPECTED
        )
    fail_completion(
        actor=county.actor("approver", "ecology"),
        completion_id=completion.pk,
        reason="偷排废水",
        at=at("2027-07-14 09:00"),
    )
    completion.refresh_from_db()
    assert completion.state == "failed"
    assert WorkItem.objects.get(kind="rectification").state == "cancelled"
    assert "偷排废水" in PointProposal.objects.get().basis


@begins_with(built)
def test_a_promise_broken_while_building_costs_its_points_once(county: County, company: Company) -> None:
    project = built(county, company)
    commitment = Commitment.objects.get(project=project, item__matter_id="engineering_planning_permit")
    department = county.actor("approver", "natural_resources")
    trouble = report_difficulty(
        actor=company.actor, commitment_id=commitment.pk, text="无法退界", at=at("2027-07-01 09:00")
    )
    for outcome, day in (("helped", 1), ("handling_opinion", 2)):
        handle_difficulty(
            actor=department, difficulty_id=trouble.pk, outcome=outcome, text="意见", at=at(f"2027-07-0{day} 15:00")
        )
    completion = apply_completion(actor=company.actor, project_id=project.pk, at=APPLIED)
    for answer in GuidanceAnswer.objects.filter(answered_at__isnull=True).select_related("department"):
        rows = [{**row, "needed": "no"} for row in answer.matters]
        answer_guidance(
            actor=county.actor("approver", answer.department.key), answer_id=answer.pk, matters=rows, at=ADVISED
        )
    completion.refresh_from_db()
    inspect(county, completion)
    assert completion.state == "passed"
    assert fulfilment(completion) == {"engineering_planning_permit": "broken", "eia_table": "kept"}
    assert list(PointProposal.objects.values_list("type", flat=True)) == ["commitment_broken"]


@begins_with(applied)
def test_each_verb_of_completion_belongs_to_its_role_and_to_nobody_else(county: County, company: Company) -> None:
    completion = applied(county, company)
    point = pending(completion)[0]
    assert point.commitment is not None
    trouble = report_difficulty(actor=company.actor, commitment_id=point.commitment.pk, text="难", at=ADVISED)
    verbs: dict[str, Any] = {
        "record_finding": lambda a: record_finding(
            actor=a,
            completion_id=completion.pk,
            commitment_id=point.commitment.pk,
            requirement=0,
            met=True,
            at=INSPECTED,
        ),
        "handle_difficulty": lambda a: handle_difficulty(
            actor=a, difficulty_id=trouble.pk, outcome="helped", text="x", at=INSPECTED
        ),
        "apply_completion": lambda a: apply_completion(actor=a, project_id=completion.project_id, at=INSPECTED),
        "apply_again": lambda a: apply_again(actor=a, completion_id=completion.pk, text="x", at=INSPECTED),
        "propose_cycle": lambda a: propose_cycle(actor=a, completion_id=completion.pk, at=INSPECTED),
        "hand_in_audit": lambda a: hand_in_audit(
            actor=a,
            project_id=completion.project_id,
            auditor="甲",
            number="1",
            on=INSPECTED.date(),
            conclusion="clean",
            at=INSPECTED,
        ),
        "check_audit": lambda a: check_audit(actor=a, audit_id=audit.pk, accept=False, note="x", at=INSPECTED),
    }
    audit = AuditReport.objects.create(
        project=completion.project, auditor="甲", number="1", on=INSPECTED.date(), conclusion="clean",
        handed_by=company.person, handed_at=INSPECTED,
    )  # fmt: skip
    own = {
        "unit": {"apply_completion", "apply_again", "hand_in_audit"},
        "department": {"record_finding", "handle_difficulty"},
        "filing department": {"propose_cycle", "check_audit"},
    }
    actors = {
        "unit": company.actor,
        "other unit": new_company("临夏另一家有限公司").actor,
        "department": county.actor("approver", point.department.key),
        "other department": county.actor("approver", "health"),
        "filing department": county.actor("approver"),
        "principal": county.actor("principal", point.department.key),
        "general_convener": county.actor("general_convener"),
        "supervisor": county.actor("supervisor"),
        "administrator": county.actor("administrator"),
        "public": Actor.public(),
    }
    for name, actor in actors.items():
        for verb, run in verbs.items():
            assert allowed(run, actor) is (verb in own.get(name, set())), (name, verb)


@begins_with(applied)
def test_a_decision_owed_to_the_company_is_delivered_after_the_project_is_complete(
    county: County, company: Company
) -> None:
    completion = applied(county, company)
    utility = item_of(completion.project, "power_connection")
    handler = county.actor("approver", utility.department.key)
    hand_in(company, utility, at("2027-07-08 09:00"))
    accept(actor=handler, item_id=utility.pk, at=at("2027-07-08 10:00"))
    decide(actor=handler, item_id=utility.pk, granted=True, document_number="报装1", text="", at=at("2027-07-09 09:00"))
    inspect(county, completion)
    deliver(actor=handler, item_id=utility.pk, how="在线送达", at=at("2027-07-13 09:00"))
    assert WorkItem.objects.get(kind="delivery", subject_id=utility.pk).state == "done"


# -- what credit does not concern


def report_of(
    company: Company, completion: CompletionVerification, conclusion: str = "clean", **more: Any
) -> AuditReport:
    moment = more.pop("at", at("2027-09-01 09:00"))
    file = store_upload(actor=company.actor, name="审计报告.pdf", content=PDF, unit_id=company.unit.pk, at=moment).pk
    said: dict[str, Any] = {
        "auditor": "临夏某会计师事务所",
        "number": "临审〔2027〕9号",
        "on": moment.date(),
        "evidence": [file],
        **more,
    }
    return hand_in_audit(
        actor=company.actor, project_id=completion.project_id, conclusion=conclusion, at=moment, **said
    )


@begins_with(None)
def test_a_public_project_earns_its_points_only_with_the_audit(county: County, company: Company) -> None:
    completion = inspect(county, applied(county, company, project_class="state_owned"))
    assert completion.state == "passed"
    assert not PointProposal.objects.exists()
    assert "审计" in Entry.objects.get(verb="commitments.no_points").why
    assert Message.objects.filter(template="audit_missing", unit=company.unit).count() == 1
    filing, later = county.actor("approver"), at("2027-09-02 09:00")
    assert not propose_cycle(actor=filing, completion_id=completion.pk, at=later)
    for faults, field in (
        ({"auditor": " "}, "auditor"),
        ({"evidence": ()}, "evidence"),
        ({"on": date(2027, 9, 3)}, "on"),
    ):
        with pytest.raises(Refused) as refusal:
            report_of(company, completion, **faults)
        assert refusal.value.field == field
    first = report_of(company, completion, "adverse", idempotency_key="a")
    with pytest.raises(Refused, match="正在核对"):
        report_of(company, completion)
    work = WorkItem.objects.get(kind="audit_check")
    assert (work.department.key, work.limit_value, work.state) == ("development_reform", 5, "running")
    with pytest.raises(Forbidden):
        check_audit(
            actor=county.actor("approver", "ecology"), audit_id=first.pk, accept=True, conclusion="clean", at=later
        )
    with pytest.raises(Refused) as refusal:
        check_audit(actor=filing, audit_id=first.pk, accept=False, at=later)
    assert refusal.value.field == "note"
    check_audit(actor=filing, audit_id=first.pk, accept=False, note="缺少签字页，请补齐后重新提交", at=later)
    assert "缺少签字页" in Message.objects.filter(template="audit_checked", unit=company.unit).get().body
    second = report_of(company, completion, at=at("2027-09-03 09:00"))
    assert not PointProposal.objects.exists()
    check_audit(actor=filing, audit_id=second.pk, accept=True, conclusion="clean", at=at("2027-09-03 10:00"))
    proposal = PointProposal.objects.get()
    assert (proposal.data["audit"], proposal.expected_points, proposal.evidence) == ("clean", 2, second.evidence)
    # The proposal rests on the same file; the unit hears of it only when it is carried out.
    [file] = [one.file for one in second.evidence]
    assert [(use.what, use.page, use.key) for use in uses_of([file])[file]] == [
        ("审计报告", "unit:audit", completion.project_id)
    ]
    assert {place.kind for place in places_of([file])} == {"commitments.auditreport", "credit.pointproposal"}
    assert "临审〔2027〕9号" in proposal.basis
    with pytest.raises(Refused, match="不能再换"):
        report_of(company, completion, "adverse", at=at("2027-09-04 09:00"))
    standing = audit_of(completion.project)
    assert standing is not None and not standing.open and standing.words == "已采信"


@begins_with(None)
def test_an_audit_before_completion_counts_when_it_has_passed_and_an_adverse_one_earns_nothing(
    county: County, company: Company
) -> None:
    completion = applied(county, company, project_class="public_works")
    early = report_of(company, completion, at=at("2027-07-01 09:00"))
    check_audit(
        actor=county.actor("approver"), audit_id=early.pk, accept=True, conclusion="clean", at=at("2027-07-02 09:00")
    )
    newer = report_of(company, completion, at=at("2027-07-02 10:00"))
    check_audit(
        actor=county.actor("approver"), audit_id=newer.pk, accept=True, conclusion="adverse", at=at("2027-07-02 11:00")
    )
    assert list(AuditReport.objects.order_by("id").values_list("state", flat=True)) == ["replaced", "accepted"]
    inspect(county, completion)
    assert not PointProposal.objects.exists()
    assert "结论有问题" in Entry.objects.get(verb="commitments.no_points").why
    assert not Message.objects.filter(template="audit_missing").exists()
    with pytest.raises(Refused, match="不能再换"):
        report_of(company, completion)


@begins_with(None)
def test_a_project_of_another_kind_runs_the_same_way_without_promise_and_points(
    county: County, company: Company
) -> None:
    project = guided(county, company, kind="verification")
    with pytest.raises(Refused, match="备案类") as refusal:
        promise(company, item_of(project))
    assert refusal.value.code == "commitments.not_promisable"
    other = new_company("积石山第二家有限公司")
    completion = inspect(county, applied(county, other, promises=False, kind="verification"))
    assert completion.state == "passed"
    assert not PointProposal.objects.exists()


@begins_with(applied)
def test_the_end_of_a_project_ends_its_completion(county: County, company: Company) -> None:
    completion = applied(county, company)
    withdraw_filing(actor=county.actor("approver"), project_id=completion.project_id, problem="虚假信息", at=INSPECTED)
    completion.refresh_from_db()
    assert completion.state == "failed"
    # What was promised is for the departments to settle, each promise with its own clock.
    assert set(Commitment.objects.values_list("state", flat=True)) == {"decided"}
    waiting = WorkItem.objects.filter(project_id=completion.project_id, state__in=["running", "paused"])
    assert list(waiting.values_list("kind", flat=True)) == ["promise_closing"] * Commitment.objects.count()


# -- reading it


@begins_with(applied)
def test_the_inspection_is_read_in_five_queries_however_much_there_is_to_verify(
    county: County, company: Company, django_assert_max_num_queries: Any
) -> None:
    completion = applied(county, company)
    find(county, completion, pending(completion)[0], True)
    with django_assert_max_num_queries(5):
        view = queries.completion_of(completion.project_id)
    assert view is not None
    assert [len(part.points) for part in view.parts] == [6, 4, 1]
    assert view.parts[0].met == 1


@begins_with(applied)
def test_the_share_of_promises_counts_every_matter_off_the_list_offered_or_not(
    county: County, company: Company
) -> None:
    applied(county, company)
    share = queries.commitment_share(at("2026-11-01 00:00"), at("2027-01-01 00:00"))
    # Granted off the list: permit and environment on a promise, drawing review without; two listed matters do not
    # count.
    assert (share.promised, share.off_list) == (2, 3)
    assert share.share is not None and share.target is not None
    assert share.reached
    assert queries.commitment_share(at("2027-01-01 00:00"), at("2027-02-01 00:00")).share is None
