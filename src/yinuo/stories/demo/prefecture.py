"""The other counties of the prefecture in the demonstration: their halls report month by month, and all are ranked
together (附件7·第四章).

Numbers of events are made up, the same at every build; a hall's own course comes of how good it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor
from yinuo.engine.people.models import Department, Hall, Membership, Person, Region
from yinuo.engine.people.queries import actor_of_membership
from yinuo.rooms.halls.actions import correct_points, give_points, publish_due, report_events
from yinuo.rooms.halls.queries import month_of, quarter_of
from yinuo.rooms.reform import actions as reform
from yinuo.rooms.reform.models import ReformReport
from yinuo.stories.demo.world import Scene, World

PREFECTURE = ("622900", "临夏回族自治州")
MONTHS = 5
TEAM = "审批服务专班"


class County(NamedTuple):
    """`good` and `slow`: out of a hundred, how many of its matters are praised, and how many come to a yellow light."""

    code: str
    name: str
    supervisor: str
    convener: str
    matters: int
    good: int
    slow: int


COUNTIES = (
    County("622901", "临夏市", "马志强", "祁连山", 34, 40, 4),
    County("622921", "临夏县", "马占海", "王秀兰", 26, 36, 6),
    County("622922", "康乐县", "马国栋", "线文华", 22, 30, 9),
    County("622923", "永靖县", "孔祥瑞", "罗建民", 28, 34, 5),
    County("622924", "广河县", "马福祥", "唐玉梅", 20, 26, 10),
    County("622925", "和政县", "马效忠", "杨永红", 18, 28, 7),
    County("622926", "东乡族自治县", "马吉祥", "妥永平", 20, 24, 12),
)
MATTERS = (
    "建筑工程施工许可",
    "取水许可",
    "建设用地规划许可",
    "建设工程规划许可",
    "环境影响报告表审批",
    "生产建设项目水土保持方案审批",
)
HANDLERS = ("马小龙", "张建国", "马海燕", "李文军", "马艳红")
PROJECTS = ("养殖场建设项目", "农产品冷链项目", "砂石料加工项目", "文旅配套项目", "清真食品加工项目")


def _people(county: County, hall: Hall, began: date) -> tuple[Actor, Actor]:
    """The hall's supervisor and general convener; nobody signs in as them."""
    office = Department.objects.create(
        hall=hall, key="government_services", name=f"{county.name}{TEAM}", short_name=TEAM
    )
    actors: list[Actor] = []
    for role, name in (("supervisor", county.supervisor), ("general_convener", county.convener)):
        phone = f"1000{county.code}{len(actors)}"
        person = Person.objects.create(username=f"{county.code}-{role}", name=name, phone=phone, password="!")  # noqa: S106 - opens nothing
        actors.append(
            actor_of_membership(Membership.objects.create(person=person, department=office, role=role, from_on=began))
        )
    return actors[0], actors[1]


def _last_days(now: datetime) -> Iterator[date]:
    """The ends of the months that are over, the first of them first."""
    month = month_of(now.astimezone(TZ).date())
    ends = [month - timedelta(days=1)]
    while len(ends) < MONTHS:
        ends.append(month_of(ends[-1]) - timedelta(days=1))
    return iter(ends[::-1])


def reports(world: World) -> Scene:
    """Seven halls stand beside the county's; each month's events are taken in on its last day, this month's today."""
    ends = list(_last_days(world.now))
    at = yield datetime.combine(month_of(ends[0]), time(8, 30), TZ)
    top = Region.objects.create(code=PREFECTURE[0], name=PREFECTURE[1])
    Region.objects.filter(pk=world.cast.hall.region_id).update(parent=top)
    halls = []
    for county in COUNTIES:
        region = Region.objects.create(code=county.code, name=county.name, parent=top)
        phone, address = f"0930-00{county.code[2:]}0", f"{county.name}城区政务大厅一楼"
        hall = Hall.objects.create(region=region, name=f"{county.name}政务大厅", phone=phone, address=address)
        halls.append((county, hall, _people(county, hall, at.date())[0]))
    for last in ends:
        at = yield datetime.combine(last, time(17, 30), TZ)
        for county, hall, reporter in halls:
            _report(reporter, hall, county, last, at)
    at = yield world.minutes_ago(30)
    for county, hall, reporter in halls:
        _report(reporter, hall, county, at.astimezone(TZ).date(), at)


def _report(reporter: Actor, hall: Hall, county: County, last: date, at: datetime) -> None:
    if rows := list(_month(county, last)):
        report_events(actor=reporter, hall_id=hall.pk, rows=rows, at=at)


def _month(county: County, last: date) -> Iterator[dict[str, Any]]:
    """A hall's events from the month's first day to `last`: as many as the days it has had."""
    chance = Random(f"{county.code} {last:%Y-%m}")  # noqa: S311 - a demonstration, the same at every build
    source = f"{county.name}政务服务网{last.year}年{last.month}月报表"
    for number in range(county.matters * last.day // 30):
        key = f"{last:%Y-%m}-{number + 1:04d}"
        row = {
            "on": last.replace(day=chance.randint(1, last.day)).isoformat(),
            "what": chance.choice(MATTERS),
            "subject": key,
        }
        row |= {"evidence": source, "handler": chance.choice(HANDLERS)}
        luck = chance.randint(1, 100)
        if luck <= county.slow:
            yield row | {"reference": f"{key}-Y", "type": "light", "light": "yellow"}
            if chance.randint(1, 4) == 1:
                yield row | {"reference": f"{key}-R", "type": "light", "light": "red"}
        if luck <= county.slow // 4 or luck > 100 - county.good:
            yield row | {
                "reference": f"{key}-P",
                "type": "review",
                "level": 1 if luck <= county.slow // 4 else chance.choice((4, 5)),
            }
    yield from _landed(county, last, chance, source)


def _landed(county: County, last: date, chance: Random, source: str) -> Iterator[dict[str, Any]]:
    for number in range(county.matters * last.day // 300):
        days = chance.randint(22, 70)
        on = last.replace(day=chance.randint(1, last.day)).isoformat()
        name = f"{county.name}{chance.choice(PROJECTS)}"
        row = {
            "on": on,
            "what": name,
            "subject": f"{last:%Y%m}-{number + 1}",
            "evidence": source,
            "reference": f"{last:%Y-%m}-L{number + 1}",
        }
        yield row | {"type": "landed", "kind": "filing", "days": days, "approval_days": days * 2 // 3}
        if days < 40:
            track = chance.choice(("agency", "deficient", "mock"))
            yield row | {"reference": f"{last:%Y-%m}-T{number + 1}", "type": "track_praised", "track": track}


def told(world: World) -> Scene:
    """Each month is told of on the first of the next, half an hour after midnight."""
    for last in list(_last_days(world.now)):
        at = yield datetime.combine(last + timedelta(days=1), time(0, 30), TZ)
        publish_due(at)


def by_hand(world: World) -> Scene:
    """The county's supervisor adds for what no record shows, and takes back what was entered for the wrong hall."""
    supervisor = world.cast.holder("supervisor")
    at = yield world.ago(9, "16:10")
    give_points(
        points=Decimal("0.5"),
        basis="州“放管服”改革专项督查通报表扬",
        evidence="督查通报第 12 期",
        reason="“一窗受理”经验在全州推广",
        actor=supervisor,
        hall_id=world.cast.hall.pk,
        on=at.astimezone(TZ).date(),
        at=at,
    )
    at = yield world.ago(7, "10:20")
    wrong = give_points(
        points=Decimal("-0.3"),
        basis="窗口纪律检查",
        evidence="检查记录 11 号",
        reason="综合窗口上班时间无人值守",
        actor=supervisor,
        hall_id=world.cast.hall.pk,
        on=at.astimezone(TZ).date(),
        at=at,
    )
    at = yield world.ago(6, "09:15")
    correct_points(actor=supervisor, manual_id=wrong.pk, reason="检查记录说的是邻县的窗口", at=at)


def noticed(world: World) -> Scene:
    """The county's notices: that of the quarter before last published in its time, that of the last one waiting for the
    principal.
    """
    until = quarter_of(world.now.astimezone(TZ).date())
    begins = quarter_of(until - timedelta(days=1))
    at = yield datetime.combine(begins, time(1, 0), TZ)
    report = _drawn_up(world, quarter_of(begins - timedelta(days=1)), at)
    at = yield datetime.combine(begins + timedelta(days=8), time(10, 0), TZ)
    _submit(
        world,
        report,
        "“一张图”覆盖了本季度新备案的全部项目。承诺办理刚刚起步，部门之间差别大。",
        "还没有公布承诺标准的部门，下个季度以前公布。",
        "组织各部门学习承诺书的填写和公示期间异议的答复。",
        at,
    )
    at = yield datetime.combine(begins + timedelta(days=9), time(15, 0), TZ)
    reform.publish_report(actor=world.cast.holder("principal", "development_reform"), report_id=report.pk, at=at)
    drawn, sent = max(datetime.combine(until, time(1, 0), TZ), world.ago(8, "01:00")), world.ago(1, "16:20")
    if sent <= drawn:
        return
    at = yield drawn
    report = _drawn_up(world, begins, at)
    at = yield sent
    _submit(
        world,
        report,
        "本季度新备案的项目都在“一张图”上办理，多数部门按期办结。承诺办理率在部门之间差别还大。",
        "承诺办理率没有达到目标的部门，十个工作日内逐项公布承诺内容和标准；超期办结的，说明原因并落实到人。",
        "推动区域评估结果在园区项目中共享使用；按期复核履行中的承诺。",
        at,
    )


def _drawn_up(world: World, begins: date, at: datetime) -> ReformReport:
    return reform.draft_report(
        actor=Actor.system(), region_id=world.cast.hall.region_id, kind="quarter", begins=begins, at=at
    )


def _submit(world: World, report: ReformReport, opening: str, problems: str, next_steps: str, at: datetime) -> None:
    writer = world.cast.holder("comprehensive", "development_reform")
    reform.edit_report(
        actor=writer, report_id=report.pk, opening=opening, problems=problems, next_steps=next_steps, at=at
    )
    reform.submit_report(actor=writer, report_id=report.pk, at=at)


SCENES = (reports, told, by_hand, noticed)
