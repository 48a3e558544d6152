"""What the information chain is told of a project, and what it would be told now: an audit compares the two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from typing import Any

from yinuo.apps.projects.models import FilingCertificate, Project


def basic(project: Project) -> dict[str, Any]:
    """项目基本信息, as they stand."""
    return {
        "code": project.code,
        "name": project.name,
        "kind": project.kind,
        "project_class": project.project_class,
        "unit_code": project.unit.credit_code or "",
        "industry": project.industry,
        "total_investment": f"{Decimal(str(project.total_investment)).normalize():f}",
        "region": project.facts.get("region", ""),
        "filed_at": project.filed_at.astimezone(UTC).isoformat(),
    }


def basics_now(codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By project code. Fields that change with an amendment are told anew by its own leaf."""
    return {project.code or "": basic(project) for project in Project.objects.filter(code__in=codes).select_related("unit")}


def certificates_now(codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = FilingCertificate.objects.filter(project__code__in=codes).select_related("project")
    return {row.project.code or "": {"number": row.number, "code": row.project.code} for row in rows}
