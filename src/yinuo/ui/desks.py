"""A page with several forms of which one is sent: done and back, refused with what was written kept, or shown again to
be mended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from yinuo.engine.base import Forbidden, Refused

# What people write in words; choices and numbers are quickly made again.
TYPED = frozenset(
    {
        "text",
        "note",
        "reason",
        "document_number",
        "subject",
        "request",
        "agreed",
        "outcome",
        "handling",
        "why",
        "answer",
        "body",
    }
)


class Desk(Protocol):
    """What a page offers just now. `run` does the form of `verb` and returns the words of success, "" = to be mended.

    It raises Refused for what is not open (any more).
    """

    verb: str

    def run(self) -> str: ...


D = TypeVar("D", bound=Desk)


def posted(
    request: HttpRequest, desk: D, template: str, page: Callable[[D], dict[str, Any]], back: tuple[Any, ...]
) -> HttpResponse | None:
    """The answer to what was sent; None = show the page: nothing was sent, or its form says what to mend."""
    if request.method != "POST":
        return None
    try:
        words = desk.run()
    except Forbidden:
        raise
    except Refused as refusal:
        late = {"late": refusal, "typed": typed_in(request.POST, desk.verb)}
        return render(request, template, {**page(desk), **late}, status=refusal.status)
    if not words:
        return None
    messages.success(request, words)
    return redirect(*back)


def typed_in(data: QueryDict, verb: str) -> list[str]:
    """What somebody wrote into a form that the matter has outrun: they may need the words elsewhere."""
    texts = [data[key] for key in data if key.startswith(f"{verb}-") and key.rpartition("-")[2] in TYPED]
    return [text for text in texts if isinstance(text, str) and text.strip()]


@dataclass(frozen=True, slots=True)
class ActionView:
    """A form with its words; a folded one opens by itself when it has errors."""

    do: str
    title: str
    press: str
    kind: str
    hint: str
    folded: bool
    form: forms.Form
    opened: bool
