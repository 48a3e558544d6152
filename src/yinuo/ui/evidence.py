"""Evidence that comes with a form: kept as soon as it arrives, so that nothing has to be chosen twice when the form
comes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest

from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.documents.queries import own_uploads

FILES_MOST = 10


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; which kinds and how large, the action says."""

    widget = SeveralFiles({"multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        rows = data if isinstance(data, (list, tuple)) else [data] if data else []
        if len(rows) > FILES_MOST:
            raise forms.ValidationError(f"一次最多上传 {FILES_MOST} 个文件")
        return [super(FilesField, self).clean(row, initial) for row in rows]


class EvidenceForm(forms.Form):
    """Mixed into a form that takes evidence; `kept` names the files already stored by an earlier try."""

    # A field of that name is a class attribute; what was sent is the instance's.
    files = FilesField(label="附件", required=False, help_text="PDF、照片或办公文档，可以选几个。")  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept: list[StoredFile] = []

    def take(self, request: HttpRequest, actor: Actor, at: datetime) -> bool:
        """Stores what came, beside what an earlier try of the same person has stored; False with the fault at the
        field.
        """
        self.kept = kept(request.POST.getlist(f"{self.prefix}-kept" if self.prefix else "kept"), actor)
        for file in request.FILES.getlist(self.add_prefix("files")):
            try:
                self.kept.append(
                    store_upload(actor=actor, name=file.name or "", content=file.read(), unit_id=None, at=at)
                )
            except Refused as refusal:
                self.add_error("files", f"“{file.name}”：{refusal}")
        return not self.errors

    @property
    def file_ids(self) -> list[int]:
        return [file.pk for file in self.kept]


def kept(names: Iterable[str], actor: Actor) -> list[StoredFile]:
    """Files of the actor's own by the ids a form sent back; others' are not taken."""
    ids = [int(name) for name in names if name.isascii() and name.isdecimal() and len(name) < 18][:FILES_MOST]
    return list(own_uploads(actor.person_id, ids))
