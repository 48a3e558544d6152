"""What every page of a visit begins with."""

from __future__ import annotations

from django.http import HttpRequest

from yinuo.engine.base import forbid
from yinuo.rooms.window import access, queries
from yinuo.rooms.window.models import Visit
from yinuo.ui.acting import behind


def visit_of(request: HttpRequest, visit_id: int) -> Visit:
    """Raises DoesNotExist, Forbidden for another hall's."""
    visit = queries.one(visit_id)
    if not access.can_see(behind(request), visit):
        raise forbid("只能查看本大厅的来访")
    return visit
