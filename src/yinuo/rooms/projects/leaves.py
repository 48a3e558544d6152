"""What the information chain is told of a project, and what it would be told now: an audit compares the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from decimal import Decimal
from typing import Any

from yinuo.rooms.projects.models import FilingCertificate, Project


def basic(project: Project) -> dict[str, Any]:
    """项目基本信息, as they stand."""
    return {
        "code": project.code,
        "name": project.name,
        "kind": project.kind,
        "project_class": project.project_class,
        "unit_code": project.unit.credit_code or "",
        "industry": project.facts["industry"],
        "total_investment": f"{Decimal(str(project.total_investment)).normalize():f}",
        "region": project.facts.get("region", ""),
        "filed_at": project.filed_at.astimezone(UTC).isoformat(),
    }


Leaves = Sequence[tuple[str, dict[str, Any]]]


def basics_now(leaves: Leaves) -> list[dict[str, Any] | None]:
    """By project code. Fields that change with an amendment are told anew by its own leaf."""
    rows = Project.objects.filter(code__in={label for label, _ in leaves}).select_related("unit")
    known = {project.code: basic(project) for project in rows}
    return [known.get(label) for label, _ in leaves]


def basics_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((code, ()) for code in Project.objects.exclude(code=None).values_list("code", flat=True) if code)


def certificates_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((code or "", ()) for code in FilingCertificate.objects.values_list("project__code", flat=True))


def certificates_now(leaves: Leaves) -> list[dict[str, Any] | None]:
    rows = FilingCertificate.objects.filter(project__code__in={label for label, _ in leaves}).select_related("project")
    known = {row.project.code: {"number": row.number, "code": row.project.code} for row in rows}
    return [known.get(label) for label, _ in leaves]
