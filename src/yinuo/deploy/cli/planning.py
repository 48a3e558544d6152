"""From facts to a plan: which matters the project needs, by which routes, and when it lands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from yinuo.core.calendar import WorkCalendar
from yinuo.core.dated import RuleError, all_at
from yinuo.core.findings import condition, labels
from yinuo.core.pack.types import Limit, Matter, Pack, StageScheme
from yinuo.core.planner import PlanItem, PlannedItem, plan
from yinuo.core.screen import MatterAnswer, needed, screen
from yinuo.deploy.cli.asking import wrong

REGULAR = "regular"
COMMITMENT = "commitment"
ROUTES = {REGULAR: "常规审批", COMMITMENT: "信用承诺制"}


def scheme_of(facts: Mapping[str, Any], pack: Pack, day: date) -> StageScheme:
    """The project's stages: the scheme whose condition holds, else the one without a condition.

    Raises RuleError where none is.
    """
    schemes = all_at(pack.schemes, day)
    for scheme in schemes:
        if scheme.when is not None and condition(scheme.when, pack, day)(facts).value is True:
            return scheme
    ordinary = [scheme for scheme in schemes if scheme.when is None]
    if len(ordinary) != 1:
        raise RuleError(f"阶段方案：在 {day.isoformat()} 应有一个不带条件的方案，现有 {len(ordinary)} 个")
    return ordinary[0]


def stage_name(matter: Matter, scheme: StageScheme) -> str:
    stage = scheme.moves.get(matter.id, matter.stage)
    for known in scheme.stages:
        if known.id == stage:
            return known.name
    raise RuleError(f"{matter.where}：阶段方案 {scheme.id} 没有阶段 {stage}")


def working_days(limit: Limit, start: date, calendar: WorkCalendar) -> int:
    """The limit in working days; one in calendar days as the working days it holds when it runs from `start`."""
    if limit.unit == "working":
        return limit.value
    first = start + timedelta(days=1)
    return calendar.working_days_between(first, first + timedelta(days=limit.value))


def routes(
    matter: Matter, answer: MatterAnswer, pack: Pack, day: date, start: date, calendar: WorkCalendar
) -> dict[str, int]:
    """Working days by route: the promised limit, else the statutory one; by commitment where it may be promised."""
    limit = matter.promised_at(day) or matter.statutory_at(day)
    found = {REGULAR: 0 if matter.handling == "instant" or limit is None else working_days(limit, start, calendar)}
    if answer.promisable:
        found[COMMITMENT] = pack.integer("notice.period", day) + max(pack.integer("notice.decision_days", day), 1)
    return found


def plan_of(facts: Mapping[str, Any], pack: Pack, day: date, start: date, chosen: Mapping[str, str]) -> dict[str, Any]:
    """The plan as JSON; `undecided` lists matters that may yet be needed,
    `without_limit` those whose time nobody sets.
    """
    calendar = WorkCalendar.from_data(pack.calendar)
    scheme = scheme_of(facts, pack, day)
    answers = {answer.id: answer for answer in screen(facts, pack, day).matters}
    wanted = [pack.matters[answer.id] for answer in answers.values() if answer.needed == "yes"]
    items = []
    for matter in wanted:
        ways = routes(matter, answers[matter.id], pack, day, start, calendar)
        route = chosen.get(matter.id, REGULAR)
        if route not in ways:
            wrong("--route", f"{matter.id} 不能按 {route} 办理，可以：{'、'.join(ways)}")
        items.append(
            PlanItem(
                matter.id, matter.full_name, stage_name(matter, scheme), matter.pre_start, matter.after, ways, route
            )
        )
    ids = {item.id for item in items}
    for id_ in chosen.keys() - ids:
        wrong("--route", f"项目的计划里没有事项 {id_}")
    answer = plan(items, start, calendar, known_absent=pack.matters.keys() - ids)
    stages = [stage.name for stage in scheme.stages]
    planned = sorted(answer.items, key=lambda item: (stages.index(item.stage), item.starts_on, item.ends_on))
    return {
        "landing_on": answer.landing_on,
        "working_days": answer.working_days,
        "critical": list(answer.critical),
        "items": [_item(item) for item in planned],
        "faster": [{"id": f.id, "route": f.route, "saves_working_days": f.saves_working_days} for f in answer.faster],
        "undecided": [
            _undecided(pack.matters[a.id], facts, pack, day) for a in answers.values() if a.needed == "unknown"
        ],
        "without_limit": [
            m.id for m in wanted if m.handling != "instant" and not m.promised_at(day) and not m.statutory_at(day)
        ],
    }


def _undecided(matter: Matter, facts: Mapping[str, Any], pack: Pack, day: date) -> dict[str, Any]:
    return {"id": matter.id, "name": matter.full_name, "missing": sorted(needed(matter, facts, pack, day).missing)}


def _item(item: PlannedItem) -> dict[str, Any]:
    return {
        "id": item.id, "name": item.name, "stage": item.stage, "pre_start": item.pre_start, "starts_on": item.starts_on,
        "ends_on": item.ends_on, "working_days": item.working_days, "after": list(item.after), "route": item.route,
    }  # fmt: skip


def plan_text(answer: Mapping[str, Any], pack: Pack) -> Iterator[str]:
    names = {item["id"]: item["name"] for item in answer["items"]}
    yield f"预计 {answer['landing_on']} 落地，需 {answer['working_days']} 个工作日"
    if answer["critical"]:
        yield "决定落地时间的事项：" + " → ".join(names[id_] for id_ in answer["critical"])
    stage = None
    for item in answer["items"]:
        if item["stage"] != stage:
            stage = item["stage"]
            yield f"【{stage}】"
        when = f"{item['starts_on']} 至 {item['ends_on']}，{item['working_days']} 个工作日"
        after = f"；在{'、'.join(names[id_] for id_ in item['after'])}之后" if item["after"] else ""
        yield (
            f"  {item['name']}（{item['id']}）：{when}，"
            f"{ROUTES[item['route']]}{after}{'' if item['pre_start'] else '；不在开工前'}"
        )
    for option in answer["faster"]:
        yield (
            f"换一种办法：{names[option['id']]}按{ROUTES[option['route']]}，"
            f"提前 {option['saves_working_days']} 个工作日落地"
        )
    for matter in answer["undecided"]:
        yield f"尚不知是否需要：{matter['name']}，取决于 {labels(matter['missing'], pack.facts)}"
    if answer["without_limit"]:
        yield "没有时限、按 0 天计：" + "、".join(names[id_] for id_ in answer["without_limit"])
