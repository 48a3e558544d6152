"""Scores of the halls by machine: everybody reads, the hall's supervisor gives and takes back, once."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Machine
from tests.apps.county import Company, County, at
from tests.apps.test_onemap import guided
from tests.apps.test_reviews import bad, concluded
from tests.beginnings import begins_with
from yinuo.rooms.halls import queries
from yinuo.rooms.halls.models import Bulletin, ManualPoint

GIVEN = {
    "on": "2026-11-05",
    "points": "-0.5",
    "basis": "专项督查，联系 13600009999",
    "evidence": "督查通报",
    "reason": "窗口无人值守",
}


@begins_with(guided)
def test_points_are_given_and_taken_back_once_and_everybody_reads_what_they_count(
    county: County, company: Company, clock: Any, machine_of: Any
) -> None:
    queries.forget()
    item = concluded(county, company)
    bad(company, item)
    clock(at("2026-12-01 09:00"))
    supervisor, anybody = machine_of("supervisor"), Machine()
    path = f"/halls/{county.hall.pk}/points"
    first = supervisor.post(path, GIVEN, key="k")
    assert first.status_code == 201
    assert supervisor.post(path, GIVEN, key="k").json() == first.json()
    assert supervisor.post(path, {**GIVEN, "points": "-1"}, key="k").json()["code"] == "idempotency.reused"
    assert supervisor.post(path, {**GIVEN, "points": "0"}, key="n").json()["field"] == "points"
    assert machine_of("approver").post(path, GIVEN, key="k").status_code == 403
    assert anybody.post(path, GIVEN, key="k").status_code == 401
    months = anybody.get(f"/halls/{county.hall.pk}/events?month=2026-11").json()
    assert [(one["type"], one["points"]) for one in months["events"]] == [("manual", "-0.5"), ("review", "-0.5")]
    assert (months["before"], months["score"], months["events"][0]["cites"]) == (
        "100",
        "99",
        months["events"][0]["cites"],
    )
    assert company.unit.name not in str(months)
    assert ("13600009999" not in str(months), months["events"][0]["why"]) == (
        True,
        "人工评分：专项督查，联系 136****9999",
    )
    assert (months["total"], months["next"]) == (2, None)
    assert anybody.get(f"/halls/{county.hall.pk}/events?month=2026-11&page=2").json()["events"] == []
    assert anybody.get(f"/halls/{county.hall.pk}/events?month=2027-01").json()["field"] == "month"
    assert anybody.get("/halls/999/events").status_code == 404
    (region,) = anybody.get("/halls/ranking").json()["regions"]
    assert (region["mean"], region["halls"][0]["rank"], region["halls"][0]["course"][-2:]) == ("99", 1, ["99", "99"])
    undo = f"/halls/points/{first.json()['id']}/correct"
    assert supervisor.post(undo, {"reason": "记错了"}, key="c").json()["corrects_id"] == first.json()["id"]
    assert supervisor.post(undo, {"reason": "再改"}, key="d").json()["code"] == "halls.corrected"
    assert ManualPoint.objects.count() == 2
    asked = {"region_id": region["region_id"], "month": "2026-11-01"}
    made = supervisor.post("/halls/bulletins", asked).json()
    assert supervisor.post("/halls/bulletins", asked).json()["id"] == made["id"]
    assert machine_of("general_convener").post("/halls/bulletins", asked).status_code == 403
    assert anybody.get(f"/halls/bulletins/{made['id']}").json()["sha256"] == Bulletin.objects.get().sha256
    assert [one["id"] for one in anybody.get("/halls/bulletins").json()["bulletins"]] == [made["id"]]
