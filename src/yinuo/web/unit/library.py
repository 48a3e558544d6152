"""The unit's files: everything uploaded once, ready for every matter."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yinuo.apps.documents.queries import library
from yinuo.web.acting import actor_of, need_unit
from yinuo.web.components.shapes import Cell, Column, NavItem
from yinuo.web.components.text import grouped, iso
from yinuo.web.unit.uploads import ManyFilesField, keep, mebibytes

PAGE = 50
COLUMNS = [Column("文件"), Column("大小", "number"), Column("上传时间", "date")]


class UploadForm(forms.Form):
    files = ManyFilesField(label="上传文件", error_messages={"required": "请选择文件"})

    def clean_files(self) -> object:
        if not self.cleaned_data["files"]:
            raise forms.ValidationError("请选择文件", code="chosen")
        return self.cleaned_data["files"]


@need_unit
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        kept = keep(form, "files", form.cleaned_data["files"], actor=actor, at=timezone.now())
        if kept and form.is_valid():
            messages.success(request, f"已上传 {len(kept)} 个文件。")
            return redirect("unit:library")
    after = request.GET.get("after", "")
    rows = library(actor.unit_id or 0)
    if after.isdigit() and len(after) < 16:
        rows = rows.filter(id__lt=int(after))
    found = list(rows[: PAGE + 1])
    listed = [
        [Cell(file.name, reverse("common:file", args=[file.pk])), f"{grouped(max(1, file.size // 1024))} KB", iso(file.at)]
        for file in found[:PAGE]
    ]
    context = {
        "form": form,
        "columns": COLUMNS,
        "rows": listed,
        "limit": mebibytes(),
        "next_url": f"?after={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "first_url": reverse("unit:library") if after else "",
        "breadcrumbs": [NavItem("我的项目", reverse("unit:projects")), NavItem("材料库")],
    }
    return render(request, "unit/library.html", context)
