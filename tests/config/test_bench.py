"""The benches still measure: their own SQL fits the tables of today, and their counters count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from bench import filing, inbox, instance, map, pages, populate, tick
from tests.apps.county import facts
from tests.apps.killing import counts
from yinuo.engine import bootstrap
from yinuo.engine.work.models import WorkItem

pytestmark = pytest.mark.django_db


def added(before: dict[str, int]) -> dict[str, int]:
    return {table: rows - before[table] for table, rows in counts().items() if rows != before[table]}


def test_the_floor_of_a_filing_writes_the_rows_of_a_filing() -> None:
    bootstrap.begin_log(timezone.now())
    (secret,) = instance.companies(1)
    before = counts()
    for statement in filing.floor_statements(7):
        with connection.cursor() as cursor:
            cursor.execute(statement.replace("%", "%%"), [])
    floor, before = added(before), counts()
    body = {"facts": facts(name="测量项目"), "pledged": True}
    answer = Client(SERVER_NAME="localhost").post(
        "/api/v1/projects",
        body,
        "application/json",
        headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": "one"},
    )
    assert answer.status_code == 201
    assert floor == added(before)


def test_pgbench_finds_no_variable_but_the_random_number() -> None:
    """It looks inside quotes as well: a page name written there would stop it."""
    assert set(re.findall(r"(?<!:):([A-Za-z_]\w*)", filing.FLOOR.read_text(encoding="utf-8"))) == {"r"}


@dataclass
class Page:
    """A page as scripts.picture_list has them."""

    username: str
    arguments: list[int]
    name: str = "unit:map"
    query: str = ""
    title: str = "unit/map"

    def chances(self) -> list[tuple[str, list[int]]]:
        return [(self.username, self.arguments)]


def test_a_page_of_sixty_matters_is_measured_with_its_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrap.begin_log(timezone.now())
    instance.companies(1)
    project_id, person = map._project()
    monkeypatch.setattr(pages, "ROUNDS", 2)
    line: Any = pages._measured(Page(person.username, [project_id]), {})
    assert line is not None
    assert 5 <= line["queries"] <= 12, "a count of none is no count"
    assert line["p50_ms"] > 0
    assert line["kB"] < pages.LIMIT_KB
    assert map._planner() > 0


def test_the_floors_of_the_inbox_and_the_tick_fit_their_tables() -> None:
    instance.companies(1)
    now = timezone.now()
    populate.work_items(3, now)
    populate.make_due(2, now)
    assert WorkItem.objects.filter(next_transition_at__lt=now).count() == 2
    item = WorkItem.objects.order_by("id").first()
    assert item is not None
    assert item.due_at is not None
    assert item.due_at > now + timedelta(hours=1)
    inbox._floor(item.department_id or 0)
    assert tick._floor(now) > 0
    assert WorkItem.objects.filter(announced="yellow").count() == 3
