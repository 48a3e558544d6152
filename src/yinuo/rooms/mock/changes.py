"""The six cases in which a mock approval does not become a formal one (附件4·三(二)): told from the facts where they
tell, else asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from yinuo.core.facts import UNKNOWN, as_number, look_up
from yinuo.core.pack.types import Reason
from yinuo.core.schema import shown
from yinuo.engine.base import Refused
from yinuo.engine.rules import pack
from yinuo.rooms.mock.models import MockApplication
from yinuo.rooms.projects.models import Project

PREFIX = "mock_change."
CASES = ("land", "site", "scale", "plan", "standards", "other")
SITE = ("region", "site.address", "site.zone_id")
SCALE = ("land_area", "floor_area")
# What no fact tells, in the words the window asks; the land itself is on the table when this is asked.
QUESTIONS = {
    "scale": "项目技术标准、建设规模是否发生重大变更",
    "plan": "项目规划方案是否调整，环保措施是否发生重大变更",
    "standards": "国家及地方相关技术标准、规范是否发生变更，对项目造成影响",
    "other": "是否有其他不符合法律、法规和规范要求的情形",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One case that holds: `text` says by what."""

    case: str
    text: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def case_of(name: str) -> Reason:
    return pack().reasons[f"{PREFIX}{name}"]


def snapshot(project: Project, more: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as the project applies, with the answers of the window and who the unit is."""
    merged: dict[str, Any] = {
        key: dict(value) if isinstance(value, dict) else value for key, value in project.facts.items()
    }
    for key, value in more.items():
        merged[key] = {**merged.get(key, {}), **value} if isinstance(value, dict) else value
    merged["unit"] = {**merged.get("unit", {}), "name": project.unit.name, "credit_code": project.unit.credit_code}
    return merged


def detected(application: MockApplication) -> list[Change]:
    """What the project's facts of now say against those of the application."""
    project, before = application.project, application.facts
    now = snapshot(project, {})
    found = [
        Change("site", f"{pack().facts.label(path)}由“{_said(before, path)}”变为“{_said(now, path)}”")
        for path in SITE
        if _differ(before, now, path)
    ]
    share = pack().share("mock.change_share", project.rules_on)
    found += [Change("scale", words) for path in SCALE if (words := _moved(before, now, path, share))]
    if _other_unit(before["unit"], now["unit"]):
        found.append(Change("plan", f"项目主体由“{before['unit']['name']}”变为“{now['unit']['name']}”"))
    if words := _moved(before, now, "total_investment", share):
        found.append(Change("plan", words))
    return found


def _differ(before: Mapping[str, Any], now: Mapping[str, Any], path: str) -> bool:
    return bool(look_up(before, path) != look_up(now, path))


def _said(facts: Mapping[str, Any], path: str) -> str:
    value = look_up(facts, path)
    return "未填写" if value is UNKNOWN else str(value) if isinstance(value, str) else shown(value)


def _moved(before: Mapping[str, Any], now: Mapping[str, Any], path: str, share: Fraction) -> str:
    """In words, how far an amount has moved beyond the share; empty where it has not."""
    old, new = look_up(before, path), look_up(now, path)
    if old is UNKNOWN or new is UNKNOWN:
        return (
            f"{pack().facts.label(path)}由“{_said(before, path)}”变为“{_said(now, path)}”"
            if (old is UNKNOWN) != (new is UNKNOWN)
            else ""
        )
    was, is_now = as_number(old), as_number(new)
    if abs(Fraction(is_now) - Fraction(was)) <= share * Fraction(was):
        return ""
    unit = pack().facts[path].unit
    return f"{pack().facts.label(path)}由 {_plain(was)} {unit}变为 {_plain(is_now)} {unit}".replace("  ", " ")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _other_unit(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """A reserved name that has become a company is the same subject."""
    if before.get("credit_code"):
        return bool(before["credit_code"] != now.get("credit_code"))
    return bool(before.get("name") != now.get("name"))


def asked(answers: Mapping[str, bool]) -> list[Change]:
    """The cases answered with yes. Raises Refused naming every question left open: nothing is taken for granted."""
    open_ones = {name: f"请回答：{text}" for name, text in QUESTIONS.items() if not isinstance(answers.get(name), bool)}
    if open_ones:
        raise Refused(
            "mock.questions",
            "转换前要逐项确认有无应当重新报批的情形",
            field=next(iter(open_ones)),
            remedy="请向项目单位核实后逐项回答",
            cites=pack().cite_texts(case_of("other").cites),
            errors=open_ones,
        )
    return [Change(name, case_of(name).text.rstrip("的")) for name in QUESTIONS if answers[name]]


def reason_of(changes: list[Change]) -> str:
    """Why everything is approved anew, as the map and the papers tell it."""
    cites = pack().cite_texts(list(dict.fromkeys(cite for change in changes for cite in case_of(change.case).cites)))
    return f"{'；'.join(change.text for change in changes)}，应重新报批（{'；'.join(cites)}）"
