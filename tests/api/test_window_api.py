"""The window over the wire: a clerk's machine opens a visit, acts through it for the unit, hands out and closes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.api.conftest import Machine, issue
from tests.apps.county import Company, County, at, facts, free_code, new_company
from tests.apps.matrix.window import code_of
from tests.apps.test_commitments import item_of
from tests.apps.test_onemap import guided
from tests.apps.test_window import NUMBER, ready_item
from tests.beginnings import begins_with
from yinuo.engine.trail.models import Entry
from yinuo.rooms.onemap.actions import accept, decide
from yinuo.rooms.window.models import Visit

NOW = at("2026-11-06 09:00")
Made = Callable[..., Machine]


@dataclass
class Through(Machine):
    """A machine that acts in a visit."""

    via: str = ""

    def _headers(self) -> dict[str, str]:
        return {**super()._headers(), "X-Yinuo-Via": self.via}


def came(clerk: Machine, company: Company, key: str = "v", **changes: Any) -> Any:
    body = {
        "unit": company.unit.pk, "visitor": "马建国", "identity_kind": "resident", "identity_number": NUMBER,
        "authority": "letter", "letter_no": "授〔2026〕3号", "purpose": "备案新项目",
    }  # fmt: skip
    return clerk.post("/window/visits", {**body, **changes}, key=key)


@pytest.fixture
def clerk(county: County, machine_of: Made, clock: Any) -> Machine:
    clock(NOW)
    return machine_of("window", "government_services")


def test_a_visit_is_opened_once_and_shows_no_identity_number(
    county: County, company: Company, clerk: Machine, machine_of: Made
) -> None:
    made = came(clerk, company)
    assert made.status_code == 201, made.content
    assert came(clerk, company).json()["id"] == made.json()["id"]
    assert NUMBER not in made.content.decode()
    assert clerk.post("/window/visits", {}, key="x").status_code == 422
    assert came(clerk, company, key="").json()["code"] == "api.idempotency_key"
    assert came(machine_of("approver"), company, key="a").status_code == 403
    assert came(machine_of(company), company, key="u").status_code == 403
    assert clerk.get("/window/units?search=绿源").json()[0]["id"] == company.unit.pk
    assert machine_of(company).get("/window/units?search=绿源").status_code == 403


def test_through_the_visit_the_units_own_endpoints_are_open_and_shut_with_it(
    county: County, company: Company, clerk: Machine
) -> None:
    visit = came(clerk, company).json()
    through = Through(clerk.secret, visit["via"])
    filed = through.post("/projects", {"facts": facts(name="窗口来的项目"), "pledged": True}, key="f")
    assert filed.status_code == 201, filed.content
    assert Entry.objects.get(verb="projects.file").via == visit["via"]
    assert (
        through.post(f"/projects/{filed.json()['project']['id']}/questions", {"text": "多久？"}, key="q").status_code
        == 201
    )
    other = Through(clerk.secret, "window.visit:999999")
    assert other.get("/projects").status_code == 403
    closed = clerk.post(f"/window/visits/{visit['id']}/close", {"version": visit["version"]}).json()
    assert [line["what"] for line in closed["done"]] == ["申报项目备案", "提出问题"]
    assert through.get("/projects").status_code == 403
    assert clerk.post(f"/window/visits/{visit['id']}/close").json()["closed_at"] == closed["closed_at"]


@begins_with(guided)
def test_a_decision_is_handed_out_and_another_clerk_does_neither_that_nor_close(
    county: County, company: Company, clerk: Machine, clock: Any
) -> None:
    item = ready_item(guided(county, company))
    visit = came(clerk, company).json()
    through = Through(clerk.secret, visit["via"])
    handed = [{"id": row["id"], "file": through.upload(f"{row['name']}.pdf")} for row in item.materials]
    assert through.post(f"/items/{item.pk}/submissions", {"materials": handed}, key="m").status_code in (200, 201)
    approver = county.actor("approver", item.department.key)
    accept(actor=approver, item_id=item.pk, at=NOW)
    decide(actor=approver, item_id=item.pk, granted=True, document_number="甲1", text="", at=NOW)
    ready = clerk.get(f"/window/visits/{visit['id']}/documents").json()
    assert ready[0]["awaited"]
    colleague = county.add("window", "government_services")
    other = issue(colleague.person, membership=colleague)
    body = {"documents": [ready[0]["id"]], "signature": "paper"}
    path = f"/window/visits/{visit['id']}"
    assert other.post(f"{path}/handouts", body, key="o").status_code == 403
    assert other.post(f"{path}/close").status_code == 403
    made = through.post(f"{path}/handouts", body, key="h")
    assert made.status_code == 201, made.content
    assert made.json()["documents"] == [{"document": ready[0]["id"], "delivered": True}]
    assert through.post(f"{path}/handouts", body, key="h").json()["id"] == made.json()["id"]
    assert Visit.objects.get().closed_at is None


@begins_with(guided)
def test_a_letter_on_paper_is_printed_and_taken_in_once(
    county: County, company: Company, clerk: Machine, machine_of: Made
) -> None:
    item = item_of(guided(county, company))
    visit = came(clerk, company).json()
    through, path = Through(clerk.secret, visit["via"]), f"/window/visits/{visit['id']}"
    assert through.get(f"{path}/items/{item.pk}/commitment-letter").content.startswith(b"%PDF")
    assert machine_of(company).get(f"{path}/items/{item.pk}/commitment-letter").status_code == 403
    body = {
        "item": item.pk,
        "code": code_of(item, NOW.date()),
        "scan": through.upload("承诺书.pdf"),
        "signer": "马晓云",
        "capacity": "legal",
        "signed_on": NOW.date().isoformat(),
        "agreed": True,
    }
    assert machine_of(company).post(f"{path}/commitments", body, key="u").status_code == 403
    assert through.post(f"{path}/commitments", {**body, "code": "0"}, key="w").json()["code"] == "commitments.code"
    assert through.post(f"{path}/commitments", {**body, "agreed": False}, key="n").json()["field"] == "agreed"
    made = through.post(f"{path}/commitments", body, key="p")
    assert made.status_code == 201, made.content
    assert made.json()["signing"] == "paper"
    assert len(made.json()["scan_sha256"]) == 64
    assert clerk.post(f"{path}/commitments", body, key="p").json()["id"] == made.json()["id"]
    shown = machine_of(company).get(f"/commitments/{made.json()['id']}")
    assert shown.json()["signing"] == "paper"
    public = clerk.get(f"/zone/{made.json()['id']}")
    assert public.json()["signing"] == "paper"
    assert "马晓云" not in public.content.decode()
    assert made.json()["scan_sha256"] not in public.content.decode()


def test_a_unit_is_entered_by_its_licence(county: County, company: Company, clerk: Machine, machine_of: Made) -> None:
    body = {"credit_code": free_code(), "name": "积石山新来有限公司", "type": "enterprise"}
    made = clerk.post("/window/units", body)
    assert made.status_code == 201
    assert clerk.post("/window/units", body).json()["id"] == made.json()["id"]
    assert machine_of(new_company("别家")).post("/window/units", body).status_code == 403
