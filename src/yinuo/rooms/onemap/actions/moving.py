"""Moving the day whose rules a project runs under: an explicit act with a reason, and everything it changes on record
(U-6).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from yinuo.core.calendar import TZ
from yinuo.core.wording import day_words
from yinuo.engine.base import Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.catalogue.queries import book
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, record
from yinuo.rooms.onemap import building, moving
from yinuo.rooms.onemap.actions.common import day_of
from yinuo.rooms.onemap.actions.results import land
from yinuo.rooms.onemap.models import CONCLUDED, DECIDED, Guidance, ItemState, MapItem
from yinuo.rooms.onemap.moving import ItemChange
from yinuo.rooms.projects.access import can_move_rules
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.actions.filing import page_of
from yinuo.rooms.projects.models import Amendment, AmendmentKind, Project, ProjectState
from yinuo.rooms.projects.queries import contacts

MOVABLE = (ProjectState.FILED, ProjectState.CONFIRMED)


@action
def move_rules_on(
    *, actor: Actor, project_id: int, to: date, reason: str, at: datetime, version: int | None = None
) -> Project:
    """From now on the project is read by the rules of `to`: what is not accepted takes their limits, running clocks
    keep theirs.

    A matter that is no longer needed and not begun is cancelled, one newly needed joins the map. Raises Refused,
    Forbidden, Stale.
    """
    project = lock(project_id)
    if not can_move_rules(actor, project):
        raise forbid("只有总召集人、综合管理部门可以改变项目适用的规则日期")
    check_version(project, version)
    need_movable(project, to, at)
    reason = reason.strip()
    if not reason:
        raise Refused(
            "onemap.rules_on_reason", "请写明改变适用规则日期的理由", field="reason", remedy="项目单位会看到这段文字"
        )
    before = project.rules_on
    changes, items = moving.difference(project, to), moving.item_changes(project, to)
    decision = moving.decision_of(project, to, changes, items)
    project.rules_on, project.pack_hash, project.version = to, pack().hash, project.version + 1
    project.save(update_fields=["rules_on", "pack_hash", "version"])
    _apply(project, items)
    code = project.code or ""
    record(
        actor,
        "onemap.move_rules_on",
        project,
        at=at,
        project_code=code,
        why=reason,
        decision=decision,
        data={
            "from": before,
            "to": to,
            "rules": len(changes),
            "items": [[change.kind, change.matter_id] for change in items],
        },
    )
    tell(
        "rules_moved",
        at=at,
        persons=contacts(project, at),
        unit_id=project.unit_id,
        project_code=code,
        page=page_of(project),
        project=project.name,
        to=f"{to:%Y年%m月%d日}",
        count=len(items),
        why=reason[:60],
    )
    return project


def redraw(actor: Actor, before: Project, project: Project, amendment: Amendment, at: datetime) -> None:
    """The map after a change of facts, within the action that changed them. Project locked."""
    changes = moving.fact_changes(before, project)
    _apply(project, changes)
    for change in changes:
        if change.kind == "cancel" and change.item is not None:
            change.item.project = project
            land(change.item, at)
    left, code = moving.kept(project), project.code or ""
    words = words_of(changes)
    record(
        actor,
        "onemap.redraw",
        project,
        at=at,
        project_code=code,
        why=amendment.reason,
        data={
            "amendment": amendment.pk,
            "kind": amendment.kind,
            "items": [[change.kind, change.matter_id] for change in changes],
            "granted": [item.matter_id for item in left.granted],
            "running": [item.matter_id for item in left.running],
            "promised": [item.matter_id for item in left.promised],
            "changes": words,
        },
    )
    if changes:
        tell(
            "map_changed",
            at=at,
            persons=contacts(project, at),
            unit_id=project.unit_id,
            project_code=code,
            page=PageRef("unit:map", project_id=project.pk),
            project=project.name,
            changes=words[:80],
        )
    if amendment.kind == AmendmentKind.MAJOR:
        _tell_departments(project, amendment, left, at)


def words_of(changes: Sequence[ItemChange]) -> str:
    """The difference of the map in a line, as the company and the trail read it."""
    parts = [
        f"{label} {len(found)} 项（{'、'.join(change.name for change in found)}）"
        for kind, label in (("add", "新增"), ("cancel", "取消"), ("promise", "承诺选项变化"), ("limits", "时限变化"))
        if (found := [change for change in changes if change.kind == kind])
    ]
    return "，".join(parts) or "没有变化"


def _tell_departments(project: Project, amendment: Amendment, left: moving.Kept, at: datetime) -> None:
    """Each department with a matter decided or under way looks whether the change touches it."""
    what = "、".join(pack().facts.label(path) for path in amendment.changes if path in pack().facts)
    matters: dict[int, list[str]] = {}
    for item in (*left.granted, *left.running):
        if item.matter_id != building.opening_matter(project):
            matters.setdefault(item.department_id, []).append(item.name)
    for department_id, names in sorted(matters.items()):
        tell(
            "major_changed",
            at=at,
            persons=holders(StaffRole.APPROVER, day_of(at), department_id=department_id),
            project_code=project.code or "",
            page=PageRef("staff:project", project_id=project.pk),
            project=project.name,
            what=what[:40],
            matters="、".join(names)[:60],
        )


def need_movable(project: Project, to: date, at: datetime) -> None:
    """Raises Refused for a project that has ended, a guidance under way, or a day that cannot be."""
    if project.state not in MOVABLE:
        raise Refused(
            "projects.not_running",
            "这个项目现在不能改变适用的规则日期",
            remedy="只有已备案、没有竣工或者终止的项目可以改变",
        )
    if Guidance.objects.filter(project=project, merged_at__isnull=True).exists():
        raise Refused(
            "onemap.rules_on_guidance", "各部门正在辅导，暂不能改变适用的规则日期", remedy="请等辅导意见齐备后再办理"
        )
    first, today = pack().valid_from, at.astimezone(TZ).date()
    if to < first:
        raise Refused(
            "onemap.rules_on_no_pack", f"{day_words(to)} 没有规则可用", field="to", remedy=f"规则自{day_words(first)}起"
        )
    if to > today:
        raise Refused("onemap.rules_on_future", "不能适用今天以后的规则", field="to", remedy="请选择今天或者以前的日期")
    if to == project.rules_on:
        raise Refused("onemap.rules_on_same", "项目已经适用这一天的规则", field="to")
    items = MapItem.objects.filter(project=project, state__in=(*CONCLUDED, *DECIDED)).select_related("application")
    concluded = items.order_by("-application__ended_at").first()
    moment = concluded.ended_at if concluded is not None and concluded.ended_at else project.filed_at
    last = max(moment, project.filed_at).astimezone(TZ).date()
    if to < last:
        what = f"“{concluded.name}”" if concluded is not None and moment > project.filed_at else "备案"
        raise Refused(
            "onemap.rules_on_concluded",
            f"{what}已于{day_words(last)}按原规则办结，不能改用更早的规则",
            field="to",
            remedy=f"请选择{day_words(last)}或者以后的日期",
        )


def _apply(project: Project, changes: list[ItemChange]) -> None:
    """The map as the changes say; each item that changes raises its version,
    so that forms opened before are noticed.
    """
    added = [change.matter_id for change in changes if change.kind == "add" and change.item is None]
    touched: dict[int, tuple[MapItem, dict[str, object]]] = {}
    for change in changes:
        if change.item is not None:
            _, fields = touched.setdefault(change.item.pk, (change.item, {}))
            fields.update(change.fields)
    rows = {
        item.pk: item for item in MapItem.objects.select_for_update(no_key=True).filter(project=project).order_by("id")
    }
    if added:
        _add(project, list(rows.values()), added, touched)
    for pk, (_, fields) in touched.items():
        item = rows[pk]
        for name, value in fields.items():
            setattr(item, name, value)
        save(item, *fields)


def _add(
    project: Project, items: list[MapItem], added: list[str], touched: dict[int, tuple[MapItem, dict[str, object]]]
) -> None:
    """Newly needed matters at the map's end, as the catalogue has them;
    what is not begun waits for them where it must.
    """
    standing = [
        item
        for item in items
        if item.state != ItemState.CANCELLED and "state" not in touched.get(item.pk, (item, {}))[1]
    ]
    on_map = {*(item.matter_id for item in standing), *added}
    after = {
        item.matter_id: list(dict.fromkeys([*item.after, *building.prerequisites(item.matter_id, on_map)]))
        for item in standing
    }
    after |= {name: building.prerequisites(name, on_map) for name in added}
    if building.circle(after):
        raise Refused(
            "onemap.rules_on_circle",
            "新增的事项会与部门设置的前置互为前提，不能这样改",
            field="to",
            remedy="请先请部门调整前置事项",
        )
    for item in standing:
        if item.state == ItemState.OPEN and after[item.matter_id] != item.after:
            touched.setdefault(item.pk, (item, {}))[1]["after"] = after[item.matter_id]
    hall, scheme = book(project.hall_id), building.scheme_of(project)
    position = max((item.position for item in items), default=0)
    for number, name in enumerate(added, 1):
        want = building.Wanted(pack().matters[name], "yes", (), (), None)
        row = building.proposal(want, on_map, project.rules_on)
        building.build_item(project, row, position + number, on_map, hall, scheme).save(force_insert=True)
