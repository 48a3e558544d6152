"""Acting for a unit from a role of one's own: the hat, the strip that says so, the way back, and what stays the unit's
own affair.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tests.apps.county import Company, County, at, new_company, new_county
from yinuo.engine.base import Actor, PageRef, StandIn
from yinuo.engine.people.actions import issue_key
from yinuo.engine.people.models import Membership, ProjectUnit
from yinuo.ui.acting import SESSION_KEY

VIA = "window.visit:7"
OPEN: list[tuple[int, int]] = []


def told(actor: Actor, at: datetime) -> list[StandIn]:
    """What a room tells: the open ones of (clerk, unit), each as number seven."""
    made = []
    for person_id, unit_id in OPEN:
        unit = ProjectUnit.objects.get(pk=unit_id)
        acting = Actor(actor.person_id, "unit", hall_id=actor.hall_id, unit_id=unit_id, entrance="window", via=VIA)
        if person_id == actor.person_id:
            made.append(
                StandIn(acting, unit.name, unit.credit_code or "", "窗口代申报", "来访人 马某", PageRef("staff:inbox"))
            )
    return made


@pytest.fixture
def county(db: None) -> County:
    return new_county()


@pytest.fixture
def company(county: County) -> Company:
    return new_company()


@pytest.fixture
def clerk(county: County, company: Company, settings: Any) -> Membership:
    """Stands in for the company."""
    settings.YINUO_STAND_INS = {"window": f"{__name__}.told"}
    membership = county.add("window", "government_services")
    OPEN[:] = [(membership.person_id, company.unit.pk)]
    return membership


def signed_in(membership: Membership, hat: str = "") -> Client:
    client = Client()
    client.force_login(membership.person, backend="allauth.account.auth_backends.AuthenticationBackend")
    if hat:
        assert client.post("/act-as/", {"hat": hat}).status_code == 302
    return client


def test_the_unit_stood_in_for_is_named_on_every_page_with_the_way_back(clerk: Membership, company: Company) -> None:
    assert signed_in(clerk).get("/staff/").context["stand_in"] is None
    client = signed_in(clerk, VIA)
    page = client.get("/projects/").content.decode()
    assert company.unit.name in page
    assert "来访人 马某" in page
    assert "/act-as/back/" in page
    assert client.get("/projects/").context["stand_in"].actor.via == VIA
    assert client.post("/act-as/back/").headers["Location"] == "/staff/"
    assert client.get("/staff/").status_code == 200
    assert client.get("/projects/").status_code == 403


def test_who_may_no_longer_stand_in_is_back_in_their_role_and_not_in_a_unit_of_their_own(
    clerk: Membership, company: Company
) -> None:
    company.binding.person = clerk.person
    company.binding.save(update_fields=["person"])
    client = signed_in(clerk, VIA)
    assert client.get("/projects/").status_code == 200
    OPEN.clear()
    assert client.get("/projects/").status_code == 403
    assert client.get("/staff/").status_code == 200


def test_a_hat_that_stands_in_is_nobody_elses(county: County, clerk: Membership) -> None:
    other = county.add("window", "development_reform")
    client = signed_in(other)
    assert client.post("/act-as/", {"hat": VIA}).status_code == 403
    assert client.session.get(SESSION_KEY) is None


def test_the_units_own_affairs_are_neither_shown_nor_done_by_who_stands_in(clerk: Membership) -> None:
    client = signed_in(clerk, VIA)
    for path in ("/persons/", "/persons/authorise/"):
        assert client.get(path).status_code == 403
    menu = client.get("/projects/").context["account"].links
    assert "经办人" not in [link.label for link in menu]


def test_a_machine_stands_in_through_the_header_only_where_its_person_may(
    county: County, company: Company, clerk: Membership, client: Client
) -> None:
    _, secret = issue_key(
        actor=Actor.system(),
        person=clerk.person,
        membership=clerk,
        name="窗口机",
        expires_at=at("2099-01-01 00:00"),
        at=at("2026-11-03 09:00"),
    )
    headers = {"Authorization": f"Bearer {secret}", "X-Yinuo-Via": VIA}
    assert client.get("/api/v1/projects", headers=headers).status_code == 200
    assert client.get("/api/v1/projects", headers={**headers, "X-Yinuo-Via": "window.visit:8"}).status_code == 403
    OPEN.clear()
    refused = client.get("/api/v1/projects", headers=headers)
    assert refused.status_code == 403
    assert refused.json()["code"] == "access.forbidden"
    assert client.get("/api/v1/projects", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
