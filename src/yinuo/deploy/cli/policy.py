"""`yinuo policy`: what the rules say, without a database and without a project on file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Annotated, Any

import typer

from yinuo.core.calendar import BeyondReach, WorkCalendar
from yinuo.core.clock import Event, Extend, Pause, ProofDay, Resume, Start, Terms, derive, proof
from yinuo.core.credit import DETAILS as CREDIT
from yinuo.core.credit import CreditFact
from yinuo.core.credit import fold as fold_credit
from yinuo.core.dated import Gap
from yinuo.core.decision import plain
from yinuo.core.draw import DrawError, parse, seed_of, short_of, verify
from yinuo.core.draw import draw as draw_lots
from yinuo.core.grades import class_of, grade_of, measures_of
from yinuo.core.hall import DETAILS as HALL
from yinuo.core.hall import HallFact
from yinuo.core.hall import fold as fold_hall
from yinuo.core.pack.types import Pack
from yinuo.core.schema import shown, validate
from yinuo.core.screen import Screening, screen
from yinuo.deploy.cli.asking import (
    DEFAULT_PACK,
    AsOf,
    InputFile,
    Json,
    PackName,
    answering,
    basis,
    emit,
    in_force,
    now,
    read_json,
    the_day,
    the_instant,
    the_number,
    the_pack,
    the_rules,
    wrong,
)
from yinuo.deploy.cli.planning import plan_of, plan_text

app = typer.Typer(
    help="问规则：等级、措施、期限、预审、计划、记分、大厅评价", no_args_is_help=True, rich_markup_mode=None
)

COLOURS = {"green": "绿色", "blue": "蓝色", "yellow": "黄色", "red": "红色"}
LIGHTS = {"green": "绿灯", "yellow": "黄灯", "red": "红灯"}
NEEDED = {"yes": "需要", "no": "不需要", "unknown": "待定"}
ANSWERS: Mapping[bool | None, str] = {True: "可承诺", False: "不可承诺", None: "待定"}


@app.command("grade", context_settings={"ignore_unknown_options": True})
@answering
def grade(
    score: Annotated[str, typer.Argument(metavar="分值", help="0 至 100")],
    pack: PackName = DEFAULT_PACK, as_of: AsOf = None, as_json: Json = False,
) -> None:  # fmt: skip
    """信用分值属于哪一等级、等次，备案证是什么底色。"""
    rules, day = the_rules(pack, as_of)
    number = the_number(score, "分值")
    answer = grade_of(number, rules, day)
    emit(
        answer.to_json(),
        as_json,
        lambda: [
            f"{plain(number)} 分：{answer.grade} 级，{answer.class_name}等次（{answer.class_}），"
            f"底色{COLOURS.get(answer.colour, answer.colour)}{basis(answer.cites, rules)}"
        ],
    )


@app.command("measures")
@answering
def measures(
    grade: Annotated[str, typer.Argument(metavar="等级", help="A、A-、B、B-、C+、C、C-、D、D- 或 unrated（未评级）")],
    pack: PackName = DEFAULT_PACK, as_of: AsOf = None, as_json: Json = False,
) -> None:  # fmt: skip
    """这一等级的企业得到什么、受什么限制、不适用什么，以及依据。"""
    rules, day = the_rules(pack, as_of)
    class_, cites = class_of(grade, rules, day)
    found = measures_of(grade, rules, day)
    rows = [{"id": m.id, "effect": m.effect, "value": m.value, "text": m.text, "cites": list(m.cites)} for m in found]
    emit(
        {"grade": grade, "class": class_, "cites": list(cites), "measures": rows}, as_json,
        lambda: [
            f"{grade}：适用 {class_} 等次的措施{basis(cites, rules)}",
            *(f"· {m.text}{basis(m.cites, rules)}" for m in found),
        ],
    )  # fmt: skip


@app.command("due")
@answering
def due(
    accepted: Annotated[str, typer.Option("--accepted", metavar="时刻", help="受理时刻，如 2026-09-28T10:00")],
    days: Annotated[int, typer.Option("--days", metavar="天数", help="时限")],
    unit: Annotated[str, typer.Option("--unit", metavar="working|calendar", help="工作日或者自然日")] = "working",
    pause: Annotated[
        list[str] | None, typer.Option("--pause", metavar="起..止", help="暂停计时；不写止为尚未恢复；可以写多次")
    ] = None,
    extend: Annotated[list[int] | None, typer.Option("--extend", metavar="天数", help="延长的天数；可以写多次")] = None,
    at: Annotated[str | None, typer.Option("--now", metavar="时刻", help="看哪一时刻的灯；默认现在")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="逐日说明")] = False,
    pack: PackName = DEFAULT_PACK,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="日期", help="按哪一天的规定回答；默认受理当日")
    ] = None,
    as_json: Json = False,
) -> None:
    """什么时候到期、什么时候亮灯、还剩多少。"""
    rules = the_pack(pack)
    start = the_instant(accepted, "--accepted")
    if days < 0:
        wrong("--days", f"不能为负：{days}")
    if unit not in ("working", "calendar"):
        wrong("--unit", f"应为 working（工作日）或 calendar（自然日），现为“{unit}”")
    events: list[Event] = [Start(start), *_pauses(pause or [])]
    for more in extend or []:
        if more < 1:
            wrong("--extend", f"应为正数：{more}")
        events.append(Extend(start, more, "", ""))
    terms = Terms(days, "calendar" if unit == "calendar" else "working")
    day = the_day(as_of, otherwise=start.date())
    in_force(day, rules, "--accepted" if as_of is None else "--as-of")
    share = rules.share("light.warn_share", day)
    calendar = WorkCalendar.from_data(rules.calendar)
    moment = now() if at is None else the_instant(at, "--now")
    try:
        state = derive(events, terms, calendar, share, moment)
        proven = proof(events, terms, calendar, share, moment) if explain else []
    except (BeyondReach, OverflowError):
        wrong("--days、--extend", "期限超出日历可以推算的范围")
    except Gap as error:
        wrong("--accepted", str(error))
    data = {
        "due_at": state.due_at, "yellow_at": state.yellow_at, "light": state.light, "used_hours": state.used_hours,
        "left_hours": state.left_hours, "provisional": state.provisional, "days": [_proof_json(day) for day in proven],
    }  # fmt: skip
    emit(data, as_json, lambda: [
        f"到期：{_end(state.due_at)}{'（暂定：所在年份的放假通知尚未公布）' if state.provisional else ''}",
        f"亮黄灯：{state.yellow_at:%Y-%m-%d %H:%M}；{moment:%Y-%m-%d %H:%M} 为{LIGHTS[state.light]}"
        f"{'，计时暂停' if state.state == 'paused' else ''}",
        f"已用 {plain(state.used_hours)} 小时，剩余 {plain(state.left_hours)} 小时",
        *(_proof_line(day) for day in proven),
    ])  # fmt: skip


def _end(at: datetime) -> str:
    """A day that ends at midnight is still that day to whoever reads the date."""
    if at.time() == time():
        return f"{at.date() - timedelta(days=1)} 24:00"
    return f"{at:%Y-%m-%d %H:%M}"


def _pauses(written: list[str]) -> Iterator[Event]:
    for place, text in enumerate(written):
        begin, dots, end = text.partition("..")
        if not dots:
            wrong("--pause", f"应写作 起..止 或者 起..，现为“{text}”")
        # Each pause is its own reason, so that overlapping ones end each at its own end.
        begins_at = the_instant(begin, "--pause")
        yield Pause(begins_at, reason=str(place))
        if end:
            ends_at = the_instant(end, "--pause")
            if ends_at < begins_at:
                wrong("--pause", f"止早于起：“{text}”")
            yield Resume(ends_at, reason=str(place))


def _proof_json(day: ProofDay) -> dict[str, Any]:
    return {
        "on": day.on, "working": day.working, "paused_hours": day.paused_hours, "used_hours": day.used_hours,
        "left_hours": day.left_hours, "source": day.source, "cites": list(day.cites), "provisional": day.provisional,
    }  # fmt: skip


def _proof_line(day: ProofDay) -> str:
    paused = f"，暂停 {plain(day.paused_hours)} 小时" if day.paused_hours else ""
    hint = "（暂定）" if day.provisional else ""
    return f"  {day.on}  计 {plain(day.used_hours)} 小时{paused}，余 {plain(day.left_hours)} 小时  {day.source}{hint}"


def _facts(file: str, rules: Pack) -> dict[str, Any]:
    facts = read_json(file)
    faults = validate(facts, rules.facts)
    if faults:
        wrong("", "；".join(f"{fault.path}：{fault.message}" for fault in faults))
    return facts


@app.command("screen")
@answering
def screen_command(file: InputFile, pack: PackName = DEFAULT_PACK, as_of: AsOf = None, as_json: Json = False) -> None:
    """项目能否秒批秒办，要办哪些事项，哪些可以承诺；秒批秒办被规则挡下时退出码为 1。"""
    rules, day = the_rules(pack, as_of)
    answer = screen(_facts(file, rules), rules, day)
    emit(answer.to_json(), as_json, lambda: _screening_text(answer, rules))
    raise typer.Exit(1 if answer.instant is False else 0)


def _labels(paths: tuple[str, ...], pack: Pack) -> str:
    return "、".join(f"{pack.facts[path].label}（{path}）" if path in pack.facts else path for path in paths)


def _screening_text(answer: Screening, pack: Pack) -> Iterator[str]:
    yield {True: "可以秒批秒办", False: "不能秒批秒办，转人工办理", None: "尚不能判定能否秒批秒办"}[answer.instant]
    for stop in answer.stops:
        yield f"· {stop.why}{basis(stop.cites, pack)}"
    if answer.missing:
        yield f"还要知道：{_labels(answer.missing, pack)}"
    for matter in sorted(answer.matters, key=lambda one: ["yes", "unknown", "no"].index(one.needed)):
        yield ""
        yield f"【{NEEDED[matter.needed]}】{matter.name}（{matter.department}）：{ANSWERS[matter.promisable]}"
        for sentence in matter.why:
            yield f"  · {sentence}"
        if matter.missing:
            yield f"  还要知道：{_labels(matter.missing, pack)}"


@app.command("plan")
@answering
def plan(
    file: InputFile,
    begin: Annotated[str | None, typer.Option("--from", metavar="日期", help="自哪天起；默认与 --as-of 同")] = None,
    route: Annotated[
        list[str] | None, typer.Option("--route", metavar="事项=方式", help="regular 或 commitment；可以写多次")
    ] = None,
    pack: PackName = DEFAULT_PACK,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """一张图：各事项何时可以开始、何时办结，何时落地，哪一步换一种办法更快。"""
    rules, day = the_rules(pack, as_of)
    chosen = {}
    for text in route or []:
        matter, equals, way = text.partition("=")
        if not (matter and equals and way):
            wrong("--route", f"应写作 事项=方式，现为“{text}”")
        chosen[matter] = way
    try:
        answer = plan_of(_facts(file, rules), rules, day, the_day(begin, "--from", day), chosen)
    except (BeyondReach, OverflowError):
        wrong("--from", "计划超出日历可以推算的范围")
    emit(answer, as_json, lambda: plan_text(answer, rules))


@app.command("points")
@answering
def points(file: InputFile, pack: PackName = DEFAULT_PACK, as_of: AsOf = None, as_json: Json = False) -> None:
    """信用事件逐条记分：记后分值、等级，哪些没有计入、为什么。"""
    rules, day = the_rules(pack, as_of)
    data = read_json(file)
    start = None if data.get("start") is None else the_number(data["start"], "start")
    written = _events(data, "start", CREDIT, {"project"}, rules)
    events = [_credit_fact(event, place, len(written)) for place, event in enumerate(written)]
    answer = fold_credit(start, events, rules, as_of=day)
    emit(answer.to_json(), as_json, lambda: [
        *((f"{event.on}  {plain(done.points):>4} 分 → {plain(done.score)} 分（{done.grade}）  "
           f"{done.why}{basis(done.cites, rules)}")
          for event, done in zip(events, answer.events, strict=True)),
        f"结果：{plain(answer.score)} 分（{answer.grade}）",
    ])  # fmt: skip


def _events(
    data: Mapping[str, Any], other: str, details: Mapping[str, tuple[str, ...]], common: set[str], pack: Pack
) -> list[dict[str, Any]]:
    """The list under `events`, each an object with its day as a date.

    A key nobody reads is a slip of the pen and would change the answer unseen.
    """
    for key in data.keys() - {other, "events"}:
        wrong(key, "没有这一项")
    events = data.get("events")
    if not isinstance(events, list):
        wrong("events", "应为事件的列表")
    for place, event in enumerate(events):
        field = f"events[{place}]"
        if not isinstance(event, dict):
            wrong(field, "应为一个 JSON 对象")
        if not isinstance(event.get("type"), str) or event["type"] not in details:
            wrong(f"{field}.type", f"应为 {'、'.join(details)} 之一：{shown(event.get('type'))}")
        if not isinstance(event.get("on"), str):
            wrong(f"{field}.on", "应为日期，写作 2026-03-01")
        event["on"] = the_day(event["on"], f"{field}.on")
        in_force(event["on"], pack, f"{field}.on")
        for key in event.keys() - common - {"on", "type", *details[event["type"]]}:
            wrong(f"{field}.{key}", f"{event['type']} 没有这一项")
    return events


def _rest(event: Mapping[str, Any], *known: str) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in known}


def _credit_fact(event: Mapping[str, Any], place: int, count: int) -> CreditFact:
    if event["type"] == "repair":
        of = event.get("of")
        if isinstance(of, bool) or not isinstance(of, int) or not 0 <= of < count:
            wrong(f"events[{place}].of", f"应为所修复事件的序号（自 0 起）：{shown(of)}")
    project = event.get("project")
    if isinstance(project, bool) or not isinstance(project, str | int | None):
        wrong(f"events[{place}].project", f"应为项目的代码或者名称：{shown(project)}")
    return CreditFact(
        event["on"], event["type"], "" if project is None else str(project), _rest(event, "on", "type", "project")
    )


@app.command("hall")
@answering
def hall(file: InputFile, pack: PackName = DEFAULT_PACK, as_of: AsOf = None, as_json: Json = False) -> None:
    """政务大厅评分：各厅、全县逐月逐季的分值，每一分的依据；每个事件按其当日的规定，--as-of 不改变结果。"""
    rules = the_pack(pack)
    the_day(as_of)
    data = read_json(file)
    halls = data.get("halls")
    if not isinstance(halls, list) or not all(isinstance(name, str) and name.strip() for name in halls):
        wrong("halls", "应为政务大厅的列表")
    events = [
        HallFact(event.get("hall", ""), event["on"], event["type"], _rest(event, "hall", "on", "type"))
        for event in _events(data, "halls", HALL, {"hall"}, rules)
    ]
    answer = fold_hall(halls, events, rules)
    emit(answer.to_json(), as_json, lambda: _hall_text(answer.to_json(), events, rules))


def _hall_text(answer: Mapping[str, Any], events: list[HallFact], pack: Pack) -> Iterator[str]:
    for name, scores in (*answer["halls"].items(), ("全县平均", answer["region"])):
        yield f"{name}：" + "，".join(f"{quarter} {score}" for quarter, score in scores["quarters"].items())
        yield "  逐月：" + "，".join(f"{month} {score}" for month, score in scores["months"].items())
    for point in answer["points"]:
        event = events[point["index"]]
        yield f"{event.on}  {event.hall}  {point['points']:>4} 分  {point['why']}{basis(point['cites'], pack)}"


@app.command("draw")
@answering
def draw(file: InputFile, pack: PackName = DEFAULT_PACK, as_of: AsOf = None, as_json: Json = False) -> None:
    """双随机抽取：公布的名单、种子、公共随机值算出抽中的项目和检查人员；文件里有结果的，核对是否一致，不一致退出码为
    1。
    """
    rules, day = the_rules(pack, as_of)
    data = read_json(file)
    for key in data.keys() - DRAW_KEYS:
        wrong(key, "没有这一项")
    try:
        answer, cites = _drawn(data), rules.parameter("inspection.rate_normal", day).cites
    except DrawError as error:
        wrong(error.field, str(error))
    emit(
        {**answer, "cites": list(cites)},
        as_json,
        lambda: [*_draw_text(answer), *([f"依据{basis(cites, rules)}"] if cites else [])],
    )
    raise typer.Exit(0 if answer["ok"] else 1)


DRAW_KEYS = {"announcement", "announcement_sha256", "seed", "value", "result", "plan", "title"}


def _drawn(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the file gives, and whether it is what the file says; a file without a result is drawn from."""
    announcement = (
        parse(data["announcement"])
        if isinstance(data.get("announcement"), dict)
        else wrong("announcement", "应为一个 JSON 对象")
    )
    checks = verify(data)
    if "result" not in data:
        checks = [one for one in checks if one.check != "result"]
    sound = all(one.ok for one in checks if one.check in ("seed", "value", "inspectors"))
    result = draw_lots(announcement, seed_of(data), str(data.get("value", ""))).to_json() if sound else None
    return {
        "announcement_sha256": announcement.digest(),
        "ok": all(one.ok for one in checks),
        "checks": [{"check": one.check, "ok": one.ok, "why": one.why} for one in checks],
        "result": result,
        "short": [
            {"project": project, "department": department, "free": free}
            for project, department, free in short_of(announcement)
        ],
    }


def _draw_text(answer: Mapping[str, Any]) -> Iterator[str]:
    for check in answer["checks"]:
        yield f"{'符合' if check['ok'] else '不符'}：{check['why']}"
    for team in [*answer["result"]["projects"], *answer["result"]["directed"]] if answer["result"] else []:
        yield (
            f"{team['project']}  {team['unit']}  检查人员 "
            f"{'、'.join(team['inspectors'])}{'（定向检查）' if 'reason' in team else ''}"
        )
    for row in answer["short"]:
        yield f"注意：{row['project']} 的 {row['department']} 回避以后只有 {row['free']} 名检查人员"
