"""Words of the staff's pages: `{% load staff %}`."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from yinuo.engine.rules import pack

register = template.Library()


# The colour of each light in a chart, as the tokens name it.
LIGHT_TOKENS = {"red": "--red", "yellow": "--amber-mark", "green": "--green", "paused": "--ink-3", "unit": "--edge"}


@register.filter
def light_token(state: str) -> str:
    return LIGHT_TOKENS[state]


@register.filter
def cite_texts(cites: Sequence[str]) -> str:
    """Citations as people write them; one whose source the pack of today no longer has stays as it was stored."""
    return "；".join(pack().cite_text(cite) if cite.partition("#")[0] in pack().sources else cite for cite in cites)
