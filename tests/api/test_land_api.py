"""Land over the wire: prepared, listed, sold and used by keys, with what each may read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.api.conftest import Machine
from tests.apps.county import Company, County, at
from tests.apps.test_land import FIGURES, NOON, assembled, keeper, sold, standard
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from yinuo.rooms.land import actions as land
from yinuo.rooms.land.models import Parcel


@pytest.fixture(autouse=True)
def noon(clock: Callable[[datetime], None]) -> None:
    clock(at("2026-11-06 14:00"))


ON = {"on": "2026-11-01", "evidence": "验收单"}


def test_a_parcel_is_prepared_by_key_and_says_what_is_missing(
    county: County, machine_of: Callable[..., Machine]
) -> None:
    machine = machine_of("approver", "natural_resources")
    body = {"number": "API-1", "name": "甲", "place": "乙", "area": "2000"}
    made = machine.post("/parcels", body, key="a").json()
    assert machine.post("/parcels", body, key="a").json()["id"] == made["id"]
    path = f"/parcels/{made['id']}"
    assert (made["mu"], len(made["missing"])) == ("3.00", 10)
    assert machine.post(f"{path}/title", ON).status_code == 200
    for kind in ("water", "power", "road", "levelling"):
        assert machine.post(f"{path}/basics", {**ON, "kind": kind}).status_code == 201
    for matter in ("soil_conservation_plan", "seismic_requirement_review"):
        assert machine.post(f"{path}/assessments", {**ON, "matter_id": matter}).status_code == 201
    assert machine.post(f"{path}/indicators", {"values": FIGURES}).status_code == 200
    refused = machine.post(f"{path}/standard")
    assert refused.status_code == 422 and refused.json()["code"] == "land.not_standard" and refused.json()["cites"]
    assert machine.post(f"{path}/assessments", {**ON, "matter_id": "energy_review"}).status_code == 201
    assert machine.post(f"{path}/standard").json()["standard"] is True
    assert machine_of("approver", "housing").post(f"{path}/offer").status_code == 403
    assert machine.post(f"{path}/offer").json()["status"] == "offered"
    assert [row["number"] for row in Machine().get("/parcels").json()["parcels"]] == ["API-1"]


@begins_with(guided)
def test_a_list_and_its_buyer_by_key(county: County, company: Company, machine_of: Callable[..., Machine]) -> None:
    parcel = standard(county)
    unit, official = machine_of(company), machine_of("approver", "natural_resources")
    found = assembled(county, parcel)
    land.offer_parcel(actor=keeper(county), parcel_id=parcel.pk, at=NOON)
    wanted = unit.post(f"/parcels/{parcel.pk}/interests", {"note": "建厂"}, key="i").json()
    assert wanted.get("unit") == company.unit.pk, wanted
    assert unit.get(f"/parcels/{parcel.pk}/interests").status_code == 403
    assert [row["unit"] for row in official.get(f"/parcels/{parcel.pk}/interests").json()["interests"]] == [
        company.unit.pk
    ]
    assert unit.get(f"/parcels/{parcel.pk}/lists").status_code == 403
    sale: dict[str, Any] = {"unit_id": wanted["unit"], "contract_number": "让1号", "contract_on": "2026-11-05"}
    assert official.post(f"/parcels/{parcel.pk}/sale", sale).json()["status"] == "sold"
    (mine,) = unit.get(f"/parcels/{parcel.pk}/lists").json()["lists"]
    assert mine["id"] == found.pk and mine["document"] is not None
    project = guided(county, company)
    assert unit.get(f"/projects/{project.pk}/parcel").json()["code"] == "land.no_parcel"
    made = unit.post(f"/projects/{project.pk}/parcel", {"parcel_id": parcel.pk}, key="s")
    assert made.status_code == 201 and made.json()["commitment"]
    assert (
        unit.post(f"/projects/{project.pk}/parcel", {"parcel_id": parcel.pk}, key="s").json()["id"] == made.json()["id"]
    )
    assert unit.get(f"/projects/{project.pk}/parcel").json()["details"]["number"] == parcel.number


def test_land_in_preparation_is_shown_to_the_hall_alone(
    county: County, company: Company, machine_of: Callable[..., Machine]
) -> None:
    hidden = Parcel.objects.get(pk=sold(county, company).pk)
    Parcel.objects.filter(pk=hidden.pk).update(status="prepared", standard=None, standard_at=None, unit=None)
    assert machine_of("approver", "housing").get(f"/parcels/{hidden.pk}").status_code == 200
    assert machine_of(company).get(f"/parcels/{hidden.pk}").status_code == 404
