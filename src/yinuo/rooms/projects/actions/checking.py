"""What of a project's facts cannot be kept, told before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from yinuo.core.fact_specs import BASICS
from yinuo.core.facts import UNKNOWN, as_number, look_up
from yinuo.core.schema import validate
from yinuo.engine.base import Refused, column_length
from yinuo.engine.rules import pack
from yinuo.rooms.projects.models import Project


def faults_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """Path → fault: what the facts' own rules say, and what no column can hold."""
    faults = {fault.path: fault.message for fault in validate(facts, pack().facts)}
    for path, text in _texts(facts):
        if "\x00" in text and path in pack().facts and path not in faults:
            faults[path] = f"{pack().facts.label(path)}：含有无法保存的字符"
    name, longest = look_up(facts, "name"), column_length(Project, "name")
    if "name" not in faults and name is not UNKNOWN and len(name) > longest:
        faults["name"] = f"{pack().facts.label('name')}：最多 {longest} 个字"
    invested = look_up(facts, "total_investment")
    if "total_investment" not in faults and invested is not UNKNOWN:
        if as_number(invested) <= 0:
            faults["total_investment"] = f"{pack().facts.label('total_investment')}：应大于 0，以万元为单位填写"
        elif not _fits(as_number(invested)):
            faults["total_investment"] = (
                f"{pack().facts.label('total_investment')}：数字太大或者小数位太多，请以万元为单位填写"
            )
    return faults


def _texts(facts: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every text given, by its path."""
    for key, value in facts.items():
        if isinstance(value, str):
            yield f"{prefix}{key}", value
        elif isinstance(value, Mapping):
            yield from _texts(value, f"{prefix}{key}.")


def _fits(value: Decimal) -> bool:
    """Whether the column holds the amount exactly."""
    column = Project._meta.get_field("total_investment")
    whole = column.max_digits - column.decimal_places
    exponent = value.normalize().as_tuple().exponent
    return value.adjusted() < whole and isinstance(exponent, int) and exponent >= -column.decimal_places


def need_basics(facts: Mapping[str, Any]) -> None:
    """Raises Refused naming each that is not there."""
    errors = {path: f"请填写{pack().facts.label(path)}" for path in BASICS if look_up(facts, path) is UNKNOWN}
    if errors:
        first = next(iter(errors))
        raise Refused("projects.incomplete", "还有必填的内容没有填写", field=first, remedy=errors[first], errors=errors)
