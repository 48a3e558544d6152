"""Credit over HTTP: proposed, consented, executed by three; asked back; taken in; and who sees what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.api.conftest import Machine
from tests.apps.county import Company, County, at, facts, new_company
from tests.apps.points import carry_out, propose
from yinuo.rooms.projects.actions import file_project
from yinuo.rooms.projects.models import Project

Clock = Callable[[datetime], None]
Machines = Callable[..., Machine]
NOON = at("2026-11-10 12:00")


@pytest.fixture
def project(county: County, company: Company, clock: Clock) -> Project:
    clock(NOON)
    moment = at("2026-11-03 09:12")
    return file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=moment).project


def proposed(project: Project, office: Machine, **changes: Any) -> Any:
    body = {
        "project": project.pk,
        "type": "act",
        "on": "2026-11-09",
        "data": {"article": "46", "item": "illegal_start"},
        "basis": "现场检查笔录〔2026〕7号",
        "evidence": [office.upload()],
    }
    return office.post("/credit/proposals", {**body, **changes})


def test_points_are_proposed_consented_executed_and_asked_back(
    project: Project, company: Company, machine_of: Machines
) -> None:
    office, principal, convener = (
        machine_of("approver", "natural_resources"),
        machine_of("principal"),
        machine_of("general_convener"),
    )
    made = proposed(project, office)
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["expected_points"], row["unit"], row["project_code"]) == ("-2", company.unit.credit_code, project.code)
    path = f"/credit/proposals/{row['id']}"
    assert [found["id"] for found in principal.get("/credit/proposals?state=proposed").json()["items"]] == [row["id"]]
    assert convener.post(f"{path}/consent").status_code == 403
    assert principal.post(f"{path}/consent", {"note": "同意"}).json()["state"] == "consented"
    event = convener.post(f"{path}/execute").json()
    assert (event["points"], event["score_after"], event["grade_after"]) == ("-2", "84", "A-")
    assert principal.get(path).json()["event"]["id"] == event["id"]
    unit = machine_of(company)
    seen = unit.get(f"/credit/units/{company.unit.credit_code}").json()
    assert (seen["score"], seen["grade"], seen["history"][0]["taken"]) == ("84", "A-", "2")
    assert seen["measures"]
    body = {"event": event["id"], "kind": "repair", "text": "已补办", "evidence": [unit.upload()]}
    relief = unit.post("/credit/reliefs", body).json()
    assert [found["id"] for found in office.get("/credit/reliefs?state=asked").json()] == [relief["id"]]
    decided = office.post(f"/credit/reliefs/{relief['id']}/decide", {"accept": True, "answer": "复查合格"})
    assert decided.json()["state"] == "accepted"
    assert [found["state"] for found in unit.get("/credit/reliefs").json()] == ["accepted"]
    assert principal.get("/credit/proposals?state=proposed").json()["items"][0]["type"] == "repair"


def test_the_principal_refuses_and_the_department_withdraws(project: Project, machine_of: Machines) -> None:
    office, principal = machine_of("approver", "natural_resources"), machine_of("principal")
    first = proposed(project, office).json()
    refused = principal.post(
        f"/credit/proposals/{first['id']}/refuse", {"reason": "证据不足", "version": first["version"]}
    )
    assert (refused.json()["state"], refused.json()["consent_note"]) == ("refused", "证据不足")
    second = proposed(project, office).json()
    assert office.post(f"/credit/proposals/{second['id']}/withdraw", {"why": "重复"}).json()["state"] == "withdrawn"
    stale = principal.post(f"/credit/proposals/{second['id']}/consent", {"version": second["version"]})
    assert stale.status_code == 409


def test_evidence_is_the_proposers_own_file(project: Project, company: Company, machine_of: Machines) -> None:
    office = machine_of("approver", "natural_resources")
    foreign = machine_of(company).upload()
    answer = proposed(project, office, evidence=[foreign])
    assert (answer.status_code, answer.json()["code"]) == (422, "credit.evidence")
    assert proposed(project, office, evidence=[]).json()["code"] == "credit.evidence"


def test_a_unit_sees_its_own_credit_and_no_other_and_no_proposal(
    project: Project, company: Company, machine_of: Machines
) -> None:
    other = machine_of(new_company("另一家"))
    made = proposed(project, machine_of("approver", "natural_resources")).json()
    assert other.get(f"/credit/units/{company.unit.credit_code}").status_code == 403
    assert machine_of(company).get(f"/credit/proposals/{made['id']}").status_code == 403
    assert machine_of(company).get("/credit/proposals").json()["items"] == []
    assert Machine().get(f"/credit/units/{company.unit.credit_code}").status_code == 401


def test_evaluations_are_taken_in_row_by_row(project: Project, company: Company, machine_of: Machines) -> None:
    rows = [
        {"credit_code": company.unit.credit_code, "score": "91", "on": "2026-11-01"},
        {"credit_code": "914403001922038217", "name": "写错", "score": "80", "on": "2026-11-01"},
    ]
    body = {"source": "2026年度评价", "rows": rows}
    assert machine_of(company).post("/credit/scores", body).status_code == 403
    administrator = machine_of("administrator")
    assert [row["outcome"] for row in administrator.post("/credit/scores", body).json()] == ["imported", "refused"]
    assert [row["outcome"] for row in administrator.post("/credit/scores", body).json()] == ["unchanged", "refused"]


def test_anybody_may_ask_what_a_grade_gets(db: None) -> None:
    found = Machine().get("/credit/measures/D?as_of=2026-11-10").json()
    assert found
    assert all(row["cites"] for row in found)
    assert Machine().get("/credit/measures/Z").json()["code"] == "credit.grade"


def test_an_unknown_state_is_named(project: Project, machine_of: Machines) -> None:
    answer = machine_of("principal").get("/credit/proposals?state=gone")
    assert (answer.status_code, answer.json()["field"]) == (422, "state")


def test_whoever_scans_the_certificate_sees_grade_colour_and_promises(project: Project, company: Company) -> None:
    answer = Machine().get(f"/verify/{project.code}/{company.unit.credit_code}")
    body = answer.json()
    assert (body["certificate"]["grade"], body["certificate"]["letter"], body["certificate"]["colour"]) == (
        "A-",
        "A",
        "green",
    )
    assert body["state"] == "filed"
    assert body["commitments"] == []
    assert company.person.name not in answer.content.decode()
    other = new_company("另一家").unit.credit_code
    assert Machine().get(f"/verify/{project.code}/{other}").status_code == 404


def test_an_unrated_companys_certificate_is_white_without_a_letter(county: County, clock: Clock) -> None:
    clock(NOON)
    company = new_company("新设企业", score=None)
    project = file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=NOON).project
    seal = Machine().get(f"/verify/{project.code}/{company.unit.credit_code}").json()["certificate"]
    assert (seal["grade"], seal["letter"], seal["colour"], seal["class_name"]) == ("unrated", "", "white", "未评级")


def test_the_guides_are_public_and_say_the_standard(db: None) -> None:
    lines = Machine().get("/guides?as_of=2026-11-03").json()
    assert len(lines) > 50
    guide = Machine().get("/guides/eia_table?as_of=2026-11-03").json()
    assert guide["standard"]["requirements"]
    assert guide["basis"]
    assert Machine().get("/guides/nothing").status_code == 404


def test_the_trail_names_the_decision_with_its_articles(
    project: Project, company: Company, machine_of: Machines
) -> None:
    unit = machine_of(company)
    page = unit.get(f"/projects/{project.pk}/trail?size=1").json()
    assert [row["verb"] for row in page["items"]] == ["projects.file"]
    assert page["items"][0]["decision"]["cites"]
    rest = unit.get(f"/projects/{project.pk}/trail?after={page['after']}").json()
    assert [row["verb"] for row in rest["items"]] == ["projects.assign_code", "projects.issue_certificate"]
    assert rest["after"] == 0
    assert machine_of(new_company("另一家")).get(f"/projects/{project.pk}/trail").status_code == 403


def test_the_list_of_acts_a_dry_run_of_evaluations_and_a_review(
    project: Project, county: County, company: Company, machine_of: Machines
) -> None:
    lines = {line["id"]: line for line in Machine().get("/credit/acts?on=2026-11-10").json()}
    assert (lines["unreported_start"]["points"], lines["unreported_start"]["cap_per_project"]) == ("-1", "1")
    assert "甘发改投资〔2023〕489号·全文" in lines["illegal_start"]["cites"]
    assert "甘发改投资〔2023〕489号·全文" not in Machine().get("/credit/acts?on=2023-06-01").json()[0]["cites"]
    office = machine_of("approver", "natural_resources")
    row = proposed(project, office, data={"act": "prohibited"}).json()
    assert (row["expected_points"], row["data"]) == ("-3", {"act": "prohibited", "article": "52"})
    rows = [{"credit_code": company.unit.credit_code, "score": "72", "on": "2026-11-09", "grade": "B-"}]
    clerk = machine_of("comprehensive")
    dry = clerk.post("/credit/scores", {"source": "省平台", "rows": rows, "dry_run": True}).json()
    assert (dry[0]["outcome"], dry[0]["grade"]) == ("imported", "B-")
    assert clerk.get(f"/credit/units/{company.unit.credit_code}").json()["score"] == "86"
    assert clerk.post("/credit/scores", {"source": "省平台", "rows": rows}).json()[0]["outcome"] == "imported"
    assert clerk.post("/credit/scores", {"source": "省平台", "rows": rows}).json()[0]["outcome"] == "unchanged"
    event, unit = carry_out(county, propose(county, company)), machine_of(company)
    relief = unit.post("/credit/reliefs", {"event": event.pk, "kind": "objection", "text": "有误"}).json()
    office.post(f"/credit/reliefs/{relief['id']}/decide", {"accept": False, "answer": "证据充分"})
    review = unit.post(f"/credit/reliefs/{relief['id']}/review", {"text": "照片不是本项目"})
    assert (review.status_code, review.json()["of"]) == (201, relief["id"])
    assert (
        office.post(f"/credit/reliefs/{review.json()['id']}/decide", {"accept": True, "answer": "x"}).status_code == 403
    )
    assert (
        clerk.post(f"/credit/reliefs/{review.json()['id']}/decide", {"accept": True, "answer": "属实"}).json()["state"]
        == "accepted"
    )
