"""一张图 of 60 matters: the planner alone, the query room, and the page over HTTP's view with its fixed number of
queries.
"""

from __future__ import annotations

import statistics
import time
from datetime import date
from typing import Any

from bench.instance import companies, fresh, settle

MATTERS = 60


def run() -> dict[str, Any]:
    with fresh():
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext
        from django.utils import timezone

        companies(1)
        project_id, person = _project()
        from yinuo.rooms.onemap import queries

        settle()
        now = timezone.now()
        figures: dict[str, Any] = {"matters": MATTERS, "planner_ms": _planner()}
        figures["view_ms"] = _times(lambda: queries.map_of(project_id, now))
        client = Client(SERVER_NAME="localhost")
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        url = f"/projects/{project_id}/map/"
        answer = client.get(url)
        if answer.status_code != 200:
            raise AssertionError(answer.status_code)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        figures["page_queries"] = len(captured.captured_queries)
        figures["page_ms"] = _times(lambda: client.get(url))
        figures["page_kB"] = round(len(answer.content) / 1000, 1)
        return figures


def _times(act: Any, rounds: int = 30) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(times), 2)


def _planner() -> float:
    from yinuo.core.planner import PlanItem, plan
    from yinuo.engine.work.clocks import calendar

    rows = [
        PlanItem(
            f"m{n}",
            f"事项{n}",
            "s",
            True,
            tuple(f"m{k}" for k in (n - 1, n - 7) if k >= 0),
            {"regular": 5, "commitment": 2},
            "regular",
        )
        for n in range(MATTERS)
    ]
    days = calendar()
    return _times(lambda: plan(rows, date(2026, 11, 24), days))


def _project() -> tuple[int, Any]:
    """A project whose map holds 60 of the catalogue's matters, whatever it would really need."""
    from django.utils import timezone

    from tests.apps.county import facts
    from yinuo.engine.base import Actor
    from yinuo.engine.catalogue.queries import book
    from yinuo.engine.people.models import AuthorisedPerson
    from yinuo.engine.rules import pack
    from yinuo.rooms.onemap import building
    from yinuo.rooms.onemap.models import MapItem
    from yinuo.rooms.projects.actions import file_project
    from yinuo.rooms.projects.models import Project

    binding = AuthorisedPerson.objects.select_related("person").first()
    assert binding is not None
    actor = Actor(binding.person_id, "unit", unit_id=binding.unit_id)
    filed = file_project(actor=actor, unit_id=binding.unit_id, facts=facts(), pledged=True, at=timezone.now()).project
    Project.objects.filter(pk=filed.pk).update(state="confirmed", confirmed_at=timezone.now())
    project = Project.objects.get(pk=filed.pk)
    hall, scheme = book(project.hall_id), building.scheme_of(project)
    matters = [matter for matter in pack().matters_at(project.rules_on) if matter.id != "enterprise_filing"][:MATTERS]
    on_map = {matter.id for matter in matters}
    rows = [
        building.proposal(building.Wanted(matter, "yes", (), (), None), on_map, project.rules_on) for matter in matters
    ]
    by_id = {row["matter_id"]: row for row in rows}
    ordered = building.in_order(matters, scheme)
    MapItem.objects.bulk_create(
        building.build_item(project, by_id[m.id], n, on_map, hall, scheme) for n, m in enumerate(ordered, 1)
    )
    return project.pk, binding.person
