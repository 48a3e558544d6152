"""What the window's papers say: the receipt of a visit, and the record of documents handed out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings

from yinuo.engine.documents.models import Document
from yinuo.engine.documents.wording import iso, moment
from yinuo.engine.register import window_words
from yinuo.rooms.projects.models import Project
from yinuo.rooms.window.models import Handout, Visit
from yinuo.rooms.window.queries import Done


def lines(done: Iterable[Done]) -> list[dict[str, Any]]:
    """The receipt's lines, in order; scans are counted together."""
    made: list[dict[str, Any]] = []
    for row in done:
        if row.verb not in window_words():
            continue
        about = (
            row.matter
            or (row.text if row.verb == "window.hand_out" else "")
            or (row.project.name if row.project else "")
        )
        line = {
            "at": moment(row.at),
            "what": window_words()[row.verb],
            "about": about,
            "project_name": row.project.name if row.project else "",
            "project_code": row.project.code or "" if row.project else "",
            "receipt_no": row.receipt_no,
            "times": 1,
        }
        if made and row.verb == "documents.store_upload" and made[-1]["what"] == line["what"]:
            made[-1]["times"] += 1
        else:
            made.append(line)
    return made


def receipt(visit: Visit, done: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """shapes.WindowReceiptData."""
    hall = visit.department.hall
    return {
        "number": visit.receipt_no,
        "hall": hall.name,
        **project_lines(visit, [(line["project_name"], line["project_code"]) for line in done]),
        "visitor": visit.visitor,
        "identity": f"{visit.get_identity_kind_display()} {visit.identity_masked}",
        "authority": authority_of(visit),
        "purpose": visit.purpose,
        "came_at": moment(visit.opened_at),
        "left_at": moment(visit.closed_at or visit.opened_at),
        "clerk": visit.clerk.name,
        "lines": [{key: value for key, value in line.items() if key != "project_name"} for line in done],
        "contact": {"name": visit.department.name, "phone": visit.department.phone or None, "address": None},
        "verify_url": f"{settings.YINUO_ORIGIN.rstrip('/')}/receipts/{visit.receipt_no}/",
        "watermark": None,
    }


def project_lines(visit: Visit, projects: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The unit, and the project it was about; of several the first, and how many they were."""
    found = list(dict.fromkeys(pair for pair in projects if pair[0]))
    more = f"等 {len(found)} 个项目" if len(found) > 1 else ""
    return {
        "project_name": found[0][0] + more if found else "没有涉及已有的项目",
        "project_code": found[0][1] if found else "",
        "unit_name": visit.unit.name,
        "credit_code": visit.unit.credit_code or visit.unit.reservation_no,
    }


def authority_of(visit: Visit) -> str:
    return (
        f"{visit.get_authority_display()} {visit.letter_no}" if visit.letter_no else str(visit.get_authority_display())
    )


def handout(made: Handout, documents: Sequence[Document]) -> dict[str, Any]:
    """shapes.HandoutRecordData."""
    visit = made.visit
    names = dict(Project.objects.filter(code__in={row.project_code for row in documents}).values_list("code", "name"))
    return {
        "number": f"{visit.receipt_no}-{visit.handouts.filter(pk__lte=made.pk).count()}",
        "hall": visit.department.hall.name,
        **project_lines(visit, [(names.get(row.project_code, ""), row.project_code) for row in documents]),
        "taker": visit.visitor,
        "identity": f"{visit.get_identity_kind_display()} {visit.identity_masked}",
        "authority": authority_of(visit),
        "documents": [
            {
                "title": title_of(row),
                "number": row.number,
                "project": names.get(row.project_code, ""),
                "issued_on": iso(row.issued_at),
            }
            for row in documents
        ],
        "handed_at": moment(made.at),
        "clerk": visit.clerk.name,
        "scan_sha256": made.scan.sha256 if made.scan else None,
        "note": made.note or None,
        "watermark": None,
    }


def title_of(document: Document) -> str:
    """The document as people call it, with its matter where several are of one kind."""
    matter = document.data.get("matter_name")
    return f"{document.get_kind_display()}（{matter}）" if matter else str(document.get_kind_display())
