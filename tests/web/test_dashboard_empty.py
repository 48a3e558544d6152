"""The dashboards of a county in which nothing has happened yet."""

from __future__ import annotations

from django.test import Client

from tests.apps.county import County
from tests.web.staffdesk import SetClock, county, desk, set_clock, text_of
from tests.web.test_dashboard import PAGES, ROOT
from yinuo.faces.figures import public as figures

__all__ = ["county", "set_clock"]


def test_where_nothing_has_happened_the_pages_say_so(county: County, set_clock: SetClock) -> None:
    client = desk(county, "supervisor")
    for page in PAGES:
        text = text_of(client.get(page))
        assert "0%" not in text.replace("60%", "").replace("100%", "").replace("不写 0%", ""), page
        assert "—" in text or "时段内没有可以数的" in text, page
    assert "没有这样的" in text_of(client.get(f"{ROOT}cases/landings/"))
    figures.forget()
    everybody = text_of(Client().get("/figures/"))
    assert ("承诺办理率" in everybody, "—" in everybody) == (True, True)
    figures.forget()
    wall = text_of(client.get(f"{ROOT}wall/"))
    assert "时段内还没有落地的项目" in wall
