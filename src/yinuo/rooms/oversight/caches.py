"""When a project is next looked at for an anomaly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from yinuo.engine.caches import Cache
from yinuo.rooms.oversight.models import Watch
from yinuo.rooms.oversight.watching import look, standings
from yinuo.rooms.projects.caches import called
from yinuo.rooms.projects.models import Project, ProjectState


def _running() -> QuerySet[Project]:
    return Project.objects.filter(state=ProjectState.CONFIRMED).select_related("watch", "unit", "hall")


def _watch(project: Project) -> Watch:
    return getattr(project, "watch", None) or Watch(project=project)


def _next(projects: Sequence[Project], at: datetime) -> Mapping[int, Mapping[str, Any]]:
    found = {}
    reminded = {project.pk for project in projects if _watch(project).reminded_at is not None}
    for one in standings(projects, reminded):
        seen, kept = look(one, at), _watch(one.project).next_at
        next_at = at if seen.findings or seen.remind else seen.next_at
        # Sooner than necessary is right: what was waited for may have been done since, and the look will say so.
        sooner = kept is not None and (next_at is None or kept <= next_at)
        found[one.project.pk] = {"next_at": kept if sooner else next_at}
    return found


NEXT_LOOK = Cache(
    "oversight.watch", "下一次监管检查", {"next_at": "下一次查看的时间"}, _running, _next, called, holder=_watch
)
CACHES = [NEXT_LOOK]
