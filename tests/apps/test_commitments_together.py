"""Several at once: a promise is signed once, an objection and a decision never both win, no last finding is lost."""

from __future__ import annotations

import pytest

from tests.apps.county import BEGAN, Company, County, at, new_company, new_county, new_person
from tests.apps.test_commitments import NOTICE_ENDS, approve, item_of, object_to, promise
from tests.apps.test_completion import applied, find, pending
from tests.apps.test_credit_together import together
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from yinuo.engine.base import Refused
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import AuthorisedPerson
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.actions import close_notices
from yinuo.rooms.commitments.models import Commitment, CompletionVerification, Finding, Objection
from yinuo.rooms.credit.models import PointProposal

pytestmark = begins_with(guided)


@pytest.fixture
def place(committed_db: str) -> tuple[County, Company]:
    return new_county(), new_company()


def colleague(company: Company) -> Company:
    """Another person who may sign for the same unit."""
    person = new_person("第二经办人")
    binding = AuthorisedPerson.objects.create(
        person=person,
        unit=company.unit,
        basis="授权",
        from_on=BEGAN,
        confirmed_at=at("2023-02-20 09:00"),
        may_sign=True,
    )
    return Company(company.unit, person, binding)


def test_two_persons_signing_at_once_promise_once(place: tuple[County, Company]) -> None:
    county, company = place
    item = item_of(guided(county, company))
    results = together(lambda: promise(company, item), lambda: promise(colleague(company), item))
    assert sorted(type(result).__name__ for result in results) == ["Commitment", "Refused"]
    assert [result.code for result in results if isinstance(result, Refused)] == ["onemap.state"]
    assert Commitment.objects.count() == 1
    assert WorkItem.objects.filter(kind="commitment_decision").count() == 1
    assert Entry.objects.filter(verb="commitments.commit").count() == 1


def test_a_double_click_that_arrives_at_once_signs_once(place: tuple[County, Company]) -> None:
    county, company = place
    item = item_of(guided(county, company))
    results = together(*(lambda: promise(company, item, idempotency_key="k") for _ in range(3)))
    assert len({result.pk for result in results if isinstance(result, Commitment)}) == 1
    assert sum(isinstance(result, Commitment) for result in results) == 3
    assert Commitment.objects.count() == 1


def test_an_objection_of_the_last_minute_and_the_decision_never_both_win(place: tuple[County, Company]) -> None:
    county, company = place
    county.actor("approver", "natural_resources")
    commitment = promise(company, item_of(guided(county, company)))
    last = at("2026-11-13 17:59")
    results = together(
        lambda: object_to(commitment, last),
        lambda: approve(county, commitment, NOTICE_ENDS),
        lambda: close_notices(NOTICE_ENDS),
    )
    commitment.refresh_from_db()
    if isinstance(results[0], Objection):
        assert commitment.state == "objected"
        assert isinstance(results[1], Refused)
    else:
        assert commitment.state in ("decided", "decidable")
        assert isinstance(results[0], Refused)
    assert Objection.objects.count() == (commitment.state == "objected")


def test_two_tickers_close_a_notice_once(place: tuple[County, Company]) -> None:
    county, company = place
    county.actor("approver", "natural_resources")
    promise(company, item_of(guided(county, company)))
    assert sorted(together(*(lambda: close_notices(NOTICE_ENDS) for _ in range(3))), key=str) == [0, 0, 1]
    assert Message.objects.filter(template="decidable", channel="site").count() == 1
    assert Entry.objects.filter(verb="commitments.close_notice").count() == 1


@begins_with(applied)
def test_two_departments_finishing_at_once_settle_the_completion_once(place: tuple[County, Company]) -> None:
    county, company = place
    completion = applied(county, company)
    points = pending(completion)
    mine = [point for point in points if point.department.key == "ecology"][-1]
    theirs = [point for point in points if point.department.key == "natural_resources"][-1]
    for point in points:
        if point not in (mine, theirs):
            find(county, completion, point, True)
    results = together(lambda: find(county, completion, mine, True), lambda: find(county, completion, theirs, True))
    assert all(isinstance(result, Finding) for result in results)
    completion = CompletionVerification.objects.get()
    assert completion.state == "passed"
    assert PointProposal.objects.count() == 1
    assert Entry.objects.filter(verb="commitments.pass_completion").count() == 1
