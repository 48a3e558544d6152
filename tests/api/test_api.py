from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.apps.county import Company, County, facts, new_company, new_county
from yinuo.engine.base import Actor
from yinuo.engine.people.actions import issue_key
from yinuo.faces.projects.api import FiledOut, ProjectOut
from yinuo.rooms.projects.models import Project
from yinuo.ui.api_shapes import DecisionOut


@pytest.fixture
def county(db: None) -> County:
    return new_county()


@pytest.fixture
def company(county: County) -> Company:
    return new_company()


def key_for(company: Company, expires_at: datetime | None = None) -> str:
    at = timezone.now() if expires_at is None else min(timezone.now(), expires_at - timedelta(hours=1))
    _, secret = issue_key(
        actor=Actor.system(),
        person=company.person,
        name="测试",
        expires_at=expires_at or timezone.now() + timedelta(days=1),
        at=at,
        unit=company.unit,
    )
    return secret


def post(path: str, body: Any, secret: str = "", key: str = "k1") -> Any:
    headers = {"Idempotency-Key": key}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    return Client().post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)


def test_a_filing_over_http_answers_with_code_and_certificate(company: Company) -> None:
    answer = post("/projects", {"facts": facts(), "pledged": True}, key_for(company))
    assert answer.status_code == 201, answer.content
    project = answer.json()["project"]
    assert project["code"]
    assert project["certificate"] == Project.objects.get(pk=project["id"]).certificate.number


def test_a_filing_answers_exactly_what_its_shape_names(company: Company) -> None:
    """The operation answers as it stands, without being checked against its shape: this test checks it."""
    for status in (201, 200):
        answer = post("/projects", {"facts": facts(), "pledged": True}, key_for(company))
        assert answer.status_code == status
        told = answer.json()
        assert FiledOut.model_validate(told).model_dump(mode="json").keys() == told.keys()
        assert set(told["project"]) == set(ProjectOut.model_fields)
        assert set(told["decision"]) == set(DecisionOut.model_fields)


def test_the_same_request_twice_gets_the_same_project(company: Company) -> None:
    secret = key_for(company)
    first = post("/projects", {"facts": facts(), "pledged": True}, secret)
    again = post("/projects", {"facts": facts(), "pledged": True}, secret)
    assert again.status_code == 200
    assert again.json()["project"]["id"] == first.json()["project"]["id"]


@pytest.mark.parametrize("secret", ["", "yk_wrong"])
def test_no_key_no_answer(company: Company, secret: str) -> None:
    assert post("/projects", {"facts": facts(), "pledged": True}, secret).status_code == 401


def test_an_expired_key_opens_nothing(company: Company) -> None:
    secret = key_for(company, timezone.now() - timedelta(seconds=1))
    assert post("/projects", {"facts": facts(), "pledged": True}, secret).status_code == 401


def test_a_refusal_names_field_and_remedy(company: Company) -> None:
    thin = facts()
    del thin["site"]["address"]
    answer = post("/projects", {"facts": thin, "pledged": True}, key_for(company))
    assert answer.status_code == 422
    assert answer.json()["errors"]["site.address"]


def test_another_companys_project_is_not_shown(company: Company) -> None:
    made = post("/projects", {"facts": facts(), "pledged": True}, key_for(company)).json()["project"]["id"]
    other = new_company("甘肃保安腰刀文旅有限公司")
    answer = Client().get(f"/api/v1/projects/{made}", headers={"Authorization": f"Bearer {key_for(other)}"})
    assert answer.status_code == 403


def test_anybody_may_ask_the_rules() -> None:
    answer = post("/rules/screen", {"facts": facts()})
    assert answer.status_code == 200
    assert any(row["needed"] == "yes" for row in answer.json()["matters"])


def test_the_openapi_file_is_there() -> None:
    assert "/api/v1/projects" in Client().get("/api/v1/openapi.json").json()["paths"]
