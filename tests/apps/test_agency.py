"""代办服务: asked for, checked, agreed, served, ended in every way the clause knows,
given back and reviewed (附件6).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.apps.agencies import NOON, Agency, materials, new_agency, open_now
from tests.apps.county import Company, County, at, facts, new_company
from tests.apps.granted import grant_all
from tests.apps.mapped import mapped
from tests.apps.points import take
from tests.apps.test_onemap import FILED, guided
from tests.beginnings import begins_with
from yinuo.core.agency import served
from yinuo.engine.base import Actor, Forbidden, Refused, Stale
from yinuo.engine.documents.models import Document
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import AuthorisedPerson, Membership, ProjectUnit
from yinuo.engine.rules import pack
from yinuo.engine.trail.models import Entry
from yinuo.engine.work import actions as work
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.agency import actions, queries
from yinuo.rooms.agency.falling import end_of_unit
from yinuo.rooms.agency.models import (
    AgencyRequest,
    Agreement,
    FilingPlan,
    GreenChannel,
    Package,
    ServiceEntry,
)
from yinuo.rooms.agency.room import SERVICE
from yinuo.rooms.credit.actions import import_score, list_at_province
from yinuo.rooms.onemap import actions as onemap
from yinuo.rooms.onemap.models import MapItem, Submission
from yinuo.rooms.projects import actions as projects
from yinuo.rooms.projects.models import Project
from yinuo.rooms.reviews import links
from yinuo.rooms.reviews.actions import (
    answer_bad_review,
    assign_bad_review,
    check_answer,
    close_bad_review,
    review_by_link,
    review_service,
)
from yinuo.rooms.reviews.models import Channel
from yinuo.rooms.reviews.queries import service_of, tallies
from yinuo.rooms.reviews.room import ReviewsWork

__all__ = ["mapped"]
pytestmark = begins_with(guided)

BAD_GRADES = ("D", "D-")


@pytest.fixture
def agency(county: County) -> Agency:
    return new_agency(county)


@pytest.fixture
def project(mapped: Project) -> Project:
    return mapped


def refusal(act: Callable[[], object], code: str) -> Refused:
    """The refusal of that code; whatever the act had written is taken back."""
    with pytest.raises(Refused) as caught, transaction.atomic():
        act()
    assert caught.value.code == code, caught.value
    return caught.value


def told(template: str) -> int:
    return Message.objects.filter(template=template).count()


# -- the check


@pytest.mark.parametrize(
    ("type_", "grade", "provincial", "says", "against"),
    [
        ("enterprise", "A", False, "enhanced", ""),
        ("enterprise", "B", False, "favoured", ""),
        ("enterprise", "unrated", False, "favoured", ""),
        ("enterprise", "C", False, "reduced", ""),
        ("enterprise", "D", False, "refused", "measure.23.agency"),
        ("enterprise", "D-", False, "refused", "measure.23.agency"),
        ("enterprise", "A", True, "enhanced", "agency.provincial_grades"),
        ("agency", "unrated", False, "favoured", "agency.unit_types"),
    ],
)
def test_the_check_says_who_is_served_and_by_which_clause(
    type_: str, grade: str, provincial: bool, says: str, against: str
) -> None:
    decision = served(type_, grade, provincial, pack(), NOON.date())
    assert decision.outcome == {"served": not against, "support": says}
    assert [step.rule for step in decision.trace if step.outcome is False] == ([against] if against else [])
    assert all(step.cites for step in decision.trace)


def test_a_company_of_the_worst_class_is_refused_with_clause_and_way_out(county: County, agency: Agency) -> None:
    fallen = new_company("积石山河源石料有限公司", "50")
    project = guided_by_hand(county, fallen)
    found = refusal(lambda: agency.apply(project, fallen), "agency.not_served")
    assert "不予提供代办服务" in found.message
    assert any("附件6" in cite for cite in found.cites)
    assert found.remedy
    assert not AgencyRequest.objects.exists()


def guided_by_hand(county: County, company: Company) -> Project:
    """A fallen company's filing is decided by hand; for the agency it is a project like another."""
    filed = projects.file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=FILED
    ).project
    if filed.state == "manual":
        filed = projects.decide_by_hand(
            actor=county.actor("approver"), project_id=filed.pk, approve=True, why="资料齐全", at=FILED
        )
    return filed


def test_what_the_province_says_is_taken_in_once_and_refuses_too(
    county: County, agency: Agency, company: Company, project: Project
) -> None:
    fields: dict[str, Any] = {
        "unit_id": company.unit.pk,
        "source": "信用中国（甘肃）2026-11-05",
        "on": NOON.date(),
        "at": NOON,
    }
    for _ in range(2):
        list_at_province(actor=county.actor("comprehensive"), listed=True, **fields)
    assert Entry.objects.filter(verb="credit.list_at_province").count() == 1
    assert "省社会信用信息平台" in refusal(lambda: agency.apply(project, company), "agency.not_served").message
    list_at_province(actor=county.actor("comprehensive"), listed=False, **fields)
    assert agency.apply(project, company).state == "applied"


def test_only_an_enterprises_project_is_served(county: County, agency: Agency) -> None:
    bureau = new_company("积石山县住房和城乡建设局", None, type="agency", code="11622927013904156X")
    unit = ProjectUnit.objects.get(pk=bureau.unit.pk)
    assert queries.check_of(unit, NOON.date()).outcome["served"] is False


# -- application and agreement


def test_from_the_application_to_the_agreement_signed_by_both(
    county: County, agency: Agency, company: Company, project: Project
) -> None:
    application = agency.apply(project, company)
    clock = WorkItem.objects.get(kind="agency_request")
    assert (clock.role, clock.limit_value, clock.hall_id) == ("general_convener", 1, county.hall.pk)
    assert told("agency_applied")
    assert application.decision is not None
    agreement = agency.offer(application)
    assert agreement.state == "offered"
    assert agreement.paper is None
    assert agency.hat() is None
    waits = WorkItem.objects.get(kind="agency_request", state="running")
    assert (waits.waits_for, waits.unit_id) == ("unit", company.unit.pk)
    agreement = actions.sign_agreement(actor=company.actor, agreement_id=agreement.pk, at=NOON)
    assert agreement.state == "running"
    data = Document.objects.get(kind="agency_agreement").data
    assert (data["unit_signer"], data["matters"], data["acts"]) == (company.person.name, [], True)
    assert data["fee"].startswith("除按法律、法规明确规定")
    assert [line["name"] for line in data["services"]] == ["咨询", "指导", "协调", "代办"]
    assert not WorkItem.objects.filter(kind="agency_request", state="running").exists()
    assert WorkItem.objects.get(kind="agency_service", state="running").assignee == agency.agent.person


def test_sent_twice_it_is_one_application_and_one_signature(agency: Agency, company: Company, project: Project) -> None:
    first, second = (agency.apply(project, company, idempotency_key="k") for _ in range(2))
    assert first.pk == second.pk
    refusal(lambda: agency.apply(project, company, idempotency_key="another"), "agency.applied")
    agreement = agency.offer(first)
    for _ in range(2):
        actions.sign_agreement(actor=company.actor, agreement_id=agreement.pk, at=NOON)
    assert Document.objects.filter(kind="agency_agreement").count() == 1
    refusal(lambda: agency.apply(project, company), "agency.running")


def test_two_at_once_leave_one(agency: Agency, company: Company, project: Project) -> None:
    """What two who pass every question at the same moment would write, the database refuses."""
    row = agency.apply(project, company)
    with pytest.raises(IntegrityError), transaction.atomic():
        AgencyRequest.objects.create(
            **{
                name: getattr(row, name)
                for name in (
                    "project",
                    "body",
                    "lead_name",
                    "lead_phone",
                    "handler_name",
                    "handler_phone",
                    "entrance",
                    "applied_by",
                    "applied_at",
                )
            }
        )
    agreement = agency.offer(row)
    with pytest.raises(Stale):
        actions.assign_agent(
            actor=agency.head,
            agreement_id=agreement.pk,
            agent_id=agency.colleague.pk,
            why="休假",
            at=NOON,
            version=agreement.version + 1,
        )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"services": []}, "agency.services"),
        ({"services": ["sell"]}, "agency.services"),
        ({"matters": ["no_such_matter"]}, "agency.matters"),
        ({"body_id": 0}, "agency.body"),
        ({"lead": ("", "1")}, "agency.lead_name"),
        ({"lead": ("马", "")}, "agency.lead_phone"),
        ({"handler": (" ", "1")}, "agency.handler_name"),
        ({"handler": ("马", " ")}, "agency.handler_phone"),
    ],
)
def test_an_application_that_is_not_whole_is_refused(
    agency: Agency, company: Company, project: Project, changes: dict[str, Any], code: str
) -> None:
    refusal(lambda: agency.apply(project, company, **changes), code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"agent_id": 0}, "agency.agent"),
        ({"from_on": NOON.date() - timedelta(days=1)}, "agency.from_on"),
        ({"to_on": NOON.date() - timedelta(days=1)}, "agency.to_on"),
        ({"to_on": NOON.date() + timedelta(days=730)}, "agency.too_long"),
        ({"services": ["consult"]}, "agency.narrowed"),
        ({"services": ["teach"]}, "agency.services"),
    ],
)
def test_an_offer_that_does_not_fit_is_refused(
    agency: Agency, company: Company, project: Project, changes: dict[str, Any], code: str
) -> None:
    application = agency.apply(project, company)
    refusal(lambda: agency.offer(application, **changes), code)


def test_only_class_c_may_get_fewer_services_and_is_told_why(county: County, agency: Agency) -> None:
    modest = new_company("积石山宏达建材有限公司", "68")
    project = guided(county, modest, name="机制砂石料技改项目")
    application = agency.apply(project, modest)
    assert WorkItem.objects.get(kind="agency_request").limit_value == 2
    refusal(lambda: agency.offer(application, services=["consult"]), "agency.note")
    refusal(
        lambda: agency.offer(agency_without_act(agency, application), services=["act", "consult"], note="够用"),
        "agency.unasked",
    )
    agreement = agency.offer(application, services=["consult", "guide"], note="信用等级为中，先提供咨询和指导")
    assert agreement.services == ["consult", "guide"]


def agency_without_act(agency: Agency, application: AgencyRequest) -> AgencyRequest:
    AgencyRequest.objects.filter(pk=application.pk).update(services=["consult"])
    return application


def test_who_may_not_sign_does_not_and_an_application_may_be_taken_back(
    agency: Agency, company: Company, project: Project
) -> None:
    application = agency.apply(project, company)
    agreement = agency.offer(application)
    AuthorisedPerson.objects.filter(pk=company.binding.pk).update(may_sign=False)
    refusal(lambda: actions.sign_agreement(actor=company.actor, agreement_id=agreement.pk, at=NOON), "agency.signatory")
    actions.withdraw_service_application(actor=company.actor, application_id=application.pk, at=NOON)
    agreement.refresh_from_db()
    assert agreement.state == "void"
    refusal(
        lambda: actions.withdraw_service_application(actor=company.actor, application_id=application.pk, at=NOON),
        "agency.state",
    )
    assert not WorkItem.objects.filter(kind="agency_request", state="running").exists()


def test_a_refusal_by_the_body_carries_its_reason(agency: Agency, company: Company, project: Project) -> None:
    application = agency.apply(project, company)
    refusal(
        lambda: actions.refuse_service(actor=agency.head, application_id=application.pk, why=" ", at=NOON), "agency.why"
    )
    actions.refuse_service(actor=agency.head, application_id=application.pk, why="项目不在本县", at=NOON)
    assert told("agency_refused")
    assert agency.apply(project, company).state == "applied"


def test_an_offer_nobody_signs_lapses_by_the_clock(agency: Agency, company: Company, project: Project) -> None:
    application = agency.apply(project, company)
    agreement = agency.offer(application)
    work.tick(at("2026-11-20 12:00"))
    application.refresh_from_db()
    assert application.state == "offered"
    work.tick(at("2026-11-21 12:00"))
    application.refresh_from_db()
    agreement.refresh_from_db()
    assert (application.state, agreement.state) == ("lapsed", "void")
    assert told("agency_lapsed")
    refusal(
        lambda: actions.sign_agreement(actor=company.actor, agreement_id=agreement.pk, at=at("2026-11-21 12:00")),
        "agency.state",
    )


def test_a_company_that_falls_between_offer_and_signature_does_not_sign(
    county: County, agency: Agency, company: Company, project: Project
) -> None:
    agreement = agency.offer(agency.apply(project, company))
    list_at_province(
        actor=county.actor("comprehensive"),
        unit_id=company.unit.pk,
        listed=True,
        source="省平台",
        on=NOON.date(),
        at=NOON,
    )
    refusal(
        lambda: actions.sign_agreement(actor=company.actor, agreement_id=agreement.pk, at=NOON), "agency.not_served"
    )
    assert end_of_unit(company.unit.pk, NOON) == 1
    agreement.refresh_from_db()
    assert agreement.state == "void"


# -- serving


def test_what_was_done_stands_in_the_log_once(agency: Agency, company: Company, project: Project) -> None:
    agreement = agency.serve(project, company)
    fields: dict[str, Any] = {
        "agreement_id": agreement.pk,
        "kind": "consult",
        "on": NOON.date(),
        "text": "讲解承诺制",
        "at": NOON,
    }
    for _ in range(2):
        actions.log_service(actor=agency.actor(), idempotency_key="k", **fields)
    assert ServiceEntry.objects.count() == 1
    for changes, code in (
        ({"kind": "sing"}, "agency.kind"),
        ({"text": " "}, "agency.text"),
        ({"on": NOON.date() + timedelta(days=1)}, "agency.on"),
        ({"on": NOON.date() - timedelta(days=1)}, "agency.on"),
        ({"matter_id": "nothing"}, "agency.outside_matter"),
    ):
        refusal(lambda more=changes: actions.log_service(actor=agency.actor(), **(fields | more)), code)  # type: ignore[misc]
    with pytest.raises(Forbidden):
        actions.log_service(actor=agency.actor(agency.colleague), **fields)


def test_a_service_not_agreed_on_is_not_given(agency: Agency, company: Company, project: Project) -> None:
    agreement = agency.serve(project, company, services=["consult"])
    pk, actor = agreement.pk, agency.actor()
    refusal(lambda: actions.draw_plan(actor=actor, agreement_id=pk, at=NOON), "agency.outside")
    matter = open_now(project)[0].matter_id
    refusal(
        lambda: actions.ask_green_channel(actor=actor, agreement_id=pk, matters=[matter], reason="急", at=NOON),
        "agency.outside",
    )
    assert agency.hat() is None


def test_nothing_is_done_under_an_agreement_before_its_first_day_or_after_its_last(
    agency: Agency, company: Company, project: Project
) -> None:
    agreement = agency.serve(project, company, services=["guide", "act"])
    matter = open_now(project)[0].matter_id
    fields: dict[str, Any] = {"actor": agency.actor(), "agreement_id": agreement.pk}
    for day in (agreement.from_on - timedelta(days=1), agreement.to_on):
        moment = NOON.replace(year=day.year, month=day.month, day=day.day)
        refusal(lambda at=moment: actions.draw_plan(at=at, **fields), "agency.not_in_force")  # type: ignore[misc]
        refusal(
            lambda at=moment: actions.ask_green_channel(matters=[matter], reason="急", at=at, **fields),
            "agency.not_in_force",
        )  # type: ignore[misc]
    assert actions.draw_plan(at=NOON, **fields).rows


def test_the_plan_has_a_day_for_every_matter_and_is_held_against_what_happened(
    county: County, agency: Agency, company: Company, project: Project
) -> None:
    agreement = agency.serve(project, company)
    plan = actions.draw_plan(actor=agency.actor(), agreement_id=agreement.pk, at=NOON)
    assert len(plan.rows) == MapItem.objects.filter(project=project, state="open").count()
    first = open_now(project)[0]
    line = {row.item_id: row for row in queries.plan_lines(plan.rows, queries.items_of(agreement), NOON.date())}[
        first.pk
    ]
    assert (line.received_on, line.late) == (None, False)
    later = queries.plan_lines(plan.rows, queries.items_of(agreement), line.starts_on + timedelta(days=1))
    assert next(row for row in later if row.item_id == first.pk).late
    assert FilingPlan.objects.count() == told_plans() == 1


def told_plans() -> int:
    return Message.objects.filter(template="agency_planned", unit_id__isnull=False).count()


def test_before_the_map_there_is_no_plan(county: County, agency: Agency, company: Company) -> None:
    filed = projects.file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(name="第二个项目"), pledged=True, at=FILED
    ).project
    agreement = agency.serve(filed, company)
    refusal(lambda: actions.draw_plan(actor=agency.actor(), agreement_id=agreement.pk, at=NOON), "agency.no_map")


def test_the_green_channel_marks_what_runs_and_what_runs_next(
    county: County, agency: Agency, company: Company, project: Project
) -> None:
    agreement = agency.serve(project, company)
    item, other = open_now(project)[:2]
    fields: dict[str, Any] = {"actor": agency.actor(), "agreement_id": agreement.pk, "at": NOON}
    refusal(lambda: actions.ask_green_channel(matters=[], reason="急", **fields), "agency.green_matters")
    refusal(lambda: actions.ask_green_channel(matters=[item.matter_id], reason="", **fields), "agency.reason")
    for _ in range(2):
        actions.ask_green_channel(matters=[item.matter_id], reason="投资 8600 万元，计划 3 月开工", **fields)
    assert GreenChannel.objects.count() == 1
    hat = agency.hat()
    assert hat is not None
    for one in (item, other):
        part = materials(hat, [one])[0]
        onemap.submit_materials(actor=hat, item_id=one.pk, materials=part["materials"], at=NOON)
    tags = {row.subject_id: row.tags for row in WorkItem.objects.filter(kind="receipt")}
    assert "绿色通道" in tags[item.pk]
    assert "绿色通道" not in tags[other.pk]
    onemap.accept(actor=county.actor("approver", item.department.key), item_id=item.pk, at=NOON)
    assert "绿色通道" in WorkItem.objects.get(kind="limit", subject_id=item.pk).tags
    grant_all(MapItem.objects.filter(pk=other.pk), NOON)
    refusal(lambda: actions.ask_green_channel(matters=[other.matter_id], reason="急", **fields), "agency.green_over")


def test_a_package_goes_in_whole_in_order_and_says_who_acted(
    agency: Agency, company: Company, project: Project
) -> None:
    agreement = agency.serve(project, company)
    hat = agency.hat()
    assert hat is not None
    items = open_now(project)[:3]
    parts = materials(hat, list(reversed(items)))
    made = actions.submit_package(actor=hat, agreement_id=agreement.pk, parts=parts, at=NOON, idempotency_key="k")
    assert (
        actions.submit_package(actor=hat, agreement_id=agreement.pk, parts=parts, at=NOON, idempotency_key="k").pk
        == made.pk
    )
    assert Package.objects.count() == 1
    assert [Submission.objects.get(pk=pk).application.item_id for pk in made.submissions] == [item.pk for item in items]
    entries = Entry.objects.filter(verb="onemap.submit_materials")
    assert {(row.entrance, row.via, row.unit_id) for row in entries} == {
        ("agent", f"agency.agreement:{agreement.pk}", company.unit.pk)
    }
    log = ServiceEntry.objects.filter(kind="act")
    assert {row.matter_id for row in log} == {item.matter_id for item in items}


def test_a_package_with_one_matter_that_must_wait_leaves_nothing(
    agency: Agency, company: Company, project: Project
) -> None:
    agreement = agency.serve(project, company)
    hat = agency.hat()
    assert hat is not None
    ready = open_now(project)[0]
    names = {item.pk for item in open_now(project)}
    waiting = MapItem.objects.filter(project=project, state="open").exclude(pk__in=names).first()
    assert waiting is not None
    parts = materials(hat, [ready, waiting])
    found = refusal(
        lambda: actions.submit_package(actor=hat, agreement_id=agreement.pk, parts=parts, at=NOON),
        "onemap.prerequisites",
    )
    assert waiting.name in found.message
    assert not Submission.objects.exists()
    refusal(
        lambda: actions.submit_package(actor=hat, agreement_id=agreement.pk, parts=parts[:1], at=NOON), "agency.package"
    )


def test_inside_the_matters_agreed_on_and_nowhere_else(agency: Agency, company: Company, project: Project) -> None:
    inside, outside = open_now(project)[:2]
    agreement = agency.serve(project, company, matters=[inside.matter_id])
    hat = agency.hat()
    assert hat is not None
    parts = materials(hat, [inside, outside])
    onemap.submit_materials(actor=hat, item_id=inside.pk, materials=parts[0]["materials"], at=NOON)
    with pytest.raises(Forbidden):
        onemap.submit_materials(actor=hat, item_id=outside.pk, materials=parts[1]["materials"], at=NOON)
    refusal(
        lambda: actions.submit_package(actor=hat, agreement_id=agreement.pk, parts=parts, at=NOON),
        "agency.outside_matter",
    )
    refusal(
        lambda: actions.ask_green_channel(
            actor=agency.actor(), agreement_id=agreement.pk, matters=[outside.matter_id], reason="急", at=NOON
        ),
        "agency.outside_matter",
    )


def test_another_agent_takes_over_and_the_first_has_no_hat_left(
    agency: Agency, company: Company, project: Project
) -> None:
    agreement = agency.serve(project, company)
    refusal(
        lambda: actions.assign_agent(
            actor=agency.head, agreement_id=agreement.pk, agent_id=agency.colleague.pk, why="", at=NOON
        ),
        "agency.why",
    )
    actions.assign_agent(
        actor=agency.head, agreement_id=agreement.pk, agent_id=agency.colleague.pk, why="休假", at=NOON
    )
    assert agency.hat() is None
    assert agency.hat(agent=agency.colleague) is not None
    assert WorkItem.objects.get(kind="agency_service").assignee == agency.colleague.person
    refusal(
        lambda: actions.end_agent(actor=agency.head, agent_id=agency.colleague.pk, why="轮岗", at=NOON),
        "agency.agent_busy",
    )


def test_an_agent_without_the_role_any_more_wears_no_hat(agency: Agency, company: Company, project: Project) -> None:
    agency.serve(project, company)
    person = agency.agent.person
    from yinuo.engine.people.queries import memberships_of

    Membership.objects.filter(person=person).update(to_on=NOON.date())
    assert memberships_of(person, NOON.date()) == []


# -- the four ways to end


def test_the_unit_ends_it_when_it_likes(agency: Agency, company: Company, project: Project) -> None:
    agreement = agency.serve(project, company)
    actions.end_by_wish(actor=company.actor, agreement_id=agreement.pk, why="", at=NOON)
    over(agreement, "ended", "wish", agency)
    refusal(
        lambda: actions.end_by_wish(actor=company.actor, agreement_id=agreement.pk, why="", at=NOON), "agency.state"
    )


def over(agreement: Agreement, state: str, kind: str, agency: Agency) -> Agreement:
    """Ended that way: paper, messages to both, no hat, and the archive's clock."""
    agreement.refresh_from_db()
    assert (agreement.state, agreement.end_kind) == (state, kind)
    paper = Document.objects.get(kind="agency_end")
    assert paper.data["outcome"] == ("done" if state == "done" else "ended")
    assert paper.data["basis"]
    receivers = Message.objects.filter(template=f"agency_{'done' if state == 'done' else 'ended'}")
    assert receivers.filter(unit_id=agreement.project.unit_id).exists()
    assert receivers.filter(person=agency.agent.person).exists()
    assert agency.hat() is None
    clock = WorkItem.objects.get(kind="agency_service", state="running")
    assert (clock.title, clock.limit_value, clock.assignee) == ("归档并交还材料", 5, agency.agent.person)
    return agreement


def test_a_conflict_with_the_law_ends_it_with_its_reason(agency: Agency, company: Company, project: Project) -> None:
    agreement = agency.serve(project, company)
    refusal(lambda: actions.end_by_law(actor=agency.actor(), agreement_id=agreement.pk, why="", at=NOON), "agency.why")
    actions.end_by_law(actor=agency.actor(), agreement_id=agreement.pk, why="选址在生态保护红线内", at=NOON)
    assert over(agreement, "ended", "law", agency).end_text == "选址在生态保护红线内"


def test_done_is_what_the_unit_confirms(agency: Agency, company: Company, project: Project) -> None:
    agreement = agency.serve(project, company)
    refusal(lambda: actions.confirm_finished(actor=company.actor, agreement_id=agreement.pk, at=NOON), "agency.state")
    agency.finished(agreement)
    refusal(
        lambda: actions.reject_finished(actor=company.actor, agreement_id=agreement.pk, why="", at=NOON), "agency.why"
    )
    actions.reject_finished(actor=company.actor, agreement_id=agreement.pk, why="还差施工许可", at=NOON)
    agreement.refresh_from_db()
    assert agreement.state == "running"
    assert agency.hat() is not None
    agency.finished(agreement)
    actions.confirm_finished(actor=company.actor, agreement_id=agreement.pk, at=NOON)
    over(agreement, "done", "confirmed", agency)


def test_silence_counts_as_confirmed_after_ten_working_days(agency: Agency, company: Company, project: Project) -> None:
    agreement = agency.serve(project, company)
    agency.finished(agreement)
    work.tick(at("2026-11-20 12:00"))
    agreement.refresh_from_db()
    assert agreement.state == "finishing"
    work.tick(at("2026-11-20 18:01"))
    over(agreement, "done", "deemed", agency)


def test_the_last_day_ends_it_by_the_clock(agency: Agency, company: Company, project: Project) -> None:
    agreement = agency.serve(project, company, days=31)
    last = at("2026-12-07 23:00")
    work.tick(last)
    agreement.refresh_from_db()
    assert agreement.state == "running"
    assert agency.hat(last) is not None
    work.tick(at("2026-12-08 00:01"))
    over(agreement, "ended", "term", agency)


def test_a_late_ticker_gives_no_right_beyond_the_last_day(agency: Agency, company: Company, project: Project) -> None:
    agency.serve(project, company, days=30)
    assert agency.hat(at("2026-12-07 08:00")) is None


def test_a_fall_to_the_worst_class_in_the_middle_ends_it_by_itself(
    county: County, agency: Agency, company: Company, project: Project
) -> None:
    agreement = agency.serve(project, company)
    import_score(
        actor=county.actor("comprehensive"),
        unit_id=company.unit.pk,
        score="50",
        source="2026年度评价",
        on=NOON.date(),
        at=NOON,
    )
    assert agency.hat() is None, "the right is gone at once, whoever is late to end the service"
    assert run_after_commit() == 1
    assert "D" in over(agreement, "ended", "grade", agency).end_text
    assert run_after_commit() == 0
    assert Document.objects.filter(kind="agency_end").count() == 1


def test_points_taken_that_leave_the_class_as_it_is_end_nothing(
    county: County, agency: Agency, company: Company, project: Project
) -> None:
    agreement = agency.serve(project, company)
    take(county, company)
    run_after_commit()
    agreement.refresh_from_db()
    assert agreement.state == "running"


def test_the_provinces_worst_class_ends_it_too(
    county: County, agency: Agency, company: Company, project: Project
) -> None:
    agreement = agency.serve(project, company)
    list_at_province(
        actor=county.actor("comprehensive"),
        unit_id=company.unit.pk,
        listed=True,
        source="省平台",
        on=NOON.date(),
        at=NOON,
    )
    assert run_after_commit() == 1
    over(agreement, "ended", "provincial", agency)


def run_after_commit() -> int:
    """Does what actions queued, instead of a worker; returns how many projects lost their agent."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    queued = list(
        ProcrastinateJob.objects.filter(task_name="agency.grade_changed").order_by("id").values_list("args", flat=True)
    )
    return sum(end_of_unit(int(job["subject_id"]), datetime.fromisoformat(job["at"])) for job in queued)


def test_a_project_that_ends_takes_its_service_with_it(agency: Agency, company: Company, project: Project) -> None:
    agreement = agency.serve(project, company)
    projects.terminate(actor=company.actor, project_id=project.pk, why="不建了", at=NOON)
    agreement.refresh_from_db()
    assert (agreement.state, agreement.end_kind) == ("ended", "project")
    refusal(lambda: agency.apply(project, company), "agency.project")


# -- afterwards


def test_the_material_comes_back_piece_by_piece_and_is_confirmed(
    agency: Agency, company: Company, project: Project
) -> None:
    agreement = agency.serve(project, company)
    pk = agreement.pk
    refusal(lambda: actions.archive(actor=agency.actor(), agreement_id=pk, returned=[], at=NOON), "agency.state")
    actions.end_by_wish(actor=company.actor, agreement_id=pk, why="自己办", at=NOON)
    refusal(lambda: actions.confirm_return(actor=company.actor, agreement_id=pk, at=NOON), "agency.not_archived")
    rows = [{"name": "授权委托书原件", "note": "1 份"}, {"name": " "}]
    actions.archive(actor=agency.actor(), agreement_id=pk, returned=rows, at=NOON)
    refusal(lambda: actions.archive(actor=agency.actor(), agreement_id=pk, returned=rows, at=NOON), "agency.archived")
    assert not WorkItem.objects.filter(kind="agency_service", state="running").exists()
    for _ in range(2):
        actions.confirm_return(actor=company.actor, agreement_id=pk, at=NOON)
    agreement.refresh_from_db()
    assert agreement.returned == [{"name": "授权委托书原件", "note": "1 份"}]
    assert Entry.objects.filter(verb="agency.receive").count() == 1


def test_a_service_that_has_ended_is_reviewed_once_and_a_bad_one_is_rectified_by_whoever_heads_the_agents(
    county: County, agency: Agency, company: Company, project: Project
) -> None:
    agreement = agency.serve(project, company)
    assert service_of(SERVICE, agreement) is None, "nothing to review while it runs"
    actions.end_by_wish(actor=company.actor, agreement_id=agreement.pk, why="", at=NOON)
    service = service_of(SERVICE, agreement)
    assert service is not None and service.handler_id == agency.agent.person_id
    assert project.name not in service.name
    hat: dict[str, Any] = {"service_id": service.pk, "at": NOON}
    with pytest.raises(Forbidden):
        review_service(actor=replace(company.actor, via="window.visit:1"), level=5, **hat)
    for level, code in ((0, "reviews.level"), (6, "reviews.level"), (1, "reviews.why")):
        refusal(lambda level=level: review_service(actor=company.actor, level=level, **hat), code)  # type: ignore[misc]
    made = review_service(actor=company.actor, level=1, text="三次约好都没有来", idempotency_key="k", **hat)
    assert (
        review_service(actor=company.actor, level=1, text="三次约好都没有来", idempotency_key="k", **hat).pk == made.pk
    )
    refusal(lambda: review_service(actor=company.actor, level=5, **hat), "reviews.once")
    token = links.token_of(service, Channel.LINK)
    refusal(lambda: review_by_link(actor=Actor.public(), token=token, level=5, at=NOON), "reviews.once")
    supervisor, head = county.actor("supervisor"), agency.head
    one: dict[str, Any] = {"review_id": made.pk, "at": NOON}
    assign_bad_review(actor=supervisor, instruction="请核实", **one)
    work = WorkItem.objects.get(kind=ReviewsWork.RECTIFY)
    assert (work.role, work.department_id, work.project_id) == ("general_convener", None, None)
    told = Message.objects.filter(template="bad_review", page=work.page, page_args=work.page_args).values_list(
        "person_id", flat=True
    )
    assert head.person_id in told
    refusal(
        lambda: answer_bad_review(actor=agency.actor(), finding="true", measures="改", answer="改", **one),
        "access.forbidden",
    )
    answer_bad_review(actor=head, finding="true", measures="换一名代办员", answer="已换人", **one)
    check_answer(actor=supervisor, approved=True, **one)
    assert close_bad_review(actor=supervisor, call_back="satisfied", note="满意", **one).state == "closed"
    day = NOON.date()
    assert [row.department for row in tallies(supervisor, day, day + timedelta(days=1))] == ["大厅（代办、窗口）"]


def test_the_figures_of_the_year_are_what_the_appraisal_rests_on(
    agency: Agency, company: Company, project: Project
) -> None:
    agreement = agency.serve(project, company)
    actions.log_service(
        actor=agency.actor(), agreement_id=agreement.pk, kind="guide", on=NOON.date(), text="指导材料", at=NOON
    )
    agency.finished(agreement)
    actions.confirm_finished(actor=company.actor, agreement_id=agreement.pk, at=NOON)
    service = service_of(SERVICE, agreement)
    assert service is not None
    token = links.token_of(service, Channel.LINK)
    made = review_by_link(actor=Actor.public(), token=token, level=4, at=NOON)
    assert (made.person_id, made.channel) == (None, "link")
    figures = queries.figures_of([agency.agent.pk, agency.colleague.pk], 2026)
    assert figures[agency.agent.pk].to_json() == {
        "running": 0, "done": 1, "ended": 0, "entries": 1, "acts": 0, "reviews": 1, "score": "4",
    }  # fmt: skip
    assert figures[agency.colleague.pk].score is None
    assert queries.figures_of([agency.agent.pk], 2025)[agency.agent.pk].done == 0
    fields: dict[str, Any] = {
        "actor": agency.head,
        "agent_id": agency.agent.pk,
        "year": 2026,
        "grade": "excellent",
        "text": "热心",
        "at": NOON,
    }
    made = actions.appraise_agent(**fields)
    assert made.figures["score"] == "4"
    refusal(lambda: actions.appraise_agent(**fields), "agency.appraised")
    for changes, code in (
        ({"year": 2030}, "agency.year"),
        ({"grade": "x"}, "agency.grade"),
        ({"text": ""}, "agency.text"),
    ):
        refusal(lambda more=changes: actions.appraise_agent(**(fields | more)), code)  # type: ignore[misc]


# -- bodies


def test_a_township_body_stands_below_a_county_one(county: County, agency: Agency) -> None:
    fields: dict[str, Any] = {
        "actor": agency.head,
        "hall_id": county.hall.pk,
        "place": "大河家镇便民大厅",
        "phone": "7721300",
        "at": NOON,
    }
    refusal(lambda: actions.open_body(level="township", name="大河家镇代办站", **fields), "agency.parent")
    refusal(lambda: actions.open_body(level="village", name="村代办点", **fields), "agency.level")
    below = actions.open_body(level="township", name="大河家镇代办站", parent_id=agency.body.pk, **fields)
    refusal(lambda: actions.open_body(level="county", name="大河家镇代办站", **fields), "agency.name_taken")
    refusal(
        lambda: actions.close_body(actor=agency.head, body_id=agency.body.pk, why="撤并", at=NOON), "agency.body_busy"
    )
    actions.close_body(actor=agency.head, body_id=below.pk, why="撤并", at=NOON)
    assert below.pk not in {body.pk for body in queries.bodies(NOON.date())}


def test_an_agent_belongs_to_one_body_and_has_the_role(county: County, agency: Agency, company: Company) -> None:
    fields: dict[str, Any] = {"actor": agency.head, "body_id": agency.body.pk, "phone": "1", "at": NOON}
    refusal(lambda: actions.add_agent(person_id=agency.agent.person_id, **fields), "agency.agent_taken")
    refusal(lambda: actions.add_agent(person_id=company.person.pk, **fields), "agency.person")
    actions.end_agent(actor=agency.head, agent_id=agency.colleague.pk, why="轮岗", at=NOON)
    assert actions.add_agent(person_id=agency.colleague.person_id, **fields).to_on is None


def test_a_training_names_those_who_were_there(agency: Agency) -> None:
    fields: dict[str, Any] = {"actor": agency.head, "body_id": agency.body.pk, "at": NOON}
    refusal(
        lambda: actions.record_training(on=NOON.date(), topic="承诺制", agents=[], **fields), "agency.training_agents"
    )
    refusal(
        lambda: actions.record_training(on=NOON.date(), topic="承诺制", agents=[0], **fields), "agency.training_agents"
    )
    late = NOON.date() + timedelta(days=1)
    refusal(
        lambda: actions.record_training(on=late, topic="承诺制", agents=[agency.agent.pk], **fields),
        "agency.training_on",
    )
    made = actions.record_training(
        on=NOON.date(), topic="承诺制", agents=[agency.agent.pk], idempotency_key="k", **fields
    )
    again = actions.record_training(
        on=NOON.date(), topic="承诺制", agents=[agency.agent.pk], idempotency_key="k", **fields
    )
    assert made.pk == again.pk


def test_the_agents_hat_reaches_nothing_of_the_unit_as_a_whole(
    agency: Agency, company: Company, project: Project
) -> None:
    agency.serve(project, company)
    hat = agency.hat()
    assert hat is not None
    other = guided(agency.county, company, name="第二个项目")
    for act in forbidden_acts(hat, company, project, other):
        with pytest.raises(Forbidden), transaction.atomic():
            act()


def forbidden_acts(hat: Actor, company: Company, project: Project, other: Project) -> list[Callable[[], object]]:
    """Another project, the unit's own affairs, and what disposes of the very project the agent serves."""
    from yinuo.engine.people import actions as people
    from yinuo.rooms.commitments import actions as commitments

    item = open_now(other)[0]
    mine = next(row for row in open_now(project) if row.promisable)
    return [
        lambda: onemap.submit_materials(actor=hat, item_id=item.pk, materials=[], at=NOON),
        lambda: projects.ask_question(actor=hat, project_id=other.pk, text="要多久？", at=NOON),
        lambda: projects.file_project(
            actor=hat, unit_id=company.unit.pk, facts=facts(name="新项目"), pledged=True, at=NOON
        ),
        lambda: projects.open_draft(actor=hat, unit_id=company.unit.pk, facts={}, at=NOON),
        lambda: projects.amend(actor=hat, project_id=project.pk, changes={"name": "改名"}, reason="x", at=NOON),
        lambda: projects.terminate(actor=hat, project_id=project.pk, why="x", at=NOON),
        lambda: projects.recode(actor=hat, project_id=project.pk, facts={}, pledged=True, reason="x", at=NOON),
        lambda: commitments.commit(actor=hat, item_id=mine.pk, standard_version="1", at=NOON),
        lambda: people.authorise(
            actor=hat,
            unit_id=company.unit.pk,
            account="a",
            name="b",
            basis="c",
            letter_id=None,
            may_sign=True,
            from_on=NOON.date(),
            to_on=None,
            at=NOON,
        ),
        lambda: people.end_binding(actor=hat, binding=company.binding, at=NOON, why="x"),
        lambda: actions.apply_for_service(
            actor=hat,
            project_id=other.pk,
            body_id=1,
            matters=[],
            services=["act"],
            lead=("a", "1"),
            handler=("b", "2"),
            at=NOON,
        ),
        lambda: actions.end_by_wish(actor=hat, agreement_id=Agreement.objects.get().pk, why="", at=NOON),
    ]
