"""Writes that only add rows, sent twice with the same key: one row, and the same answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apps.county import Company, County, at
from tests.apps.test_commitments import approve, promised
from tests.apps.test_completion import APPLIED, FIRST_OF_PERMIT, applied, built, inspect
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from yinuo.engine.base import Refused
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import tick
from yinuo.rooms.commitments.actions import apply_again, apply_completion, report_difficulty, report_fulfilment
from yinuo.rooms.commitments.models import CompletionVerification, Difficulty, FulfilmentReport
from yinuo.rooms.onemap.actions import accept, open_escalation, report_problem
from yinuo.rooms.onemap.models import Escalation, Problem

pytestmark = begins_with(guided)

REPORTED = at("2026-12-01 09:00")


@begins_with(promised)
def test_a_report_of_keeping_a_promise_counts_once_and_another_text_under_its_key_is_refused(
    county: County, company: Company
) -> None:
    commitment = approve(county, promised(county, company))
    said: dict[str, Any] = {
        "actor": company.actor,
        "commitment_id": commitment.pk,
        "at": REPORTED,
        "idempotency_key": "f",
    }
    first = report_fulfilment(**said, text="已放线")
    assert report_fulfilment(**said, text="已放线").pk == first.pk
    assert FulfilmentReport.objects.count() == 1
    assert Entry.objects.filter(verb="commitments.report_fulfilment").count() == 1
    with pytest.raises(Refused) as refusal:
        report_fulfilment(**said, text="已验线")
    assert refusal.value.code == "idempotency.reused"
    assert report_fulfilment(**{**said, "idempotency_key": ""}, text="已放线").pk != first.pk


@begins_with(promised)
def test_a_difficulty_reported_twice_is_one_and_no_refusal(county: County, company: Company) -> None:
    commitment = approve(county, promised(county, company))
    said: dict[str, Any] = {
        "actor": company.actor,
        "commitment_id": commitment.pk,
        "at": REPORTED,
        "text": "邻地未腾退",
    }
    first = report_difficulty(**said, idempotency_key="d")
    assert report_difficulty(**said, idempotency_key="d").pk == first.pk
    assert Difficulty.objects.count() == 1
    with pytest.raises(Refused) as refusal:
        report_difficulty(**said)
    assert refusal.value.code == "commitments.difficulty_open"


def test_a_problem_and_a_coordination_are_written_down_once(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-06 10:00"))
    late = at("2027-06-01 09:00")
    tick(late)
    problem: dict[str, Any] = {
        "actor": county.actor("supervisor"),
        "item_id": item.pk,
        "text": "超期",
        "at": late,
        "idempotency_key": "p",
    }
    assert report_problem(**problem).pk == report_problem(**problem).pk
    assert Problem.objects.count() == 1
    urged = [handler.person_id or 0]
    start: dict[str, Any] = {
        "actor": county.actor("general_convener"),
        "item_id": item.pk,
        "urged": urged,
        "agreed": "三日内办结",
        "agreed_until": None,
        "at": late,
    }
    assert open_escalation(**start, idempotency_key="e").pk == open_escalation(**start, idempotency_key="e").pk
    assert Escalation.objects.count() == 1


@begins_with(built)
def test_completion_is_applied_for_once_and_again_once(county: County, company: Company) -> None:
    project = built(county, company)
    said: dict[str, Any] = {"actor": company.actor, "project_id": project.pk, "at": APPLIED, "idempotency_key": "c"}
    assert apply_completion(**said).pk == apply_completion(**said).pk
    assert CompletionVerification.objects.count() == 1


@begins_with(applied)
def test_a_second_application_after_rectification_starts_one_round(county: County, company: Company) -> None:
    completion = inspect(county, applied(county, company), FIRST_OF_PERMIT)
    said: dict[str, Any] = {
        "actor": company.actor,
        "completion_id": completion.pk,
        "text": "已整改",
        "idempotency_key": "a",
    }
    apply_again(**said, at=at("2027-08-01 09:00"))
    assert apply_again(**said, at=at("2027-08-01 09:01")).round == 2
