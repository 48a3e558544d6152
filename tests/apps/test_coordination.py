"""“1+X”: put by an approver, started by the stage's convener; the clocks affected stand still from then to the
conclusion, and only then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.apps.county import Company, County, at
from tests.apps.mapped import mapped
from tests.apps.test_deficient import refusal
from tests.apps.test_onemap import guided, hand_in
from tests.beginnings import begins_with
from yinuo.engine.base import Forbidden, Stale
from yinuo.engine.documents.models import Document
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import Department
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.actions import (
    accept,
    call_meeting,
    conclude_coordination,
    decide,
    decline_coordination,
    give_coordination_opinion,
    open_escalation,
    pause_item,
    request_coordination,
    resume_item,
    send_back,
    start_coordination,
    withdraw_application,
)
from yinuo.rooms.onemap.models import Coordination, CoordinationItem, MapItem
from yinuo.rooms.onemap.sweeping import stuck
from yinuo.rooms.projects.actions import terminate
from yinuo.rooms.projects.models import Project

__all__ = ["mapped"]
pytestmark = begins_with(guided)

SOIL, LAND = "soil_conservation_plan", "engineering_planning_permit"
ASKED, STARTED, ENDED = at("2026-11-10 09:00"), at("2026-11-10 11:00"), at("2026-11-13 15:00")
ISSUE = "总平面与规划道路红线交叉，水土保持方案和规划需要一并调整。"


@pytest.fixture
def project(county: County, company: Company, mapped: Project) -> Project:
    made = mapped
    hand_in(company, item_of(made), at("2026-11-06 09:00"))
    accept(actor=county.actor("approver", "soil_conservation"), item_id=item_of(made).pk, at=at("2026-11-06 15:00"))
    return made


@pytest.fixture
def item(project: Project) -> MapItem:
    return item_of(project)


def item_of(project: Project, matter: str = SOIL) -> MapItem:
    return MapItem.objects.select_related("department").get(project=project, matter_id=matter)


def clock(item: MapItem, kind: str = "limit") -> WorkItem:
    return WorkItem.objects.filter(subject_kind="onemap.mapitem", subject_id=item.pk, kind=kind).latest("id")


def approver(county: County) -> Any:
    return county.actor("approver", "soil_conservation")


def convener(county: County, item: MapItem) -> Any:
    return county.actor("stage_convener", "natural_resources", item.stage)


def office(county: County, key: str) -> int:
    return Department.objects.get(hall=county.hall, key=key).pk


def asked(county: County, item: MapItem, moment: datetime = ASKED, **changes: Any) -> Coordination:
    said: dict[str, Any] = {
        "issue_text": ISSUE,
        "department_ids": [office(county, "natural_resources"), office(county, "housing")],
    }
    return request_coordination(actor=approver(county), item_id=item.pk, at=moment, **{**said, **changes})


def started(county: County, item: MapItem, moment: datetime = STARTED, **changes: Any) -> Coordination:
    return start_coordination(
        actor=convener(county, item), coordination_id=asked(county, item, **changes).pk, at=moment
    )


def concluded(county: County, made: Coordination, item: MapItem, moment: datetime = ENDED) -> Coordination:
    return conclude_coordination(
        actor=convener(county, item),
        coordination_id=made.pk,
        conclusion="总平面西移，各部门按新方案继续审查。",
        at=moment,
    )


def test_clocks_stand_still_from_the_start_to_the_conclusion_and_only_then(county: County, item: MapItem) -> None:
    before, head = clock(item).due_at, convener(county, item)
    made = asked(county, item)
    assert (made.state, made.lead.key, clock(item).state) == ("requested", "natural_resources", "running")
    waiting = WorkItem.objects.get(kind="coordination", state="running")
    assert (waiting.role, waiting.stage, waiting.due_at) == ("stage_convener", item.stage, at("2026-11-11 18:00"))
    made = start_coordination(actor=head, coordination_id=made.pk, at=STARTED)
    assert (made.state, made.ends_by) == ("running", at("2026-11-24 18:00"))
    assert (item_of(made.project).state, clock(item).state, clock(item).pause_ends_at) == (
        "paused",
        "paused",
        made.ends_by,
    )
    assert "1+X" in clock(item).tags
    assert refusal(
        lambda: resume_item(actor=approver(county), item_id=item.pk, note="等不及", at=at("2026-11-11 09:00"))
    ).code == ("onemap.in_coordination")
    made = call_meeting(
        actor=convener(county, item),
        coordination_id=made.pk,
        meeting_at=at("2026-11-12 09:30"),
        place="大厅三楼会议室",
        at=at("2026-11-11 09:00"),
    )
    told = Message.objects.filter(template="coordination_meeting", channel="site").values_list("person_id", flat=True)
    assert approver(county).person_id in set(told)
    give_coordination_opinion(
        actor=county.actor("approver", "housing"),
        coordination_id=made.pk,
        text="不影响市政管线。",
        at=at("2026-11-12 10:00"),
    )
    made = concluded(county, made, item)
    after = clock(item)
    assert (made.state, item_of(made.project).state, after.state, "1+X" in after.tags) == (
        "concluded",
        "accepted",
        "running",
        False,
    )
    # From the 10th at 11:00 to the 13th at 15:00: three working days and half an hour more, by the hours of the
    # calendar.
    assert before is not None and after.due_at is not None
    assert after.due_at == _moved(before)
    paper = Document.objects.get(kind="coordination_minutes")
    assert paper.data["items"] == [{"name": item.name, "department": item.department.name, "paused": True}]
    assert [row["text"] for row in paper.data["opinions"] if row["department"].endswith("住房和城乡建设局")] == [
        "不影响市政管线。"
    ]
    assert not WorkItem.objects.filter(kind="coordination", state__in=["running", "paused"]).exists()
    assert not stuck()


def _moved(due: datetime) -> datetime:
    from yinuo.engine.work.clocks import calendar

    return calendar().advance(due, calendar().working_time(STARTED, ENDED))


def test_a_red_lights_escalation_is_another_thing_and_pauses_nothing(county: County, item: MapItem) -> None:
    """Side by side on one matter: the escalation leaves the clock running, the coordination stops and starts it."""
    late = at("2027-01-05 09:00")
    tick(late)
    assert clock(item).light_at(late) == "red"
    open_escalation(
        actor=county.actor("general_convener"),
        item_id=item.pk,
        urged=[approver(county).person_id],
        agreed="三日内",
        agreed_until=None,
        at=late,
    )
    assert (clock(item).state, item_of(item.project).state) == ("running", "accepted")
    made = asked(county, item, late)
    start_coordination(actor=convener(county, item), coordination_id=made.pk, at=at("2027-01-05 10:00"))
    assert (clock(item).state, item_of(item.project).state) == ("paused", "paused")
    concluded(county, made, item, at("2027-01-06 09:00"))
    assert clock(item).state == "running"
    assert clock(item).light_at(at("2027-01-06 09:00")) == "red"


def test_after_the_longest_term_the_clocks_run_again_whatever_has_come_of_it(county: County, item: MapItem) -> None:
    made = started(county, item)
    tick(at("2026-11-24 18:00"))
    assert (item_of(made.project).state, clock(item).state, clock(item).tags) == ("accepted", "running", [])
    assert Coordination.objects.get().state == "running"
    tick(at("2026-11-24 18:01"))
    assert WorkItem.objects.get(kind="coordination", state="running").light_at(at("2026-11-24 18:01")) == "red"
    pause_item(actor=approver(county), item_id=item.pk, reason="expert_review", note="评审", at=at("2026-11-25 09:00"))
    concluded(county, made, item, at("2026-11-25 10:00"))
    assert item_of(made.project).state == "paused"


def test_concluded_before_a_late_tick_the_clock_has_run_since_the_longest_term(county: County, item: MapItem) -> None:
    made = started(county, item)
    concluded(county, made, item, at("2026-11-27 10:00"))
    events = list(clock(item).events.order_by("id").values_list("kind", "at"))
    assert events[-1] == ("resume", at("2026-11-24 18:00"))


def test_what_stands_still_for_another_reason_goes_on_standing_still_for_the_coordination(
    county: County, item: MapItem
) -> None:
    pause_item(actor=approver(county), item_id=item.pk, reason="expert_review", note="评审", at=at("2026-11-10 08:40"))
    made = started(county, item)
    assert not CoordinationItem.objects.get().paused
    resume_item(actor=approver(county), item_id=item.pk, note="评审完", at=at("2026-11-11 09:00"))
    assert (item_of(made.project).state, clock(item).pause_ends_at) == ("paused", made.ends_by)
    assert CoordinationItem.objects.get().paused
    concluded(county, made, item)
    assert clock(item).state == "running"


def test_a_pause_that_ends_itself_meanwhile_loses_nothing_to_the_ticker(county: County, item: MapItem) -> None:
    pause_item(
        actor=approver(county),
        item_id=item.pk,
        reason="consult_departments",
        note="征求意见",
        at=at("2026-11-10 08:40"),
    )
    ends = clock(item).pause_ends_at
    assert ends is not None
    made = started(county, item, at("2026-11-25 10:00"))
    tick(at("2026-12-02 09:00"))
    last = list(clock(item).events.order_by("id").values_list("kind", "at", "reason"))[-2:]
    assert last == [("resume", ends, ""), ("pause", ends, "coordination")]
    assert made.ends_by == clock(item).pause_ends_at


def test_a_matter_accepted_or_mended_meanwhile_stands_still_from_then(
    county: County, company: Company, project: Project, item: MapItem
) -> None:
    other = item_of(project, LAND)
    hand_in(company, other, at("2026-11-09 09:00"))
    send_back(
        actor=approver(county), item_id=item.pk, kind="incorrect", reason="不一致", at=at("2026-11-10 08:40"),
        points=[{"code": "incorrect.contradiction", "subject": "图", "request": "改"}],
    )  # fmt: skip
    made = started(county, item, item_ids=[other.pk])
    assert {link.paused for link in CoordinationItem.objects.all()} == {False}
    accept(actor=county.actor("approver", other.department.key), item_id=other.pk, at=at("2026-11-11 09:00"))
    assert item_of(project, LAND).state == "paused"
    hand_in(company, item, at("2026-11-11 10:00"))
    assert item_of(project).state == "paused"
    concluded(county, made, item)
    assert {item_of(project).state, item_of(project, LAND).state} == {"accepted"}
    assert not stuck()


def test_what_is_taken_back_meanwhile_is_left_alone(county: County, company: Company, item: MapItem) -> None:
    made = started(county, item)
    withdraw_application(actor=company.actor, item_id=item.pk, why="改方案", at=at("2026-11-11 09:00"))
    concluded(county, made, item)
    assert item_of(made.project).state == "open"


def test_nothing_is_decided_while_it_is_coordinated(county: County, item: MapItem) -> None:
    started(county, item)
    refused = refusal(
        lambda: decide(
            actor=approver(county),
            item_id=item.pk,
            granted=True,
            document_number="甲1",
            text="",
            at=at("2026-11-11 09:00"),
        )
    )
    assert refused.code == "onemap.state"


def test_declined_with_a_reason_no_clock_has_ever_stopped(county: County, item: MapItem) -> None:
    made, due = asked(county, item), clock(item).due_at
    assert (
        refusal(
            lambda: decline_coordination(actor=convener(county, item), coordination_id=made.pk, why=" ", at=STARTED)
        ).code
        == "onemap.why"
    )
    made = decline_coordination(
        actor=convener(county, item), coordination_id=made.pk, why="两部门电话商量即可", at=STARTED
    )
    assert (made.state, clock(item).due_at, clock(item).state) == ("declined", due, "running")
    assert Message.objects.filter(template="coordination_declined").exists()
    asked(county, item, at("2026-11-11 09:00"))


def test_a_project_that_ends_ends_its_coordination(county: County, project: Project, item: MapItem) -> None:
    started(county, item)
    terminate(actor=county.actor("general_convener"), project_id=project.pk, why="不建了", at=at("2026-11-11 09:00"))
    assert Coordination.objects.get().state == "ended"
    assert not stuck()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"issue_text": " "}, "onemap.issue"),
        ({"item_ids": [10**9]}, "onemap.coordination_items"),
        ({"department_ids": [10**9]}, "onemap.coordination_departments"),
    ],
)
def test_a_case_needs_its_issue_matters_of_the_project_and_offices_of_the_hall(
    county: County, item: MapItem, changes: dict[str, Any], code: str
) -> None:
    assert refusal(lambda: asked(county, item, **changes)).code == code
    assert not Coordination.objects.exists()


def test_a_case_is_put_once_and_only_with_somebody_to_coordinate_with(
    county: County, company: Company, project: Project, item: MapItem
) -> None:
    made = asked(county, item, idempotency_key="k")
    assert asked(county, item, idempotency_key="k") == made
    assert refusal(lambda: asked(county, item)).code == "onemap.coordinating"
    land = item_of(project, LAND)
    hand_in(company, land, at("2026-11-09 09:00"))
    own = county.actor("approver", land.department.key)
    assert land.department_id == made.lead_id
    refused = refusal(lambda: request_coordination(actor=own, item_id=land.pk, issue_text="协调", at=ASKED))
    assert refused.code == "onemap.coordination_departments" and "附件6·四(二)3" in refused.cites[0]


def test_only_a_convener_of_the_stage_starts_it_and_a_stage_without_one_leaves_it_to_the_general_convener(
    county: County, item: MapItem
) -> None:
    made = asked(county, item)
    general = county.actor("general_convener")
    other = county.actor("stage_convener", "housing", "completion")
    with pytest.raises(Forbidden):
        start_coordination(actor=other, coordination_id=made.pk, at=STARTED)
    with pytest.raises(Forbidden):
        start_coordination(actor=approver(county), coordination_id=made.pk, at=STARTED)
    assert Message.objects.filter(template="coordination_asked", person_id=general.person_id).exists() is False
    convener(county, item)
    with pytest.raises(Forbidden):
        start_coordination(actor=general, coordination_id=made.pk, at=STARTED)


def test_of_a_stage_without_a_convener_the_general_convener_decides(county: County, item: MapItem) -> None:
    general = county.actor("general_convener")
    made = asked(county, item)
    assert Message.objects.filter(template="coordination_asked", person_id=general.person_id).exists()
    assert start_coordination(actor=general, coordination_id=made.pk, at=STARTED).state == "running"


def test_forms_gone_stale_and_steps_out_of_order_are_refused(county: County, item: MapItem) -> None:
    made, head = asked(county, item), convener(county, item)
    with pytest.raises(Stale):
        start_coordination(actor=head, coordination_id=made.pk, at=STARTED, version=99)
    for act in (
        lambda: conclude_coordination(actor=head, coordination_id=made.pk, conclusion="好", at=STARTED),
        lambda: call_meeting(actor=head, coordination_id=made.pk, meeting_at=ENDED, place="三楼", at=STARTED),
        lambda: give_coordination_opinion(
            actor=county.actor("approver", "housing"), coordination_id=made.pk, text="可", at=STARTED
        ),
    ):
        assert refusal(act).code == "onemap.coordination_state"
    start_coordination(actor=head, coordination_id=made.pk, at=STARTED)
    assert (
        refusal(lambda: start_coordination(actor=head, coordination_id=made.pk, at=STARTED)).code
        == "onemap.coordination_state"
    )
    assert (
        refusal(
            lambda: call_meeting(
                actor=head, coordination_id=made.pk, meeting_at=at("2026-11-09 09:00"), place="三楼", at=STARTED
            )
        ).code
        == "onemap.meeting_at"
    )
    assert (
        refusal(lambda: call_meeting(actor=head, coordination_id=made.pk, meeting_at=ENDED, place=" ", at=STARTED)).code
        == "onemap.place"
    )
    assert (
        refusal(lambda: conclude_coordination(actor=head, coordination_id=made.pk, conclusion=" ", at=STARTED)).code
        == "onemap.conclusion"
    )
    with pytest.raises(Forbidden):
        give_coordination_opinion(
            actor=county.actor("approver", "meteorology"), coordination_id=made.pk, text="可", at=STARTED
        )
    assert (
        refusal(
            lambda: give_coordination_opinion(
                actor=county.actor("approver", "housing"), coordination_id=made.pk, text=" ", at=STARTED
            )
        ).code
        == "onemap.text"
    )
