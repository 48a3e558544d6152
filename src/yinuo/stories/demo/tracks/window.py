"""综合窗口：保安文旅托人来窗口备案、交材料、领证，交来签字盖章的承诺书；绿源的经办人正在窗口。"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yinuo.engine.people.models import AuthorisedPerson
from yinuo.rooms.window import actions, queries
from yinuo.rooms.window.models import Visit
from yinuo.stories.demo.play import Play
from yinuo.stories.demo.projects import form
from yinuo.stories.demo.world import Scene, World

MATTER, PROMISED = "soil_conservation_plan", "design_scheme_review"
CENTRE: dict[str, Any] = {
    "name": "保安腰刀展销和游客服务中心", "industry": "6130", "address": "积石山县大河家镇大墩村",
    "content": "展销厅、体验工坊和游客服务用房，配套停车场",
    "total_investment": "1260", "land_area": "5200", "floor_area": "3100", "eia": "register",
}  # fmt: skip
# Belong to nobody: the birthdays lie in the future, the check characters are right.
NUMBERS = {"张建军": "622927209901010016", "张丽": "622927209903120024"}


def came(
    world: World, company: str, visitor: str, purpose: str, at: datetime, binding: AuthorisedPerson | None = None
) -> Visit:
    unit = world.cast.unit(company)
    return actions.open_visit(
        actor=world.cast.holder("window"),
        unit_id=unit.pk,
        visitor=visitor,
        identity_kind="resident",
        identity_number=NUMBERS[visitor],
        authority="authorised" if binding else "letter",
        binding_id=binding.pk if binding else None,
        letter_no="" if binding else f"法定代表人授权委托书（{at:%Y年%m月}）",
        purpose=purpose,
        at=at,
    )


def filed_handed_in_and_taken(world: World) -> Scene:
    """展销中心：窗口备案，窗口交水土保持材料，部门办结，来访人签收领走，另交一份纸质承诺书。"""
    play, clerk = Play(world, "knives"), world.cast.holder("window")
    at = yield world.ago(5, "09:31")
    visit = came(world, "knives", "张建军", "备案新项目", at)
    at = yield world.ago(5, "09:44")
    play.company = queries.acting_in(visit)
    play.file(form(at.date(), **CENTRE), at)
    at = yield world.ago(5, "09:50")
    actions.close_visit(actor=clerk, visit_id=visit.pk, at=at)
    at = yield world.ago(4, "10:40")
    play.review(at)
    at = yield world.ago(3, "15:10")
    play.advise(at)
    at = yield world.ago(2, "10:05")
    visit = came(world, "knives", "张建军", "交水土保持方案的材料", at)
    at = yield world.ago(2, "10:16")
    play.company = queries.acting_in(visit)
    play.hand_in(MATTER, at, "窗口收件，原件已核对退还")
    at = yield world.ago(2, "10:25")
    actions.close_visit(actor=clerk, visit_id=visit.pk, at=at)
    at = yield world.ago(1, "09:20")
    play.accept(MATTER, at)
    at = yield world.ago(0, "11:05")
    play.grant(MATTER, at)
    at = yield world.ago(0, "15:40")
    visit = came(world, "knives", "张建军", "领水土保持方案批复，交设计方案的承诺书", at)
    at = yield world.ago(0, "15:46")
    ready = [row.document.pk for row in queries.to_hand_out(visit.unit_id, visit.hall_id) if row.awaited]
    actions.hand_out(actor=clerk, visit_id=visit.pk, document_ids=ready, signature="paper", at=at)
    at = yield world.ago(0, "15:48")
    play.company = queries.acting_in(visit)
    play.promise_on_paper(PROMISED, visit.pk, clerk, at)
    at = yield world.ago(0, "15:50")
    actions.close_visit(actor=clerk, visit_id=visit.pk, at=at)


def at_the_counter(world: World) -> Scene:
    """绿源的经办人刚到窗口，还没有办完。"""
    at = yield world.minutes_ago(6)
    came(world, "fertiliser", "张丽", "咨询二期的后续手续，交补正材料", at, world.cast.bindings["fertiliser"][1])


SCENES = (filed_handed_in_and_taken, at_the_counter)
