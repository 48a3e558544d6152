"""区域评估, two at once: one assessment begun, one approval given, one result shared, whoever comes second is told."""

from __future__ import annotations

import pytest

from tests.apps.county import BEGAN, Company, County, at, new_company, new_county, new_person
from tests.apps.regions import in_zone, new_result, new_zone
from tests.apps.test_onemap import guided
from tests.apps.test_regional_process import SOIL, begin, committee, submitted
from tests.apps.test_together import together
from yinuo.engine.base import Refused
from yinuo.engine.catalogue.models import RegionalResult
from yinuo.engine.people.models import Membership
from yinuo.engine.trail.models import Entry
from yinuo.rooms.onemap.actions import share_result
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.regional import actions
from yinuo.rooms.regional.models import RegionalAssessment

LATER = at("2026-11-10 10:00")


@pytest.fixture
def stage(committed_db: str) -> tuple[County, Company]:
    return new_county(), new_company()


def test_two_who_begin_the_same_assessment_begin_one(stage: tuple[County, Company]) -> None:
    zone = new_zone(stage[0])
    Membership.objects.create(person=new_person("管委会"), department=zone.body, role="zone", from_on=BEGAN)
    results = together(lambda: begin(zone), lambda: begin(zone))
    refused = [result for result in results if isinstance(result, Refused)]
    assert [refusal.code for refusal in refused] == ["regional.twice"]
    assert RegionalAssessment.objects.count() == 1


def test_one_approves_and_one_returns_and_only_the_first_counts(stage: tuple[County, Company]) -> None:
    county = stage[0]
    found = submitted(county, new_zone(county))
    soil = county.actor("approver", "soil_conservation")
    common = {"actor": soil, "assessment_id": found.pk, "at": at("2026-10-12 15:00")}
    results = together(
        lambda: actions.approve_assessment(document_number="批1", text="", **common),
        lambda: actions.return_assessment(reason="范围不清", **common),
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert Entry.objects.filter(verb__in=["regional.approve_assessment", "regional.return_assessment"]).count() == 1


def test_a_result_is_shared_once_and_a_withdrawal_at_the_same_instant_leaves_one_truth(
    stage: tuple[County, Company],
) -> None:
    county, company = stage
    zone = new_zone(county)
    project = guided(county, company, **in_zone())
    item = MapItem.objects.get(project=project, matter_id=SOIL)
    result = new_result(zone, SOIL)
    body = committee(zone)
    outcomes = together(
        lambda: share_result(actor=company.actor, item_id=item.pk, at=LATER),
        lambda: share_result(actor=company.actor, item_id=item.pk, at=LATER),
        lambda: actions.withdraw_result(actor=body, result_id=result.pk, why="数据失实", at=LATER),
    )
    assert not [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Refused)], outcomes
    item.refresh_from_db()
    shared = Entry.objects.filter(verb="onemap.share_result", subject_id=str(item.pk)).count()
    assert (item.state == "exempt", shared) in ((True, 1), (False, 0))
    assert RegionalResult.objects.get().withdrawn_at == LATER
