"""Handing in a matter's material: each with its files, ticked, from the library or new; whatever was uploaded stays
chosen.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from yinuo.engine.documents.models import StoredFile
from yinuo.rooms.onemap.models import MapItem, SendBack, Submission
from yinuo.rooms.onemap.queries import version_of
from yinuo.ui import uploads
from yinuo.ui.acting import actor_of
from yinuo.ui.handling import attempt
from yinuo.ui.uploads import ManyFilesField

T = TypeVar("T")
Rows = list[dict[str, Any]]
Shelf = dict[int, StoredFile]


class MaterialsForm(forms.Form):
    """For each material: what is already chosen, one from the library, and new files."""

    note = forms.CharField(
        label="给承办人的说明",
        required=False,
        widget=forms.Textarea({"rows": 3}),
        max_length=1000,
        error_messages={"required": "写明需要审批文件的用途"},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(
        self,
        *args: Any,
        item: MapItem,
        shelf: dict[int, StoredFile],
        chosen: dict[str, list[int]] | None = None,
        faults: Mapping[str, list[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        """`faults`: what is to be mended, by material; the file that was sent back is offered again, not ticked."""
        super().__init__(*args, **kwargs)
        self.materials, self.faults = item.materials, faults or {}
        known = uploads.choices(shelf)
        for number, material in enumerate(self.materials):
            have = (chosen or {}).get(material["id"], [])
            picked = [(str(pk), uploads.label(shelf[pk])) for pk in have if pk in shelf]
            faulty = material["id"] in self.faults
            self.fields[f"m{number}-have"] = forms.MultipleChoiceField(
                label="上次交的文件，还要用的请勾上" if faulty else "已选的文件",
                choices=picked,
                initial=[] if faulty else [pk for pk, _ in picked],
                required=False,
                widget=forms.CheckboxSelectMultiple(),
            )
            self.fields[f"m{number}-library"] = forms.ChoiceField(
                label="从材料库选", choices=_by_name(material["name"], known), required=False
            )
            self.fields[f"m{number}-new"] = ManyFilesField(label="上传新文件", required=False)

    def groups(self) -> list[dict[str, Any]]:
        """Each material with its fields, as the page shows them."""
        made = []
        for number, material in enumerate(self.materials):
            have = self[f"m{number}-have"]
            made.append(
                {
                    "material": material,
                    "faults": self.faults.get(material["id"], []),
                    "have": have if isinstance(have.field, forms.ChoiceField) and have.field.choices else None,
                    "library": self[f"m{number}-library"],
                    "new": self[f"m{number}-new"],
                }
            )
        return made

    def field_of(self, material_id: str) -> str:
        number = next((n for n, material in enumerate(self.materials) if material["id"] == material_id), None)
        return material_id if number is None else f"m{number}-new"


def _by_name(material: str, known: list[tuple[str, str]]) -> list[tuple[str, Any]]:
    """To choose from, first what is called like the material."""
    alike = [(pk, label) for pk, label in known if material in label]
    rest = [choice for choice in known if choice not in alike]
    return [("", "不选"), *([("名称相同的", alike), ("其他", rest)] if alike and rest else known)]


def last_handed(last: Submission | None) -> dict[str, list[int]]:
    """The files of a version handed in before, by material."""
    made: dict[str, list[int]] = {}
    for row in last.materials if last else []:
        made.setdefault(row.id, []).append(row.file)
    return made


def faults_of(item: MapItem, send_back: SendBack | None) -> dict[str, list[str]]:
    """What a send-back asks for, by the materials it is about: chosen by the clerk, or called by name or by part of it.

    The rest stands in its list alone.
    """
    made: dict[str, list[str]] = {}
    for point in send_back.points if send_back else []:
        if point.get("material"):
            made.setdefault(point["material"], []).append(point["request"])
            continue
        said = [row for row in item.materials if row["name"] in point["subject"]]
        # A name inside a longer one says nothing of its own: the application for a report is not the report.
        told = [row for row in said if not any(row["name"] in other["name"] for other in said if other is not row)]
        for row in told or [row for row in item.materials if point["subject"] in row["name"]]:
            made.setdefault(row["id"], []).append(point["request"])
    return made


def _ticked(request: HttpRequest, item: MapItem) -> dict[str, list[int]]:
    """The ids ticked among those already chosen: they must be choices of the form that reads them."""
    return {
        material["id"]: [int(pk) for pk in request.POST.getlist(f"m{number}-have") if pk.isdecimal() and len(pk) < 16]
        for number, material in enumerate(item.materials)
    }


class Handing:
    """One request on the page where material is handed in: its form, and what comes of it."""

    def __init__(
        self,
        request: HttpRequest,
        item: MapItem,
        last: Submission | None,
        *,
        what: str,
        send_back: SendBack | None = None,
    ) -> None:
        """`what` begins the key by which a form sent twice is known; `last` is the version whose files are ticked at
        first, but for those in which `send_back`, which is answered now, finds fault.
        """
        self.request, self.item, self.what = request, item, what
        self.faults = faults_of(item, send_back)
        chosen = _ticked(request, item) if request.method == "POST" else last_handed(last)
        self.shelf: Shelf = uploads.shelf(
            actor_of(request).unit_id or 0, [pk for ids in chosen.values() for pk in ids], actor_of(request)
        )
        if request.method == "POST":
            self.form = MaterialsForm(
                request.POST, request.FILES, item=item, shelf=self.shelf, chosen=chosen, faults=self.faults
            )
        else:
            initial = {"version": item.version, "key": self._key()}
            self.form = MaterialsForm(item=item, shelf=self.shelf, chosen=chosen, faults=self.faults, initial=initial)

    def _key(self) -> str:
        return f"{self.what}:{uuid.uuid4()}"

    @property
    def repeated(self) -> bool:
        """The same form was sent before with something else in it: what counted then stands."""
        return getattr(getattr(self.form, "refusal", None), "code", "") == "idempotency.reused"

    def run(self, act: Callable[[Rows], T]) -> T | None:
        """Stores new files and does `act` with the materials' rows; None = the form comes back with everything still
        chosen.
        """
        if not self.form.is_valid():
            return None
        rows = self._rows()
        names = {material["id"]: self.form.field_of(material["id"]) for material in self.item.materials}
        names |= {"purpose": "note"}
        made = attempt(self.form, lambda: act(rows), names) if self.form.is_valid() else None
        if made is None and not self.repeated:
            self._again(rows)
        return made

    def _rows(self) -> Rows:
        """The materials with their files; new files go to the library first."""
        form, actor, at = self.form, actor_of(self.request), timezone.now()
        rows: Rows = []
        for number, material in enumerate(form.materials):
            ids = [int(pk) for pk in form.cleaned_data[f"m{number}-have"]]
            if form.cleaned_data[f"m{number}-library"]:
                ids.append(int(form.cleaned_data[f"m{number}-library"]))
            for file in uploads.keep(form, f"m{number}-new", form.cleaned_data[f"m{number}-new"], actor=actor, at=at):
                self.shelf = {file.pk: file, **self.shelf}
                ids.append(file.pk)
            rows += [{"id": material["id"], "file": pk} for pk in dict.fromkeys(ids)]
        return rows

    def _again(self, rows: Rows) -> None:
        """The form once more: new uploads are now among the chosen, with the same errors and a fresh key."""
        chosen: dict[str, list[int]] = {}
        for row in rows:
            chosen.setdefault(row["id"], []).append(row["file"])
        data = self.request.POST.copy()
        for number, material in enumerate(self.item.materials):
            data.setlist(f"m{number}-have", [str(pk) for pk in chosen.get(material["id"], [])])
            data[f"m{number}-library"] = ""
        data["key"] = self._key()
        data["version"] = str(version_of(self.item.pk))
        again = MaterialsForm(data, item=self.item, shelf=self.shelf, chosen=chosen, faults=self.faults)
        again.fields["note"].required = self.form.fields["note"].required
        again.fields["note"].label, again.fields["note"].help_text = (
            self.form.fields["note"].label,
            self.form.fields["note"].help_text,
        )
        again.is_valid()
        for name, errors in self.form.errors.items():
            for error in errors:
                again.add_error(None if name == "__all__" else name, error)
        self.form = again
