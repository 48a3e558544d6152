"""Words of stand-ins: `{% load people %}`."""

from __future__ import annotations

from django import template

from yinuo.engine.people.models import Delegation
from yinuo.faces.people.delegations import span_words, what_words

register = template.Library()


@register.filter
def delegation_span(row: Delegation) -> str:
    return span_words(row)


@register.filter
def delegation_what(row: Delegation) -> str:
    return what_words(row)
