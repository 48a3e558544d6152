"""Words of warnings and records, wherever they are shown: `{% load oversight %}`."""

from __future__ import annotations

from django import template

from yinuo.engine.base import ROLES
from yinuo.engine.rules import pack
from yinuo.rooms.oversight.models import LifeRecord, WarningStep
from yinuo.rooms.oversight.specs import SPECS, lines

register = template.Library()
STATES = {"found": "red", "overdue": "red", "ordered": "yellow", "closed": "done", "proposed": "yellow"}


@register.filter
def step_state(step: WarningStep) -> str:
    return STATES.get(step.kind, "notice")


@register.filter
def step_office(step: WarningStep) -> str:
    """Which office or side took a step, without a name."""
    if step.role == "unit":
        return "项目单位"
    return step.department.name if step.department else "系统"


@register.filter
def step_by(step: WarningStep) -> str:
    """Who took a step, as the hall reads it."""
    if step.role == "system":
        return "系统"
    office = step.department.short_name if step.department else ""
    return " ".join(
        part for part in (office, ROLES.get(step.role, ""), step.person.name if step.person else "") if part
    )


@register.filter
def record_lines(row: LifeRecord) -> list[tuple[str, str]]:
    offices = pack().departments
    named = {**row.data, "office": offices[row.data["office"]].name} if row.data.get("office") in offices else row.data
    return lines(row.kind, named)


@register.filter
def record_step(row: LifeRecord) -> str:
    return SPECS[row.kind].steps.get(row.step, "")


@register.filter
def record_day_label(row: LifeRecord) -> str:
    return SPECS[row.kind].on_label


@register.filter
def record_number_label(row: LifeRecord) -> str:
    return SPECS[row.kind].number_label.partition("（")[0] or "编号"


@register.filter
def record_by(row: LifeRecord) -> str:
    """Where a record comes from: another system, or the office that entered it."""
    if row.system:
        return row.system
    return row.department.short_name if row.department else "系统"
