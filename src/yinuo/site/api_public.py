"""What anybody may read without a key: the certificate behind the QR code, and the guides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from yinuo.core.grades import named_grade
from yinuo.core.pack.types import Limit, Matter, Provenance
from yinuo.core.units import LimitUnit
from yinuo.engine.people.models import UnitType
from yinuo.engine.rules import pack
from yinuo.rooms.commitments import queries as commitments
from yinuo.rooms.commitments.models import Commitment, CommitmentState, Fulfilment
from yinuo.rooms.projects import queries as projects
from yinuo.rooms.projects.models import Project, ProjectKind, ProjectState
from yinuo.ui.api import asked_day
from yinuo.ui.api_shapes import Shape

router = Router(tags=["公开"], auth=None)


class VerifiedCertificateOut(Shape):
    """The grade is the unit's of this moment; `letter` is empty for an unrated unit."""

    number: str
    issued_at: datetime
    grade: str
    letter: str
    class_name: str
    colour: str
    cites: list[str]


class VerifiedCommitmentOut(Shape):
    id: int
    matter: str
    department: str
    state: CommitmentState
    fulfilment: Fulfilment
    signed_at: datetime
    notice_until: datetime
    decided_at: datetime | None


class VerifiedProjectOut(Shape):
    """`certificate`: only of enterprises' filing projects; `replaces`: the code of the project this one replaces."""

    project_code: str
    project: str
    unit: str
    credit_code: str
    kind: ProjectKind
    state: ProjectState
    state_label: str
    filed_at: datetime
    completed_at: datetime | None
    certificate: VerifiedCertificateOut | None
    replaces: str | None
    commitments: list[VerifiedCommitmentOut]


class LimitOut(Shape):
    """A term in days; 0 = at once."""

    value: int
    unit: LimitUnit
    cites: list[str]


class GuideLineOut(Shape):
    id: str
    name: str
    department: str
    stage: str
    level: Literal["county", "prefecture", "province", "state"]
    pre_start: bool
    completion: bool
    statutory: LimitOut | None
    promised: LimitOut | None
    has_standard: bool


class GuideMaterialOut(Shape):
    id: str
    name: str
    main: bool
    note: str


class CommitmentStandardOut(Shape):
    version: str
    requirements: list[str]
    promises: list[str]
    cites: list[str]


class ServiceGuideOut(GuideLineOut):
    content: str
    conditions: list[str]
    process: list[str]
    fee: str
    supervision: str
    result: str
    after: list[str]
    basis: list[str]
    materials: list[GuideMaterialOut]
    provenance: Provenance
    standard: CommitmentStandardOut | None


@router.get(
    "/verify/{project_code}/{credit_code}",
    response=VerifiedProjectOut,
    summary="核验备案证：当前状态、等级颜色、承诺与履行",
)
def verify(request: HttpRequest, project_code: str, credit_code: str) -> dict[str, Any]:
    """A wrong pair is not found, without a hint which half is wrong (附件2·第十三条)."""
    project = projects.by_code(project_code)
    if project is None or project.unit.credit_code != credit_code:
        raise Project.DoesNotExist
    return {
        "project_code": project.code,
        "project": project.name,
        "unit": project.unit.name,
        "credit_code": project.unit.credit_code,
        "kind": project.kind,
        "state": project.state,
        "state_label": project.get_state_display(),
        "filed_at": project.filed_at,
        "completed_at": project.completed_at,
        "certificate": _certificate(project),
        "replaces": project.replaces.code if project.replaces else None,
        "commitments": [_promise(commitment) for commitment in commitments.of_project(project.pk)],
    }


def _certificate(project: Project) -> dict[str, Any] | None:
    """The grade is the unit's of this moment; certificates concern enterprises' filing projects (F-9)."""
    if (
        project.kind != ProjectKind.FILING
        or project.unit.type != UnitType.ENTERPRISE
        or not hasattr(project, "certificate")
    ):
        return None
    grade = projects.grade_of(project)
    answer = named_grade(grade, pack(), timezone.localdate())
    return {
        "number": project.certificate.number,
        "issued_at": project.certificate.issued_at,
        "grade": grade,
        "letter": answer.class_ if answer else "",
        "class_name": answer.class_name if answer else "未评级",
        "colour": answer.colour if answer else "white",
        "cites": pack().cite_texts(answer.cites) if answer else [],
    }


def _promise(commitment: Commitment) -> dict[str, Any]:
    return {
        "id": commitment.pk,
        "matter": commitment.item.name,
        "department": commitment.department.name,
        "state": commitment.state,
        "fulfilment": commitment.fulfilment,
        "signed_at": commitment.signed_at,
        "notice_until": commitment.notice_until,
        "decided_at": commitment.decided_at,
    }


@router.get("/guides", response=list[GuideLineOut], summary="办事指南目录")
def guides(request: HttpRequest, as_of: date | None = None) -> list[dict[str, Any]]:
    day = asked_day(as_of)
    return [_line(matter, day) for matter in pack().matters_at(day)]


@router.get("/guides/{matter_id}", response=ServiceGuideOut, summary="一个事项的办事指南与承诺标准")
def guide(request: HttpRequest, matter_id: str, as_of: date | None = None) -> dict[str, Any]:
    day, rules = asked_day(as_of), pack()
    matter = next((found for found in rules.matters_at(day) if found.id == matter_id), None)
    if matter is None:
        raise Project.DoesNotExist
    standard = matter.standard_at(day)
    return {
        **_line(matter, day),
        "content": matter.content,
        "conditions": matter.conditions,
        "process": matter.process,
        "fee": matter.fee,
        "supervision": matter.supervision,
        "result": matter.result,
        "after": matter.after,
        "basis": rules.cite_texts(matter.basis),
        "materials": [{"id": m.id, "name": m.name, "main": m.main, "note": m.note} for m in matter.materials],
        "provenance": matter.provenance,
        "standard": None
        if standard is None
        else {
            "version": standard.version,
            "requirements": standard.requirements,
            "promises": standard.promises,
            "cites": rules.cite_texts(standard.cites),
        },
    }


def _line(matter: Matter, day: date) -> dict[str, Any]:
    return {
        "id": matter.id,
        "name": matter.full_name,
        "department": matter.department,
        "stage": matter.stage,
        "level": matter.level,
        "pre_start": matter.pre_start,
        "completion": matter.completion,
        "statutory": _limit(matter.statutory_at(day)),
        "promised": _limit(matter.promised_at(day)),
        "has_standard": matter.standard_at(day) is not None,
    }


def _limit(limit: Limit | None) -> dict[str, Any] | None:
    return {"value": limit.value, "unit": limit.unit, "cites": pack().cite_texts(limit.cites)} if limit else None
