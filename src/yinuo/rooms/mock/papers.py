"""The county's forms 附件4-1 to 4-4, filled with what was registered, or blank to be filled by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from yinuo.engine.documents.actions import issue
from yinuo.engine.documents.models import Document
from yinuo.engine.documents.wording import iso
from yinuo.engine.people.queries import department
from yinuo.engine.rules import roles
from yinuo.rooms.mock.models import MockApplication, MockMatter
from yinuo.rooms.mock.room import MockPaper
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project

BLANK = ("mock_application", "mock_commitment", "mock_notice", "mock_circulation")


def _project(project: Project | None) -> dict[str, Any]:
    if project is None:
        return {"project_name": "", "project_code": "", "unit_name": "", "credit_code": ""}
    return {
        "project_name": project.name,
        "project_code": project.code or "",
        "unit_name": project.unit.name,
        "credit_code": project.unit.credit_code or "",
    }


def _opinion(application: MockApplication | None, key: str) -> dict[str, Any] | None:
    found = (
        application.opinions.select_related("department", "answered_by").filter(department__key=key).first()
        if application
        else None
    )
    if found is None or found.answered_at is None or found.answered_by is None:
        return None
    return {
        "text": found.text,
        "agreed": bool(found.agreed),
        "by": found.answered_by.name,
        "on": iso(found.answered_at),
    }


def application_form(
    project: Project | None, application: MockApplication | None, matters: Sequence[str]
) -> dict[str, Any]:
    """shapes.MockApplicationData."""
    first = application.contacts[0] if application else {"name": "", "phone": ""}
    return {
        **_project(project),
        "contact": "、".join(row["name"] for row in application.contacts) if application else "",
        "phone": "、".join(row["phone"] for row in application.contacts) if application else first["phone"],
        "site": str(project.facts.get("site", {}).get("address", "")) if project else "",
        "total_investment": f"{project.total_investment.normalize():f}" if project else "",
        "progress": application.progress if application else "",
        "land": application.land if application else "",
        "land_expected_on": application.land_expected_on.isoformat() if application else None,
        "matters": list(matters),
        "legal_representative": application.legal_representative if application else "",
        "natural_resources": _opinion(application, roles().planning_department),
        "market_regulation": _opinion(application, roles().market_department),
        "verify_url": None,
        "watermark": None,
    }


def commitment(project: Project | None, application: MockApplication | None) -> dict[str, Any]:
    """shapes.MockCommitmentData: to be signed on paper, so that nothing of the signature is filled in."""
    return {
        **_project(project),
        "site": str(project.facts.get("site", {}).get("address", "")) if project else "",
        "legal_representative": application.legal_representative if application else "",
        "verify_url": None,
        "watermark": None,
    }


def notice(application: MockApplication | None) -> dict[str, Any]:
    """shapes.MockNoticeData."""
    project = application.project if application else None
    office = department(project.hall_id, roles().window_department) if project else None
    return {
        **_project(project),
        "number": application.number if application else "",
        "hall": project.hall.name if project else "",
        "contacts": list(application.contacts) if application else [],
        "window_contact": application.registered_by.name if application else "",
        "window_phone": office.phone if office else "",
        "issued_on": iso(application.noticed_at) if application and application.noticed_at else None,
        "verify_url": None,
        "watermark": None,
    }


def circulation(application: MockApplication | None, matters: Sequence[MockMatter] | None = None) -> dict[str, Any]:
    """shapes.MockCirculationData: kept up by itself, signed by whoever decided."""
    if application is not None and matters is None:
        matters = list(
            application.matters.select_related("item__department", "mock_by", "formal_by").order_by("item__position")
        )
    return {
        **_project(application.project if application else None),
        "number": application.number if application else "",
        "lines": [_line(matter) for matter in matters or ()],
        "verify_url": None,
        "watermark": None,
    }


def _line(matter: MockMatter) -> dict[str, Any]:
    return {
        "department": matter.item.department.name,
        "matter": matter.item.name,
        "mock_on": iso(matter.mock_at) if matter.mock_at else None,
        "mock_by": matter.mock_by.name if matter.mock_by else "",
        "formal_on": iso(matter.formal_at) if matter.formal_at else None,
        "formal_by": matter.formal_by.name if matter.formal_by else "",
        "note": matter.note or (matter.get_outcome_display() if matter.outcome not in ("", "converted") else ""),
    }


def blank(kind: str) -> dict[str, Any]:
    """A form with nothing filled in, to print. Raises KeyError for a form there is none of."""
    made: dict[str, dict[str, Any]] = {
        "mock_application": application_form(None, None, []),
        "mock_commitment": commitment(None, None),
        "mock_notice": notice(None),
        "mock_circulation": circulation(None),
    }
    return made[kind]


def _issue(kind: str, application: MockApplication, data: dict[str, Any], at: datetime, *, to_unit: bool) -> Document:
    project = application.project
    return issue(
        kind=kind,
        subject=application,
        data=data,
        at=at,
        project_code=project.code or "",
        unit_id=project.unit_id if to_unit else None,
    )


def issue_forms(application: MockApplication, items: Sequence[MapItem], at: datetime) -> None:
    """附件4-1 and 附件4-2 filled, to be stamped and signed."""
    names = [item.name for item in items]
    _issue(
        MockPaper.APPLICATION, application, application_form(application.project, application, names), at, to_unit=True
    )
    _issue(MockPaper.COMMITMENT, application, commitment(application.project, application), at, to_unit=True)


def issue_notice(application: MockApplication, at: datetime) -> None:
    """附件4-3, and 附件4-1 once more with the departments' opinions."""
    names = [matter.item.name for matter in application.matters.select_related("item").order_by("item__position")]
    _issue(
        MockPaper.APPLICATION, application, application_form(application.project, application, names), at, to_unit=True
    )
    _issue(MockPaper.NOTICE, application, notice(application), at, to_unit=False)


def issue_circulation(application: MockApplication, at: datetime) -> None:
    """附件4-4 as it stood at the end."""
    _issue(MockPaper.CIRCULATION, application, circulation(application), at, to_unit=False)
