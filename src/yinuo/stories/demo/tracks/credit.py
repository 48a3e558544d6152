"""信用 in the demonstration: evaluations imported from a table, a repair refused, and one refused that is looked at
again (复核).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime

from yinuo.rooms.credit import actions
from yinuo.rooms.credit.models import CreditEvent, CreditRelief
from yinuo.rooms.credit.tables import COLUMNS
from yinuo.stories.demo.people import COMPANIES
from yinuo.stories.demo.play import Play
from yinuo.stories.demo.world import Scene, World

SOURCE = "甘肃省公共信用信息中心"
# Not among the demonstration's companies: the first is new to the platform, the second's code has a wrong check
# character.
NEWCOMER = ("91622927MA7K3D9C53", "积石山县兴牧养殖有限公司", "84.5")
MISTYPED = ("91622927MA75N6T27T", "积石山县临津旅行社有限公司", "71")


def _table(lines: Iterable[tuple[str, str, str]], day: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([code, name, score, "", day, SOURCE] for code, name, score in lines)
    return out.getvalue().encode("utf-8-sig")


def evaluated(world: World) -> Scene:
    """公共信用综合评价按表导入：企业带着分值来，未评级的没有；一行代码有误不能导入。昨天的一份已核对，待确认。"""
    clerk = world.cast.holder("comprehensive", "development_reform")
    at = yield world.ago(210, "10:00")
    known = [(company.credit_code, company.name, company.score) for company in COMPANIES if company.score is not None]
    content = _table([*known, MISTYPED], world.ago(215).date().isoformat())
    batch = actions.check_evaluations(
        actor=clerk, name="公共信用综合评价（首批）.csv", content=content, source=SOURCE, at=at
    )
    at = yield world.ago(210, "10:20")
    actions.take_evaluations(actor=clerk, batch_id=batch.pk, at=at)
    at = yield world.ago(0, "16:40")
    content = _table([*known[:1], NEWCOMER, MISTYPED], world.ago(215).date().isoformat())
    actions.check_evaluations(actor=clerk, name="公共信用综合评价（补充）.csv", content=content, source=SOURCE, at=at)


def _taken(play: Play, department: str, item: str, basis: str, days: int) -> Scene:
    """Points taken for one of the acts of article 46, `days` working days ago and on."""
    ago = play.world.ago
    at = yield ago(days, "10:30")
    play.propose_act(department, item, basis, "现场检查笔录", at)
    at = yield ago(days - 1, "15:20")
    play.consent(at)
    at = yield ago(days - 2, "09:40")
    play.execute(at)


def _refuse(play: Play, department: str, relief: CreditRelief, answer: str, at: datetime) -> None:
    actions.decide_relief(
        actor=play.cast.approver_of(department), relief_id=relief.pk, accept=False, answer=answer, at=at
    )


def _event(play: Play) -> CreditEvent:
    return CreditEvent.objects.filter(unit=play.unit, type="act").latest("id")


def repair_refused(world: World) -> Scene:
    """新阳屋顶光伏：没有按规定报送进度扣 1 分，补报的数与凭证对不上，修复申请不同意；还在可以申请复核的期限内。"""
    yield world.ago(48, "10:00")
    play = Play.known(world, "solar", "solar_roofs")
    basis = "开工后没有按规定报送建设进度，书面提醒后逾期十个工作日仍未报送。"
    world.add(_taken(play, "development_reform", "unreported", basis, 47))
    at = yield world.ago(19, "09:20")
    relief = play.ask_repair(_event(play), "进度信息已补报，明确专人每月五日前报送。", at)
    at = yield world.ago(5, "16:00")
    answer = "补报的完成投资与工程款支付凭证不一致，没有更正，整改不到位，不同意修复。核实更正后可以另行申请。"
    _refuse(play, "development_reform", relief, answer, at)


def reviewed_again(world: World) -> Scene:
    """城投标准厂房：未批先建扣 2 分，修复申请不同意，企业申请复核，待信用综合管理部门办理。"""
    yield world.ago(51, "10:00")
    play = Play.known(world, "city", "workshops")
    world.add(
        _taken(
            play, "housing", "illegal_start", "未取得施工许可证浇筑厂房基础，责令停工后逾期没有改正，已依法处罚。", 50
        )
    )
    at = yield world.ago(22, "10:10")
    relief = play.ask_repair(
        _event(play), "罚款已缴清，施工许可证已取得，制定了开工前手续核对清单，项目负责人已作检查。", at
    )
    at = yield world.ago(15, "15:40")
    answer = "同一项目正因未按承诺建设被责令停止建设，整改没有完成，不同意修复。"
    _refuse(play, "housing", relief, answer, at)
    at = yield world.ago(8, "09:30")
    text = "扣分的事由是未批先建，与责令停止建设的事由不是一件事；未批先建已经改正并接受处罚，请重新审查。"
    actions.ask_review(actor=play.company, relief_id=relief.pk, text=text, at=at)


SCENES = (evaluated, repair_refused, reviewed_again)
