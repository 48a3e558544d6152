"""Words of inspections: `{% load inspections %}`."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from yinuo.rooms.inspections.models import Member

register = template.Library()


@register.filter
def at_work(members: Iterable[Member]) -> str:
    """Who inspects now: without those who were replaced."""
    return "、".join(one.inspector.person.name for one in members if not one.left_at)
