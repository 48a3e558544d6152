from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.apps.county import Company, County


@pytest.fixture
def county(db: None) -> County:
    from tests.apps.county import new_county

    return new_county()


@pytest.fixture
def company(county: County) -> Company:
    from tests.apps.county import new_company

    return new_company()


@dataclass
class Machine:
    """A caller with a key, or without one."""

    secret: str = ""

    def get(self, path: str) -> Any:
        from django.test import Client

        return Client().get(f"/api/v1{path}", headers=self._headers())

    def post(self, path: str, body: Any = None, key: str = "") -> Any:
        from django.test import Client

        headers = {**self._headers(), **({"Idempotency-Key": key} if key else {})}
        return Client().post(f"/api/v1{path}", json.dumps(body or {}), content_type="application/json", headers=headers)

    def upload(self, name: str = "材料.pdf") -> int:
        from django.core.files.uploadedfile import SimpleUploadedFile
        from django.test import Client

        from tests.apps.test_onemap import PDF

        file = SimpleUploadedFile(name, PDF, "application/pdf")
        answer = Client().post("/api/v1/files", {"file": file}, headers=self._headers())
        assert answer.status_code == 201, answer.content
        return int(answer.json()["id"])

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}


def issue(person: Any, **bound: Any) -> Machine:
    from tests.apps.county import at
    from yinuo.engine.base import Actor
    from yinuo.engine.people.actions import issue_key

    moment = at("2026-11-01 09:00")
    _, secret = issue_key(
        actor=Actor.system(), person=person, name="测试", expires_at=at("2099-01-01 00:00"), at=moment, **bound
    )
    return Machine(secret)


@pytest.fixture
def machine_of(county: County) -> Callable[..., Machine]:
    """A machine for a company, or for a role in a department."""

    def make(who: Company | str, department: str = "development_reform") -> Machine:
        if not isinstance(who, str):
            return issue(who.person, unit=who.unit)
        county.actor(who, department)
        membership = county.people[who, department]
        return issue(membership.person, membership=membership)

    return make


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the moment that the API takes for now."""
    from django.utils import timezone

    def travel(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return travel
