"""What the company does with an item: hand in, hand in again, take back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, Refused, save
from yinuo.engine.documents.attachments import AttachedFile, attach_files
from yinuo.engine.documents.models import FileRole, StoredFile
from yinuo.engine.notices.actions import tell
from yinuo.engine.notices.effects import readers
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.engine.work.actions import Limits, close, open_item, open_of, resume
from yinuo.rooms.onemap import access
from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.actions.common import (
    GOING_ON,
    clock,
    need_going_on,
    need_prerequisites,
    need_text,
    take,
    words,
)
from yinuo.rooms.onemap.actions.pausing import hold
from yinuo.rooms.onemap.counter_papers import issue_receipt
from yinuo.rooms.onemap.mocking import need_counter
from yinuo.rooms.onemap.models import CONTESTED, LATER_OPEN, ItemState, MapItem, Outcome, Submission
from yinuo.rooms.onemap.reach import need_files_in_reach
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects.actions import need_not_stopped

APPLICABLE = (ItemState.OPEN, ItemState.INCOMPLETE, ItemState.INCORRECT)


@action
def submit_materials(
    *,
    actor: Actor,
    item_id: int,
    materials: Sequence[dict[str, Any]],
    at: datetime,
    note: str = "",
    version: int | None = None,
    idempotency_key: str = "",
) -> Submission:
    """The full material for a matter that may start now; a further version after a send-back. The receipt clock starts
    (G-4).

    Shape of `materials`: [{"id": material id of the item, "file": StoredFile id} …].
    """
    claimed = claim(actor, idempotency_key, "onemap.submit_materials", [item_id, list(materials), note], at=at)
    if (known := answered(claimed)) is not None:
        return Submission.objects.get(pk=known)
    item = take(actor, item_id, access.can_apply, APPLICABLE, version, GOING_ON)
    need_counter(actor, item)
    need_going_on(item)
    need_prerequisites(item)
    handed = checked_materials(item, materials)
    need_files_in_reach(actor, [one.file for one in handed])
    _need_answer(item, handed, note)
    accepted = item.state == ItemState.INCORRECT
    if not accepted:
        applying.receive(item, at)
    submission = new_submission(actor, item, handed, note, at)
    if accepted:
        work = clock(item)
        if work.state == "paused":
            resume(actor=actor, item=work, at=at, note="企业已修改")
        item.state = ItemState.ACCEPTED
        save(item, "state")
        _close_correction(actor, item, at)
        hold(item, at)
    else:
        _close_correction(actor, item, at)
        _open_receipt(actor, item, at)
    issue_receipt(item, submission, open_of(item, MapWork.RECEIPT))
    record(
        actor,
        "onemap.submit_materials",
        submission,
        at=at,
        project_code=item.project.code or "",
        data={
            "item": item.pk,
            "matter": item.matter_id,
            "number": submission.number,
            "receipt_no": submission.receipt_no,
        },
    )
    remember(claimed, submission)
    return submission


def _need_answer(item: MapItem, handed: Sequence[AttachedFile], note: str) -> None:
    """A send-back is not answered by the very same files without a word, uploaded anew or not: a clock would run for
    nothing.
    """
    if item.state not in (ItemState.INCOMPLETE, ItemState.INCORRECT) or note.strip():
        return
    last = applying.of(item).submissions.order_by("-number").first()
    if last and {(one.id, one.sha256) for one in last.materials} == {(one.id, one.sha256) for one in handed}:
        message = "和上次交的完全一样：请换上补正的文件；不用换的，在这里写明理由"
        raise Refused("onemap.nothing_mended", message, field="note", remedy="换上补正的文件，或者写明理由")


def new_submission(actor: Actor, item: MapItem, handed: Sequence[AttachedFile], note: str, at: datetime) -> Submission:
    """The next version of the material, of the present application."""
    application = applying.of(item)
    made = Submission.objects.create(
        application=application,
        number=application.submissions.count() + 1,
        receipt_no=receipt_number(at),
        note=note.strip(),
        person_id=actor.required_person_id,
        at=at,
    )
    attach_files(made, FileRole.MATERIAL, handed)
    return made


def receipt_number(at: datetime) -> str:
    """Random, so that nobody looks for gaps or another's receipt."""
    return f"S{at.astimezone(TZ):%y%m%d}{secrets.token_hex(5).upper()}"


def checked_materials(item: MapItem, materials: Sequence[dict[str, Any]]) -> list[AttachedFile]:
    """Each material the matter lists, with its file.

    Raises Refused naming every main material left out and every foreign file.
    """
    known = {material["id"]: material for material in item.materials}
    handed: list[AttachedFile] = []
    errors: dict[str, str] = {}
    numbers = [row.get("file") if isinstance(row.get("file"), int) else 0 for row in materials]
    files = (
        StoredFile.objects.defer("content")
        .filter(unit_id=item.project.unit_id)
        .in_bulk([number for number in numbers if number])
    )
    for row, number in zip(materials, numbers, strict=True):
        material, file = known.get(str(row.get("id"))), files.get(number)
        if material is None:
            errors[str(row.get("id"))] = "不是这个事项的材料"
        elif file is None:
            errors[material["id"]] = f"请上传“{material['name']}”"
        else:
            handed.append(AttachedFile(file.pk, file.name, file.sha256, file.unit_id, material["id"], material["name"]))
    given = {one.id for one in handed}
    for material in known.values():
        if material["main"] and material["id"] not in given and material["id"] not in errors:
            errors[material["id"]] = f"还缺“{material['name']}”"
    if errors:
        raise Refused(
            "onemap.materials", "材料还不齐全", field=next(iter(errors)), remedy="请一次交齐全部主要材料", errors=errors
        )
    return handed


def _open_receipt(actor: Actor, item: MapItem, at: datetime) -> None:
    work = open_item(
        actor=actor,
        kind=MapWork.RECEIPT,
        about=words(item),
        limits=Limits(pack().integer("receipt.limit", item.project.rules_on)),
        rules_on=item.project.rules_on,
        at=at,
        department_id=item.department_id,
        hall_id=item.project.hall_id,
        assignee_id=item.handler_id,
    )
    tell(
        "received",
        at=at,
        persons=readers(work, at),
        project_code=item.project.code or "",
        page=work.page_ref,
        project=item.project.name,
        matter=item.name,
        due=work.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if work.due_at else "",
    )


def _close_correction(actor: Actor, item: MapItem, at: datetime) -> None:
    waiting = open_of(item, MapWork.RECTIFICATION)
    if waiting is not None:
        close(actor=actor, item=waiting, at=at, outcome="resubmitted")


@action
def withdraw_application(*, actor: Actor, item_id: int, why: str, at: datetime, version: int | None = None) -> MapItem:
    """The company takes an undecided application back; the item is open again, what was applied for stays on record
    (U-7).
    """
    states = (ItemState.RECEIVED, ItemState.INCOMPLETE, ItemState.ACCEPTED, ItemState.INCORRECT, ItemState.PAUSED)
    item = take(actor, item_id, access.can_apply, states, version, GOING_ON)
    need_counter(actor, item)
    why = need_text(why, "why", "请写明撤回的原因")
    for kind in (MapWork.RECEIPT, MapWork.LIMIT, MapWork.RECTIFICATION, MapWork.GAP):
        work = open_of(item, kind)
        if work is not None:
            close(actor=actor, item=work, at=at, outcome="application withdrawn", cancelled=True)
    applying.begin_anew(item, at, outcome=Outcome.WITHDRAWN, text=why)
    record(actor, "onemap.withdraw_application", item, at=at, project_code=item.project.code or "", why=why)
    return item


@action
def apply_anew(
    *, actor: Actor, item_id: int, why: str, at: datetime, version: int | None = None, idempotency_key: str = ""
) -> MapItem:
    """A matter refused, or refused acceptance, is open to a new application: the refusal stays on record, the clocks
    begin anew (U-7).

    Where the refusal to accept has named the competent department, the new application is its own.
    Whoever applies anew has the refusal in hand: where its delivery is still owed, it counts as delivered now.
    """
    claimed = claim(actor, idempotency_key, "onemap.apply_anew", [item_id, why], at=at)
    if (known := answered(claimed)) is not None:
        return MapItem.objects.get(pk=known)
    item = take(actor, item_id, access.can_apply, [*CONTESTED, ItemState.EXEMPT], version)
    if item.state == ItemState.EXEMPT and not item.not_needed:
        raise Refused(
            "onemap.state",
            f"“{item.name}”现在是“{item.get_state_display()}”，不用重新申报",
            remedy="请刷新页面查看最新状态",
        )
    need_not_stopped(item.project)
    why = need_text(why, "why", "请写明上次不予许可、不予受理的原因已怎样解决")
    delivery = open_of(item, MapWork.DELIVERY)
    if delivery is not None:
        close(actor=actor, item=delivery, at=at, outcome="applied anew")
        applying.of(item).delivered_at = at
        applying.of(item).save(update_fields=["delivered_at"])
    refused = applying.begin_anew(item, at, why)
    take_landing_back(item)
    record(
        actor,
        "onemap.apply_anew",
        item,
        at=at,
        project_code=item.project.code or "",
        why=why,
        data={"matter": item.matter_id, "refused": refused.number, "application": refused.number + 1},
    )
    remember(claimed, item)
    return item


@action
def revoke(*, actor: Actor, item: MapItem, why: str, at: datetime) -> MapItem:
    """For the ruling on a broken promise: what was decided on it is revoked and stays on record; the matter is to be
    applied for anew.
    """
    if item.state != ItemState.GRANTED:
        raise Refused(
            "onemap.state",
            f"“{item.name}”现在是“{item.get_state_display()}”，没有可以撤销的决定",
            remedy="请刷新页面查看最新状态",
        )
    delivery = open_of(item, MapWork.DELIVERY)
    if delivery is not None:
        close(actor=actor, item=delivery, at=at, outcome="revoked", cancelled=True)
    revoked = applying.begin_anew(item, at, why, outcome=Outcome.REVOKED)
    for asked in revoked.later_documents.select_for_update(no_key=True).filter(state__in=LATER_OPEN):
        applying.end_request(actor, asked, at, "decision revoked")
    take_landing_back(item)
    data = {"matter": item.matter_id, "document_number": revoked.document_number}
    record(
        actor,
        "onemap.revoke",
        item,
        at=at,
        project_code=item.project.code or "",
        why=why,
        data=data,
        chain="approval.document",
    )
    return item


def take_landing_back(item: MapItem) -> None:
    """A matter before start of work that is to be done after all: the project has not landed."""
    project = item.project
    if item.pre_start and project.landed_at is not None:
        project.landed_at = None
        project.save(update_fields=["landed_at"])
