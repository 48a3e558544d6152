"""Building stopped by a ruling on a broken promise, and allowed again (附件2·第十四条): steps of the rooms above, which
have asked who may.
"""

from __future__ import annotations

from datetime import datetime

from yinuo.engine.base import Actor, Refused
from yinuo.engine.trail.actions import action, record
from yinuo.rooms.projects.actions.amending import RUNNING
from yinuo.rooms.projects.actions.locking import lock
from yinuo.rooms.projects.models import Project


@action
def stop_building(*, actor: Actor, project_id: int, why: str, at: datetime) -> Project:
    """What is under way is handled on; nothing new is taken in until the stop is lifted.

    A second ruling finds it stopped already.
    """
    project = lock(project_id)
    if project.state not in RUNNING:
        raise Refused("projects.not_running", "这个项目已经结束，不用停止建设", remedy="请刷新页面查看最新状态")
    if project.stopped_at is None:
        project.stopped_at, project.version = at, project.version + 1
        project.save(update_fields=["stopped_at", "version"])
        record(
            actor,
            "projects.stop_building",
            project,
            at=at,
            project_code=project.code or "",
            why=why,
            chain="anomaly.reported",
        )
    return project


@action
def lift_stop(*, actor: Actor, project_id: int, why: str, at: datetime) -> Project:
    project = lock(project_id)
    if project.stopped_at is not None:
        project.stopped_at, project.version = None, project.version + 1
        project.save(update_fields=["stopped_at", "version"])
        record(
            actor,
            "projects.lift_stop",
            project,
            at=at,
            project_code=project.code or "",
            why=why,
            chain="anomaly.closed",
        )
    return project


def need_not_stopped(project: Project) -> None:
    """Raises Refused for anything new on a project whose building is stopped."""
    if project.stopped_at is not None:
        raise Refused(
            "projects.stopped",
            "项目已被责令停止建设，解除以前不接收新的申报",
            remedy="整改到位后，在处理决定页面申请解除；已经受理的事项照常办理",
        )
