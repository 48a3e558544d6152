"""双随机、一公开: announced before it is drawn, drawn once, and by nobody's choice; then inspected, signed, put right,
published.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.apps.county import BEGAN, Company, County, at, new_company, new_county
from tests.apps.inspecting import (
    ANNOUNCED,
    BEGUN,
    DRAWN,
    LEAD,
    OTHER,
    VALUE,
    announced,
    begun,
    confirmed,
    drawn,
    inspectors,
    those_of,
)
from yinuo.core.draw import draw, parse, seed_digest, verify
from yinuo.engine.base import Forbidden, Refused, Stale
from yinuo.engine.infochain.queries import leaves_of
from yinuo.engine.people.models import Department, Membership
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.inspections import actions, pools, queries
from yinuo.rooms.inspections.actions.plans import draw_by, label_of, overdue
from yinuo.rooms.inspections.leaves import announced_now
from yinuo.rooms.inspections.models import InspectionPlan, Inspector, Member, PoolInspector, RandomInspection
from yinuo.rooms.projects.actions import terminate


def file_of(plan: InspectionPlan) -> dict[str, object]:
    return {
        "announcement": plan.announcement,
        "announcement_sha256": plan.announcement_sha256,
        "seed": plan.seed,
        "value": plan.value,
        "result": plan.result,
    }


def vars_of(plan: InspectionPlan) -> dict[str, object]:
    return {one.attname: getattr(plan, one.attname) for one in plan._meta.concrete_fields}


def test_a_joint_plan_is_announced_then_drawn_and_anybody_can_repeat_it(county: County, company: Company) -> None:
    for number in range(4):
        confirmed(county, company, name=f"项目{number}", project_class="state_owned" if number < 2 else "private")
    poor = new_company("差等公司", "58")
    directed = confirmed(county, poor, name="差等项目")
    housing = inspectors(county)
    inspectors(county, OTHER, 2)
    lead = county.actor("approver", LEAD)
    plan = begun(county, OTHER)
    with pytest.raises(Refused, match="没有这个项目代码"):
        actions.add_directed(
            actor=lead, plan_id=plan.pk, project_code="2311-622927-04-01-000000", reason="key", note="重点", at=BEGUN
        )
    row = actions.add_directed(
        actor=lead, plan_id=plan.pk, project_code=directed.code, reason="complaint", note="群众来电", at=BEGUN
    )
    assert (
        actions.add_directed(
            actor=lead, plan_id=plan.pk, project_code=directed.code, reason="key", note="再次", at=BEGUN
        )
        == row
    )
    plan = actions.announce_plan(actor=lead, plan_id=plan.pk, at=ANNOUNCED)

    # What is published: no name of an inspector, no note, no seed; and all of it in the chain's outbox.
    told = plan.announcement
    assert [one["rate"] for one in told["projects"]].count("fewer") == 2
    assert told["directed"] == [{"project": directed.code, "unit": poor.unit.credit_code, "reason": "complaint"}]
    assert sorted(one["department"] for one in told["inspectors"]) == [OTHER] * 2 + [LEAD] * 3
    assert not any(one.person.name in str(told) for one in housing)
    assert "群众" not in str(told) and plan.seed == "" and plan.announcement_sha256 == parse(told).digest()
    leaf = leaves_of(label_of(plan))[0]
    assert leaf.type == "inspection.announced"
    assert {name: value for _, name, value in leaf.fields}["announcement_sha256"] == plan.announcement_sha256
    assert plan.earliest == at("2026-11-12 18:00")
    # Who could reckon the result once the value is out does not choose when: two working days, on a clock of the
    # department's.
    waits = WorkItem.objects.get(kind="inspection_draw")
    assert (waits.department.key, waits.due_at, draw_by(plan)) == (LEAD, *[at("2026-11-16 18:00")] * 2)
    assert [overdue(plan, at(moment)) for moment in ("2026-11-16 18:00", "2026-11-16 18:01")] == [False, True]
    stated = {name: value for _, name, value in leaf.fields}
    (now,) = announced_now([(label_of(plan), {})])
    assert {name: stated[name] for name in now} == now
    InspectionPlan.objects.filter(pk=plan.pk).update(
        announcement={**told, "conflicts": [{"project": directed.code, "inspector": "001"}]}
    )
    (now,) = announced_now([(label_of(plan), {})])
    assert now["announcement_sha256"] != plan.announcement_sha256
    InspectionPlan.objects.filter(pk=plan.pk).update(announcement=told)

    for moment, value, code in [
        (DRAWN - timedelta(days=1), VALUE, "inspections.too_early"),
        (DRAWN, "1 2 3", "inspections.value"),
    ]:
        with pytest.raises(Refused) as refused:
            actions.draw_plan(actor=lead, plan_id=plan.pk, value=value, at=moment)
        assert refused.value.code == code
    with pytest.raises(Forbidden):
        actions.draw_plan(actor=county.actor("approver", OTHER), plan_id=plan.pk, value=VALUE, at=DRAWN)
    plan = actions.draw_plan(actor=lead, plan_id=plan.pk, value=VALUE, at=DRAWN)
    plan.refresh_from_db()
    assert all(check.ok for check in verify(file_of(plan)))
    before = queries._checked.cache_info().hits
    assert queries.checked(plan) == queries.checked(plan) and all(check.ok for check in queries.checked(plan))
    assert queries._checked.cache_info().hits == before + 2
    assert not all(
        check.ok for check in queries.checked(InspectionPlan(**{**vars_of(plan), "value": "02" + plan.value[2:]}))
    )
    waits.refresh_from_db()
    assert (waits.state, waits.outcome, overdue(plan, at("2026-12-01 09:00"))) == ("done", "drawn", False)
    assert plan.sealed is None and seed_digest(bytes.fromhex(plan.seed)) == plan.seed_sha256
    assert [leaf.type for leaf in leaves_of(label_of(plan))] == ["inspection.announced", "inspection.drawn"]
    assert {one.reason for one in plan.inspections.all()} == {"", "complaint"}
    first = RandomInspection.objects.get(plan=plan, reason="complaint")
    assert Member.objects.filter(inspection=first).count() == 4
    works = WorkItem.objects.filter(kind="inspection", subject_id=first.pk)
    assert {work.department.key for work in works} == {LEAD, OTHER}
    assert all(work.due_at == at("2026-12-11 18:00") for work in works)

    with pytest.raises(Refused, match="现在是“已抽取”"):
        actions.draw_plan(actor=lead, plan_id=plan.pk, value="02 05 12 19 23 30 07", at=DRAWN)
    with pytest.raises(Refused, match="现在是“已抽取”"):
        actions.void_plan(actor=lead, plan_id=plan.pk, why="不满意", at=DRAWN)


def test_what_is_announced_does_not_change_whatever_happens_afterwards(county: County, company: Company) -> None:
    ended = confirmed(county, company, name="后来终止的项目")
    three = inspectors(county)
    plan = announced(county)
    before = plan.announcement
    confirmed(county, company, name="后来的项目")
    person = three[0].person
    actions.end_inspector(
        actor=county.actor("general_convener"),
        inspector_id=Inspector.objects.get(person=person).pk,
        why="调离",
        at=DRAWN,
    )
    with pytest.raises(Refused, match="现在是“已公布，待抽取”"):
        actions.add_directed(
            actor=county.actor("approver", LEAD),
            plan_id=plan.pk,
            project_code=ended.code,
            reason="key",
            note="x",
            at=DRAWN,
        )
    terminate(actor=company.actor, project_id=ended.pk, why="资金不足", at=ANNOUNCED)
    plan = actions.draw_plan(actor=county.actor("approver", LEAD), plan_id=plan.pk, value=VALUE, at=DRAWN)
    assert plan.announcement == before
    inspection = plan.inspections.get()
    assert (inspection.project, inspection.state) == (ended, "cancelled")
    assert not WorkItem.objects.filter(kind="inspection").exists()
    with transaction.atomic(), pytest.raises(IntegrityError):
        InspectionPlan.objects.filter(pk=plan.pk).update(drawn_at=ANNOUNCED)


def test_who_had_a_hand_in_a_project_does_not_inspect_it(county: County, company: Company) -> None:
    handled, other = (
        confirmed(county, company, name="办过的"),
        confirmed(county, new_company("另一家"), name="没办过的"),
    )
    one, two, three, _ = inspectors(county, LEAD, 4)
    Entry.objects.create(
        at=ANNOUNCED, verb="onemap.accept", person_id=one.person_id, role="approver", entrance="web", subject_kind="x",
        subject_id="1",
        project_code=handled.code,
    )  # fmt: skip
    # To have looked at it afterwards is no hand in it.
    Entry.objects.create(
        at=ANNOUNCED,
        verb="inspections.sign_visit",
        person_id=three.person_id,
        role="approver",
        entrance="web",
        subject_kind="x",
        subject_id="1",
        project_code=handled.code,
    )
    inspector = Inspector.objects.get(person=two.person)
    principal = county.actor("principal", LEAD)
    declare = {"inspector_id": inspector.pk, "credit_code": company.unit.credit_code, "interest": "kin", "at": BEGUN}
    row = actions.declare_avoidance(actor=principal, note="妻兄任经理", **declare)
    assert actions.declare_avoidance(actor=principal, **declare) == row
    found = {
        (Inspector.objects.get(pk=pk).person_id, project)
        for pk, project in pools.forbidden(list(Inspector.objects.all()), [handled, other], date(2026, 11, 9))
    }
    assert found == {(one.person_id, handled.pk), (two.person_id, handled.pk)}
    plan = drawn(county)
    numbers = {
        row.inspector.person_id: row.number
        for row in PoolInspector.objects.filter(plan=plan).select_related("inspector")
    }
    barred = {(pair["project"], pair["inspector"]) for pair in plan.announcement["conflicts"]}
    assert barred == {(handled.code, numbers[one.person_id]), (handled.code, numbers[two.person_id])}
    for inspection in plan.inspections.select_related("project"):
        assert not {(inspection.project.code, member.number) for member in inspection.members.all()} & barred
    # Registered anew, with another certificate, they are the same person with the same relative.
    actions.end_inspector(actor=principal, inspector_id=inspector.pk, why="换证", at=DRAWN)
    renewed = actions.register_inspector(
        actor=principal, person_id=two.person_id, department_id=two.department_id, certificate_no="甘E9999", at=DRAWN
    )
    day = date(2026, 11, 13)
    assert pools.forbidden([renewed], [handled, other], day) == {(renewed.pk, handled.pk)}
    assert {one.pk: one.shown for one in queries.inspectors(principal, day)}[renewed.pk] == [row]
    assert actions.declare_avoidance(actor=principal, **{**declare, "inspector_id": renewed.pk}) == row
    assert actions.lift_avoidance(actor=principal, avoidance_id=row.pk, at=DRAWN).lifted_at == DRAWN
    assert pools.forbidden([renewed], [handled, other], day) == set()


def test_a_plan_with_too_few_inspectors_is_not_announced_and_says_where(county: County, company: Company) -> None:
    project = confirmed(county, company)
    inspectors(county, LEAD, 1)
    lead = county.actor("approver", LEAD)
    plan = begun(county)
    with pytest.raises(Refused) as refused:
        actions.announce_plan(actor=lead, plan_id=plan.pk, at=ANNOUNCED)
    assert refused.value.code == "inspections.too_few"
    assert project.code in refused.value.message and "只有 1 名，应有 2 名" in refused.value.message
    plan.refresh_from_db()
    assert (plan.state, plan.announcement, plan.sealed) == ("draft", None, None)
    for field, value, words in [
        ("value_on", date(2026, 11, 9), "须用今天以后开奖的一期"),
        ("value_on", date(9999, 12, 31), "开奖日期最晚是2028年11月8日"),
        ("until_on", date(2201, 1, 1), "检查的结束日期最晚是2028年11月8日"),
        ("issue", "2026\n131", "请写成一行"),
    ]:
        with pytest.raises(Refused, match=words) as refused:
            begun(county, **{field: value})
        assert refused.value.field == field
    for member in inspectors(county, LEAD, 2):
        both = member
    # One who is named in two departments fills one seat, and signs once.
    office = Department.objects.get(hall=county.hall, key=OTHER)
    Membership.objects.create(person=both.person, department=office, role="approver", from_on=BEGAN)
    actions.register_inspector(
        actor=county.actor("general_convener"),
        person_id=both.person_id,
        department_id=office.pk,
        certificate_no="甘E8",
        at=BEGUN,
    )
    inspectors(county, OTHER, 1)
    with pytest.raises(Refused, match=f"{office.short_name}回避以后只有 1 名，应有 2 名"):
        announced(county, OTHER)
    inspectors(county, OTHER, 1)
    joint = announced(county, OTHER)
    assert len(joint.announcement["inspectors"]) == 5
    assert joint.pool.filter(inspector__person=both.person).get().inspector.department.key == LEAD
    with pytest.raises(Refused, match="检查在那以前就结束了"):
        announced(county, from_on=date(2026, 11, 9), until_on=date(2026, 11, 11))
    with pytest.raises(Stale):
        actions.announce_plan(actor=lead, plan_id=plan.pk, at=ANNOUNCED, version=7)


def test_a_plan_whose_seed_is_lost_can_only_be_made_void(county: County, company: Company, settings: object) -> None:
    confirmed(county, company)
    inspectors(county)
    plan = announced(county)
    lead = county.actor("approver", LEAD)
    settings.SECRET_KEY = "another instance's secret altogether"  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="种子已经解不开"):
        actions.draw_plan(actor=lead, plan_id=plan.pk, value=VALUE, at=DRAWN)
    with pytest.raises(Refused, match="请写明作废的理由"):
        actions.void_plan(actor=lead, plan_id=plan.pk, why=" ", at=DRAWN)
    plan = actions.void_plan(actor=lead, plan_id=plan.pk, why="更换服务器后种子解不开", at=DRAWN)
    assert (plan.state, plan.inspections.count(), plan.seed, plan.sealed) == ("void", 0, "", None)
    assert [leaf.type for leaf in leaves_of(label_of(plan))] == ["inspection.announced", "inspection.void"]
    assert WorkItem.objects.get(kind="inspection_draw").outcome == "void"


def test_the_next_by_rank_comes_in_for_who_cannot_go_and_nobody_chooses(county: County, company: Company) -> None:
    confirmed(county, company)
    inspectors(county, LEAD, 4)
    plan = drawn(county)
    inspection = plan.inspections.get()
    lead = county.actor("approver", LEAD)
    first = inspection.members.order_by("id")[0]
    with pytest.raises(Refused, match="请写明为什么不能参加"):
        actions.replace_member(actor=lead, inspection_id=inspection.pk, member_id=first.pk, why="", at=DRAWN)
    actions.replace_member(actor=lead, inspection_id=inspection.pk, member_id=first.pk, why="住院", at=DRAWN)
    with pytest.raises(Refused, match="只能替换"):
        actions.replace_member(actor=lead, inspection_id=inspection.pk, member_id=first.pk, why="住院", at=DRAWN)
    assert len(those_of(inspection)) == 2
    for _ in range(1):
        second = inspection.members.filter(left_at__isnull=True).order_by("id")[0]
        actions.replace_member(actor=lead, inspection_id=inspection.pk, member_id=second.pk, why="出差", at=DRAWN)
    third = inspection.members.filter(left_at__isnull=True).order_by("id")[0]
    with pytest.raises(Refused, match="没有可以替换的检查人员"):
        actions.replace_member(actor=lead, inspection_id=inspection.pk, member_id=third.pk, why="出差", at=DRAWN)
    assert draw(parse(plan.announcement), bytes.fromhex(plan.seed), plan.value).to_json() == plan.result
    # The log says who came in for whom; the reason is a person's, and stays where it can be mended.
    told = [leaf for leaf in leaves_of(inspection.project.code) if leaf.type == "inspection.replaced"]
    fields = [{name: value for _, name, value in leaf.fields} for leaf in told]
    assert [(one["out"], one["in"]) for one in fields] == [
        (one.number, after.number)
        for one, after in zip([first, second], inspection.members.order_by("id")[2:], strict=True)
    ]
    assert not any("住院" in str(leaf.fields) for leaf in told)


@pytest.mark.slow
def test_two_who_draw_at_once_draw_once(committed_db: str) -> None:
    county, company = new_county(), new_company()
    confirmed(county, company)
    inspectors(county)
    plan = announced(county)
    lead = county.actor("approver", LEAD)

    def try_it(value: str) -> str:
        try:
            actions.draw_plan(actor=lead, plan_id=plan.pk, value=value, at=DRAWN)
            return "drawn"
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as together:
        answers = list(together.map(try_it, [VALUE, VALUE, "02 05 12 19 23 30 07", "03 05 12 19 23 30 07"]))
    assert sorted(answers) == ["drawn", *["inspections.plan_state"] * 3]
    plan.refresh_from_db()
    assert plan.inspections.count() == 1
    assert all(check.ok for check in verify(file_of(plan)))


@pytest.mark.slow
def test_two_who_register_an_inspector_at_once_register_one(committed_db: str) -> None:
    county = new_county()
    office, person = Department.objects.get(hall=county.hall, key=LEAD), county.person("approver", LEAD)
    convener = county.actor("general_convener")

    def register(number: int) -> str:
        try:
            actions.register_inspector(
                actor=convener, person_id=person.pk, department_id=office.pk, certificate_no=f"甘E{number}", at=BEGUN
            )
            return "registered"
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as together:
        answers = list(together.map(register, range(4)))
    assert sorted(answers) == [*["inspections.inspector_once"] * 3, "registered"]
    assert Entry.objects.filter(verb="inspections.register_inspector").count() == 1


def test_inspectors_are_people_of_the_department_with_a_certificate(county: County) -> None:
    convener = county.actor("general_convener")
    office = Department.objects.get(hall=county.hall, key=LEAD)
    stranger = county.person("approver", OTHER)
    ask = {"department_id": office.pk, "certificate_no": "甘E1", "at": BEGUN}
    with pytest.raises(Refused, match="不在本部门任职"):
        actions.register_inspector(actor=convener, person_id=stranger.pk, **ask)
    own = county.person("approver", LEAD)
    for changes, words in [
        ({"certificate_no": " "}, "请填写执法证号"),
        ({"subjects": ["没有的事项"]}, "没有这样的抽查事项"),
        ({"to_on": date(2026, 11, 1)}, "有效期已经过去"),
    ]:
        with pytest.raises(Refused, match=words):
            actions.register_inspector(actor=convener, person_id=own.pk, **{**ask, **changes})
    made = actions.register_inspector(actor=convener, person_id=own.pk, subjects=["节能"], **ask)
    with pytest.raises(Refused, match="已经在名录里"):
        actions.register_inspector(actor=convener, person_id=own.pk, **ask)
    with pytest.raises(Forbidden):
        actions.end_inspector(actor=county.actor("principal", OTHER), inspector_id=made.pk, why="x", at=BEGUN)
    ended = actions.end_inspector(actor=county.actor("principal", LEAD), inspector_id=made.pk, why="退休", at=DRAWN)
    assert ended.to_on == date(2026, 11, 13)
    day = DRAWN.date()
    assert own.pk in {person.pk for person, _, _ in queries.may_become(convener, day)}
    again = actions.register_inspector(
        actor=convener, person_id=own.pk, to_on=date(2027, 6, 30), **{**ask, "at": DRAWN}
    )
    assert again.pk != made.pk
    # Once for any one day, also where the certificate has an end; the next certificate follows on it.
    assert own.pk not in {person.pk for person, _, _ in queries.may_become(convener, day)}
    for span in ({"to_on": date(2027, 6, 30)}, {}, {"from_on": date(2027, 6, 29)}):
        with pytest.raises(Refused, match="这段时间已经在名录里"):
            actions.register_inspector(actor=convener, person_id=own.pk, **{**ask, "at": DRAWN, **span})
    actions.register_inspector(actor=convener, person_id=own.pk, from_on=date(2027, 6, 30), **{**ask, "at": DRAWN})
    assert Inspector.objects.filter(person=own).count() == 3
