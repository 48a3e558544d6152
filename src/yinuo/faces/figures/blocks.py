"""The dashboards' figures: each with its definition, its facts, and tables that may be drawn, every number leading to
its cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from yinuo.engine.rules import pack
from yinuo.faces.figures.shapes import (
    CHARTED,
    COLOURS,
    Amount,
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
    money,
    month_words,
    months_of,
    number,
    of_part,
    office_of,
    parted,
    percent,
    rate,
    whole,
    words,
)
from yinuo.rooms.figures.cases import BAND_DAYS, BANDS
from yinuo.rooms.figures.definitions import DEFINITIONS, LIGHTS
from yinuo.rooms.figures.industries import SECTIONS, UNSAID, name_of
from yinuo.rooms.figures.queries import Gathered, Sums, share
from yinuo.rooms.figures.scope import names_of
from yinuo.rooms.oversight.models import WarningKind, WarningState
from yinuo.ui.components.shapes import Fact
from yinuo.ui.components.text import grouped
from yinuo.ui.reading import today

# -- 承诺与覆盖


def promises(dash: Dash) -> Block:
    told = DEFINITIONS["promises"]
    found = dash.gather("promises", ("part",), ("month", "part"), ("office", "part"), ("matter", "part"))
    parts = found.of("part")
    done, target = of_part(parts, "promised"), pack().share("kpi.commitment_share", dash.scope.rules_day)
    facts = [
        fact(told.title, percent(share(done, found.all.n)), note=against(share(done, found.all.n), target), main=True),
        counted(dash, "按信用承诺办理", done, "promises", part="promised"),
        counted(dash, "可以承诺而按常规办理", of_part(parts, "regular"), "promises", part="regular"),
        counted(dash, "不能承诺", of_part(parts, "barred"), "promises", part="barred"),
        counted(dash, "清单外准予的事项", found.all.n, "promises"),
    ]
    return Block(
        "promises", told.title, told.text, facts, [_promise_months(dash, found, target), *_promised_by(dash, found)]
    )


def _promise_months(dash: Dash, found: Gathered, target: Fraction) -> Table:
    crossed = found.crossed("month", "part")
    rows = []
    for month in months_of(dash.scope, today(dash.now)):
        sums = crossed.get(month, {})
        n = whole(sums)
        kept = of_part(sums, "promised")
        cells = [dash.count(kept, "promises", month=month, part="promised"), dash.count(n, "promises", month=month)]
        rows.append([month_words(month), rate(share(kept, n)), rate(target), *cells])
    heads = [
        Head("月份", "text"),
        Head("办理率", "drawn", "--brand"),
        Head("目标", "drawn", "--amber-mark"),
        Head("按承诺"),
        Head("全部"),
    ]
    name = "promises.month"
    return Table(name, "各月承诺办理率", heads, rows, "line", "%", high="100", export_url=dash.export(name))


def _promised_by(dash: Dash, found: Gathered) -> list[Table]:
    parts = {"promised": "按承诺", "regular": "可以承诺而常规", "barred": "不能承诺"}
    offices = parted(dash, found, "promises", "各部门", "promises", "office", parts, "部门")
    rows = []
    for matter, sums in by_most(found.crossed("matter", "part").items()):
        n, done = whole(sums), of_part(sums, "promised")
        cells = [dash.count(n, "promises", matter=matter), dash.count(done, "promises", matter=matter, part="promised")]
        rows.append([words(found.matters[matter]), *cells, rate(share(done, n))])
    heads = [Head("事项", "text"), Head("全部"), Head("按承诺"), Head("办理率")]
    return [offices, Table("promises.matter", "各事项", heads, rows, export_url=dash.export("promises.matter"))]


def coverage(dash: Dash) -> Block:
    told = DEFINITIONS["coverage"]
    found = dash.gather("coverage", ("part",), ("month", "part"))
    parts = found.of("part")
    stands, missing = of_part(parts, "covered"), of_part(parts, "missing")
    value, target = share(stands, stands + missing), pack().share("kpi.coverage_share", dash.scope.rules_day)
    facts = [
        fact(told.title, percent(value), note=against(value, target), main=True),
        *(
            counted(dash, label, of_part(parts, part), "coverage", "个", part=part)
            for part, label in told.parts.items()
        ),
    ]
    crossed = found.crossed("month", "part")
    rows = [
        [
            month_words(month),
            *(
                dash.count(of_part(crossed.get(month, {}), part), "coverage", month=month, part=part)
                for part in told.parts
            ),
        ]
        for month in months_of(dash.scope, today(dash.now))
    ]
    heads = [Head("备案月份", "text"), *(Head(label, "drawn", COLOURS[part]) for part, label in told.parts.items())]
    table = Table("coverage.month", "各月备案的项目", heads, rows, "stack", export_url=dash.export("coverage.month"))
    return Block("coverage", told.title, told.text, facts, [table], note=_hall_wide(dash))


def _hall_wide(dash: Dash) -> str:
    return "项目不归哪一个部门，这里是整个大厅的。" if dash.scope.office_id is not None else ""


# -- 落地


def landings(dash: Dash) -> Block:
    told = DEFINITIONS["landings"]
    side = "mark" if dash.scope.split else "part"
    found = dash.gather("landings", (side,), ("band", side), ("month",))
    names = told.marks if dash.scope.split else told.parts
    facts = [
        fact(
            "落地天数中位数",
            number(found.all.median, "1"),
            "天" if found.all.n else "",
            note="一半的项目不超过",
            main=True,
        ),
        fact(high_words(dash, "项目"), number(found.all.high, "1"), "天" if found.all.n else ""),
        counted(dash, "落地的项目", found.all.n, "landings", "个"),
        *(_side(dash, label, found.of(side).get(key, Sums()), {side: key}) for key, label in names.items()),
    ]
    return Block(
        "landings",
        told.title,
        told.text,
        facts,
        [_bands(dash, found, side, names), _landed_months(dash, found)],
        note=_hall_wide(dash),
    )


def _side(dash: Dash, label: str, sums: Sums, pick: Mapping[str, str]) -> Fact:
    url = dash.cases("landings", **pick) if sums.n else ""
    return fact(
        label, number(sums.median, "1"), "天（中位数）" if sums.n else "", note=f"{sums.n} 个", url=url, link="逐件查看"
    )


def _bands(dash: Dash, found: Gathered, side: str, names: Mapping[str, str]) -> Table:
    crossed = found.crossed("band", side)
    rows = []
    for band in range(BANDS + 1):
        first, last = (band * BAND_DAYS + 1 if band else 0), (band + 1) * BAND_DAYS
        label = words(f"{first}–{last} 天" if band < BANDS else f"超过 {BANDS * BAND_DAYS} 天")
        sums = crossed.get(band, {})
        rows.append([label, *(dash.count(of_part(sums, key), "landings", band=band, **{side: key}) for key in names)])
    heads = [Head("天数", "text"), *(Head(label, "drawn") for label in names.values())]
    return Table("landings.band", "落地天数的分布", heads, rows, "bar", "个", export_url=dash.export("landings.band"))


def _landed_months(dash: Dash, found: Gathered) -> Table:
    months = found.of("month")
    rows = []
    for month in months_of(dash.scope, today(dash.now)):
        sums = months.get(month, Sums())
        rows.append(
            [
                month_words(month),
                amount(sums.median, "1"),
                amount(sums.high, "1"),
                dash.count(sums.n, "landings", month=month),
            ]
        )
    heads = [Head("落地月份", "text"), Head("中位数", "drawn"), Head(high_words(dash), "drawn"), Head("项目")]
    return Table(
        "landings.month", "各月落地的项目", heads, rows, "line", "天", export_url=dash.export("landings.month")
    )


# -- 事项用时


def decisions(dash: Dash) -> Block:
    told = DEFINITIONS["decisions"]
    found = dash.gather("decisions", ("matter",), ("month",))
    all_ = found.all
    facts = [
        fact(
            "承诺时限按时办结率",
            percent(_kept(all_)),
            note=f"{all_.on_time} ／ {all_.on_time + all_.late} 件",
            main=True,
        ),
        fact("法定时限按时办结率", percent(_lawful(all_)), note=f"{all_.lawful} ／ {all_.lawful + all_.unlawful} 件"),
        fact("用时中位数", number(all_.median), "天" if all_.n else ""),
        fact(high_words(dash, "申请"), number(all_.high), "天" if all_.n else ""),
        counted(dash, "作出决定的申请", all_.n, "decisions"),
        counted(dash, "超过承诺时限", all_.late, "decisions", part="late"),
        counted(dash, "超过法定时限", all_.unlawful, "decisions", mark="late"),
    ]
    return Block("decisions", told.title, told.text, facts, [_kept_months(dash, found), _matters(dash, found)])


def _kept(sums: Sums) -> Fraction | None:
    return share(sums.on_time, sums.on_time + sums.late)


def _lawful(sums: Sums) -> Fraction | None:
    return share(sums.lawful, sums.lawful + sums.unlawful)


def _kept_months(dash: Dash, found: Gathered) -> Table:
    months = found.of("month")
    rows = []
    for month in months_of(dash.scope, today(dash.now)):
        sums = months.get(month, Sums())
        rows.append(
            [month_words(month), rate(_kept(sums)), rate(_lawful(sums)), dash.count(sums.n, "decisions", month=month)]
        )
    heads = [Head("月份", "text"), Head("承诺时限", "drawn"), Head("法定时限", "drawn"), Head("申请")]
    return Table(
        "decisions.month",
        "各月按时办结率",
        heads,
        rows,
        "line",
        "%",
        high="100",
        export_url=dash.export("decisions.month"),
    )


def _matters(dash: Dash, found: Gathered) -> Table:
    rows = []
    for matter, sums in sorted(found.of("matter").items(), key=lambda pair: (-pair[1].n, pair[0])):
        cells = [
            dash.count(sums.n, "decisions", matter=matter),
            rate(_kept(sums)),
            dash.count(sums.late, "decisions", matter=matter, part="late"),
        ]
        cells += [rate(_lawful(sums)), dash.count(sums.unlawful, "decisions", matter=matter, mark="late")]
        rows.append([words(found.matters[matter]), amount(sums.median), amount(sums.high), *cells])
    heads = [
        Head("事项", "text"),
        Head("中位数（天）", "drawn"),
        Head(f"{high_words(dash)}（天）", "drawn"),
        Head("申请"),
    ]
    heads += [Head("承诺时限按时"), Head("超期"), Head("法定时限按时"), Head("超期")]
    return Table(
        "decisions.matter", "各事项用时", heads, rows, "rows", most=CHARTED, export_url=dash.export("decisions.matter")
    )


def pauses(dash: Dash) -> Block:
    told = DEFINITIONS["pauses"]
    ran = dash.gather("runs", ("office",))
    sets = [("part",), ("office",), *([("handler",)] if dash.opens else [])]
    found = dash.gather("pauses", *sets)
    facts = [
        fact(told.title, percent(share(found.all.days, ran.all.days)), main=True),
        fact("停着的天数", number(found.all.days), "天"),
        fact(
            "计时的天数",
            number(ran.all.days),
            "天",
            url=dash.cases("runs") if ran.all.n else "",
            link=f"{ran.all.n} 只时钟",
        ),
        counted(dash, "暂停", found.all.n, "pauses", "次"),
    ]
    labels = {reason.id: reason.label for reason in pack().pauses}
    reasons = [(words(labels.get(part, part)), {"part": part}, sums) for part, sums in found.of("part").items()]
    tables = [_still(dash, "pauses.part", "为什么停", "原因", reasons, ran.all.days)]
    offices = [(office_of(found, key), {"office": key}, sums) for key, sums in found.of("office").items()]
    tables.append(_still(dash, "pauses.office", "哪个部门的事项停着", "部门", offices, ran.all.days))
    if dash.opens:
        people = [
            (words(found.handlers.get(key) or "系统"), {"handler": key}, sums)
            for key, sums in found.of("handler").items()
        ]
        tables.append(_still(dash, "pauses.handler", "由谁停", "按下暂停的人", people, ran.all.days))
    return Block("pauses", told.title, f"{told.text}{DEFINITIONS['runs'].text}", facts, tables)


Still = tuple[Amount, Mapping[str, Any], Sums]


def _still(dash: Dash, name: str, caption: str, first: str, lines: Iterable[Still], ran: Decimal) -> Table:
    rows = []
    for who, pick, sums in sorted(lines, key=lambda line: (-line[2].days, line[0].shown)):
        rows.append([who, amount(sums.days), rate(share(sums.days, ran)), dash.count(sums.n, "pauses", **pick)])
    heads = [Head(first, "text"), Head("停着的天数", "drawn", "--grey-mark"), Head("占计时的天数"), Head("次数")]
    return Table(
        name,
        caption,
        heads,
        rows,
        "rows",
        "天",
        most=CHARTED if name.endswith("handler") else 0,
        empty="时段内没有暂停。",
        export_url=dash.export(name),
    )


# -- 灯


def lights_now(dash: Dash) -> Block:
    return _lights(dash, "open", LIGHTS, "各部门现在的灯", "各办理人现在的灯")


def lights_then(dash: Dash) -> Block:
    return _lights(
        dash,
        "lights",
        {part: LIGHTS[part] for part in ("red", "yellow", "green")},
        "各部门时段内的灯",
        "各办理人时段内的灯",
    )


def _lights(dash: Dash, source: str, parts: Mapping[str, str], of_offices: str, of_people: str) -> Block:
    told = DEFINITIONS[source]
    sets = [("part",), ("office", "part"), *([("handler", "part")] if dash.opens else [])]
    found = dash.gather(source, *sets)
    facts = [counted(dash, label, of_part(found.of("part"), part), source, part=part) for part, label in parts.items()]
    tables = [parted(dash, found, source, of_offices, source, "office", parts, "部门")]
    if dash.opens:
        tables.append(parted(dash, found, source, of_people, source, "handler", parts, "办理人"))
    return Block(source, told.title, told.text, facts, tables)


# -- 评价和预警


def reviews(dash: Dash) -> Block:
    told = DEFINITIONS["reviews"]
    found = dash.gather("reviews", ("part",), ("part", "mark"), ("month", "part"), ("office", "part"))
    parts, n = found.of("part"), found.all.n
    bad, closed = of_part(parts, "bad"), found.get(["part", "mark"], "bad", "closed").n
    counts = Sums(n=n - of_part(parts, "set_aside"), worth=found.all.worth - parts.get("set_aside", Sums()).worth)
    facts = [
        fact(
            "好评率", percent(share(of_part(parts, "good"), n)), note=f"{of_part(parts, 'good')} ／ {n} 条", main=True
        ),
        fact("平均级别", number(counts.mean_worth, "0.01"), "／ 5" if counts.n else "", note="不含申诉成立的"),
        counted(dash, "评价", n, "reviews", "条"),
        counted(dash, "差评", bad, "reviews", "条", part="bad"),
        fact(
            "差评已办结",
            str(closed),
            f"／ {bad}",
            url=dash.cases("reviews", part="bad", mark="open") if bad > closed else "",
            link="看没有办结的",
        ),
    ]
    crossed = found.crossed("month", "part")
    rows = []
    for month in months_of(dash.scope, today(dash.now)):
        sums = crossed.get(month, {})
        counted_ = [dash.count(of_part(sums, part), "reviews", month=month, part=part) for part in told.parts]
        rows.append([month_words(month), rate(share(of_part(sums, "good"), whole(sums))), *counted_])
    heads = [Head("月份", "text"), Head("好评率", "drawn", "--green"), *(Head(label) for label in told.parts.values())]
    months = Table(
        "reviews.month", "各月好评率", heads, rows, "line", "%", high="100", export_url=dash.export("reviews.month")
    )
    offices = parted(dash, found, "reviews", "各部门的评价", "reviews", "office", told.parts, "部门")
    return Block("reviews", told.title, told.text, facts, [months, offices])


def warnings(dash: Dash) -> Block:
    told = DEFINITIONS["warnings"]
    found = dash.gather("warnings", ("part",), ("part", "mark"), ("month", "part"))
    closed = sum(sums.n for (_, mark), sums in found.by["part", "mark"].items() if mark == "closed")
    facts = [
        fact("办结用时中位数", number(found.all.median), "天" if closed else "", main=True),
        fact(high_words(dash, "预警"), number(found.all.high), "天" if closed else ""),
        counted(dash, "预警", found.all.n, "warnings", "条"),
        counted(dash, "已办结", closed, "warnings", "条", mark="closed"),
    ]
    kinds, crossed = found.of("part"), found.crossed("part", "mark")
    rows = []
    for kind in WarningKind:
        marks, sums = crossed.get(kind.value, {}), kinds.get(kind.value, Sums())
        cells = [
            dash.count(of_part(marks, state), "warnings", part=kind.value, mark=state) for state in WarningState.values
        ]
        rows.append([words(kind.label), *cells, dash.count(sums.n, "warnings", part=kind.value), amount(sums.median)])
    heads = [
        Head("预警", "text"),
        *(Head(state.label, "drawn", COLOURS[state.value]) for state in WarningState),
        Head("合计"),
        Head("办结用时中位数（天）"),
    ]
    table = Table(
        "warnings.kind",
        "各种预警",
        heads,
        rows if found.all.n else [],
        "stack",
        export_url=dash.export("warnings.kind"),
    )
    return Block("warnings", told.title, told.text, facts, [table])


# -- 投资


def projects(dash: Dash) -> Block:
    told = DEFINITIONS["projects"]
    found = dash.gather("projects", ("part",), ("mark",), ("mark", "part"))
    facts = [
        fact("总投资", grouped(found.all.worth.quantize(Decimal("0.01"), ROUND_HALF_UP)), "万元", main=True),
        counted(dash, "项目", found.all.n, "projects", "个"),
    ]
    stages = [(words(label), {"part": part}, found.of("part").get(part, Sums())) for part, label in told.parts.items()]
    industries = [
        (words(name_of(letter)), {"mark": letter}, found.of("mark")[letter])
        for letter in [*(row[0] for row in SECTIONS), UNSAID]
        if letter in found.of("mark")
    ]
    industries.sort(key=lambda line: -line[2].worth)
    tables = [
        _invested(dash, "projects.part", "各阶段的投资", "阶段", stages if found.all.n else [], found.all.worth),
        _invested(dash, "projects.mark", "各行业的投资", "行业", industries, found.all.worth),
        _crossed(dash, found),
    ]
    return Block("projects", told.title, told.text, facts, tables, note=_hall_wide(dash))


def _invested(dash: Dash, name: str, caption: str, first: str, lines: Sequence[Still], all_: Decimal) -> Table:
    rows = []
    for who, pick, sums in lines:
        rows.append([who, money(sums.worth), rate(share(sums.worth, all_)), dash.count(sums.n, "projects", **pick)])
    heads = [Head(first, "text"), Head("总投资（万元）", "drawn", "--brand"), Head("占比"), Head("项目")]
    return Table(name, caption, heads, rows, "rows", "万元", export_url=dash.export(name))


def _crossed(dash: Dash, found: Gathered) -> Table:
    parts = DEFINITIONS["projects"].parts
    rows = []
    for letter, sums in sorted(
        found.crossed("mark", "part").items(), key=lambda pair: -sum(one.worth for one in pair[1].values())
    ):
        cells = [dash.count(of_part(sums, part), "projects", mark=letter, part=part) for part in parts]
        rows.append([words(name_of(letter)), *cells])
    heads = [Head("行业", "text"), *(Head(label, "drawn", COLOURS[part]) for part, label in parts.items())]
    return Table(
        "projects.cross", "各行业的项目处在什么阶段", heads, rows, "stack", export_url=dash.export("projects.cross")
    )


# -- 各大厅


def halls(dash: Dash) -> Block:
    """The halls of the region side by side; no cases, and nobody's name."""
    asked: tuple[tuple[str, ...], ...] = (("hall", "part"), ("hall",))
    promised, covered, landed, decided, reviewed = (
        dash.gather(source, *asked) for source in ("promises", "coverage", "landings", "decisions", "reviews")
    )
    rows = []
    for hall_id, name in sorted(names_of(dash.scope.hall_ids).items()):
        parts = {
            one: found.crossed("hall", "part").get(hall_id, {})
            for one, found in (("p", promised), ("c", covered), ("r", reviewed))
        }
        stands, missing = of_part(parts["c"], "covered"), of_part(parts["c"], "missing")
        land, kept = landed.get(["hall"], hall_id), decided.get(["hall"], hall_id)
        rows.append(
            [
                words(name),
                rate(share(of_part(parts["p"], "promised"), whole(parts["p"]))),
                rate(share(stands, stands + missing)),
                amount(land.median, "1"),
                rate(_kept(kept)),
                rate(share(of_part(parts["r"], "good"), whole(parts["r"]))),
                Amount(str(land.n), land.n),
            ]
        )
    heads = [
        Head("大厅", "text"),
        Head("承诺办理率（%）", "drawn"),
        Head("“一张图”覆盖率（%）"),
        Head("落地天数中位数"),
        Head("按时办结率（%）", "drawn"),
    ]
    heads += [Head("好评率（%）", "drawn"), Head("落地的项目")]
    table = Table("halls.all", "各大厅", heads, rows, "bar", "%", high="100", export_url=dash.export("halls.all"))
    text = "本地区各大厅在同一时段、按同一口径的合计；逐件只能由各大厅自己看。"
    return Block("halls", "各大厅", text, [], [table])


Make = Callable[[Dash], Block]
BLOCKS: Mapping[str, Make] = {
    "promises": promises,
    "coverage": coverage,
    "landings": landings,
    "decisions": decisions,
    "pauses": pauses,
    "open": lights_now,
    "lights": lights_then,
    "reviews": reviews,
    "warnings": warnings,
    "projects": projects,
    "halls": halls,
}
# The pages and what stands on each.
PARTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "commitment": ("承诺和覆盖", ("promises", "coverage")),
    "landing": ("落地", ("landings",)),
    "time": ("用时和暂停", ("decisions", "pauses")),
    "lights": ("灯", ("open", "lights")),
    "service": ("评价和预警", ("reviews", "warnings")),
    "investment": ("投资", ("projects",)),
}
