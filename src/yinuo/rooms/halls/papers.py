"""The month's bulletin as a paper: the same content as the row it is issued for."""

from __future__ import annotations

from typing import Any

from yinuo.engine.documents.wording import cited, iso
from yinuo.engine.rules import pack, roles
from yinuo.rooms.halls.models import Bulletin

KINDS = {"hall": "政务大厅", "convener": "总召集人", "handler": "审批事项办理人员"}
COUNTED = ("good", "bad", "yellow", "red", "landed", "tracks", "manual")


def bulletin(row: Bulletin) -> dict[str, Any]:
    """shapes.HallBulletinData. Issued by the comprehensive department, which is that of filings (附件7·第五条)."""
    body, rules = row.body, pack()
    day = max(row.month, rules.valid_from)
    basis = [
        cite
        for name in ("hall.start", "hall.assessment_points", "hall.honoured")
        for cite in rules.parameter(name, day).cites
    ]
    return {
        "issuer": rules.departments[roles().filing_department].name,
        "number": row.number,
        "region": body["region"],
        "month": row.month.isoformat(),
        "through": body["through"],
        "mean": body["mean"],
        "start": str(rules.decimal("hall.start", day)),
        "worth": str(rules.parameter("hall.assessment_points", day).value),
        "lines": [
            {"rank": line["rank"], "hall": line["hall"], "score": line["score"], "change": _signed(line["change"])}
            | {name: line[name] for name in COUNTED}
            for line in body["lines"]
        ],
        "bottom": body["bottom"],
        "corrections": [
            {"month": f"{one['month']}-01", "hall": one["hall"], "told": one["told"], "now": one["now"]}
            for one in body["corrections"]
        ],
        "quarter": body["quarter"],
        "honours": [
            {
                "kind": KINDS[one["kind"]],
                "name": one["name"],
                "title": one["title"],
                "flag": one["flag"],
                "grounds": one["grounds"],
            }
            for one in body["honours"]
        ],
        "sha256": row.sha256,
        "basis": cited(list(dict.fromkeys(basis))),
        "issued_on": iso(row.at),
        "watermark": None,
    }


def _signed(text: str) -> str:
    return text if text == "0" else f"−{text[1:]}" if text.startswith("-") else f"+{text}"
