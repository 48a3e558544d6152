"""Departments answering one project's guidance in the same instant, until 10 000 answers are given: none lost, none
doubled.

What must hold for every project: each answer is kept, the map is drawn once, each matter stands on it once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bench.instance import companies, fresh

ANSWERS = 10_000


def run(answers: int = ANSWERS) -> dict[str, Any]:
    with fresh():
        companies(1)
        given = lost = doubled = rounds = 0
        began = time.perf_counter()
        from tests.apps.county import County
        from yinuo.engine.people.models import Hall

        county = County(Hall.objects.get())
        while given < answers:
            rounds += 1
            asked, missing, twice = _round(county, rounds)
            given, lost, doubled = given + asked, lost + missing, doubled + twice
        seconds = time.perf_counter() - began
    return {
        "answers": given,
        "projects": rounds,
        "at_once": round(given / rounds, 1),
        "lost": lost,
        "doubled": doubled,
        "answers_per_second": round(given / seconds, 1),
    }


def _round(county: Any, number: int) -> tuple[int, int, int]:
    """One project, every department at once.

    Returns how many answered, how many maps are missing, how many stand twice.
    """
    from django.db import connection
    from django.utils import timezone

    from tests.apps.county import facts
    from yinuo.engine.base import Actor
    from yinuo.engine.people.models import AuthorisedPerson
    from yinuo.engine.trail.models import Entry
    from yinuo.rooms.onemap.actions import answer_guidance, confirm_review
    from yinuo.rooms.onemap.models import GuidanceAnswer, MapItem
    from yinuo.rooms.projects.actions import file_project

    binding = AuthorisedPerson.objects.first()
    assert binding is not None
    now = timezone.now()
    wide = facts(
        name=f"同时辅导{number}",
        site={"forest_land": True, "grassland": True, "heritage": "none", "river_area": True},
        uses_radiation=True,
        construction={"building": True},
    )
    actor = Actor(binding.person_id, "unit", unit_id=binding.unit_id)
    project = file_project(actor=actor, unit_id=binding.unit_id, facts=wide, pledged=True, at=now).project
    confirm_review(actor=county.actor("approver"), project_id=project.pk, at=now + timedelta(minutes=1))
    waiting = list(
        GuidanceAnswer.objects.filter(guidance__project=project, answered_at=None).select_related("department")
    )
    gate = threading.Barrier(len(waiting))

    def answer(actor: Actor, found: GuidanceAnswer) -> None:
        rows = [{**row, "needed": "no" if row["needed"] == "unknown" else row["needed"]} for row in found.matters]
        gate.wait()
        answer_guidance(actor=actor, answer_id=found.pk, matters=rows, at=now + timedelta(minutes=2))
        connection.close()

    jobs: list[tuple[Callable[..., None], Any]] = [
        (answer, (county.actor("approver", found.department.key), found)) for found in waiting
    ]
    threads = [threading.Thread(target=target, args=arguments) for target, arguments in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    open_answers = GuidanceAnswer.objects.filter(guidance__project=project, answered_at=None).count()
    drawn = Entry.objects.filter(verb="onemap.draw", project_code=project.code).count()
    matters = list(MapItem.objects.filter(project=project).values_list("matter_id", flat=True))
    missing = open_answers + (drawn == 0) + (not matters)
    return len(waiting), int(missing), max(drawn - 1, 0) + len(matters) - len(set(matters))
