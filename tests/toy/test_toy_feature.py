"""A new feature is two folders, one line in the settings and one in each page of the site that shows it.

The folders `rooms/toy` and `faces/toy` beside this file are added to the packages `rooms` and `faces`; no other file
changes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module, reload
from pathlib import Path

import pytest
from django.apps import AppConfig, apps
from django.conf import settings
from django.test import override_settings
from django.urls import clear_url_caches

import yinuo.faces
import yinuo.rooms
from tests.apps.county import at
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from tests.web.staffdesk import of
from tests.web.unit_desk import Desk, new_desk
from yinuo.deploy import registers
from yinuo.engine import register
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import Membership
from yinuo.engine.people.queries import actor_of_membership
from yinuo.engine.work.models import WorkItem
from yinuo.faces.deficient import panels as deficient
from yinuo.rooms.onemap.actions import withdraw_application
from yinuo.site import unit_item, urls
from yinuo.ui import navigation

pytestmark = begins_with(guided)

HERE = Path(__file__).parent
CACHED = [one for module in (register, navigation) for one in vars(module).values() if hasattr(one, "cache_clear")]


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def anew() -> None:
        for one in CACHED:
            one.cache_clear()
        clear_url_caches()
        reload(urls)
        reload(import_module(settings.ROOT_URLCONF))

    monkeypatch.setattr(yinuo.rooms, "__path__", [*yinuo.rooms.__path__, str(HERE / "rooms")])
    monkeypatch.setattr(yinuo.faces, "__path__", [*yinuo.faces.__path__, str(HERE / "faces")])
    # One line in each page of the site that shows it.
    toy_panels = import_module("yinuo.faces.toy.panels")
    monkeypatch.setattr(unit_item, "PANELS", (deficient, toy_panels))
    templates = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], HERE / "faces/toy/templates"]}]
    # One line in the settings: its name among the rooms. What follows from it there is done by hand here, for Django
    # does not begin twice in a process.
    config = AppConfig.create("yinuo.rooms.toy")
    config.apps, config.models = apps, {}
    monkeypatch.setitem(apps.app_configs, "toy", config)
    with override_settings(OWN_APPS=[*settings.OWN_APPS, "toy"], TEMPLATES=templates):
        anew()
        yield
    for name in [name for name in sys.modules if name.startswith(("yinuo.rooms.toy", "yinuo.faces.toy"))]:
        del sys.modules[name]
    anew()


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


def test_it_has_work_notices_a_story_pages_a_link_and_an_api(toy: None, desk: Desk) -> None:
    from yinuo.rooms.toy.actions import ask

    assert registers.faults() == []
    item = ready(guided(desk.county, desk.company))
    hand_in(desk.company, item, at("2026-11-09 10:00"))
    membership = Membership.objects.get(department_id=item.department_id, role="approver")
    ask(actor=actor_of_membership(membership), item=item, person=membership.person, at=at("2026-11-09 11:00"))
    staff = of(membership)
    inbox = staff.get("/staff/").content.decode()
    assert f"再看一眼：{item.name}" in inbox
    assert 'href="/staff/toys/"' in inbox
    assert WorkItem.objects.get(kind="toy_look").get_kind_display() == "再看一眼"
    assert f"再看一眼：{item.name}" in staff.get("/staff/toys/").content.decode()
    assert Message.objects.filter(template="toy_asked", person=membership.person).exists()
    assert f"请再看一眼：{item.name}" in desk.get(f"/projects/{item.project_id}/")
    assert "正在再看一眼" in desk.get(f"/items/{item.pk}/")
    assert [router for _, router in urls.all_of("API") if router.tags == ["再看一眼"]]


def test_a_lower_rooms_verb_sets_off_its_effect(toy: None, desk: Desk) -> None:
    from yinuo.rooms.toy.actions import ask

    item = ready(guided(desk.county, desk.company))
    hand_in(desk.company, item, at("2026-11-09 10:00"))
    membership = Membership.objects.get(department_id=item.department_id, role="approver")
    work = ask(actor=actor_of_membership(membership), item=item, person=membership.person, at=at("2026-11-09 11:00"))
    withdraw_application(actor=desk.company.actor, item_id=item.pk, why="不办了", at=at("2026-11-09 12:00"))
    work.refresh_from_db()
    assert work.outcome == "withdrawn"
