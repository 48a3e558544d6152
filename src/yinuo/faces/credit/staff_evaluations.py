"""Public credit evaluations taken in from a table: checked row by row first, then confirmed; what became of each row
stays (附件2·第十六条).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.rules import pack
from yinuo.rooms.credit import queries
from yinuo.rooms.credit.actions import check_evaluations, take_evaluations
from yinuo.rooms.credit.models import BatchState
from yinuo.rooms.credit.tables import COLUMNS
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.exporting import Field, Listing
from yinuo.ui.files import named
from yinuo.ui.handling import attempt

CLERKS = ("comprehensive", "administrator")
LARGEST = 4 * 1024 * 1024
SHOWN = 30
ROWS_SHOWN = 500
WORDS = {"imported": ("可导入", "green"), "unchanged": ("没有变化", "grey"), "refused": ("不能导入", "red")}
TAKEN_WORDS = {**WORDS, "imported": ("已导入", "green")}
EXAMPLE = ["91622927000000019C", "积石山县某某食品有限公司", "86.5", "A-", "2026-09-30", "甘肃省公共信用信息中心"]
FIELDS = (
    Field("行", 6, "number"),
    Field("统一社会信用代码", 22),
    Field("企业名称", 32),
    Field("评价分值", 10),
    Field("评价等级", 10),
    Field("评价日期", 12),
    Field("评价机构", 28),
    Field("结果", 12),
    Field("说明", 50),
)


class TableForm(forms.Form):
    source = forms.CharField(
        label="评价机构",
        max_length=120,
        help_text="作出评价的机构；表里另有“评价机构”一列的，以表里为准。",
        error_messages={"required": "写明作出评价的机构"},
    )
    file = forms.FileField(
        label="评价表",
        help_text="Excel 工作簿（.xlsx）或者 CSV，不超过 4 MB、2000 行。",
        error_messages={"required": "选择要导入的文件", "empty": "这个文件是空的"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError("文件超过 4 MB，请分成几份")
        return file


@need_role(*CLERKS)
@require_http_methods(["GET", "POST"])
def evaluations(request: HttpRequest) -> HttpResponse:
    """The file is read and judged; nothing counts before the report has been seen and confirmed."""
    actor, now = actor_of(request), timezone.now()
    form = TableForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, source = form.cleaned_data["file"], form.cleaned_data["source"]
        content = file.read()
        made = attempt(
            form, lambda: check_evaluations(actor=actor, name=file.name, content=content, source=source, at=now)
        )
        if made is not None:
            return redirect("staff:evaluation_batch", made.pk)
    parameter = pack().parameter("credit.rebase", timezone.localdate(now))
    batches = queries.evaluation_batches()[:SHOWN]
    context = {
        "form": form,
        "columns": list(COLUMNS),
        "batches": [(batch, batch.counts()) for batch in batches],
        "cites": pack().cite_texts(parameter.cites),
        "breadcrumbs": [NavItem("信用", reverse("staff:credit")), NavItem("导入信用评价")],
    }
    return render(request, "staff/evaluations.html", context, status=422 if form.is_bound else 200)


@need_role(*CLERKS)
@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """What would become of every row; POST lets the good ones count."""
    actor, now = actor_of(request), timezone.now()
    found = queries.evaluation_batch(batch_id)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: take_evaluations(actor=actor, batch_id=found.pk, at=now))
        if done is not None:
            counts = done.counts()
            messages.success(
                request,
                f"导入 {counts['imported']} 条，{counts['unchanged']} 条没有变化，{counts['refused']} 条不能导入。",
            )
            return redirect("staff:evaluation_batch", found.pk)
    only = request.GET.get("only", "")
    only = only if only in WORDS else ""
    words = TAKEN_WORDS if found.state == BatchState.TAKEN else WORDS
    rows = [(row, *words[row["outcome"]]) for row in found.report if not only or row["outcome"] == only]
    counts, here = found.counts(), reverse("staff:evaluation_batch", args=[found.pk])
    views = [NavItem(f"全部 {len(found.report)}", here, current=not only)]
    views += [
        NavItem(f"{words[name][0]} {counts[name]}", f"{here}?only={name}", current=only == name) for name in WORDS
    ]
    context = {
        "batch": found,
        "form": form,
        "rows": rows[:ROWS_SHOWN],
        "hidden": max(0, len(rows) - ROWS_SHOWN),
        "counts": counts,
        "views": views,
        "open": found.state == BatchState.CHECKED,
        "export_url": f"{reverse('staff:export', args=['evaluations'])}?batch={found.pk}",
        "breadcrumbs": [
            NavItem("信用", reverse("staff:credit")),
            NavItem("导入信用评价", reverse("staff:evaluations")),
            NavItem(found.name),
        ],
    }
    return render(request, "staff/evaluation_batch.html", context, status=422 if form.errors else 200)


@need_role(*CLERKS)
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The table to fill in, with one row as an example."""
    text = io.StringIO()
    csv.writer(text).writerows([list(COLUMNS), EXAMPLE])
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    return named(answer, "信用评价表.csv", attached=True)


def listing(actor: Actor, data: Mapping[str, str], now: datetime) -> Listing:
    """The report of one file."""
    text = data.get("batch", "")
    found = queries.evaluation_batch(int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else NO_ROW)
    words = TAKEN_WORDS if found.state == BatchState.TAKEN else WORDS

    def lines(rows: Sequence[Mapping[str, Any]]) -> Iterable[Sequence[object]]:
        for row in rows:
            told = (row[name] for name in ("line", "credit_code", "name", "score", "grade", "on", "source"))
            yield (*told, words[row["outcome"]][0], row["message"])

    return Listing("信用评价导入结果", FIELDS, found.report, lines)
