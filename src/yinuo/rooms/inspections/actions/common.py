"""What every action here begins with: the row locked (a project's first), allowed, fresh and in a state that fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid
from yinuo.engine.documents.attachments import AttachedFile, own_files
from yinuo.engine.rules import pack
from yinuo.rooms.inspections import access
from yinuo.rooms.inspections.models import InspectionPlan, Member, RandomInspection
from yinuo.rooms.projects.actions import lock as lock_project

TEXT_LIMIT = 4000


def day_of(at: datetime) -> date:
    return at.astimezone(TZ).date()


def cites(parameter: str, day: date) -> list[str]:
    return pack().cite_texts(pack().parameter(parameter, day).cites)


def need_text(text: str, field: str, message: str, limit: int = TEXT_LIMIT) -> str:
    if not text.strip():
        raise Refused(f"inspections.{field}", message, field=field)
    if len(text.strip()) > limit:
        raise Refused(f"inspections.{field}", f"最多 {limit} 个字", field=field, remedy="请写得简短些")
    return text.strip()


def locked_plan(actor: Actor, plan_id: int, states: Iterable[str], version: int | None) -> InspectionPlan:
    """Raises Forbidden, Stale, Refused in this order."""
    plan = (
        InspectionPlan.objects.select_for_update(no_key=True, of=("self",))
        .select_related("lead", "hall")
        .get(pk=plan_id)
    )
    if not access.can_lead(actor, plan):
        raise forbid("抽查计划由牵头部门的办理人员编制、公布和抽取")
    check_version(plan, version)
    if plan.state not in set(states):
        raise Refused(
            "inspections.plan_state",
            f"这个计划现在是“{plan.get_state_display()}”，不能这样办理",
            remedy="请刷新页面查看最新状态",
        )
    return plan


def locked_inspection(inspection_id: int) -> RandomInspection:
    """The inspection with its project locked first."""
    project_id = RandomInspection.objects.values_list("project_id", flat=True).get(pk=inspection_id)
    project = lock_project(project_id)
    rows = RandomInspection.objects.select_for_update(no_key=True, of=("self",)).select_related("plan__lead")
    inspection = rows.get(pk=inspection_id)
    inspection.project = project
    return inspection


def need_state(inspection: RandomInspection, states: Iterable[str]) -> None:
    if inspection.state not in set(states):
        raise Refused(
            "inspections.state",
            f"这次检查现在是“{inspection.get_state_display()}”，不能这样办理",
            remedy="可能已由他人办理，请刷新页面查看最新状态",
        )


def members_of(inspection: RandomInspection) -> list[Member]:
    """Those who inspect, without who has been replaced."""
    rows = Member.objects.filter(inspection=inspection, left_at__isnull=True)
    return list(rows.select_related("inspector__person", "inspector__department").order_by("id"))


def departments_of(plan: InspectionPlan) -> list[int]:
    return list(plan.departments.order_by("id").values_list("department_id", flat=True))


def evidence_of(files: Sequence[int], unit_id: int | None) -> list[AttachedFile]:
    """The files to attach; `unit_id` None = staff's own. Raises Refused for a file of somebody else."""
    return own_files(files, unit_id=unit_id, room="inspections")


def page_of(inspection: RandomInspection) -> PageRef:
    return PageRef("staff:inspection", inspection_id=inspection.pk)


def unit_page_of(inspection: RandomInspection) -> PageRef:
    return PageRef("unit:inspection", inspection_id=inspection.pk)
