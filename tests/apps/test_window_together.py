"""Two at the window in the same instant: one visit a clerk, one receipt a visit, one delivery a decision."""

from __future__ import annotations

import pytest

from tests.apps.county import Company, County, at, new_company, new_county
from tests.apps.test_together import together
from tests.apps.test_window import CAME, LATER, came, clerk_of, guided, hand_in_at_the_window, ready_item
from tests.beginnings import begins_with
from yinuo.engine.base import Refused
from yinuo.engine.documents.models import Document
from yinuo.engine.trail.models import Entry
from yinuo.rooms.onemap.actions import accept, decide, deliver
from yinuo.rooms.onemap.room import MapPaper
from yinuo.rooms.window import actions, queries
from yinuo.rooms.window.models import Handout, Visit
from yinuo.rooms.window.room import WindowPaper

AFTERNOON = at("2026-11-06 15:00")


@pytest.fixture
def stage(committed_db: str) -> tuple[County, Company]:
    county = new_county()
    return county, new_company()


def test_a_clerk_who_opens_two_visits_at_once_has_one(stage: tuple[County, Company]) -> None:
    county, company = stage
    clerk, other = clerk_of(county), new_company("甘肃保安腰刀文旅有限公司")
    results = together(lambda: came(clerk, company.unit.pk), lambda: came(clerk, other.unit.pk))
    refused = [row for row in results if isinstance(row, Refused)]
    assert [row.code for row in refused] == ["window.visit_open"]
    visit = Visit.objects.get()
    results = together(*[lambda: actions.close_visit(actor=clerk, visit_id=visit.pk, at=LATER)] * 3)
    assert all(isinstance(row, Visit) for row in results), results
    assert Document.objects.filter(kind=WindowPaper.RECEIPT).count() == 1
    assert Entry.objects.filter(verb="window.close_visit").count() == 1


@begins_with(guided)
def test_the_window_and_the_department_deliver_one_decision_once(stage: tuple[County, Company]) -> None:
    county, company = stage
    clerk, item = clerk_of(county), ready_item(guided(county, company))
    visit = came(clerk, company.unit.pk, CAME)
    hand_in_at_the_window(visit, item, LATER)
    approver = county.actor("approver", item.department.key)
    accept(actor=approver, item_id=item.pk, at=at("2026-11-06 10:00"))
    decide(actor=approver, item_id=item.pk, granted=True, document_number="甲1", text="", at=at("2026-11-06 11:00"))
    decision = next(row.document for row in queries.to_hand_out(company.unit.pk, county.hall.pk) if row.awaited)

    def take() -> Handout:
        return actions.hand_out(
            actor=clerk, visit_id=visit.pk, document_ids=[decision.pk], signature="paper", at=AFTERNOON
        )

    results = together(take, take, lambda: deliver(actor=approver, item_id=item.pk, how="邮寄", at=AFTERNOON))
    codes = {row.code for row in results if isinstance(row, Refused)}
    assert codes <= {"window.handed_out", "onemap.delivered"}
    assert sum(isinstance(row, Handout) for row in results) == 1
    assert Entry.objects.filter(verb="onemap.deliver").count() == 1
    assert Document.objects.filter(kind=MapPaper.DELIVERY).count() == 1
