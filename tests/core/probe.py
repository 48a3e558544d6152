"""A small pack of known content, so that a test of the engines does not move when a county's rules do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from yinuo.core.dated import Span
from yinuo.core.fact_specs import FactTable
from yinuo.core.facts import Predicate, Verdict, all_of, fact, parameter
from yinuo.core.form import Form
from yinuo.core.pack.load import load
from yinuo.core.pack.types import (
    Band,
    CalendarData,
    DatedValue,
    Department,
    GradeScale,
    HallRule,
    Limit,
    ListException,
    Matter,
    Measure,
    NegativeRow,
    Offer,
    Pack,
    Parameter,
    PointRule,
    Roles,
    Source,
)

COUNTY = Path(__file__).resolve().parents[2] / "src/yinuo/packs/jishishan"
FROM = date(2023, 2, 20)
EVER = Span(FROM)
DAY = date(2026, 1, 5)
CITE = ("doc#第一条",)


@cache
def county_facts() -> FactTable:
    """The real table of facts: what a fact is does not move with the rules."""
    return load(COUNTY).facts


def a_parameter(id_: str, value: Any, unit: str = "text", article: str = "第一条") -> Parameter:
    return Parameter(id_, id_, unit, (DatedValue(EVER, value, (f"doc#{article}",), "", "p:1"),), "p:1")


def a_matter(id_: str, **changes: Any) -> Matter:
    base = Matter(
        id=id_, name=f"事项{id_}", sub_matter="", department="office", stage="one", kind="行政许可", level="county",
        handling="promised", pre_start=True, completion=False, needed="always",
        kinds=("filing", "verification", "approval"), after=(), statutory=(Limit(20, "working", EVER, CITE, "source"),),
        promised=(), materials=(), basis=CITE, content="", conditions=(),
        process=(), fee="", supervision="", result="", offers=(), standards=(), regional=False, negative_rows=(),
        provenance="source", span=EVER, where="m:1",
    )  # fmt: skip
    return replace(base, **changes)


def a_row(
    part: str, number: int, when: str, matters: tuple[str, ...] = (), exceptions: tuple[ListException, ...] = ()
) -> NegativeRow:
    part_name = {"project": "一", "matter": "二", "regional": "三"}[part]
    return NegativeRow(
        id=f"negative.{part}.{number}", part=part, row=number, department="", department_id=None,
        matter=f"{part}{number}", sub_matter="", kind="", matters=matters, when=when, exceptions=exceptions, span=EVER,
        cites=(f"doc#附件1·{part_name}·{number}",), where="n:1",
    )  # fmt: skip


def _confirm(facts: Any) -> Verdict:
    return Verdict(None, missing=frozenset({"confirmations.eia_142"}))


PREDICATES = {
    "security": fact("declarations.national_security_or_major_layout").is_true(),
    "pipeline_within": all_of(
        fact("construction.pipeline_kind").one_of("water", "gas"),
        fact("construction.pipelines_length_m").le(parameter("pipeline.longest")),
    ),
    "simple": fact("construction.simple_technique").is_true(),
    "upward": fact("energy_review_level").one_of("province", "state"),
    "industry_142": Predicate(_confirm, frozenset({"industry"}), "142*"),
    "on_forest": fact("site.forest_land").is_true(),
}

BANDS = [
    ("A", "A", 90, 100),
    ("A-", "A", 80, 90),
    ("B", "B", 75, 80),
    ("B-", "B", 70, 75),
    ("C+", "C", 65, 70),
    ("C", "C", 60, 65),
    ("C-", "C", 55, 60),
    ("D", "D", 40, 55),
    ("D-", "D", 0, 40),
]
LOOKS = {"A": ("green", "优"), "B": ("blue", "良"), "C": ("yellow", "中"), "D": ("red", "差")}


def _scale() -> GradeScale:
    bands = tuple(Band(grade, class_, Decimal(low), Decimal(high), low == 0) for grade, class_, low, high in BANDS)
    return GradeScale(
        EVER,
        bands,
        {c: {"colour": colour, "name": name} for c, (colour, name) in LOOKS.items()},
        ("doc#第十五条",),
        "g:1",
    )


def a_measure(class_: str, effect: str, value: str) -> Measure:
    return Measure(f"{effect}.{class_}", class_, effect, value, f"{class_} 的措施", EVER, ("doc#措施",), "e:1")


def a_point_rule(
    id_: str, type_: str, match: dict[str, Any], points: str, cap: str | None = None, audit: bool = False
) -> PointRule:
    return PointRule(
        id_, type_, match, Decimal(points), Decimal(cap) if cap else None, audit, id_, EVER, (f"doc#{id_}",), "c:1"
    )


MEASURES = (
    a_measure("A", "commitment", "allowed"),
    a_measure("B", "commitment", "allowed"),
    a_measure("C", "commitment", "reduced"),
    a_measure("D", "commitment", "refused"),
    a_measure("D", "agency", "refused"),
)
POINT_RULES = (
    a_point_rule("cycle", "cycle_completed", {"all_kept": True}, "2", audit=True),
    a_point_rule("act.46", "act", {"article": "46"}, "-2"),
    a_point_rule("act.46.unreported", "act", {"article": "46", "item": "unreported"}, "-1", cap="1"),
    a_point_rule("act.50", "act", {"article": ["50", "51", "52"]}, "-3"),
    a_point_rule("broken", "commitment_broken", {}, "-1"),
    a_point_rule(
        "broken.grave", "commitment_broken",
        {"field": ["national_security", "ethnic_unity", "social_stability", "ecology", "energy", "livelihood"]}, "-2",
    ),
)  # fmt: skip


def a_hall_rule(id_: str, type_: str, match: dict[str, Any], points: str, **bounds: int) -> HallRule:
    return HallRule(id_, type_, match, Decimal(points), id_, EVER, (f"doc#{id_}",), "h:1", **bounds)


HALL_RULES = (
    a_hall_rule("good", "review", {"rating": "good"}, "0.1"),
    a_hall_rule("bad", "review", {"rating": "bad"}, "-0.5"),
    a_hall_rule("yellow", "light", {"light": "yellow"}, "-0.1"),
    a_hall_rule("red", "light", {"light": "red"}, "-0.3"),
    a_hall_rule("fast.filing", "landed", {"kind": "filing"}, "0.5", days_at_most=40),
    a_hall_rule("fast.other", "landed", {"kind": ["verification", "approval"]}, "0.5", days_at_most=90),
    a_hall_rule("slow", "landed", {"kind": "filing"}, "-1", approval_days_more_than=90),
    a_hall_rule("track.3", "track_praised", {"track": ["agency", "standard_land"]}, "0.3"),
    a_hall_rule("track.2", "track_praised", {"track": ["mock", "deficient", "land_list"]}, "0.2"),
    a_hall_rule("manual", "manual", {}, "0"),
)

REQUIRED = ["name", "kind", "unit.type", "unit.credit_code", "total_investment"]
PARAMETERS = (
    a_parameter("filing.instant_kinds", ["filing"], article="正文·三(二)"),
    a_parameter("filing.red_classes", ["D"]),
    a_parameter("filing.secret_refused", True, "flag", "附件7·二"),
    a_parameter("filing.unit_types", ["enterprise"]),
    a_parameter("filing.required_facts", REQUIRED),
    a_parameter("commitment.kinds", ["filing"]),
    a_parameter("commitment.department_chooses", True, "flag", "自主确定"),
    a_parameter("pipeline.longest", 100, "metres", "管线"),
    a_parameter("credit.unrated_start", 75, "points"),
    a_parameter("credit.unrated_class", "B"),
    a_parameter("credit.score_min", 0, "points"),
    a_parameter("credit.score_max", 100, "points"),
    a_parameter("credit.audit_classes", ["state_owned", "government_funds", "public_works"]),
    a_parameter("credit.repair", True, "flag", "修复"),
    a_parameter("credit.rebase", True, "flag", "重评"),
    a_parameter("hall.start", 100, "points"),
    a_parameter("hall.review_good", [4, 5]),
    a_parameter("hall.review_bad", [1, 2]),
    a_parameter("hall.mean_places", 4, "count"),
)

OFFERED = (Offer(EVER, ("doc#公布",)),)
MATTERS = (
    a_matter("plain", offers=OFFERED),
    a_matter("unoffered"),
    a_matter("forest", needed="on_forest", offers=OFFERED),
    a_matter("asked", needed="on_request", offers=OFFERED),
    a_matter("permit", offers=OFFERED),
    a_matter("pipeline", offers=OFFERED),
    a_matter("energy", offers=OFFERED),
    a_matter("eia", offers=OFFERED),
    a_matter("by_number", offers=OFFERED, negative_rows=(9,)),
    a_matter("verification_only", kinds=("verification",), offers=OFFERED),
    a_matter("later", offers=OFFERED, span=Span(date(2027, 1, 1))),
)
ROWS = (
    a_row("project", 1, "security"),
    a_row("matter", 1, "always", ("permit",)),
    a_row(
        "matter", 3, "always", ("pipeline",),
        (
            ListException("negative.matter.3.short", "一百米以内", "pipeline_within", ("doc#附件1·二·3",), "n:2"),
            ListException("negative.matter.3.simple", "工程简单", "simple", ("doc#附件1·二·3",), "n:3"),
        ),
    ),
    a_row("matter", 18, "upward", ("energy",)),
    a_row("matter", 29, "industry_142", ("eia",)),
    a_row("matter", 9, "always"),
    a_row("regional", 1, "always", ("plain",)),
)  # fmt: skip
ARTICLES = {"第一条": "g"}
ROLES = Roles("office", "office", "office", "office", "permit", "permit", "doc")


def a_pack(**changes: Any) -> Pack:
    source = Source("doc", "某政发〔2023〕1号", "某文件", "某县", FROM, FROM, None, "source", ARTICLES, "s:1")
    base = Pack(
        id="probe", title="测试规则", jurisdiction="某县", version="1", valid_from=FROM, owner="某局", roles=ROLES,
        hash="00", path="", sources={"doc": source}, parameters={p.id: p for p in PARAMETERS},
        departments={"office": Department("office", "某县某局", "某局", "", "county", (), "d:1")},
        schemes=(), matters={m.id: m for m in MATTERS}, negative=ROWS, scales=(_scale(),), measures=MEASURES,
        point_rules=POINT_RULES, hall_rules=HALL_RULES, pauses=(), reasons={},
        calendar=CalendarData({}, frozenset(), {}, ()), predicates=PREDICATES, cases=(),
        facts=county_facts(), form=Form(),
    )  # fmt: skip
    return replace(base, **changes)
