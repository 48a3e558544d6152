"""What the two papers say: the agreement in two copies, and the notice that the service has ended; the clause speaks
from the pack.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.documents.actions import issue
from yinuo.engine.documents.models import Document
from yinuo.engine.documents.wording import cited, iso, moment
from yinuo.engine.rules import pack
from yinuo.engine.work.clocks import calendar
from yinuo.rooms.agency.models import DONE_KINDS, AgencyRequest, Agreement, EndKind, ServiceKind
from yinuo.rooms.agency.room import AgencyPaper
from yinuo.rooms.projects.models import Project
from yinuo.rooms.projects.papers import lines, short_code

# What each service is, in the clause's words (附件6·一).
SERVICES = {
    ServiceKind.CONSULT: "根据项目单位实际需要，提供政策解答、平台操作、事项申报等各类咨询服务",
    ServiceKind.GUIDE: (
        "根据项目单位实际需要，提供申报材料准备、申报路径选择、承诺制审批服务、推进计划编制等各类指导服务"
    ),
    ServiceKind.COORDINATE: "根据项目单位实际情况，帮助项目单位协调各部门审批事项办理有序推进",
    ServiceKind.ACT: "代理项目单位申报材料，负责全程帮办盯办",
}


def number(project: Project, mark: str, at: datetime, turn: int) -> str:
    """积石山县代协〔2026〕2611-04-01-123452-1号; unique without a counter, for a project has its agreements in turn."""
    day = at.astimezone(TZ).date()
    return f"{pack().parameter('place.name', day).value}{mark}〔{day.year}〕{short_code(project)}-{turn}号"


def issue_agreement(agreement: Agreement, application: AgencyRequest, at: datetime) -> Document:
    return _issue(AgencyPaper.AGREEMENT, agreement, agreement_data(agreement, application, at), at)


def _issue(kind: str, agreement: Agreement, data: dict[str, Any], at: datetime) -> Document:
    project = agreement.project
    return issue(
        kind=kind,
        subject=agreement,
        data=data,
        at=at,
        number=data["number"],
        project_code=project.code or "",
        unit_id=project.unit_id,
    )


def agreement_data(agreement: Agreement, application: AgencyRequest, at: datetime) -> dict[str, Any]:
    """shapes.AgencyAgreementData; `unit_signed_at` None = to read before signing."""
    rules, day, unit = pack(), agreement.from_on, agreement.project.unit
    signer = agreement.unit_signed_by

    def texts(name: str) -> list[str]:
        return [str(line) for line in rules.parameter(name, day).value]

    return {
        **lines(agreement.project),
        "number": agreement.number,
        "issuer": agreement.body.name,
        "body_place": agreement.body.place,
        "body_phone": agreement.body.phone,
        "agent": agreement.agent.person.name,
        "agent_phone": agreement.agent.phone,
        "legal_representative": unit.legal_representative or None,
        "lead": application.lead_name,
        "lead_phone": application.lead_phone,
        "handler": application.handler_name,
        "handler_phone": application.handler_phone,
        "matters": [rules.matters[name].full_name for name in agreement.matters],
        "services": [
            {"name": ServiceKind(kind).label, "text": SERVICES[ServiceKind(kind)]} for kind in agreement.services
        ],
        "acts": ServiceKind.ACT in agreement.services,
        "from_on": agreement.from_on.isoformat(),
        "to_on": (agreement.to_on - timedelta(days=1)).isoformat(),
        "fee": str(rules.parameter("agency.fee", day).value),
        "principle": str(rules.parameter("agency.principle", day).value),
        "body_duties": texts("agency.body_duties"),
        "agent_duties": texts("agency.agent_duties"),
        "unit_duties": texts("agency.unit_duties"),
        "endings": texts("agency.endings"),
        "confirm_days": rules.integer("agency.confirm_limit", day),
        "archive_days": rules.integer("agency.archive_limit", day),
        "basis": cited(rules.parameter("agency.sign_limit", day).cites),
        "unit_signer": signer.name if signer else None,
        "unit_signed_at": moment(agreement.unit_signed_at) if agreement.unit_signed_at else None,
        "body_signer": agreement.body_signed_by.name,
        "body_signed_at": moment(agreement.body_signed_at),
        "watermark": None if signer else "未签署",
    }


def issue_end(agreement: Agreement, at: datetime) -> Document:
    return _issue(AgencyPaper.END, agreement, end_data(agreement, at), at)


def end_data(agreement: Agreement, at: datetime) -> dict[str, Any]:
    """shapes.AgencyEndData."""
    kind, rules = EndKind(agreement.end_kind), pack()
    day = at.astimezone(TZ).date()
    counts = dict.fromkeys(agreement.services, 0)
    for name in agreement.log.values_list("kind", flat=True):
        counts[name] = counts.get(name, 0) + 1
    return {
        **lines(agreement.project),
        "number": agreement.number.replace("代协", "代终"),
        "issuer": agreement.body.name,
        "outcome": "done" if kind in DONE_KINDS else "ended",
        "agreement_number": agreement.number,
        "signed_on": iso(agreement.unit_signed_at) if agreement.unit_signed_at else iso(at),
        "reason": kind.label,
        "why": agreement.end_text or agreement.finish_text,
        "agent": agreement.agent.person.name,
        "agent_phone": agreement.agent.phone,
        "served": [{"name": ServiceKind(name).label, "count": count} for name, count in counts.items()],
        "return_by": calendar().add_working_days(day, rules.integer("agency.archive_limit", day)).isoformat(),
        "basis": cited(end_cites(kind, at)),
        "again": again(kind),
        "ended_on": iso(at),
        "watermark": None,
    }


def end_cites(kind: EndKind, at: datetime) -> list[str]:
    """The article behind an ending; for what the clause leaves open, that of the reading's parameter."""
    day = at.astimezone(TZ).date()

    def cites(name: str) -> list[str]:
        return list(pack().parameter(name, day).cites)

    if kind == EndKind.DEEMED:
        return cites("agency.confirm_limit")
    if kind == EndKind.TERM:
        return cites("agency.longest")
    if kind in (EndKind.GRADE, EndKind.PROVINCIAL):
        return list(dict.fromkeys([*cites("agency.endings"), *cites("agency.provincial_grades")]))
    return cites("agency.endings")


def again(kind: EndKind) -> str:
    """What the unit can do now."""
    if kind in (EndKind.GRADE, EndKind.PROVINCIAL):
        return "信用等级恢复到差等次以上后，可以重新申请代办服务。"
    if kind == EndKind.PROJECT:
        return "问题解决、重新备案以后，可以重新申请代办服务。"
    return "以后仍有需要的，可以重新申请代办服务。"
