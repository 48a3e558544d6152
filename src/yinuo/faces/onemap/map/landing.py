"""How the landing date comes about, step by step, and what each matter's other ways would make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from yinuo.core.calendar import DAY
from yinuo.core.dated import all_at
from yinuo.engine.rules import pack
from yinuo.engine.work.clocks import calendar
from yinuo.faces.onemap.map.cards import limit_words
from yinuo.faces.onemap.map.faces import Face
from yinuo.rooms.onemap import planning
from yinuo.rooms.onemap.models import CONCLUDED, Route
from yinuo.rooms.onemap.planning import RouteOption
from yinuo.rooms.onemap.queries import Card as Seen
from yinuo.rooms.onemap.queries import MapView
from yinuo.rooms.onemap.standing import Standing
from yinuo.ui.components.text import closing, zh_date, zh_day, zh_weekday

WEEKEND = ("周六", "周日")
ROUTES = {Route.REGULAR.value: "常规办理", Route.COMMITMENT.value: "信用承诺", Route.REGIONAL.value: "共享区域评估"}


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain: what it is, why it begins when it does, how many days it takes and who says so."""

    number: int
    name: str
    url: str
    due_url: str
    routes_url: str
    department: str
    route: str
    because: str
    starts_on: date
    ends_on: date
    days: int
    source: str
    cites: tuple[str, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gain:
    """A matter with another way to go: what the best of them would save."""

    name: str
    url: str
    routes: str
    saves: int
    landing_on: date
    on_path: bool


@dataclass(frozen=True, slots=True)
class Proof:
    steps: tuple[Step, ...]
    gains: tuple[Gain, ...]
    beside: int
    provisional: bool


def proof(view: MapView, standing: Standing, face: Face) -> Proof:
    """Raises ValueError where there is no plan yet."""
    if view.plan is None:
        raise ValueError("no plan")
    seen = {card.item.matter_id: card for card in view.cards}
    options = _options(view, standing)
    chain = view.plan.critical
    steps = tuple(
        _step(number, seen[name], seen[chain[number - 2]] if number > 1 else None, view, face, options)
        for number, name in enumerate(chain, 1)
    )
    gains = sorted(
        (_gain(card, options[card.item.pk], view, face) for card in view.cards if card.item.pk in options),
        key=_best_first,
    )
    ends = view.plan.landing_on + DAY
    return Proof(
        steps=steps,
        gains=tuple(gains),
        beside=sum(
            card.item.pre_start and not card.critical and card.item.state not in CONCLUDED for card in view.cards
        ),
        provisional=calendar().provisional_between(view.now.date(), ends),
    )


def _best_first(gain: Gain) -> tuple[int, str]:
    return -gain.saves, gain.name


def _options(view: MapView, standing: Standing) -> dict[int, tuple[RouteOption, ...]]:
    items = [card.item for card in view.cards]
    return planning.route_options(items, standing.clocks, view.project.rules_on, view.now, view.shared)


def _step(number: int, seen: Seen, before: Seen | None, view: MapView, face: Face, options: dict[int, Any]) -> Step:
    item, planned = seen.item, seen.planned
    assert planned is not None
    source, cites = source_of(seen, view.project.rules_on)
    return Step(
        number=number,
        name=item.name,
        url=face.item(item),
        due_url=face.due(item) if seen.work is not None and seen.due_at is not None else "",
        routes_url=face.routes(item) if item.pk in options else "",
        department=item.department.short_name,
        route=ROUTES[planned.route],
        because=f"等“{before.item.name}”办结" if before else "已经在办" if seen.work else "今天就可以申报",
        starts_on=planned.starts_on,
        ends_on=planned.ends_on,
        days=planned.working_days,
        source=source,
        cites=tuple(pack().cite_texts(cites)),
        skipped=_skipped(planned.starts_on, planned.ends_on),
    )


def source_of(seen: Seen, day: date) -> tuple[str, Sequence[str]]:
    """Who says how long the matter takes, in words, with the articles it stands on."""
    item, rules = seen.item, pack()
    if seen.work is not None and seen.due_at is not None:
        return f"正在计时，应于 {closing(seen.due_at)} 前办结", ()
    if item.route == Route.COMMITMENT:
        return _commitment_source(day)
    matter = rules.matters[item.matter_id]
    promised, statutory = matter.promised_at(day), matter.statutory_at(day)
    days = limit_words(item.limit_value, item.limit_unit)
    if item.limit_value is None:
        return "没有规定时限，按当天办结计算", ()
    if promised is not None and (promised.value, promised.unit) == (item.limit_value, item.limit_unit):
        return f"部门公布的承诺时限 {days}", promised.cites
    if statutory is not None and (statutory.value, statutory.unit) == (item.limit_value, item.limit_unit):
        return f"法定时限 {days}", statutory.cites
    return f"{item.department.short_name}前期辅导时定的 {days}", ()


def _commitment_source(day: date) -> tuple[str, Sequence[str]]:
    notice, decision = pack().parameter("notice.period", day), pack().parameter("notice.decision_days", day)
    words = f"承诺书公示 {notice.value} 个工作日，期满后 {planning.decision_days(day)} 个工作日内决定"
    return words, [*notice.cites, *decision.cites]


def _skipped(first: date, last: date) -> tuple[str, ...]:
    """The days between that do not count, so that the sum can be followed on a calendar: weekends together, holidays by
    name.
    """
    days = calendar()
    between = [first + DAY * number for number in range(1, (last - first).days + 1)]
    off = [days.day(day) for day in between if not days.is_working(day)]
    named = [day for day in off if day.name and day.name not in WEEKEND]
    weekends = len(off) - len(named)
    worked = [
        f"{zh_day(day)}（{zh_weekday(day)}上班，照计）" for day in between if days.is_working(day) and day.weekday() > 4
    ]
    return (
        *([f"周末 {weekends} 天"] if weekends else []),
        *(f"{zh_day(day.on)}（{day.name}）" for day in named),
        *worked,
    )


def _gain(seen: Seen, options: tuple[RouteOption, ...], view: MapView, face: Face) -> Gain:
    assert view.plan is not None
    others = [option for option in options if not option.planned]
    best = min(others, key=lambda option: option.landing_on)
    now = next(option for option in options if option.planned)
    saves = calendar().working_days_between(best.landing_on, now.landing_on)
    words = "、".join(ROUTES[option.route] for option in others)
    return Gain(
        seen.item.name,
        face.routes(seen.item),
        words,
        max(0, saves),
        min(best.landing_on, now.landing_on),
        seen.critical,
    )


@dataclass(frozen=True, slots=True)
class Way:
    """One route of a matter, as a column of the comparison;
    `choose` where the reader may take it, `blocked` why not.
    """

    route: str
    label: str
    days: str
    ends_on: str
    landing: str
    saves: str
    needs: tuple[str, ...]
    notice: str
    credit: tuple[str, ...]
    source: str
    cites: tuple[str, ...]
    planned: bool
    best: bool
    choose: str
    choose_words: str
    remark: str


def ways(view: MapView, standing: Standing, seen: Seen, face: Face) -> tuple[Way, ...]:
    """The matter's routes side by side, as planned first; none for a matter that has only one or has begun."""
    options = _options(view, standing).get(seen.item.pk, ())
    if not options:
        return ()
    landing = min(option.landing_on for option in options)
    now = next(option for option in options if option.planned)
    return tuple(_way(option, now, landing, seen, view, face) for option in options)


def _way(option: RouteOption, now: RouteOption, best: date, seen: Seen, view: MapView, face: Face) -> Way:
    item, day = seen.item, view.project.rules_on
    needs, notice, credit, source, cites, remark = _terms(option.route, seen, day)
    saves = (
        calendar().working_days_between(option.landing_on, now.landing_on) if option.landing_on < now.landing_on else 0
    )
    chosen = face.chooses and (not seen.waiting_for or option.route == Route.REGIONAL)
    target = {Route.COMMITMENT.value: "commit/", Route.REGULAR.value: "submit/", Route.REGIONAL.value: "share/"}.get(
        option.route, ""
    )
    return Way(
        route=option.route,
        label=ROUTES[option.route],
        days=f"{option.days} 个工作日" if option.days else "不用再办",
        ends_on=zh_date(option.ends_on),
        landing=zh_date(option.landing_on),
        saves=f"提前 {saves} 个工作日" if saves else "",
        needs=needs,
        notice=notice,
        credit=credit,
        source=source,
        cites=tuple(dict.fromkeys(pack().cite_texts(cites))),
        planned=option.planned,
        best=option.landing_on == best and best < now.landing_on,
        choose=f"{face.item(item)}{target}" if chosen and target else "",
        choose_words={"commitment": "选信用承诺", "regular": "按常规申报", "regional": "共享区域评估"}.get(
            option.route, ""
        )
        if chosen
        else "",
        remark=remark,
    )


Terms = tuple[tuple[str, ...], str, tuple[str, ...], str, Sequence[str], str]


def _terms(route: str, seen: Seen, day: date) -> Terms:
    """What a route asks for, its notice, what it means for the credit, who says how long, and what else to know."""
    item, rules = seen.item, pack()
    if route == Route.COMMITMENT:
        standard = rules.matters[item.matter_id].standard_at(day)
        count = len(standard.requirements) if standard else 0
        needs = (f"签署承诺书，承诺做到 {count} 条标准" if count else "签署承诺书", "按标准建设，竣工验收时逐条核验")
        words, cites = _commitment_source(day)
        period = rules.integer("notice.period", day)
        return needs, f"公示 {period} 个工作日，任何人可以提出异议", _consequences(day), words, cites, ""
    if route == Route.REGIONAL:
        needs = ("不用编制评估材料", "项目符合结果的全部适用条件")
        sharing = rules.parameter("regional.sharing", day)
        return (
            needs,
            "不用公示",
            ("不影响信用分",),
            "共享所在区域已经批准公布的结果",
            sharing.cites,
            "结果要求项目仍须做到的，照样要做到",
        )
    materials = tuple(row["name"] for row in item.materials[:4])
    more = len(item.materials) - len(materials)
    needs = (*materials, *([f"等共 {len(item.materials)} 份材料"] if more > 0 else []))
    words, cites = source_of(seen, day)
    return needs or ("没有列出材料",), "不用公示", ("不影响信用分",), words, cites, ""


def _consequences(day: date) -> tuple[str, ...]:
    """What breaking and what keeping a promise does to the credit, in the rules' own words."""
    rules = all_at(pack().point_rules, day)
    broken = [rule.text for rule in rules if rule.type == "commitment_broken"]
    kept = [rule.text for rule in rules if rule.type == "cycle_completed"][:1]
    return (*broken, *kept)
