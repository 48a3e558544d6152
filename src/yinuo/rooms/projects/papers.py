"""What the papers about a project say: the filing certificate in the colour of its day, and the poster on the building
site.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings

from yinuo.core.calendar import TZ
from yinuo.core.facts import UNKNOWN, look_up
from yinuo.core.grades import named_grade, scale_at
from yinuo.engine.documents.qr import verification_url
from yinuo.engine.documents.wording import cited, iso
from yinuo.engine.infochain import queries as infochain
from yinuo.engine.rules import pack, roles
from yinuo.rooms.projects.models import FilingCertificate, Project, ProjectState
from yinuo.rooms.projects.queries import grade_of

WATERMARKS = {ProjectState.WITHDRAWN: "已撤回", ProjectState.TERMINATED: "已终止"}


def filing_certificate(project: Project, day: date) -> dict[str, Any]:
    """shapes.FilingCertificateData2; ground and letter by the unit's grade of `day` (附件2·第十条)."""
    return _certificate(project, project.certificate, grade_of(project), day, _record(project))


def first_certificate(project: Project, certificate: FilingCertificate, grade: str) -> dict[str, Any]:
    """shapes.FilingCertificateData2 of the moment of the filing: its record is not in the log yet.

    Asks the database nothing.
    """
    return _certificate(project, certificate, grade, certificate.issued_at.astimezone(TZ).date(), UNWITNESSED)


def _certificate(
    project: Project, certificate: FilingCertificate, grade: str, day: date, record: dict[str, Any]
) -> dict[str, Any]:
    rules = pack()
    rated = project.is_rated
    named = named_grade(grade, rules, day) if rated else None
    number = rules.parameter("certificate.number_prefix", project.rules_on)
    cites = tuple(dict.fromkeys((*number.cites, *(named.cites if named else scale_at(rules, day).cites))))
    return {
        **lines(project),
        "title": f"投资项目{project.certificate_name}",
        "rated": rated,
        "number": certificate.number,
        "site": _fact(project, "site.address"),
        "scope": _fact(project, "content"),
        "total_investment": f"{project.total_investment.normalize():f}",
        **_term(project),
        "policy": f"{word}，项目单位已作信用承诺"
        if (word := _fact(project, "declarations.catalogue_class"))
        else "项目单位已作信用承诺",
        "grade": named.grade if named else None,
        "class_name": named.class_name if named else None,
        "colour": named.colour if named else None,
        "basis": f"底色与字母依据：{'、'.join(cite.split('#')[-1] for cite in cites)}" if rated else "",
        **record,
        "issuer": rules.departments[roles().filing_department].name,
        "issued_on": certificate.issued_at.astimezone(TZ).date().isoformat(),
        "watermark": WATERMARKS.get(ProjectState(project.state)),
    }


UNWITNESSED = {"evidence": "赋码记录尚未经独立见证；稍后重新下载的本证附有可以离线核对的证明。", "proof": None}


def _record(project: Project) -> dict[str, Any]:
    """Where the project's code stands on the information chain, and whether nodes have witnessed it."""
    policy = infochain.policy()
    place = infochain.place_of(project.code or "", "project.code_assigned", policy)
    if place is None:
        return UNWITNESSED
    seen = "" if policy and policy.quorum != "none" else "（尚未经独立见证）"
    return {
        "evidence": (
            f"赋码记录是信息链日志的第 {place.index + 1} 条{seen}，证明附在本文件的电子版里，任何人可以离线核对。"
        ),
        "proof": place.n,
    }


def withdrawal(project: Project, at: datetime, *, at_review: bool) -> dict[str, Any]:
    """shapes.WithdrawalNoticeData: the concrete problem, what follows, and where it can be challenged (正文·三(二))."""
    rules, office = pack(), pack().departments[roles().filing_department]
    prefix = rules.parameter("certificate.number_prefix", project.rules_on).value
    phone = project.hall.departments.filter(key=office.id).values_list("phone", flat=True).first()
    return {
        **lines(project),
        "number": f"{prefix}撤〔{at.astimezone(TZ).year}〕{short_code(project)}号",
        "department": office.name,
        "certificate_number": project.certificate.number if hasattr(project, "certificate") else None,
        "filed_on": iso(project.filed_at),
        "at_review": at_review,
        "problem": project.problem,
        "basis": cited(rules.parameter("review.limit", project.rules_on).cites),
        "remedies": remedies(project.rules_on),
        "contact": {"name": office.name, "phone": phone, "address": None} if phone else None,
        "decided_on": iso(at),
        "watermark": None,
    }


def short_code(project: Project) -> str:
    """What tells a project from every other of its county, for the number of a paper: 2611-04-01-123452."""
    month, _, *rest = (project.code or "").split("-")
    return "-".join([month, *rest])


def remedies(day: date) -> dict[str, Any]:
    """shapes.Remedies: bodies and terms as the rules of a day have them."""
    rules = pack()
    review, suit = rules.parameter("remedy.reconsideration_limit", day), rules.parameter("remedy.litigation_limit", day)
    return {
        "review_body": f"{rules.parameter('place.name', day).value}人民政府",
        "review_term": f"{review.value} 日",
        "court": "有管辖权的人民法院",
        "suit_term": f"{suit.value} 个月",
        "cites": cited([*review.cites, *suit.cites]),
    }


def site_poster(project: Project, paper: str = "a3", day: date | None = None) -> dict[str, Any]:
    """shapes.SitePosterData: what hangs at the site's gate, with the units that build there now.

    `paper`: a3, or a4 for small sites; `day`: whose scale of classes the colours are explained by.
    """
    rules = pack()
    office = rules.departments[roles().filing_department]
    phone = project.hall.departments.filter(key=office.id).values_list("phone", flat=True).first()
    participants = project.participants.filter(replaced_at__isnull=True).order_by("id")[:6]
    return {
        **lines(project),
        "paper": paper,
        "classes": _classes(day or project.rules_on),
        "title": f"{rules.parameter('place.name', project.rules_on).value}投资建设项目信用公示牌",
        "site": _fact(project, "site.address"),
        **_term(project),
        "participants": [{"role": f"{row.get_role_display()}单位", "name": row.name} for row in participants],
        "supervisor": office.name,
        "phone": phone or None,
    }


def _classes(day: date) -> list[dict[str, Any]]:
    """The classes from best to worst with their grades and grounds (附件2·第十五条)."""
    scale = scale_at(pack(), day)
    return [
        {
            "name": words["name"],
            "grades": [band.grade for band in scale.bands if band.class_ == class_],
            "colour": words["colour"],
        }
        for class_, words in scale.classes.items()
    ]


def lines(project: Project) -> dict[str, Any]:
    """shapes.ProjectLines, and the address behind the code."""
    code, credit_code = project.code or "", project.unit.credit_code or ""
    return {
        "project_name": project.name,
        "project_code": code,
        "unit_name": project.unit.name,
        "credit_code": credit_code,
        "verify_url": verification_url(settings.YINUO_ORIGIN, code, credit_code),
    }


def _term(project: Project) -> dict[str, Any]:
    return {name: project.facts.get(name) for name in ("planned_start_on", "planned_finish_on")}


def _fact(project: Project, path: str) -> str:
    value = look_up(project.facts, path)
    return "" if value is UNKNOWN else pack().facts[path].choices.get(str(value), str(value))
