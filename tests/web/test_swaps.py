"""What a page exchanges by itself is the same as what a full load shows: nobody sees something else for having a
script.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import yinuo
from tests.apps.county import Company, County, at
from tests.apps.test_onemap import filed
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, text_of
from yinuo.engine.work.models import Export
from yinuo.site import downloads

__all__ = ["company", "county", "set_clock"]
TEMPLATES = sorted(Path(yinuo.__file__).parent.rglob("templates"))
# Template with an element that exchanges itself: where it is compared with a full load.
COMPARED = {
    "onemap/live.html": "test_onemap_views.py",
    "staff/_export.html": "test_swaps.py",
    "staff/dashboard_wall.html": "test_dashboard.py",
}


def test_every_element_that_exchanges_itself_is_compared_with_a_full_load() -> None:
    asking = re.compile(r"\bhx-(get|post|put|patch|delete)=")
    found = {
        str(file.relative_to(folder))
        for folder in TEMPLATES
        for file in folder.rglob("*.html")
        if asking.search(file.read_text(encoding="utf-8"))
    }
    assert found == set(COMPARED)
    for file in COMPARED.values():
        text = (Path(__file__).parent / file).read_text(encoding="utf-8")
        assert "swapped" in text, file


@pytest.mark.parametrize("moment", ["waiting", "done", "failed"])
def test_the_progress_of_a_list_in_the_making_is_the_same_exchanged_and_loaded(
    county: County, company: Company, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    set_clock("2026-11-03 10:00")
    filed(county, company)
    monkeypatch.setattr(downloads, "LONG", 0)
    client = desk(county, "approver")
    place = client.post("/staff/export/inbox/?box=mine").headers["Location"]
    if moment == "done":
        downloads.write(Export.objects.get().pk, at("2026-11-03 10:01"))
    elif moment == "failed":
        Export.objects.update(state="failed")
    loaded = text_of(client.get(place))
    swapped = text_of(client.get(place, headers={"HX-Request": "true"}))
    assert swapped.strip().startswith('<div id="export"')
    assert swapped.strip() in loaded
    assert ("hx-get" in swapped) is (moment == "waiting")
