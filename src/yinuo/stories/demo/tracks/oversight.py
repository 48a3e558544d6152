"""监管 in the demonstration: warnings being answered, put right and punished, and what is recorded of a project's whole
life.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yinuo.engine.base import Actor
from yinuo.rooms.oversight import actions
from yinuo.rooms.oversight.models import AnomalyWarning, LifeRecord
from yinuo.stories.demo.play import Play
from yinuo.stories.demo.world import Scene, World


def _enter(world: World, play: Play, kind: str, at: datetime, data: dict[str, Any], **more: Any) -> LifeRecord:
    supervisor = world.cast.holder("supervisor")
    return actions.record_life(actor=supervisor, project_id=play.id, kind=kind, on=at.date(), data=data, at=at, **more)


def _see(world: World, play: Play, means: str, note: str, at: datetime) -> AnomalyWarning:
    _enter(world, play, "sighting", at, {"means": means, "note": note})
    return AnomalyWarning.objects.filter(project_id=play.id).latest("id")


def _owner(world: World, made: AnomalyWarning) -> Actor:
    return world.cast.approver_of(made.department.key) if made.department else world.cast.holder("supervisor")


def answering(world: World) -> Scene:
    """宏达物流园：巡查发现未批先建，企业已说明，责令限期改正。"""
    yield world.ago(7, "10:00")
    play = Play.known(world, "materials", "logistics")
    at = yield world.ago(6, "10:20")
    made = _see(world, play, "patrol", "场地已经平整，正在开挖仓库基坑，现场有两台挖掘机。", at)
    at = yield world.ago(5, "09:40")
    text = "施工单位提前进场平整场地，基坑是误挖，已通知停止；用地规划许可正在办理。"
    actions.explain_warning(actor=play.company, warning_id=made.pk, text=text, at=at)
    at = yield world.ago(4, "15:10")
    text = "立即停止基坑开挖，回填已挖部分；取得建设用地规划许可证和施工许可以前不得开工。"
    actions.order_rectification(actor=_owner(world, made), warning_id=made.pk, text=text, days=10, at=at)


def put_right(world: World) -> Scene:
    """宏达墙材：卫星图斑发现未批先建，限期内已报改正，等部门核查。"""
    yield world.ago(9, "10:00")
    play = Play.known(world, "materials", "walling")
    at = yield world.ago(8, "09:20")
    made = _see(world, play, "satellite", "本月遥感图斑与上月相比，地块西侧新增硬化地面约 1200 平方米。", at)
    at = yield world.ago(7, "14:30")
    text = "停止建设，拆除超出临时用地范围的硬化地面。"
    actions.order_rectification(actor=_owner(world, made), warning_id=made.pk, text=text, days=6, at=at)
    at = yield world.ago(2, "10:30")
    file = play.file_of("整改照片", at)
    text = "已停止建设，硬化地面已拆除并恢复原状，照片附后。"
    actions.report_rectified(actor=play.company, warning_id=made.pk, text=text, evidence=[file.pk], at=at)


def punished(world: World) -> Scene:
    """城投标准厂房：未批先建，逾期没有改正，依法处罚后办结。"""
    yield world.ago(60, "10:00")
    play = Play.known(world, "city", "workshops")
    at = yield world.ago(59, "10:10")
    made = _see(world, play, "report", "群众反映夜间施工；现场核实厂房基础已经浇筑。", at)
    at = yield world.ago(58, "16:00")
    text = "立即停工，五日内补办施工许可并书面报告。"
    actions.order_rectification(actor=_owner(world, made), warning_id=made.pk, text=text, days=3, at=at)
    at = yield world.ago(53, "11:00")
    penalty = _enter(
        world, play, "penalty", at,
        {
            "authority": "县住房和城乡建设局", "fact": "未取得施工许可证擅自施工，责令停工后逾期未报告。",
            "clause": "《建筑工程施工许可管理办法》第十二条", "amount": "2.5",
            "published_until": f"{at.year + 1}-{at:%m}-15",
        },
        number=f"积住建罚〔{at.year}〕3号",
    )  # fmt: skip
    at = yield world.ago(52, "15:20")
    text = "已责令停工并处罚款，罚款已缴，施工许可随后依法取得。"
    actions.close_warning(
        actor=_owner(world, made), warning_id=made.pk, outcome="punished", text=text, penalty_id=penalty.pk, at=at
    )


def seen_yesterday(world: World) -> Scene:
    """新阳农光互补：供电单位送来临时用电数据，刚刚预警。"""
    yield world.ago(2, "10:00")
    play = Play.known(world, "solar", "solar_field")
    at = yield world.ago(1, "16:10")
    actions.take_in_record(
        actor=Actor.system(),
        system="供电营销系统",
        record_id="LS-0612",
        project_code=play.project.code or "",
        kind="sighting",
        on=at.date(),
        data={"means": "utility", "note": "施工临时用电报装送电，容量 160 千伏安。"},
        at=at,
    )


def whole_life(world: World) -> Scene:
    """集中供热工程：招标投标、计划执行、督查调度和检查的记录。"""
    yield world.ago(31, "10:00")
    play = Play.known(world, "bureau", "heating")
    at = yield world.ago(30, "09:30")
    bid = f"JSS-GC-{at.year}-041"
    common = {"method": "open", "section": "热源厂及一次管网施工"}
    _enter(world, play, "bidding", at, common, step="notice", number=bid)
    at = yield world.ago(14, "10:00")
    _enter(world, play, "bidding", at, common, step="opening", number=bid)
    at = yield world.ago(12, "16:00")
    won = {**common, "winner": "甘肃第三建设集团有限公司", "amount": "6820"}
    _enter(world, play, "bidding", at, won, step="award", number=bid)
    at = yield world.ago(10, "09:50")
    quarter = (at.month - 1) // 3 + 1
    plan = {"planned": "800", "actual": "410", "progress": "场地平整、临时设施", "reason": "划拨供地比计划晚三周"}
    _enter(world, play, "plan", at, plan, number=f"{at.year}Q{quarter}")
    at = yield world.ago(5, "15:00")
    actions.take_in_record(
        actor=Actor.system(), system="甘肃省互联网+监管系统", record_id="JD-2207", project_code=play.project.code or "",
        kind="inspection", number=f"积应急检〔{at.year}〕18号", on=at.date(), at=at,
        data={
            "body": "县应急管理局", "subject": "施工现场临时用电和围挡", "result": "mended",
            "note": "配电箱未上锁，当场改正。",
        },
    )  # fmt: skip
    at = yield world.ago(2, "09:15")
    order = {
        "question": "入冬前热源厂主体能否封顶，进度比计划晚三周。",
        "measure": "倒排工期，每周报送形象进度，县住建局现场协调。",
        "due": world.days_later(6).isoformat(),
        "office": "housing",
    }
    _enter(world, play, "dispatch", at, order, number=f"积投调〔{at.year}〕9号")


SCENES = (answering, put_right, punished, seen_yesterday, whole_life)
