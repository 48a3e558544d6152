"""What the special services answer once there is something to answer: every answer fits its shape, or it would be an
error of the server.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.api.conftest import Machine, issue
from tests.apps import gaps, mocking
from tests.apps.agencies import NOON, new_agency
from tests.apps.county import Company, County, at
from tests.apps.inspecting import LEAD, VISITED, a_drawn_inspection
from tests.apps.test_inspections_visited import visit
from tests.apps.test_onemap import guided
from tests.apps.test_reviews import LATER, bad, concluded
from tests.beginnings import begins_with
from yinuo.engine.people.models import Membership

pytestmark = [begins_with(guided), pytest.mark.slow]
Machines = Callable[..., Machine]
Clock = Callable[[datetime], None]


def read(machine: Machine, path: str) -> Any:
    answer = machine.get(path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def sent(machine: Machine, path: str, body: Any = None) -> Any:
    answer = machine.post(path, body, key=path)
    assert answer.status_code in (200, 201), answer.content
    return answer.json()


def test_an_agreement_is_read_with_its_plan_its_log_and_its_body(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    project = guided(county, company)
    agency = new_agency(county)
    agreement = agency.serve(project, company)
    clock(NOON)
    person = agency.agent.person
    agent, unit = issue(person, membership=Membership.objects.get(person=person, role="agent")), machine_of(company)
    (body,) = read(Machine(), "/agency/bodies")
    assert {row["id"] for row in body["agents"]} == {agency.agent.pk, agency.colleague.pk}
    plan = sent(agent, f"/agency/{agreement.pk}/plan", {"note": "先办水保"})
    assert len(plan["rows"]) > 5
    logged = sent(
        agent, f"/agency/{agreement.pk}/log", {"kind": "consult", "on": str(NOON.date()), "text": "到企业讲办理顺序"}
    )
    told = read(unit, f"/projects/{project.pk}/agency")
    assert [row["id"] for row in told["applications"]] == [agreement.request_id]
    assert told["agreements"][0]["via"] == f"agency.agreement:{agreement.pk}"
    one = read(unit, f"/agency/{agreement.pk}")
    assert (one["plan"]["id"], one["plan"]["rows"]) == (plan["id"], plan["rows"])
    assert [(row["id"], row["kind"]) for row in one["log"]] == [(logged["id"], "consult")]
    assert one["review"] is None


def test_a_gap_is_read_by_its_matter_and_by_its_number(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    item = gaps.item_of(guided(county, company))
    gaps.published(county)
    row = gaps.signed(county, company, item)
    clock(gaps.SIGNED)
    unit = machine_of(company)
    of_item = read(unit, f"/items/{item.pk}/deficient")
    assert of_item["tolerable"] is True
    assert [one["id"] for one in of_item["materials"]] == [gaps.LACKING]
    assert of_item["applications"] == [read(unit, f"/deficient/{row.pk}")]
    assert [one["id"] for one in of_item["applications"][0]["missing"]] == [gaps.LACKING]


@begins_with(None)
def test_a_mock_approval_is_read_with_its_matters_and_opinions(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    track = mocking.running(county, company)
    clock(mocking.REGISTERED)
    window = machine_of("window", "government_services")
    told = read(window, f"/mock/{track.application.pk}")
    assert {row["matter"] for row in told["matters"]} == set(mocking.MATTERS)
    assert all(row["agreed"] for row in told["opinions"])
    assert read(window, f"/projects/{track.project.pk}/mock/conditions")["question"]


@begins_with(None)
def test_an_inspection_is_read_by_those_inspected_and_its_plan_by_everybody(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    inspection = a_drawn_inspection(county, company)
    visit(inspection)
    clock(VISITED)
    office = machine_of("approver", LEAD)
    told = read(office, f"/inspections/{inspection.pk}")
    assert [one["outcome"] for one in told["visits"]] == ["clear"]
    assert told["visits"][0]["checks"]
    assert [row["id"] for row in read(machine_of(company), "/inspections")["inspections"]] == [inspection.pk]
    assert read(Machine(), "/inspection-plans")["plans"][0]["drawn_at"] is not None
    plan = read(Machine(), f"/inspection-plans/{inspection.plan_id}")
    assert plan["draw"]["result"]
    assert plan["inspections"][0]["outcome"] == ""
    assert len(read(office, "/inspectors")) == 3


def test_a_bad_review_is_assigned_and_read_with_its_rectification(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    review = bad(company, concluded(county, company))
    clock(LATER)
    supervisor = machine_of("supervisor")
    assert sent(supervisor, f"/reviews/{review.pk}/assign", {"instruction": "请核实"})["finding"] == ""
    assert read(supervisor, f"/reviews/{review.pk}")["rectification"]["instruction"] == "请核实"
    assert [row["level"] for row in read(supervisor, "/reviews?view=bad")["reviews"]] == [1]


def test_a_report_is_drafted_and_read_by_its_writers(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    guided(county, company)
    clock(at("2027-01-20 10:00"))
    writer = machine_of("comprehensive")
    made = sent(
        writer,
        "/reform/reports",
        {"region_id": county.hall.region_id, "kind": "quarter", "begins": "2026-10-01"},
    )
    told = read(writer, f"/reform/reports/{made['id']}")
    assert (told["state"], told["sha256"]) == ("draft", made["sha256"])
    words = sent(writer, f"/reform/reports/{made['id']}/words", {"opening": "总体平稳。"})
    assert words["opening"] == "总体平稳。"
