"""Files in the company's forms: uploaded once, kept in the unit's library, chosen from there ever after."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q

from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents.actions import restore_file, store_upload
from yinuo.engine.documents.files import ACCEPTED, TYPES
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.documents.queries import OUT_OF_USE, in_use, library
from yinuo.rooms.onemap.reach import reachable
from yinuo.ui.components.text import zh_day

SHOWN = 200
# A phone then offers its camera beside its files.
ACCEPT = ",".join(ending for kind in sorted(ACCEPTED) for ending in TYPES[kind].endings)


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files at once; an empty list where nothing was chosen."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=ManyFilesInput({"multiple": True, "accept": ACCEPT}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in files if file]


def mebibytes() -> int:
    return settings.YINUO_UPLOAD_LIMIT // (1024 * 1024)


def shelf(unit_id: int, also: Iterable[int] = (), actor: Actor | None = None) -> dict[int, StoredFile]:
    """The unit's newest files in use by id, and those of `also` however old and whether in use or not; an agent's are
    but its own.
    """
    reach = Q() if actor is None else reachable(actor)
    files = list(in_use(unit_id).filter(reach)[:SHOWN])
    have = {file.pk for file in files}
    rest = [pk for pk in also if pk not in have]
    return {file.pk: file for file in [*files, *(library(unit_id).filter(reach, pk__in=rest) if rest else ())]}


def choices(files: dict[int, StoredFile]) -> list[tuple[str, str]]:
    """To choose from: of equal bytes only the newest."""
    latest: dict[str, StoredFile] = {}
    for file in files.values():
        latest.setdefault(file.sha256, file)
    return [(str(file.pk), label(file)) for file in latest.values()]


def label(file: StoredFile) -> str:
    return f"{file.name}（{zh_day(file.at)}上传）"


def keep(
    form: forms.Form, field: str, files: Sequence[UploadedFile[Any]], *, actor: Actor, at: datetime
) -> list[StoredFile]:
    """Stores each file by itself: what is right stays in the library even where another of the form is refused.

    One that is there already is not stored again: a form sent twice names the same files.
    """
    kept = []
    for file in files:
        if (file.size or 0) > settings.YINUO_UPLOAD_LIMIT:
            form.add_error(field, f"“{file.name}”太大，每个文件不能超过 {mebibytes()} MB")
            continue
        content = file.read()
        known = (
            library(actor.unit_id or 0)
            .filter(reachable(actor), sha256=hashlib.sha256(content).hexdigest(), name=file.name)
            .first()
        )
        if known is not None:
            kept.append(restore_file(actor=actor, file_id=known.pk, at=at) if known.standing in OUT_OF_USE else known)
            continue
        try:
            kept.append(store_upload(actor=actor, name=file.name or "", content=content, unit_id=actor.unit_id, at=at))
        except Refused as refusal:
            form.add_error(field, f"“{file.name}”：{refusal}")
    return kept
