"""履约监管 in the demonstration: a promise not kept that stops a project (附件2·第十四条), a project given up while one
is rectified, and an audit report handed in twice (第十七条).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from yinuo.engine.base import Actor
from yinuo.rooms.commitments import actions
from yinuo.rooms.commitments.models import AuditReport, Commitment, Difficulty, Ruling
from yinuo.rooms.projects import actions as projects
from yinuo.stories.demo.lives import LAST_BEFORE_START, landing
from yinuo.stories.demo.play import Play
from yinuo.stories.demo.world import Scene, World

MATTER = "design_scheme_review"


def _review(actor: Actor, commitment: Commitment, note: str, at: datetime) -> None:
    """The promise's first requirement is found broken, the others kept."""
    points = [{"outcome": "kept"} for _ in commitment.requirements]
    points[0] = {"outcome": "broken", "note": note}
    actions.review_commitment(actor=actor, commitment_id=commitment.pk, on=at.date(), points=points, at=at)


def stopped(world: World) -> Scene:
    """城投标准厂房：厂房间距与承诺不符，帮助指导、限期整改后仍未达到，责令停止建设；企业已整改，解除待审签。"""
    yield world.ago(40, "10:00")
    play = Play.known(world, "city", "workshops")
    promise, officer = play.commitment(MATTER), play.officer(play.item(MATTER))
    at = yield world.ago(36, "10:20")
    _review(officer, promise, "3 号、4 号厂房间距实测 9.6 米，审定的总平面图为 12 米，防火间距不足。", at)
    at = yield world.ago(35, "15:30")
    difficulty = Difficulty.objects.filter(commitment=promise).latest("id")
    text = "已到现场指导：4 号厂房基础尚未回填，可以按审定的位置重新放线。请重新放线、验线，拆除东移的三排独立基础。"
    actions.handle_difficulty(actor=officer, difficulty_id=difficulty.pk, outcome="helped", text=text, at=at, days=10)
    at = yield world.ago(26, "09:50")
    play.kept(MATTER, "已重新放线，东移的三排独立基础拆除了两排，其余一排与设备基础相连，正在复核结构。", at)
    at = yield world.ago(24, "10:30")
    _review(officer, promise, "复测间距 10.9 米，仍少 1.1 米；东侧一排基础没有拆除，已经开始立柱。", at)
    at = yield world.ago(19, "16:10")
    facts = (
        "承诺 3 号、4 号厂房间距 12 米。首次复核实测 9.6 米，经帮助指导并限期十个工作日整改，"
        "复测仍为 10.9 米，且在未整改部位继续立柱，防火间距不足，不符合承诺标准第 1 项。"
    )
    evidence = [play.file_of("现场测量记录", at, officer).pk]
    ruling = actions.propose_ruling(
        actor=officer, commitment_id=promise.pk, measures=["stop", "recover"], facts=facts, evidence=evidence, at=at
    )
    at = yield world.ago(18, "11:00")
    principal = play.cast.holder("principal", "natural_resources")
    number, note = world.number("积自然资处", at), "事实清楚，程序合法，同意。停工期间做好基坑支护和现场安全。"
    actions.consent_ruling(actor=principal, ruling_id=ruling.pk, number=number, note=note, at=at)
    at = yield world.ago(17, "10:15")
    actions.deliver_ruling(actor=officer, ruling_id=ruling.pk, how="直接送达，法定代表人唐国华签收", at=at)
    at = yield world.ago(3, "09:40")
    text = "东侧一排基础和已立的四根柱全部拆除，按审定的总平面图重新施工，委托测绘单位复测间距 12.1 米。"
    evidence = [play.file_of("间距复测报告", at).pk]
    actions.ask_lift(actor=play.company, ruling_id=ruling.pk, text=text, evidence=evidence, at=at)
    at = yield world.ago(0, "10:50")
    _propose_lift(officer, ruling, at)


def _propose_lift(officer: Actor, ruling: Ruling, at: datetime) -> None:
    facts = "现场核查并复测：3 号、4 号厂房间距 12.1 米，东移的基础和柱已经全部拆除，达到承诺标准第 1 项。"
    actions.propose_ruling(
        actor=officer, commitment_id=ruling.commitment_id, measures=["lift"], facts=facts, lifts=ruling.pk, at=at
    )


def given_up(world: World) -> Scene:
    """大河家露营营地：整改还没有完成就终止了项目，承诺不取消，等自然资源局认定。"""
    play = Play(world, "knives")
    filed = 64
    yield world.ago(filed + 1)
    world.add(landing(play, "camp", filed))
    yield world.ago(filed - LAST_BEFORE_START - 2)
    at = yield world.ago(22, "10:00")
    play.report("start", at, text="施工许可已取得，服务用房开始施工。")
    promise, officer = play.commitment(MATTER), play.officer(play.item(MATTER))
    at = yield world.ago(15, "10:20")
    _review(officer, promise, "2 号服务用房基础超出用地红线 1.4 米，不符合审定的总平面图。", at)
    at = yield world.ago(14, "15:30")
    difficulty = Difficulty.objects.filter(commitment=promise).latest("id")
    text = "请按审定的总平面图重新放线、验线，拆除超出红线的基础。"
    actions.handle_difficulty(actor=officer, difficulty_id=difficulty.pk, outcome="helped", text=text, at=at, days=15)
    at = yield world.ago(5, "11:00")
    why = "投资人撤资，不再建设，已建的部分拟转让。"
    projects.terminate(actor=play.company, project_id=play.id, why=why, at=at)
    at = yield world.ago(2, "16:10")
    play.kept(MATTER, "超出红线的基础已经拆除一半，其余部分等受让方接手后处理。", at)


def audited(world: World) -> Scene:
    """城投停车场：国有企业的项目凭审计结论加分；第一份审计报告缺附表被退回，补正后重新提交，待核对。"""
    yield world.ago(14, "17:00")
    play = Play.known(world, "city", "parking")
    at = yield world.ago(13, "10:10")
    first = _hand_in(play, f"甘华信审字〔{at.year}〕第 118 号", at)
    at = yield world.ago(11, "15:40")
    why = "报告缺少竣工财务决算审核表（附表 3），结算金额与正文不一致，请补正后重新提交。"
    actions.check_audit(
        actor=play.cast.approver_of("development_reform"), audit_id=first.pk, accept=False, note=why, at=at
    )
    at = yield world.ago(2, "11:30")
    _hand_in(play, f"甘华信审字〔{at.year}〕第 118-1 号", at)


def _hand_in(play: Play, number: str, at: datetime) -> AuditReport:
    return actions.hand_in_audit(
        actor=play.company,
        project_id=play.id,
        auditor="甘肃华信会计师事务所",
        number=number,
        on=at.date() - timedelta(days=3),
        conclusion="clean",
        evidence=[play.file_of("竣工决算审计报告", at).pk],
        at=at,
    )


SCENES = (stopped, given_up, audited)
