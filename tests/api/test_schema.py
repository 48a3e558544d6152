"""Whatever a machine sends that the OpenAPI file allows, or nearly allows, is answered as that file says: with a
status, a content type and fields it names, and never by a fault of ours.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import Machine, issue
from tests.apps.county import at, new_company, new_county
from tests.apps.test_commitments import item_of, promise
from tests.apps.test_onemap import guided
from yinuo.deploy.wsgi import application
from yinuo.rooms.onemap.models import GuidanceAnswer

pytestmark = pytest.mark.slow
EXAMPLES = 2
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


class World:
    """A county with one project under way, keys for four kinds of callers, and numbers that exist."""

    def __init__(self) -> None:
        county, company = new_county(), new_company()
        project = guided(county, company)
        item = item_of(project)
        commitment = promise(company, item)
        county.actor("approver", "natural_resources")
        county.actor("principal")
        county.actor("administrator")
        self.callers = {
            "nobody": Machine(),
            "unit": issue(company.person, unit=company.unit),
            **{
                role: issue(membership.person, membership=membership)
                for (role, department), membership in county.people.items()
                if (role, department) in {("approver", "natural_resources"), ("principal", "development_reform")}
            },
        }
        self.known = {
            "project_id": project.pk,
            "item_id": item_of(project, "eia_table").pk,
            "commitment_id": commitment.pk,
            "answer_id": GuidanceAnswer.objects.order_by("id").values_list("id", flat=True)[0],
            "matter_id": "eia_table",
            "grade": "B",
            "source": "decisions",
            "project_code": project.code,
            "credit_code": company.unit.credit_code,
        }


@pytest.fixture
def world(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> World:
    """In a database of its own: a statement that fails must not spoil the next request's transaction."""
    from django.core.cache import cache
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: at("2026-11-10 10:00"))
    cache.clear()
    return World()


def test_every_request_the_schema_allows_is_answered_as_the_schema_says(world: World) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    asked, faults = 0, list[str]()
    for found in schema.get_all_operations():
        asked += _ask(found.ok(), world, faults)
    assert not faults, "\n\n".join(faults)
    assert asked > 300


def _ask(operation: Any, world: World, faults: list[str]) -> int:
    """Some requests of one operation by everybody, with numbers that exist in the path, and by one with made-up
    numbers.
    """
    asked = 0

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        nonlocal asked
        made_up = case.path_parameters or {}
        existing = {key: world.known.get(key, value) for key, value in made_up.items()}
        for name, machine in world.callers.items():
            headers = {"Idempotency-Key": f"{name}-{operation.label}-{asked}".encode().hex()[:80]}
            if machine.secret:
                headers["Authorization"] = f"Bearer {machine.secret}"
            # What is not there is answered before it matters who asks: one of them asks for it too.
            for path_parameters in (made_up, existing) if name == "unit" and existing != made_up else (existing,):
                case.path_parameters = path_parameters
                answer = case.call(headers=headers)
                asked += 1
                sent = f"{name}: {operation.label} {case.path_parameters} {case.query} {case.body!r}"
                if answer.status_code >= 500:
                    faults.append(sent)
                    continue
                try:
                    case.validate_response(answer, checks=CHECKS, headers=headers)
                except FailureGroup as failures:
                    faults.append(f"{sent}\n" + "\n".join(str(failure) for failure in failures.exceptions))

    ask()
    return asked
