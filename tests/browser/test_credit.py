"""Credit and what follows a broken promise, as each role sees it: evaluations, the platform's feed, a review, a ruling,
an audit.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import pytest
from django.db import connection

from tests.apps.county import Company, County
from tests.apps.points import take
from tests.apps.test_commitments import DEPARTMENT, in_trouble
from tests.apps.test_rulings import make, rule
from tests.browser.live import DESKTOP, PHONE, Live, at, closing_time, live
from yinuo.engine.feeds.actions import place_entries
from yinuo.rooms.commitments.actions import handle_difficulty
from yinuo.rooms.commitments.models import Commitment, Ruling
from yinuo.rooms.credit.actions import ask_relief, check_evaluations, decide_relief

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
T = TypeVar("T")
MORNING = at("2027-01-15 09:00")


@dataclass
class Place:
    """What is looked at."""

    project: int
    commitment: int
    ruling: Ruling
    relief: int
    batch: int


def built(county: County, company: Company) -> Place:
    """A promise not kept and a ruling proposed on it, a refused objection, a file of evaluations checked."""
    for role, office in (("principal", DEPARTMENT), ("approver", DEPARTMENT), ("comprehensive", "development_reform")):
        county.person(role, office)
    trouble = in_trouble(county, company)
    office = county.actor("approver", DEPARTMENT)
    handle_difficulty(
        actor=office, difficulty_id=trouble.pk, outcome="helped", text="拆除超出部分", at=at("2026-12-02 09:00")
    )
    commitment = Commitment.objects.select_related("department").get()
    ruling = rule(county, commitment, "stop", "recover")
    event = take(county, company, at=MORNING)
    relief = ask_relief(actor=company.actor, event_id=event.pk, kind="objection", text="照片不是本项目", at=MORNING)
    judge = county.actor("approver", "natural_resources")
    decide_relief(actor=judge, relief_id=relief.pk, accept=False, answer="证据充分", at=MORNING)
    table = (
        f"统一社会信用代码,评价分值,评价日期\n{company.unit.credit_code},72,2027-01-10\n123,80,2027-01-10\n".encode()
    )
    clerk = county.actor("comprehensive")
    batch = check_evaluations(
        actor=clerk, name="2026年度评价.csv", content=table, source="省公共信用信息中心", at=MORNING
    )
    return Place(commitment.project_id, commitment.pk, ruling, relief.pk, batch.pk)


def apart(act: Callable[[], T]) -> T:
    """In a thread of its own: Playwright's loop runs in this one, and signing a letter wants a loop for itself."""

    def run() -> T:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def test_the_pages_of_credit_and_of_a_stop_in_both_widths(live: Live) -> None:
    company, county = live.company("积石山绿源有机肥有限公司"), live.county
    there = apart(lambda: built(county, company))
    live.let_in()

    for size in (DESKTOP, PHONE):
        head = live.official("principal", "2027-01-15 09:30", "credit-principal", DEPARTMENT, size=size)
        head.go(f"/staff/rulings/{there.ruling.pk}/")
        head.reads("责令停止建设", "同意并作出决定")
        live.everybody_leaves()
        body = live.official("comprehensive", "2027-01-15 09:30", "credit-body", size=size)
        body.go("/staff/credit/evaluations/")
        body.go(f"/staff/credit/evaluations/{there.batch}/")
        body.reads("可导入 1", "应为 18 位")
        live.everybody_leaves()
        writer = live.official("approver", "2027-01-15 09:30", "credit-approver", DEPARTMENT, size=size)
        writer.go("/staff/credit/propose/")
        writer.reads("第五十二条")
        writer.go(f"/staff/commitments/{there.commitment}/ruling/")
        live.everybody_leaves()

    apart(lambda: make(county, there.ruling, MORNING))
    place_entries()
    for size in (DESKTOP, PHONE):
        owner = live.sits(company.person, "2027-01-15 10:00", "credit-unit", size)
        owner.go(f"/projects/{there.project}/")
        owner.reads("已责令停止建设")
        owner.go(f"/projects/{there.project}/map/")
        owner.go(f"/rulings/{there.ruling.pk}/")
        owner.reads("申请解除", "行政复议")
        owner.go("/credit/")
        owner.go(f"/credit/reliefs/{there.relief}/review/")
        live.everybody_leaves()
        body = live.official("comprehensive", "2027-01-15 10:00", "credit-body", size=size)
        body.go("/staff/credit/public/")
        body.reads("违诺处理")
        live.everybody_leaves()
    office_desk = live.official("approver", "2027-01-15 10:30", "credit-approver", DEPARTMENT)
    office_desk.go(f"/staff/rulings/{there.ruling.pk}/")
    office_desk.reads("登记送达", "提出解除停止建设")
    live.everybody_leaves()
