"""The rules' own values as people read them: limits, units, citations, codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from yinuo.apps.base import ROLES
from yinuo.apps.commitments.models import Measure
from yinuo.apps.land.indicators import INDICATORS
from yinuo.apps.land.models import BasicKind
from yinuo.apps.rules import pack
from yinuo.core.credit import COMMITMENT_FIELDS
from yinuo.core.decision import jsonable, plain
from yinuo.core.findings import condition
from yinuo.core.grades import COLOUR_WORDS, UNRATED, scale_at
from yinuo.core.pack.types import DatedValue, Limit, Parameter
from yinuo.core.schema import FACTS
from yinuo.core.tracks import MARK
from yinuo.core.units import WORDS
from yinuo.core.wording import day_words, in_words

LEVELS = {"county": "县级", "prefecture": "州级", "province": "省级", "state": "国家级", "utility": "公用企业"}
HANDLING = {
    "instant": "即办件",
    "promised": "承诺件",
    "reported_upward": "上报件",
    "self_service": "自主办理",
    "utility": "公用服务报装",
}
PROVENANCE = {"source": "已逐字核对原文", "tested": "已有实例验证", "unverified": "尚未核对原文"}
KINDS = FACTS["kind"].choices


def typed(text: str, longest: int) -> str:
    """What somebody typed into a search box, on one line and within bounds."""
    return " ".join(text.replace("\x00", "").split())[:longest]


def number(text: str) -> int:
    """A key in an address; 0 for anything that is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


@dataclass(frozen=True, slots=True)
class GradeClass:
    """A class of grades, its name and the colour a certificate of it has."""

    grades: tuple[str, ...]
    name: str
    colour: str
    colour_word: str


def grade_classes(day: date) -> list[GradeClass]:
    """What the letters and colours of a certificate mean on the day, best first; the unrated last."""
    scale = scale_at(pack(), day)
    made = [
        GradeClass(
            tuple(band.grade for band in scale.bands if band.class_ == key), look["name"], look["colour"], COLOUR_WORDS[look["colour"]]
        )
        for key, look in scale.classes.items()
    ]
    return [*made, GradeClass((UNRATED,), "未评级", "white", "白色")]


@dataclass(frozen=True, slots=True)
class CiteLink:
    """A citation and the place in the rules where its source stands."""

    text: str
    url: str
    unverified: bool = False


def cite_links(cites: Iterable[str]) -> list[CiteLink]:
    base = reverse("public:rules")
    made = []
    for cite in cites:
        source = cite.partition("#")[0]
        made.append(CiteLink(pack().cite_text(cite), f"{base}#source-{source}", pack().sources[source].provenance == "unverified"))
    return made


def limit_text(limit: Limit | None) -> str:
    """0 is at once; nothing where the rules set no limit."""
    if limit is None:
        return ""
    return term_text(limit.value, limit.unit)


def term_text(value: int, unit: str) -> str:
    if value == 0:
        return _("即时办结")
    return f"{value} {_('个工作日') if unit == 'working' else _('天')}"


def span_text(from_on: date, to_on: date | None) -> str:
    """Half-open: what ends on a day no longer holds on it."""
    return f"{day_words(from_on)}起" if to_on is None else f"{day_words(from_on)}起，{day_words(to_on)}前"


# Which parameters hold codes, and what the codes are called.
CODED: dict[str, str] = {
    "commitment.kinds": "kind",
    "filing.instant_kinds": "kind",
    "filing.unit_types": "unit.type",
    "agency.unit_types": "unit.type",
    "credit.audit_classes": "project_class",
    "inspection.trading_classes": "project_class",
}


EXCLUDED = {"instant": "即办件", "reported_upward": "上报件"}
# Who is warned: the matter's own department, the one that took the filing, or a role of the hall.
OWNERS = {"matter": "承办部门", "filing": "项目备案单位", **ROLES}


def _names(parameter_id: str) -> Mapping[str, str]:
    if path := CODED.get(parameter_id):
        return FACTS[path].choices
    if parameter_id == "filing.required_facts":
        return {path: spec.label for path, spec in FACTS.items()}
    if parameter_id == "guidance.mature_departments":
        return {key: row.short_name for key, row in pack().departments.items()}
    if parameter_id == "deficient.excluded":
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
    """What a list of ids is called by: conditions as clauses – as they read when the value began –, matters and departments by name."""
    rules = pack()
    parts = [str(part) for part in (value.value if isinstance(value.value, (list, tuple)) else [value.value])]
    if MARK in parameter_id:
        day = max(value.span.from_on, rules.valid_from)
        return {part: in_words(condition(part, rules, day)) for part in parts}
    if all(part in rules.matters for part in parts):
        return {part: rules.matters[part].full_name for part in parts}
    if all(part in rules.departments for part in parts):
        return {part: rules.departments[part].short_name for part in parts}
    return {}


def value_text(parameter: Parameter, value: DatedValue) -> str:
    """A parameter's value with its unit; sentences each on a line of their own."""
    raw: Any = jsonable(value.value)
    if isinstance(raw, bool):
        return _("是") if raw else _("否")
    if parameter.unit == "share" and "/" not in str(raw):
        return f"{plain(Decimal(str(raw)) * 100)} %"
    names = _names(parameter.id) or _called(parameter.id, value)
    parts = [names.get(str(part), str(part)) for part in (raw if isinstance(raw, list) else [raw])]
    text = ("\n" if MARK in parameter.id or any("。" in part for part in parts) else "、").join(parts)
    unit = WORDS[parameter.unit]
    return f"{text} {unit}" if unit else text
