"""What the window's papers say: the receipt of a visit, and the record of documents handed out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings

from yinuo.engine.documents.models import Document
from yinuo.engine.documents.wording import iso, moment
from yinuo.rooms.projects.models import Project
from yinuo.rooms.window.models import Handout, Visit
from yinuo.rooms.window.queries import Done

# What was done in a visit, in the receipt's words; what is only a step of something else is left out. Rooms above add theirs.
WORDS = {
    "projects.file": "申报项目备案",
    "projects.amend": "变更项目信息",
    "projects.recode": "重新备案",
    "projects.terminate": "申请终止项目",
    "projects.report_start": "报送开工",
    "projects.report_progress": "报送建设进度",
    "projects.report_investment": "报送完成投资",
    "projects.report_completion": "报送竣工",
    "projects.report_participant": "报备参建单位",
    "projects.ask_question": "提出问题",
    "onemap.submit_materials": "提交申报材料",
    "onemap.withdraw_application": "撤回申报",
    "onemap.apply_anew": "重新申报",
    "onemap.ask_document": "申请补办审批文件",
    "onemap.withdraw_document_request": "撤回补办审批文件的申请",
    "onemap.enter_remedy": "登记复议、诉讼或者投诉",
    "commitments.commit_on_paper": "提交签字盖章的信用承诺书",
    "commitments.to_regular": "承诺转为常规办理",
    "commitments.report_fulfilment": "报告履约情况",
    "commitments.report_difficulty": "报告履约困难",
    "commitments.apply_completion": "申请竣工验收",
    "commitments.apply_again": "整改后再次申请竣工验收",
    "credit.ask_repair": "申请信用分值修复",
    "credit.ask_objection": "对信用加减分提出异议",
    "documents.store_upload": "扫描材料，存入单位材料库",
    "window.hand_out": "领取文书",
    "window.bind_visitor": "开通或者找回上网账号",
    "mock.apply": "申请模拟审批",
    "deficient.apply": "申请容缺受理",
    "agency.apply": "申请代办服务",
    "land.apply": "申请用地清单",
}


def lines(done: Iterable[Done]) -> list[dict[str, Any]]:
    """The receipt's lines, in order; scans are counted together."""
    made: list[dict[str, Any]] = []
    for row in done:
        if row.verb not in WORDS:
            continue
        about = row.matter or (row.text if row.verb == "window.hand_out" else "") or (row.project.name if row.project else "")
        line = {
            "at": moment(row.at),
            "what": WORDS[row.verb],
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
    return f"{visit.get_authority_display()} {visit.letter_no}" if visit.letter_no else str(visit.get_authority_display())


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
