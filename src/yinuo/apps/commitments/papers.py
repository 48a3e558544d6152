"""What the commitment letter says: standard and promises of the county, format of the province, effect of the law; all from the pack."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yinuo.apps.documents.models import DocumentKind
from yinuo.apps.documents.render import render_pdf
from yinuo.apps.onemap.models import MapItem
from yinuo.apps.onemap.papers import number, project_lines, verify_url
from yinuo.apps.people.models import AuthorisedPerson
from yinuo.apps.rules import pack
from yinuo.core.calendar import TZ
from yinuo.core.pack.types import CommitmentStandard


def letter(
    item: MapItem, standard: CommitmentStandard, binding: AuthorisedPerson, at: datetime, *, turn: int, signed: bool
) -> dict[str, Any]:
    """`turn` counts the letters for the same matter: one withdrawn and given again has a number of its own."""
    day, unit = item.project.rules_on, binding.unit
    days = pack().integer("notice.period", day)
    name = unit.legal_representative
    return {
        **project_lines(item),
        "number": number(item, "诺", at) if turn == 1 else f"{number(item, '诺', at)}之{turn}",
        "matter_name": item.name,
        "department": item.department.name,
        "opening": None,
        "standard_version": standard.version,
        "template_version": str(pack().parameter("commitment.letter_format", day).value),
        "requirements": list(standard.requirements),
        "promises": list(standard.promises),
        "legal_effect": list(pack().parameter("commitment.legal_effect", day).value),
        "notice_period": f"本承诺在信用承诺专区公示 {days} 个工作日；公示期满没有未处理的异议，审批部门可以直接作出审批决定。",
        "legal_representative": name or None,
        "signer_name": binding.person.name,
        "signer_role": "法定代表人" if name and name == binding.person.name else "授权代表",
        "signed_at": at.astimezone(TZ).isoformat() if signed else None,
        "verify_url": verify_url(item),
        "watermark": None if signed else "未签署",
    }


def draft(item: MapItem, standard: CommitmentStandard, binding: AuthorisedPerson, at: datetime, turn: int) -> bytes:
    """The letter as it would be signed, to read before signing; kept nowhere."""
    return render_pdf(DocumentKind.LETTER, letter(item, standard, binding, at, turn=turn, signed=False), at)
