"""Other people's pages by their numbers, addresses that lead away, and what no column can hold – through the pages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.apps.county import at, new_person
from tests.apps.test_onemap import PDF, guided, ready
from tests.beginnings import begins_with
from tests.web.unit_desk import Desk, new_desk, pdf, signed_in
from yinuo.config.settings import INSTALLED_APPS
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.models import Document, StoredFile
from yinuo.engine.people.models import Department, Hall, Membership, Region, StaffRole
from yinuo.rooms.credit.models import CreditEvent
from yinuo.rooms.onemap.actions import accept, submit_materials
from yinuo.rooms.onemap.models import GuidanceAnswer, MapItem
from yinuo.rooms.projects.actions import open_draft
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)

NOW = at("2026-11-06 09:00")
ABROAD = ("approver", "principal", "general_convener", "administrator")


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


@pytest.fixture
def item(desk: Desk) -> MapItem:
    """Accepted, so that files, documents and clocks stand behind it."""
    item = ready(guided(desk.county, desk.company))
    file = store_upload(actor=desk.company.actor, name="图.pdf", content=PDF, unit_id=desk.company.unit.pk, at=NOW)
    rows = [{"id": part["id"], "file": file.pk} for part in item.materials]
    submit_materials(actor=desk.company.actor, item_id=item.pk, materials=rows, at=NOW)
    accept(actor=desk.county.actor("approver", item.department.key), item_id=item.pk, at=NOW)
    return item


def abroad(role: str) -> Client:
    """Somebody with the role in another county's hall."""
    hall, _ = Hall.objects.get_or_create(
        name="东乡县政务服务大厅",
        defaults={"region": Region.objects.get_or_create(code="622926", defaults={"name": "东乡县"})[0]},
    )
    office, _ = Department.objects.get_or_create(
        hall=hall, key="development_reform", defaults={"name": "县发改局", "short_name": "发改局"}
    )
    person = new_person(f"东乡{role}")
    Membership.objects.create(
        person=person, department=office, role=StaffRole(role), from_on=at("2023-02-20 09:00").date()
    )
    return signed_in(person)


def unit_pages(desk: Desk, item: MapItem) -> Iterator[str]:
    project = item.project_id
    for name in ("project", "report", "participants", "questions", "end", "amend", "map", "map_fresh", "completion"):
        yield reverse(f"unit:{name}", args=[project])
    yield reverse("unit:amend_step", args=[project, "project"])
    for name in ("item", "item_submit", "item_withdraw", "commit", "commit_letter"):
        yield reverse(f"unit:{name}", args=[item.pk])
    draft = open_draft(
        actor=desk.company.actor, unit_id=desk.company.unit.pk, facts={"declarations": {"secret": False}}, at=NOW
    )
    for name in ("filing_check", "filing_done"):
        yield reverse(f"unit:{name}", args=[draft.pk])
    yield reverse("unit:filing_step", args=[draft.pk, "project"])
    yield reverse("unit:relief", args=[CreditEvent.objects.get(unit=desk.company.unit).pk])


def staff_pages(item: MapItem) -> Iterator[str]:
    for name in ("project", "map", "review", "manual", "confirm", "completion"):
        yield reverse(f"staff:{name}", args=[item.project_id])
    yield reverse("staff:item", args=[item.pk])
    yield reverse(
        "staff:guidance", args=[GuidanceAnswer.objects.filter(guidance__project_id=item.project_id).first().pk]
    )  # type: ignore[union-attr]


def papers(item: MapItem) -> Iterator[str]:
    for file in StoredFile.objects.all():
        yield reverse("common:file", args=[file.pk])
    for document in Document.objects.filter(project_code=Project.objects.get(pk=item.project_id).code):
        yield reverse("common:document", args=[document.pk])


def test_no_page_of_a_company_opens_for_another(desk: Desk, item: MapItem) -> None:
    stranger, name = desk.stranger(), Project.objects.get(pk=item.project_id).name
    for path in [*unit_pages(desk, item), *papers(item)]:
        for answer in (stranger.get(path), stranger.post(path, {"why": "x", "sure": "on"})):
            assert answer.status_code in (403, 404, 405), f"{path}: {answer.status_code}"
            assert name not in answer.content.decode(errors="replace")


@pytest.mark.parametrize("role", ABROAD)
def test_no_page_of_a_hall_opens_for_another(desk: Desk, item: MapItem, role: str) -> None:
    client, name = abroad(role), Project.objects.get(pk=item.project_id).name
    paths = [*staff_pages(item), *papers(item)]
    assert len(paths) >= 10
    for path in paths:
        seen, done = client.get(path), client.post(path, {"do": "accept"})
        assert (seen.status_code, done.status_code in (403, 405)) == (403, True), (
            f"{path}: {seen.status_code} {done.status_code}"
        )
        assert name not in seen.content.decode(errors="replace") + done.content.decode(errors="replace")


def test_nobody_without_a_login_sees_more_than_the_login(desk: Desk, item: MapItem) -> None:
    for path in [
        *unit_pages(desk, item),
        *staff_pages(item),
        *papers(item),
        "/staff/",
        "/messages/",
        "/library/",
        "/credit/",
    ]:
        answer = Client().get(path)
        # 286 tells a page left open to stop asking.
        assert answer.status_code in (302, 286), path
        assert item.name not in answer.content.decode()
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/accounts/login/"), path


def test_the_hall_itself_reads_files_and_documents_and_officials_evidence(desk: Desk, item: MapItem) -> None:
    official = desk.county.actor("approver")
    store_upload(actor=official, name="认定.pdf", content=PDF, unit_id=None, at=NOW)
    client = desk.official()
    for path in papers(item):
        assert client.get(path).status_code == 200, path


# -- addresses that lead away


@pytest.mark.parametrize(
    "after",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "nowhere",
        "a:b",
        " //evil.example",
    ],
)
def test_changing_hats_leads_to_no_other_place(desk: Desk, after: str) -> None:
    hat = desk.client.get("/act-as/").content.decode()
    key = hat.partition('id="hat-')[2].partition('"')[0]
    answer = desk.client.post("/act-as/", {"hat": key, "next": after})
    assert answer.status_code == 302
    assert "evil" not in answer.headers["Location"]
    assert not answer.headers["Location"].startswith("javascript")


def test_signing_in_leads_to_no_other_place(db: None) -> None:
    person = new_person("张三")
    person.set_password("far-too-long-to-guess")
    person.save()
    data = {"login": person.username, "password": "far-too-long-to-guess", "next": "https://evil.example/"}
    answer = Client().post("/accounts/login/?next=https://evil.example/", data)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/start/")


def test_the_administration_is_entered_by_the_same_door(db: None) -> None:
    """Its own login would know neither the locks against guessing nor the second step."""
    assert "django.contrib.admin" in INSTALLED_APPS
    for method in ("get", "post"):
        answer = getattr(Client(), method)("/admin/login/", {"username": "a", "password": "b"})
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/")


# -- what no column can hold


@pytest.mark.parametrize(
    "path",
    [
        "/receipts/a%00b/",
        "/objections/a%00b/",
        "/verify/a%00b/914403001922038216/",
        "/verify/2611-622927-04-01-123452/a%00b/",
        "/guides/?q=a%00b",
        "/zone/?q=a%00b&after=99999999999999999999",
        "/search/?q=a%00b",
        f"/zone/{2**63}/",
        f"/zone/{10**40}/",
        "/receipts/?no=a%00b",
        "/rules/ask/?matter=a%00b",
        f"/receipts/{'长' * 3000}/",
    ],
)
def test_no_public_address_is_an_error_of_ours(db: None, path: str) -> None:
    with transaction.atomic():
        answer = Client(raise_request_exception=False).get(path)
        transaction.set_rollback(True)
    assert answer.status_code < 500


@pytest.mark.parametrize("number", [2**63, 10**40])
def test_no_number_in_an_address_is_an_error_of_ours(desk: Desk, number: int) -> None:
    official = desk.official()
    paths = [
        f"/files/{number}/",
        f"/documents/{number}/",
        f"/projects/{number}/",
        f"/items/{number}/",
        f"/credit/{number}/relief/",
    ]
    paths += [
        f"/staff/items/{number}/",
        f"/staff/projects/{number}/",
        f"/staff/guidance/{number}/",
        f"/staff/credit/{number}/",
    ]
    paths += [
        f"/staff/projects/?q=a%00b&after={number}",
        f"/staff/?after={number}&box=a%00b",
        f"/staff/units/{number}/credit/",
    ]
    for path in paths:
        for client in (desk.client, official):
            client.raise_request_exception = False
            with transaction.atomic():
                assert client.get(path).status_code < 500, path
                transaction.set_rollback(True)


def test_a_delegation_without_end_is_told_so(desk: Desk) -> None:
    colleague = desk.county.add("approver", "development_reform")
    data = {"substitute": str(colleague.person_id), "from_on": "2026-11-07", "to_on": "9999-12-31", "reason": "休假"}
    answer = desk.official().post("/staff/delegation/", data)
    assert answer.status_code == 422
    assert "2100" in answer.content.decode()


# -- files


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/svg+xml"),
        ("x.html", b"<script>alert(1)</script>", "text/html"),
        ("x.pdf", b"<script>alert(1)</script>", "application/pdf"),
        ("x.png", b"GIF89a<script>alert(1)</script>", "image/png"),
        ("x.pdf.html", PDF, "text/html"),
    ],
)
def test_nothing_a_browser_would_run_gets_into_the_library(desk: Desk, name: str, content: bytes, kind: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    desk.client.post("/library/", {"files": SimpleUploadedFile(name, content, content_type=kind)})
    assert not StoredFile.objects.exists()


def test_a_file_is_served_as_what_it_is_and_may_run_nothing(desk: Desk) -> None:
    desk.client.post("/library/", {"files": pdf('"><img src=x onerror=alert(1)>.pdf')})
    answer: Any = desk.client.get(reverse("common:file", args=[StoredFile.objects.get().pk]))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "object-src 'none'" in answer.headers["Content-Security-Policy"]
    page = desk.get("/library/")
    assert "<img src=x" not in page


# -- logs

BREAKS = """
import logging
from yinuo.deploy.logs import logging_config
logging_config(json={json}, level="INFO")
def file(body, key):
    raise ValueError("broken")
try:
    file({{"name": "涉密" + "项目"}}, "yk_" + "abc")
except ValueError:
    logging.getLogger("django.request").exception("Internal Server Error: /api/v1/projects")
"""


@pytest.mark.parametrize("json", [True, False])
def test_an_error_is_logged_without_what_the_variables_held(json: bool) -> None:
    told = subprocess.run(
        [sys.executable, "-c", BREAKS.format(json=json)], capture_output=True, text=True, check=True
    ).stderr
    assert "broken" in told
    assert "涉密项目" not in told
    assert "yk_abc" not in told
