"""Several at once: nothing lost, nothing doubled, no gap in the numbers."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

import pytest
from django.db import connections

from tests.apps.county import BEGAN, Company, County, free_code, new_company, new_county, new_person
from tests.apps.points import CYCLE, NOON, PROJECT, day, differing, file_of, head, propose
from yinuo.engine.base import Actor, Refused
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import Membership, ProjectUnit
from yinuo.engine.people.queries import actor_of_membership
from yinuo.engine.trail.models import ChainRow, Entry
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.credit.actions import (
    ask_relief,
    consent,
    decide_relief,
    execute,
    import_score,
    refuse_consent,
)
from yinuo.rooms.credit.models import CreditEvent, CreditHead, CreditRelief, PointProposal


def together(*tasks: Callable[[], object]) -> list[object]:
    """Runs all at the same instant, each on its own connection; what each returned or was refused with."""
    start, results = threading.Barrier(len(tasks)), [None] * len(tasks)

    def run(place: int, task: Callable[[], object]) -> None:
        try:
            start.wait()
            results[place] = task()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, task)) for place, task in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def place(committed_db: str) -> tuple[County, Company]:
    return new_county(), new_company()


def conveners(county: County, count: int) -> list[Actor]:
    office = (
        county.people["general_convener", "development_reform"].department if county.actor("general_convener") else None
    )
    return [
        actor_of_membership(
            Membership.objects.create(
                person=new_person(f"总召集人{number}"), department=office, role="general_convener", from_on=BEGAN
            )
        )
        for number in range(count)
    ]


def consented(county: County, company: Company, type: str = "act", data=None, **more) -> PointProposal:
    proposal = propose(county, company, type, data, **more)
    return consent(actor=county.actor("principal"), proposal_id=proposal.pk, note="", at=NOON)


def whole(company: Company) -> list[CreditEvent]:
    """The unit's events, after checking that they are numbered without gap and lead to the head."""
    events = list(CreditEvent.objects.filter(unit=company.unit).order_by("seq"))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert all(later.score_after - earlier.score_after == later.points for earlier, later in itertools.pairwise(events))
    assert head(company).seq == len(events)
    assert head(company).score == events[-1].score_after
    assert differing(day("2026-11-10")) == []
    return events


def test_four_conveners_executing_one_proposal_at_once_move_its_points_once(place: tuple[County, Company]) -> None:
    county, company = place
    proposal = consented(county, company)
    results = together(
        *(lambda who=who: execute(actor=who, proposal_id=proposal.pk, at=NOON) for who in conveners(county, 4)),
    )
    assert sum(isinstance(result, CreditEvent) for result in results) == 1
    assert sorted(result.code for result in results if isinstance(result, Refused)) == ["credit.state"] * 3
    assert [event.points for event in whole(company)[1:]] == [-2]
    assert ChainRow.objects.filter(type="credit.event", label=PROJECT).count() == 1
    assert Entry.objects.filter(verb="credit.execute").count() == 1
    assert Message.objects.filter(template="points", unit=company.unit).count() == 1
    assert WorkItem.objects.filter(kind="credit_execution", state="done").count() == 1


def test_eight_events_of_one_unit_executed_at_once_all_count_in_one_unbroken_row(place: tuple[County, Company]) -> None:
    county, company = place
    kinds = [("act", None), ("commitment_broken", {}), ("cycle_completed", CYCLE), ("act", {"article": "50"})] * 2
    proposals = [consented(county, company, type_, data) for type_, data in kinds]
    whos = conveners(county, len(proposals))
    results = together(
        *(
            lambda who=who, one=one: execute(actor=who, proposal_id=one.pk, at=NOON)
            for who, one in zip(whos, proposals, strict=True)
        )
    )
    assert all(isinstance(result, CreditEvent) for result in results), results
    assert len(whole(company)) == 9
    assert head(company).score == 86 + 2 * (-2 - 1 + 2 - 3)


def test_a_cap_holds_when_its_events_are_executed_at_once(place: tuple[County, Company]) -> None:
    county, company = place
    acts = ("unreported_start", "unreported_progress", "unreported_completion")
    proposals = [consented(county, company, data={"act": act}) for act in acts]
    whos = conveners(county, 3)
    together(
        *(
            lambda who=who, one=one: execute(actor=who, proposal_id=one.pk, at=NOON)
            for who, one in zip(whos, proposals, strict=True)
        )
    )
    assert sorted(event.points for event in whole(company)[1:]) == [-1, 0, 0]
    assert head(company).score == 85


def test_consent_and_refusal_at_once_leave_one_of_the_two(place: tuple[County, Company]) -> None:
    county, company = place
    proposal, principal = propose(county, company), county.actor("principal")
    results = together(
        lambda: consent(actor=principal, proposal_id=proposal.pk, note="", at=NOON),
        lambda: refuse_consent(actor=principal, proposal_id=proposal.pk, reason="不妥", at=NOON),
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    proposal.refresh_from_db()
    assert WorkItem.objects.filter(kind="credit_execution").count() == (1 if proposal.state == "consented" else 0)


def test_an_evaluation_taken_in_while_points_move_loses_neither(place: tuple[County, Company]) -> None:
    county, company = place
    proposal, convener = consented(county, company), county.actor("general_convener")
    results = together(
        lambda: execute(actor=convener, proposal_id=proposal.pk, at=NOON),
        lambda: import_score(
            actor=Actor.system(), unit_id=company.unit.pk, score="90", source="新评价", on=day("2026-11-09"), at=NOON
        ),
    )
    assert not any(isinstance(result, Exception) for result in results), results
    assert {event.type for event in whole(company)[1:]} == {"act", "rebase"}
    assert head(company).score == 88


def test_the_first_head_of_a_unit_is_made_once_by_four_at_once(place: tuple[County, Company]) -> None:
    unit = ProjectUnit.objects.create(credit_code=free_code(), name="同时评价公司", type="enterprise")
    results = together(
        *(
            lambda number=number: import_score(
                actor=Actor.system(),
                unit_id=unit.pk,
                score=str(80 + number),
                source=f"来源{number}",
                on=day("2026-11-01"),
                at=NOON,
            )
            for number in range(4)
        )
    )
    assert not any(isinstance(result, Exception) for result in results), results
    assert [event.seq for event in CreditEvent.objects.filter(unit=unit).order_by("seq")] == [1, 2, 3, 4]
    assert CreditHead.objects.get(pk=unit.pk).seq == 4


def test_the_same_evaluation_sent_by_four_at_once_is_one_event(place: tuple[County, Company]) -> None:
    _, company = place
    results = together(
        *[
            lambda: import_score(
                actor=Actor.system(),
                unit_id=company.unit.pk,
                score="70",
                source="同一份",
                on=day("2026-11-01"),
                at=NOON,
            )
        ]
        * 4
    )
    assert sorted(new for _, new in results) == [False, False, False, True]
    assert len(whole(company)) == 2


def test_applications_sent_at_once_for_one_event_open_one_and_are_accepted_once(place: tuple[County, Company]) -> None:
    county, company = place
    event = execute(actor=county.actor("general_convener"), proposal_id=consented(county, company).pk, at=NOON)
    photo = file_of(company.actor)
    asked = together(
        *(
            lambda kind=kind: ask_relief(
                actor=company.actor, event_id=event.pk, kind=kind, text="已整改", evidence=[photo], at=NOON
            )
            for kind in ("repair", "repair", "objection")
        )
    )
    assert sum(isinstance(result, CreditRelief) for result in asked) == 1
    assert all(result.code == "credit.relief_open" for result in asked if isinstance(result, Refused))
    relief, approver = CreditRelief.objects.get(), county.actor("approver", "natural_resources")
    decided = together(
        *[lambda: decide_relief(actor=approver, relief_id=relief.pk, accept=True, answer="属实", at=NOON)] * 2
    )
    assert sum(isinstance(result, CreditRelief) for result in decided) == 1
    assert PointProposal.objects.filter(type="repair").count() == 1


def test_one_source_proposed_by_two_at_once_is_one_proposal(place: tuple[County, Company]) -> None:
    county, company = place
    approver = county.actor("approver", "natural_resources")
    results = together(*[lambda: propose(county, company, actor=approver, source=("oversight.act", 3))] * 3)
    assert sum(isinstance(result, PointProposal) for result in results) == 1
    assert {result.code for result in results if isinstance(result, Refused)} == {"credit.proposed"}
    assert WorkItem.objects.filter(kind="credit_consent").count() == 1
    assert Message.objects.filter(template="consent_due").count() == 0
