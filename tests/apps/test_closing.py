"""What was promised when its project ends: settled by its department, or carried on under the new code; never gone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apps.county import Company, County, at, new_company
from tests.apps.points import file_of
from tests.apps.test_commitments import DEPARTMENT, MATTER, approve, item_of, promise
from tests.apps.test_onemap import guided, guided_rest
from tests.apps.test_rulings import refusal_of
from tests.beginnings import begins_with
from yinuo.engine.base import Forbidden
from yinuo.engine.infochain.tasks import audit_now
from yinuo.engine.notices.models import Message
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments import queries
from yinuo.rooms.commitments.actions import (
    close_promise,
    handle_difficulty,
    report_difficulty,
    report_fulfilment,
)
from yinuo.rooms.commitments.models import Closing, Commitment
from yinuo.rooms.commitments.published import zone_line
from yinuo.rooms.credit.models import PointProposal
from yinuo.rooms.onemap.actions import confirm_review
from yinuo.rooms.projects.actions import recode, terminate, withdraw_filing
from yinuo.rooms.projects.models import Project

ENDED, SETTLED = at("2026-12-07 09:00"), at("2026-12-09 09:00")
pytestmark = begins_with(guided)


def given(county: County, company: Company) -> Commitment:
    """A promise that was decided on."""
    return approve(county, promise(company, item_of(guided(county, company))))


def rectifying(county: County, company: Company) -> Commitment:
    commitment = given(county, company)
    difficulty = report_difficulty(
        actor=company.actor, commitment_id=commitment.pk, text="退界不足", at=at("2026-12-01 09:00")
    )
    handle_difficulty(
        actor=county.actor("approver", DEPARTMENT),
        difficulty_id=difficulty.pk,
        outcome="helped",
        text="按图拆除超出部分",
        days=10,
        at=at("2026-12-02 09:00"),
    )
    return commitment


def end(company: Company, commitment: Commitment) -> Commitment:
    terminate(actor=company.actor, project_id=commitment.project_id, why="资金不足", at=ENDED)
    return Commitment.objects.get(pk=commitment.pk)


def settle(county: County, commitment: Commitment, outcome: str, *, shown: bool = True, **more: Any) -> Closing:
    actor = more.pop("actor", None) or county.actor("approver", DEPARTMENT)
    evidence = [file_of(actor, SETTLED)] if shown else []
    return close_promise(
        actor=actor,
        commitment_id=commitment.pk,
        outcome=outcome,
        text="现场核查：主体已建成，北侧退界不足",
        evidence=evidence,
        at=SETTLED,
        **more,
    )


def waiting(commitment: Commitment) -> list[str]:
    rows = WorkItem.objects.filter(project_id=commitment.project_id, state__in=["running", "paused"])
    return list(rows.values_list("kind", flat=True))


def test_a_project_ended_while_a_promise_is_rectified_leaves_it_to_its_department(
    county: County, company: Company
) -> None:
    """Before: cancelled, and 未履行 0 件."""
    commitment = end(company, rectifying(county, company))
    assert (commitment.state, commitment.fulfilment, commitment.review_on) == ("decided", "rectifying", None)
    assert waiting(commitment) == ["promise_closing"]
    work = WorkItem.objects.get(kind="promise_closing")
    assert (work.department_id, work.limit_value) == (commitment.department_id, 10)
    assert zone_line(commitment, SETTLED).fulfilment_word == "项目已终止，待认定"
    told = set(Message.objects.filter(queued_at=ENDED).values_list("template", flat=True))
    assert {"closing_due", "closing_waits"} <= told

    assert refusal_of(lambda: settle(county, commitment, "released")) == "commitments.rectifying"
    assert refusal_of(lambda: settle(county, commitment, "broken", shown=False)) == "commitments.evidence"
    settle(county, commitment, "broken")
    commitment.refresh_from_db()
    assert (commitment.state, commitment.fulfilment, waiting(commitment)) == ("decided", "broken", [])
    proposal = PointProposal.objects.get()
    assert (proposal.type, proposal.unit_id, proposal.department_id) == (
        "commitment_broken",
        company.unit.pk,
        commitment.department_id,
    )
    assert refusal_of(lambda: settle(county, commitment, "kept")) == "commitments.settled"
    assert audit_now(SETTLED).faults == []


@pytest.mark.parametrize(
    ("outcome", "state", "fulfilment"),
    [("kept", "decided", "kept"), ("released", "cancelled", "pending"), ("broken", "decided", "broken")],
)
def test_a_promise_that_ran_is_settled_one_way_or_another(
    county: County, company: Company, outcome: str, state: str, fulfilment: str
) -> None:
    commitment = end(company, given(county, company))
    settle(county, commitment, outcome)
    commitment.refresh_from_db()
    assert (commitment.state, commitment.fulfilment) == (state, fulfilment)
    assert PointProposal.objects.exists() is (outcome == "broken")
    assert Message.objects.filter(template="closed").exists()
    assert audit_now(SETTLED).faults == []


def test_settling_belongs_to_its_role(county: County, company: Company) -> None:
    commitment = end(company, given(county, company))
    others = [county.actor("approver", "health"), company.actor, new_company("另一家有限公司").actor]
    roles = ("principal", "general_convener", "supervisor", "comprehensive", "administrator")
    others += [county.actor(role, DEPARTMENT) if role == "principal" else county.actor(role) for role in roles]
    for other in others:
        with pytest.raises(Forbidden):
            close_promise(actor=other, commitment_id=commitment.pk, outcome="kept", text="x", at=SETTLED)


def test_the_unit_may_still_report_how_it_kept_a_promise_of_an_ended_project(county: County, company: Company) -> None:
    commitment = end(company, given(county, company))
    own: dict[str, Any] = {"actor": company.actor, "commitment_id": commitment.pk, "text": "没有开工", "at": SETTLED}
    assert report_fulfilment(**own).text == "没有开工"
    assert refusal_of(lambda: report_difficulty(**own)) == "commitments.project_not_running"
    settle(county, commitment, "released")
    assert refusal_of(lambda: report_fulfilment(**own)) == "commitments.project_not_running"


def test_nobody_settles_a_promise_of_a_running_project(county: County, company: Company) -> None:
    commitment = given(county, company)
    assert refusal_of(lambda: settle(county, commitment, "kept")) == "commitments.not_ended"


def test_a_withdrawn_filing_leaves_its_promises_to_their_departments_too_and_silence_turns_red(
    county: County, company: Company
) -> None:
    commitment = given(county, company)
    withdraw_filing(actor=county.actor("approver"), project_id=commitment.project_id, problem="虚假信息", at=ENDED)
    assert waiting(commitment) == ["promise_closing"]
    tick(at("2026-12-23 09:00"))
    assert WorkItem.objects.get(kind="promise_closing").announced == "red"


# -- a new code


def recoded(company: Company, commitment: Commitment, **facts: Any) -> Project:
    return recode(
        actor=company.actor,
        project_id=commitment.project_id,
        facts=facts or {"site": {"address": "积石山县大河家镇1号"}},
        pledged=True,
        reason="选址变化",
        at=ENDED,
    )


def test_a_new_code_carries_the_promises_on_with_their_decision(county: County, company: Company) -> None:
    commitment = rectifying(county, company)
    number = item_of(commitment.project).present.document_number
    new = recoded(company, commitment)
    commitment.refresh_from_db()
    assert (commitment.state, waiting(commitment)) == ("decided", [])
    assert refusal_of(lambda: settle(county, commitment, "kept")) == "commitments.carried_on"

    confirm_review(actor=county.actor("approver"), project_id=new.pk, at=ENDED)
    guided_rest(county, new, SETTLED)
    commitment.refresh_from_db()
    made = Commitment.objects.get(project=new)
    item = item_of(new)
    assert (commitment.state, made.state, made.fulfilment) == ("carried", "decided", "rectifying")
    assert (made.carried_from, made.letter_sha256, made.requirements) == (
        commitment,
        commitment.letter_sha256,
        commitment.requirements,
    )
    assert (item.state, item.route, item.present.document_number) == ("granted", "commitment", number)
    assert made.review_on is not None
    assert [row.pk for row in queries.of_project(new.pk)] == [made.pk]
    assert audit_now(SETTLED).faults == []


@pytest.mark.parametrize("fate", ["withdrawn", "not needed"])
def test_what_the_new_code_does_not_take_on_goes_to_the_department(county: County, company: Company, fate: str) -> None:
    commitment = given(county, company)
    new = recoded(company, commitment)
    if fate == "withdrawn":
        withdraw_filing(actor=county.actor("approver"), project_id=new.pk, problem="虚假信息", at=SETTLED)
    else:
        confirm_review(actor=county.actor("approver"), project_id=new.pk, at=ENDED)
        guided_rest(county, new, SETTLED, without=MATTER)
    commitment.refresh_from_db()
    assert commitment.state == "decided"
    assert waiting(commitment) == ["promise_closing"]
    settle(county, commitment, "kept")
    assert audit_now(SETTLED).faults == []
