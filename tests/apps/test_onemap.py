from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import pytest

from tests.apps.county import Company, County, at, facts
from tests.beginnings import begins_with, builder
from yinuo.engine.base import Forbidden, Refused, Stale
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.people.queries import actor_of_membership
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap import queries
from yinuo.rooms.onemap.actions import (
    accept,
    answer_guidance,
    confirm_review,
    decide,
    deliver,
    open_escalation,
    pause_item,
    resume_item,
    send_back,
    submit_materials,
    take_in_result,
)
from yinuo.rooms.onemap.models import GuidanceAnswer, MapItem, Submission
from yinuo.rooms.projects.actions import file_project, withdraw_filing
from yinuo.rooms.projects.models import Project

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
FILED = at("2026-11-03 09:12")
REVIEWED = at("2026-11-03 15:00")
ANSWERED = at("2026-11-05 10:00")


@builder
def filed(county: County, company: Company, **changes: Any) -> Project:
    return file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(**changes), pledged=True, at=FILED
    ).project


@builder
def guided(county: County, company: Company, **changes: Any) -> Project:
    """A project whose map stands: reviewed, and every department has answered as proposed (a perhaps is a no)."""
    project = filed(county, company, **changes)
    confirm_review(actor=county.actor("approver"), project_id=project.pk, at=REVIEWED)
    for answer in GuidanceAnswer.objects.filter(answered_at__isnull=True).select_related("department").order_by("id"):
        rows = [{**row, "needed": "no" if row["needed"] == "unknown" else row["needed"]} for row in answer.matters]
        answer_guidance(
            actor=county.actor("approver", answer.department.key), answer_id=answer.pk, matters=rows, at=ANSWERED
        )
    return Project.objects.get(pk=project.pk)


pytestmark = begins_with(guided)


def ready(project: Project) -> MapItem:
    """An item that may start now."""
    view = queries.map_of(project.pk, ANSWERED)
    return next(card.item for card in view.cards if card.look == "ready" and card.item.pre_start)


def hand_in(company: Company, item: MapItem, moment: datetime) -> None:
    # What answers a send-back is not what was sent back.
    file = store_upload(
        actor=company.actor, name="材料.pdf", content=PDF + str(moment).encode(), unit_id=company.unit.pk, at=moment
    )
    rows = [{"id": material["id"], "file": file.pk} for material in item.materials]
    submit_materials(actor=company.actor, item_id=item.pk, materials=rows, at=moment)


@begins_with(None)
def test_nothing_goes_to_the_departments_before_the_review(county: County, company: Company) -> None:
    filed(county, company)
    assert not GuidanceAnswer.objects.exists()
    assert not WorkItem.objects.filter(kind="guidance").exists()


@begins_with(None)
def test_every_department_answers_within_two_working_days_and_the_last_answer_draws_the_map(
    county: County, company: Company
) -> None:
    project = filed(county, company)
    confirm_review(actor=county.actor("approver"), project_id=project.pk, at=REVIEWED)
    asked = WorkItem.objects.filter(kind="guidance")
    assert asked.count() >= 3
    assert {work.due_at for work in asked} == {at("2026-11-05 18:00")}
    assert not MapItem.objects.exists()
    project = guided_rest(county, project)
    view = queries.map_of(project.pk, ANSWERED)
    assert view.total >= 10
    assert view.done >= 1
    assert view.plan is not None
    assert view.plan.landing_on > ANSWERED.date()
    assert view.critical_names


def guided_rest(
    county: County, project: Project, moment: datetime = ANSWERED, without: str = "", but: int = 0
) -> Project:
    """Every department answers as proposed, but that `without` is not needed; answer `but` is left open."""
    waiting = GuidanceAnswer.objects.filter(answered_at__isnull=True).exclude(pk=but)
    for answer in waiting.select_related("department").order_by("id"):
        rows = [
            {**row, "needed": "no" if row["needed"] == "unknown" or row["matter_id"] == without else row["needed"]}
            for row in answer.matters
        ]
        answer_guidance(
            actor=county.actor("approver", answer.department.key), answer_id=answer.pk, matters=rows, at=moment
        )
    return project


@pytest.mark.parametrize("needed", ["yes", "no"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"days": "三天"},
        {"note": 5},
        {"after": [1]},
        {"materials": [{"id": "m", "name": "说明", "main": True, "note": 5}]},
    ],
)
@begins_with(None)
def test_a_value_of_another_type_is_refused_whether_the_matter_is_needed_or_not(
    county: County, company: Company, needed: str, wrong: dict[str, Any]
) -> None:
    """What is kept is answered again over the API, which says of which type each field is."""
    project = filed(county, company)
    confirm_review(actor=county.actor("approver"), project_id=project.pk, at=REVIEWED)
    answer = GuidanceAnswer.objects.filter(answered_at__isnull=True).order_by("id")[0]
    rows = [{**row, "needed": needed, **wrong} for row in answer.matters]
    with pytest.raises(Refused) as refusal:
        answer_guidance(
            actor=county.actor("approver", answer.department.key), answer_id=answer.pk, matters=rows, at=ANSWERED
        )
    assert refusal.value.code == "onemap.guidance"


def test_the_map_takes_the_same_number_of_queries_however_many_items_it_has(
    county: County, company: Company, django_assert_num_queries: Any
) -> None:
    project = guided(county, company)
    queries.map_of(project.pk, ANSWERED)
    with django_assert_num_queries(5):
        queries.map_of(project.pk, ANSWERED)


def test_a_matter_waits_for_its_prerequisites(county: County, company: Company) -> None:
    project = guided(county, company)
    permit = MapItem.objects.get(project=project, matter_id="construction_permit")
    with pytest.raises(Refused, match="前置事项") as refusal:
        submit_materials(actor=company.actor, item_id=permit.pk, materials=[], at=ANSWERED)
    assert refusal.value.data["waiting_for"]


def test_received_accepted_paused_resumed_decided_delivered(county: County, company: Company) -> None:
    project = guided(county, company)
    item = ready(project)
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    receipt = WorkItem.objects.get(kind="receipt")
    assert receipt.due_at == at("2026-11-13 18:00")
    accept(actor=handler, item_id=item.pk, at=at("2026-11-06 15:00"))
    item.refresh_from_db()
    assert item.state == "accepted"
    pause_item(actor=handler, item_id=item.pk, reason="expert_review", note="组织专家评审", at=at("2026-11-09 08:30"))
    with pytest.raises(Refused, match="暂停"):
        decide(
            actor=handler,
            item_id=item.pk,
            granted=True,
            document_number="X〔2026〕1号",
            text="",
            at=at("2026-11-09 09:00"),
        )
    resume_item(actor=handler, item_id=item.pk, note="评审完成", at=at("2026-11-11 08:30"))
    decide(
        actor=handler, item_id=item.pk, granted=True, document_number="X〔2026〕1号", text="", at=at("2026-11-12 10:00")
    )
    item.refresh_from_db()
    assert item.state == "granted"
    assert item.present.ended_at == at("2026-11-12 10:00")
    deliver(actor=handler, item_id=item.pk, how="在线送达", at=at("2026-11-12 11:00"))
    assert not WorkItem.objects.filter(
        subject_kind="onemap.mapitem", subject_id=item.pk, state__in=["running", "paused"]
    ).exists()


def test_an_unanswered_receipt_counts_as_accepted_from_receipt(county: County, company: Company) -> None:
    project = guided(county, company)
    item = ready(project)
    hand_in(company, item, at("2026-11-06 09:00"))
    tick(at("2026-11-13 18:00"))
    item.refresh_from_db()
    assert item.state == "received"
    tick(at("2026-11-13 18:01"))
    item.refresh_from_db()
    assert item.state == "accepted"
    assert item.present.deemed_accepted
    assert item.present.accepted_at == at("2026-11-06 09:00")


def test_a_way_back_is_not_answered_with_the_same_files_and_no_word(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    first = Submission.objects.get()
    points = [{"code": "incomplete.material_missing", "subject": "用地红线图", "request": "补交坐标图"}]
    handler = county.actor("approver", item.department.key)
    send_back(
        actor=handler, item_id=item.pk, kind="incomplete", points=points, reason="缺少红线图", at=at("2026-11-06 10:00")
    )
    again = partial(
        submit_materials,
        actor=company.actor,
        item_id=item.pk,
        materials=[{"id": one.id, "file": one.file} for one in first.materials],
        at=at("2026-11-09 09:00"),
    )
    with pytest.raises(Refused, match="完全一样") as refusal:
        again(note=" ")
    assert (refusal.value.field, Submission.objects.count()) == ("note", 1)
    again(note="坐标图在第三页")
    item.refresh_from_db()
    assert (item.state, Submission.objects.count()) == ("received", 2)


def test_the_same_bytes_uploaded_anew_are_no_answer_either(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    first = Submission.objects.get()
    content = bytes(StoredFile.objects.get(pk=first.materials[0].file).content)
    points = [{"code": "incomplete.material_missing", "subject": "用地红线图", "request": "补交坐标图"}]
    handler = county.actor("approver", item.department.key)
    send_back(
        actor=handler, item_id=item.pk, kind="incomplete", points=points, reason="缺少红线图", at=at("2026-11-06 10:00")
    )
    moment = at("2026-11-09 09:00")
    twin, other = (
        store_upload(actor=company.actor, name="另存.pdf", content=content + more, unit_id=company.unit.pk, at=moment)
        for more in (b"", b"\n")
    )
    assert twin.pk != first.materials[0].file
    rows = [{"id": row["id"], "file": twin.pk} for row in item.materials]
    hand_over = partial(submit_materials, actor=company.actor, item_id=item.pk, at=moment)
    with pytest.raises(Refused, match="完全一样"):
        hand_over(materials=rows)
    hand_over(materials=[{**rows[0], "file": other.pk}, *rows[1:]])
    item.refresh_from_db()
    assert item.state == "received"


def test_a_point_of_a_send_back_names_a_material_of_the_matter(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    first, second = item.materials[:2]
    code = {"code": "incomplete.material_missing", "request": "重新出具"}
    tell = partial(
        send_back,
        actor=county.actor("approver", item.department.key),
        item_id=item.pk,
        kind="incomplete",
        reason="不全",
        at=at("2026-11-06 10:00"),
    )
    with pytest.raises(Refused, match="不是这个事项的材料") as refusal:
        tell(points=[{**code, "material": "nothing"}])
    assert refusal.value.field == "material"
    with pytest.raises(Refused, match="哪份材料"):
        tell(points=[{**code, "material": "", "subject": ""}])
    told = tell(
        points=[
            {**code, "material": first["id"]},
            {**code, "material": second["id"], "subject": "第 3 页"},
            {**code, "material": second["id"], "subject": f"{second['name']}附图"},
            {**code, "subject": "委托书"},
        ]
    )
    subjects = [first["name"], f"{second['name']}：第 3 页", f"{second['name']}附图", "委托书"]
    assert [point["subject"] for point in told.points] == subjects
    assert [point.get("material") for point in told.points] == [first["id"], second["id"], second["id"], None]


def test_each_way_back_is_told_once(county: County, company: Company) -> None:
    project = guided(county, company)
    item = ready(project)
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    points = [{"code": "incomplete.material_missing", "subject": "用地红线图", "request": "补交坐标图"}]
    send_back(
        actor=handler, item_id=item.pk, kind="incomplete", points=points, reason="缺少红线图", at=at("2026-11-06 10:00")
    )
    item.refresh_from_db()
    assert item.state == "incomplete"
    hand_in(company, item, at("2026-11-09 09:00"))
    with pytest.raises(Refused, match="已经一次性告知过"):
        send_back(
            actor=handler, item_id=item.pk, kind="incomplete", points=points, reason="又缺", at=at("2026-11-09 10:00")
        )
    accept(actor=handler, item_id=item.pk, at=at("2026-11-09 11:00"))
    wrong = [{"code": "incorrect.contradiction", "subject": "红线图", "request": "改正面积"}]
    send_back(
        actor=handler, item_id=item.pk, kind="incorrect", points=wrong, reason="面积不一致", at=at("2026-11-10 08:30")
    )
    work = WorkItem.objects.get(kind="limit")
    assert work.state == "paused"
    hand_in(company, item, at("2026-11-12 08:30"))
    work.refresh_from_db()
    assert work.state == "running"
    assert Submission.objects.filter(application__item=item).count() == 3


def test_two_approvers_deciding_one_item_decide_once(county: County, company: Company) -> None:
    project = guided(county, company)
    item = ready(project)
    handler = county.actor("approver", item.department.key)
    colleague = actor_of_membership(county.add("approver", item.department.key))
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-06 10:00"))
    seen = MapItem.objects.get(pk=item.pk).version
    decide(
        actor=handler,
        item_id=item.pk,
        granted=True,
        document_number="X〔2026〕1号",
        text="",
        at=at("2026-11-09 10:00"),
        version=seen,
    )
    with pytest.raises(Stale):
        decide(
            actor=colleague,
            item_id=item.pk,
            granted=False,
            document_number="X〔2026〕2号",
            text="不符",
            at=at("2026-11-09 10:00"),
            version=seen,
        )
    item.refresh_from_db()
    assert item.state == "granted"


def test_only_the_department_handles_and_only_the_unit_applies(county: County, company: Company) -> None:
    project = guided(county, company)
    item = ready(project)
    stranger = county.actor("approver", "meteorology" if item.department.key != "meteorology" else "health")
    with pytest.raises(Forbidden):
        submit_materials(actor=stranger, item_id=item.pk, materials=[], at=ANSWERED)
    hand_in(company, item, at("2026-11-06 09:00"))
    for actor in (stranger, company.actor, county.actor("supervisor"), county.actor("principal", item.department.key)):
        with pytest.raises(Forbidden):
            accept(actor=actor, item_id=item.pk, at=at("2026-11-06 10:00"))


def test_withdrawing_the_filing_ends_every_item_and_clock(county: County, company: Company) -> None:
    project = guided(county, company)
    hand_in(company, ready(project), at("2026-11-06 09:00"))
    withdraw_filing(
        actor=county.actor("approver"), project_id=project.pk, problem="应办理核准", at=at("2026-11-09 09:00")
    )
    assert not WorkItem.objects.filter(project_id=project.pk, state__in=["running", "paused"]).exists()
    assert set(MapItem.objects.filter(project=project).values_list("state", flat=True)) == {"granted", "cancelled"}


def test_a_result_sent_twice_by_another_system_changes_nothing_the_second_time(
    county: County, company: Company
) -> None:
    from yinuo.engine.base import Actor

    project = guided(county, company)
    item = ready(project)
    result: dict[str, Any] = {
        "actor": Actor.system(),
        "system": "工程审批系统",
        "external_id": "E-1",
        "project_code": project.code,
        "matter_id": item.matter_id,
        "status_code": 11,
        "document_number": "建字2026-1号",
        "at": at("2026-11-10 09:00"),
    }
    _, new = take_in_result(**result)
    assert new
    _, again = take_in_result(**{**result, "at": at("2026-11-11 09:00")})
    assert not again
    item.refresh_from_db()
    assert item.present.ended_at == at("2026-11-10 09:00")


def test_a_red_light_is_coordinated_and_its_clock_runs_on(county: County, company: Company) -> None:
    project = guided(county, company)
    item = ready(project)
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-06 10:00"))
    convener = county.actor("general_convener")
    with pytest.raises(Refused, match="红灯"):
        open_escalation(
            actor=convener,
            item_id=item.pk,
            urged=[handler.person_id or 0],
            agreed="尽快",
            agreed_until=None,
            at=at("2026-11-06 11:00"),
        )
    late = at("2027-06-01 09:00")
    tick(late)
    open_escalation(
        actor=convener, item_id=item.pk, urged=[handler.person_id or 0], agreed="三日内办结", agreed_until=None, at=late
    )
    work = WorkItem.objects.get(kind="limit")
    assert work.state == "running"
    assert work.light_at(late) == "red"
