"""Documents are issued as rows; the paper is made and signed once, right after the commit, and kept by its SHA-256
(making.py).
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models

from yinuo.engine.base import NO_ROW, Actor, Refused, forbid
from yinuo.engine.documents import access, leaves, versions
from yinuo.engine.documents.files import UploadError, inspect_upload
from yinuo.engine.documents.models import Document, FileMark, MarkKind, StoredFile
from yinuo.engine.documents.queries import OUT_OF_USE
from yinuo.engine.documents.render import check, render_pdf
from yinuo.engine.documents.signing import Signatory, SigningProvider, load_provider
from yinuo.engine.documents.typesetting import as_paper_error, paper_bytes
from yinuo.engine.inserting import new_row
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.trail.actions import action, current, record

PDF = "application/pdf"


@lru_cache(maxsize=1)
def signing_provider() -> SigningProvider:
    return load_provider(settings.YINUO_SIGNING_PROVIDER, **settings.YINUO_SIGNING_OPTIONS)


@action
def store_upload(*, actor: Actor, name: str, content: bytes, unit_id: int | None, at: datetime) -> StoredFile:
    """Keeps an uploaded file after looking at what it really is.

    Raises Refused for one too large or not what it says.
    """
    if not access.can_store_file(actor, unit_id):
        raise forbid("只能为本单位上传文件")
    try:
        info = inspect_upload(name, content, settings.YINUO_UPLOAD_LIMIT)
    except UploadError as error:
        raise Refused("documents.upload", str(error), field="file") from error
    if {"javascript", "launch"} & set(info.flags):
        raise Refused(
            "documents.active", "文件里带有会自动运行的内容，不能上传", field="file", remedy="请另存为普通 PDF 后再上传"
        )
    stored = StoredFile.objects.create(
        sha256=info.sha256,
        name=info.name,
        content_type=info.content_type,
        size=info.size,
        content=content,
        unit_id=unit_id,
        by_id=actor.person_id,
        at=at,
    )
    record(actor, "documents.store_upload", stored, at=at, data={"sha256": info.sha256, "size": info.size})
    return stored


@action
def retire_file(*, actor: Actor, file_id: int, at: datetime) -> StoredFile:
    """The file is no longer offered to choose from; what rests on it stays as it is."""
    file = _own_file(actor, file_id)
    if _standing(file) not in OUT_OF_USE:
        _mark(actor, file, MarkKind.RETIRED, at)
    return file


@action
def restore_file(*, actor: Actor, file_id: int, at: datetime) -> StoredFile:
    """A file retired, or replaced by mistake, is offered again."""
    file = _own_file(actor, file_id)
    if _standing(file) in OUT_OF_USE:
        _mark(actor, file, MarkKind.RESTORED, at)
    return file


@action
def replace_file(*, actor: Actor, file_id: int, newer_id: int, at: datetime) -> StoredFile:
    """`newer_id` is a later version of the file: from now on that one is offered. Sent again it changes nothing."""
    file, newer = _own_file(actor, file_id), _own_file(actor, newer_id)
    if newer.sha256 == file.sha256:
        raise Refused("documents.same_file", "这就是原来的文件，内容没有变化", field="file", remedy="请选择改过的文件")
    if newer.pk < file.pk:
        raise Refused(
            "documents.older_file",
            "这个文件比原来的上传得早，不能当作新版",
            field="file",
            remedy="要改用它，请先恢复使用",
        )
    last = file.marks.order_by("-id").first()
    if last is None or (last.kind, last.newer_id) != (MarkKind.REPLACED, newer.pk):
        _mark(actor, file, MarkKind.REPLACED, at, newer)
    if _standing(newer) in OUT_OF_USE:
        _mark(actor, newer, MarkKind.RESTORED, at)
    return newer


def _own_file(actor: Actor, file_id: int) -> StoredFile:
    """The unit's row is locked, so that two who mark a file at once leave one mark.

    Raises Forbidden for another's file and for papers issued.
    """
    file = StoredFile.objects.defer("content").get(pk=file_id)
    if not access.can_mark_file(actor, file):
        raise forbid("只能管理本单位上传的文件")
    ProjectUnit.objects.select_for_update(no_key=True).get(pk=file.unit_id or NO_ROW)
    return file


def _standing(file: StoredFile) -> str:
    return file.marks.order_by("-id").values_list("kind", flat=True).first() or ""


def _mark(actor: Actor, file: StoredFile, kind: MarkKind, at: datetime, newer: StoredFile | None = None) -> None:
    FileMark.objects.create(file=file, kind=kind, newer=newer, by_id=actor.person_id, at=at)
    record(actor, f"documents.mark_{kind}", file, at=at, data={"newer": newer.pk} if newer else {})


@action
def issue(
    *,
    kind: str,
    subject: models.Model,
    data: dict[str, Any],
    at: datetime,
    number: str = "",
    project_code: str = "",
    unit_id: int | None = None,
) -> Document:
    """Fixes a document's content, number and template; its paper is made by a job after the commit.

    Raises: IntegrityError for a number already used for the kind.
    """
    made = _document(kind, subject, data, at, number, project_code, unit_id)
    made.save(force_insert=True)
    current().papers.append((project_code or f"{made.subject_kind}:{made.subject_id}", leaves.content(made)))
    return made


@action
def issue_unlisted(
    *,
    kind: str,
    subject: models.Model,
    data: dict[str, Any],
    at: datetime,
    project_code: str = "",
    unit_id: int | None = None,
) -> None:
    """Like `issue`, but written with the action's other rows, without a statement of its own.

    Its key is not known before the commit, so the action's leaf does not list it; the leaf of its signature will.
    """
    current().add(_document(kind, subject, data, at, "", project_code, unit_id))


def _document(
    kind: str,
    subject: models.Model,
    data: dict[str, Any],
    at: datetime,
    number: str,
    project_code: str,
    unit_id: int | None,
) -> Document:
    """Raises PaperError for data that do not fit the paper: what could never be printed is not issued."""
    version = versions.current(kind)
    check(kind, version, data)
    # The job that sends messages also sees to papers without a file.
    current().dispatch = True
    return new_row(
        Document,
        kind=kind,
        number=number,
        project_code=project_code,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        unit_id=unit_id,
        data=data,
        template_version=version,
        issued_at=at,
    )


@action
def issue_signed(
    *,
    kind: str,
    subject: models.Model,
    data: dict[str, Any],
    at: datetime,
    signatory: Signatory,
    reason: str,
    project_code: str = "",
    unit_id: int | None = None,
) -> Document:
    """A document that is signed by a person in the act itself: paper, signature and digest stand before this returns.

    Raises: Refused where the paper cannot be made; then nothing is signed and nothing written.
    """
    document = issue(kind=kind, subject=subject, data=data, at=at, project_code=project_code, unit_id=unit_id)
    with as_paper_error():
        pdf = render_pdf(kind, data, at, version=document.template_version)
        signed = signing_provider().sign_pdf(pdf, signatory, at=at, reason=reason)
    _keep(document, signed, signatory.name, at)
    return document


@action
def make_paper(*, document_id: int, at: datetime, wait: bool = True) -> StoredFile | None:
    """Makes and signs the paper of an issued document, by the template it was issued with; the signature says `at`.

    Two who make it at once make it once: the second waits and gets the first one's file, or, not to `wait`, gets None.
    Raises: PaperError.
    """
    locked = Document.objects.select_for_update(of=("self",), skip_locked=not wait).filter(pk=document_id).first()
    if locked is None:
        return None
    if locked.file_id is None:
        with as_paper_error():
            pdf, signer = paper_bytes(locked, signing_provider(), at)
        _keep(locked, pdf, signer, at)
    return locked.file


def _keep(document: Document, pdf: bytes, signer: str, at: datetime) -> None:
    name = " ".join(filter(None, [document.get_kind_display(), document.number or document.project_code]))
    info = inspect_upload(f"{name}.pdf", pdf, 64 * 1024 * 1024)
    stored = StoredFile.objects.create(
        sha256=info.sha256,
        name=info.name,
        content_type=PDF,
        size=info.size,
        content=pdf,
        unit_id=document.unit_id,
        at=at,
    )
    document.file, document.sha256, document.signer = stored, info.sha256, signer
    document.save(update_fields=["file", "sha256", "signer"])
    record(
        Actor.system(),
        "documents.sign",
        document,
        at=at,
        project_code=document.project_code,
        data={**leaves.content(document), "sha256": info.sha256, "size": info.size},
        chain="document.signed" if signer else "",
    )
