"""What the map says of warnings that are open: problems found in supervision show on the map with their handling
(附件7·第十七条).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from yinuo.rooms.oversight import queries
from yinuo.rooms.oversight.models import AnomalyWarning
from yinuo.rooms.projects.models import Project


@dataclass(frozen=True, slots=True)
class Warned:
    """An open warning as a banner; `url` is its page for whoever looks, empty where they have none."""

    title: str
    why: str
    standing: str
    url: str


def shown(project: Project, face: str, *, linked: bool = True) -> list[Warned]:
    """`face`: staff or unit; one query."""
    return banners(queries.open_of_project(project.pk), face, linked=linked)


def banners(rows: Iterable[AnomalyWarning], face: str, *, linked: bool = True) -> list[Warned]:
    return [
        Warned(
            title=f"预警：{row.get_kind_display()}",
            why=row.why,
            standing=f"{row.department.name if row.department else '监督员'}处置，{row.get_state_display()}",
            url=reverse(f"{face}:warning", args=[row.pk]) if linked else "",
        )
        for row in rows
        if row.is_open
    ]
