"""Words of the staff's pages: `{% load staff %}`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django import template

from yinuo.apps.inspections.models import Member
from yinuo.apps.people.models import Delegation
from yinuo.apps.rules import pack
from yinuo.web.staff.inbox import span_words, what_words

register = template.Library()


@register.filter
def delegation_span(row: Delegation) -> str:
    return span_words(row)


@register.filter
def delegation_what(row: Delegation) -> str:
    return what_words(row)


# The colour of each light in a chart, as the tokens name it.
LIGHT_TOKENS = {"red": "--red", "yellow": "--amber-mark", "green": "--green", "paused": "--ink-3", "unit": "--edge"}


@register.filter
def light_token(state: str) -> str:
    return LIGHT_TOKENS[state]


@register.filter
def cite_texts(cites: Sequence[str]) -> str:
    """Citations as people write them; one whose source the pack of today no longer has stays as it was stored."""
    return "；".join(pack().cite_text(cite) if cite.partition("#")[0] in pack().sources else cite for cite in cites)


@register.filter
def at_work(members: Iterable[Member]) -> str:
    """Who inspects now: without those who were replaced."""
    return "、".join(one.inspector.person.name for one in members if not one.left_at)
