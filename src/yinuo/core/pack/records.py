"""One function per kind of record: from a table of TOML to its typed form."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from yinuo.core.credit import ACT_ARTICLES, ACT_ITEMS, ITEMISED_ARTICLE
from yinuo.core.fact_specs import GRADES
from yinuo.core.grades import COLOUR_WORDS, UNRATED
from yinuo.core.pack.table import Table, exact, times
from yinuo.core.pack.types import (
    Act,
    Band,
    Benefit,
    Case,
    CommitmentStandard,
    DatedValue,
    DayNotice,
    Department,
    GradeScale,
    HallRule,
    Limit,
    ListException,
    Listing,
    Material,
    Matter,
    Measure,
    NegativeRow,
    Offer,
    OfficeHours,
    Parameter,
    PauseReason,
    PointRule,
    Reason,
    Roles,
    Source,
    Stage,
    StageScheme,
)
from yinuo.core.units import LIMIT_UNITS, UNITS

LEVELS = ("county", "prefecture", "province", "state")
HANDLINGS = ("instant", "promised", "reported_upward", "self_service", "utility")
KINDS = ("filing", "verification", "approval")
ASKS = ("screen", "grade", "measures", "points", "hall", "due", "plan", "promisable", "listed", "benefits", "track")
ON_REQUEST = "on_request"
# The parts of `[roles]` in pack.toml, with what each is for and where the pack lists what it may name.
DEPARTMENT_ROLES = {
    "filing_department": "备案、赋码、复核的部门",
    "window_department": "设综合窗口、办模拟审批和代办的部门",
    "planning_department": "模拟审批申请表上填“自然资源部门意见”的部门",
    "market_department": "模拟审批申请表上填“市场监管部门意见”的部门",
}
MATTER_ROLES = {
    "filing_matter": "企业投资项目备案这个事项，备案即办结",
    "land_supply_matter": "供应国有建设用地这个事项，以出让合同办结",
}
SOURCE_ROLES = {"document": "本县实行信用承诺制的文件"}
_WHOLE = {"working_days", "calendar_days", "months", "hours", "count"}


def roles(head: Table) -> Roles:
    """The table `[roles]` of pack.toml; what is missing is a fault that says what it is for and where to look."""
    table = head.table("roles")

    def named(part: str, what: str, listed: str) -> str:
        if not table.has(part):
            table.fault(part, "missing-role", f"[roles] 缺少 {part}（{what}）：请写 {listed} 中的一个编号")
            table.skip(part)
            return ""
        return table.text(part)

    made = {part: named(part, what, "departments.toml") for part, what in DEPARTMENT_ROLES.items()}
    made |= {part: named(part, what, "matters/ 各文件") for part, what in MATTER_ROLES.items()}
    made |= {part: named(part, what, "sources/ 各文件") for part, what in SOURCE_ROLES.items()}
    table.finish()
    return Roles(**made, where=table.where)


def source(table: Table) -> Source:
    made = Source(
        id=table.text("id"),
        number=table.text_or("number", ""),
        title=table.text("title"),
        issuer=table.text_or("issuer", ""),
        published_on=table.day_or_none("published"),
        effective_on=table.day_or_none("effective"),
        repealed_on=table.day_or_none("repealed"),
        provenance=table.provenance(f"依据 {table.data.get('id', '')}"),
        articles=_articles(table),
        where=table.where,
    )
    table.finish()
    return made


def _articles(table: Table) -> Mapping[str, str]:
    articles: dict[str, str] = {}
    for row in table.tables("article"):
        ref, gist = row.text("ref"), row.text("gist")
        if ref in articles:
            row.fault("ref", "duplicate-id", f"条文 {ref} 已经写过")
        articles[ref] = gist
        row.finish()
    return articles


def parameter(table: Table) -> Parameter:
    unit = table.choice("unit", UNITS, code="missing-unit")
    name = table.text("id")
    values = tuple(_value(row, unit) for row in table.tables("value"))
    if not values:
        table.fault("value", "missing-key", f"参数 {name} 没有值（写作 [[parameter.value]]）")
    return Parameter(
        name, table.text("label"), unit, values, table.where, table.day_or_none("starts"), table.day_or_none("ends")
    )


def _value(row: Table, unit: str) -> DatedValue:
    value = row.raw("value")
    if value is not None and unit in UNITS and not _fits(value, unit):
        row.fault("value", "wrong-type", f"value {value!r} 与单位 {unit} 不符")
    made = DatedValue(
        row.span(),
        tuple(value) if isinstance(value, list) else value,
        row.cites(),
        row.text_or("reading", ""),
        row.where,
    )
    row.finish()
    return made


def _fits(value: Any, unit: str) -> bool:
    if isinstance(value, list):
        return all(not isinstance(item, list) and _fits(item, unit) for item in value)
    if unit == "flag":
        return isinstance(value, bool)
    if unit == "text":
        return isinstance(value, str) and bool(value.strip())
    if unit in _WHOLE:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if unit == "share":
        try:
            return not isinstance(value, bool) and 0 <= Fraction(value) <= 1
        except (TypeError, ValueError, ZeroDivisionError):
            return False
    return exact(value) is not None


def department(table: Table) -> Department:
    code = table.text_or("code", "")
    if code and not (len(code) == 2 and code.isdigit()):
        table.fault("code", "wrong-type", f"code 应为项目代码中两位数字的部门代码，现为 {code!r}")
    level = table.choice("level", (*LEVELS, "utility"))
    return Department(
        table.text("id"), table.text("name"), table.text("short_name"), code, level, table.texts("names"), table.where
    )


def scheme(table: Table) -> StageScheme:
    stages: dict[str, Stage] = {}
    for row in table.tables("stage"):
        stage = Stage(row.text("id"), row.text("name"), row.text("department"))
        if stage.id in stages:
            row.fault("id", "duplicate-id", f"阶段 {stage.id} 已经写过")
        stages[stage.id] = stage
        row.finish()
    if not stages:
        table.fault("stage", "missing-key", "阶段方案没有阶段（写作 [[scheme.stage]]）")
    moves = table.mapping("moves")
    if not all(isinstance(stage, str) for stage in moves.values()):
        table.fault("moves", "wrong-type", "moves 应写作：事项 = 阶段")
        moves = {}
    when = table.predicate("when") if table.has("when") else None
    name = table.text("name")
    return StageScheme(
        table.text("id"), name, when, tuple(stages.values()), moves, table.span(), table.cites(), table.where
    )


def negative_row(table: Table) -> NegativeRow:
    return NegativeRow(
        id=table.text("id"),
        part=table.choice("part", ("project", "matter", "regional")),
        row=table.integer("row"),
        department=table.text_or("department", ""),
        department_id=table.text("department_id") if table.has("department_id") else None,
        matter=table.text("matter"),
        sub_matter=table.text_or("sub_matter", ""),
        kind=table.text_or("kind", ""),
        matters=table.texts("matters"),
        when=table.predicate("when"),
        exceptions=tuple(_exception(row) for row in table.tables("exception")),
        span=table.span(),
        cites=table.cites(),
        where=table.where,
    )


def _exception(row: Table) -> ListException:
    made = ListException(row.text("id"), row.text("label"), row.predicate("when"), row.cites(), row.where)
    row.finish()
    return made


def scale(table: Table) -> GradeScale:
    bands: dict[str, Band] = {}
    for row in table.tables("band"):
        band = Band(
            row.choice("grade", [name for name in GRADES if name != UNRATED]),
            row.text("class"),
            row.decimal("low"),
            row.decimal("high"),
            row.flag_or("lowest", False),
            row.where,
        )
        if band.grade in bands:
            row.fault("grade", "duplicate-id", f"等级 {band.grade} 已经写过")
        bands[band.grade] = band
        row.finish()
    classes: dict[str, Mapping[str, str]] = {}
    looks = table.table("class")
    for name in looks.data:
        look = looks.table(name)
        classes[name] = {"name": look.text("name"), "colour": look.choice("colour", COLOUR_WORDS)}
        look.finish()
    return GradeScale(table.span(), tuple(bands.values()), classes, table.cites(), table.where)


def measure(table: Table) -> Measure:
    return Measure(
        table.text("id"), table.text("class"), table.text("effect"), table.text("value"), table.text("text"),
        table.span(), table.cites(), table.where,
    )  # fmt: skip


def benefit(table: Table) -> Benefit:
    name = table.text("id")
    made = Benefit(
        id=name,
        name=table.text("name"),
        department=table.text_or("department", ""),
        office=table.text_or("office", ""),
        when=table.predicate("when"),
        classes=table.texts("classes"),
        text=table.text("text", code="reason-text"),
        how=table.text("how", code="reason-text"),
        provenance=table.provenance(f"惠企事项 {name}"),
        span=table.span(),
        cites=table.cites(),
        where=table.where,
    )
    if bool(made.department) == bool(made.office):
        table.fault(
            "department",
            "missing-key",
            "兑现单位写 department（规则包内的部门）或者 office（规则包以外的单位名称），二者选一",
        )
    return made


def point_rule(table: Table) -> PointRule:
    return PointRule(
        id=table.text("id"),
        type=table.text("type"),
        match=table.mapping("match"),
        points=table.decimal("points"),
        cap_per_project=table.decimal_or("cap_per_project"),
        needs_audit=table.flag_or("needs_audit", False),
        text=table.text("text", code="reason-text"),
        span=table.span(),
        cites=table.cites(),
        where=table.where,
    )


def act(table: Table) -> Act:
    name = table.text("id")
    listings = []
    for row in table.tables("listed"):
        listings.append(Listing(row.span(), row.cites(), row.where))
        row.finish()
    made = Act(
        id=name,
        article=table.text("article"),
        item=table.text_or("item", ""),
        text=table.text("text", code="reason-text"),
        listings=tuple(listings),
        provenance=table.provenance(f"扣分行为 {name}"),
        where=table.where,
    )
    if made.article not in ACT_ARTICLES:
        table.fault("article", "unknown-value", f"扣分行为的条只有 {'、'.join(ACT_ARTICLES)}")
    if made.item and (made.item not in ACT_ITEMS or made.article != ITEMISED_ARTICLE):
        table.fault("item", "unknown-value", f"只有第 {ITEMISED_ARTICLE} 条分项：{'、'.join(ACT_ITEMS)}")
    if not listings:
        table.fault("id", "missing-key", f"扣分行为 {name} 没有写在哪一段时间的清单里（写作 [[act.listed]]）")
    return made


def hall_rule(table: Table) -> HallRule:
    return HallRule(
        id=table.text("id"),
        type=table.text("type"),
        match=table.mapping("match"),
        points=table.decimal("points"),
        text=table.text("text", code="reason-text"),
        span=table.span(),
        cites=table.cites(),
        where=table.where,
        days_at_most=table.integer_or("days_at_most", None),
        approval_days_more_than=table.integer_or("approval_days_more_than", None),
    )


def pause(table: Table) -> PauseReason:
    return PauseReason(
        id=table.text("id"),
        label=table.text("label"),
        longest=table.integer("longest"),
        longest_unit=table.choice("longest_unit", LIMIT_UNITS, code="missing-unit"),
        stops_statutory=table.flag("stops_statutory"),
        span=table.span(),
        cites=table.cites(),
        where=table.where,
    )


def reason(table: Table) -> Reason:
    return Reason(table.text("id"), table.text("text", code="reason-text"), table.cites(), table.where)


def matter(table: Table) -> Matter:
    name = table.text("id")
    kinds = table.texts("kinds")
    for kind in kinds:
        if kind not in KINDS:
            table.fault("kinds", "wrong-type", f"kinds 应取自 {'、'.join(KINDS)}，现有 {kind!r}")
    return Matter(
        id=name,
        name=table.text("name"),
        sub_matter=table.text_or("sub_matter", ""),
        department=table.text("department"),
        stage=table.text("stage"),
        kind=table.text("kind"),
        level=table.choice("level", LEVELS),
        handling=table.choice("handling", HANDLINGS),
        pre_start=table.flag("pre_start"),
        completion=table.flag("completion"),
        needed=table.text("needed") if table.data.get("needed") == ON_REQUEST else table.predicate("needed"),
        kinds=kinds,
        after=table.texts("after"),
        statutory=tuple(_limit(row, f"{name} 的法定时限") for row in table.tables("statutory")),
        promised=tuple(_limit(row, f"{name} 的承诺时限") for row in table.tables("promised")),
        materials=_materials(table),
        basis=table.cites("basis"),
        content=table.text_or("content", ""),
        conditions=table.texts("conditions"),
        process=table.texts("process"),
        fee=table.text_or("fee", ""),
        supervision=table.text_or("supervision", ""),
        result=table.text_or("result", ""),
        offers=tuple(_offer(row) for row in table.tables("offer")),
        standards=tuple(_standard(row, name) for row in table.tables("standard")),
        regional=table.flag_or("regional", False),
        negative_rows=table.integers("negative_rows"),
        provenance=table.provenance(f"事项 {name}"),
        span=table.span(),
        where=table.where,
    )


def _limit(row: Table, what: str) -> Limit:
    made = Limit(
        value=row.integer("value"),
        unit=row.choice("unit", LIMIT_UNITS, code="missing-unit"),
        span=row.span(),
        cites=row.cites(),
        provenance=row.provenance(what),
        extendable_by=row.integer_or("extendable_by", 0) or 0,
        where=row.where,
    )
    row.finish()
    return made


def _materials(table: Table) -> tuple[Material, ...]:
    made: dict[str, Material] = {}
    for row in table.tables("material"):
        material = Material(
            row.text("id"),
            row.text("name"),
            row.flag_or("main", True),
            row.text_or("note", ""),
            row.text_or("issued_by", ""),
        )
        if material.id in made:
            row.fault("id", "duplicate-id", f"材料 {material.id} 已经写过")
        made[material.id] = material
        row.finish()
    return tuple(made.values())


def _offer(row: Table) -> Offer:
    made = Offer(row.span(), row.cites(), row.where)
    row.finish()
    return made


def _standard(row: Table, matter_id: str) -> CommitmentStandard:
    made = CommitmentStandard(
        version=row.text("version"),
        span=row.span(),
        requirements=row.texts("requirements"),
        promises=row.texts("promises"),
        field=row.text("field") if row.has("field") else None,
        cites=row.cites(),
        provenance=row.provenance(f"{matter_id} 的承诺标准"),
        where=row.where,
    )
    row.finish()
    return made


def office_hours(row: Table) -> OfficeHours:
    spans = times(row.raw("spans"))
    if spans is None:
        row.fault("spans", "wrong-type", 'spans 应为依次排列的时段，如 [["08:30", "12:00"], ["14:30", "18:00"]]')
    made = OfficeHours(row.span(), spans or (), row.cites())
    row.finish()
    return made


def day_notice(row: Table, year: int, cites: tuple[str, ...]) -> DayNotice:
    own = row.cites() if row.has("cite") else cites
    made = DayNotice(row.day("on"), row.flag("working"), row.text("name"), own)
    if row.has("on") and made.on.year != year:
        row.fault("on", "wrong-type", f"{made.on} 不在 {year} 年")
    row.finish()
    return made


def case(table: Table) -> Case:
    return Case(
        id=table.text("id"),
        ask=table.choice("ask", ASKS),
        as_of=table.day("as_of"),
        facts=table.mapping("facts"),
        expect=table.mapping("expect"),
        exercises=table.texts("exercises"),
        cites=table.cites(),
        provenance=table.provenance(f"案例 {table.data.get('id', '')}"),
        where=table.where,
    )
