"""补办审批文件 (正文·三(七)): the document really needed later is given after a review, and the promise stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.apps.chaining import leaves_saying
from tests.apps.county import Company, County, at, new_company
from tests.apps.test_commitments import AFTER, DEPARTMENT, approve, item_of, promised
from tests.apps.test_completion import APPLIED, applied, inspect
from tests.apps.test_onemap import PDF, guided, hand_in, ready
from tests.beginnings import begins_with
from yinuo.engine.base import Forbidden, Refused, Stale
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.making import paper_of
from yinuo.engine.documents.models import Document
from yinuo.engine.infochain.audit import audit
from yinuo.engine.trail.actions import unit_of_work
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.onemap.actions import (
    accept,
    accept_document_request,
    ask_document,
    decide,
    deliver_document,
    give_document,
    return_document_request,
    revoke,
    withdraw_document_request,
)
from yinuo.rooms.onemap.models import LaterDocument, MapItem, Submission
from yinuo.rooms.onemap.sweeping import stuck
from yinuo.rooms.projects.actions import terminate
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)

ASKED = at("2026-12-01 09:00")
PURPOSE = "银行放款须见规划许可批文"
POINTS = [{"code": "incomplete.material_missing", "subject": "总平面图", "request": "补交"}]


def handed(company: Company, item: MapItem, moment: datetime = ASKED) -> list[dict[str, Any]]:
    file = store_upload(actor=company.actor, name="材料.pdf", content=PDF, unit_id=company.unit.pk, at=moment)
    return [{"id": material["id"], "file": file.pk} for material in item.materials]


def decided(county: County, company: Company) -> Commitment:
    return approve(county, promised(county, company))


def ask(company: Company, commitment: Commitment, moment: datetime = ASKED, **changes: Any) -> LaterDocument:
    item = item_of(commitment.project)
    said = {"materials": handed(company, item, moment), "purpose": PURPOSE, **changes}
    return ask_document(actor=company.actor, item_id=item.pk, at=moment, **said)


def promise_of(commitment: Commitment) -> tuple[Any, ...]:
    """Everything the promise and its decision say."""
    found = Commitment.objects.get(pk=commitment.pk)
    item = item_of(found.project)
    fields = (found.state, found.fulfilment, found.decided_at, found.letter_sha256, found.version)
    return (*fields, item.state, item.route, item.present.document_number, item.present.ended_at)


def test_the_document_is_reviewed_given_and_delivered_and_the_promise_stands(county: County, company: Company) -> None:
    commitment = decided(county, company)
    before, handler = promise_of(commitment), county.actor("approver", DEPARTMENT)
    asked = ask(company, commitment)
    receipt = WorkItem.objects.get(kind="receipt", subject_id=asked.pk)
    assert (asked.state, receipt.due_at, receipt.url) == (
        "received",
        at("2026-12-08 18:00"),
        f"/staff/later/{asked.pk}/",
    )
    accept_document_request(actor=handler, asked_id=asked.pk, at=at("2026-12-01 15:00"))
    limit = WorkItem.objects.get(kind="limit", subject_id=asked.pk, subject_kind="onemap.laterdocument")
    assert limit.limit_value == item_of(commitment.project).limit_value
    given = give_document(
        actor=handler,
        asked_id=asked.pk,
        granted=True,
        document_number="建字〔2026〕批1号",
        text="",
        at=at("2026-12-02 10:00"),
    )
    assert given.state == "issued"
    assert given.document is not None
    said = given.document.data
    assert (given.document.number, said["outcome"], said["application_on"]) == (
        "建字〔2026〕批1号",
        "granted",
        "2026-12-01",
    )
    assert "项目单位原有信用承诺的法律效力不变。" in said["contents"]
    assert any("三（七）" in cite for cite in said["basis"])
    assert "信用承诺书" in said["commitment"]
    assert paper_of(document=given.document, at=at("2026-12-02 10:01")).size > 10_000
    delivery = WorkItem.objects.get(kind="delivery", subject_id=asked.pk, subject_kind="onemap.laterdocument")
    assert delivery.due_at == at("2026-12-16 18:00")
    deliver_document(actor=handler, asked_id=asked.pk, how="窗口领取", at=at("2026-12-03 10:00"))
    assert not WorkItem.objects.filter(subject_kind="onemap.laterdocument", state__in=["running", "paused"]).exists()
    assert promise_of(commitment) == before
    verbs = set(Entry.objects.filter(subject_kind="onemap.laterdocument").values_list("verb", flat=True))
    assert verbs == {
        "onemap.ask_document",
        "onemap.accept_document_request",
        "onemap.give_document",
        "onemap.deliver_document",
    }
    # The score the company of the tests begins with was never told the chain.
    assert all(fault.startswith("credit.creditevent:") for fault in audit(None).faults)
    LaterDocument.objects.filter(pk=asked.pk).update(state="declined", text="改过")
    assert [fault for fault in audit(None).faults if "是否准予现为“False”" in fault and "建字〔2026〕批1号" in fault]
    assert leaves_saying("approval.document", "document_number", "建字〔2026〕批1号") == 1


def test_what_is_missing_is_told_once_and_the_same_request_goes_on(county: County, company: Company) -> None:
    commitment = decided(county, company)
    handler, asked = county.actor("approver", DEPARTMENT), ask(company, commitment)
    return_document_request(actor=handler, asked_id=asked.pk, points=POINTS, reason="缺图", at=at("2026-12-01 10:00"))
    assert WorkItem.objects.get(kind="rectification", subject_id=asked.pk).waits_for == "unit"
    notice = Document.objects.get(kind="supplement_notice")
    assert notice.data["items"][0]["subject"] == "总平面图"
    again = ask(company, commitment, at("2026-12-02 09:00"))
    assert (again.pk, again.state) == (asked.pk, "received")
    assert WorkItem.objects.get(kind="receipt", subject_id=asked.pk, state="running").due_at == at("2026-12-09 18:00")
    with pytest.raises(Refused, match="已经一次性告知过"):
        return_document_request(
            actor=handler, asked_id=asked.pk, points=POINTS, reason="还缺", at=at("2026-12-02 10:00")
        )


def test_five_working_days_without_a_word_are_an_acceptance(county: County, company: Company) -> None:
    asked = ask(company, decided(county, company))
    tick(at("2026-12-09 08:00"))
    asked.refresh_from_db()
    assert (asked.state, asked.deemed_accepted, asked.accepted_at) == ("accepted", True, ASKED)
    late = ask_document_accepted_late(county, company)
    assert (late.deemed_accepted, late.accepted_at) == (True, ASKED)


def ask_document_accepted_late(county: County, company: Company) -> LaterDocument:
    """Accepted by hand after the term, before any ticker came by."""
    LaterDocument.objects.update(state="withdrawn", concluded_at=ASKED)
    commitment = Commitment.objects.get()
    asked = ask(company, commitment)
    return accept_document_request(
        actor=county.actor("approver", DEPARTMENT), asked_id=asked.pk, at=at("2026-12-09 09:00")
    )


def test_a_document_is_declined_with_reasons_and_remedies_and_may_be_asked_for_again(
    county: County, company: Company
) -> None:
    commitment = decided(county, company)
    before, handler, asked = promise_of(commitment), county.actor("approver", DEPARTMENT), ask(company, commitment)
    accept_document_request(actor=handler, asked_id=asked.pk, at=at("2026-12-01 15:00"))
    base: dict[str, Any] = {
        "actor": handler,
        "asked_id": asked.pk,
        "granted": False,
        "document_number": "不予〔2026〕2号",
        "at": AFTER,
    }
    with pytest.raises(Refused, match="不予出具的理由"):
        give_document(**base, text="", reason_code="refusal.conditions_not_met")
    with pytest.raises(Refused, match="不予出具的情形"):
        give_document(**base, text="总平面与承诺标准不一致")
    declined = give_document(**base, text="总平面与承诺标准不一致", reason_code="refusal.conditions_not_met")
    assert (declined.state, declined.text) == ("declined", "总平面与承诺标准不一致")
    assert declined.document is not None
    assert declined.document.data["remedies"]["review_term"].replace(" ", "") == "60日"
    assert [row["text"] for row in declined.document.data["reasons"]][-1] == "总平面与承诺标准不一致"
    assert promise_of(commitment) == before
    assert ask(company, commitment, at("2026-12-10 09:00")).pk != asked.pk


def test_a_number_is_given_once(county: County, company: Company) -> None:
    commitment = decided(county, company)
    handler, asked = county.actor("approver", DEPARTMENT), ask(company, commitment)
    accept_document_request(actor=handler, asked_id=asked.pk, at=at("2026-12-01 15:00"))
    with pytest.raises(Refused) as refusal:
        give_document(
            actor=handler,
            asked_id=asked.pk,
            granted=True,
            document_number="建字〔2026〕1号",
            text="",
            at=at("2026-12-02 10:00"),
        )
    assert (refusal.value.code, refusal.value.field) == ("onemap.document_number", "document_number")
    assert LaterDocument.objects.get().state == "accepted"


@begins_with(promised)
def test_only_a_matter_decided_on_a_promise_has_a_document_to_come(county: County, company: Company) -> None:
    commitment = promised(county, company)
    with pytest.raises(Refused) as refusal:
        ask(company, commitment)
    assert refusal.value.code == "onemap.state"
    item = ready(commitment.project)
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, ASKED)
    accept(actor=handler, item_id=item.pk, at=ASKED)
    decide(actor=handler, item_id=item.pk, granted=True, document_number="甲1", text="", at=ASKED)
    with pytest.raises(Refused) as refusal:
        ask_document(actor=company.actor, item_id=item.pk, materials=handed(company, item), purpose=PURPOSE, at=ASKED)
    assert refusal.value.code == "onemap.not_on_promise"


def test_the_whole_material_and_the_purpose_are_asked_for(county: County, company: Company) -> None:
    commitment = decided(county, company)
    with pytest.raises(Refused) as refusal:
        ask(company, commitment, materials=[])
    assert refusal.value.code == "onemap.materials"
    with pytest.raises(Refused, match="用途"):
        ask(company, commitment, purpose=" ")
    assert not LaterDocument.objects.exists()


def test_one_request_at_a_time_and_a_form_sent_twice_is_one(county: County, company: Company) -> None:
    commitment = decided(county, company)
    materials = handed(company, item_of(commitment.project))
    first = ask(company, commitment, materials=materials, idempotency_key="later-1")
    second = ask(company, commitment, at("2026-12-01 09:01"), materials=materials, idempotency_key="later-1")
    assert first.pk == second.pk
    assert Submission.objects.filter(application=item_of(commitment.project).application).count() == 1
    with pytest.raises(Refused) as refusal:
        ask(company, commitment, at("2026-12-01 09:02"))
    assert refusal.value.code == "onemap.document_asked"


def test_each_step_belongs_to_its_role_and_to_its_state(county: County, company: Company) -> None:
    commitment = decided(county, company)
    item, handler = item_of(commitment.project), county.actor("approver", DEPARTMENT)
    stranger, elsewhere = new_company("甘肃保安腰刀文旅有限公司").actor, county.actor("approver", "water")
    for actor in (stranger, handler):
        with pytest.raises(Forbidden):
            ask_document(actor=actor, item_id=item.pk, materials=[], purpose=PURPOSE, at=ASKED)
    asked = ask(company, commitment)
    one: dict[str, Any] = {"asked_id": asked.pk, "at": ASKED}
    for actor in (company.actor, elsewhere, county.actor("general_convener")):
        with pytest.raises(Forbidden):
            accept_document_request(actor=actor, **one)
        with pytest.raises(Forbidden):
            return_document_request(actor=actor, points=POINTS, reason="缺", **one)
        with pytest.raises(Forbidden):
            give_document(actor=actor, granted=True, document_number="甲", text="", **one)
        with pytest.raises(Forbidden):
            deliver_document(actor=actor, how="在线", **one)
    with pytest.raises(Forbidden):
        withdraw_document_request(actor=handler, why="不要了", **one)
    for premature in (
        lambda: give_document(actor=handler, granted=True, document_number="甲", text="", **one),
        lambda: deliver_document(actor=handler, how="在线", **one),
    ):
        with pytest.raises(Refused) as refusal:
            premature()
        assert refusal.value.code == "onemap.state"
    with pytest.raises(Stale):
        accept_document_request(actor=handler, version=asked.version + 1, **one)
    withdraw_document_request(actor=company.actor, why="银行不要了", **one)
    assert not WorkItem.objects.filter(subject_kind="onemap.laterdocument", state__in=["running", "paused"]).exists()


@begins_with(applied)
def test_a_request_goes_on_after_completion_and_ends_with_its_project(county: County, company: Company) -> None:
    completion = applied(county, company)
    commitment = Commitment.objects.get(item__matter_id="engineering_planning_permit")
    asked = ask(company, commitment, APPLIED)
    inspect(county, completion)
    assert Project.objects.get().state == "completed"
    accept_document_request(actor=county.actor("approver", DEPARTMENT), asked_id=asked.pk, at=at("2027-07-12 11:00"))
    assert stuck(completion.project_id) == []
    other = decided(county, new_company("甘肃保安腰刀文旅有限公司"))
    company_of_other = other.project.unit
    request = LaterDocument.objects.create(
        application=item_of(other.project).application, purpose=PURPOSE, submission=asked.submission,
        person=other.signed_by, asked_at=ASKED, received_at=ASKED,
    )  # fmt: skip
    terminate(
        actor=county.actor("general_convener"), project_id=other.project_id, why="不建了", at=at("2027-01-04 09:00")
    )
    request.refresh_from_db()
    assert (request.state, company_of_other.pk) == ("withdrawn", other.project.unit_id)


def test_a_request_ends_with_the_decision_that_is_revoked_and_the_next_decision_may_be_asked_about(
    county: County, company: Company
) -> None:
    commitment = decided(county, company)
    asked, item = ask(company, commitment), item_of(commitment.project)
    with unit_of_work():
        revoke(actor=county.actor("principal", DEPARTMENT), item=item, why="违背承诺", at=at("2026-12-02 09:00"))
    asked.refresh_from_db()
    assert (asked.state, asked.application.outcome) == ("withdrawn", "revoked")
    assert stuck() == []
    with pytest.raises(Refused):
        accept_document_request(
            actor=county.actor("approver", DEPARTMENT), asked_id=asked.pk, at=at("2026-12-02 10:00")
        )


def test_a_request_that_nobody_works_on_is_found(county: County, company: Company) -> None:
    asked = ask(company, decided(county, company))
    assert stuck() == []
    WorkItem.objects.filter(subject_id=asked.pk, subject_kind="onemap.laterdocument").update(
        state="cancelled", closed_at=ASKED
    )
    assert [one.why for one in stuck()] == ["“建设工程规划许可证核发”补办审批文件待审核，但没有“收件审查”在办"]
