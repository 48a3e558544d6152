"""Several at once on one mock approval: two opinions, two distributions, two registrations, the last conversions."""

from __future__ import annotations

import pytest

from tests.apps.county import Company, County, new_company, new_county
from tests.apps.mocking import LANDED, MATTERS, begun, converting, project_of, register
from tests.apps.test_credit_together import together
from yinuo.engine.base import Refused
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.mock.models import MockApplication


@pytest.fixture
def place(committed_db: str) -> tuple[County, Company]:
    return new_county(), new_company()


def test_two_departments_agreeing_at_once_pass_it_on_once_and_two_clerks_distribute_it_once(
    place: tuple[County, Company],
) -> None:
    track = begun(*place)
    track.sign()
    for department in ("natural_resources", "market_regulation"):
        track.county.actor("approver", department)
    results = together(lambda: track.agree("natural_resources"), lambda: track.agree("market_regulation"))
    assert results == [None, None]
    assert track.fresh().state == "agreed"
    assert (
        WorkItem.objects.filter(kind="mock_opinion", subject_kind="mock.mockapplication", state="running").count() == 1
    )
    results = together(track.distribute, track.distribute)
    assert [result.code for result in results if isinstance(result, Refused)] == ["mock.state"]
    assert MockApplication.objects.get().number.endswith("1号")
    assert Entry.objects.filter(verb="mock.distribute").count() == 1


def test_two_clerks_registering_one_project_at_once_register_it_once(place: tuple[County, Company]) -> None:
    county, company = place
    project = project_of(county, company)
    county.actor("window", "government_services")
    results = together(*(lambda: register(county, company, project) for _ in range(2)))
    assert [result.code for result in results if isinstance(result, Refused)] == ["mock.open_once"]
    assert MockApplication.objects.count() == 1


def test_two_clicks_on_one_formal_decision_convert_the_matter_once(place: tuple[County, Company]) -> None:
    track = converting(*place)
    track.approver(MATTERS[0])
    results = together(
        *(lambda number=number: track.decide(MATTERS[0], number, LANDED) for number in ("正1号", "正2号"))
    )
    assert sorted(result.code for result in results if isinstance(result, Refused)) == ["onemap.state"]
    assert track.item(MATTERS[0]).state == "granted"
    assert Entry.objects.filter(verb="onemap.grant", subject_id=str(track.item(MATTERS[0]).pk)).count() == 1
