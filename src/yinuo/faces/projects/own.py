"""What every page on one of the company's own things begins with."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from yinuo.engine.base import forbid
from yinuo.rooms.onemap import queries as onemap
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects import access, queries
from yinuo.rooms.projects.models import Project
from yinuo.ui.acting import actor_of
from yinuo.ui.components.shapes import NavItem

OTHERS = "只能查看本单位的项目"


def project_of(request: HttpRequest, project_id: int) -> Project:
    """Raises DoesNotExist, Forbidden."""
    project = queries.one(project_id)
    if not access.can_see(actor_of(request), project):
        raise forbid(OTHERS)
    return project


def item_of(request: HttpRequest, item_id: int) -> MapItem:
    item, actor = onemap.item_of(item_id), actor_of(request)
    outside = actor.scope is not None and not actor.scope.covers(item.project_id, item.matter_id)
    if outside or not access.can_see(actor, item.project):
        raise forbid(OTHERS)
    return item


def crumbs(project: Project, *more: str | tuple[str, str]) -> list[NavItem]:
    """我的项目 / the project / … ; the last one is the page itself."""
    made = [
        NavItem("我的项目", reverse("unit:projects")),
        NavItem(project.name, reverse("unit:project", args=[project.pk])),
    ]
    made += [NavItem(label) if isinstance(label, str) else NavItem(*label) for label in more]
    if not more:
        made[-1] = NavItem(project.name)
    return made
