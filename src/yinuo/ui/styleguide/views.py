"""The style guide is for those who build pages: shown while developing and in a demonstration, nowhere else."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from yinuo.ui.components.marks import MARKS
from yinuo.ui.styleguide import samples
from yinuo.ui.styleguide.forms import SampleForm

ERROR_PAGES = ("400", "403", "404", "429", "500", "503")


def context() -> dict[str, object]:
    """Everything the page shows; the bad form is bound to answers a person might really give."""
    typed = {"name": "", "credit_code": "91622927MA74XQ2K0", "total_investment": "八千六百", "content": "新建发酵车间"}
    return {
        **samples.frame(),
        **samples.lists(),
        **samples.board(),
        "states": list(MARKS),
        "grades": ["A", "A-", "B", "B-", "C+", "C", "C-", "D", "D-", "unrated"],
        "good": SampleForm(prefix="good"),
        "bad": SampleForm({f"bad-{name}": value for name, value in typed.items()}, prefix="bad"),
    }


def index(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    _only_while_building()
    return render(request, "styleguide/index.html", context())


def error_page(request: HttpRequest, code: str) -> HttpResponse:
    """An error page as the visitor would see it, answered with 200."""
    _only_while_building()
    if code not in ERROR_PAGES:
        raise Http404
    return render(request, f"{code}.html", {"county": "积石山县"})


def _only_while_building() -> None:
    if not (settings.DEBUG or getattr(settings, "YINUO_DEMO", False)):
        raise Http404
