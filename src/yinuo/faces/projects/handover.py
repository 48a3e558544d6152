"""A self-check becomes a filing without retyping: its answers travel in the address and are kept only after the secrecy
declaration.

`f.<fact>=value`, with the facts' own paths.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from yinuo.core.schema import validate
from yinuo.engine.rules import pack
from yinuo.faces.projects.factforms import plain_number
from yinuo.faces.projects.steps import nested

PREFIX = "f."
LONGEST, LONGEST_TEXT = 160, 2000
WHOLE = 8000


def carried(query: Mapping[str, str]) -> dict[str, Any]:
    """Path → value of what a filing asks anyway; what makes no sense is left out and asked again."""
    found: dict[str, Any] = {}
    form = pack().form
    for path in form.step_of:
        text = query.get(PREFIX + path, "").strip()
        longest = LONGEST_TEXT if form.question(path).long else LONGEST
        if not text or len(text) > longest or "\x00" in text:
            continue
        value = _value(path, text)
        if not validate(nested({path: value}), pack().facts):
            found[path] = value
    return found


def _value(path: str, text: str) -> Any:
    kind = pack().facts[path].type
    words = {"true": True, "false": False}
    if kind == "flag":
        return words.get(text, text)
    if kind == "quantity" and text in ("true", "some", "yes"):
        return True
    if kind == "quantity" and text in ("false", "none"):
        return "0"
    return plain_number(text) if kind in ("decimal", "integer", "quantity") else text


def reread(text: str) -> Mapping[str, str]:
    """The address as the declaration's page carried it on."""
    return QueryDict(text[:WHOLE]).dict()
