"""The map as a file: one A3 sheet with what the page shows, for the company and the hall, and for nobody else."""

from __future__ import annotations

import io

import pypdf
import pytest
from django.test import Client
from django.utils import timezone

from tests.apps.county import at, new_company
from tests.apps.test_onemap import filed, guided
from tests.beginnings import begins_with
from tests.web.test_unit_map import grown
from tests.web.unit_desk import Desk, new_desk
from yinuo.faces.onemap.map.faces import UNIT
from yinuo.faces.onemap.map.pdf import sheet_data
from yinuo.rooms.onemap import queries
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.actions import withdraw_filing

pytestmark = begins_with(guided)

LOGIN = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


def sheets(content: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_the_sheet_has_every_matter_the_landing_date_and_the_chain_in_order(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    answer = desk.client.get(f"/projects/{project.pk}/map/pdf/")
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200,
        "application/pdf",
        "private, no-store",
    )
    assert project.code in answer["Content-Disposition"]
    (sheet,) = sheets(answer.content)
    items = list(MapItem.objects.filter(project=project).order_by("position"))
    assert all("".join(item.name.split()) in sheet for item in items)
    view = queries.map_of(project.pk, timezone.now())
    assert view.plan is not None
    assert f"预计落地{view.plan.landing_on.year}年{view.plan.landing_on.month}月{view.plan.landing_on.day}日" in sheet
    places = [sheet.index("".join(name.split())) for name in view.critical_names]
    assert places == sorted(places)
    assert project.unit.credit_code in sheet


def test_sixty_matters_stay_on_one_sheet(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    grown(project, 60)
    (sheet,) = sheets(desk.client.get(f"/projects/{project.pk}/map/pdf/").content)
    names = MapItem.objects.filter(project=project).values_list("name", flat=True)
    assert len(names) == 60
    assert all("".join(name.split()) in sheet for name in names)


def test_what_a_matter_waits_for_is_told_by_number_of_a_matter_on_the_sheet(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    data = sheet_data(queries.map_of(project.pk, timezone.now()), UNIT)
    matters = [matter for stage in data["stages"] for matter in stage["matters"]]
    numbers = [matter["number"] for matter in matters]
    assert numbers == list(range(1, len(matters) + 1))
    assert any(matter["after"] for matter in matters)
    assert all(number in numbers for matter in matters for number in matter["after"])
    assert not any(matter["when"].startswith("等") for matter in matters)
    assert [link["number"] for link in data["chain"]] == [
        n for n in numbers if n in {link["number"] for link in data["chain"]}
    ]


@begins_with(None)
def test_there_is_no_sheet_before_guidance_and_the_map_says_why(desk: Desk) -> None:
    project = filed(desk.county, desk.company)
    answer = desk.client.get(f"/projects/{project.pk}/map/pdf/")
    assert (answer.status_code, answer["Location"]) == (302, f"/projects/{project.pk}/map/")


def test_the_sheet_is_for_the_projects_own_company_and_its_hall(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    assert Client().get(f"/projects/{project.pk}/map/pdf/").status_code == 302
    stranger = Client()
    stranger.force_login(new_company("别家公司").person, backend=LOGIN)
    assert stranger.get(f"/projects/{project.pk}/map/pdf/").status_code == 403
    assert stranger.get(f"/staff/projects/{project.pk}/map/pdf/").status_code == 403
    official = Client()
    official.force_login(desk.county.person("approver"), backend=LOGIN)
    assert official.get(f"/staff/projects/{project.pk}/map/pdf/").status_code == 200
    assert desk.client.post(f"/projects/{project.pk}/map/pdf/").status_code == 405


def test_the_printing_page_offers_the_file(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    assert f'href="/projects/{project.pk}/map/pdf/"' in desk.get(f"/projects/{project.pk}/map/?view=print")


def test_the_sheet_takes_a_fixed_number_of_queries(
    desk: Desk, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    project = guided(desk.county, desk.company)
    grown(project, 60)
    desk.client.get("/health")  # signed in, which is not what is counted
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        desk.client.get(f"/projects/{project.pk}/map/pdf/")
    withdraw_filing(
        actor=desk.county.actor("approver"), project_id=project.pk, problem="查明不实", at=at("2026-11-24 12:00")
    )
    assert sheets(desk.client.get(f"/projects/{project.pk}/map/pdf/").content)
