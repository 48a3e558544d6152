"""The regular review of a promise that runs: when it falls due, who does it, and what it leads to (附件2·第十四条、
第十九条).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.apps.chaining import leaves_saying
from tests.apps.county import Company, County, at, graded
from tests.apps.mapped import mapped
from tests.apps.test_commitments import AFTER, DEPARTMENT, approve, handle, item_of, promise
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from yinuo.engine.base import Actor, Forbidden, Refused, Stale
from yinuo.engine.caches import differences
from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments import queries, reviewing
from yinuo.rooms.commitments.actions import (
    apply_completion,
    bring_forward,
    handle_difficulty,
    open_reviews,
    review_commitment,
)
from yinuo.rooms.commitments.caches import REVIEW_ON
from yinuo.rooms.commitments.models import Commitment, CommitmentReview, Difficulty
from yinuo.rooms.projects.actions import report_progress, withdraw_filing
from yinuo.rooms.projects.models import Project

__all__ = ["mapped"]
pytestmark = begins_with(guided)

# Decided on 2026-11-16; the first review three months later is a working day.
FIRST = date(2027, 2, 16)
OPENED = at("2027-02-16 00:07")
SEEN = at("2027-02-18 10:00")
KEPT = {"outcome": "kept"}


@pytest.fixture
def running(county: County, company: Company, mapped: Project) -> Commitment:
    commitment = promise(company, item_of(mapped))
    approve(county, commitment)
    commitment.refresh_from_db()
    return commitment


def review(
    county: County, commitment: Commitment, moment: datetime = SEEN, *, worst: dict[str, str] = KEPT, **changes: Any
) -> CommitmentReview:
    points = [*[KEPT] * (len(commitment.requirements) - 1), worst]
    said: dict[str, Any] = {
        "on": moment.date(),
        "points": points,
        "actor": county.actor("approver", DEPARTMENT),
        **changes,
    }
    return review_commitment(commitment_id=commitment.pk, at=moment, **said)


def broken(text: str = "退界不足 3 米，限期改正") -> dict[str, str]:
    return {"outcome": "broken", "note": text}


def wrong_reviews() -> int:
    return len(list(differences(REVIEW_ON, at("2027-06-01 09:00"))))


def waiting(kind: str = "commitment_review") -> list[WorkItem]:
    return list(WorkItem.objects.filter(kind=kind, state="running"))


def test_a_promise_that_runs_waits_for_its_department_from_the_day_it_falls_due(
    county: County, company: Company, running: Commitment
) -> None:
    assert (running.review_on, reviewing.due_on(running)) == (FIRST, FIRST)
    assert open_reviews(at("2027-02-15 23:07")) == 0
    assert open_reviews(OPENED) == 1
    assert open_reviews(OPENED) == 0
    (work,) = waiting()
    assert (work.department.key, work.waits_for, work.url) == (
        DEPARTMENT,
        "staff",
        f"/staff/commitments/{running.pk}/review/",
    )
    assert work.due_at == at("2027-03-02 18:00")
    assert Message.objects.filter(template="commitment_review_due").exists()
    # The cache says nothing while it waits, and a look at everything finds nothing wrong.
    running.refresh_from_db()
    assert (running.review_on, wrong_reviews()) == (None, 0)

    made = review(county, running, note="现场查看")
    assert (made.outcome, made.round, made.late, made.due_at) == ("kept", 1, False, work.due_at)
    assert (waiting(), wrong_reviews()) == ([], 0)
    running.refresh_from_db()
    # 未评级 as class B: its inspections are fewer, and so are its reviews.
    assert (running.review_on, made.next_on) == (date(2027, 8, 18), date(2027, 8, 18))
    told = Message.objects.get(template="commitment_reviewed")
    assert "按承诺履行" in told.body
    assert "2027年8月18日" in told.body
    assert Entry.objects.filter(verb="commitments.review").count() == 1
    assert not Difficulty.objects.exists()

    # A unit that falls to D is looked at monthly, at once; one that rises is not put off.
    graded(company.unit, "D")
    assert bring_forward(company.unit.pk) == 1
    running.refresh_from_db()
    assert running.review_on == date(2027, 3, 18)
    graded(company.unit, "C")
    assert bring_forward(company.unit.pk) == 1
    running.refresh_from_db()
    assert running.review_on == date(2027, 5, 18)


def test_a_review_is_refused_to_others_for_what_is_missing_and_for_a_page_gone_stale(
    county: County, company: Company, running: Commitment
) -> None:
    others = [
        company.actor,
        county.actor("approver", "ecology"),
        county.actor("supervisor"),
        Actor.public(),
        Actor.system(),
    ]
    for actor in others:
        with pytest.raises(Forbidden):
            review(county, running, actor=actor)
    with pytest.raises(Stale):
        review(county, running, version=running.version - 1)
    bad: list[tuple[str, dict[str, Any]]] = [
        ("on", {"on": date(2027, 2, 19)}),
        ("on", {"on": date(2026, 11, 13)}),
        ("points", {"points": [KEPT]}),
        ("note", {"note": "长" * 2001}),
    ]
    for field, changes in bad:
        with pytest.raises(Refused) as refusal:
            review(county, running, **changes)
        assert refusal.value.field == field
    with pytest.raises(Refused) as refusal:
        review(county, running, points=[KEPT, {"outcome": "at_risk"}, {"outcome": "?"}, KEPT])
    assert set(refusal.value.errors) == {"note_1", "outcome_2"}
    assert not CommitmentReview.objects.exists()
    # Sent twice it is one review.
    first = review(county, running, idempotency_key="r")
    assert review(county, running, idempotency_key="r").pk == first.pk
    assert CommitmentReview.objects.count() == 1


def test_a_broken_promise_comes_into_the_handling_that_is_there_and_back_when_put_right(
    county: County, company: Company, running: Commitment
) -> None:
    open_reviews(OPENED)
    late = at("2027-03-05 10:00")
    made = review(county, running, late, worst=broken())
    assert (made.outcome, made.late) == ("broken", True)
    difficulty = Difficulty.objects.get()
    assert (difficulty.review_id, difficulty.outcome) == (made.pk, "")
    assert "退界不足" in difficulty.text
    assert leaves_saying("anomaly.reported", "outcome", "broken") == 1
    assert len(waiting("difficulty")) == 1
    # Seen again before anybody handled it: the same handling goes on.
    review(county, running, at("2027-03-08 10:00"), worst=broken("仍未改正"))
    assert (Difficulty.objects.count(), len(waiting("difficulty"))) == (1, 1)

    handle(county, difficulty, "helped", at("2027-03-09 09:00"))
    running.refresh_from_db()
    soon = running.review_on
    assert (running.fulfilment, waiting("difficulty")) == ("rectifying", [])
    assert soon == date(2027, 4, 6)
    assert wrong_reviews() == 0
    # Help did not suffice: the department's turn again, on the same difficulty.
    review(county, running, at("2027-04-06 10:00"), worst=broken("整改后仍不足"))
    assert [work.subject_id for work in waiting("difficulty")] == [difficulty.pk]
    # Put right at last: it runs on as before.
    review(county, running, at("2027-04-20 10:00"))
    running.refresh_from_db()
    assert (running.fulfilment, running.review_on, wrong_reviews()) == ("pending", date(2027, 10, 20), 0)
    assert waiting("difficulty") == []
    shown = queries.public_page(running.pk, at("2027-04-21 10:00")).reviews
    assert [(row.outcome, row.round) for row in shown] == [("broken", 1), ("broken", 2), ("broken", 3), ("kept", 4)]

    # An opinion settles it, and there is nothing to review any more.
    open_reviews(at("2027-10-20 00:07"))
    handle(county, difficulty, "handling_opinion", at("2027-10-21 09:00"))
    running.refresh_from_db()
    assert (running.fulfilment, running.review_on, waiting(), wrong_reviews()) == ("broken", None, [], 0)
    with pytest.raises(Refused) as refusal:
        review(county, running, at("2027-10-22 10:00"))
    assert refusal.value.code == "commitments.settled"


def test_a_term_the_unit_was_given_runs_on_until_it_is_seen_to_be_put_right(
    county: County, company: Company, running: Commitment
) -> None:
    review(county, running, worst=broken())
    difficulty = Difficulty.objects.get()
    department = county.actor("approver", DEPARTMENT)
    told = {"actor": department, "difficulty_id": difficulty.pk, "outcome": "helped", "text": "十五日内改正"}
    handle_difficulty(**told, days=15, at=at("2027-02-19 09:00"))
    assert len(waiting("rectification")) == 1
    # Looked at within the term it is still the unit's turn, and no second handling begins.
    review(county, running, at("2027-02-24 10:00"), worst=broken("尚未改正"))
    assert (Difficulty.objects.count(), waiting("difficulty"), len(waiting("rectification"))) == (1, [], 1)
    review(county, running, at("2027-03-02 10:00"))
    running.refresh_from_db()
    assert (running.fulfilment, waiting("rectification"), waiting("difficulty"), wrong_reviews()) == (
        "pending",
        [],
        [],
        0,
    )


def test_a_completion_takes_the_reviews_over_and_a_projects_end_leaves_none(
    county: County, company: Company, running: Commitment
) -> None:
    open_reviews(OPENED)
    project = running.project
    for kind in ("start", "completion"):
        report_progress(
            actor=company.actor, project_id=project.pk, kind=kind, on=date(2027, 3, 1), at=at("2027-03-01 10:00")
        )
    apply_completion(actor=company.actor, project_id=project.pk, at=at("2027-03-02 09:00"), why="先行验收")
    running.refresh_from_db()
    assert (running.review_on, waiting(), wrong_reviews()) == (None, [], 0)
    with pytest.raises(Refused) as refusal:
        review(county, running, at("2027-03-03 10:00"))
    assert refusal.value.code == "commitments.in_completion"


def test_what_a_withdrawn_project_promised_is_reviewed_no_more(
    county: County, company: Company, running: Commitment
) -> None:
    open_reviews(OPENED)
    withdraw_filing(actor=county.actor("approver"), project_id=running.project_id, problem="不实", at=SEEN)
    running.refresh_from_db()
    assert (running.state, running.review_on, waiting()) == ("decided", None, [])
    assert AFTER < SEEN
