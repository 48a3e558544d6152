"""Where a submission stands, by the number on its receipt (U-1); no login, nobody's data."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import conditional_page, require_safe

from yinuo.faces.window import public as visits
from yinuo.rooms.commitments import published as readings
from yinuo.rooms.onemap.models import ItemState
from yinuo.rooms.window.queries import by_receipt, objection_of
from yinuo.site.public_forms import ReceiptForm
from yinuo.ui.components.shapes import Event

COLOURS = {
    "received": "blue",
    "accepted": "blue",
    "granted": "green",
    "exempt": "green",
    "refused": "red",
    "not_accepted": "red",
    "incomplete": "amber",
    "incorrect": "amber",
}


def page_of(text: str) -> str:
    """Where a receipt's number leads; empty for what is none. Only what is built like a number is looked for."""
    number = text.upper()
    if not re.fullmatch(r"[SWY]\d{6}[0-9A-F]{10,12}", number):
        return ""
    if number.startswith("W"):
        return visits.page_of(number)
    if number.startswith("S"):
        return reverse("public:receipt", args=[number]) if readings.submission(number) is not None else ""
    return reverse("public:objection", args=[number]) if objection_of(number) is not None else ""


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Takes the number of a submission's receipt or of an objection's."""
    form = ReceiptForm(request.GET) if "no" in request.GET else ReceiptForm()
    if form.is_bound and form.is_valid():
        number = form.cleaned_data["no"]
        if url := page_of(number):
            return redirect(url)
        form.add_error("no", "没有这个编号的回执，请核对后再查")
    return render(request, "public/receipts.html", {"form": form})


@require_safe
@conditional_page
def receipt(request: HttpRequest, receipt_no: str) -> HttpResponse:
    visit = by_receipt(receipt_no.upper()) if receipt_no[:1] in "Ww" else None
    if visit is not None:
        return visits.show(request, visit)
    found = readings.submission(receipt_no.upper())
    if found is None:
        form = ReceiptForm({"no": receipt_no})
        form.add_error("no", "没有这个编号的回执，请核对后再查")
        return render(request, "public/receipts.html", {"form": form}, status=404)
    item, application = found.item, found.application
    present = item.application_id == application.pk
    word = str(ItemState(item.state).label) if present else application.get_outcome_display()
    events = [Event(found.at, "收到材料")]
    if application.accepted_at and application.accepted_at >= found.at:
        events.append(Event(application.accepted_at, "视为受理" if application.deemed_accepted else "受理"))
    if application.ended_at and application.ended_at >= found.at:
        text = f"文号 {application.document_number}" if application.document_number else ""
        events.append(Event(application.ended_at, word, text))
    if application.delivered_at and application.delivered_at >= found.at:
        events.append(Event(application.delivered_at, "送达"))
    context = {
        "submission": found,
        "item": item,
        "word": word,
        "colour": COLOURS.get(item.state, "") if present else "",
        "events": events,
    }
    return render(request, "public/receipt.html", context)
