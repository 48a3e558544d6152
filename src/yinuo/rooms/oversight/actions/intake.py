"""Records sent by other systems: the same again changes nothing, what changed is a new version beside the old
(正文·一(二)).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.trail.actions import action
from yinuo.rooms.oversight import access
from yinuo.rooms.oversight.actions.records import checked, digest_of, enter
from yinuo.rooms.oversight.models import LifeRecord
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.models import Project


@dataclass(frozen=True, slots=True)
class Taken:
    """`outcome`: created, changed or same."""

    record: LifeRecord
    outcome: str


@action
def take_in_record(
    *,
    actor: Actor,
    system: str,
    record_id: str,
    project_code: str,
    kind: str,
    on: date,
    data: Mapping[str, Any],
    at: datetime,
    step: str = "",
    number: str = "",
) -> Taken:
    """One record of a system by the name it has there; its caller answers for which system it is (the interface: the
    key's name). Raises Refused naming the field at fault; nothing is then written.
    """
    if not access.can_take_in(actor):
        raise forbid("只有对接的监管系统可以报送监管记录")
    system, record_id, number = system.strip(), record_id.strip(), number.strip()
    for name, value, most in (("system", system, 40), ("record_id", record_id, 80)):
        if not value or len(value) > most:
            raise Refused(
                f"oversight.{name}",
                f"请写明{'来源系统' if name == 'system' else '来源系统里的编号'}（不超过 {most} 个字）",
                field=name,
                remedy="来源系统的名称就是密钥的名称，请管理员换一把名称合适的密钥"
                if name == "system"
                else "请核对编号后重新报送",
            )
    found = Project.objects.filter(code=project_code.strip()).values_list("pk", flat=True).first()
    if found is None:
        raise Refused(
            "oversight.project_code",
            f"没有项目代码为 {project_code} 的项目",
            field="project_code",
            remedy="请核对项目代码后重新报送",
        )
    project = lock(found)
    if actor.hall_id is not None and actor.hall_id != project.hall_id:
        raise forbid("只能报送本大厅的项目")
    last = LifeRecord.objects.filter(system=system, record_id=record_id).order_by("-round").first()
    if last is not None and (last.project_id, last.kind) != (project.pk, kind):
        raise Refused(
            "oversight.record_id",
            "这个编号已经用于另一个项目或者另一类记录",
            field="record_id",
            remedy="请为新的记录使用新的编号",
        )
    if last is not None and last.digest == digest_of(
        kind, step, number, on, checked(project.hall_id, kind, step, number, on, data, at)
    ):
        return Taken(last, "same")
    made = enter(
        actor, project, kind=kind, step=step, number=number, on=on, data=data, evidence=[], at=at, system=system,
        record_id=record_id, replaces=last, why="来源系统报送的内容有变化" if last else "",
    )  # fmt: skip
    return Taken(made, "changed" if last else "created")
