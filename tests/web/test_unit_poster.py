"""The poster on the paper a site has: A3 by default, A4 by the second button."""

from __future__ import annotations

import io

import pypdf
import pytest

from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from tests.web.unit_desk import Desk, new_desk

pytestmark = begins_with(guided)


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


@pytest.mark.parametrize(
    ("asked", "width"), [({}, 297), ({"paper": "a3"}, 297), ({"paper": "a4"}, 210), ({"paper": "letter"}, 297)]
)
def test_the_poster_comes_on_the_paper_asked_for(desk: Desk, asked: dict[str, str], width: int) -> None:
    project = guided(desk.county, desk.company)
    address = desk.post(f"/projects/{project.pk}/poster/", asked).headers["Location"]
    page = pypdf.PdfReader(io.BytesIO(desk.client.get(address).content)).pages[0]
    assert round(float(page.mediabox.width) / 72 * 25.4) == width
    assert "未评级" in page.extract_text()


def test_the_project_page_offers_both_sizes(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    page = desk.get(f"/projects/{project.pk}/")
    assert 'name="paper" value="a3"' in page
    assert 'name="paper" value="a4"' in page
