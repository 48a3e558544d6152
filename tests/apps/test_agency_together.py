"""Several at once: one application, one signature, and an end that is told once however many bring it about."""

from __future__ import annotations

import pytest

from tests.apps.agencies import NOON, Agency, new_agency
from tests.apps.county import Company, graded, new_company, new_county
from tests.apps.test_commitments_together import colleague
from tests.apps.test_credit_together import together
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from yinuo.engine.base import Refused
from yinuo.engine.documents.models import Document
from yinuo.engine.trail.models import Entry
from yinuo.rooms.agency import actions
from yinuo.rooms.agency.falling import end_of_unit
from yinuo.rooms.agency.models import AgencyRequest, Agreement
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)

Place = tuple[Agency, Company, Project]


@pytest.fixture
def place(committed_db: str) -> Place:
    county, company = new_county(), new_company()
    return new_agency(county), company, guided(county, company)


def codes(results: list[object]) -> list[str]:
    return sorted(result.code if isinstance(result, Refused) else type(result).__name__ for result in results)


def test_two_persons_of_a_company_at_once_ask_once_and_sign_once(place: Place) -> None:
    agency, company, project = place
    other = colleague(company)
    results = together(*(lambda who=who: agency.apply(project, company, actor=who.actor) for who in (company, other)))
    assert codes(results) == ["AgencyRequest", "agency.applied"]
    agreement = agency.offer(AgencyRequest.objects.get())
    signing = (
        lambda who=who: actions.sign_agreement(actor=who.actor, agreement_id=agreement.pk, at=NOON)
        for who in (company, other)
    )
    assert codes(together(*signing)) == ["Agreement", "agency.state"]
    assert Document.objects.filter(kind="agency_agreement").count() == 1


def test_a_fall_and_the_companys_own_wish_at_once_end_the_service_once(place: Place) -> None:
    agency, company, project = place
    agreement = agency.serve(project, company)
    graded(company.unit, "D")
    together(
        lambda: end_of_unit(company.unit.pk, NOON),
        lambda: end_of_unit(company.unit.pk, NOON),
        lambda: actions.end_by_wish(actor=company.actor, agreement_id=agreement.pk, why="", at=NOON),
    )
    assert Agreement.objects.get().end_kind in ("grade", "wish")
    assert Entry.objects.filter(verb="agency.end").count() == Document.objects.filter(kind="agency_end").count() == 1
