"""A matter applied for again: after a refusal or a withdrawal the history stays, the clocks begin anew."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from tests.apps.county import Company, County, at, new_company
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from yinuo.engine.base import Forbidden, Refused, Stale
from yinuo.engine.documents.models import Document
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import reassign
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap import history, queries
from yinuo.rooms.onemap.actions import accept, apply_anew, decide, deliver, send_back, withdraw_application
from yinuo.rooms.onemap.actions.applying import next_number
from yinuo.rooms.onemap.models import Application, MapItem
from yinuo.rooms.onemap.sweeping import stuck

pytestmark = begins_with(guided)

REFUSED = at("2026-11-09 10:00")
ANEW = at("2026-11-10 09:00")
POINTS = [{"code": "incomplete.material_missing", "subject": "红线图", "request": "补交红线图"}]


def refused(county: County, company: Company, matter: str = "") -> MapItem:
    project = guided(county, company)
    item = MapItem.objects.get(project=project, matter_id=matter) if matter else ready(project)
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    send_back(
        actor=handler, item_id=item.pk, kind="incomplete", points=POINTS, reason="缺红线图", at=at("2026-11-06 10:00")
    )
    hand_in(company, item, at("2026-11-06 11:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-06 15:00"))
    decide(
        actor=handler,
        item_id=item.pk,
        granted=False,
        document_number="不予〔2026〕1号",
        text="用地不符合规划",
        reason_code="refusal.conditions_not_met",
        at=REFUSED,
    )
    item.refresh_from_db()
    return item


def anew(company: Company, item: MapItem, **changes: object) -> MapItem:
    return apply_anew(actor=company.actor, item_id=item.pk, why="已调整总平面，退出规划控制线", at=ANEW, **changes)  # type: ignore[arg-type]


def test_a_refused_matter_opens_again_with_its_refusal_on_record(county: County, company: Company) -> None:
    item = refused(county, company)
    again = anew(company, item)
    assert (again.state, next_number(again), again.route) == ("open", 2, "regular")
    assert again.application is None
    past = Application.objects.get(item=item)
    assert (past.number, past.outcome, past.document_number, past.result_text) == (
        1,
        "refused",
        "不予〔2026〕1号",
        "用地不符合规划",
    )
    assert (past.received_at, past.accepted_at, past.ended_at) == (
        at("2026-11-06 11:00"),
        at("2026-11-06 15:00"),
        REFUSED,
    )
    entry = Entry.objects.get(verb="onemap.apply_anew")
    assert (entry.why, entry.data["refused"], entry.data["application"]) == ("已调整总平面，退出规划控制线", 1, 2)


def test_the_delivery_still_owed_counts_as_made_and_no_clock_of_the_first_application_runs_on(
    county: County, company: Company
) -> None:
    item = refused(county, company)
    assert WorkItem.objects.get(kind="delivery", subject_id=item.pk).is_open
    anew(company, item)
    assert not WorkItem.objects.filter(
        subject_kind="onemap.mapitem", subject_id=item.pk, state__in=["running", "paused"]
    ).exists()
    assert Application.objects.get(item=item).delivered_at == ANEW
    assert stuck(item.project_id) == []


def test_a_delivery_already_made_keeps_its_day(county: County, company: Company) -> None:
    item = refused(county, company)
    deliver(
        actor=county.actor("approver", item.department.key), item_id=item.pk, how="在线送达", at=at("2026-11-09 16:00")
    )
    anew(company, item)
    assert Application.objects.get(item=item).delivered_at == at("2026-11-09 16:00")


def test_the_second_application_runs_its_whole_course_with_clocks_of_its_own(county: County, company: Company) -> None:
    item = refused(county, company)
    anew(company, item)
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-10 10:00"))
    assert WorkItem.objects.get(kind="receipt", subject_id=item.pk, state="running").due_at == at("2026-11-17 18:00")
    # The one-time notice of the first application does not use up the second's.
    send_back(
        actor=handler, item_id=item.pk, kind="incomplete", points=POINTS, reason="缺一张图", at=at("2026-11-10 11:00")
    )
    hand_in(company, item, at("2026-11-10 15:00"))
    with pytest.raises(Refused, match="已经一次性告知过"):
        send_back(
            actor=handler, item_id=item.pk, kind="incomplete", points=POINTS, reason="还缺", at=at("2026-11-10 16:00")
        )
    accept(actor=handler, item_id=item.pk, at=at("2026-11-10 16:00"))
    decide(
        actor=handler,
        item_id=item.pk,
        granted=True,
        document_number="准予〔2026〕1号",
        text="",
        at=at("2026-11-11 10:00"),
    )
    item.refresh_from_db()
    assert (item.state, item.present.number, item.present.document_number) == ("granted", 2, "准予〔2026〕1号")
    assert [(row.number, row.application.number) for row in history.submissions_of(item)] == [
        (1, 1),
        (2, 1),
        (1, 2),
        (2, 2),
    ]
    notices = [
        row.data["number"]
        for row in Document.objects.filter(kind="acceptance_notice", subject_id=item.pk).order_by("id")
    ]
    assert len(set(notices)) == 2
    assert "第2次申请" in notices[1]


def test_what_waits_for_the_matter_goes_on_waiting_and_may_start_after_the_second_decision(
    county: County, company: Company
) -> None:
    item = refused(county, company, "engineering_planning_permit")
    waiting = [row for row in queries.opens(item) if row.state == "open"]
    assert waiting
    anew(company, item)
    assert item.pk in {row.pk for row in queries.waiting_for(waiting[0])}
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-10 10:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-10 16:00"))
    decide(
        actor=handler,
        item_id=item.pk,
        granted=True,
        document_number="准予〔2026〕1号",
        text="",
        at=at("2026-11-11 10:00"),
    )
    assert item.pk not in {row.pk for row in queries.waiting_for(waiting[0])}


def test_a_withdrawn_application_is_kept_and_the_next_may_be_sent_back_once_more(
    county: County, company: Company
) -> None:
    item = ready(guided(county, company))
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    send_back(
        actor=handler, item_id=item.pk, kind="incomplete", points=POINTS, reason="缺图", at=at("2026-11-06 10:00")
    )
    withdraw_application(actor=company.actor, item_id=item.pk, why="改用新方案", at=at("2026-11-06 11:00"))
    past = Application.objects.get(item=item)
    assert (past.outcome, past.result_text, past.document_number) == ("withdrawn", "改用新方案", "")
    hand_in(company, item, at("2026-11-06 15:00"))
    send_back(
        actor=handler, item_id=item.pk, kind="incomplete", points=POINTS, reason="缺图", at=at("2026-11-06 16:00")
    )
    item.refresh_from_db()
    assert (item.state, item.present.number) == ("incomplete", 2)


def test_a_withdrawal_says_why(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    with pytest.raises(Refused, match="请写明撤回的原因"):
        withdraw_application(actor=company.actor, item_id=item.pk, why=" ", at=at("2026-11-06 11:00"))


def test_only_the_unit_applies_anew_only_for_what_was_refused_and_says_what_has_changed(
    county: County, company: Company
) -> None:
    item = ready(guided(county, company))
    with pytest.raises(Refused) as refusal:
        anew(company, item)
    assert refusal.value.code == "onemap.state"
    item = refused(county, new_company("甘肃保安腰刀文旅有限公司"))
    with pytest.raises(Forbidden):
        anew(company, item)
    with pytest.raises(Forbidden):
        apply_anew(actor=county.actor("approver", item.department.key), item_id=item.pk, why="改", at=ANEW)


def test_an_application_anew_needs_a_reason_and_the_newest_version(county: County, company: Company) -> None:
    item = refused(county, company)
    with pytest.raises(Refused, match="已怎样解决"):
        apply_anew(actor=company.actor, item_id=item.pk, why="", at=ANEW)
    with pytest.raises(Stale):
        anew(company, item, version=item.version - 1)
    assert not Application.objects.filter(item=item, again_at__isnull=False).exists()


def test_a_form_sent_twice_opens_one_application(county: County, company: Company) -> None:
    item = refused(county, company)
    first = anew(company, item, version=item.version, idempotency_key="again-1")
    second = anew(company, item, version=item.version, idempotency_key="again-1")
    assert (first.pk, next_number(second)) == (second.pk, 2)
    assert Application.objects.filter(item=item).count() == 1


def test_what_was_kept_of_a_refusal_is_never_changed(county: County, company: Company) -> None:
    item = refused(county, company)
    anew(company, item)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.create(
            item=item,
            number=1,
            department=item.department,
            outcome="refused",
            result_text="x",
            ended_at=ANEW,
            again_at=ANEW,
        )
    for change in ("UPDATE onemap_application SET result_text = 'x'", "DELETE FROM onemap_application"):
        with pytest.raises(Exception, match="结束以后不能修改"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{change} WHERE item_id = %s", [item.pk])


def test_what_is_passed_on_before_acceptance_stays_with_the_new_handler(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    first, second = county.actor("approver", item.department.key), county.add("approver", item.department.key)
    reassign(
        actor=first,
        item=WorkItem.objects.get(kind="receipt"),
        person=second.person,
        at=at("2026-11-06 10:00"),
        why="休假",
    )
    item.refresh_from_db()
    assert item.handler_id == second.person_id
    accept(actor=first, item_id=item.pk, at=at("2026-11-06 11:00"))
    assert WorkItem.objects.get(kind="limit", subject_id=item.pk).assignee_id == second.person_id
