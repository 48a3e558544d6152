"""What the documents about an item say; the words of law come from the pack."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from yinuo.core.calendar import TZ
from yinuo.engine.documents.qr import verification_url
from yinuo.engine.documents.wording import cited, iso
from yinuo.engine.rules import pack
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap import gap
from yinuo.rooms.onemap.models import LaterDocument, MapItem, SendBack, SendBackKind
from yinuo.rooms.projects.papers import remedies

# Across every paper of a matter under mock approval.
MOCK = "模拟"
UNIT_WORDS = {"working": "个工作日", "calendar": "日"}


def project_lines(item: MapItem) -> dict[str, Any]:
    project = item.project
    return {
        "project_name": project.name,
        "project_code": project.code or "",
        "unit_name": project.unit.name,
        "credit_code": project.unit.credit_code or "",
    }


def verify_url(item: MapItem) -> str | None:
    project = item.project
    if not project.code or not project.unit.credit_code:
        return None
    return verification_url(settings.YINUO_ORIGIN, project.code, project.unit.credit_code)


def in_days(value: int | None, unit: str) -> str:
    if value is None:
        return "未规定"
    return "即时办结" if value == 0 else f"{value} {UNIT_WORDS[unit]}"


def contact(item: MapItem) -> dict[str, Any] | None:
    if item.handler is None:
        return None
    return {"name": item.handler.name, "phone": item.department.phone or None, "address": None}


def basis(item: MapItem) -> list[str]:
    matter = pack().matters[item.matter_id]
    return cited(matter.basis)


def number(item: MapItem, mark: str, at: datetime) -> str:
    """The number of a notice: department, year, project and item; unique without a counter."""
    return (
        f"{item.department.short_name}{mark}〔{at.astimezone(TZ).year}〕"
        f"{(item.project.code or '')[-6:]}-{item.position}号"
    )


def numbered(item: MapItem, mark: str, at: datetime) -> str:
    """The number of a notice of the present application; from the second application on it says so."""
    first = number(item, mark, at)
    return first if item.present.number == 1 else f"{first}（第{item.present.number}次申请）"


def acceptance(item: MapItem, work: WorkItem, at: datetime) -> dict[str, Any]:
    submission = item.present.submissions.order_by("-number").first()
    materials = submission.materials if submission else []
    return {
        **project_lines(item),
        "number": numbered(item, "受", at),
        "department": item.department.name,
        "matter_name": item.name,
        "received_on": iso(item.present.received_at or at),
        "accepted_on": iso(item.present.accepted_at or at),
        "deemed": item.present.deemed_accepted,
        "promised_limit": in_days(item.limit_value, item.limit_unit),
        "statutory_limit": in_days(item.statutory_value, item.statutory_unit),
        "due_on": iso(work.due_at) if work.due_at else None,
        "provisional": work.provisional,
        "materials": [{"name": one.name, "note": "电子件"} for one in materials] + gap.missing_lines(item, materials),
        "basis": basis(item),
        "contact": contact(item),
        "issued_on": iso(at),
        "verify_url": verify_url(item),
        "watermark": MOCK if item.mock else None,
    }


def supplement(item: MapItem, sent: SendBack, at: datetime) -> dict[str, Any]:
    incomplete = sent.kind == SendBackKind.INCOMPLETE
    rules = pack().parameter("receipt.limit", item.project.rules_on)
    return {
        **project_lines(item),
        "number": numbered(item, "补", at),
        "department": item.department.name,
        "matter_name": item.name,
        "received_on": iso(item.present.received_at or at),
        "kind": sent.kind,
        "items": [
            {"category": row["category"], "subject": row["subject"], "reason": sent.reason, "request": row["request"]}
            for row in sent.points
        ],
        "effective_on": sent.effective_on.isoformat(),
        "answer_by": None,
        "consequence": "尚未受理，办理时限自材料补齐并受理之日起计算"
        if incomplete
        else "已受理，自本告知之日起暂停计时，修改后重新提交即恢复计时",
        "basis": cited(rules.cites),
        "contact": contact(item),
        "issued_on": iso(at),
        "verify_url": verify_url(item),
        "watermark": MOCK if item.mock else None,
    }


def non_acceptance(item: MapItem, reason_code: str, at: datetime) -> dict[str, Any]:
    """不予受理决定书: the case with its clause, the authority that is competent where it is known, the remedies."""
    competent = item.present.referred_to
    return {
        **project_lines(item),
        "number": item.present.document_number,
        "department": item.department.name,
        "matter_name": item.name,
        "received_on": iso(item.present.received_at or at),
        "basis": cited(pack().reasons[reason_code].cites),
        "reasons": refusal_reasons(reason_code, item.present.result_text),
        "competent": {"name": competent.name, "phone": competent.phone or None} if competent else None,
        "remedies": remedies(item.project.rules_on),
        "decided_on": iso(at),
        "contact": contact(item),
        "verify_url": verify_url(item),
        "watermark": None,
    }


def refusal_reasons(reason_code: str, text: str) -> list[dict[str, Any]]:
    """The case the pack names, with its clauses, and what the authority says of this one."""
    known = pack().reasons.get(reason_code)
    return [
        {"text": known.text if known else text, "cites": cited(known.cites) if known else []},
        {"text": text, "cites": []},
    ]


def decision(item: MapItem, at: datetime, *, granted: bool, reason_code: str, commitment: str) -> dict[str, Any]:
    matter = pack().matters[item.matter_id]
    reasons = [] if granted else refusal_reasons(reason_code, item.present.result_text)
    contents = [f"准予{item.project.unit.name}“{item.project.name}”的{item.name}。"] if granted else []
    if granted and item.present.result_text:
        contents.append(item.present.result_text)
    if granted and (said := gap.passed(item)):
        contents.append(said)
    return {
        **project_lines(item),
        "number": item.present.document_number,
        "department": item.department.name,
        "matter_name": item.name,
        "outcome": "granted" if granted else "refused",
        "application_on": iso(item.present.received_at or item.present.accepted_at or at),
        "accepted_on": iso(item.present.accepted_at or at),
        "basis": cited(matter.basis),
        "contents": contents,
        "reasons": reasons,
        "commitment": commitment or None,
        "valid_until": None,
        "remedies": remedies(item.project.rules_on),
        "decided_on": iso(at),
        "copies_to": [],
        "verify_url": verify_url(item),
        "watermark": None,
    }


def later_notice(asked: LaterDocument, at: datetime) -> dict[str, Any]:
    """一次性告知书 on the material supplied for a document needed later."""
    item = asked.item
    return {
        **project_lines(item),
        "number": f"{number(item, '补', at)}（补办审批文件）",
        "department": item.department.name,
        "matter_name": f"{item.name}（补办审批文件）",
        "received_on": iso(asked.received_at),
        "kind": "incomplete",
        "items": [
            {"category": row["category"], "subject": row["subject"], "reason": asked.reason, "request": row["request"]}
            for row in asked.points
        ],
        "effective_on": iso(at),
        "answer_by": None,
        "consequence": "补办审批文件的办理时限自材料补齐并受理之日起计算；原有信用承诺和已作出的决定不受影响",
        "basis": cited(pack().parameter("receipt.limit", item.project.rules_on).cites),
        "contact": contact(item),
        "issued_on": iso(at),
        "verify_url": verify_url(item),
        "watermark": None,
    }


def later_decision(
    asked: LaterDocument,
    at: datetime,
    *,
    document_number: str,
    text: str,
    granted: bool,
    reason_code: str,
    commitment: str,
) -> dict[str, Any]:
    """The document given later on a matter decided on a promise: it says that the promise stands (正文·三(七))."""
    item = asked.item
    effect = pack().parameter("commitment.legal_effect", item.project.rules_on)
    contents = [
        f"根据项目单位补充的申请材料，经审核，出具{item.project.unit.name}“{item.project.name}”的{item.name}审批文件。",
        *([text] if text else []),
        "项目单位原有信用承诺的法律效力不变。",
    ]
    return {
        **decision(item, at, granted=granted, reason_code=reason_code, commitment=commitment),
        "number": document_number,
        "application_on": iso(asked.received_at),
        "accepted_on": iso(asked.accepted_at or at),
        "basis": cited([*effect.cites, *pack().matters[item.matter_id].basis]),
        "contents": contents if granted else [],
        "reasons": [] if granted else refusal_reasons(reason_code, text),
    }
