"""A promise from signing to the decision: who may, what stops it, and that nothing is decided before its time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.apps.chaining import leaves_saying
from tests.apps.county import Company, County, at, graded, new_company, new_county, new_person
from tests.apps.test_onemap import guided, hand_in
from tests.beginnings import begins_with, builder
from tests.database import TestDatabase
from yinuo.deploy.embedded import SUPERUSER
from yinuo.engine.base import Actor, Forbidden, Refused, Stale
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.documents.signing import verify_pdf
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import AuthorisedPerson, Department
from yinuo.engine.trail.models import ChainRow, Entry
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments import queries
from yinuo.rooms.commitments.actions import (
    answer_objection,
    close_notices,
    commit,
    consent_ruling,
    decide_on_commitment,
    handle_difficulty,
    preview_letter,
    raise_objection,
    report_difficulty,
    report_fulfilment,
    review_commitment,
    to_regular,
)
from yinuo.rooms.commitments.models import Commitment, Difficulty, Objection, Ruling
from yinuo.rooms.credit.models import PointProposal
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.actions import withdraw_filing
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)

MATTER = "engineering_planning_permit"
DEPARTMENT = "natural_resources"
SIGNED = at("2026-11-06 10:00")
NOTICE_ENDS = at("2026-11-13 18:00")
AFTER = at("2026-11-16 09:00")


def item_of(project: Project, matter: str = MATTER) -> MapItem:
    return MapItem.objects.get(project=project, matter_id=matter)


def promise(company: Company, item: MapItem, moment: datetime = SIGNED, **changes: Any) -> Commitment:
    return commit(actor=company.actor, item_id=item.pk, standard_version="2023.1", at=moment, **changes)


@builder
def promised(county: County, company: Company, matter: str = MATTER) -> Commitment:
    return promise(company, item_of(guided(county, company), matter))


def approve(
    county: County, commitment: Commitment, moment: datetime = AFTER, number: str = "建字〔2026〕1号"
) -> Commitment:
    department = Department.objects.get(pk=commitment.department_id)
    return decide_on_commitment(
        actor=county.actor("approver", department.key), commitment_id=commitment.pk, document_number=number, at=moment
    )


def object_to(commitment: Commitment, moment: datetime = at("2026-11-10 09:00"), **changes: Any) -> Objection:
    said: dict[str, Any] = {"text": "退界不足，影响我家采光", "name": "马小林", "contact": "13900001111", **changes}
    return raise_objection(actor=Actor.public(), commitment_id=commitment.pk, at=moment, **said)


def answer(county: County, objection: Objection, moment: datetime, *, upheld: bool) -> Objection:
    return answer_objection(
        actor=county.actor("approver", DEPARTMENT),
        objection_id=objection.pk,
        upheld=upheld,
        answer="经现场核对，退界符合规划条件",
        at=moment,
    )


def decision_clock(commitment: Commitment) -> WorkItem:
    return WorkItem.objects.get(
        kind="commitment_decision", subject_id=commitment.item_id, state__in=["running", "paused"]
    )


# -- signing


@begins_with(promised)
def test_a_signed_promise_is_published_for_five_working_days_and_its_letter_stands_whole(
    county: County, company: Company
) -> None:
    commitment = promised(county, company)
    assert commitment.state == "notice"
    assert (commitment.notice_from, commitment.notice_until) == (SIGNED, NOTICE_ENDS)
    assert item_of(commitment.project).state == "notice"
    assert item_of(commitment.project).route == "commitment"
    assert len(commitment.requirements) == 4
    from yinuo.engine.documents.actions import signing_provider

    content = bytes(StoredFile.objects.get(pk=commitment.letter.file_id).content)
    report = verify_pdf(content, commitment.letter_sha256, roots=signing_provider().roots(), at=SIGNED)
    assert report.valid
    assert report.signer == company.unit.name
    assert report.signer_id == company.unit.credit_code
    assert commitment.option is not None
    assert commitment.option.outcome["promisable"] is True
    entry = Entry.objects.get(verb="commitments.commit")
    assert entry.data["letter_sha256"] == commitment.letter_sha256
    assert entry.decision_id == commitment.option_id
    assert leaves_saying("approval.document", "letter_sha256", commitment.letter_sha256) == 1


def test_the_draft_is_read_before_signing_and_leaves_nothing_behind(county: County, company: Company) -> None:
    item = item_of(guided(county, company))
    files = StoredFile.objects.count()
    assert preview_letter(actor=company.actor, item_id=item.pk, at=SIGNED).startswith(b"%PDF")
    assert StoredFile.objects.count() == files
    assert not Commitment.objects.exists()
    with pytest.raises(Forbidden):
        preview_letter(actor=county.actor("approver", DEPARTMENT), item_id=item.pk, at=SIGNED)


def test_a_double_click_signs_once(county: County, company: Company) -> None:
    item = item_of(guided(county, company))
    first = promise(company, item, idempotency_key="k-1")
    again = promise(company, item, at("2026-11-06 10:01"), idempotency_key="k-1")
    assert first.pk == again.pk
    assert Commitment.objects.count() == 1
    assert WorkItem.objects.filter(kind="commitment_decision").count() == 1


def test_a_second_signer_of_the_same_unit_finds_the_promise_given(county: County, company: Company) -> None:
    item = item_of(guided(county, company))
    promise(company, item)
    with pytest.raises(Refused) as refusal:
        promise(company, item, at("2026-11-06 10:01"))
    assert refusal.value.code == "onemap.state"


def test_only_a_person_authorised_to_sign_signs(county: County, company: Company) -> None:
    item = item_of(guided(county, company))
    AuthorisedPerson.objects.filter(pk=company.binding.pk).update(may_sign=False)
    with pytest.raises(Forbidden, match="签署"):
        promise(company, item)


def test_the_standard_signed_is_the_one_read(county: County, company: Company) -> None:
    item = item_of(guided(county, company))
    with pytest.raises(Stale) as refusal:
        commit(actor=company.actor, item_id=item.pk, standard_version="2022.9", at=SIGNED)
    assert refusal.value.code == "commitments.standard"
    assert not Commitment.objects.exists()


def test_a_matter_on_the_negative_list_is_refused_with_its_row(county: County, company: Company) -> None:
    item = item_of(guided(county, company), "soil_conservation_plan")
    with pytest.raises(Refused) as refusal:
        promise(company, item)
    assert refusal.value.code == "commitments.not_promisable"
    assert any("附件1·二" in cite for cite in refusal.value.cites)


def test_a_unit_fallen_to_d_between_guidance_and_signing_is_refused_with_the_measure(
    county: County, company: Company
) -> None:
    item = item_of(guided(county, company))
    assert item.promisable
    graded(company.unit, "D")
    with pytest.raises(Refused, match="不适用信用承诺制") as refusal:
        promise(company, item)
    assert any("附件2·第二十三条" in cite for cite in refusal.value.cites)


def test_a_promise_waits_for_its_prerequisites(county: County, company: Company) -> None:
    item = item_of(guided(county, company), "drawing_review")
    with pytest.raises(Refused) as refusal:
        promise(company, item)
    assert refusal.value.code == "onemap.prerequisites"


# -- the notice period


@begins_with(promised)
def test_the_notice_period_reddens_nobody_and_the_decision_has_a_working_day_of_its_own(
    county: County, company: Company
) -> None:
    commitment = promised(county, company)
    work = decision_clock(commitment)
    assert work.started_at == NOTICE_ENDS
    assert work.due_at == at("2026-11-16 18:00")
    assert work.light_at(at("2026-11-13 17:59")) == "green"
    assert work.light_at(at("2026-11-16 17:00")) == "yellow"
    assert work.light_at(at("2026-11-16 18:01")) == "red"


@begins_with(promised)
def test_within_the_notice_period_nothing_is_decided(county: County, company: Company) -> None:
    commitment = promised(county, company)
    for moment in (at("2026-11-12 15:00"), at("2026-11-13 17:59")):
        with pytest.raises(Refused) as refusal:
            approve(county, commitment, moment)
        assert refusal.value.code == "commitments.in_notice"
        assert any("正文·二(一)" in cite for cite in refusal.value.cites)
    commitment.refresh_from_db()
    assert commitment.decided_at is None


@begins_with(promised)
def test_the_database_itself_refuses_a_decision_within_the_notice_period(county: County, company: Company) -> None:
    commitment = promised(county, company)
    with pytest.raises(IntegrityError, match="no_decision_within_notice"), transaction.atomic():
        Commitment.objects.filter(pk=commitment.pk).update(state="decided", decided_at=at("2026-11-13 17:59"))
    copy = Commitment.objects.get(pk=commitment.pk)
    copy.pk = None
    with pytest.raises(IntegrityError, match="commitment_once_per_item"), transaction.atomic():
        copy.save(force_insert=True)


@begins_with(promised)
def test_at_the_end_of_the_period_the_department_is_told_and_decides(county: County, company: Company) -> None:
    commitment = promised(county, company)
    county.actor("approver", DEPARTMENT)
    assert close_notices(at("2026-11-13 17:59")) == 0
    assert close_notices(NOTICE_ENDS) == 1
    assert close_notices(AFTER) == 0
    commitment.refresh_from_db()
    assert commitment.state == "decidable"
    assert item_of(commitment.project).state == "decidable"
    assert Message.objects.filter(template="decidable").exists()
    approve(county, commitment)
    commitment.refresh_from_db()
    item = item_of(commitment.project)
    assert (commitment.state, commitment.decided_at) == ("decided", AFTER)
    assert (item.state, item.present.document_number, item.route) == ("granted", "建字〔2026〕1号", "commitment")
    work = WorkItem.objects.get(kind="commitment_decision")
    assert (work.state, work.light_at(at("2027-01-01 09:00"))) == ("done", "green")


@begins_with(promised)
def test_with_a_stopped_ticker_the_decision_is_possible_all_the_same(county: County, company: Company) -> None:
    commitment = promised(county, company)
    approve(county, commitment, NOTICE_ENDS)
    assert Commitment.objects.get().state == "decided"


@begins_with(promised)
def test_two_decisions_on_one_promise_are_one(county: County, company: Company) -> None:
    commitment = promised(county, company)
    approve(county, commitment)
    with pytest.raises(Refused) as refusal:
        approve(county, commitment, number="建字〔2026〕2号")
    assert refusal.value.code == "commitments.state"


@begins_with(promised)
def test_the_decision_names_the_letter_it_rests_on(county: County, company: Company) -> None:
    from yinuo.engine.documents.queries import of_subject

    commitment = promised(county, company)
    approve(county, commitment)
    decision = of_subject(commitment.item).get(kind="decision")
    assert commitment.letter.data["number"] in decision.data["commitment"]
    assert decision.data["application_on"] == "2026-11-06"


@pytest.mark.parametrize(
    "spoil", ["a byte flipped", "bytes appended", "another signed letter", "another, with its digest in the row"]
)
def test_nothing_is_decided_on_an_altered_letter(committed_db: str, test_database: TestDatabase, spoil: str) -> None:
    """The application cannot alter a letter that was made; whoever owns the machine can."""
    county = new_county()
    company = new_company()
    project = guided(county, company)
    commitment = promise(company, item_of(project))
    file = StoredFile.objects.get(pk=commitment.letter.file_id)
    content = bytearray(file.content)
    if spoil == "a byte flipped":
        content[len(content) // 2] ^= 1
    elif spoil == "bytes appended":
        content += b"\n%% more\n"
    else:
        other = promise(company, item_of(project, "eia_table"))
        content = bytearray(StoredFile.objects.get(pk=other.letter.file_id).content)
        if spoil != "another signed letter":
            Commitment.objects.filter(pk=commitment.pk).update(letter_sha256=other.letter_sha256)
    with test_database.server.connect(SUPERUSER, committed_db) as operator:
        operator.execute("SET session_replication_role = replica")
        operator.execute("UPDATE documents_storedfile SET content = %s WHERE id = %s", [bytes(content), file.pk])
    with pytest.raises(Refused, match="不一致") as refusal:
        approve(county, commitment)
    assert refusal.value.code == "commitments.letter_altered"
    assert item_of(project).state == "notice"


@begins_with(promised)
def test_an_ended_project_takes_its_promises_with_it(county: County, company: Company) -> None:
    commitment = promised(county, company)
    objection = object_to(commitment)
    withdraw_filing(
        actor=county.actor("approver"),
        project_id=commitment.project_id,
        problem="应办理核准",
        at=at("2026-11-11 09:00"),
    )
    commitment.refresh_from_db()
    objection.refresh_from_db()
    assert commitment.state == "cancelled"
    assert objection.state == "moot"
    assert "终止" in objection.answer
    assert not WorkItem.objects.filter(project_id=commitment.project_id, state__in=["running", "paused"]).exists()
    assert close_notices(AFTER) == 0


@begins_with(promised)
def test_a_project_withdrawn_during_the_notice_ends_a_clock_that_had_not_begun(
    county: County, company: Company
) -> None:
    commitment = promised(county, company)
    withdraw_filing(
        actor=county.actor("approver"),
        project_id=commitment.project_id,
        problem="应办理核准",
        at=at("2026-11-11 09:00"),
    )
    work = WorkItem.objects.get(kind="commitment_decision")
    assert (work.state, work.light_at(at("2027-01-01 09:00"))) == ("cancelled", "green")


# -- objections


@begins_with(promised)
def test_an_objection_stops_the_decision_until_it_is_answered(county: County, company: Company) -> None:
    commitment = promised(county, company)
    objection = object_to(commitment)
    commitment.refresh_from_db()
    assert commitment.state == "objected"
    work = WorkItem.objects.get(kind="objection")
    assert work.due_at == at("2026-11-17 18:00")
    assert close_notices(AFTER) == 0
    with pytest.raises(Refused) as refusal:
        approve(county, commitment)
    assert refusal.value.code == "commitments.objection_open"
    answer(county, objection, at("2026-11-16 10:00"), upheld=False)
    commitment.refresh_from_db()
    assert commitment.state == "decidable"
    assert decision_clock(commitment).due_at == at("2026-11-17 18:00")
    approve(county, commitment, at("2026-11-16 11:00"))
    assert queries.objection_by_receipt(objection.receipt_no).answer == "经现场核对，退界符合规划条件"


@begins_with(promised)
def test_an_objection_rejected_in_time_lets_the_notice_run_on(county: County, company: Company) -> None:
    commitment = promised(county, company)
    answer(county, object_to(commitment), at("2026-11-11 10:00"), upheld=False)
    commitment.refresh_from_db()
    assert (commitment.state, commitment.notice_until) == ("notice", NOTICE_ENDS)
    assert decision_clock(commitment).due_at == at("2026-11-16 18:00")
    with pytest.raises(Refused) as refusal:
        approve(county, commitment, at("2026-11-12 09:00"))
    assert refusal.value.code == "commitments.in_notice"


@begins_with(promised)
def test_every_objection_is_answered_before_the_decision(county: County, company: Company) -> None:
    commitment = promised(county, company)
    first, second = object_to(commitment), object_to(commitment, at("2026-11-11 09:00"), text="施工噪声")
    assert first.receipt_no != second.receipt_no
    answer(county, first, at("2026-11-12 10:00"), upheld=False)
    with pytest.raises(Refused) as refusal:
        approve(county, commitment)
    assert refusal.value.code == "commitments.objection_open"
    answer(county, second, AFTER, upheld=False)
    approve(county, commitment, at("2026-11-16 15:00"))


@begins_with(promised)
def test_an_objection_upheld_puts_the_matter_on_the_regular_way_for_good(county: County, company: Company) -> None:
    commitment = promised(county, company)
    first, second = object_to(commitment), object_to(commitment, text="另一条")
    answer(county, first, at("2026-11-11 10:00"), upheld=True)
    commitment.refresh_from_db()
    second.refresh_from_db()
    item = item_of(commitment.project)
    assert commitment.state == "regular"
    assert second.state == "moot"
    assert (item.state, item.route, item.present.received_at) == ("open", "regular", None)
    with pytest.raises(Refused) as refusal:
        promise(company, item, at("2026-11-12 09:00"))
    assert refusal.value.code == "commitments.upheld"
    hand_in(company, item, at("2026-11-12 10:00"))
    assert item_of(commitment.project).state == "received"


@begins_with(promised)
def test_an_objection_is_taken_until_the_last_moment_of_the_period_and_not_after(
    county: County, company: Company
) -> None:
    commitment = promised(county, company)
    with pytest.raises(Refused) as refusal:
        object_to(commitment, NOTICE_ENDS)
    assert refusal.value.code == "commitments.notice_over"
    object_to(commitment, at("2026-11-13 17:59"))
    assert Objection.objects.count() == 1


@begins_with(promised)
def test_who_objected_stands_in_the_objection_alone(county: County, company: Company) -> None:
    commitment = promised(county, company)
    county.actor("approver", DEPARTMENT)
    object_to(commitment)
    written = (
        str(list(Entry.objects.values())) + str(list(Message.objects.values())) + str(list(ChainRow.objects.values()))
    )
    written += str(queries.zone(AFTER).rows)
    for personal in ("马小林", "13900001111", "影响我家采光", company.person.name):
        assert personal not in written
    assert Objection.objects.get().name == "马小林"


@begins_with(promised)
def test_an_objection_sent_twice_is_one(county: County, company: Company) -> None:
    commitment = promised(county, company)
    first = object_to(commitment, idempotency_key="o-1")
    assert object_to(commitment, at("2026-11-10 09:01"), idempotency_key="o-1").pk == first.pk
    assert Objection.objects.count() == 1


# -- back and forth


@begins_with(promised)
def test_the_unit_takes_its_promise_back_and_gives_it_anew(county: County, company: Company) -> None:
    commitment = promised(county, company)
    objection = object_to(commitment)
    to_regular(actor=company.actor, commitment_id=commitment.pk, why="改为提交全部材料", at=at("2026-11-10 15:00"))
    commitment.refresh_from_db()
    objection.refresh_from_db()
    item = item_of(commitment.project)
    assert (commitment.state, objection.state, item.state, item.route) == ("regular", "moot", "open", "regular")
    assert not WorkItem.objects.filter(kind__in=["commitment_decision", "objection"], state="running").exists()
    again = promise(company, item, at("2026-11-11 09:00"))
    assert again.notice_until == at("2026-11-18 18:00")
    assert again.letter.data["number"] != commitment.letter.data["number"]


@begins_with(promised)
def test_a_decided_promise_is_not_taken_back(county: County, company: Company) -> None:
    commitment = promised(county, company)
    approve(county, commitment)
    with pytest.raises(Refused) as refusal:
        to_regular(actor=company.actor, commitment_id=commitment.pk, why="反悔", at=at("2026-11-17 09:00"))
    assert refusal.value.code == "commitments.state"


# -- keeping it


@begins_with(promised)
def test_fulfilment_is_reported_with_the_units_own_files(county: County, company: Company) -> None:
    commitment = promised(county, company)
    approve(county, commitment)
    file = store_upload(actor=company.actor, name="放线.pdf", content=PDF, unit_id=company.unit.pk, at=AFTER)
    foreign = store_upload(actor=county.actor("approver"), name="x.pdf", content=PDF, unit_id=None, at=AFTER)
    report = report_fulfilment(
        actor=company.actor,
        commitment_id=commitment.pk,
        text="已放线、验线",
        evidence=[file.pk],
        at=at("2026-12-01 09:00"),
    )
    assert report.evidence[0].sha256 == file.sha256
    with pytest.raises(Refused) as refusal:
        report_fulfilment(
            actor=company.actor,
            commitment_id=commitment.pk,
            text="又",
            evidence=[foreign.pk],
            at=at("2026-12-01 09:00"),
        )
    assert refusal.value.code == "commitments.evidence"


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def in_trouble(county: County, company: Company, matter: str = MATTER) -> Difficulty:
    commitment = promised(county, company, matter)
    approve(county, commitment)
    return report_difficulty(
        actor=company.actor, commitment_id=commitment.pk, text="供地推迟", at=at("2026-12-01 09:00")
    )


def handle(
    county: County, difficulty: Difficulty, outcome: str, moment: datetime, department: str = DEPARTMENT
) -> Difficulty:
    return handle_difficulty(
        actor=county.actor("approver", department),
        difficulty_id=difficulty.pk,
        outcome=outcome,
        text="意见和依据",
        at=moment,
    )


def test_a_difficulty_is_helped_before_an_opinion_breaks_the_promise(county: County, company: Company) -> None:
    difficulty = in_trouble(county, company)
    assert WorkItem.objects.get(kind="difficulty").due_at == at("2026-12-08 18:00")
    with pytest.raises(Refused) as refusal:
        handle(county, difficulty, "handling_opinion", at("2026-12-02 09:00"))
    assert refusal.value.code == "commitments.outcome_order"
    handle(county, difficulty, "helped", at("2026-12-02 09:00"))
    assert Commitment.objects.get().fulfilment == "rectifying"
    assert WorkItem.objects.get(kind="difficulty").state == "done"
    handle(county, difficulty, "handling_opinion", at("2027-01-15 09:00"))
    assert Commitment.objects.get().fulfilment == "broken"
    proposal = PointProposal.objects.get()
    assert (proposal.type, proposal.data, str(proposal.expected_points)) == ("commitment_broken", {}, "-1.00")
    assert proposal.proposed_by_id == county.person("approver", DEPARTMENT).pk
    with pytest.raises(Refused):
        handle(county, difficulty, "terminate", at("2027-01-16 09:00"))


def test_a_project_is_terminated_only_for_the_fields_the_measures_name(county: County, company: Company) -> None:
    difficulty = in_trouble(county, company)
    with pytest.raises(Refused) as refusal:
        handle(county, difficulty, "terminate", at("2026-12-02 09:00"))
    assert refusal.value.code == "commitments.terminate_field"
    assert any("附件2·第十四条" in cite for cite in refusal.value.cites)
    assert Project.objects.get().state == "confirmed"


def test_an_ecological_promise_out_of_reach_ends_the_project(county: County, company: Company) -> None:
    project = guided(county, company)
    other = promise(company, item_of(project))
    commitment = promise(company, item_of(project, "eia_table"))
    approve(county, commitment, number="环审〔2026〕1号")
    difficulty = report_difficulty(
        actor=company.actor, commitment_id=commitment.pk, text="排放超标", at=at("2026-12-01 09:00")
    )
    handle(county, difficulty, "terminate", at("2026-12-02 09:00"), "ecology")
    principal, ended = county.actor("principal", "ecology"), at("2026-12-02 10:00")
    consent_ruling(actor=principal, ruling_id=Ruling.objects.get().pk, number="环处〔2026〕1号", at=ended)
    project.refresh_from_db()
    commitment.refresh_from_db()
    other.refresh_from_db()
    assert project.state == "terminated"
    assert (commitment.state, commitment.fulfilment) == ("decided", "broken")
    assert other.state == "cancelled"
    proposal = PointProposal.objects.get()
    assert (proposal.data, str(proposal.expected_points)) == ({"field": "ecology"}, "-2.00")


# -- the zone


def zone_of(now: datetime, **asked: Any) -> list[tuple[str, int]]:
    return [(row.matter, row.days_left) for row in queries.zone(now, **asked).rows]


def test_the_zone_shows_what_is_in_notice_first_with_its_remaining_days(county: County, company: Company) -> None:
    project = guided(county, company)
    promise(company, item_of(project))
    later = promise(company, item_of(project, "eia_table"), at("2026-11-09 10:00"))
    permit, eia = item_of(project).name, later.item.name
    assert zone_of(SIGNED) == [(permit, 6), (eia, 7)]
    assert zone_of(at("2026-11-13 17:59")) == [(permit, 1), (eia, 2)]
    assert zone_of(NOTICE_ENDS) == [(eia, 2), (permit, 0)]
    assert zone_of(at("2026-11-14 12:00")) == [(eia, 1), (permit, 0)]
    assert zone_of(at("2026-11-16 18:00")) == [(eia, 0), (permit, 0)]
    assert zone_of(SIGNED, search="不在此处") == []
    assert zone_of(SIGNED, search="规划许可证") == [(permit, 6)]
    assert zone_of(SIGNED, state="decided") == []


def test_the_zone_is_turned_page_by_page_in_one_query_each(
    county: County, company: Company, django_assert_num_queries: Any
) -> None:
    projects = [guided(county, new_company(f"第{number}有限公司")) for number in range(3)]
    signers = [AuthorisedPerson.objects.get(unit_id=project.unit_id) for project in projects]
    given = []
    for project, binding in zip(projects, signers, strict=True):
        signer = Company(binding.unit, binding.person, binding)
        given += [
            promise(signer, item_of(project)),
            promise(signer, item_of(project, "eia_table"), at("2026-11-09 10:00")),
        ]
    approve(county, given[0])
    whole = [row.id for row in queries.zone(AFTER).rows]
    assert sorted(whole) == sorted(commitment.pk for commitment in given)
    assert whole[3:] == sorted((commitment.pk for commitment in given[::2]), reverse=True)
    turned: list[int] = []
    cursor = ""
    for _ in range(3):
        page = queries.zone(AFTER, size=2, after=cursor)
        turned += [row.id for row in page.rows]
        cursor = page.after
    assert (turned, cursor) == (whole, "")
    with django_assert_num_queries(1):
        queries.zone(AFTER, size=2)


@begins_with(promised)
def test_the_public_page_of_a_promise_names_no_person(county: County, company: Company) -> None:
    commitment = promised(county, company)
    object_to(commitment)
    page = queries.public_page(commitment.pk, at("2026-11-10 10:00"))
    assert page.takes_objections
    assert (page.row.objections, page.letter_sha256) == (1, commitment.letter_sha256)
    assert len(page.requirements) == 4
    for personal in (company.person.name, "马小林", "影响我家采光"):
        assert personal not in str(page)
    assert not queries.public_page(commitment.pk, NOTICE_ENDS).takes_objections


@begins_with(promised)
def test_a_receipt_number_opens_the_reply_and_nothing_else(county: County, company: Company) -> None:
    objection = object_to(promised(county, company))
    reply = queries.objection_by_receipt(f" {objection.receipt_no.lower()} ")
    assert (reply.state, reply.answer, reply.text) == ("open", "", "退界不足，影响我家采光")
    assert "马小林" not in str(reply)
    with pytest.raises(Objection.DoesNotExist):
        queries.objection_by_receipt("Y261110000000000000")


# -- who may


@begins_with(promised)
def test_each_verb_belongs_to_its_role_and_to_nobody_else(county: County, company: Company) -> None:
    commitment = promised(county, company)
    stranger = new_company("临夏另一家有限公司").actor
    objection = object_to(commitment)
    item = item_of(commitment.project, "eia_table")
    moment = at("2026-11-11 09:00")
    verbs: dict[str, Any] = {
        "commit": lambda a: commit(actor=a, item_id=item.pk, standard_version="2023.1", at=moment),
        "to_regular": lambda a: to_regular(actor=a, commitment_id=commitment.pk, why="x", at=moment),
        "report_fulfilment": lambda a: report_fulfilment(actor=a, commitment_id=commitment.pk, text="x", at=moment),
        "report_difficulty": lambda a: report_difficulty(actor=a, commitment_id=commitment.pk, text="x", at=moment),
        "decide": lambda a: decide_on_commitment(actor=a, commitment_id=commitment.pk, document_number="1", at=moment),
        "review": lambda a: review_commitment(
            actor=a, commitment_id=commitment.pk, on=moment.date(), points=[], at=moment
        ),
        "answer": lambda a: answer_objection(actor=a, objection_id=objection.pk, upheld=False, answer="y", at=moment),
    }
    own = {
        "unit": {"commit", "to_regular", "report_fulfilment", "report_difficulty"},
        "department": {"decide", "answer", "review"},
    }
    actors = {
        "unit": company.actor,
        "other unit": stranger,
        "department": county.actor("approver", DEPARTMENT),
        "other department": county.actor("approver", "health"),
        "principal": county.actor("principal", DEPARTMENT),
        "general_convener": county.actor("general_convener"),
        "stage_convener": county.actor("stage_convener", stage="initiation"),
        "supervisor": county.actor("supervisor"),
        "comprehensive": county.actor("comprehensive"),
        "administrator": county.actor("administrator"),
        "public": Actor.public(),
    }
    for name, actor in actors.items():
        for verb, run in verbs.items():
            assert allowed(run, actor) is (verb in own.get(name, set())), (name, verb)


def allowed(run: Any, actor: Actor) -> bool:
    """Whether the verb gets past the question who may; what it did is taken back."""
    try:
        with transaction.atomic():
            run(actor)
            raise Undone
    except Forbidden:
        return False
    except (Refused, Undone):
        return True


class Undone(Exception):
    """Takes back what a verb did."""


@begins_with(promised)
def test_the_objector_is_known_to_the_answering_department_alone(county: County, company: Company) -> None:
    from yinuo.rooms.commitments.access import can_see_objector

    objection = object_to(promised(county, company))
    assert can_see_objector(county.actor("approver", DEPARTMENT), objection)
    for actor in (company.actor, county.actor("approver", "health"), county.actor("administrator"), Actor.public()):
        assert not can_see_objector(actor, objection)


@begins_with(promised)
def test_the_tick_passes_over_a_clock_that_has_not_begun(county: County, company: Company) -> None:
    commitment = promised(county, company)
    tick(at("2026-11-13 17:59"))
    assert decision_clock(commitment).announced == "green"
    tick(at("2026-11-17 09:00"))
    assert decision_clock(commitment).announced == "red"


def test_a_person_of_another_unit_does_not_sign_for_this_one(county: County, company: Company) -> None:
    item = item_of(guided(county, company))
    outsider = Actor(person_id=new_person("外人").pk, role="unit", unit_id=company.unit.pk)
    with pytest.raises(Forbidden):
        commit(actor=outsider, item_id=item.pk, standard_version="2023.1", at=SIGNED)
