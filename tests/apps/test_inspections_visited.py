"""What follows a draw: recorded on site, signed by all, answered, put right, published – and points by the three who
move them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from tests.apps.county import Company, County, at
from tests.apps.documents.samples import SAMPLES
from tests.apps.granted import grant_all
from tests.apps.inspecting import DRAWN, LEAD, VISITED, a_drawn_inspection, member, those_of
from tests.apps.supervising import PENALTY
from tests.apps.test_onemap import PDF
from yinuo.engine.base import Forbidden, Refused, Stale
from yinuo.engine.documents.actions import issue, store_upload
from yinuo.engine.documents.usage import uses_of
from yinuo.engine.feeds.models import FeedEntry
from yinuo.engine.people.queries import actor_of_membership
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.credit.models import CreditHead, PointProposal
from yinuo.rooms.inspections import actions, queries
from yinuo.rooms.inspections.models import Check, RandomInspection, Statement, Visit
from yinuo.rooms.inspections.questions import questions_of
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.oversight import actions as oversight
from yinuo.rooms.oversight.queries import penalties_of

FAULT = {"outcome": "rectify", "rectify_days": 5, "summary": "围挡没有封闭"}


@pytest.fixture
def inspection(county: County, company: Company) -> RandomInspection:
    return a_drawn_inspection(county, company)


def answers(row: RandomInspection, **faults: str) -> dict[str, dict[str, str]]:
    made = {one.key: {"answer": "yes", "note": ""} for one in questions_of(row)}
    return made | {key: {"answer": "no", "note": note} for key, note in faults.items()}


def visit(row: RandomInspection, **values: Any) -> Visit:
    asked: dict[str, Any] = {
        "actor": those_of(row)[0], "inspection_id": row.pk, "on": date(2026, 11, 16), "answers": answers(row),
        "outcome": "clear", "summary": "逐项看了现场", "at": VISITED,
    }  # fmt: skip
    return actions.record_visit(**{**asked, **values})


def state_of(row: RandomInspection) -> str:
    row.refresh_from_db()
    return str(row.state)


def open_kinds(row: RandomInspection) -> set[str]:
    rows = WorkItem.objects.filter(subject_kind="inspections.randominspection", subject_id=row.pk, state="running")
    return set(rows.values_list("kind", flat=True))


def test_a_visit_counts_when_every_inspector_has_signed_and_is_published_within_its_term(
    inspection: RandomInspection, company: Company, county: County
) -> None:
    first, second = those_of(inspection)
    visit(inspection)
    assert (state_of(inspection), inspection.outcome) == ("recorded", "")
    with pytest.raises(Refused, match="还没有全部签名"):
        actions.publish_result(actor=first, inspection_id=inspection.pk, at=VISITED)
    assert actions.sign_visit(actor=first, inspection_id=inspection.pk, at=VISITED).signed_at is None
    with pytest.raises(Refused, match="还没有检查"):
        actions.state_opinion(actor=company.actor, inspection_id=inspection.pk, text="没有意见", at=VISITED)
    outsider = actor_of_membership(member(county, LEAD, "没有抽中的人"))
    with pytest.raises(Forbidden):
        actions.sign_visit(actor=outsider, inspection_id=inspection.pk, at=VISITED)
    with pytest.raises(Stale):
        actions.sign_visit(actor=second, inspection_id=inspection.pk, at=VISITED, version=1)
    signed = actions.sign_visit(actor=second, inspection_id=inspection.pk, at=VISITED)
    assert actions.sign_visit(actor=second, inspection_id=inspection.pk, at=VISITED) == signed
    assert (state_of(inspection), inspection.outcome, inspection.inspected_at) == ("concluded", "clear", VISITED)
    assert open_kinds(inspection) == {"inspection_publish"}
    assert WorkItem.objects.get(kind="inspection_publish").due_at == at("2026-12-14 18:00")
    assert queries.published_of(company.unit.credit_code or "") == []
    opinion = actions.state_opinion(actor=company.actor, inspection_id=inspection.pk, text="没有意见", at=VISITED)
    assert (
        actions.state_opinion(actor=company.actor, inspection_id=inspection.pk, text="没有意见", at=VISITED) == opinion
    )
    actions.publish_result(actor=outsider, inspection_id=inspection.pk, at=VISITED)
    actions.publish_result(actor=outsider, inspection_id=inspection.pk, at=VISITED)
    assert [row.pk for row in queries.published_of(company.unit.credit_code or "")] == [inspection.pk]
    assert open_kinds(inspection) == set()
    assert Entry.objects.filter(verb="inspections.publish_result").count() == 1
    shared = FeedEntry.objects.get(kind="inspection")
    assert (shared.data["number"], shared.data["result"], shared.data["unit_code"]) == (
        inspection.plan.number,
        "clear",
        company.unit.credit_code,
    )


def test_a_fault_is_put_right_in_its_term_and_looked_at_again(inspection: RandomInspection, company: Company) -> None:
    first, second = those_of(inspection)
    visit(inspection, answers=answers(inspection, s0="围挡没有封闭"), **FAULT)
    actions.sign_visit(actor=second, inspection_id=inspection.pk, at=VISITED)
    assert (state_of(inspection), inspection.rectify_until) == ("rectifying", at("2026-11-23 18:00"))
    assert open_kinds(inspection) == {"inspection_rectify", "inspection_publish"}
    mine = WorkItem.objects.get(kind="inspection_rectify")
    assert (mine.waits_for, mine.unit_id, mine.due_at) == ("unit", company.unit.pk, inspection.rectify_until)
    # A revisit too early that a colleague sends back leaves the unit its term and its report.
    visit(inspection)
    actions.return_visit(actor=second, inspection_id=inspection.pk, why="没有去现场", at=VISITED)
    assert (state_of(inspection), open_kinds(inspection)) == (
        "rectifying",
        {"inspection_rectify", "inspection_publish"},
    )
    file = store_upload(actor=company.actor, name="改正.pdf", content=PDF, unit_id=company.unit.pk, at=VISITED)
    report = {"actor": company.actor, "inspection_id": inspection.pk, "text": "已经封闭", "at": at("2026-11-18 09:00")}
    other = store_upload(actor=first, name="别人的.pdf", content=PDF, unit_id=None, at=VISITED)
    with pytest.raises(Refused, match="不是您上传的"):
        actions.report_rectified(files=[other.pk], **report)
    actions.report_rectified(files=[file.pk], **report)
    assert state_of(inspection) == "reinspection"
    assert open_kinds(inspection) == {"inspection_revisit", "inspection_publish"}
    with pytest.raises(Refused, match="现在是“待复查”"):
        actions.report_rectified(**report)
    # A form sent twice reaches the next form of the page; with another file it is something new.
    said: dict[str, Any] = {
        "actor": company.actor,
        "inspection_id": inspection.pk,
        "text": "已经封闭",
        "at": at("2026-11-18 09:01"),
    }
    assert actions.state_opinion(files=[file.pk], **said) == Statement.objects.get()
    more = store_upload(actor=company.actor, name="照片.pdf", content=PDF, unit_id=company.unit.pk, at=VISITED)
    assert actions.state_opinion(files=[more.pk], **said).kind == "opinion"
    # The revisit asks what had failed, and only that.
    assert [one.key for one in questions_of(inspection)] == ["s0"]
    visit(
        inspection,
        on=date(2026, 11, 19),
        at=at("2026-11-19 15:00"),
        answers=answers(inspection, s0="又开了口"),
        **FAULT,
    )
    actions.return_visit(actor=second, inspection_id=inspection.pk, why="只看了一面", at=at("2026-11-19 15:30"))
    assert (state_of(inspection), open_kinds(inspection)) == (
        "reinspection",
        {"inspection_revisit", "inspection_publish"},
    )
    visit(
        inspection,
        on=date(2026, 11, 19),
        at=at("2026-11-19 15:40"),
        answers=answers(inspection, s0="又开了口"),
        **FAULT,
    )
    actions.sign_visit(actor=second, inspection_id=inspection.pk, at=at("2026-11-19 16:00"))
    # The second time the same words are another report.
    actions.report_rectified(files=[file.pk], **{**report, "at": at("2026-11-20 09:00")})
    assert Entry.objects.filter(verb="inspections.report_rectified").count() == 2
    visit(inspection, on=date(2026, 11, 20), at=at("2026-11-20 15:00"), summary="已经封闭")
    actions.sign_visit(actor=second, inspection_id=inspection.pk, at=at("2026-11-20 16:00"))
    assert (state_of(inspection), inspection.first_outcome, inspection.outcome) == ("concluded", "rectify", "clear")
    assert open_kinds(inspection) == {"inspection_publish"}
    assert [one.evidence[0].file for one in Statement.objects.filter(kind="rectified")] == [file.pk] * 2
    assert [(use.what[:5], use.key) for use in uses_of([file.pk])[file.pk]] == [("双随机检查", inspection.pk)] * 2


def test_who_does_not_stand_by_a_record_sends_it_back_and_it_counts_for_nothing(inspection: RandomInspection) -> None:
    first, second = those_of(inspection)
    visit(inspection, answers=answers(inspection, s0="没有公示"), **FAULT)
    actions.return_visit(actor=second, inspection_id=inspection.pk, why="当天已经公示", at=VISITED)
    assert state_of(inspection) == "waiting"
    assert len(questions_of(inspection)) == 3
    visit(inspection, actor=second)
    actions.sign_visit(actor=first, inspection_id=inspection.pk, at=VISITED)
    assert (state_of(inspection), inspection.outcome) == ("concluded", "clear")
    assert [(one.round, one.returned_why != "", one.signed_at is None) for one in queries.visits_of(inspection)] == [
        (1, True, True),
        (2, False, False),
    ]
    with transaction.atomic(), pytest.raises(ProgrammingError, match="permission denied"):
        Check.objects.update(answer="yes")


def test_a_record_that_does_not_hold_together_is_refused_at_its_field(inspection: RandomInspection) -> None:
    faulty = answers(inspection, s0="没有公示")
    for values, field, words in [
        ({"on": date(2026, 11, 17)}, "on", "到今天之间"),
        ({"on": date(2026, 11, 12)}, "on", "抽取之日"),
        ({"outcome": "rectify", "rectify_days": 5}, "outcome", "应为“未发现问题”"),
        ({"answers": faulty}, "outcome", "有 1 项不符合"),
        ({"answers": faulty, "outcome": "rectify", "rectify_days": 31}, "rectify_days", "1 至 30 个工作日"),
        ({"answers": faulty, "outcome": "rectify"}, "rectify_days", "1 至 30 个工作日"),
        ({"outcome": "fine"}, "outcome", "请选择检查结果"),
        ({"summary": " "}, "summary", "请写明检查的情况"),
    ]:
        with pytest.raises(Refused, match=words) as refused:
            visit(inspection, **values)
        assert refused.value.field == field
    some = answers(inspection, s0="")
    del some["s1"]
    with pytest.raises(Refused, match="还有 2 项没有填好") as refused:
        visit(inspection, answers=some)
    assert set(refused.value.errors) == {"s0", "s1"}
    assert not Visit.objects.exists()
    assert (state_of(inspection), inspection.version) == ("waiting", 1)


def promised(inspection: RandomInspection, company: Company, county: County) -> Commitment:
    """A promise decided on by the department that inspects; how one comes about is told elsewhere."""
    office = county.person("approver", LEAD).memberships.get().department
    item = MapItem.objects.create(
        project=inspection.project, matter_id="construction_permit", name="施工许可", department=office,
        stage="construction_permit", position=1,
        pre_start=True,
    )  # fmt: skip
    grant_all([item], at("2026-11-11 10:00"))
    letter = issue(
        kind="commitment_letter",
        subject=item,
        data=SAMPLES["commitment_letter"],
        at=VISITED,
        project_code=inspection.project.code or "",
    )
    return Commitment.objects.create(
        project=inspection.project, item=item, department=office, standard_version="1",
        requirements=["资金已落实", "场地已平整"], promises=[], field="ecology", letter=letter,
        signed_by=company.person, signed_at=at("2026-11-03 10:00"), letter_sha256="0" * 64, state="decided",
        notice_from=at("2026-11-03 10:00"), notice_until=at("2026-11-10 18:00"), decided_at=at("2026-11-11 10:00"),
    )  # fmt: skip


def test_promises_are_asked_one_by_one_and_a_broken_one_may_cost_points(
    inspection: RandomInspection, company: Company, county: County
) -> None:
    promise = promised(inspection, company, county)
    first, second = those_of(inspection)
    key = f"c{promise.pk}-1"
    assert [one.key for one in questions_of(inspection)] == [f"c{promise.pk}-0", key, "s0", "s1", "s2"]
    visit(inspection, answers=answers(inspection, **{key: "没有平整"}), **FAULT)
    ask: dict[str, Any] = {"actor": first, "inspection_id": inspection.pk, "basis": "检查记录", "at": VISITED}
    with pytest.raises(Refused, match="没有查出问题"):
        actions.propose_points(type="act", data={"article": "46", "item": "illegal_start"}, **ask)
    actions.sign_visit(actor=second, inspection_id=inspection.pk, at=VISITED)
    fault = Check.objects.get(answer="no")
    with pytest.raises(Refused, match="须指明是哪一项承诺"):
        actions.propose_points(type="commitment_broken", data={}, **ask)
    made = actions.propose_points(type="commitment_broken", data={}, check_id=fault.pk, **ask)
    assert (made.state, made.data, made.department_id, made.project_code) == (
        "proposed",
        {"field": "ecology"},
        first.department_id,
        inspection.project.code,
    )
    assert (made.consented_by_id, made.executed_by_id) == (None, None)
    with pytest.raises(Refused):
        actions.propose_points(type="commitment_broken", data={}, check_id=fault.pk, **ask)
    assert PointProposal.objects.count() == 1


def test_a_company_of_the_poor_class_is_interviewed_and_nobody_else(
    inspection: RandomInspection, company: Company
) -> None:
    first, _ = those_of(inspection)
    talk: dict[str, Any] = {
        "actor": first,
        "inspection_id": inspection.pk,
        "on": date(2026, 11, 16),
        "attendees": "法定代表人马晓云",
        "content": "履约情况",
        "demands": "一个月内改正",
        "at": VISITED,
    }
    with pytest.raises(Refused, match="只约谈差等次的企业"):
        actions.record_interview(**talk)
    CreditHead.objects.filter(unit=company.unit).update(provincial_d=True)
    with pytest.raises(Refused, match="不能晚于今天"):
        actions.record_interview(**{**talk, "on": date(2026, 11, 17)})
    made = actions.record_interview(**talk)
    assert actions.record_interview(**talk) == made
    assert made.at == VISITED > DRAWN


def test_a_case_handed_to_penalty_and_its_decision_lead_to_each_other(
    inspection: RandomInspection, county: County
) -> None:
    second = those_of(inspection)[1]
    watcher = county.actor("supervisor")
    told = {
        "actor": watcher,
        "project_id": inspection.project_id,
        "kind": "penalty",
        "on": date(2026, 11, 20),
        "data": PENALTY,
    }
    told |= {"at": at("2026-11-20 10:00")}
    with pytest.raises(Refused) as refusal:
        oversight.record_life(**told, number="罚1", inspection_id=inspection.pk)
    assert refusal.value.field == "inspection_id"
    visit(inspection, answers=answers(inspection, s0="擅自施工"), outcome="penalty", summary="移送行政处罚")
    actions.sign_visit(actor=second, inspection_id=inspection.pk, at=VISITED)
    assert state_of(inspection) == "concluded"
    assert penalties_of(inspection) == []
    with pytest.raises(Refused):
        oversight.record_life(**{**told, "kind": "sighting", "data": {"means": "patrol"}}, inspection_id=inspection.pk)
    made = oversight.record_life(**told, number="罚1", inspection_id=inspection.pk)
    assert made.inspection_id == inspection.pk
    # Its later version stands for it.
    corrected = oversight.correct_record(
        actor=watcher,
        record_id=made.pk,
        on=made.on,
        data={**PENALTY, "amount": "2"},
        why="金额有误",
        at=at("2026-11-21 10:00"),
    )
    assert (corrected.inspection_id, penalties_of(inspection)) == (inspection.pk, [corrected])
