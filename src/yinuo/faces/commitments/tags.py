"""What a page says of a stopped project; asked only where there is a stop."""

from __future__ import annotations

from django import template

from yinuo.rooms.commitments.models import Ruling
from yinuo.rooms.commitments.queries import standing_stops
from yinuo.rooms.projects.models import Project

register = template.Library()


@register.simple_tag
def stop_of(project: Project) -> Ruling | None:
    """The ruling by which the project's building is stopped now."""
    if project.stopped_at is None:
        return None
    return next(iter(standing_stops(project.pk)), None)
