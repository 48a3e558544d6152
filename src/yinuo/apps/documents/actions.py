"""Documents are issued as rows; the paper is made and signed at first need, once, and kept by its SHA-256."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models

from yinuo.apps.base import Actor, Refused, forbid
from yinuo.apps.documents import access, leaves
from yinuo.apps.documents.attachments import attach
from yinuo.apps.documents.files import UploadError, inspect_upload
from yinuo.apps.documents.models import Document, DocumentKind, FileMark, MarkKind, StoredFile
from yinuo.apps.documents.queries import OUT_OF_USE
from yinuo.apps.documents.render import ATTACHED, render_pdf
from yinuo.apps.documents.signing import Signatory, SigningProvider, load_provider
from yinuo.apps.infochain import queries as infochain
from yinuo.apps.infochain.books import MAIN, TWIN
from yinuo.apps.people.models import ProjectUnit
from yinuo.apps.trail.actions import action, current, record
from yinuo.chain.verifier import Proof

PDF = "application/pdf"


@lru_cache(maxsize=1)
def signing_provider() -> SigningProvider:
    return load_provider(settings.YINUO_SIGNING_PROVIDER, **settings.YINUO_SIGNING_OPTIONS)


@action
def store_upload(*, actor: Actor, name: str, content: bytes, unit_id: int | None, at: datetime) -> StoredFile:
    """Keeps an uploaded file after looking at what it really is. Raises Refused for one too large or not what it says."""
    if not access.can_store_file(actor, unit_id):
        raise forbid("只能为本单位上传文件")
    try:
        info = inspect_upload(name, content, settings.YINUO_UPLOAD_LIMIT)
    except UploadError as error:
        raise Refused("documents.upload", str(error), field="file") from error
    if {"javascript", "launch"} & set(info.flags):
        raise Refused("documents.active", "文件里带有会自动运行的内容，不能上传", field="file", remedy="请另存为普通 PDF 后再上传")
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
        raise Refused("documents.older_file", "这个文件比原来的上传得早，不能当作新版", field="file", remedy="要改用它，请先恢复使用")
    last = file.marks.order_by("-id").first()
    if last is None or (last.kind, last.newer_id) != (MarkKind.REPLACED, newer.pk):
        _mark(actor, file, MarkKind.REPLACED, at, newer)
    if _standing(newer) in OUT_OF_USE:
        _mark(actor, newer, MarkKind.RESTORED, at)
    return newer


def _own_file(actor: Actor, file_id: int) -> StoredFile:
    """The unit's row is locked, so that two who mark a file at once leave one mark. Raises Forbidden for another's file and for papers issued."""
    file = StoredFile.objects.defer("content").get(pk=file_id)
    if not access.can_mark_file(actor, file):
        raise forbid("只能管理本单位上传的文件")
    ProjectUnit.objects.select_for_update(no_key=True).get(pk=file.unit_id)
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
    """Fixes a document's content and number; no paper yet. Raises IntegrityError for a number already used for the kind."""
    made = Document.objects.create(
        kind=kind,
        number=number,
        project_code=project_code,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        unit_id=unit_id,
        data=data,
        issued_at=at,
    )
    current().papers.append((project_code or f"{made.subject_kind}:{made.subject_id}", leaves.content(made)))
    return made


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
    """A document that is signed by a person in the act itself: paper, signature and digest stand before this returns."""
    document = issue(kind=kind, subject=subject, data=data, at=at, project_code=project_code, unit_id=unit_id)
    _keep(document, signing_provider().sign_pdf(render_pdf(kind, data, at), signatory, at=at, reason=reason), signatory.name)
    return document


@action
def paper_of(*, document: Document, at: datetime) -> StoredFile:
    """The signed paper of an issued document; two who ask at once get the same file."""
    locked = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if locked.file_id is None:
        issuer = str(locked.data.get("department") or locked.data.get("issuer") or locked.data.get("hall") or "")
        if issuer:
            provider = signing_provider()
            # The seal is drawn only on what is signed in the next breath: a paper without a signature has none.
            pdf = _with_proof(locked, provider.seal_words)
            signatory, reason = Signatory(id=issuer, name=issuer), DocumentKind(locked.kind).label
            _keep(locked, provider.sign_pdf(pdf, signatory, at=locked.issued_at, reason=reason), issuer)
        else:
            _keep(locked, render_pdf(locked.kind, locked.data, locked.issued_at), "")
    document.file_id, document.sha256 = locked.file_id, locked.sha256
    return StoredFile.objects.get(pk=locked.file_id)


def _with_proof(document: Document, seal: str | None) -> bytes:
    """The paper with the proof of the record it names (附件7·第十三条), attached and on its back: whoever has it can check it without a server.

    Where the log has a twin its proof is attached after the log's own.
    """
    found = list(_proofs_of(document))
    printed = infochain.printed(found[0][1], infochain.policy()) if found else None
    pdf = render_pdf(document.kind, document.data, document.issued_at, seal=seal, printed=asdict(printed) if printed else None)
    for name, proof, told in found:
        pdf = attach(pdf, f"{document.project_code}.{name}", bytes(proof), told)
    return pdf


def _proofs_of(document: Document) -> Iterator[tuple[str, Proof, str]]:
    leaf = document.data.get(ATTACHED)
    if leaf is None:
        return
    for book, name, told in ((MAIN, "tlog-proof", "信息链证明"), (TWIN, "sm3.tlog-proof", "信息链国密并行树证明")):
        try:
            yield name, infochain.prove_leaf(document.project_code, leaf, infochain.policy(), book), told
        except infochain.NotYet:
            return


def _keep(document: Document, pdf: bytes, signer: str) -> None:
    name = " ".join(filter(None, [document.get_kind_display(), document.number or document.project_code]))
    info = inspect_upload(f"{name}.pdf", pdf, 64 * 1024 * 1024)
    stored = StoredFile.objects.create(
        sha256=info.sha256,
        name=info.name,
        content_type=PDF,
        size=info.size,
        content=pdf,
        unit_id=document.unit_id,
        at=document.issued_at,
    )
    document.file, document.sha256, document.signer = stored, info.sha256, signer
    document.save(update_fields=["file", "sha256", "signer"])
    record(
        Actor.system(),
        "documents.sign",
        document,
        at=document.issued_at,
        project_code=document.project_code,
        data={**leaves.content(document), "sha256": info.sha256, "size": info.size},
        chain="document.signed" if signer else "",
    )
