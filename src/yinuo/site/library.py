"""The unit's files: everything uploaded once, ready for every matter; newer versions, and what is no longer used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from yinuo.engine.base import forbid
from yinuo.engine.documents import access
from yinuo.engine.documents.actions import replace_file, restore_file, retire_file
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.documents.queries import OUT_OF_USE, Standing, in_use, library, stored_file, versions
from yinuo.engine.documents.usage import Use, uses_of
from yinuo.ui.acting import actor_of, need_unit
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.components.text import grouped
from yinuo.ui.handling import attempt
from yinuo.ui.uploads import ManyFilesField, keep, mebibytes

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

PAGE = 50
STANDING = {"retired": ("停用", ""), "replaced": ("有新版", "amber")}
LONGEST_SEARCH = 80


class UploadForm(forms.Form):
    files = ManyFilesField(label="上传文件", error_messages={"required": "请选择文件"})  # type: ignore[assignment]

    def clean_files(self) -> object:
        if not self.cleaned_data["files"]:
            raise forms.ValidationError("请选择文件", code="chosen")
        return self.cleaned_data["files"]


@need_unit
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """`view=old` lists what is retired or replaced; `q` searches names."""
    actor = actor_of(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        kept = keep(form, "files", form.cleaned_data["files"], actor=actor, at=timezone.now())
        if kept:
            messages.success(request, f"已上传 {len(kept)} 个文件。")
        if kept and form.is_valid():
            return redirect("unit:library")
    old = request.GET.get("view") == "old"
    search = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    after = request.GET.get("after", "")
    unit_id = actor.unit_id or 0
    rows = library(unit_id).filter(standing__in=OUT_OF_USE) if old else in_use(unit_id)
    if search:
        rows = rows.filter(name__icontains=search)
    if after.isdecimal() and len(after) < 16:
        rows = rows.filter(id__lt=int(after))
    found = list(rows[: PAGE + 1])
    uses = uses_of([file.pk for file in found[:PAGE]])
    view = "view=old&" if old else ""
    here = reverse("unit:library")
    context = {
        "form": form,
        "files": [_line(file, uses[file.pk]) for file in found[:PAGE]],
        "old": old,
        "search": search,
        "views": [NavItem("在用的", here, current=not old), NavItem("停用的和旧版", f"{here}?view=old", current=old)],
        "limit": mebibytes(),
        "next_url": f"?{view}after={found[PAGE - 1].pk}" if len(found) > PAGE and not search else "",
        "first_url": f"{here}?{view}" if after else "",
        "breadcrumbs": [NavItem("我的项目", reverse("unit:projects")), NavItem("材料库")],
    }
    return render(request, "unit/library.html", context)


def _line(file: WithAnnotations[StoredFile, Standing], uses: list[Use]) -> dict[str, Any]:
    word, colour = STANDING.get(file.standing, ("", ""))
    # 旧版还在没办结的事项里，换不换由企业决定。
    stale = [use for use in uses if use.open] if file.standing == "replaced" else []
    return {"file": file, "size": size_words(file.size), "uses": uses, "word": word, "colour": colour, "stale": stale}


def size_words(size: int) -> str:
    return f"{grouped(max(1, size // 1024))} KB"


class NewVersionForm(forms.Form):
    newer = ManyFilesField(label="上传新版", error_messages={"required": "请选择文件"})

    def clean_newer(self) -> object:
        files = self.cleaned_data["newer"]
        if len(files) != 1:
            raise forms.ValidationError("选择一个文件" if not files else "新版只能是一个文件", code="one")
        return files


def own_file(request: HttpRequest, file_id: int) -> WithAnnotations[StoredFile, Standing]:
    """Raises StoredFile.DoesNotExist for a number that is no file."""
    file = library(actor_of(request).unit_id or 0).filter(pk=file_id).first()
    if file is None:
        stored_file(file_id)
        raise forbid("只能管理本单位上传的文件")
    return file


@need_unit
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, file_id: int) -> HttpResponse:
    """One file: open it, its versions, where it is used; POST uploads a newer version."""
    actor, now = actor_of(request), timezone.now()
    file = own_file(request, file_id)
    form = NewVersionForm(request.POST, request.FILES) if request.method == "POST" else NewVersionForm()
    if request.method == "POST" and form.is_valid():
        kept = keep(form, "newer", form.cleaned_data["newer"], actor=actor, at=now)
        if kept and form.is_valid():
            newer = attempt(
                form, lambda: replace_file(actor=actor, file_id=file.pk, newer_id=kept[0].pk, at=now), {"file": "newer"}
            )
            if newer is not None:
                messages.success(request, "已换成新版。交过的申报里仍是当时的版本。")
                return redirect("unit:library_file", newer.pk)
    line = versions(file)
    uses = uses_of([row.pk for row in line])
    context = {
        "file": file,
        "form": form,
        "size": size_words(file.size),
        "word": STANDING.get(file.standing, ("在用", "green")),
        "out": file.standing in OUT_OF_USE,
        "may_mark": access.can_mark_file(actor, file),
        "uses": uses[file.pk],
        "versions": [
            {"file": row, "number": len(line) - place, "uses": uses[row.pk]} for place, row in enumerate(line)
        ],
        "limit": mebibytes(),
        "breadcrumbs": [
            NavItem("我的项目", reverse("unit:projects")),
            NavItem("材料库", reverse("unit:library")),
            NavItem(file.name),
        ],
    }
    return render(request, "unit/library_file.html", context)


@need_unit
@require_POST
def retire(request: HttpRequest, file_id: int) -> HttpResponse:
    retire_file(actor=actor_of(request), file_id=own_file(request, file_id).pk, at=timezone.now())
    messages.success(request, "已停用，以后选材料时不再列出。交过的申报不受影响。")
    return redirect("unit:library_file", file_id)


@need_unit
@require_POST
def restore(request: HttpRequest, file_id: int) -> HttpResponse:
    restore_file(actor=actor_of(request), file_id=own_file(request, file_id).pk, at=timezone.now())
    messages.success(request, "已恢复使用。")
    return redirect("unit:library_file", file_id)
