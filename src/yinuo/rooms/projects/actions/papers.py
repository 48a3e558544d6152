"""Certificates and posters: a new version only where the last no longer says what holds today; the older ones stay as
they are.

The first certificate is issued with the filing. A later one is issued when the grade, the name or the state changes,
and when somebody asks for it. A poster is issued when somebody asks.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents.actions import issue
from yinuo.engine.documents.models import Document
from yinuo.engine.trail.actions import action, record
from yinuo.rooms.credit.relying import rely_on
from yinuo.rooms.projects import papers
from yinuo.rooms.projects.actions.locking import lock
from yinuo.rooms.projects.models import Project
from yinuo.rooms.projects.room import ProjectsPaper


@action
def certificate_paper(*, project: Project, at: datetime) -> Document:
    """The filing certificate as it looks today: when the unit's grade, the name or the state has changed, a new
    version.
    """
    locked = lock(project.pk)
    if not hasattr(locked, "certificate"):
        raise Refused("projects.no_certificate", "这个项目没有信用备案证", remedy="备案类项目赋码以后才有信用备案证")
    rely_on(locked.unit, at)
    return _paper(locked, ProjectsPaper.CERTIFICATE, papers.filing_certificate(locked, at.astimezone(TZ).date()), at)


def renew_certificates(unit_id: int, at: datetime) -> int:
    """A new version for each running project of a unit whose grade changed; returns how many had a certificate.

    Each is its own transaction.
    """
    running = Project.objects.filter(unit_id=unit_id, certificate__isnull=False, closed_at__isnull=True).order_by("id")
    return sum(renew_certificate(pk, at) for pk in list(running.values_list("pk", flat=True)))


def renew_certificate(project_id: int, at: datetime) -> bool:
    project = Project.objects.filter(pk=project_id, certificate__isnull=False).first()
    if project is not None:
        certificate_paper(project=project, at=at)
    return project is not None


@action
def site_poster(*, project: Project, at: datetime, paper: str = "a3") -> Document:
    """The poster for the building site, on A3 or A4; participants reported since the last one make a new one."""
    locked = lock(project.pk)
    if not locked.code:
        raise Refused("projects.no_code", "项目还没有赋码，不能制作公示牌", remedy="赋码以后再来下载")
    return _paper(
        locked,
        ProjectsPaper.POSTER,
        papers.site_poster(locked, "a4" if paper == "a4" else "a3", at.astimezone(TZ).date()),
        at,
    )


def _paper(project: Project, kind: str, data: dict[str, Any], at: datetime) -> Document:
    """The last paper of the kind if it says the same, else a new one; the project's lock keeps two askers from making
    two.
    """
    issued = Document.objects.filter(kind=kind, subject_kind=project._meta.label_lower, subject_id=project.pk)
    if "paper" in data:
        issued = issued.filter(data__paper=data["paper"])
    last = issued.order_by("-id").first()
    if last is not None and last.data == data:
        return last
    made = issue(kind=kind, subject=project, data=data, at=at, project_code=project.code or "", unit_id=project.unit_id)
    record(
        Actor.system(),
        f"projects.issue_{kind}",
        project,
        at=at,
        project_code=project.code or "",
        data={"document": made.pk, "grade": data.get("grade")},
    )
    return made
