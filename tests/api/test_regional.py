"""区域评估 for machines: zones and results for everybody, the process with keys, sent twice and refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.api.conftest import Machine
from tests.apps.county import Company, County, at
from tests.apps.regions import in_zone, new_result, new_zone
from tests.apps.test_onemap import guided
from yinuo.rooms.onemap.models import MapItem

SOIL = "soil_conservation_plan"


def test_the_zones_a_filing_form_offers_are_open_to_everybody(county: County, client: Client) -> None:
    zone = new_zone(county)
    (row,) = client.get("/api/v1/zones").json()
    assert (row["key"], row["name"], row["body"]) == (zone.key, zone.name, "zone-chuimatan")


def test_results_are_found_by_zone_and_matter_with_their_conditions_in_words(county: County, client: Client) -> None:
    zone = new_zone(county)
    result = new_result(zone, SOIL, {"most": {"land_area": 50000}})
    new_result(zone, "eia_table")
    (row,) = client.get(f"/api/v1/regional/results?zone={zone.key}&matter={SOIL}").json()
    assert (row["id"], row["document_number"]) == (result.pk, result.document_number)
    assert row["conditions"] == {"most": {"land_area": 50000}}
    assert row["conditions_text"] == ["用地面积不超过 50000 平方米"]
    assert client.get(f"/api/v1/regional/results/{result.pk}").json()["ended"] == ""
    assert client.get("/api/v1/regional/results/999999").status_code == 404


def test_nobody_begins_an_assessment_without_a_key(county: County, client: Client) -> None:
    zone = new_zone(county)
    answer = client.post(
        f"/api/v1/zones/{zone.pk}/assessments", {"matter": SOIL, "requirements": "x"}, content_type="application/json"
    )
    assert answer.status_code == 401


def test_a_unit_s_key_shares_a_result_once(
    county: County, company: Company, machine_of: Callable[..., Machine]
) -> None:
    zone = new_zone(county)
    project = guided(county, company, **in_zone())
    item = MapItem.objects.get(project=project, matter_id=SOIL)
    new_result(zone, SOIL)
    path, unit = f"/items/{item.pk}/share", machine_of(company)
    assert unit.post(path).json()["code"] == "api.idempotency_key"
    assert machine_of("approver", "ecology").post(path, key="s0").status_code == 403
    first, again = unit.post(path, key="s1"), unit.post(path, key="s1")
    assert first.json() == again.json()
    assert (first.json()["state"], first.json()["route"]) == ("exempt", "regional")
    assert unit.post(path, key="s2").json()["code"] == "onemap.state"
    fees = unit.get(f"/projects/{project.pk}/regional-fees").json()
    assert (fees["charged"], fees["outstanding"]) == (False, "0")


def test_the_process_is_open_to_its_offices_by_key(
    county: County, machine_of: Callable[..., Machine], clock: Callable[[Any], None]
) -> None:
    zone = new_zone(county)
    clock(at("2026-11-09 10:00"))
    body, soil = machine_of("zone", "zone-chuimatan"), machine_of("approver", "soil_conservation")
    path = f"/zones/{zone.pk}/assessments"
    listed = body.post(path, {"matter": "mineral_overlay", "requirements": "全部"}, key="a0")
    assert (listed.status_code, listed.json()["code"]) == (422, "regional.listed")
    assert soil.post(path, {"matter": SOIL, "requirements": "全部"}, key="a1").status_code == 403
    unknown = body.post(path, {"matter": SOIL, "requirements": "全部", "departments": ["nowhere"]}, key="a2")
    assert unknown.json()["code"] == "regional.departments"
    found = body.post(path, {"matter": SOIL, "requirements": "全部"}, key="a3").json()
    step = f"/assessments/{found['id']}"
    institution = {
        "institution": "某公司", "institution_code": "91620000710375659T", "qualification": "甲级",
        "payer": "department", "cost": "1000",
    }  # fmt: skip
    assert body.post(f"{step}/commission", institution).json()["code"] == "regional.opinions"
    assert soil.post(f"/opinions/{found['opinions'][0]['id']}", {"text": "无意见"}).status_code == 200
    assert body.post(f"{step}/commission", {**institution, "cost": "1000.001"}).status_code == 422
    assert body.post(f"{step}/commission", institution).json()["state"] == "commissioned"
    report = {
        "title": "报告",
        "report_number": "1号",
        "report_on": "2026-11-09",
        "file": body.upload("报告.pdf"),
        "scope": "全区",
        "conditions": {"most": {"land_area": 100}},
        "from_on": "2026-11-09",
        "to_on": "2028-11-09",
    }
    assert (
        body.post(f"{step}/report", {**report, "conditions": {"most": {"land_area": "x"}}}).json()["code"]
        == "regional.conditions"
    )
    assert body.post(f"{step}/report", report).json()["state"] == "reported"
    assert body.post(f"{step}/submit").json()["state"] == "submitted"
    assert soil.post(f"{step}/return", {"reason": "范围不清"}).json()["state"] == "returned"
    assert body.post(f"{step}/report", report).json()["state"] == "reported"
    assert body.post(f"{step}/submit").json()["state"] == "submitted"
    assert soil.post(f"{step}/approve", {"document_number": "积水保〔2026〕9号"}).json()["state"] == "approved"
    result = body.post(f"{step}/publish").json()
    assert result["conditions_text"] == ["用地面积不超过 100 平方米"]
    assert soil.get(step).json()["result"] == result["id"]
    assert "已撤回" in body.post(f"/regional/results/{result['id']}/withdraw", {"why": "数据失实"}).json()["ended"]
