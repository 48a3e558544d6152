"""The values of the rules' parameters as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from yinuo.core.credit import COMMITMENT_FIELDS
from yinuo.core.decision import jsonable, plain
from yinuo.core.findings import condition
from yinuo.core.pack.references import FACTS_NAMED, HANDLINGS_NAMED
from yinuo.core.pack.types import DatedValue, Parameter
from yinuo.core.tracks import MARK
from yinuo.core.units import WORDS
from yinuo.core.wording import in_words
from yinuo.engine.base import ROLES
from yinuo.engine.rules import pack
from yinuo.rooms.commitments.models import Measure
from yinuo.rooms.land.indicators import INDICATORS
from yinuo.rooms.land.models import BasicKind

# Which parameters hold codes, and what the codes are called.
CODED: dict[str, str] = {
    "commitment.kinds": "kind",
    "filing.instant_kinds": "kind",
    "filing.unit_types": "unit.type",
    "agency.unit_types": "unit.type",
    "certificate.unit_types": "unit.type",
    "credit.audit_classes": "project_class",
    "inspection.trading_classes": "project_class",
}


EXCLUDED = {"instant": "即办件", "reported_upward": "上报件"}


# Who is warned: the matter's own department, the one that took the filing, or a role of the hall.
OWNERS = {"matter": "承办部门", "filing": "项目备案单位", **ROLES}


def _names(parameter_id: str) -> Mapping[str, str]:
    if path := CODED.get(parameter_id):
        return pack().facts[path].choices
    if parameter_id in FACTS_NAMED:
        return {path: spec.label for path, spec in pack().facts.items()}
    if parameter_id == "guidance.mature_departments":
        return {key: row.short_name for key, row in pack().departments.items()}
    if parameter_id in HANDLINGS_NAMED:
        return EXCLUDED
    if parameter_id == "ruling.measures":
        return dict(Measure.choices)
    if parameter_id == "standard_land.basics":
        return dict(BasicKind.choices)
    if parameter_id == "standard_land.required_indicators":
        return {key: row.name for key, row in INDICATORS.items()}
    if parameter_id.startswith("warning.owner."):
        return OWNERS
    return COMMITMENT_FIELDS if parameter_id.endswith("_fields") else {}


def _called(parameter_id: str, value: DatedValue) -> Mapping[str, str]:
    """What a list of ids is called by: conditions as clauses – as they read when the value began –, matters and
    departments by name.
    """
    rules = pack()
    parts = [str(part) for part in (value.value if isinstance(value.value, (list, tuple)) else [value.value])]
    if MARK in parameter_id:
        day = max(value.span.from_on, rules.valid_from)
        return {part: in_words(condition(part, rules, day), rules.facts) for part in parts}
    if all(part in rules.matters for part in parts):
        return {part: rules.matters[part].full_name for part in parts}
    if all(part in rules.departments for part in parts):
        return {part: rules.departments[part].short_name for part in parts}
    return {}


def value_text(parameter: Parameter, value: DatedValue) -> str:
    """A parameter's value with its unit; sentences each on a line of their own."""
    raw: Any = jsonable(value.value)
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if parameter.unit == "share" and "/" not in str(raw):
        return f"{plain(Decimal(str(raw)) * 100)} %"
    names = _names(parameter.id) or _called(parameter.id, value)
    parts = [names.get(str(part), str(part)) for part in (raw if isinstance(raw, list) else [raw])]
    text = ("\n" if MARK in parameter.id or any("。" in part for part in parts) else "、").join(parts)
    unit = WORDS[parameter.unit]
    return f"{text} {unit}" if unit else text
