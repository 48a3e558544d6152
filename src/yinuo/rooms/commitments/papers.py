"""What the commitment letter says: standard and promises of the county, format of the province, effect of the law; all
from the pack.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, time
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.core.pack.types import CommitmentStandard
from yinuo.engine.documents.render import render_pdf
from yinuo.engine.documents.wording import moment
from yinuo.engine.people.models import AuthorisedPerson
from yinuo.engine.rules import pack
from yinuo.rooms.commitments.models import PaperSigning
from yinuo.rooms.commitments.room import CommitmentsPaper
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.onemap.papers import number, project_lines, verify_url


def letter(
    item: MapItem, standard: CommitmentStandard, binding: AuthorisedPerson, at: datetime, *, turn: int, signed: bool
) -> dict[str, Any]:
    """shapes.CommitmentLetterData, as the unit's own person signs it electronically."""
    text = _text(item, standard, at, turn)
    name = text["legal_representative"]
    return {
        **text,
        "signer_name": binding.person.name,
        "signer_role": "法定代表人" if name == binding.person.name else "授权代表",
        "signed_at": at.astimezone(TZ).isoformat() if signed else None,
        "paper": None,
        "watermark": None if signed else "未签署",
    }


def _text(item: MapItem, standard: CommitmentStandard, at: datetime, turn: int) -> dict[str, Any]:
    """All that is said, whoever signs.

    `turn` counts the letters for the same matter: one given again has a number of its own.
    """
    day = item.project.rules_on
    days = pack().integer("notice.period", day)
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
        "notice_period": (
            f"本承诺在信用承诺专区公示 {days} 个工作日；公示期满没有未处理的异议，审批部门可以直接作出审批决定。"
        ),
        "legal_representative": item.project.unit.legal_representative or None,
        "verify_url": verify_url(item),
    }


def draft(item: MapItem, standard: CommitmentStandard, binding: AuthorisedPerson, at: datetime, turn: int) -> bytes:
    """The letter as it would be signed, to read before signing; kept nowhere."""
    return render_pdf(CommitmentsPaper.LETTER, letter(item, standard, binding, at, turn=turn, signed=False), at)


# -- on paper


def code_of(item: MapItem, standard: CommitmentStandard, on: date, turn: int) -> str:
    """The check code (核对码) of the text as it is now: another word, another year's number, another code."""
    text = _text(item, standard, _noon(on), turn)
    # Where the platform is reached is no part of what is promised.
    del text["verify_url"]
    digest = hashlib.sha256(json.dumps(text, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12].upper()
    return "-".join(digest[place : place + 4] for place in (0, 4, 8))


def to_sign(item: MapItem, standard: CommitmentStandard, at: datetime, turn: int) -> bytes:
    """The letter to print, sign by hand and seal; kept nowhere."""
    blank = {"signed_on": None, "window": None, "checked_at": None, "scan_sha256": None}
    data = {
        **_text(item, standard, at, turn),
        "signer_name": "",
        "signer_role": "",
        "signed_at": None,
        "paper": {"code": code_of(item, standard, at.astimezone(TZ).date(), turn), **blank},
        "watermark": None,
    }
    return render_pdf(CommitmentsPaper.LETTER, data, at)


def taken_in(
    item: MapItem, standard: CommitmentStandard, paper: PaperSigning, turn: int, *, window: str
) -> dict[str, Any]:
    """The letter on the platform's record: word for word what was signed, and the scan it was read from."""
    return {
        **_text(item, standard, _noon(paper.signed_on), turn),
        "signer_name": paper.signer,
        "signer_role": str(paper.get_capacity_display()),
        "signed_at": None,
        "paper": {
            "code": paper.code,
            "signed_on": paper.signed_on.isoformat(),
            "window": window,
            "checked_at": moment(paper.at),
            "scan_sha256": paper.scan_sha256,
        },
        "watermark": None,
    }


def _noon(on: date) -> datetime:
    return datetime.combine(on, time(12), TZ)
