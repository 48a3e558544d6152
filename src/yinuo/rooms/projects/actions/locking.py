from __future__ import annotations

from yinuo.rooms.projects.models import Project


def lock(project_id: int) -> Project:
    """The project's row, locked: every transition of a project or of anything on it takes this lock first."""
    return (
        Project.objects.select_for_update(no_key=True, of=("self",)).select_related("unit", "hall").get(pk=project_id)
    )
