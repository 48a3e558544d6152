"""The few figures that matter, at once: for the first page of the dashboard, the wall and everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from yinuo.engine.rules import pack
from yinuo.faces.figures.shapes import (
    COLOURS,
    Block,
    Dash,
    Head,
    Table,
    against,
    amount,
    by_most,
    counted,
    fact,
    high_words,
    month_words,
    months_of,
    number,
    of_part,
    office_of,
    percent,
    rate,
    whole,
)
from yinuo.rooms.figures.definitions import LIGHTS
from yinuo.rooms.figures.queries import Gathered, Sums, share
from yinuo.ui.components.shapes import Fact
from yinuo.ui.components.text import grouped
from yinuo.ui.reading import today


@dataclass(frozen=True, slots=True)
class Summary:
    """`facts` the great figures, `more` those beside them, `blocks` what is drawn."""

    facts: Sequence[Fact]
    more: Sequence[Fact]
    blocks: Sequence[Block]
    rate: Fraction | None
    target: Fraction

    @property
    def reached(self) -> bool:
        return self.rate is not None and self.rate >= self.target


def summary(dash: Dash) -> Summary:
    """Ten statements; the same cases as on the pages behind."""
    promised = dash.gather("promises", ("part",), ("month", "part"))
    covered = dash.gather("coverage", ("part",))
    landed = dash.gather("landings", ("month",))
    decided, waiting = dash.gather("decisions"), dash.gather("open", ("part",), ("office", "part"))
    done = of_part(promised.of("part"), "promised")
    reached, target = share(done, promised.all.n), pack().share("kpi.commitment_share", dash.scope.rules_day)
    stands, missing = of_part(covered.of("part"), "covered"), of_part(covered.of("part"), "missing")
    mapped = share(stands, stands + missing)
    kept = decided.all
    facts = [
        fact(
            "承诺办理率", percent(reached), note=against(reached, target),
            url=dash.cases("promises", part="promised") if done else "",
            link=f"{done} ／ {promised.all.n} 件", main=True,
        ),
        fact(
            "“一张图”覆盖率", percent(mapped),
            note=against(mapped, pack().share("kpi.coverage_share", dash.scope.rules_day)),
            url=dash.cases("coverage", part="covered") if stands else "", link=f"{stands} ／ {stands + missing} 个",
        ),
        fact(
            "落地天数中位数", number(landed.all.median, "1"), "天" if landed.all.n else "",
            note=(
                f"{high_words(dash, '项目')} {number(landed.all.high, '1')} 天"
                if landed.all.n
                else "时段内还没有落地的项目"
            ),
            url=dash.cases("landings") if landed.all.n else "", link=f"{landed.all.n} 个项目",
        ),
        fact(
            "承诺时限按时办结率", percent(share(kept.on_time, kept.on_time + kept.late)),
            note=f"法定时限 {percent(share(kept.lawful, kept.lawful + kept.unlawful))}",
            url=dash.cases("decisions", part="late") if kept.late else "", link=f"超期 {kept.late} 件",
        ),
    ]  # fmt: skip
    lit = waiting.of("part")
    blocks = [
        Block(
            "rates", "各月承诺办理率和落地天数", "", [],
            [_rates(dash, promised.crossed("month", "part"), target), _months(dash, landed.of("month"))],
        ),
        Block(
            "now", "各部门现在的灯", "",
            [counted(dash, label, of_part(lit, key), "open", part=key) for key, label in LIGHTS.items()],
            [_offices(dash, waiting)],
        ),
    ]  # fmt: skip
    return Summary(facts, _more(dash), blocks, reached, target)


def _more(dash: Dash) -> list[Fact]:
    still, ran = dash.gather("pauses"), dash.gather("runs")
    reviewed, warned = dash.gather("reviews", ("part",), ("part", "mark")), dash.gather("warnings", ("mark",))
    invested = dash.gather("projects")
    good, bad = of_part(reviewed.of("part"), "good"), of_part(reviewed.of("part"), "bad")
    open_bad = reviewed.get(["part", "mark"], "bad", "open").n
    open_warnings = warned.all.n - warned.of("mark").get("closed", Sums()).n
    return [
        fact(
            "暂停的时间占", percent(share(still.all.days, ran.all.days)),
            url=dash.cases("pauses") if still.all.n else "", link=f"{still.all.n} 次",
        ),
        fact(
            "好评率", percent(share(good, reviewed.all.n)), note=f"差评 {bad} 条，没有办结 {open_bad} 条",
            url=dash.cases("reviews") if reviewed.all.n else "", link=f"{reviewed.all.n} 条评价",
        ),
        fact(
            "没有办结的预警", str(open_warnings), "条", note=f"时段内共 {warned.all.n} 条",
            url=dash.cases("warnings") if warned.all.n else "", link="逐件查看",
        ),
        fact(
            "新立项投资", grouped(invested.all.worth.quantize(Decimal(1), ROUND_HALF_UP)), "万元",
            url=dash.cases("projects") if invested.all.n else "", link=f"{invested.all.n} 个项目",
        ),
    ]  # fmt: skip


def _rates(dash: Dash, crossed: dict[str, dict[str, Sums]], target: Fraction) -> Table:
    rows = []
    for month in months_of(dash.scope, today(dash.now)):
        sums = crossed.get(month, {})
        done = of_part(sums, "promised")
        cases = dash.count(done, "promises", month=month, part="promised")
        all_ = dash.count(whole(sums), "promises", month=month)
        rows.append([month_words(month), rate(share(done, whole(sums))), rate(target), cases, all_])
    heads = [
        Head("月份", "text"),
        Head("承诺办理率", "drawn", "--brand"),
        Head("目标", "drawn", "--amber-mark"),
        Head("按承诺"),
        Head("全部（件）"),
    ]
    return Table(
        "rates", "各月承诺办理率", heads, rows, "line", "%", high="100", export_url=dash.export("promises.month")
    )


def _months(dash: Dash, months: Mapping[str, Sums]) -> Table:
    rows = []
    for month in months_of(dash.scope, today(dash.now)):
        sums = months.get(month, Sums())
        rows.append([month_words(month), amount(sums.median, "1"), dash.count(sums.n, "landings", month=month)])
    heads = [Head("月份", "text"), Head("落地天数中位数", "drawn", "--brand"), Head("落地的项目")]
    return Table("landed", "各月落地天数中位数", heads, rows, "bar", "天", export_url=dash.export("landings.month"))


def _offices(dash: Dash, waiting: Gathered) -> Table:
    rows = []
    for office, sums in by_most(waiting.crossed("office", "part").items()):
        rows.append(
            [
                office_of(waiting, office),
                *(dash.count(of_part(sums, part), "open", office=office, part=part) for part in LIGHTS),
            ]
        )
    heads = [Head("部门", "text"), *(Head(label, "drawn", COLOURS[part]) for part, label in LIGHTS.items())]
    return Table("now", "各部门现在的灯", heads, rows, "stack", export_url=dash.export("open.office"))
