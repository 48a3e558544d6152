"""Events of a hall whose matters are handled in another system, taken in from a table (附件7·第十八条: the region's
mean is of all its halls).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.engine.base import Refused, forbid
from yinuo.engine.register import service_names
from yinuo.rooms.halls import access, queries
from yinuo.rooms.halls.actions import report_events
from yinuo.rooms.halls.models import EventType
from yinuo.rooms.reviews.models import Level
from yinuo.ui.acting import actor_of, need_role
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.files import named

LARGEST = 2 * 1024 * 1024
SHOWN = 40
FAULTS = 20
COLUMNS = {
    "编号": "reference", "日期": "on", "类型": "type", "事项或项目编号": "subject", "内容": "what", "评价": "level",
    "灯": "light", "专项": "track", "项目类型": "kind", "天数": "days", "审批天数": "approval_days", "分值": "points",
    "办理人员": "handler", "出处": "evidence",
    "撤回编号": "withdraws",
}  # fmt: skip
NAMES = {field: column for column, field in COLUMNS.items()} | {
    "matter": "事项或项目编号",
    "project": "事项或项目编号",
    "basis": "内容",
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "type": {str(one.label): one.value for one in EventType},
    "light": {"黄灯": "yellow", "红灯": "red"},
    "track": {name: key for key, name in service_names().items()},
    "kind": {"备案": "filing", "核准": "verification", "审批": "approval"},
    "level": {str(one.label): str(one.value) for one in Level},
}
EXAMPLES = [
    [
        "2026-11-0001",
        "2026-11-05",
        "好差评",
        "施工许可-128",
        "建筑工程施工许可",
        "非常满意",
        "",
        "",
        "",
        "",
        "",
        "",
        "马某",
        "政务服务网月报",
        "",
    ],
    [
        "2026-11-0002",
        "2026-11-06",
        "亮灯",
        "取水-31",
        "取水许可",
        "",
        "黄灯",
        "",
        "",
        "",
        "",
        "",
        "",
        "审批系统导出",
        "",
    ],
    [
        "2026-11-0003",
        "2026-11-09",
        "项目落地",
        "2610-622921-04-01",
        "养殖场建设",
        "",
        "",
        "",
        "备案",
        "36",
        "28",
        "",
        "",
        "在线平台",
        "",
    ],
]


class TableForm(forms.Form):
    file = forms.FileField(
        label="评分事件表（CSV）",
        help_text="UTF-8 或 GB 18030，不超过 2 MB、5000 条。同一编号再次报送不会重复计分。",
        error_messages={"required": "选择要报送的文件", "empty": "这个文件是空的"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError("文件超过 2 MB，请按月分开报送")
        return file


@need_role("supervisor", "general_convener")
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """All rows or none; what is wrong is told row by row, in the table's own words."""
    actor = actor_of(request)
    hall_id = actor.hall_id or 0
    if not access.can_report(actor, hall_id):
        raise forbid("只有本大厅的监督员、总召集人可以报送评分事件")
    form = TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()
    faults: list[str] = []
    if form.is_bound and form.is_valid():
        try:
            rows = rows_of(form.cleaned_data["file"].read())
            taken = report_events(actor=actor, hall_id=hall_id, rows=rows, at=timezone.now())
        except Refused as refusal:
            form.add_error("file", refusal.message)
            faults = [_fault(where, words) for where, words in refusal.errors.items()][:FAULTS]
        else:
            messages.success(request, f"接收 {taken.new} 条，{taken.known} 条以前已经报送。")
            return redirect("staff:report_events")
    context = {
        "form": form,
        "faults": faults,
        "columns": list(COLUMNS),
        "rows": queries.reported_events(hall_id)[:SHOWN],
        "breadcrumbs": [NavItem("大厅评分", reverse("staff:scores")), NavItem("报送评分事件")],
    }
    return render(request, "staff/report_events.html", context, status=422 if form.is_bound else 200)


def _fault(where: str, words: str) -> str:
    """rows[3].level → 第 5 行“评价”: the table's first row is its head."""
    place, _, field = where.partition(".")
    return f"第 {int(place[5:-1]) + 2} 行“{NAMES.get(field, field)}”：{words}"


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The table's rows in the interface's words. Raises Refused for what is no such table."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise Refused("halls.table", "读不出这个文件的文字", field="file", remedy="请另存为 UTF-8 的 CSV") from None
    if "\x00" in text:
        raise Refused("halls.table", "这个文件不是 CSV 表格", field="file", remedy="请用表格软件另存为 CSV")
    try:
        lines = list(csv.reader(io.StringIO(text)))
    except csv.Error:
        raise Refused(
            "halls.table", "这个文件不是 CSV 表格，或者有一格太长", field="file", remedy="请用本页的样表重新填写"
        ) from None
    head = [name.strip() for name in lines[0]] if lines else []
    if strange := [name for name in head if name not in COLUMNS] or ([] if "编号" in head else ["编号"]):
        raise Refused("halls.table", f"表头不对：{'、'.join(strange[:5])}", field="file", remedy="请用本页的样表")
    return [_row(head, line) for line in lines[1:] if any(cell.strip() for cell in line)]


def _row(head: Sequence[str], line: Sequence[str]) -> dict[str, str]:
    row = {COLUMNS[name]: cell.strip() for name, cell in zip(head, line, strict=False)}
    return {field: WORDS.get(field, {}).get(cell, cell) for field, cell in row.items()}


@need_role("supervisor", "general_convener")
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The table to fill in, with an example of three types."""
    text = io.StringIO()
    csv.writer(text).writerows([list(COLUMNS), *EXAMPLES])
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    return named(answer, "评分事件表.csv", attached=True)
