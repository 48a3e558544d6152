"""The rules' own values as people read them: limits, units, citations, codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from yinuo.core.grades import COLOUR_WORDS, UNRATED, scale_at
from yinuo.core.pack.types import Limit
from yinuo.core.wording import day_words
from yinuo.engine.rules import pack

LEVELS = {"county": "县级", "prefecture": "州级", "province": "省级", "state": "国家级", "utility": "公用企业"}
HANDLING = {
    "instant": "即办件",
    "promised": "承诺件",
    "reported_upward": "上报件",
    "self_service": "自主办理",
    "utility": "公用服务报装",
}
PROVENANCE = {"source": "已逐字核对原文", "tested": "已有实例验证", "unverified": "尚未核对原文"}


def kinds() -> Mapping[str, str]:
    """The kinds of projects by code."""
    return pack().facts["kind"].choices


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
            tuple(band.grade for band in scale.bands if band.class_ == key),
            look["name"],
            look["colour"],
            COLOUR_WORDS[look["colour"]],
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
        made.append(
            CiteLink(
                pack().cite_text(cite), f"{base}#source-{source}", pack().sources[source].provenance == "unverified"
            )
        )
    return made


def limit_text(limit: Limit | None) -> str:
    """0 is at once; nothing where the rules set no limit."""
    if limit is None:
        return ""
    return term_text(limit.value, limit.unit)


def term_text(value: int, unit: str) -> str:
    if value == 0:
        return "即时办结"
    return f"{value} {'个工作日' if unit == 'working' else '天'}"


def span_text(from_on: date, to_on: date | None) -> str:
    """Half-open: what ends on a day no longer holds on it."""
    return f"{day_words(from_on)}起" if to_on is None else f"{day_words(from_on)}起，{day_words(to_on)}前"


def stages(day: date) -> list[Choice]:
    """Stages of every scheme in force, each once."""
    named = {stage.id: stage.name for scheme in pack().schemes if day in scheme.span for stage in scheme.stages}
    return list(named.items())


Choice = tuple[str, str]
