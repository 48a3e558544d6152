"""The figures by machine: the same sums as by hand, each with its definition; the cases for whose they are."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Machine, issue
from tests.apps.figured import NOW, Figured, built, by_hand, lent
from yinuo.rooms.figures.definitions import DEFINITIONS
from yinuo.rooms.figures.scope import Scope

__all__ = ["built", "lent"]


def machine(made: Figured, role: str, department: str = "development_reform") -> Machine:
    made.county.actor(role, department)
    membership = made.county.people[role, department]
    return issue(membership.person, membership=membership)


def test_figures_are_read_with_their_definitions_grouped_and_case_by_case(lent: Figured, clock: Any) -> None:
    clock(NOW)
    supervisor, here = machine(lent, "supervisor"), lent.county.hall.pk
    assert {row["source"] for row in supervisor.get("/figures").json()["figures"]} == set(DEFINITIONS)
    rows = by_hand(
        "reviews", Scope((here,), NOW.date().replace(month=1, day=1), NOW.date().replace(year=2027, month=1, day=1))
    )
    found = supervisor.get("/figures/reviews?by=month,part").json()
    assert (found["all"]["n"], found["definition"]) == (len(rows), DEFINITIONS["reviews"].text)
    assert {(one["month"], one["part"]): one["n"] for one in found["groups"]} == {
        key: sum((row.month, row.part) == key for row in rows) for key in {(row.month, row.part) for row in rows}
    }
    bad = supervisor.get("/figures/reviews/cases?by_part=bad").json()
    assert (bad["n"], len(bad["cases"]), bad["after"]) == (sum(row.part == "bad" for row in rows), bad["n"], "")
    assert "person" not in bad["cases"][0]
    path, after, seen = "/figures/decisions/cases?period=free&from=2025-10-01&to=2026-11-28", "", set()
    while page := supervisor.get(f"{path}&after={after}").json():
        seen |= {one["place"] for one in page["cases"]}
        after = page["after"]
        if not after:
            break
    assert len(seen) == page["n"] > 50
    by_office = supervisor.get("/figures/lights?by=office,handler&area=").json()["groups"]
    assert {one["office_name"] for one in by_office} <= {office.short_name for office in lent.offices[here]}
    assert supervisor.get("/figures/landings?area=region&by=hall").json()["halls"] == [here, lent.other.pk]


def test_who_leads_no_hall_is_refused_and_nobody_opens_anothers_cases(lent: Figured, clock: Any) -> None:
    clock(NOW)
    supervisor, principal = machine(lent, "supervisor"), machine(lent, "principal", "ecology")
    for path in ("/figures", "/figures/reviews", "/figures/reviews/cases"):
        assert Machine().get(path).status_code == 401
        assert issue(lent.company.person, unit=lent.company.unit).get(path).status_code == 403
        for role in ("approver", "stage_convener", "window", "administrator"):
            assert machine(lent, role).get(path).status_code == 403, (path, role)
    assert supervisor.get(f"/figures/reviews?area={lent.other.pk}").status_code == 200
    assert supervisor.get(f"/figures/reviews/cases?area={lent.other.pk}").status_code == 403
    assert supervisor.get("/figures/reviews?area=region&by=handler").status_code == 403
    assert principal.get("/figures/reviews?area=region").json()["field"] == "area"
    assert principal.get("/figures/lights").json()["office"] == lent.county.actor("principal", "ecology").department_id
    wrong = {
        "/figures/luck": "source",
        "/figures/reviews?by=month,part,mark": "by",
        "/figures/reviews?by=luck": "by",
        "/figures/reviews?on=heute": "on",
        "/figures/reviews/cases?by_office=x": "by_office",
        "/figures/reviews/cases?after=x": "after",
    }
    for path, field in wrong.items():
        answer = supervisor.get(path)
        assert (answer.status_code, answer.json()["field"]) == (422, field), path
