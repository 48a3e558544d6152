"""What would become of each row of a list of public credit evaluations: decided for all rows together, in four queries,
writing nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.core.codes import CodeError, check_credit_code
from yinuo.core.decision import plain
from yinuo.core.facts import as_number
from yinuo.core.grades import ScoreError, grade_of
from yinuo.engine.base import Refused
from yinuo.engine.people.models import ProjectUnit, UnitType
from yinuo.engine.rules import pack
from yinuo.rooms.credit.models import CreditEvent

CENT = Decimal("0.01")
# More of them is no score, and no number that could be rounded.
WHOLE_DIGITS = 9
SOURCE_MOST = 120


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became, or would become, of one row: imported, unchanged (already known) or refused, and why.

    `line` counts from 1.
    """

    line: int
    credit_code: str
    outcome: str
    message: str = ""
    name: str = ""
    score: str = ""
    grade: str = ""
    on: str = ""
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A row that can be read: whose score it is, of which day and by whom."""

    credit_code: str
    name: str
    score: Decimal
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`evaluation` is None where the row cannot be read."""

    report: RowReport
    evaluation: Evaluation | None = None


def judge(rows: Sequence[Mapping[str, Any]], source: str, at: datetime) -> list[Verdict]:
    """Every row by itself, against the units and evaluations known now and the rows above it."""
    codes = {str(row.get("credit_code") or "").strip().upper() for row in rows}
    units = {unit.credit_code or "": unit for unit in ProjectUnit.objects.filter(credit_code__in=codes)}
    known: dict[str, list[CreditEvent]] = {}
    events = (
        CreditEvent.objects.filter(unit__credit_code__in=codes, type="rebase")
        .select_related("unit")
        .order_by("on", "seq")
    )
    for event in events:
        known.setdefault(event.unit.credit_code or "", []).append(event)
    above: dict[tuple[str, date, str], tuple[int, Decimal]] = {}
    return [_judge(line, row, source, at, units, known, above) for line, row in enumerate(rows, start=1)]


def _judge(
    line: int,
    row: Mapping[str, Any],
    source: str,
    at: datetime,
    units: Mapping[str, ProjectUnit],
    known: Mapping[str, Sequence[CreditEvent]],
    above: dict[tuple[str, date, str], tuple[int, Decimal]],
) -> Verdict:
    told = {
        "name": str(row.get("name") or "").strip(),
        "score": str(row.get("score") if row.get("score") is not None else "").strip(),
        "grade": str(row.get("grade") or "").strip().upper(),
        "on": str(row.get("on") or "").strip(),
        "source": (str(row.get("source") or "").strip() or source.strip())[:SOURCE_MOST],
    }
    code = str(row.get("credit_code") or "").strip().upper()
    try:
        found = _read(code, told, row.get("on"), units, at)
        before = _same(line, found, known.get(code, ()), above)
    except Refused as refusal:
        return Verdict(RowReport(line, code, "refused", str(refusal), **told))
    told["name"] = told["name"] or (units[code].name if code in units else "")
    above.setdefault((code, found.on, found.source), (line, found.score))
    told |= {
        "score": plain(found.score),
        "grade": grade_of(found.score, pack(), found.on).grade,
        "on": found.on.isoformat(),
    }
    return Verdict(RowReport(line, code, "unchanged" if before else "imported", before, **told), found)


def _read(code: str, told: Mapping[str, str], on: Any, units: Mapping[str, ProjectUnit], at: datetime) -> Evaluation:
    """Raises Refused naming what is wrong with the row and what to do."""
    unit = units.get(code)
    if not code:
        raise Refused(
            "credit.unit", "没有这个统一社会信用代码的项目单位", field="credit_code", remedy="请填写统一社会信用代码"
        )
    try:
        check_credit_code(code)
    except CodeError as error:
        raise Refused("credit.code", str(error), field="credit_code", remedy="请按营业执照逐字核对") from error
    if unit is None and not told["name"]:
        raise Refused(
            "credit.unit",
            "没有这个统一社会信用代码的项目单位",
            field="credit_code",
            remedy="请核对代码，或者补充单位名称",
        )
    if unit is not None and unit.type != UnitType.ENTERPRISE:
        raise Refused(
            "credit.not_enterprise", f"{unit.name}不是企业，不计信用分", remedy="信用分只适用于企业的备案项目"
        )
    if unit is not None and told["name"] and told["name"] != unit.name:
        raise Refused(
            "credit.name",
            f"名称与登记的“{unit.name}”不一致",
            field="name",
            remedy="请核对代码和名称；单位更名的先更正单位信息",
        )
    score = read_score(told["score"])
    day = read_day(on)
    _need_age(day, at)
    try:
        grade = grade_of(score, pack(), day).grade
    except ScoreError as error:
        raise Refused("credit.score", f"分值应在 0 至 100 之间：{told['score']}", field="score") from error
    if told["grade"] and told["grade"] != grade:
        raise Refused(
            "credit.grade",
            f"等级 {told['grade']} 与分值 {plain(score)} 不符，按分值应为 {grade} 级",
            field="grade",
            remedy="请核对原表",
        )
    if not told["source"]:
        raise Refused("credit.source", "请写明作出评价的机构", field="source")
    return Evaluation(code, told["name"], score, day, told["source"])


def _need_age(day: date, at: datetime) -> None:
    today, rules = at.astimezone(TZ).date(), pack()
    if day > today:
        raise Refused("credit.on", "评价日期不能晚于今天", field="on")
    longest = rules.integer("credit.evaluation_longest", today)
    if day < rules.valid_from or day + timedelta(days=longest) < today:
        cites = rules.cite_texts(rules.parameter("credit.evaluation_longest", today).cites)
        raise Refused(
            "credit.outdated",
            f"{day.isoformat()} 的评价距今超过 {longest} 日，或者早于规定施行",
            field="on",
            remedy="请导入最新的评价",
            cites=cites,
        )


def _same(
    line: int,
    found: Evaluation,
    known: Sequence[CreditEvent],
    above: Mapping[tuple[str, date, str], tuple[int, Decimal]],
) -> str:
    """Why nothing is new about the row; empty where it is.

    Raises Refused for one that contradicts a row above, or comes too late.
    """
    twin = above.get((found.credit_code, found.on, found.source))
    if twin is not None:
        if twin[1] != found.score:
            raise Refused(
                "credit.twice", f"与第 {twin[0]} 行是同一次评价，分值却不同", field="score", remedy="请核对后只留一行"
            )
        return f"与第 {twin[0]} 行重复"
    for event in reversed(known):
        if event.on == found.on and event.data.get("source") == found.source:
            return "以前已经导入" if as_number(event.data["score"]) == found.score else ""
    if known and known[-1].on > found.on:
        later = known[-1].on.isoformat()
        raise Refused(
            "credit.overtaken",
            f"已有 {later} 的评价，更早的不再作为起点",
            field="on",
            remedy="以最新的公共信用综合评价为准",
        )
    return ""


def read_score(value: Decimal | str) -> Decimal:
    """A score with at most two decimals. Raises Refused."""
    try:
        number = as_number(value)
    except ValueError as error:
        raise Refused("credit.score", f"分值有误：{error}", field="score") from error
    if number.adjusted() > WHOLE_DIGITS or number != number.quantize(CENT):
        raise Refused("credit.score", "分值最多两位小数", field="score")
    return number


def read_day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.astimezone(TZ).date() if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    text = str(value or "").strip().replace("/", "-").replace(".", "-")
    try:
        year, month, day = (int(part) for part in text.split("-"))
        return date(year, month, day)
    except ValueError as error:
        raise Refused("credit.on", "评价日期应写作 2026-10-01 这样的形式", field="on") from error
