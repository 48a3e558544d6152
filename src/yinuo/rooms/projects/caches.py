"""What a project's row repeats of its facts and reports, and what its work items repeat of the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from yinuo.engine.caches import Cache
from yinuo.engine.work.caches import called as work_called
from yinuo.engine.work.caches import take as take_work
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.projects.models import ProgressReport, Project, ReportKind

Derived = Mapping[int, Mapping[str, Any]]


def of_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The columns by which projects are found, listed and added up."""
    return {
        "name": facts["name"].strip(),
        "kind": facts["kind"],
        "project_class": facts["project_class"],
        "total_investment": Decimal(str(facts["total_investment"])),
    }


def of_work(project: Project) -> dict[str, Any]:
    """What each work item of the project says of it."""
    return {
        "project_code": project.code or "",
        "subtitle": f"{project.name}　{project.unit.name}"[:240],
        "unit_id": project.unit_id,
    }


def say_in_work(project: Project) -> None:
    """After the project has got its code or another name: its work items say so too.

    The caller holds the project's lock.
    """
    WorkItem.objects.filter(project_id=project.pk).update(**of_work(project))


def called(project: Project) -> str:
    return f"项目 {project.code or project.pk}"


def _facts(projects: Sequence[Project], at: datetime) -> Derived:
    return {project.pk: of_facts(project.facts) for project in projects}


def _started(projects: Sequence[Project], at: datetime) -> Derived:
    starts = ProgressReport.objects.filter(project__in=projects, kind=ReportKind.START)
    days = dict(starts.values_list("project_id", "on"))
    return {project.pk: {"started_on": days.get(project.pk)} for project in projects}


def _items() -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(project_id__isnull=False)


def _work(items: Sequence[WorkItem], at: datetime) -> Derived:
    projects = Project.objects.select_related("unit").in_bulk({item.project_id for item in items})
    return {item.pk: of_work(projects[item.project_id]) for item in items if item.project_id in projects}


CACHES: list[Cache[Any]] = [
    Cache(
        "projects.facts",
        "项目的登记内容",
        {"name": "项目名称", "kind": "项目类型", "project_class": "项目类别", "total_investment": "总投资"},
        Project.objects.all,
        _facts,
        called,
    ),
    Cache("projects.started", "项目的开工日期", {"started_on": "开工日期"}, Project.objects.all, _started, called),
    Cache(
        "projects.work",
        "待办所说的项目",
        {"project_code": "项目代码", "subtitle": "项目和单位", "unit_id": "单位"},
        _items,
        _work,
        work_called,
        take=take_work,
    ),
]
