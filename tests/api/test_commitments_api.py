"""Promises and completion over HTTP: the verbs, what the public reads, and that a person's name stays with who may see
it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache

from tests.api.conftest import Machine
from tests.apps.county import Company, County, at, new_company
from tests.apps.test_commitments import AFTER, DEPARTMENT, MATTER, SIGNED, item_of
from tests.apps.test_completion import APPLIED, INSPECTED, built
from tests.apps.test_onemap import guided
from tests.apps.test_rulings import FOUND, tried
from tests.beginnings import begins_with
from yinuo.engine.feeds.actions import place_entries
from yinuo.rooms.commitments.models import Commitment

pytestmark = begins_with(guided)

Clock = Callable[[datetime], None]
Machines = Callable[..., Machine]


@pytest.fixture(autouse=True)
def fresh_throttle(db: None) -> None:
    cache.clear()


def promised(
    county: County, company: Company, machine_of: Machines, clock: Clock, matter: str = MATTER
) -> dict[str, Any]:
    item = item_of(guided(county, company), matter)
    clock(SIGNED)
    body = {"standard_version": "2023.1", "version": item.version}
    answer = machine_of(company).post(f"/items/{item.pk}/commitments", body, key="c1")
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def test_a_promise_is_previewed_signed_checked_and_decided(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    made = promised(county, company, machine_of, clock)
    unit, office = machine_of(company), machine_of("approver", DEPARTMENT)
    assert made["state"] == "notice"
    assert unit.get(f"/commitments/{made['id']}").json()["letter_number"] == made["letter_number"]
    letter = unit.get(f"/commitments/{made['id']}/letter")
    assert letter.headers["Content-Type"] == "application/pdf"
    assert hashlib.sha256(letter.content).hexdigest() == made["letter_sha256"]
    check = unit.get(f"/commitments/{made['id']}/letter/check").json()
    assert (check["valid"], check["signer_id"]) == (True, company.unit.credit_code)
    early = office.post(f"/commitments/{made['id']}/decide", {"document_number": "建字1号"})
    assert (early.status_code, early.json()["code"]) == (422, "commitments.in_notice")
    assert early.json()["cites"]
    clock(AFTER)
    decided = office.post(
        f"/commitments/{made['id']}/decide", {"document_number": "建字1号", "version": made["version"]}
    )
    assert decided.json()["state"] == "decided"
    assert [row["state"] for row in unit.get(f"/projects/{made['project']}/commitments").json()] == ["decided"]
    # It runs from now on and is reviewed by its department, once however often it is sent.
    path, points = f"/commitments/{made['id']}/reviews", [{"outcome": "kept"} for _ in made["requirements"]]
    clock(at("2026-12-01 10:00"))
    sent = {"on": "2026-12-01", "points": points, "version": decided.json()["version"]}
    assert unit.post(path, sent, key="u1").status_code == 403
    assert office.post(path, {**sent, "points": points[1:]}, key="r0").json()["field"] == "points"
    first = office.post(path, sent, key="r1")
    assert (first.status_code, office.post(path, sent, key="r1").json()["id"]) == (201, first.json()["id"])
    assert [(row["outcome"], row["next_on"]) for row in unit.get(path).json()] == [("kept", first.json()["next_on"])]
    assert [row["commitment"] for row in office.get("/commitment-reviews?view=done").json()["items"]] == [made["id"]]
    assert [
        office.get(f"/commitment-reviews?{query}").status_code for query in ("view=x", "after=2027-01-01_1", "after=x")
    ] == [422] * 3


def test_the_preview_is_a_pdf_and_leaves_nothing(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    item = item_of(guided(county, company))
    clock(SIGNED)
    answer = machine_of(company).get(f"/items/{item.pk}/commitment-letter")
    assert answer.content.startswith(b"%PDF")
    assert not Commitment.objects.exists()
    assert machine_of(new_company("另一家")).get(f"/items/{item.pk}/commitment-letter").status_code == 403


def test_the_same_signing_sent_twice_is_one_promise_and_without_a_key_it_is_none(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    made = promised(county, company, machine_of, clock)
    unit = machine_of(company)
    again = unit.post(f"/items/{made['item']}/commitments", {"standard_version": "2023.1"}, key="c1")
    assert again.json()["id"] == made["id"]
    assert (
        unit.post(f"/items/{made['item']}/commitments", {"standard_version": "2023.1"}).json()["code"]
        == "api.idempotency_key"
    )


def test_anybody_objects_and_reads_the_reply_by_the_receipt(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    made = promised(county, company, machine_of, clock)
    public, office = Machine(), machine_of("approver", DEPARTMENT)
    said = {"text": "退界不足", "name": "马小林", "contact": "13900001111"}
    receipt = public.post(f"/commitments/{made['id']}/objections", said)
    assert receipt.status_code == 201
    assert office.get(f"/commitments/{made['id']}/objections").json()[0]["name"] == "马小林"
    seen = machine_of(company).get(f"/commitments/{made['id']}/objections").json()[0]
    assert seen["text"] == "退界不足"
    assert "name" not in seen
    answer = {"upheld": True, "answer": "退界不足，异议成立"}
    path = f"/objections/{receipt.json()['id']}/answer"
    assert machine_of("approver", "health").post(path, answer).status_code == 403
    assert office.post(path, answer).json()["state"] == "upheld"
    reply = public.get(f"/objections/{receipt.json()['receipt_no']}").json()
    assert reply["answer"] == "退界不足，异议成立"
    assert "马小林" not in str(reply)
    assert public.get("/objections/Y000000000000").status_code == 404


def test_one_address_objects_ten_times_an_hour_and_is_then_asked_to_wait(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    made = promised(county, company, machine_of, clock)
    path = f"/commitments/{made['id']}/objections"
    answers = [Machine().post(path, {"text": f"异议{number}"}) for number in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert answers[-1].json()["code"] == "api.too_many"
    assert answers[-1].headers["Retry-After"]


def test_the_zone_shows_promises_and_no_person(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    made = promised(county, company, machine_of, clock)
    public = Machine()
    rows = public.get("/zone").json()["items"]
    assert [(row["id"], row["state"]) for row in rows] == [(made["id"], "notice")]
    page = public.get(f"/zone/{made['id']}")
    assert page.json()["takes_objections"] is True
    assert company.person.name not in page.content.decode() + str(rows)
    assert public.get("/zone?after=nonsense").json()["code"] == "api.after"
    assert public.get("/zone/999999").status_code == 404


def test_a_promise_is_taken_back_reported_on_and_helped(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    made = promised(county, company, machine_of, clock)
    unit, office = machine_of(company), machine_of("approver", DEPARTMENT)
    back = unit.post(f"/commitments/{made['id']}/to-regular", {"why": "改为提交材料"})
    assert back.json()["state"] == "regular"
    second = unit.post(f"/items/{made['item']}/commitments", {"standard_version": "2023.1"}, key="c2").json()
    clock(at("2026-11-30 09:00"))
    office.post(f"/commitments/{second['id']}/decide", {"document_number": "建字2号"})
    report = unit.post(f"/commitments/{second['id']}/fulfilment", {"text": "已放线", "evidence": [unit.upload()]})
    assert report.status_code == 201
    trouble = unit.post(f"/commitments/{second['id']}/difficulties", {"text": "供地推迟"}).json()
    helped = office.post(f"/difficulties/{trouble['id']}/handle", {"outcome": "helped", "text": "协调供地"})
    assert helped.json()["outcome"] == "helped"


def test_other_companies_see_nothing_of_a_promise(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    made = promised(county, company, machine_of, clock)
    other = machine_of(new_company("另一家"))
    for path in ("", "/letter", "/letter/check", "/objections"):
        assert other.get(f"/commitments/{made['id']}{path}").status_code == 403, path
        assert Machine().get(f"/commitments/{made['id']}{path}").status_code == 401, path


@begins_with(built)
def test_completion_is_verified_point_by_point(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    project = built(county, company)
    unit = machine_of(company)
    assert unit.get(f"/projects/{project.pk}/completion").status_code == 404
    clock(APPLIED)
    made = unit.post(f"/projects/{project.pk}/completion").json()
    assert made["state"] == "guidance"
    for answer in unit.get(f"/projects/{project.pk}/guidance").json():
        if not answer["answered_at"]:
            rows = [
                {**row, "needed": "yes" if row["matter_id"] == "planning_verification" else "no"}
                for row in answer["matters"]
            ]
            office = machine_of("approver", answer["department"])
            assert office.post(f"/guidance/{answer['id']}", {"matters": rows}).status_code == 200
    clock(INSPECTED)
    path = f"/completions/{made['id']}/findings"
    for place, point in enumerate(unit.get(f"/projects/{project.pk}/completion").json()["points"]):
        which = (
            {"commitment_id": point["commitment"], "requirement": point["requirement"]}
            if point["commitment"]
            else {"item_id": point["item"]}
        )
        found = machine_of("approver", point["department"]).post(
            path,
            {**which, "met": place != 0, "note": "不符", "document_number": "" if point["commitment"] else "验字1号"},
        )
        assert found.status_code == 201, found.content
    assert found.json()["completion"]["state"] == "rectifying"
    assert unit.post(path, {"met": True}).json()["code"] == "api.point"
    again = unit.post(f"/completions/{made['id']}/apply-again", {"text": "已整改"})
    assert again.json()["round"] == 2
    assert (
        machine_of("approver", "health").post(f"/completions/{made['id']}/fail", {"reason": "严重"}).status_code == 403
    )
    early = machine_of("approver").post(f"/completions/{made['id']}/propose-cycle", {"audit": "clean"})
    assert early.json()["code"] == "commitments.not_passed"


def test_a_ruling_stops_a_project_is_lifted_and_is_told_to_the_credit_platform(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    office, principal = machine_of("approver", DEPARTMENT), machine_of("principal", DEPARTMENT)
    commitment, unit = tried(county, company), machine_of(company)
    clock(FOUND)
    path, body = f"/commitments/{commitment.pk}/rulings", {"measures": ["stop"], "facts": "退界不足"}
    assert unit.post(path, body, key="x").status_code == 403
    made = office.post(path, body, key="r").json()
    assert office.post(path, body, key="r").json()["id"] == made["id"]
    one = f"/rulings/{made['id']}"
    assert unit.get(path).json() == [] and len(office.get(path).json()) == 1
    assert office.post(f"{one}/consent", {"number": "建处1"}).status_code == 403
    assert principal.post(f"{one}/consent", {"number": ""}).json()["code"] == "commitments.number"
    assert principal.post(f"{one}/consent", {"number": "建处1"}).json()["state"] == "made"
    assert office.post(f"{one}/deliver", {"how": "邮寄"}).json()["delivered_at"]
    assert [row["number"] for row in unit.get(path).json()] == ["建处1"]
    ask = {"text": "已整改", "evidence": [unit.upload()]}
    assert unit.post(f"{one}/ask-lift", ask, key="l").status_code == 201
    assert office.post(f"{one}/deny-lift", {"reason": "还差一处"}).status_code == 200
    lifting = office.post(path, {"lifts": made["id"], "facts": "复测达标"}, key="r2").json()
    assert principal.post(f"/rulings/{lifting['id']}/refuse", {"reason": "再核"}).json()["state"] == "refused"
    place_entries()
    clerk = machine_of("comprehensive")
    assert unit.get("/credit/public").status_code == 403
    feed = clerk.get("/credit/public?kind=ruling").json()
    assert [row["data"]["number"] for row in feed["items"]] == ["建处1"]
    assert clerk.get(f"/credit/public?kind=ruling&since={feed['next']}").json()["items"] == []
    assert clerk.get("/credit/public?kind=x").status_code == 422
    assert clerk.post("/credit/public/send").json()["code"] == "credit.no_platform"
    assert clerk.get("/credit/public/batches").json() == []


@begins_with(None)
def test_an_audit_report_is_handed_in_and_checked_over_the_wire(
    county: County, company: Company, machine_of: Machines, clock: Clock
) -> None:
    project = guided(county, company, project_class="state_owned")
    unit, filing = machine_of(company), machine_of("approver")
    clock(AFTER)
    path = f"/projects/{project.pk}/audit-reports"
    body = {
        "auditor": "某会计师事务所",
        "number": "审1",
        "on": "2026-11-10",
        "conclusion": "clean",
        "evidence": [unit.upload()],
    }
    assert filing.post(path, body, key="a").status_code == 403
    made = unit.post(path, body, key="a").json()
    assert unit.post(path, body, key="a").json()["id"] == made["id"]
    check = f"/audit-reports/{made['id']}/check"
    assert machine_of("approver", DEPARTMENT).post(check, {"accept": True, "conclusion": "clean"}).status_code == 403
    assert filing.post(check, {"accept": True, "conclusion": "clean"}).json()["state"] == "accepted"
    assert [row["state"] for row in filing.get(path).json()] == ["accepted"]
