"""附件2·第十五至十九条, 附件7·第九条、第十二条: how points are proposed, consented and carried out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.apps.county import Company, County, at, facts, new_company
from tests.apps.points import ACT, CYCLE, NOON, PROJECT, carry_out, day, differing, file_of, head, propose, take
from yinuo.engine.base import Actor, Refused, Stale
from yinuo.engine.infochain.models import LeafRecord
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import Membership
from yinuo.engine.people.queries import actor_of_membership
from yinuo.engine.trail.models import ChainRow, Entry, StoredDecision
from yinuo.engine.work import clocks
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.credit import queries
from yinuo.rooms.credit.actions import (
    consent,
    execute,
    import_score,
    propose_points,
    refuse_consent,
    withdraw_proposal,
)
from yinuo.rooms.credit.models import CreditEvent, PointProposal
from yinuo.rooms.projects.actions import file_project


def test_a_proposal_moves_nothing_and_waits_for_the_filing_units_principal(county: County, company: Company) -> None:
    principal = county.person("principal")
    proposal = propose(county, company)
    assert (proposal.state, proposal.expected_points) == ("proposed", Decimal(-2))
    assert head(company).score == 86
    assert proposal.cites == ["积县政办发〔2023〕16号·附件2·第十八条", "甘政办发〔2017〕123号·第四十六条"]
    item = WorkItem.objects.get(subject_kind="credit.pointproposal")
    assert (item.kind, item.role, item.department.key, item.unit_id) == (
        "credit_consent",
        "principal",
        "development_reform",
        company.unit.pk,
    )
    assert Message.objects.filter(template="consent_due", person=principal, channel="sms").count() == 1


def test_three_people_move_the_points_once_with_everything_that_hangs_on_it(county: County, company: Company) -> None:
    event = take(county, company)
    assert (event.seq, event.points, event.score_after, event.rule) == (
        2,
        Decimal(-2),
        Decimal(84),
        "credit.18.illegal_start",
    )
    assert (head(company).score, head(company).seq) == (84, 2)
    assert [item.kind for item in WorkItem.objects.filter(state="done").order_by("id")] == [
        "credit_consent",
        "credit_execution",
    ]
    assert not WorkItem.objects.filter(state="running").exists()
    assert list(Entry.objects.order_by("id").values_list("verb", flat=True)) == [
        "credit.propose",
        "credit.consent",
        "credit.execute",
    ]
    leaf = LeafRecord.objects.get(subject__label=PROJECT)
    said = {name: value for _, name, value in leaf.fields or []}
    assert (leaf.type, said["points"], said["score_after"]) == ("credit.event", "-2", "84")
    assert ChainRow.objects.filter(outbox_id=leaf.outbox_id, label=PROJECT).count() == 1
    decision = StoredDecision.objects.filter(question="credit.points").latest("at", "id")
    assert decision.body["trace"][0]["cites"] == ["jzb-2023-16#附件2·第十八条", "gzb-2017-123#第四十六条"]
    told = Message.objects.filter(template="points")
    assert {(message.channel, message.person_id, message.unit_id) for message in told} == {
        ("site", company.person.pk, None),
        ("sms", company.person.pk, None),
        ("site", None, company.unit.pk),
    }
    assert "-2 分，现为 84 分（A- 级）" in told[0].body


@pytest.mark.parametrize(
    ("start", "type", "data", "score", "grade"),
    [
        ("80", "cycle_completed", CYCLE, "82", "A-"),
        ("78", "cycle_completed", CYCLE, "80", "B"),
        ("80.01", "act", ACT, "78.01", "B"),
        ("77.01", "act", ACT, "75.01", "B"),
        ("77", "act", ACT, "75", "B-"),
        ("99", "cycle_completed", CYCLE, "100", "A"),
        ("1", "act", ACT, "0", "D-"),
        ("57", "act", {"article": "50"}, "54", "D"),
    ],
)
def test_a_score_crosses_a_band_exactly_at_its_half_open_border(
    county: County, start: str, type: str, data: dict, score: str, grade: str
) -> None:
    company = new_company(score=start)
    event = take(county, company, type, data)
    assert (head(company).score, head(company).grade) == (Decimal(score), grade)
    assert event.grade_after == grade
    assert event.points == Decimal(score) - Decimal(start)
    changed = Entry.objects.filter(verb="credit.grade_changed")
    assert [(row.data["before"], row.data["after"]) for row in changed] == (
        [] if event.grade_before == grade else [(event.grade_before, grade)]
    )


def test_crossing_80_upward_turns_the_certificates_of_all_projects_from_blue_to_green(county: County) -> None:
    company = new_company(score="80")
    assert queries.standing(company.unit.pk, day("2026-11-10")).colour == "blue"
    take(county, company, "cycle_completed", CYCLE)
    now = queries.standing(company.unit.pk, day("2026-11-10"))
    assert (now.grade, now.class_, now.class_name, now.colour, now.score) == ("A-", "A", "优", "green", Decimal(82))
    change = Entry.objects.get(verb="credit.grade_changed")
    assert (change.data["class_before"], change.data["class_after"]) == ("B", "A")


def test_a_company_told_what_it_gets_sees_the_measures_of_its_class_with_their_article(county: County) -> None:
    low = queries.standing(new_company(score="50").unit.pk, day("2026-11-10"))
    refused = {measure.effect for measure in low.measures if measure.value == "refused"}
    assert {"instant_filing", "commitment", "agency", "mock", "deficient", "regional"} <= refused
    assert all("第二十三条" in measure.cites[0] for measure in low.measures)
    unrated = queries.standing(new_company("未评级公司", None).unit.pk, day("2026-11-10"))
    assert (unrated.rated, unrated.colour, unrated.class_, unrated.class_name) == (False, "", "B", "未评级")
    assert {measure.value for measure in unrated.measures if measure.effect == "instant_filing"} == {"allowed"}


def test_an_unrated_companys_points_are_counted_from_75_and_it_stays_unrated(county: County) -> None:
    company = new_company(score=None)
    event = take(county, company)
    assert (event.score_after, event.grade_after) == (Decimal(73), "unrated")
    assert (head(company).score, head(company).grade) == (None, "unrated")
    assert "未评级" in Message.objects.filter(template="points")[0].body


def test_an_act_is_picked_from_the_list_of_its_day_and_says_by_which_texts(county: County, company: Company) -> None:
    new = "甘发改投资〔2023〕489号·全文"
    proposal = propose(county, company, data={"act": "illegal_start"})
    assert proposal.data == {"act": "illegal_start", "article": "46", "item": "illegal_start"}
    assert (
        proposal.cites[:2] == ["积县政办发〔2023〕16号·附件2·第十八条", "甘政办发〔2017〕123号·第四十六条"]
        and proposal.cites[-1] == new
    )
    event = carry_out(county, proposal)
    assert event.why.startswith("违反法律法规擅自开工建设：") and event.cites == proposal.cites
    old = propose(county, company, data={"act": "prohibited"}, on=day("2023-12-31"))
    assert (old.expected_points, new in old.cites, "国务院令第673号·第二十条" in old.cites) == (-3, False, True)
    lists = {text: [line.id for line in queries.acts(day(text))] for text in ("2023-02-20", "2023-12-31", "2024-01-01")}
    assert len({tuple(ids) for ids in lists.values()}) == 1 and {
        line.article for line in queries.acts(NOON.date())
    } == {
        "46",
        "50",
        "51",
        "52",
    }
    assert {line.points for line in queries.acts(NOON.date()) if line.article != "46"} == {Decimal(-3)}
    assert {line.points for line in queries.acts(NOON.date()) if line.item not in ("", "unreported")} == {Decimal(-2)}
    assert {(line.points, line.cap) for line in queries.acts(NOON.date()) if line.item == "unreported"} == {
        (Decimal(-1), Decimal(1))
    }
    for data in (
        {"act": "noise"},
        {"act": "illegal_start", "article": "50"},
        {"act": "unreported_start", "item": "other"},
    ):
        with pytest.raises(Refused) as refusal:
            propose(county, company, data=data)
        assert refusal.value.field == "act"


def test_information_unreported_costs_one_point_of_a_project_whatever_it_is(county: County, company: Company) -> None:
    first = take(county, company, data={"act": "unreported_start"})
    assert first.points == -1
    for act in ("unreported_progress", "unreported_investment", "unreported_completion"):
        with pytest.raises(Refused, match="已计满 1 分"):
            propose(county, company, data={"act": act})
    assert (
        take(county, company, data={"act": "unreported_completion"}, project_code="2611-622927-04-01-654321").points
        == -1
    )
    assert head(company).score == 84


def test_the_proposer_cannot_consent_and_the_consenter_cannot_execute(county: County, company: Company) -> None:
    approver = county.actor("approver")
    as_principal = _also(county, "approver", "principal")
    proposal = propose(county, company, actor=approver)
    with pytest.raises(Refused, match="不能自己审签") as refusal:
        consent(actor=as_principal, proposal_id=proposal.pk, note="", at=NOON)
    assert refusal.value.code == "credit.three_people"
    consent(actor=county.actor("principal"), proposal_id=proposal.pk, note="", at=NOON)
    for role in ("approver", "principal"):
        with pytest.raises(Refused, match="三个人"):
            execute(actor=_also(county, role, "general_convener"), proposal_id=proposal.pk, at=NOON)
    assert head(company).score == 86
    execute(actor=county.actor("general_convener"), proposal_id=proposal.pk, at=NOON)


def _also(county: County, role: str, other: str) -> Actor:
    """The person who holds `role`, in another role of the same department."""
    first = county.people[role, "development_reform"]
    second, _ = Membership.objects.get_or_create(
        person=first.person, department=first.department, role=other, to_on=None, defaults={"from_on": first.from_on}
    )
    return actor_of_membership(second)


@pytest.mark.parametrize("field", ["proposed_by", "consented_by"])
def test_the_database_itself_refuses_an_execution_by_the_same_person(
    county: County, company: Company, field: str
) -> None:
    proposal = propose(county, company)
    consent(actor=county.actor("principal"), proposal_id=proposal.pk, note="", at=NOON)
    proposal.refresh_from_db()
    with pytest.raises(IntegrityError), transaction.atomic():
        PointProposal.objects.filter(pk=proposal.pk).update(executed_by=getattr(proposal, field))
    with pytest.raises(IntegrityError), transaction.atomic():
        PointProposal.objects.filter(pk=proposal.pk).update(consented_by=proposal.proposed_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        PointProposal.objects.filter(pk=proposal.pk).update(state="executed")


def test_points_settled_by_the_system_still_need_principal_and_convener(county: County, company: Company) -> None:
    office = county.people["approver", "development_reform"].department
    source = ("commitments.completionverification", 5)
    proposal = propose(
        county,
        company,
        "cycle_completed",
        CYCLE,
        actor=Actor.system(),
        department_id=office.pk,
        evidence=(),
        source=source,
    )
    assert proposal.proposed_by is None
    assert carry_out(county, proposal).score_after == 88


def test_what_was_executed_cannot_be_executed_consented_refused_or_withdrawn_again(
    county: County, company: Company
) -> None:
    proposal = propose(county, company)
    carry_out(county, proposal)
    convener, principal, approver = (
        county.actor("general_convener"),
        county.actor("principal"),
        county.actor("approver", "natural_resources"),
    )
    for again in (
        lambda: execute(actor=convener, proposal_id=proposal.pk, at=NOON),
        lambda: consent(actor=principal, proposal_id=proposal.pk, note="", at=NOON),
        lambda: refuse_consent(actor=principal, proposal_id=proposal.pk, reason="不妥", at=NOON),
        lambda: withdraw_proposal(actor=approver, proposal_id=proposal.pk, why="有误", at=NOON),
    ):
        with pytest.raises(Refused, match="已执行"):
            again()
    assert head(company).score == 84
    assert CreditEvent.objects.filter(unit=company.unit).count() == 2


def test_nothing_is_executed_without_consent(county: County, company: Company) -> None:
    proposal = propose(county, company)
    with pytest.raises(Refused, match="待主要负责同志审签"):
        execute(actor=county.actor("general_convener"), proposal_id=proposal.pk, at=NOON)
    refuse_consent(actor=county.actor("principal"), proposal_id=proposal.pk, reason="证据不足", at=NOON)
    with pytest.raises(Refused, match="未同意"):
        execute(actor=county.actor("general_convener"), proposal_id=proposal.pk, at=NOON)
    assert head(company).score == 86
    told = Message.objects.get(template="proposal_ended", person=county.person("approver", "natural_resources"))
    assert "证据不足" in told.body
    assert not WorkItem.objects.filter(state="running").exists()


def test_a_refusal_of_consent_says_why(county: County, company: Company) -> None:
    proposal = propose(county, company)
    with pytest.raises(Refused, match="理由"):
        refuse_consent(actor=county.actor("principal"), proposal_id=proposal.pk, reason="  ", at=NOON)


def test_a_consented_proposal_can_still_be_withdrawn_and_the_principal_hears_of_it(
    county: County, company: Company
) -> None:
    proposal = propose(county, company)
    consent(actor=county.actor("principal"), proposal_id=proposal.pk, note="", at=NOON)
    withdraw_proposal(
        actor=county.actor("approver", "natural_resources"), proposal_id=proposal.pk, why="认定有误", at=NOON
    )
    assert WorkItem.objects.get(kind="credit_execution").state == "cancelled"
    assert Message.objects.filter(template="proposal_ended", person=county.person("principal")).count() == 1
    with pytest.raises(Refused, match="已撤回"):
        execute(actor=county.actor("general_convener"), proposal_id=proposal.pk, at=NOON)


def test_a_form_opened_before_somebody_else_acted_is_stale(county: County, company: Company) -> None:
    proposal = propose(county, company)
    consent(actor=county.actor("principal"), proposal_id=proposal.pk, note="", at=NOON, version=1)
    with pytest.raises(Stale):
        execute(actor=county.actor("general_convener"), proposal_id=proposal.pk, at=NOON, version=1)
    assert execute(actor=county.actor("general_convener"), proposal_id=proposal.pk, at=NOON, version=2).seq == 2


def test_one_source_is_proposed_once_unless_it_was_refused(county: County, company: Company) -> None:
    source = ("oversight.act", 9)
    first = propose(county, company, source=source)
    with pytest.raises(Refused, match="已经提出过"):
        propose(county, company, source=source)
    refuse_consent(actor=county.actor("principal"), proposal_id=first.pk, reason="请补充证据", at=NOON)
    second = propose(county, company, source=source)
    carry_out(county, second)
    with pytest.raises(Refused, match="已经提出过"):
        propose(county, company, source=source)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"basis": " "}, "basis"),
        ({"evidence": ()}, "evidence"),
        ({"on": day("2026-11-11")}, "on"),
        ({"on": day("2022-06-01")}, "on"),
        ({"data": {"article": "47"}}, "article"),
        ({"data": {}}, "article"),
        ({"type": "repair", "data": {"of": 1}}, "type"),
        ({"type": "rebase", "data": {"score": "100"}}, "type"),
        (
            {"type": "cycle_completed", "data": {"all_kept": "yes", "commitments": 1, "project_class": "private"}},
            "all_kept",
        ),
        ({"project_code": ""}, "project"),
        ({"project_kind": "approval"}, "project_code"),
        ({"project_kind": "verification"}, "project_code"),
    ],
)
def test_a_proposal_with_bad_input_is_refused_at_the_field_and_leaves_nothing(
    county: County, company: Company, changes: dict, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        propose(county, company, **changes)
    assert refusal.value.field == field
    assert not PointProposal.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("type", ["agency", "institution"])
def test_agencies_and_institutions_have_no_points(county: County, type: str) -> None:
    with pytest.raises(Refused, match="不是企业"):
        propose(county, new_company("积石山县供热站", None, type=type))


def test_points_that_the_rules_do_not_give_are_refused_with_the_rule(county: County, company: Company) -> None:
    for data, why in (
        (CYCLE | {"all_kept": False}, "没有全部完成"),
        (CYCLE | {"commitments": 0}, "没有作出承诺"),
        (CYCLE | {"project_class": "state_owned"}, "没有审计结论"),
        (CYCLE | {"project_class": "state_owned", "audit": "adverse"}, "审计结论有问题"),
    ):
        with pytest.raises(Refused, match=why) as refusal:
            propose(county, company, "cycle_completed", data)
        assert refusal.value.cites == ["积县政办发〔2023〕16号·附件2·第十七条"]
    audited = CYCLE | {"project_class": "state_owned", "audit": "clean"}
    assert propose(county, company, "cycle_completed", audited).expected_points == 2


def test_unreported_information_costs_one_point_once_per_project_even_when_two_proposals_race(
    county: County, company: Company
) -> None:
    unreported = {"article": "46", "item": "unreported"}
    first, second = propose(county, company, data=unreported), propose(county, company, data=unreported)
    assert carry_out(county, first).points == -1
    capped = carry_out(county, second)
    assert (capped.points, capped.applied) == (0, False)
    assert "已计满 1 分" in capped.why
    assert head(company).score == 85
    with pytest.raises(Refused, match="已计满"):
        propose(county, company, data=unreported)
    assert propose(county, company, data=unreported, project_code="2611-622927-04-01-222222").expected_points == -1


def test_an_event_reported_late_counts_by_its_day_and_the_head_stays_the_fold(county: County, company: Company) -> None:
    """98 + 2 is clamped to 100; an act of the day before, carried out later, makes it 96 + 2."""
    rich = new_company("甘肃早胜牧业有限公司", "99")
    take(county, rich, "cycle_completed", CYCLE, at=at("2026-11-09 12:00"))
    late = take(county, rich, at=at("2026-11-10 12:00"), on=day("2026-11-08"))
    assert (head(rich).score, late.points) == (99, -1)
    assert late.why.endswith("按日期重算后实际变动 -1")
    assert differing(day("2026-11-10")) == []


def test_an_act_established_before_the_latest_evaluation_is_covered_by_it(county: County, company: Company) -> None:
    waiting = propose(county, company, on=day("2026-11-08"))
    import_score(
        actor=Actor.system(), unit_id=company.unit.pk, score="70", source="2026年评价", on=day("2026-11-09"), at=NOON
    )
    with pytest.raises(Refused, match="以评价为准") as refusal:
        propose(county, company, on=day("2026-11-08"))
    assert refusal.value.field == "on"
    event = carry_out(county, waiting)
    assert (event.points, head(company).score) == (0, 70)
    assert "实际变动 0" in event.why
    assert take(county, company, on=day("2026-11-09")).score_after == 68
    assert differing(NOON.date()) == []


def test_a_capped_act_established_earlier_than_the_counted_one_takes_its_place(
    county: County, company: Company
) -> None:
    """The project still loses one point in all, and what is lost can still be asked back: no dead end."""
    unreported = {"article": "46", "item": "unreported"}
    take(county, company, data=unreported)
    earlier = take(county, company, data=unreported, on=day("2026-11-08"))
    assert (earlier.points, head(company).score) == (0, 85)
    assert [(line.event.seq, line.taken) for line in queries.history(company.unit.pk, NOON.date())] == [
        (3, 1),
        (2, 0),
        (1, 0),
    ]


def test_a_proposal_that_begins_from_a_project_reads_its_unit_kind_and_code_from_it(
    county: County, company: Company
) -> None:
    project = file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=NOON).project
    made = propose(county, company, project_id=project.pk, project_code="")
    assert made.project_code == project.code
    other = new_company("甘肃保安腰刀文旅有限公司")
    with pytest.raises(Refused, match="不是这家单位"):
        propose(county, other, project_id=project.pk)


def test_acts_of_a_project_on_the_verification_track_carry_no_points(county: County, company: Company) -> None:
    project = file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=NOON).project
    type(project).objects.filter(pk=project.pk).update(kind="verification")
    with pytest.raises(Refused, match="备案项目"):
        propose(county, company, project_id=project.pk)


def test_history_and_line_show_every_event_with_its_clause_points_and_score(county: County, company: Company) -> None:
    take(county, company)
    take(county, company, "commitment_broken", {"field": "ecology"})
    lines = queries.history(company.unit.pk, day("2026-11-10"))
    assert [(line.event.seq, line.name, line.event.points, line.event.score_after, line.taken) for line in lines] == [
        (3, "违诺扣分", -2, 82, 2),
        (2, "违规扣分", -2, 84, 2),
        (1, "公共信用综合评价", 11, 86, 0),
    ]
    assert lines[0].event.cites == ["积县政办发〔2023〕16号·附件2·第十八条"]
    assert [(point.seq, point.score, point.grade) for point in queries.line(company.unit.pk)] == [
        (1, 86, "A-"),
        (2, 84, "A-"),
        (3, 82, "A-"),
    ]


def test_the_queue_of_proposals_pages_by_keyset_without_losing_or_doubling_one(
    county: County, company: Company
) -> None:
    made = [propose(county, company, project_code=f"2611-622927-04-01-{number:06d}").pk for number in range(5)]
    principal, seen, after = county.actor("principal"), [], 0
    while True:
        page = queries.page(principal, states=["proposed"], after=after, size=2)
        seen += [proposal.pk for proposal in page.proposals]
        after = page.after
        if not after:
            break
    assert seen == sorted(made, reverse=True)
    assert queries.page(principal, states=["executed"]).proposals == []
    assert queries.page(company.actor).proposals == []


def test_reading_history_and_queue_costs_the_same_however_long_they_are(
    county: County, company: Company, django_assert_num_queries: Any
) -> None:
    principal = county.actor("principal")
    clocks.calendar()  # read once a minute by every process, and not by this
    for rounds in (1, 3):
        for _ in range(rounds):
            take(county, company)
        with django_assert_num_queries(4):
            lines = queries.history(company.unit.pk, NOON.date())
        with django_assert_num_queries(1):
            shown = [
                (row.unit.name, row.unit.credit.grade, row.department.name) for row in queries.page(principal).proposals
            ]
        assert len(lines) == len(shown) + 1


def test_propose_points_takes_no_type_from_outside_the_rules(county: County, company: Company) -> None:
    with pytest.raises(Refused, match="情形"):
        propose_points(
            actor=county.actor("approver"),
            unit_id=company.unit.pk,
            project_code=PROJECT,
            type="bonus",
            on=NOON.date(),
            data={},
            basis="县委表彰",
            evidence=[file_of(county.actor("approver"))],
            at=NOON,
        )
