"""The demonstration of a county whose story is not told: its own departments, invented people and companies, three
projects.

Everything comes from the pack: one person per role, an approver in every department, companies named after the place
with scores of its best, middle and lowest grade, and the matters its rules put on the map.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import date, datetime
from decimal import Decimal

from yinuo.core.codes import make_credit_code
from yinuo.engine.base import Refused
from yinuo.engine.people.models import Hall
from yinuo.engine.rules import opening_stage, pack
from yinuo.rooms.credit.actions import import_score
from yinuo.rooms.onemap.models import ItemState, MapItem
from yinuo.stories.demo.people import (
    BODIES,
    WORKERS,
    Company,
    Hat,
    Login,
    Worker,
    approver,
    assemble,
    logins_of,
)
from yinuo.stories.demo.play import Play
from yinuo.stories.demo.projects import form
from yinuo.stories.demo.world import Scene, World

SOURCE = "年度企业公共信用综合评价（演示）"
PASSED, FRESH = (
    45,
    3,
)  # working days since the filing of the project that has come far, and of the one that has just been guided


def is_told() -> bool:
    """Whether the pack in force is of the county whose story the other modules tell."""
    rules = pack()
    departments = {hat.department for worker in WORKERS for hat in worker.hats} - BODIES.keys()
    matters = {matter for worker in WORKERS for matter in worker.matters}
    return departments <= rules.departments.keys() and matters <= rules.matters.keys() and _place("region") == "622927"


def _place(name: str) -> str:
    """Of the last value: where the county is does not depend on the day."""
    return str(pack().parameters[f"place.{name}"].values[-1].value)


def workers() -> tuple[Worker, ...]:
    """One person per role at the department that keeps it, and an approver in every department."""
    rules = pack()
    window, filing = rules.roles.window_department, rules.roles.filing_department
    found = [
        Worker("admin", "王系统", "系统管理员", (Hat("administrator", window),)),
        Worker("agent", "马代办", "代办员", (Hat("agent", window),)),
        Worker("window", "李窗口", "综合窗口", (Hat("window", window),)),
        Worker("convener", "张总召", "总召集人", (Hat("general_convener", window),)),
        Worker("supervisor", "赵监督", "监督员", (Hat("supervisor", window),)),
        Worker("principal", "周主任", "主要负责同志", (Hat("principal", filing),)),
        Worker("comprehensive", "吴综合", "综合管理", (Hat("comprehensive", filing),)),
    ]
    stages = next(scheme.stages for scheme in rules.schemes if scheme.when is None)
    found += [
        Worker(
            f"stage-{stage.id}", f"{stage.name}召集人", f"{stage.name}阶段召集人",
            (Hat("stage_convener", stage.department or filing, stage.id),),
            (), stage.id == opening_stage(),
        )
        for stage in stages
    ]  # fmt: skip
    return (
        *found,
        *(
            approver(f"approver-{key}", f"{row.short_name}审批", key, listed=True)
            for key, row in rules.departments.items()
        ),
    )


def companies() -> tuple[Company, ...]:
    """Of the best, a middle and the lowest grade, and one unrated."""
    region, place = _place("region"), _place("name")
    bands = sorted(pack().scales[-1].bands, key=lambda band: -band.low)
    chosen = {"good": bands[0], "fair": bands[(len(bands) - 1) // 2], "poor": bands[-1]}
    trades = {"good": "绿源有机肥", "fair": "宏达建材", "poor": "河源石料", "new": "云岭冷链物流"}
    made = []
    for serial, (key, trade) in enumerate(trades.items(), start=1):
        band = chosen.get(key)
        person = f"{trade[:2]}经办人"
        made.append(
            Company(
                key, make_credit_code(region, f"{serial * 1_234_567:08d}"), f"{place}{trade}有限公司", "enterprise",
                person, f"{place}工业集中区", ((f"company-{key}", person),),
                f"{(band.low + band.high) / Decimal(2):f}" if band else None, band.grade if band else "未评级",
            )
        )  # fmt: skip
    return tuple(made)


def logins() -> list[Login]:
    return logins_of(workers(), companies())


def world_of(hall: Hall, began: datetime, now: datetime, progress: Callable[[str], None]) -> World:
    """The county's people, and the scenes whose days lie within its rules."""
    world = World(assemble(hall, began, workers(), companies(), {}), now, progress)
    first = pack().valid_from
    for days, scene in ((PASSED, evaluated), (PASSED, far), (FRESH, guided), (0, filed)):
        if world.ago(days).date() >= first:
            world.add(scene(world))
    return world


def evaluated(world: World) -> Scene:
    at = yield world.ago(PASSED, "08:50")
    for company in companies():
        if company.score is not None:
            unit = world.cast.unit(company.key).pk
            import_score(
                actor=world.cast.holder("administrator"),
                unit_id=unit,
                score=company.score,
                source=SOURCE,
                on=at.date(),
                at=at,
            )


def _form(on: date, name: str) -> dict[str, object]:
    place = _place("name")
    return form(
        on,
        name=name,
        industry="2625",
        address=f"{place}工业集中区3号地块",
        content="生产车间、仓库及配套设施",
        region=_place("region"),
        total_investment="3600",
        land_area="16000",
        floor_area="9800",
    )


def _begun(world: World, company: str, name: str, days: int) -> Generator[datetime, datetime, Play | None]:
    """Filed `days` working days ago, reviewed, guided: its map stands. None where the filing is handled by hand."""
    play = Play(world, company)
    at = yield world.ago(days, "09:12")
    play.file(_form(at.date(), name), at)
    if play.project.code is None:
        return None
    at = yield world.ago(days - 1, "10:30")
    play.review(at)
    at = yield world.ago(days - 2, "15:00")
    play.advise(at)
    return play


def far(world: World) -> Scene:
    """Handled one matter after another, on a promise where one may be made, as far as the days reach."""
    play = yield from _begun(world, "good", "年产5万吨有机肥加工项目", PASSED)
    if play is None:
        return
    notice, left = pack().integer("notice.period", play.project.rules_on), PASSED - 3
    promised: set[str] = set()
    while (item := _next(play, promised)) is not None:
        way = [*_promised(play, item, left, notice)] if item.promisable else [*_regular(play, item, left)]
        if way[-1][0] < 1:
            return
        for days, clock, act in way:
            at = yield world.ago(days, clock)
            try:
                act(at)
            except Refused as refusal:  # this county's rules want something that the plain story does not know
                world.tell(f"演示数据：“{item.name}”没有演完：{refusal}")
                return
        promised.add(item.matter_id)
        left = way[-1][0] - 1


Step = tuple[int, str, Callable[[datetime], object]]


def _regular(play: Play, item: MapItem, left: int) -> list[Step]:
    matter = item.matter_id
    return [
        (left, "09:40", lambda at: play.hand_in(matter, at)),
        (left - 1, "11:20", lambda at: play.accept(matter, at)),
        (left - 2, "15:10", lambda at: play.grant(matter, at)),
        (left - 2, "16:15", lambda at: play.deliver(matter, at)),
    ]


def _promised(play: Play, item: MapItem, left: int, notice: int) -> list[Step]:
    matter = item.matter_id
    return [
        (left, "10:05", lambda at: play.promise(matter, at)),
        (left - notice - 1, "09:40", lambda at: play.decide_on_promise(matter, at)),
        (left - notice - 1, "11:00", lambda at: play.deliver(matter, at)),
    ]


def _next(play: Play, done: set[str]) -> MapItem | None:
    """The first open matter before the start that is decided within days and whose prerequisites are concluded."""
    open_ = {item.matter_id for item in play.items() if item.state in (ItemState.OPEN, ItemState.ACCEPTED)}
    for item in play.items():
        kept = item.state == ItemState.OPEN and item.pre_start and item.matter_id not in done
        if kept and pack().matters[item.matter_id].handling == "promised" and not open_ & set(item.after):
            return item
    return None


def guided(world: World) -> Scene:
    yield from _begun(world, "fair", "新型墙材生产线项目", FRESH)


def filed(world: World) -> Scene:
    """This morning, by the unrated company; nobody has reviewed it yet."""
    play = Play(world, "new")
    at = yield world.minutes_ago(20)
    play.file(_form(at.date(), "果蔬冷链仓储项目"), at)
