"""附件2·第二十四条: points come back after rectification, or because they were wrong; exactly what was taken, once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests.apps.county import Company, County, at, new_company
from tests.apps.points import CYCLE, carry_out, day, differing, file_of, head, propose, take
from yinuo.engine.base import Refused, Stale
from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.credit import queries
from yinuo.rooms.credit.actions import ask_relief, ask_review, decide_relief, import_score, refuse_consent
from yinuo.rooms.credit.models import CreditEvent, CreditRelief, PointProposal

LATER = at("2026-11-16 10:00")


def ask(company: Company, event: CreditEvent, kind: str = "repair", **more) -> CreditRelief:
    moment = more.pop("at", LATER)
    return ask_relief(
        actor=company.actor,
        event_id=event.pk,
        kind=kind,
        text="已停工补办手续",
        evidence=more.pop("evidence") if "evidence" in more else [file_of(company.actor, moment)],
        at=moment,
        **more,
    )


def decide(county: County, relief: CreditRelief, accept: bool, **more) -> CreditRelief:
    return decide_relief(
        actor=county.actor("approver", "natural_resources"),
        relief_id=relief.pk,
        accept=accept,
        answer="经复查已整改到位" if accept else "尚未整改到位",
        at=more.pop("at", LATER),
        **more,
    )


@pytest.mark.parametrize(("kind", "work"), [("repair", "repair"), ("objection", "credit_objection")])
def test_an_application_is_laid_before_the_department_that_took_the_points_with_a_limit(
    county: County, company: Company, kind: str, work: str
) -> None:
    event = take(county, company)
    ask(company, event, kind)
    item = WorkItem.objects.get(kind=work)
    assert (item.department.key, item.limit_value, item.limit_unit, item.tags) == (
        "natural_resources",
        10,
        "working",
        [],
    )
    assert item.due_at == at("2026-11-30 18:00")
    assert (
        Message.objects.filter(template="relief_due", person=county.person("approver", "natural_resources")).count()
        == 1
    )


@pytest.mark.parametrize("kind", ["repair", "objection"])
def test_an_accepted_application_goes_the_way_of_three_people_and_gives_back_what_was_taken(
    county: County, company: Company, kind: str
) -> None:
    event = take(county, company)
    relief = decide(county, ask(company, event, kind), True)
    assert (relief.state, head(company).score) == ("accepted", 84)
    proposal = PointProposal.objects.get(type="repair")
    assert (proposal.proposed_by, proposal.expected_points, proposal.state) == (
        county.person("approver", "natural_resources"),
        2,
        "proposed",
    )
    back = carry_out(county, proposal, LATER)
    assert (back.points, back.of_seq, back.score_after, back.type) == (2, event.seq, 86, "repair")
    assert back.why.startswith("异议成立" if kind == "objection" else "信用修复")
    assert back.cites == ["积县政办发〔2023〕16号·附件2·第二十四条"]
    assert head(company).score == 86
    assert CreditEvent.objects.get(pk=event.pk).points == -2
    assert {f"credit.ask_{kind}", f"credit.accept_{kind}"} <= set(Entry.objects.values_list("verb", flat=True))
    assert not WorkItem.objects.filter(state="running").exists()


def test_points_come_back_once_whatever_is_asked_afterwards(county: County, company: Company) -> None:
    event = take(county, company)
    decide(county, ask(company, event), True)
    with pytest.raises(Refused, match="正在审签"):
        ask(company, event, "objection")
    carry_out(county, PointProposal.objects.get(type="repair"), LATER)
    for kind in ("repair", "objection"):
        with pytest.raises(Refused, match="已经恢复"):
            ask(company, event, kind)
    assert head(company).score == 86


def test_a_loss_that_was_cut_off_at_zero_comes_back_as_cut_off(county: County) -> None:
    company = new_company(score="1")
    event = take(county, company)
    assert (event.points, head(company).score) == (-1, 0)
    decide(county, ask(company, event), True)
    assert carry_out(county, PointProposal.objects.get(type="repair"), LATER).points == 1
    assert head(company).score == 1


def test_a_repair_crosses_the_band_back(county: County) -> None:
    company = new_company(score="81")
    event = take(county, company)
    assert head(company).grade == "B"
    decide(county, ask(company, event), True)
    carry_out(county, PointProposal.objects.get(type="repair"), LATER)
    assert head(company).grade == "A-"
    changes = Entry.objects.filter(verb="credit.grade_changed").order_by("id")
    assert [(row.data["before"], row.data["after"]) for row in changes] == [("A-", "B"), ("B", "A-")]


@pytest.mark.parametrize("kind", ["repair", "objection"])
def test_there_is_nothing_to_ask_back_where_nothing_was_taken(county: County, company: Company, kind: str) -> None:
    gain = take(county, company, "cycle_completed", CYCLE)
    evaluation = CreditEvent.objects.get(unit=company.unit, seq=1)
    for event in (gain, evaluation):
        with pytest.raises(Refused, match="没有扣分"):
            ask(company, event, kind)


def test_one_application_at_a_time_per_event(county: County, company: Company) -> None:
    event, other = take(county, company), take(county, company, "commitment_broken", {})
    ask(company, event)
    for kind in ("repair", "objection"):
        with pytest.raises(Refused, match="已有申请正在办理"):
            ask(company, event, kind)
    assert ask(company, other, "objection").state == "asked"


def test_a_rejected_application_moves_nothing_says_why_and_may_be_repeated(county: County, company: Company) -> None:
    event = take(county, company)
    relief = ask(company, event)
    with pytest.raises(Refused, match="意见"):
        decide_relief(
            actor=county.actor("approver", "natural_resources"), relief_id=relief.pk, accept=False, answer="", at=LATER
        )
    decide(county, relief, False)
    assert (head(company).score, PointProposal.objects.filter(type="repair").count()) == (84, 0)
    told = Message.objects.get(template="relief_decided", unit=company.unit)
    assert "不同意" in told.body and "尚未整改到位" in told.body
    with pytest.raises(Refused, match="已经办结"):
        decide(county, relief, True)
    assert ask(company, event).state == "asked"


def test_a_refusal_is_reviewed_once_by_somebody_who_had_no_hand_in_it(county: County, company: Company) -> None:
    event, reviewer = take(county, company), county.actor("comprehensive")
    first = ask(company, event, "objection")
    asked = {"actor": company.actor, "relief_id": first.pk, "text": "现场照片是别人的工地", "at": LATER}
    with pytest.raises(Refused, match="不同意"):
        ask_review(**asked)
    decide(county, first, False)
    with pytest.raises(Refused) as silent:
        ask_review(**{**asked, "text": " "})
    assert silent.value.field == "text"
    with pytest.raises(Refused, match="期限已过"):
        ask_review(**{**asked, "at": at("2026-12-01 08:30")})
    review = ask_review(**asked)
    with pytest.raises(Refused, match="已经申请过复核"):
        ask_review(**asked)
    with pytest.raises(Refused, match="正在办理"):
        ask(company, event)
    work = WorkItem.objects.get(kind="credit_review")
    assert (work.role, work.department, work.hall_id, work.limit_value) == ("comprehensive", None, county.hall.pk, 10)
    assert Message.objects.filter(template="relief_due", person=county.person("comprehensive")).count() == 1
    judged = {"relief_id": review.pk, "accept": True, "answer": "照片经核对不是本项目", "at": LATER}
    with pytest.raises(Refused, match="信用综合管理部门"):
        decide_relief(actor=county.actor("approver", "natural_resources"), **judged)
    with pytest.raises(Refused, match="办理过这次扣分"):
        decide_relief(actor=replace(reviewer, person_id=county.person("approver", "natural_resources").pk), **judged)
    tick(at("2026-12-03 09:00"))
    assert WorkItem.objects.get(kind="credit_review").announced == "red"
    decide_relief(actor=reviewer, **judged)
    proposal = PointProposal.objects.get(type="repair")
    assert (proposal.proposed_by_id, proposal.data) == (reviewer.person_id, {"of": event.seq, "because": "objection"})
    assert carry_out(county, proposal, LATER).score_after == 86
    with pytest.raises(Refused, match="最后答复"):
        ask_review(**{**asked, "relief_id": review.pk})
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditRelief.objects.create(kind="review", event=event, text="没有原申请", asked_at=LATER)


def test_points_the_principal_does_not_give_back_are_told_and_may_be_asked_for_again(
    county: County, company: Company
) -> None:
    event = take(county, company)
    decide(county, ask(company, event), True)
    proposal = PointProposal.objects.get(type="repair")
    refuse_consent(actor=county.actor("principal"), proposal_id=proposal.pk, reason="复查材料不全", at=LATER)
    assert (
        Message.objects.filter(template="relief_decided", unit=company.unit, body__contains="复查材料不全").count() == 1
    )
    again = ask(company, event)
    decide(county, again, True)
    assert carry_out(county, PointProposal.objects.get(type="repair", state="proposed"), LATER).points == 2


@pytest.mark.parametrize(
    ("moment", "late"),
    [(at("2026-12-22 18:00"), False), (at("2026-12-22 18:01"), True), (at("2026-12-23 09:00"), True)],
)
def test_a_repair_asked_for_after_the_rectification_term_is_taken_in_and_marked(
    county: County, company: Company, moment, late: bool
) -> None:
    """30 working days from Tuesday 10 November 2026, which does not count, end on Tuesday 22 December."""
    event = take(county, company)
    assert queries.rectify_until(event) == at("2026-12-22 18:00")
    ask(company, event, at=moment)
    assert WorkItem.objects.get(kind="repair").tags == (["已过整改期限"] if late else [])


def test_a_repair_needs_evidence_an_objection_needs_reasons(county: County, company: Company) -> None:
    event = take(county, company)
    with pytest.raises(Refused) as refusal:
        ask(company, event, evidence=())
    assert refusal.value.field == "evidence"
    with pytest.raises(Refused) as refusal:
        ask_relief(actor=company.actor, event_id=event.pk, kind="objection", text=" ", at=LATER)
    assert refusal.value.field == "text"
    with pytest.raises(Refused) as refusal:
        ask_relief(actor=company.actor, event_id=event.pk, kind="gift", text="请求", at=LATER)
    assert refusal.value.field == "kind"
    assert ask(company, event, "objection", evidence=()).evidence == []


def test_a_decision_on_a_form_somebody_else_has_overtaken_is_stale(county: County, company: Company) -> None:
    relief = ask(company, take(county, company))
    with pytest.raises(Stale):
        decide(county, relief, True, version=relief.version - 1)
    assert decide(county, relief, True, version=relief.version).state == "accepted"


def test_unreported_information_repaired_is_not_counted_a_second_time(county: County, company: Company) -> None:
    unreported = {"article": "46", "item": "unreported"}
    event = take(county, company, data=unreported)
    decide(county, ask(company, event), True)
    carry_out(county, PointProposal.objects.get(type="repair"), LATER)
    with pytest.raises(Refused, match="已计满"):
        propose(county, company, data=unreported, at=LATER)
    assert head(company).score == 86


def evaluate(county: County, company: Company, score: str, on: str, moment=LATER) -> None:
    import_score(
        actor=county.actor("administrator"),
        unit_id=company.unit.pk,
        score=score,
        source="2026年评价",
        on=day(on),
        at=moment,
    )


def test_after_a_new_evaluation_a_repair_is_refused_and_an_objection_moves_no_points(
    county: County, company: Company
) -> None:
    event = take(county, company)
    evaluate(county, company, "70", "2026-11-12")
    line = queries.history(company.unit.pk, LATER.date())[1]
    assert (line.taken, line.disputed, line.rectify_until) == (0, 2, None)
    with pytest.raises(Refused, match="以评价为准"):
        ask(company, event)
    decide(county, ask(company, event, "objection"), True)
    back = carry_out(county, PointProposal.objects.get(type="repair"), LATER)
    assert (back.points, back.applied, head(company).score) == (0, True, 70)
    assert queries.history(company.unit.pk, LATER.date())[2].disputed == 0
    assert differing(LATER.date()) == []


def test_an_evaluation_that_comes_while_a_repair_is_under_way_ends_it_without_points(
    county: County, company: Company
) -> None:
    """Accepted and proposed, then evaluated: what is carried out counts by the rules of its instant."""
    event = take(county, company)
    relief = ask(company, event)
    waiting = ask(company, take(county, company, at=at("2026-11-11 09:00"), basis="另一次"), at=LATER)
    decide(county, relief, True)
    evaluate(county, company, "70", "2026-11-12")
    with pytest.raises(Refused, match="没有可以恢复的分值"):
        decide(county, waiting, True)
    decide(county, waiting, False)
    back = carry_out(county, PointProposal.objects.get(type="repair"), LATER)
    assert (back.points, back.applied, head(company).score) == (0, False, 70)
    assert differing(LATER.date()) == []


def test_what_can_still_be_asked_stands_beside_each_event(county: County, company: Company) -> None:
    event = take(county, company)
    before = queries.history(company.unit.pk, LATER.date())[0]
    assert (before.taken, before.open_relief, before.returning) == (2, None, False)
    relief = ask(company, event)
    asked = queries.history(company.unit.pk, LATER.date())[0]
    assert (asked.open_relief, asked.returning) == (relief, False)
    decide(county, relief, True)
    assert queries.history(company.unit.pk, LATER.date())[0].returning
    carry_out(county, PointProposal.objects.get(type="repair"), LATER)
    after = queries.history(company.unit.pk, LATER.date())
    assert [(line.event.type, line.taken, line.returning) for line in after[:2]] == [
        ("repair", Decimal(0), False),
        ("act", Decimal(0), False),
    ]
    assert list(queries.reliefs(unit_id=company.unit.pk)) == [relief]
    office = county.people["approver", "natural_resources"].department
    assert list(queries.reliefs(department_id=office.pk, states=["accepted"])) == [relief]
    assert not queries.reliefs(department_id=office.pk, states=["asked"]).exists()


@pytest.mark.parametrize(("kind", "again"), [("repair", False), ("objection", True)])
def test_a_report_cancelled_by_an_objection_leaves_room_for_the_next_and_a_repaired_one_does_not(
    county: County, company: Company, kind: str, again: bool
) -> None:
    unreported = {"article": "46", "item": "unreported"}
    first = take(county, company, data=unreported)
    relief = ask(company, first, kind)
    decide(county, relief, True)
    back = carry_out(county, PointProposal.objects.get(type="repair"), LATER)
    assert (back.points, head(company).score) == (1, 86)
    assert ("异议成立" in back.why) is again
    later = {"data": unreported, "at": at("2026-11-18 10:00")}
    if again:
        assert take(county, company, **later).points == -1
        assert head(company).score == 85
    else:
        with pytest.raises(Refused, match="计满") as refusal:
            propose(county, company, **later)
        assert refusal.value.code == "credit.no_points"
    with pytest.raises(Refused, match="计满"):
        propose(county, company, **{**later, "at": at("2026-11-19 10:00")})
    assert differing(day("2026-11-20")) == []
