"""Checks the facts of a project before rules read them, and says the same as JSON Schema."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from yinuo.core.fact_specs import FactSpec, FactTable
from yinuo.core.facts import as_number
from yinuo.core.industries import code_fault

__all__ = ["FactError", "FactSpec", "FactTable", "nearest", "project_schema", "shown", "validate"]

_NUMBER = r"^\d+(\.\d+)?$"
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class FactError:
    """What is wrong with one field and what to write instead."""

    path: str
    message: str


def nearest(word: str, known: Mapping[str, Any] | list[str]) -> str:
    """A hint naming the known word most like `word`, or nothing when none comes near."""
    hits = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"，是否指 {hits[0]}？" if hits else ""


def validate(facts: Mapping[str, Any], specs: FactTable) -> list[FactError]:
    """Every fault of the facts given, by the pack's table of them; absent or null fields are unknown and no fault."""
    if not isinstance(facts, Mapping):
        return [FactError("", "项目信息应为一个 JSON 对象")]
    return [*_walk(facts, "", specs), *_order_fault(facts, specs)]


def _walk(facts: Mapping[str, Any], prefix: str, specs: FactTable) -> Iterator[FactError]:
    for key, value in facts.items():
        path = f"{prefix}{key}"
        if path in specs:
            if value is not None and (fault := _fault(specs[path], value) or _industry_fault(path, value)):
                yield FactError(path, f"{specs[path].label}：{fault}")
        elif path in specs.groups:
            if isinstance(value, Mapping):
                yield from _walk(value, f"{path}.", specs)
            elif value is not None:
                yield FactError(path, f"{specs.groups[path]}：应为一个 JSON 对象")
        else:
            yield FactError(path, f"没有名为 {path} 的项目信息{nearest(path, [*specs, *specs.groups])}")


def _industry_fault(path: str, value: Any) -> str:
    return code_fault(value) if path == "industry" else ""


def _order_fault(facts: Mapping[str, Any], specs: FactTable) -> Iterator[FactError]:
    """A building that is finished before it is begun; dates that are none have their own fault."""
    start, finish = facts.get("planned_start_on"), facts.get("planned_finish_on")
    if (
        isinstance(start, str)
        and isinstance(finish, str)
        and not (_date_fault(start) or _date_fault(finish))
        and finish < start
    ):
        labels = specs.label("planned_finish_on"), specs.label("planned_start_on")
        yield FactError("planned_finish_on", f"{labels[0]}：不能早于{labels[1]}（{start}），现为 {finish}")


def _fault(spec: FactSpec, value: Any) -> str:
    """The fault of one value in words with the remedy; empty when there is none."""
    if spec.type == "flag":
        return "" if isinstance(value, bool) else f"应为 true 或 false，现为 {shown(value)}"
    if spec.type == "quantity" and isinstance(value, bool):
        return ""
    if spec.type in ("decimal", "quantity", "integer"):
        return _number_fault(spec, value)
    if not isinstance(value, str):
        return f"应为文字，现为 {shown(value)}"
    if spec.type == "date":
        return _date_fault(value)
    if spec.type == "choice" and value not in spec.choices:
        options = "、".join(f"{key}（{label}）" if key != label else key for key, label in spec.choices.items())
        return f"应为以下之一：{options}；现为 {shown(value)}"
    if not value.strip():
        return "不能为空；不知道就不要填写这一项"
    if spec.pattern and not re.fullmatch(spec.pattern, value):
        return f"格式不对（{spec.help}），现为 {shown(value)}"
    return ""


def _number_fault(spec: FactSpec, value: Any) -> str:
    unit = f"，单位为{spec.unit}" if spec.unit else ""
    wanted = "不小于 0 的整数" if spec.type == "integer" else "不小于 0 的数字"
    if isinstance(value, str) and not re.fullmatch(_NUMBER, value):
        return f"应为{wanted}{unit}，现为 {shown(value)}"
    try:
        number = as_number(value)
    except ValueError:
        return f"应为{wanted}{unit}，现为 {shown(value)}"
    if number < 0 or (spec.type == "integer" and number != number.to_integral_value()):
        return f"应为{wanted}{unit}，现为 {shown(value)}"
    if spec.greatest and number > Decimal(spec.greatest):
        return f"不能大于 {spec.greatest}，现为 {shown(value)}"
    return ""


def _date_fault(value: str) -> str:
    try:
        well_formed = bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)) and bool(date.fromisoformat(value))
    except ValueError:
        well_formed = False
    return "" if well_formed else f"应为日期，写作 2026-03-01，现为 {shown(value)}"


def shown(value: Any) -> str:
    """The value as whoever wrote it in JSON would know it again, shortened."""
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def project_schema(specs: FactTable) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a project's facts."""
    root: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "项目信息",
        "description": "没有填写的字段视为不知道，不视为否。",
        "type": "object",
        "additionalProperties": False,
        "properties": {},
    }
    for path, spec in specs.items():
        group, _, name = path.rpartition(".")
        properties = root["properties"]
        if group:
            empty = {
                "title": specs.groups[group],
                "type": ["object", "null"],
                "additionalProperties": False,
                "properties": {},
            }
            properties = properties.setdefault(group, empty)["properties"]
        properties[name] = _property(spec)
    return root


def _property(spec: FactSpec) -> dict[str, Any]:
    shape: dict[str, Any] = {"title": spec.label}
    if spec.help:
        shape["description"] = spec.help
    if spec.unit:
        shape["x-unit"] = spec.unit
    number: dict[str, Any] = {"type": "integer" if spec.type == "integer" else "number", "minimum": 0}
    if spec.greatest:
        number["maximum"] = int(spec.greatest)
    as_text = {"type": "string", "pattern": _NUMBER}
    match spec.type:
        case "flag":
            shape["type"] = ["boolean", "null"]
        case "decimal" | "integer":
            shape["anyOf"] = [number, as_text, {"type": "null"}]
        case "quantity":
            shape["anyOf"] = [number, as_text, {"type": ["boolean", "null"]}]
        case "date":
            shape |= {"type": ["string", "null"], "format": "date"}
        case "choice":
            shape |= {"enum": [*spec.choices, None], "x-labels": dict(spec.choices)}
        case "text":
            shape |= {"type": ["string", "null"], "minLength": 1}
            if spec.pattern:
                shape["pattern"] = f"^(?:{spec.pattern})$"
            if spec.choices:
                shape["examples"] = list(spec.choices)
    return shape
