"""A send-back and its answer over the wire: about a material of the matter, and answered with other files or a word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tests.api.conftest import Machine
from tests.apps.county import Company, County, at
from tests.apps.test_onemap import guided, ready
from tests.beginnings import begins_with
from yinuo.rooms.onemap.models import SendBack


@begins_with(guided)
def test_a_material_is_named_by_its_id_or_in_words_and_the_same_bytes_are_no_answer(
    county: County, company: Company, machine_of: Callable[..., Machine], clock: Callable[[datetime], None]
) -> None:
    item = ready(guided(county, company))
    clock(at("2026-11-06 09:00"))
    unit, office = machine_of(company), machine_of("approver", item.department.key)

    def rows() -> list[dict[str, object]]:
        number = unit.upload()
        return [{"id": row["id"], "file": number} for row in item.materials]

    assert unit.post(f"/items/{item.pk}/submissions", {"materials": rows()}, key="1").status_code == 201
    first = item.materials[0]
    point = {"code": "incomplete.material_missing", "request": "重新出具"}
    body = {"kind": "incomplete", "reason": "不齐", "points": [{**point, "material": "nothing"}]}
    refused = office.post(f"/items/{item.pk}/send-back", body, key="2").json()
    assert (refused["code"], refused["field"]) == ("onemap.send_back_material", "material")
    body["points"] = [{**point, "material": first["id"]}, {**point, "subject": "委托书"}]
    assert office.post(f"/items/{item.pk}/send-back", body, key="3").status_code == 201
    assert [row["subject"] for row in SendBack.objects.get(application__item=item).points] == [first["name"], "委托书"]
    clock(at("2026-11-09 09:00"))
    same = unit.post(f"/items/{item.pk}/submissions", {"materials": rows()}, key="4")
    assert (same.status_code, same.json()["code"]) == (422, "onemap.nothing_mended")
    said = {"materials": rows(), "note": "委托书在第三页"}
    assert unit.post(f"/items/{item.pk}/submissions", said, key="5").status_code == 201
