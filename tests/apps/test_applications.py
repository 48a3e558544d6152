"""Every round of applying for a matter is a row of its own: it keeps what came of it, and the next begins another."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.apps.county import Company, County, at
from tests.apps.test_again import ANEW, POINTS, REFUSED, anew, refused
from tests.apps.test_commitments import answer, item_of, object_to, promised
from tests.apps.test_onemap import guided, hand_in, ready
from tests.apps.test_remedies import enter
from tests.beginnings import begins_with
from yinuo.engine.base import Refused
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.actions import accept, decide, deliver, send_back, take_in_result
from yinuo.rooms.onemap.models import Application, MapItem
from yinuo.rooms.onemap.sweeping import stuck
from yinuo.rooms.projects.actions import withdraw_filing
from yinuo.rooms.reviews.actions import give_review

pytestmark = begins_with(guided)

GRANTED = at("2026-11-12 10:00")
WHEN = ("number", "received_at", "accepted_at", "outcome", "ended_at", "document_number", "result_text")


def whole(application: Application) -> dict[str, Any]:
    """The row, and everything that refers to it."""
    row = {name: value for name, value in vars(Application.objects.get(pk=application.pk)).items() if name != "_state"}
    return row | {
        name: list(getattr(application, name).order_by("pk").values())
        for name in ("submissions", "send_backs", "remedies", "later_documents", "external_results")
    }


def test_two_rounds_keep_their_own_dates_decision_papers_remedy_and_review(county: County, company: Company) -> None:
    item = refused(county, company)
    handler = county.actor("approver", item.department.key)
    first = item.application
    assert first is not None
    enter(company.actor, item)
    give_review(actor=company.actor, item_id=item.pk, level=3, text="说不清缺什么", at=at("2026-11-09 12:00"))
    anew(company, item)
    before = whole(first)
    hand_in(company, item, at("2026-11-10 10:00"))
    send_back(
        actor=handler, item_id=item.pk, kind="incomplete", points=POINTS, reason="又缺图", at=at("2026-11-10 11:00")
    )
    hand_in(company, item, at("2026-11-10 15:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-10 16:00"))
    decide(actor=handler, item_id=item.pk, granted=True, document_number="准予〔2026〕9号", text="同意", at=GRANTED)
    deliver(actor=handler, item_id=item.pk, how="自取", at=at("2026-11-12 16:00"))
    complaint = enter(company.actor, item, kind="complaint", filed_on=date(2026, 11, 13), text="拖得太久")
    praise = give_review(actor=company.actor, item_id=item.pk, level=5, at=at("2026-11-13 10:00"))

    assert whole(first) == before
    item.refresh_from_db()
    second = item.application
    assert second is not None
    rows = [tuple(getattr(row, name) for name in WHEN) for row in (Application.objects.get(pk=first.pk), second)]
    assert rows == [
        (1, at("2026-11-06 11:00"), at("2026-11-06 15:00"), "refused", REFUSED, "不予〔2026〕1号", "用地不符合规划"),
        (2, at("2026-11-10 15:00"), at("2026-11-10 16:00"), "granted", GRANTED, "准予〔2026〕9号", "同意"),
    ]
    assert (before["again_at"], before["again_why"]) == (ANEW, "已调整总平面，退出规划控制线")
    assert [len(whole(row)[name]) for row in (first, second) for name in ("submissions", "send_backs")] == [2, 1, 2, 1]
    assert (first.remedies.get().kind, second.remedies.get()) == ("reconsideration", complaint)
    assert (first.review.level, second.review) == (3, praise)
    assert stuck() == []


def test_the_database_refuses_a_second_application_beside_the_present_one(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    for outcome in ({}, {"outcome": "withdrawn", "ended_at": ANEW}):
        with pytest.raises(IntegrityError, match="application_present_once"), transaction.atomic():
            Application.objects.create(item=item, number=2, department=item.department, **outcome)
    with pytest.raises(Refused) as refusal:
        hand_in(company, item, at("2026-11-06 09:01"))
    assert refusal.value.code == "onemap.state"
    assert Application.objects.filter(item=item).count() == 1


@pytest.mark.parametrize(
    ("broken", "constraint"),
    [
        ({"outcome": "granted"}, "application_ended"),
        ({"ended_at": ANEW}, "application_ended"),
        ({"again_at": ANEW}, "application_ended"),
        ({"delivered_at": ANEW}, "application_ended"),
        ({"outcome": "refused", "ended_at": ANEW}, "application_refused_with_reason"),
        ({"outcome": "not_needed", "ended_at": ANEW}, "application_refused_with_reason"),
    ],
)
def test_the_database_refuses_an_application_ended_by_halves(
    county: County, company: Company, broken: dict[str, Any], constraint: str
) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    rows = Application.objects.filter(item=item)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rows.update(**broken)


def test_a_matter_is_open_or_has_an_application_and_never_anothers(county: County, company: Company) -> None:
    project = guided(county, company)
    item = ready(project)
    hand_in(company, item, at("2026-11-06 09:00"))
    item.refresh_from_db()
    rows = MapItem.objects.filter(pk=item.pk)
    for broken in ({"state": "open"}, {"application": None}):
        with pytest.raises(IntegrityError, match="item_with_its_application"), transaction.atomic():
            rows.update(**broken)
    other = MapItem.objects.filter(project=project, state="open")[:1].get()
    with pytest.raises(IntegrityError), transaction.atomic():
        MapItem.objects.filter(pk=other.pk).update(state="received", application=item.application)


def test_nothing_stands_both_with_the_matter_and_with_its_application() -> None:
    columns = [{field.column for field in model._meta.local_fields} for model in (MapItem, Application)]
    # The matter is with one department now; an application stays with the one it was handed to.
    assert columns[0] & columns[1] == {"id", "department_id"}


@begins_with(promised)
def test_a_promise_is_an_application_too_and_leaves_it_behind_when_it_goes_the_regular_way(
    county: County, company: Company
) -> None:
    commitment = promised(county, company)
    item = item_of(commitment.project)
    assert (item.present.number, item.present.received_at, item.present.outcome) == (1, commitment.signed_at, "")
    answer(county, object_to(commitment), at("2026-11-11 10:00"), upheld=True)
    past, item = Application.objects.get(item=item), item_of(commitment.project)
    assert (past.outcome, past.ended_at, past.again_at, item.application) == (
        *("to_regular", at("2026-11-11 10:00"), at("2026-11-11 10:00"), None),
    )
    assert past.result_text.startswith("公示异议成立")
    hand_in(company, item, at("2026-11-12 10:00"))
    assert item_of(commitment.project).present.number == 2


def test_the_end_of_the_project_ends_what_runs_and_nothing_that_has_ended(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    withdraw_filing(actor=county.actor("approver"), project_id=item.project_id, problem="应办核准", at=ANEW)
    item.refresh_from_db()
    assert (item.state, item.present.outcome, item.present.ended_at, item.ended_at) == (
        "cancelled",
        "cancelled",
        ANEW,
        None,
    )
    filing = MapItem.objects.get(project=item.project_id, matter_id="enterprise_filing")
    assert (filing.state, filing.present.outcome) == ("granted", "granted")
    assert stuck() == []


def test_a_code_that_moves_nothing_is_kept_with_the_matter_and_one_that_decides_with_its_application(
    county: County, company: Company
) -> None:
    item = ready(guided(county, company))
    said: dict[str, Any] = {
        "actor": county.actor("administrator"),
        "system": "工程审批系统",
        "project_code": item.project.code,
        "matter_id": item.matter_id,
    }
    take_in_result(**said, external_id="1", status_code=1, at=at("2026-11-06 09:00"))
    item.refresh_from_db()
    assert (item.state, item.application) == ("open", None)
    take_in_result(**said, external_id="2", status_code=13, text="不符合规划", at=at("2026-11-06 10:00"))
    item.refresh_from_db()
    assert (item.state, item.present.outcome, item.present.received_at) == ("refused", "refused", None)
    assert list(item.external_results.order_by("id").values_list("application", flat=True)) == [None, item.present.pk]


def test_a_delivery_is_noticed_by_a_form_opened_before(county: County, company: Company) -> None:
    item = refused(county, company)
    handler, seen = county.actor("approver", item.department.key), item.version
    deliver(actor=handler, item_id=item.pk, how="自取", at=ANEW)
    item.refresh_from_db()
    assert item.version > seen
    assert not WorkItem.objects.filter(kind="delivery", state="running").exists()
