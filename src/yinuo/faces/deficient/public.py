"""The forms of 容缺受理, blank, to print and to fill by hand (附件5—1、5—2)."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from yinuo.core.calendar import TZ
from yinuo.engine.documents.render import render_pdf
from yinuo.rooms.deficient.papers import BLANK_APPLICATION, BLANK_NOTICE
from yinuo.ui.files import named

BLANKS = {
    "application": ("deficient_application", BLANK_APPLICATION, "附件5-1 投资建设项目容缺受理申请表.pdf"),
    "notice": ("deficient_notice", BLANK_NOTICE, "附件5-2 投资建设项目容缺受理通知书.pdf"),
}


@require_safe
def form(request: HttpRequest, form: str) -> HttpResponse:
    if form not in BLANKS:
        raise Http404
    return named(HttpResponse(_blank(form), content_type="application/pdf"), BLANKS[form][2])


@cache
def _blank(form: str) -> bytes:
    """A form without a word of anybody's in it; the same for everybody."""
    template, data, _ = BLANKS[form]
    return render_pdf(template, data, datetime(2023, 2, 20, tzinfo=TZ))
