"""双随机检查 by machine: what the unit inspected may read of it, and from when on it is asked for its view."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.api.conftest import Machine
from tests.apps.county import Company, County
from tests.apps.inspecting import LEAD, VISITED, a_drawn_inspection, those_of
from yinuo.rooms.inspections import actions
from yinuo.rooms.inspections.questions import questions_of


def test_the_unit_reads_a_record_once_every_inspector_has_signed_it(
    county: County, company: Company, clock: Any, machine_of: Any
) -> None:
    row = a_drawn_inspection(county, company)
    clock(VISITED)
    first, second = those_of(row)
    answers = {one.key: {"answer": "yes", "note": ""} for one in questions_of(row)}
    visit: dict[str, Any] = {
        "inspection_id": row.pk,
        "on": date(2026, 11, 16),
        "answers": answers,
        "outcome": "clear",
        "summary": "没有写完整",
        "at": VISITED,
    }
    actions.record_visit(actor=first, **visit)
    actions.return_visit(actor=second, inspection_id=row.pk, why="漏了一处", at=VISITED)
    actions.record_visit(actor=first, **visit)
    unit, office, path = machine_of(company), machine_of("approver", LEAD), f"/inspections/{row.pk}"
    assert [one["returned_why"] for one in office.get(path).json()["visits"]] == ["漏了一处", ""]
    assert unit.get(path).json()["visits"] == []
    told = unit.post(f"{path}/opinion", {"text": "没有意见"}, key="o1").json()
    assert (told["code"], told["remedy"]) == ("inspections.no_visit", "检查人员签齐名以后再提交")
    actions.sign_visit(actor=second, inspection_id=row.pk, at=VISITED)
    assert [one["round"] for one in unit.get(path).json()["visits"]] == [2]
    assert unit.post(f"{path}/opinion", {"text": "没有意见"}, key="o2").status_code == 201


def test_the_plan_says_openly_by_when_it_is_drawn_and_who_was_replaced_and_why(
    county: County, company: Company, clock: Any, machine_of: Any
) -> None:
    row = a_drawn_inspection(county, company)
    clock(VISITED)
    told = Machine().get(f"/inspection-plans/{row.plan_id}").json()
    assert (told["draw_by"], told["overdue"], told["inspections"][0]["replaced"]) == (
        "2026-11-16T18:00:00+08:00",
        False,
        [],
    )
    member = row.members.order_by("id")[0]
    answer = machine_of("approver", LEAD).post(
        f"/inspections/{row.pk}/replace", {"member": member.pk, "why": "出差"}, key="r"
    )
    assert answer.status_code == 200
    (replaced,) = Machine().get(f"/inspection-plans/{row.plan_id}").json()["inspections"][0]["replaced"]
    assert (replaced["number"], replaced["why"]) == (member.number, "出差")
    type(row.plan).objects.filter(pk=row.plan_id).update(drawn_at=VISITED + timedelta(days=1))
    assert Machine().get(f"/inspection-plans/{row.plan_id}").json()["overdue"] is True
