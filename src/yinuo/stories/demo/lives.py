"""Projects that have come far: the ordinary life told once, and each project's part of it."""

from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.rooms.commitments import actions as commitments
from yinuo.rooms.onemap.actions import take_in_result
from yinuo.rooms.reviews import actions as reviews
from yinuo.stories.demo.play import Play
from yinuo.stories.demo.projects import FORMS, form
from yinuo.stories.demo.world import Scene, World

# What a company without land to buy has to do before it builds, in working days after filing: handed in, accepted,
# decided.
REGULAR = {
    "land_use_planning_permit": (4, 5, 8),
    "soil_conservation_plan": (4, 5, 16),
    "drawing_review": (17, 18, 26),
    "power_connection": (20, 21, 30),
    "water_connection": (20, 21, 26),
    "construction_permit": (27, 27, 29),
}
# Registered on the spot: these have no days to take.
REGISTERED = {"eia_register": 4, "discharge_registration": 18}
PROMISED = {"eia_table": (4, 10), "engineering_planning_permit": (9, 15)}
# A building that is no workshop has its design looked at first; what waits for that comes as much later.
DESIGN, WAITS_FOR_DESIGN, DESIGN_DAYS = (
    "design_scheme_review",
    {"engineering_planning_permit", "drawing_review", "construction_permit"},
    8,
)
LAST_BEFORE_START = 29 + DESIGN_DAYS


# How satisfied companies are, one decision after another (好差评).
LEVELS = (5, 5, 4, 5, 3, 4, 5)


def landing(play: Play, key: str, filed: int, promised: bool = True) -> Scene:
    """From filing to the permit to build, `filed` working days ago and on; leaves out what the project does not need.

    `promised`: what may be promised is; else everything goes the regular way.
    """
    ago = play.world.ago
    at = yield ago(filed, "09:12")
    play.file(form(at.date(), **FORMS[key]), at)
    at = yield ago(filed - 1, "10:30")
    play.review(at)
    at = yield ago(filed - 2, "15:00")
    play.advise(at)
    known = {item.matter_id for item in play.items()}
    late = {
        matter: filed - DESIGN_DAYS if matter in WAITS_FOR_DESIGN and DESIGN in known else filed for matter in known
    }
    for matter, (signed, decided) in {**PROMISED, DESIGN: (9, 15)}.items():
        if matter in known and promised:
            play.world.add(play.on_promise(matter, late[matter] - signed, late[matter] - decided))
        elif matter in known:
            play.world.add(
                play.regular(matter, late[matter] - signed, late[matter] - signed - 1, late[matter] - decided)
            )
    for place, (matter, (handed_in, accepted, decided)) in enumerate(REGULAR.items(), filed):
        if matter in known:
            play.world.add(play.regular(matter, *(late[matter] - days for days in (handed_in, accepted, decided))))
            play.world.add(play.spoken(matter, late[matter] - decided - 1, LEVELS[place % len(LEVELS)]))
    for matter, days in REGISTERED.items():
        if matter in known:
            play.world.add(play.regular(matter, filed - days, filed - days, filed - days))


def building(play: Play, started: int, reports: list[tuple[int, int, str]]) -> Scene:
    """Start of work, the units that build, and what was reported: (working days ago, percent, invested)."""
    ago = play.world.ago
    at = yield ago(started, "10:00")
    play.report("start", at, text="施工许可已取得，项目正式开工。")
    play.participant("design", "甘肃河湟建筑设计有限公司", "91620102MA7A2E1X43", "建筑行业（建筑工程）乙级", at)
    play.participant("construction", "甘肃兴陇第三建筑工程有限公司", "91620000224335619R", "建筑工程施工总承包二级", at)
    play.participant("supervision", "临夏州正信工程监理有限公司", "91622900MA75C8J7XL", "房屋建筑工程监理乙级", at)
    for days, percent, invested in reports:
        at = yield ago(days, "16:30")
        play.report("progress", at, percent=percent, text=f"形象进度 {percent}%。")
        play.report("investment", at, invested=invested)


def completing(play: Play, finished: int) -> Scene:
    """Completion reported, applied for, and the second guidance answered."""
    ago = play.world.ago
    at = yield ago(finished, "11:00")
    play.report("completion", at, text="工程按设计内容全部完工。")
    at = yield ago(finished - 1, "09:30")
    play.apply_completion(at)
    at = yield ago(finished - 2, "16:00")
    play.advise(at)


def kept_promises(world: World) -> Scene:
    """绿源一期：从备案到竣工全部承诺兑现，加 2 分，79 分变 81 分，备案证由蓝变绿。"""
    play = Play(world, "fertiliser")
    filed = 190
    yield world.ago(filed + 1)
    world.add(landing(play, "fertiliser_one", filed))
    yield world.ago(filed - LAST_BEFORE_START - 2)
    world.add(building(play, 150, [(130, 25, "820"), (100, 60, "1960"), (72, 90, "2880")]))
    at = yield world.ago(75, "15:00")
    play.kept("eia_table", "除臭系统和渗滤液收集池已按环评要求建成，附验收照片。", at)
    world.add(completing(play, 60))
    at = yield world.ago(55, "10:00")
    play.verify(at, ["eia_table", "engineering_planning_permit"])
    at = yield world.ago(53, "15:30")
    play.verify(at)
    at = yield world.ago(51, "09:10")
    play.consent(at)
    at = yield world.ago(50, "10:20")
    play.execute(at)


def awaiting_consent(world: World) -> Scene:
    """新阳屋顶光伏：昨天验收通过，加 2 分待主要负责同志审签。"""
    play = Play(world, "solar")
    filed = 120
    yield world.ago(filed + 1)
    world.add(landing(play, "solar_roofs", filed))
    yield world.ago(filed - LAST_BEFORE_START - 2)
    world.add(building(play, 81, [(60, 45, "1040"), (30, 95, "2210")]))
    yield world.ago(10)
    world.add(completing(play, 9))
    at = yield world.ago(4, "10:00")
    promised = [item.matter_id for item in play.items() if item.route == "commitment"]
    play.verify(at, promised)
    at = yield world.ago(0, "15:40")
    play.verify(at)


def rectifying(world: World) -> Scene:
    """城投停车场：验收发现一处退界与承诺不符，整改中。"""
    play = Play(world, "city")
    filed = 165
    yield world.ago(filed + 1)
    world.add(landing(play, "parking", filed))
    yield world.ago(filed - LAST_BEFORE_START - 2)
    world.add(building(play, 126, [(100, 30, "1100"), (60, 70, "2600"), (25, 100, "3540")]))
    yield world.ago(22)
    world.add(completing(play, 20))
    at = yield world.ago(15, "10:30")
    fault = "北侧实测退界 4.2 米，承诺为 5 米，出入口雨棚超出。"
    play.verify(at, ["engineering_planning_permit"], {("engineering_planning_permit", 0): fault})
    at = yield world.ago(14, "16:00")
    play.verify(at)


def being_verified(world: World) -> Scene:
    """云岭气调库：各部门正在逐项核验。"""
    play = Play(world, "cold")
    filed = 140
    yield world.ago(filed + 1)
    world.add(landing(play, "storehouse", filed))
    yield world.ago(filed - LAST_BEFORE_START - 2)
    world.add(building(play, 101, [(70, 50, "700"), (30, 85, "1220")]))
    yield world.ago(11)
    world.add(completing(play, 9))
    at = yield world.ago(2, "10:00")
    play.verify(at, ["engineering_planning_permit", "planning_verification"])


def under_construction(world: World) -> Scene:
    """城投标准厂房：已开工，按月报送，十八天前责令停止建设；另一项承诺遇到困难，等部门帮助。"""
    play = Play(world, "city")
    filed = 90
    yield world.ago(filed + 1)
    world.add(landing(play, "workshops", filed))
    yield world.ago(filed - LAST_BEFORE_START - 2)
    world.add(building(play, 51, [(40, 12, "1450"), (30, 28, "3480"), (19, 41, "5210")]))
    at = yield world.ago(31, "15:00")
    promise = play.commitment("engineering_planning_permit")
    note = "综合楼北侧地沟贴近退界线，基坑开挖前请复测，退界不得小于承诺的 5 米。"
    points = [{"outcome": "kept"} for _ in promise.requirements]
    points[0] = {"outcome": "at_risk", "note": note}
    commitments.review_commitment(
        actor=play.cast.approver_of("natural_resources"), commitment_id=promise.pk, on=at.date(), points=points, at=at
    )
    at = yield world.ago(2, "08:30")
    commitments.open_reviews(at)
    at = yield world.ago(1, "11:20")
    text = "停工整改中发现综合楼北侧地下有废弃管沟，退界线需要局部调整，担心不能完全达到承诺的退界。"
    commitments.report_difficulty(
        actor=play.company, commitment_id=play.commitment("engineering_planning_permit").pk, text=text, at=at
    )


def heating(world: World) -> Scene:
    """县住建局的集中供热工程：审批类，部分结果由工程审批系统送来。"""
    play = Play(world, "bureau")
    at = yield world.ago(64, "10:00")
    play.file(form(at.date(), **FORMS["heating"]), at)
    at = yield world.ago(63, "15:30")
    play.review(at)
    at = yield world.ago(62, "16:30")
    play.advise(at, notes={"eia_table": "锅炉烟气执行特别排放限值，请在报告表中说明除尘脱硫脱硝方案。"})
    for matter, handed_in, accepted, decided in (
        ("project_proposal", 60, 59, 55),
        ("eia_table", 54, 53, 44),
        ("feasibility_report", 54, 52, 43),
        ("soil_conservation_plan", 42, 40, 26),
        ("preliminary_design", 42, 41, 33),
    ):
        world.add(play.regular(matter, handed_in, accepted, decided))
    at = yield world.ago(42, "14:40")
    play.hand_in("land_supply", at, "申请划拨供地")
    at = yield world.ago(41, "09:50")
    play.accept("land_supply", at)
    at = yield world.ago(16, "16:50")
    play.grant("land_supply", at, "同意以划拨方式供应国有建设用地 21783.29 平方米。")
    play.deliver("land_supply", at)
    code = play.project.code or ""
    for days, external_id, matter, status, number in (
        (15, "GG-2026-0817", "land_use_planning_permit", 3, ""),
        (11, "GG-2026-0844", "land_use_planning_permit", 11, "地字第 622927202600043 号"),
        (8, "GG-2026-0871", "design_scheme_review", 3, ""),
    ):
        at = yield world.ago(days, "15:15")
        take_in_result(
            actor=Actor.system(),
            system="甘肃省工程建设项目审批管理系统",
            external_id=external_id,
            project_code=code,
            matter_id=matter,
            status_code=status,
            document_number=number,
            at=at,
        )


def all_regular(world: World) -> Scene:
    """宏达装配式墙板：没有选择承诺，全部按常规办到施工许可，还没有开工；规划许可一次差评，整改后回访满意。"""
    play = Play(world, "materials")
    filed = 150
    yield world.ago(filed + 1)
    world.add(landing(play, "panels", filed, promised=False))
    at = yield world.ago(filed - 16, "11:20")
    review = play.speak("engineering_planning_permit", 2, at, "图纸要求说了三遍都不一样，来回跑了四趟。")
    watcher, officer = play.cast.holder("supervisor"), play.officer(play.item("engineering_planning_permit"))
    at = yield world.ago(filed - 17, "09:10")
    reviews.assign_bad_review(
        actor=watcher, review_id=review, instruction="核实四次往返的经过，两日内答复企业。", at=at
    )
    at = yield world.ago(filed - 18, "16:20")
    reviews.answer_bad_review(
        actor=officer,
        review_id=review,
        finding="true",
        measures="图纸要求写进办事指南，一次告知；窗口人员重新培训。",
        answer="您反映的情况属实，对不起。图纸要求已经写进办事指南，今后一次告知。",
        at=at,
    )
    at = yield world.ago(filed - 19, "10:00")
    reviews.check_answer(actor=watcher, review_id=review, approved=True, at=at)
    at = yield world.ago(filed - 20, "15:30")
    reviews.close_bad_review(
        actor=watcher, review_id=review, call_back="satisfied", note="电话回访，企业表示满意。", at=at
    )


SCENES = (all_regular, kept_promises, awaiting_consent, rectifying, being_verified, under_construction, heating)
