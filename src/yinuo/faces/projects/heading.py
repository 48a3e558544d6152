"""What the staff's pages about a project begin with."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from yinuo.core.grades import allows
from yinuo.engine.base import Actor, forbid
from yinuo.engine.rules import pack
from yinuo.rooms.projects import access, queries
from yinuo.rooms.projects.models import Project, ProjectKind
from yinuo.ui.components.shapes import NavItem


def visible_project(actor: Actor, project_id: int) -> Project:
    """Raises Forbidden for a project of another hall."""
    project = queries.one(project_id)
    if not access.can_see(actor, project):
        raise forbid("只能查看本大厅的项目")
    return project


def head_of(found: Project, *further: NavItem) -> dict[str, Any]:
    """What stands at the head of every page about a project; `further` leads on to the page, whose own place is no
    link.
    """
    way = [
        NavItem("项目", reverse("staff:projects")),
        NavItem(found.name, reverse("staff:project", args=[found.pk])),
        *further,
    ]
    return {
        "project": found,
        "grade": queries.grade_of(found)
        if found.kind == ProjectKind.FILING and found.unit.type == "enterprise"
        else "",
        "breadcrumbs": [*way[:-1], NavItem(way[-1].label)],
    }


FOCUS = {"review": "重点审查", "supervision": "重点监管"}


def marks_of(grade: str, day: date) -> list[str]:
    """Who goes first and who is looked at closely: what the pack's measures say of the class under `priority` and
    `focus` (附件2·第二十条至第二十三条).
    """
    if not grade or grade == "unrated":
        return []
    found = []
    if allows("priority", grade, pack(), day) is not None:
        found.append("优先办理")
    focus = allows("focus", grade, pack(), day)
    if focus is not None:
        found.append(FOCUS.get(focus.value, "重点关注"))
    return found
