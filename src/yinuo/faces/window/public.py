"""What was handed in at the window, by the number on the visit's receipt; no login, nobody's name."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yinuo.engine.register import window_words
from yinuo.rooms.window import queries
from yinuo.rooms.window.models import Visit


@dataclass(frozen=True, slots=True)
class Line:
    """One thing done; `state` and `url` where it is a matter whose progress may be followed."""

    what: str
    about: str
    code: str
    receipt_no: str
    state: str
    url: str


def page_of(number: str) -> str:
    """Where a visit's receipt leads; empty for a number that is none."""
    return reverse("public:receipt", args=[number]) if queries.by_receipt(number) is not None else ""


def show(request: HttpRequest, visit: Visit) -> HttpResponse:
    """A fixed number of queries however much was done."""
    done = [
        row for row in queries.done_in(visit) if row.verb in window_words() and row.verb != "documents.store_upload"
    ]
    numbers = [row.receipt_no for row in done if row.receipt_no]
    states = {row.receipt_no: row.item.get_state_display() for row in queries.submissions_of(numbers)}
    made = [
        Line(
            window_words()[row.verb],
            row.matter or (row.project.name if row.project else ""),
            row.project.code or "" if row.project else "",
            row.receipt_no,
            states.get(row.receipt_no, ""),
            reverse("public:receipt", args=[row.receipt_no]) if row.receipt_no in states else "",
        )
        for row in done
    ]
    return render(request, "public/visit.html", {"visit": visit, "lines": made})
