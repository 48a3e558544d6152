"""异常预警: found by the clock and at once, one open per project and kind, handled until it is corrected, punished or
unfounded.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.apps.county import Company, County, at, new_company, new_county
from tests.apps.granted import grant_all
from tests.apps.supervising import evidence, penalise, see_start, sighted
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from yinuo.engine.base import Actor, Forbidden, Refused, Stale
from yinuo.engine.caches import rebuild
from yinuo.engine.documents.usage import uses_of
from yinuo.engine.feeds.actions import place_entries
from yinuo.engine.feeds.models import FeedEntry
from yinuo.engine.feeds.queries import Read, read_on
from yinuo.engine.infochain.models import LeafRecord
from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import ChainRow, Entry
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.credit.models import PointProposal
from yinuo.rooms.onemap.actions import accept, decide, take_in_result
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.oversight import access, actions, queries
from yinuo.rooms.oversight.caches import NEXT_LOOK
from yinuo.rooms.oversight.models import AnomalyWarning, Clue, LifeRecord, Watch
from yinuo.rooms.oversight.room import OversightWork
from yinuo.rooms.oversight.watching import look, standing, undecided_on
from yinuo.rooms.projects.actions import report_progress, terminate
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)

NOON = at("2026-11-06 12:00")
TODAY = NOON.date()


@pytest.fixture
def project(county: County, company: Company) -> Project:
    return guided(county, company)


def decide_all(project: Project, on: str = "2026-11-05 16:00") -> None:
    """Everything before the start is decided, as of an instant."""
    grant_all(MapItem.objects.filter(project=project, pre_start=True), at(on))
    Project.objects.filter(pk=project.pk).update(landed_at=at(on))


def kinds(project: Project) -> list[str]:
    return list(AnomalyWarning.objects.filter(project=project).order_by("id").values_list("kind", flat=True))


def code_of(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code


def _office(county: County, made: AnomalyWarning) -> Actor:
    assert made.department is not None
    return county.actor("approver", made.department.key)


def leaves() -> list[str]:
    return list(LeafRecord.objects.filter(type__startswith="anomaly").order_by("id").values_list("type", flat=True))


# -- found


def test_a_start_reported_before_its_approvals_is_warned_of_in_the_same_breath(
    project: Project, company: Company
) -> None:
    report_progress(actor=company.actor, project_id=project.pk, kind="start", on=TODAY, at=NOON)
    made = AnomalyWarning.objects.get()
    first = undecided_on(project.items.order_by("position", "id"), TODAY)[0]
    assert (made.kind, made.source, made.state, made.record_id) == ("built_first", "report", "open", None)
    assert (made.department_id, made.matters[0]) == (first.department_id, first.name)
    assert "开工前手续尚未办结" in made.why
    assert any("第十四条" in cite for cite in made.cites)
    work = WorkItem.objects.get(kind=OversightWork.HANDLE)
    assert (work.department_id, work.role, work.limit_value, work.project_id) == (
        made.department_id,
        "approver",
        10,
        project.pk,
    )
    assert {message.template for message in Message.objects.filter(template__startswith="warning")} == {
        "warning_found",
        "warning_found_unit",
    }
    assert leaves() == ["anomaly.reported"]


def test_a_start_after_every_approval_is_none_and_the_day_decides(project: Project, company: Company) -> None:
    decide_all(project, "2026-11-05 16:00")
    assert undecided_on(project.items.all(), date(2026, 11, 5)) == ()
    assert undecided_on(project.items.all(), date(2026, 11, 4)) != ()
    report_progress(actor=company.actor, project_id=project.pk, kind="start", on=date(2026, 11, 5), at=NOON)
    assert kinds(project) == []
    assert Watch.objects.get(project=project).next_at is None


@pytest.mark.parametrize(("when", "found"), [("2026-11-19 18:00", 0), ("2026-11-20 18:00", 1)])
def test_a_start_seen_and_not_reported_within_ten_working_days_is_warned_of(
    county: County, project: Project, when: str, found: int
) -> None:
    decide_all(project)
    row = sighted(county.actor("supervisor"), project, NOON, TODAY)
    assert kinds(project) == []
    assert Watch.objects.get(project=project).next_at == at("2026-11-20 18:00")
    actions.sweep(at(when))
    assert AnomalyWarning.objects.filter(kind="start_unreported", record=row).count() == found
    if found:
        assert AnomalyWarning.objects.get().department is not None
        assert AnomalyWarning.objects.get().department.key == "development_reform"  # type: ignore[union-attr]


def test_the_report_within_the_term_leaves_nothing_to_warn_of(
    county: County, company: Company, project: Project
) -> None:
    decide_all(project)
    sighted(county.actor("supervisor"), project, NOON, TODAY)
    report_progress(actor=company.actor, project_id=project.pk, kind="start", on=TODAY, at=NOON)
    actions.sweep(at("2027-11-20 18:00"))
    assert kinds(project) == []


def test_nothing_done_for_ninety_days_and_no_start_for_two_years_are_found_by_the_clock(
    county: County, company: Company, project: Project, django_assert_num_queries: Any
) -> None:
    watch = Watch.objects.get(project=project)
    assert watch.next_at == at("2027-02-01 00:00")
    with django_assert_num_queries(1):
        assert actions.sweep(at("2027-01-31 23:59")) == 0
    assert actions.sweep(at("2027-02-01 00:00")) == 1
    idle = AnomalyWarning.objects.get()
    assert (idle.kind, idle.department_id) == ("idle", None)
    assert WorkItem.objects.get(kind=OversightWork.HANDLE).role == "supervisor"
    hand_in(company, ready(project), at("2027-02-02 09:00"))
    watch.refresh_from_db()
    assert watch.next_at == at("2028-05-03 00:00")
    actions.sweep(at("2028-05-03 00:00"))
    assert Message.objects.filter(template="start_reminder", unit_id=company.unit.pk).count() == 1
    watch.refresh_from_db()
    assert (watch.reminded_at, watch.next_at) == (at("2028-05-03 00:00"), at("2028-11-03 00:00"))
    actions.sweep(at("2028-11-03 00:00"))
    assert kinds(project) == ["idle", "not_started"]
    assert (
        Message.objects.filter(template="start_reminder").count()
        == Message.objects.filter(template="start_reminder").distinct().count()
    )
    assert actions.sweep(at("2028-11-04 00:00")) == 0


def test_a_matter_handed_in_is_no_idling(project: Project, company: Company) -> None:
    hand_in(company, ready(project), NOON)
    actions.sweep(at("2027-02-01 00:00"))
    assert kinds(project) == []
    assert Watch.objects.get().next_at == at("2028-05-03 00:00")


def test_found_again_while_open_it_is_one_and_after_closing_a_new_one_names_the_former(
    county: County, project: Project
) -> None:
    supervisor = county.actor("supervisor")
    first = see_start(supervisor, project, NOON)
    assert see_start(supervisor, project, NOON + timedelta(hours=1)).pk == first.pk
    owner = county.actor("approver", first.department.key)
    with pytest.raises(Refused, match="不能超过 2000 个字"):
        actions.close_warning(
            actor=owner, warning_id=first.pk, outcome="unfounded", text="平" * 2001, at=NOON + timedelta(hours=2)
        )

    def not_started() -> bool:
        """Whether two years without a start would be warned of."""
        found = look(standing(project, reminded=False), at("2029-01-01 00:00")).findings
        return "not_started" in {one.kind for one in found}

    assert not not_started()
    actions.close_warning(
        actor=owner, warning_id=first.pk, outcome="unfounded", text="场地平整", at=NOON + timedelta(hours=2)
    )
    assert not_started(), "levelling the ground was no start"
    # What had been seen until then was judged with it.
    actions.look_at(project_id=project.pk, at=NOON + timedelta(hours=2))
    assert kinds(project) == ["built_first"]
    second = see_start(supervisor, project, NOON + timedelta(hours=3))
    assert (second.pk != first.pk, second.former_id) == (True, first.pk)
    assert not not_started()


def test_a_term_is_warned_of_again_half_a_year_after_it_was_closed(county: County, project: Project) -> None:
    actions.sweep(at("2027-02-01 00:00"))
    made = AnomalyWarning.objects.get()
    supervisor = county.actor("supervisor")
    actions.close_warning(
        actor=supervisor, warning_id=made.pk, outcome="unfounded", text="等待资金到位", at=at("2027-02-02 10:00")
    )
    assert Watch.objects.get().next_at == at("2027-08-01 10:00")
    actions.sweep(at("2027-08-01 10:00"))
    assert AnomalyWarning.objects.latest("id").former_id == made.pk


def test_two_who_look_at_once_open_one(committed_db: str) -> None:
    county, company = new_county(), new_company()
    project = guided(county, company)
    due = at("2027-02-01 00:00")

    def look(_: int) -> None:
        try:
            actions.sweep(due)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(look, range(3)))
    assert kinds(project) == ["idle"]
    assert WorkItem.objects.filter(kind=OversightWork.HANDLE).count() == 1


def test_when_a_project_is_looked_at_can_be_derived_anew(county: County, company: Company, project: Project) -> None:
    other = guided(county, company, name="另一个项目")
    Watch.objects.filter(project=project).update(next_at=None)
    Watch.objects.filter(project=other).delete()
    assert len(rebuild(NEXT_LOOK, actor=Actor.system(), at=NOON)) == 2
    assert set(Watch.objects.values_list("next_at", flat=True)) == {at("2027-02-01 00:00")}
    assert rebuild(NEXT_LOOK, actor=Actor.system(), at=NOON) == []


# -- handled


def test_explained_ordered_corrected_and_closed(county: County, company: Company, project: Project) -> None:
    made = see_start(county.actor("supervisor"), project, NOON)
    owner = county.actor("approver", made.department.key)
    said = {
        "actor": company.actor,
        "warning_id": made.pk,
        "text": "施工单位误解，已通知停工",
        "at": NOON,
        "idempotency_key": "k",
    }
    actions.explain_warning(**said)
    actions.explain_warning(**said)
    assert made.steps.filter(kind="explained").count() == 1
    with pytest.raises(Stale):
        actions.order_rectification(actor=owner, warning_id=made.pk, text="停止建设", days=5, at=NOON, version=1)
    with pytest.raises(Refused, match="60 个工作日"):
        actions.order_rectification(actor=owner, warning_id=made.pk, text="停止建设", days=61, at=NOON)
    actions.order_rectification(actor=owner, warning_id=made.pk, text="停止建设，补办施工许可", days=5, at=NOON)
    work = WorkItem.objects.get(kind=OversightWork.RECTIFY)
    assert (work.waits_for, work.due_at, work.unit_url) == ("unit", at("2026-11-13 18:00"), f"/warnings/{made.pk}/")
    assert not WorkItem.objects.filter(kind=OversightWork.HANDLE, state="running").exists()
    with pytest.raises(Refused, match="证明材料"):
        actions.report_rectified(actor=company.actor, warning_id=made.pk, text="已停工", at=NOON)
    with pytest.raises(Refused, match="不存在或者不是您上传的"):
        actions.report_rectified(actor=company.actor, warning_id=made.pk, text="已停工", evidence=[10**9], at=NOON)
    [shown] = evidence(company, NOON)
    actions.report_rectified(actor=company.actor, warning_id=made.pk, text="已停工", evidence=[shown], at=NOON)
    [use] = uses_of([shown])[shown]
    assert (use.what, use.about, use.key, use.open) == ("预警：说明或者改正情况", project.name, made.pk, True)
    actions.close_warning(actor=owner, warning_id=made.pk, outcome="corrected", text="现场核查属实", at=NOON)
    assert not uses_of([shown])[shown][0].open
    made.refresh_from_db()
    assert (made.state, made.outcome, made.closed_by_id) == ("closed", "corrected", owner.person_id)
    assert [row.kind for row in made.steps.order_by("id")] == ["found", "explained", "ordered", "reported", "closed"]
    assert leaves() == ["anomaly.reported", "anomaly.closed"]
    assert not WorkItem.objects.filter(project_id=project.pk, kind__startswith="warning", state="running").exists()
    with pytest.raises(Refused) as late:
        actions.close_warning(actor=owner, warning_id=made.pk, outcome="corrected", text="再次", at=NOON)
    assert code_of(late) == "oversight.state"


def test_a_term_that_passes_is_the_offices_turn_again_and_ends_in_a_penalty_with_points(
    county: County, company: Company, project: Project
) -> None:
    made = see_start(county.actor("supervisor"), project, NOON)
    owner = county.actor("approver", made.department.key)
    actions.order_rectification(actor=owner, warning_id=made.pk, text="停止建设", days=2, at=NOON)
    tick(at("2026-11-11 09:00"))
    made.refresh_from_db()
    assert made.state == "overdue"
    assert Message.objects.filter(template="warning_overdue").exists()
    handling = WorkItem.objects.get(kind=OversightWork.HANDLE, state="running")
    assert handling.department_id == made.department_id
    punish: dict[str, Any] = {
        "actor": owner,
        "warning_id": made.pk,
        "outcome": "punished",
        "text": "依法处罚",
        "at": at("2026-11-12 10:00"),
    }
    with pytest.raises(Refused) as without:
        actions.close_warning(**punish)
    assert code_of(without) == "oversight.penalty"
    elsewhere = penalise(county.actor("supervisor"), guided(county, new_company("别家")), NOON, "积建罚〔2026〕1号")
    with pytest.raises(Refused):
        actions.close_warning(**punish, penalty_id=elsewhere.pk)
    penalty = penalise(owner, project, at("2026-11-12 09:00"))
    proposal = actions.propose_for_warning(
        actor=owner, warning_id=made.pk, basis="违法擅自开工，逾期不改", at=at("2026-11-12 10:00")
    )
    assert (proposal.data, proposal.expected_points, proposal.state) == (
        {"article": "46", "item": "illegal_start"},
        -2,
        "proposed",
    )
    with pytest.raises(Refused, match="已经提出过"):
        actions.propose_for_warning(actor=owner, warning_id=made.pk, basis="再次", at=at("2026-11-12 11:00"))
    assert PointProposal.objects.count() == 1
    actions.close_warning(**punish, penalty_id=penalty.pk)
    made.refresh_from_db()
    assert (made.outcome, made.penalty_id) == ("punished", penalty.pk)
    # Corrected, it is still the penalty that has closed one.
    later = at("2026-11-13 10:00")
    corrected = actions.correct_record(
        actor=owner, record_id=penalty.pk, on=penalty.on, data={**penalty.data, "amount": "3"}, why="金额有误", at=later
    )
    second = see_start(county.actor("supervisor"), project, later)
    with pytest.raises(Refused) as spent:
        actions.close_warning(
            **{**punish, "warning_id": second.pk, "actor": _office(county, second), "at": later},
            penalty_id=corrected.pk,
        )
    assert (second.pk != made.pk, code_of(spent), queries.penalties_to_name(project)) == (True, "oversight.penalty", [])


def test_what_a_start_that_was_reported_late_answers_is_noted_on_the_warning(
    county: County, company: Company, project: Project
) -> None:
    decide_all(project)
    sighted(county.actor("supervisor"), project, NOON, TODAY)
    actions.sweep(at("2026-11-20 18:00"))
    made = AnomalyWarning.objects.get(kind="start_unreported")
    report_progress(actor=company.actor, project_id=project.pk, kind="start", on=TODAY, at=at("2026-11-23 09:00"))
    assert made.steps.filter(kind="noted", text__contains="2026年11月6日").exists()
    with pytest.raises(Refused, match="证明材料"):
        actions.close_warning(
            actor=county.actor("approver"),
            warning_id=made.pk,
            outcome="corrected",
            text="已补报",
            at=at("2026-11-23 10:00"),
        )


def test_a_warning_handed_to_another_office_is_theirs_with_its_clock(county: County, project: Project) -> None:
    made = see_start(county.actor("supervisor"), project, NOON)
    before = WorkItem.objects.get(kind=OversightWork.HANDLE)
    hand: dict[str, Any] = {
        "actor": county.actor("supervisor"),
        "warning_id": made.pk,
        "why": "由住建局执法",
        "at": NOON,
    }
    with pytest.raises(Refused, match="请选择处置部门"):
        actions.hand_warning(**hand, department_key="nowhere")
    with pytest.raises(Refused, match="已经由这个部门处置"):
        actions.hand_warning(**hand, department_key=made.department.key)
    actions.hand_warning(**hand, department_key="meteorology")
    after = WorkItem.objects.get(pk=before.pk)
    assert (after.department.key, after.due_at) == ("meteorology", before.due_at)
    with pytest.raises(Forbidden):
        actions.order_rectification(
            actor=county.actor("approver", made.department.key), warning_id=made.pk, text="停", days=5, at=NOON
        )


def test_no_points_for_what_is_no_such_act_and_none_once_it_is_unfounded(county: County, project: Project) -> None:
    actions.sweep(at("2027-02-01 00:00"))
    idle = AnomalyWarning.objects.get()
    supervisor = county.actor("supervisor")
    actions.hand_warning(
        actor=supervisor,
        warning_id=idle.pk,
        department_key="development_reform",
        why="请核实",
        at=at("2027-02-01 09:00"),
    )
    with pytest.raises(Refused, match="不是扣分的情形"):
        actions.propose_for_warning(
            actor=county.actor("approver"), warning_id=idle.pk, basis="拖延", at=at("2027-02-01 10:00")
        )


def test_a_project_that_ends_ends_its_warnings(county: County, company: Company, project: Project) -> None:
    made = see_start(county.actor("supervisor"), project, NOON)
    terminate(actor=company.actor, project_id=project.pk, why="不建了", at=NOON)
    made.refresh_from_db()
    assert (made.state, made.outcome) == ("closed", "ended")
    assert not WorkItem.objects.filter(project_id=project.pk, state__in=["running", "paused"]).exists()
    actions.sweep(at("2030-01-01 00:00"))
    assert AnomalyWarning.objects.count() == 1


# -- records


def test_a_record_says_what_is_missing_field_by_field_and_is_corrected_beside(county: County, project: Project) -> None:
    supervisor = county.actor("supervisor")
    with pytest.raises(Refused) as refused:
        actions.record_life(
            actor=supervisor, project_id=project.pk, kind="penalty", on=date(2026, 11, 7),
            data={"amount": "-1", "published_until": "明年", "extra": 1}, at=NOON,
        )  # fmt: skip
    assert set(refused.value.errors) == {
        "number",
        "on",
        "authority",
        "fact",
        "clause",
        "amount",
        "published_until",
        "extra",
    }
    first = penalise(supervisor, project, NOON)
    with pytest.raises(Refused, match="已经登记过"):
        penalise(supervisor, project, NOON)
    data = {**first.data, "amount": "3"}
    second = actions.correct_record(
        actor=supervisor, record_id=first.pk, on=first.on, data=data, why="金额有误", at=NOON
    )
    assert (second.replaces_id, second.round, second.number, second.data["amount"]) == (first.pk, 2, first.number, "3")
    first.refresh_from_db()
    assert first.data["amount"] == "2.5"
    with pytest.raises(Refused, match="已经更正过"):
        actions.correct_record(actor=supervisor, record_id=first.pk, on=first.on, data=data, why="再次", at=NOON)
    assert LeafRecord.objects.filter(type="penalty.decided").count() == 2
    again: dict[str, Any] = {
        "actor": supervisor, "project_id": project.pk, "kind": "plan", "number": "2026Q4", "on": TODAY,
        "data": {"planned": "100"}, "at": NOON, "idempotency_key": "p",
    }  # fmt: skip
    assert actions.record_life(**again).pk == actions.record_life(**again).pk
    assert LifeRecord.objects.filter(kind="plan").count() == 1


# -- sent by other systems, ordered, shared


def send(project: Project, **changes: Any) -> Any:
    sent: dict[str, Any] = {
        "actor": Actor.system(), "system": "省监管平台", "record_id": "JC-1", "project_code": project.code,
        "kind": "inspection", "on": TODAY, "data": {"body": "县应急局", "subject": "安全生产", "result": "none"},
        "at": NOON,
    }  # fmt: skip
    return actions.take_in_record(**{**sent, **changes})


def test_what_another_system_sends_again_is_the_same_and_what_changed_stands_beside(
    county: County, project: Project
) -> None:
    first = send(project)
    assert (first.outcome, first.record.public, first.record.system) == ("created", True, "省监管平台")
    assert (send(project).outcome, send(project).record.pk) == ("same", first.record.pk)
    changed = send(project, data={"body": "县应急局", "subject": "安全生产", "result": "order"})
    assert (changed.outcome, changed.record.round, changed.record.replaces_id) == ("changed", 2, first.record.pk)
    assert [row.pk for row in queries.records(project.pk)] == [changed.record.pk]
    with pytest.raises(Refused, match="另一类记录"):
        send(project, kind="sighting", data={"means": "utility", "note": "用电量突增"})
    with pytest.raises(Refused, match="由省监管平台报送"):
        actions.correct_record(
            actor=county.actor("supervisor"), record_id=changed.record.pk, on=TODAY, data={}, why="更正", at=NOON
        )
    with pytest.raises(Refused, match="没有项目代码"):
        send(project, record_id="JC-2", project_code="2611-622927-04-01-000000")
    for day in (date(2022, 12, 31), date(1899, 1, 1)):
        with pytest.raises(Refused, match="不能早于2023年2月20日"):
            send(project, record_id="YD-0", kind="sighting", data={"means": "utility", "note": "临时用电报装"}, on=day)
    # A sighting of electricity is as good as a patrol's.
    send(project, record_id="YD-1", kind="sighting", data={"means": "utility", "note": "临时用电报装"})
    assert kinds(project) == ["built_first"]


def test_two_who_send_one_record_at_once_make_one(committed_db: str) -> None:
    project = guided(new_county(), new_company())
    found: list[str] = []

    def one(_: int) -> None:
        try:
            found.append(send(project).outcome)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(one, range(3)))
    assert sorted(found) == ["created", "same", "same"]


def test_what_is_ordered_waits_with_its_office_until_it_is_done(county: County, project: Project) -> None:
    office = (
        project.items.exclude(department__key="development_reform")
        .select_related("department")
        .order_by("id")[0]
        .department
    )
    data = {"question": "形象进度滞后", "measure": "倒排工期", "due": "2026-11-13", "office": office.key}
    order: dict[str, Any] = {
        "actor": county.actor("supervisor"),
        "project_id": project.pk,
        "kind": "dispatch",
        "on": TODAY,
        "at": NOON,
    }
    with pytest.raises(Refused) as nowhere:
        actions.record_life(**order, data={**data, "office": "nowhere"})
    assert nowhere.value.errors == {"office": "请选择本大厅的部门"}
    for due in ("2026-11-05", "2037-01-01", "2201-01-01"):
        with pytest.raises(Refused) as unfit:
            actions.record_life(**order, data={**data, "due": due})
        assert set(unfit.value.errors) == {"due"}
    row = actions.record_life(**order, data=data)
    # Neither the office it was ordered of nor any other concerned may put off what was ordered.
    with pytest.raises(Forbidden):
        actions.correct_record(
            actor=county.actor("approver", office.key),
            record_id=row.pk,
            on=TODAY,
            data={**data, "due": "2027-11-13"},
            why="延期",
            at=NOON,
        )
    work = WorkItem.objects.get(kind=OversightWork.DISPATCH)
    assert (work.department_id, work.due_at, work.url) == (
        office.pk,
        at("2026-11-13 18:00"),
        f"/staff/records/{row.pk}/",
    )
    assert Message.objects.filter(template="dispatched").exists()
    with pytest.raises(Forbidden):
        actions.answer_dispatch(
            actor=county.actor("approver", "meteorology"), record_id=row.pk, outcome="好了", at=NOON
        )
    done = actions.answer_dispatch(
        actor=county.actor("approver", office.key), record_id=row.pk, outcome="已追上计划", at=NOON
    )
    assert (done.replaces_id, done.data["outcome"]) == (row.pk, "已追上计划")
    work.refresh_from_db()
    assert work.state == "done"
    with pytest.raises(Refused, match="已经办结"):
        actions.answer_dispatch(actor=county.actor("approver", office.key), record_id=row.pk, outcome="再次", at=NOON)


def test_decisions_inspections_and_penalties_are_read_on_from_a_place(
    county: County, company: Company, project: Project
) -> None:
    item = ready(project)
    hand_in(company, item, at("2026-11-06 09:00"))
    approver = county.actor("approver", item.department.key)
    accept(actor=approver, item_id=item.pk, at=at("2026-11-06 10:00"))
    decide(actor=approver, item_id=item.pk, granted=True, document_number="积自然资〔2026〕1号", text="", at=NOON)
    penalty = penalise(county.actor("supervisor"), project, NOON)
    system = Actor.system()
    shared = queries.shared(system)
    assert read_on(shared).entries == []
    assert place_entries() == 2
    first = read_on(shared, size=1)
    second = read_on(shared, first.next)
    assert [row.entry.kind for row in (*first.entries, *second.entries)] == ["decision", "penalty"]
    assert second.entries[0].entry.data["unit_code"] == company.unit.credit_code
    assert read_on(shared, second.next) == Read([], second.next)
    actions.correct_record(
        actor=county.actor("supervisor"),
        record_id=penalty.pk,
        on=TODAY,
        data={**penalty.data, "amount": "3"},
        why="更正",
        at=NOON,
    )
    place_entries()
    (corrected,) = read_on(shared, second.next).entries
    assert (corrected.entry.data["round"], corrected.entry.data["amount"], corrected.entry.data["replaces"]) == (
        2,
        "3",
        penalty.pk,
    )
    assert FeedEntry.objects.count() == 3
    assert place_entries() == 0
    other = project.items.filter(state="open").order_by("-id")[0]
    result: dict[str, Any] = {
        "actor": system,
        "system": "工程审批系统",
        "project_code": project.code,
        "matter_id": other.matter_id,
        "status_code": 11,
        "document_number": "积住建〔2026〕9号",
    }
    for hour, sent in enumerate(("A1", "A1", "A2")):
        take_in_result(**result, external_id=sent, at=NOON + timedelta(hours=hour))
    entry = FeedEntry.objects.filter(kind="decision").latest("id")
    assert (FeedEntry.objects.count(), entry.data["matter"], entry.data["granted"], queries.number_of(entry)) == (
        4, other.matter_id, True, "积住建〔2026〕9号",
    )  # fmt: skip
    # Public until the day its publication ends, and no longer.
    assert [row.kind for row in queries.records(project.pk, public_on=date(2027, 11, 6))] == ["penalty"]
    assert queries.records(project.pk, public_on=date(2027, 11, 7)) == []


# -- clues


def test_a_clue_is_handed_over_and_seen_by_those_it_does_not_concern(county: County) -> None:
    concerned, supervisor = county.person("approver", "water"), county.actor("supervisor", "government_services")
    told: dict[str, Any] = {
        "person_id": concerned.pk, "text": "收受企业礼金", "body": "discipline", "body_name": "县纪委监委",
        "handed_on": TODAY, "receipt": "收〔2026〕3号", "at": NOON,
    }  # fmt: skip
    clue = actions.hand_clue(actor=supervisor, idempotency_key="c", **told)
    assert actions.hand_clue(actor=supervisor, idempotency_key="c", **told).pk == clue.pk
    with pytest.raises(Refused, match="已经登记过"):
        actions.hand_clue(actor=county.actor("principal", "water"), **told)
    with pytest.raises(Refused, match="本人"):
        actions.hand_clue(actor=supervisor, **{**told, "person_id": supervisor.person_id})
    colleague = county.actor("supervisor", "water")
    for actor, sees in (
        (supervisor, True),
        (county.actor("supervisor", "ecology"), True),
        (colleague, False),
        (county.actor("approver", "water"), False),
        (county.actor("principal", "water"), False),
        (county.actor("administrator"), False),
        (county.actor("general_convener"), False),
    ):
        assert access.can_see_clue(actor, clue) is sees, actor
        assert [row.pk for row in queries.clues(actor)] == ([clue.pk] if sees else [])
    # Trail and chain say that, and not what.
    entry = Entry.objects.get(verb="oversight.hand_clue")
    assert (entry.why, entry.data, entry.project_code) == ("", {}, "")
    leaf = LeafRecord.objects.get(type="clue.handed")
    assert leaf.fields == []
    assert "礼金" not in str(bytes(ChainRow.objects.get(type="clue.handed").entry))
    with pytest.raises(Forbidden):
        actions.record_clue_answer(actor=colleague, clue_id=clue.pk, answer="已受理", answered_on=TODAY, at=NOON)
    actions.record_clue_answer(actor=supervisor, clue_id=clue.pk, answer="已受理", answered_on=TODAY, at=NOON)
    assert Clue.objects.get().answered_on == TODAY
    with pytest.raises(Refused, match="已经登记过答复"):
        actions.record_clue_answer(actor=supervisor, clue_id=clue.pk, answer="再次", answered_on=TODAY, at=NOON)
