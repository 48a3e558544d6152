"""Documents over the counter against signature (领证): whoever takes them is noted, and the term of delivery ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from yinuo.engine.base import NO_ROW, Actor, Refused, forbid
from yinuo.engine.documents.actions import issue
from yinuo.engine.documents.models import Document, StoredFile
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.rooms.onemap.actions import hand_over
from yinuo.rooms.onemap.actions.common import locked
from yinuo.rooms.onemap.actions.later import hand_over_document, locked_request
from yinuo.rooms.onemap.models import LaterDocument, LaterState, MapItem
from yinuo.rooms.onemap.room import MapPaper
from yinuo.rooms.projects.models import Project
from yinuo.rooms.window import access, papers, queries
from yinuo.rooms.window.models import Handout, HandoutLine, Signature, Visit
from yinuo.rooms.window.room import WindowPaper

ITEM, LATER = MapItem._meta.label_lower, LaterDocument._meta.label_lower
MOST = 20


@action
def hand_out(
    *,
    actor: Actor,
    visit_id: int,
    document_ids: Sequence[int],
    signature: str,
    at: datetime,
    scan_id: int | None = None,
    note: str = "",
    idempotency_key: str = "",
) -> Handout:
    """Gives the visitor documents of their unit, signed for. A decision whose delivery is still owed is delivered
    thereby (送达).

    `scan_id`: the signed page, uploaded by the clerk. Raises: Forbidden (another clerk's visit), Refused (over; another
    unit's; taken).
    """
    claimed = claim(
        actor, idempotency_key, "window.hand_out", [visit_id, sorted(document_ids), signature, scan_id, note], at=at
    )
    if (known := answered(claimed)) is not None:
        return Handout.objects.get(pk=known)
    found = Visit.objects.get(pk=visit_id)
    if not access.can_act_in(actor, found):
        raise forbid("只能在自己接待的来访里发证")
    # Projects and items first, as everywhere; then the visit.
    documents = _documents(found, document_ids)
    owed = _owed(documents)
    visit = (
        Visit.objects.select_for_update(no_key=True, of=("self",))
        .select_related("unit", "clerk", "department__hall")
        .get(pk=visit_id)
    )
    if not queries.is_open(visit, at):
        raise Refused("window.visit_over", "这个来访已经结束，不能再发证", remedy="请重新登记来访")
    scan = _scan(actor, signature, scan_id)
    _need_new(visit, documents)
    made = Handout.objects.create(visit=visit, signature=signature, scan=scan, note=note.strip()[:200], at=at)
    acting = replace(actor, entrance="window", via=visit.via)
    how = f"综合窗口直接送达，{visit.visitor}签收（{visit.get_identity_kind_display()} {visit.identity_masked}）"
    for document in documents:
        row = owed.get(document.pk)
        HandoutLine.objects.create(handout=made, visit=visit, document=document, delivered=row is not None)
        if isinstance(row, MapItem):
            hand_over(actor=acting, item=row, how=how, at=at)
        elif row is not None:
            hand_over_document(actor=acting, asked=row, how=how, at=at)
    codes = sorted({document.project_code for document in documents})
    paper = issue(
        kind=WindowPaper.HANDOUT,
        subject=made,
        data=papers.handout(made, documents),
        at=at,
        project_code=codes[0],
        unit_id=visit.unit_id,
    )
    for code in codes:
        told = [papers.title_of(document) for document in documents if document.project_code == code]
        record(
            acting,
            "window.hand_out",
            made,
            at=at,
            project_code=code,
            why="、".join(told),
            data={"paper": paper.pk, "visit": visit.pk},
        )
    remember(claimed, made)
    return made


def _documents(visit: Visit, ids: Sequence[int]) -> list[Document]:
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        raise Refused("window.documents", "请选择要发的文书", field="documents")
    if len(wanted) > MOST:
        raise Refused("window.documents", f"一次最多发 {MOST} 份文书", field="documents")
    found = Document.objects.exclude(kind__in=queries.NEVER_HANDED_OUT).filter(pk__in=wanted, unit_id=visit.unit_id)
    here = set(Project.objects.filter(unit_id=visit.unit_id, hall_id=visit.hall_id).values_list("code", flat=True))
    rows = [row for row in found.order_by("id") if row.project_code in here]
    if len(rows) != len(wanted):
        raise Refused(
            "window.other_unit",
            "有的文书不是这个单位在本大厅的，不能发给来访人",
            field="documents",
            remedy="请核对来访单位后重新选择",
        )
    return rows


def _owed(documents: Sequence[Document]) -> dict[int, MapItem | LaterDocument]:
    """Document → its item or request, locked, where this very decision still has to reach the unit.

    Always in the same order.
    """
    made: dict[int, MapItem | LaterDocument] = {}
    for document in sorted(documents, key=lambda row: (row.project_code, row.subject_kind, row.subject_id)):
        if document.kind not in (MapPaper.DECISION, MapPaper.NON_ACCEPTANCE):
            continue
        if document.subject_kind == ITEM:
            item = locked(document.subject_id)
            if item.decided and item.present.delivered_at is None and item.present.document_number == document.number:
                made[document.pk] = item
        elif document.subject_kind == LATER:
            asked = locked_request(document.subject_id)
            if asked.state in (LaterState.ISSUED, LaterState.DECLINED) and asked.delivered_at is None:
                made[document.pk] = asked
    return made


def _scan(actor: Actor, signature: str, scan_id: int | None) -> StoredFile | None:
    if signature not in Signature.values:
        raise Refused("window.signature", "请选择怎样签收", field="signature", remedy="没有签收的，不能发证")
    if signature == Signature.PAPER:
        return None
    scan = (
        StoredFile.objects.defer("content")
        .filter(pk=scan_id or NO_ROW, by_id=actor.person_id, unit__isnull=True)
        .first()
    )
    if scan is None:
        raise Refused("window.scan", "请上传签字页的扫描件", field="scan")
    return scan


def _need_new(visit: Visit, documents: Sequence[Document]) -> None:
    """Raises Refused for what has been handed out in this very visit; another day it may be fetched again."""
    taken = HandoutLine.objects.filter(visit=visit, document__in=documents).select_related("document").first()
    if taken is not None:
        raise Refused(
            "window.handed_out",
            f"“{papers.title_of(taken.document)}”刚才已经发过",
            field="documents",
            remedy="请刷新页面查看领证登记",
        )
