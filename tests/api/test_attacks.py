"""What somebody with a key and bad intentions sends: hostile values in every place of every body, and other people's
things by their ids.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.api.conftest import Machine, issue
from tests.apps.county import at, facts, new_company, new_county
from tests.apps.test_onemap import PDF
from tests.apps.world import World
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.people.models import Membership
from yinuo.engine.rules import pack
from yinuo.rooms.onemap.models import GuidanceAnswer
from yinuo.rooms.projects.actions import amend as ask_change
from yinuo.rooms.projects.queries import change_requests

NOW = at("2026-11-06 09:00")
DEEP: Any = "x"
for _ in range(900):
    DEEP = [DEEP]
HOSTILE: dict[str, Any] = {
    "NUL": "a\x00b",
    "half a character": "\ud800",
    "long": "长" * 5000,
    "minus": -1,
    "beyond bigint": 2**63,
    "enormous": 10**40,
    "huge float": 1e308,
    "nothing": None,
    "flag": True,
    "list": [],
    "list of lists": [["a"]],
    "object": {"a": {"b": []}},
    "deep": DEEP,
    "last day": "9999-12-31",
}
# Of the many facts, which all go the same way, those that go another.
SPECIAL = {"name", "total_investment", "declarations", "secret", "site", "planned_start_on", "content", "zone_id"}


def bodies(world: World) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Every operation that takes a body: (who calls it, where, a body that means well)."""
    item, project = world.item, world.project
    file = store_upload(
        actor=world.company.actor, name="材料.pdf", content=PDF, unit_id=world.company.unit.pk, at=NOW
    ).pk
    answer = GuidanceAnswer.objects.filter(
        guidance__project=world.reviewed, department=world.department, answered_at__isnull=True
    ).get()
    rows = [{**row, "needed": "yes", "materials": row["materials"][:1]} for row in answer.matters]
    main = [{"id": part["id"], "file": file} for part in item.materials]
    reason = next(row.id for row in pack().reasons.values())
    held = change_requests(world.reviewed.pk)
    if not held:
        farmland = {"site": {"permanent_farmland": True}}
        ask_change(actor=world.company.actor, project_id=world.reviewed.pk, changes=farmland, reason="调整", at=NOW)
        held = change_requests(world.reviewed.pk)
    of_item, of_project = f"/items/{item.pk}", f"/projects/{project.pk}"
    return {
        "file": ("unit", "/projects", {"facts": facts(name="新项目"), "pledged": True, "unit": ""}),
        "amend": (
            "unit",
            f"{of_project}/amend",
            {
                "changes": {
                    "name": "新名称",
                    "content": "扩建",
                    "total_investment": "9000",
                    "site": {"zone_id": "1"},
                    "declarations": {"secret": False},
                },
                "reason": "调整",
                "version": None,
            },
        ),
        "report": (
            "unit",
            f"{of_project}/reports",
            {"kind": "start", "on": "2026-11-01", "percent": 1, "invested": "1", "text": "开工"},
        ),
        "participant": (
            "unit",
            f"{of_project}/participants",
            {"role": "builder", "name": "建", "credit_code": "91440300708461136T", "qualification": "一级"},
        ),
        "decide change": (
            "filing",
            f"/projects/changes/{held[0].pk}/decide",
            {"approve": False, "why": "不得占用", "version": None},
        ),
        "withdraw change": ("unit", f"/projects/changes/{held[0].pk}/withdraw", {"version": None}),
        "confirm": ("filing", f"/projects/{world.fresh.pk}/confirm-review", {"version": None}),
        "by hand": ("filing", f"/projects/{world.manual.pk}/decide", {"approve": True, "why": "可以", "version": None}),
        "withdraw": ("filing", f"/projects/{world.fresh.pk}/withdraw", {"why": "不实", "version": None}),
        "guidance": ("approver", f"/guidance/{answer.pk}", {"matters": rows, "version": None}),
        "submit": ("unit", f"{of_item}/submissions", {"materials": main[:1], "note": "请", "version": None}),
        "item withdraw": ("unit", f"{of_item}/withdraw", {"note": "不办了", "version": None}),
        "accept": ("approver", f"{of_item}/accept", {"version": None}),
        "send back": (
            "approver",
            f"{of_item}/send-back",
            {
                "kind": "incomplete",
                "points": [{"code": reason, "subject": "图", "request": "补"}],
                "reason": "不齐",
                "version": None,
            },
        ),
        "pause": ("approver", f"{of_item}/pause", {"reason": "expert_review", "note": "评审", "version": None}),
        "resume": ("approver", f"{of_item}/resume", {"note": "好了", "version": None}),
        "extend": ("principal", f"{of_item}/extend", {"days": 1, "reason": "复杂", "version": None}),
        "decide": (
            "approver",
            f"{of_item}/decide",
            {"granted": True, "document_number": "甲1", "text": "准", "reason_code": "", "version": None},
        ),
        "deliver": ("approver", f"{of_item}/deliver", {"note": "当面", "version": None}),
        "external": (
            "administrator",
            "/external-results",
            {
                "system": "工改",
                "external_id": "1",
                "project_code": project.code,
                "matter_id": item.matter_id,
                "status_code": 3,
                "document_number": "1",
                "text": "x",
            },
        ),
        "commit": ("unit", f"{of_item}/commitments", {"standard_version": "2023", "version": None}),
        "completion": ("unit", f"{of_project}/completion", {"why": "完工"}),
        "propose": (
            "approver",
            "/credit/proposals",
            {
                "project": project.pk,
                "type": "act",
                "on": "2026-11-01",
                "data": {"act": "x", "level": "y"},
                "basis": "依据",
                "evidence": [file],
            },
        ),
        "scores": (
            "comprehensive",
            "/credit/scores",
            {
                "source": "省平台",
                "rows": [
                    {"credit_code": world.company.unit.credit_code, "score": "80", "on": "2026-11-01", "name": "某"}
                ],
            },
        ),
        "relief": ("unit", "/credit/reliefs", {"event": 1, "kind": "repair", "text": "整改", "evidence": [file]}),
        "rules": ("unit", "/rules/screen", {"facts": facts(), "as_of": "2026-11-01"}),
    }


def mutations(body: Any) -> Iterator[tuple[str, Any]]:
    """The body with each hostile value in each of its places."""
    for path in places(body):
        if (path[0] == "facts" and path[-1] not in SPECIAL) or (path[0] == "matters" and path[1:2] not in ((), (0,))):
            continue
        for name, value in HOSTILE.items():
            changed = copy.deepcopy(body)
            put(changed, path, value)
            yield f"{'.'.join(map(str, path))}: {name}", changed


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (key,)
        yield from ((key, *rest) for rest in places(child))


def put(body: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        body = body[key]
    body[path[-1]] = value


@pytest.fixture(scope="module")
def standing(test_database: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    name = test_database.clone()
    with django_db_blocker.unblock(), test_database.pointing_at(name):
        yield World(new_county(), new_company())
    test_database.done_with(name)


@pytest.fixture
def world(standing: World, clock: Callable[[Any], None]) -> Iterator[World]:
    clock(NOW)
    with transaction.atomic():
        yield standing
        transaction.set_rollback(True)


def machine(world: World, who: str) -> Machine:
    if who.startswith("unit"):
        company = world.company if who == "unit" else world.neighbour
        return issue(company.person, unit=company.unit)
    actor = world.actor({"filing": "approver of the filing unit"}.get(who, who))
    membership = Membership.objects.get(person_id=actor.person_id)
    return issue(membership.person, membership=membership)


def send(secret: str, path: str, body: Any, key: str = "k") -> Any:
    """Posts and takes back what it did."""
    client = Client(raise_request_exception=False)
    with transaction.atomic():
        answer = client.post(
            f"/api/v1{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": key},
        )
        transaction.set_rollback(True)
    return answer


def secrets_of(world: World, *people: str) -> dict[str, str]:
    return {who: machine(world, who).secret for who in people}


@pytest.mark.slow
def test_no_hostile_value_in_any_body_is_an_error_of_ours(world: World) -> None:
    secrets = secrets_of(world, *{row[0] for row in bodies(world).values()})
    found = []
    for name, (who, path, body) in bodies(world).items():
        for what, changed in mutations(body):
            answer = send(secrets[who], path, changed)
            if answer.status_code >= 500:
                found.append(f"{name} {what} → {answer.status_code}")
    assert not found, "\n".join(found)


def test_the_bodies_that_mean_well_reach_their_actions(world: World) -> None:
    """Otherwise the test above would only knock at the door."""
    secrets = secrets_of(world, *{row[0] for row in bodies(world).values()})
    answers = {name: send(secrets[who], path, body) for name, (who, path, body) in bodies(world).items()}
    codes = {
        name: answer.json().get("code", "") if isinstance(answer.json(), dict) else ""
        for name, answer in answers.items()
    }
    assert not {name: code for name, code in codes.items() if code.startswith(("api.", "access."))}, codes
    assert sum(answer.status_code < 300 for answer in answers.values()) >= 9, {n: a.content for n, a in answers.items()}


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_a_text_that_cannot_be_kept_is_told_so_before_anything_is_done(world: World, text: str) -> None:
    answer = send(machine(world, "unit").secret, "/projects", {"facts": facts(name=text), "pledged": True})
    assert (answer.status_code, answer.json()["code"]) == (400, "api.unreadable")


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000, b'{"facts": ' + b"9" * 5000 + b"}"])
def test_what_is_no_json_is_told_so(world: World, body: bytes) -> None:
    answer = Client(raise_request_exception=False).post("/api/v1/rules/screen", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "api.unreadable")


def test_without_a_live_key_the_answer_says_how_to_send_one(world: World) -> None:
    answer = send("no such key", "/projects", {})
    assert (answer.status_code, answer.json()["code"]) == (401, "api.key")


# -- other people's things


def test_nobody_from_outside_does_anything_to_a_project_by_its_numbers(world: World) -> None:
    strangers = secrets_of(
        world, "unit elsewhere", "approver abroad", "principal abroad", "general_convener abroad", "supervisor abroad"
    )
    own = {"file", "scores", "rules"}
    for name, (_, path, body) in bodies(world).items():
        for who, secret in strangers.items():
            if name in own:
                continue
            answer = send(secret, path, {**body, "evidence": []} if "evidence" in body else body, key=f"{who}-{name}")
            # An approver proposes for their own department; that the project is not of their hall is what refuses it.
            outside = answer.status_code in (403, 404) or answer.json().get("code") == "credit.project"
            assert outside, f"{who} {name}: {answer.status_code} {answer.content.decode()}"


def test_nobody_from_outside_reads_anything_of_a_project_by_its_numbers(world: World) -> None:
    strangers = secrets_of(world, "unit elsewhere", "approver abroad", "administrator abroad")
    project, item = world.project, world.item
    paths = [
        f"/projects/{project.pk}{part}" for part in ("", "/map", "/guidance", "/commitments", "/completion", "/trail")
    ]
    paths += [f"/items/{item.pk}", f"/items/{item.pk}/commitment-letter"]
    for path in paths:
        for who, secret in strangers.items():
            answer = Machine(secret).get(path)
            assert answer.status_code == 403, f"{who} {path}: {answer.status_code}"
            assert project.name not in answer.content.decode()
    code = world.company.unit.credit_code
    assert Machine(strangers["unit elsewhere"]).get(f"/credit/units/{code}").status_code == 403
    assert Machine(strangers["unit elsewhere"]).get("/credit/proposals").json()["items"] == []


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**40])
def test_a_number_no_row_can_have_is_not_found(world: World, number: int) -> None:
    secret = machine(world, "approver").secret
    for path in (
        "/projects/{}",
        "/projects/{}/map",
        "/items/{}",
        "/commitments/{}",
        "/credit/proposals/{}",
        "/zone/{}",
    ):
        with transaction.atomic():
            assert Machine(secret).get(path.format(number)).status_code in (404, 422), path
            transaction.set_rollback(True)


# -- the same key


def test_a_key_used_by_one_says_nothing_to_another_and_nothing_to_another_body(world: World) -> None:
    secret, other = machine(world, "unit").secret, machine(world, "unit elsewhere").secret
    body = {"facts": facts(name="同一个键"), "pledged": True}

    def post(secret: str, body: Any) -> Any:
        return Machine(secret).post("/projects", body, key="the same")

    first, second = post(secret, body), post(other, body)
    assert first.status_code == second.status_code == 201
    assert first.json()["project"]["id"] != second.json()["project"]["id"]
    assert post(secret, body).json()["repeated"] is True
    again = post(secret, {**body, "facts": facts(name="另一个项目")})
    assert (again.status_code, again.json()["code"]) == (422, "idempotency.reused")


# -- what a company may not say of itself


def amend(world: World, changes: dict[str, Any]) -> Any:
    return send(
        machine(world, "unit").secret, f"/projects/{world.project.pk}/amend", {"changes": changes, "reason": "调整"}
    )


def test_a_company_does_not_confirm_by_amendment_what_only_officials_may(world: World) -> None:
    answer = amend(world, {"confirmations": {"eia_142": True}})
    assert (answer.status_code, answer.json()["code"]) == (422, "projects.unchanged")


def test_a_project_does_not_become_secret_by_amendment(world: World) -> None:
    answer = amend(world, {"declarations": {"secret": True}, "content": "涉密内容"})
    assert (answer.status_code, answer.json()["code"]) == (422, "projects.secret")
    assert amend(world, {"declarations": None}).json()["code"] == "projects.secrecy_undeclared"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": None}, "name"),
        ({"total_investment": None}, "total_investment"),
        ({"name": "长" * 161}, "name"),
        ({"name": {"a": "b"}}, "name"),
    ],
)
def test_an_amendment_leaves_no_project_without_what_every_project_has(
    world: World, changes: dict[str, Any], field: str
) -> None:
    answer = amend(world, changes)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "长" * 161}, "name"),
        ({"total_investment": "9" * 13}, "total_investment"),
        ({"total_investment": 1e308}, "total_investment"),
        ({"total_investment": "0.00001"}, "total_investment"),
    ],
)
def test_what_no_column_holds_is_told_at_its_field(world: World, changes: dict[str, Any], field: str) -> None:
    answer = send(
        machine(world, "unit").secret,
        "/projects",
        {"facts": facts(**{"name": "又一个项目", **changes}), "pledged": True},
    )
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert field in answer.json()["errors"]
