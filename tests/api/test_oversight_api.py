"""Supervision by machine: a warning's life, a batch from another system with its report,
and the feed that is read on.
"""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Machine
from tests.apps.county import Company, County, at, new_company
from tests.apps.supervising import PENALTY
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from yinuo.engine.base import Actor
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.feeds.actions import place_entries
from yinuo.engine.people.actions import issue_key
from yinuo.rooms.oversight.models import LifeRecord

pytestmark = begins_with(guided)

NOW = at("2026-11-09 10:00")


def test_a_batch_is_reported_row_by_row_and_a_warning_lives_over_the_wire(
    county: County, company: Company, clock: Any, machine_of: Any
) -> None:
    project = guided(county, company)
    clock(NOW)
    administrator, supervisor, mine = machine_of("administrator"), machine_of("supervisor"), machine_of(company)
    rows: list[dict[str, Any]] = [
        {
            "record_id": "1", "project_code": project.code, "kind": "penalty", "number": "积建罚〔2026〕1号",
            "on": "2026-11-06", "data": PENALTY,
        },
        {"record_id": "2", "project_code": project.code, "kind": "penalty", "number": "x", "on": "昨天", "data": {}},
        {
            "record_id": "3", "project_code": project.code, "kind": "penalty", "number": "y", "on": "2026-11-06",
            "data": {"amount": "很多"},
        },
        {
            "record_id": "4", "project_code": "没有", "kind": "sighting", "on": "2026-11-06",
            "data": {"means": "satellite", "note": "图斑变化"},
        },
        {
            "record_id": "5", "project_code": project.code, "kind": "sighting", "on": "2026-11-06",
            "data": {"means": "satellite", "note": "图斑变化"},
        },
        {"record_id": None, "project_code": project.code, "kind": [], "on": "2026-11-06", "data": 3, "more": 1},
    ]  # fmt: skip
    told = administrator.post("/intake/records", {"system": "省监管平台", "rows": rows}).json()
    assert [row["outcome"] for row in told["rows"]] == [
        "created",
        "refused",
        "refused",
        "refused",
        "created",
        "refused",
    ]
    assert (told["created"], told["refused"]) == (2, 4)
    assert set(told["rows"][1]["errors"]) == {"on"}
    assert "罚款（万元）请填写数字" in told["rows"][2]["errors"]["amount"]
    assert set(told["rows"][3]["errors"]) == {"project_code"}
    assert set(told["rows"][5]["errors"]) == {"record_id", "kind", "data", "more"}
    assert all(row["remedy"] for row in told["rows"] if row["outcome"] == "refused")
    again = administrator.post("/intake/records", {"system": "省监管平台", "rows": rows}).json()
    assert (again["same"], again["created"], again["refused"]) == (2, 0, 4)
    # Whatever a system calls itself, it is known by its key: it replaces no record but its own.
    assert (again["system"], set(LifeRecord.objects.values_list("system", flat=True))) == ("测试", {"测试"})
    held = county.people["administrator", "development_reform"]
    _, secret = issue_key(
        actor=Actor.system(),
        person=held.person,
        membership=held,
        name="另一系统",
        expires_at=at("2099-01-01 00:00"),
        at=NOW,
    )
    changed = {**rows[4], "data": {"means": "satellite", "note": "没有变化"}}
    other = Machine(secret).post("/intake/records", {"system": "测试", "rows": [changed]}).json()
    assert (other["system"], other["created"], LifeRecord.objects.filter(replaces__isnull=False).count()) == (
        "另一系统",
        1,
        0,
    )
    assert supervisor.post("/intake/records", {"system": "x", "rows": []}).status_code == 403
    assert administrator.post("/intake/records", {"system": "x", "rows": [{}] * 501}).json()["code"] == "oversight.rows"

    place_entries()
    feed = administrator.get("/shared").json()
    assert [item["data"]["number"] for item in feed["items"]] == ["积建罚〔2026〕1号"]
    assert administrator.get(f"/shared?since={feed['next']}").json() == {"items": [], "next": feed["next"]}
    assert mine.get("/shared").status_code == 403
    assert Machine().get("/shared").status_code == 401
    assert [row["kind"] for row in mine.get(f"/projects/{project.pk}/records").json()] == ["penalty"]

    (found,) = supervisor.get("/warnings").json()["warnings"]
    pk, office = found["id"], machine_of("approver", found["department"])
    assert mine.get("/warnings").json()["warnings"][0]["id"] == pk
    path = f"/warnings/{pk}"
    assert mine.post(f"{path}/explain", {"text": "误会"}, key="e").json()["state"] == "open"
    assert mine.post(f"{path}/order", {"text": "停工", "days": 5}).status_code == 403
    assert office.post(f"{path}/order", {"text": "停工", "days": 0}).json()["field"] == "days"
    assert office.post(f"{path}/order", {"text": "停工", "days": 5}).json()["state"] == "rectifying"
    file = store_upload(
        actor=company.actor,
        name="图.pdf",
        content=b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
        unit_id=company.unit.pk,
        at=NOW,
    ).pk
    assert mine.post(f"{path}/rectified", {"text": "已停工", "evidence": [file]}).json()["state"] == "reported"
    assert (
        supervisor.post(f"{path}/hand", {"department": "meteorology", "why": "由其核查"}).json()["department"]
        == "meteorology"
    )
    new = machine_of("approver", "meteorology")
    assert new.post(f"{path}/points", {"basis": "擅自开工"}).json()["expected_points"] == "-2"
    closed = new.post(
        f"{path}/close", {"outcome": "punished", "text": "依法处罚", "penalty": told["rows"][0]["id"]}
    ).json()
    assert (closed["state"], closed["outcome"]) == ("closed", "punished")
    assert [step["kind"] for step in mine.get(path).json()["steps"]] == [
        *("found", "explained", "ordered", "reported", "handed", "proposed", "closed"),
    ]
    assert machine_of(new_company("别家")).get(path).status_code == 403
    assert Actor.system().role == "system"


def test_a_record_is_entered_corrected_and_a_dispatch_answered_by_machine(
    county: County, company: Company, clock: Any, machine_of: Any
) -> None:
    project = guided(county, company)
    clock(NOW)
    supervisor = machine_of("supervisor")
    path = f"/projects/{project.pk}/records"
    data = {"question": "进度", "measure": "加快", "due": "2026-11-20"}
    made = supervisor.post(path, {"kind": "dispatch", "on": "2026-11-09", "data": data}, key="d")
    assert made.status_code == 201
    assert (
        supervisor.post(path, {"kind": "dispatch", "on": "2026-11-09", "data": data}, key="d").json()["id"]
        == made.json()["id"]
    )
    done = supervisor.post(f"/records/{made.json()['id']}/outcome", {"outcome": "已加快"})
    assert (done.status_code, done.json()["round"]) == (201, 2)
    body = {"on": "2026-11-09", "data": {**data, "outcome": "已加快一倍"}, "why": "补充"}
    assert supervisor.post(f"/records/{done.json()['id']}/correct", body).json()["round"] == 3
    assert supervisor.post(f"/records/{done.json()['id']}/correct", body).json()["code"] == "oversight.replaced"
    assert machine_of(company).post(path, {"kind": "plan", "on": "2026-11-09", "data": {}}).status_code == 403
