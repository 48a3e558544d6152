"""容缺受理 and “1+X” in the demonstration: a gap filled, one open, one given up by the clock; a coordination under way
and one that ended.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from yinuo.engine.base import Actor
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.people.models import Department
from yinuo.engine.rules import pack
from yinuo.rooms.deficient import actions as deficient
from yinuo.rooms.deficient.actions import publish_tolerance
from yinuo.rooms.deficient.models import DeficientAcceptance
from yinuo.rooms.onemap import actions as onemap
from yinuo.rooms.onemap.models import MapItem
from yinuo.stories.demo.materials import material_pdf
from yinuo.stories.demo.play import Play
from yinuo.stories.demo.projects import form
from yinuo.stories.demo.world import Scene, World

SOIL, PLAN = "soil_conservation_plan", "engineering_planning_permit"
TOLERATED = {
    "soil_conservation_plan": (["spoil_agreement", "site_plan"], 10),
    "engineering_planning_permit": (["design_scheme_opinion"], 5),
    "construction_permit": (["safety_measures"], 5),
}


def published(world: World) -> Scene:
    """部门公布容缺材料和时限。"""
    at = yield world.ago(203, "15:30")
    for matter, (materials, days) in TOLERATED.items():
        office = Department.objects.get(hall=world.cast.hall, key=pack().matters[matter].department)
        publish_tolerance(
            actor=world.cast.approver_of(office.key),
            department=office,
            matter_id=matter,
            materials=materials,
            days=days,
            from_on=at.date(),
            basis=f"{office.short_name}局务会议纪要，在政务服务网公示",
            at=at,
        )


def _window(world: World) -> Actor:
    return world.cast.holder("window")


def _files(play: Play, item: MapItem, names: set[str], at: datetime) -> list[dict[str, Any]]:
    rows = []
    for row in item.materials:
        if row["id"] in names:
            content = material_pdf(row["name"], play.project.name, play.unit.name, at)
            file = store_upload(
                actor=play.company, name=f"{row['name']}.pdf", content=content, unit_id=play.unit.pk, at=at
            )
            rows.append({"id": row["id"], "file": file.pk})
    return rows


def _apply(play: Play, lacking: str, at: datetime) -> DeficientAcceptance:
    item = play.item(SOIL)
    return deficient.apply_deficient(
        actor=_window(play.world),
        item_id=item.pk,
        materials=_files(play, item, {row["id"] for row in item.materials} - {lacking}, at),
        missing=[lacking],
        situation="水土保持方案报告书已编制完成，弃土场存放协议正在与村委会签订。",
        contact_name=play.unit.legal_representative,
        contact_phone="0930-7720000",
        no_secret=True,
        at=at,
    )


def _agree(play: Play, row: DeficientAcceptance, days: int, at: datetime) -> None:
    deficient.agree_to_gap(
        actor=play.officer(play.item(SOIL)), deficient_id=row.pk, days=days, opinion="报告书内容完整。", at=at
    )


def _sign(play: Play, row: DeficientAcceptance, at: datetime) -> None:
    window = _window(play.world)
    content = material_pdf("容缺受理通知书（已签）", play.project.name, play.unit.name, at)
    file = store_upload(actor=window, name="容缺受理通知书（已签）.pdf", content=content, unit_id=None, at=at)
    signer = play.unit.legal_representative
    deficient.sign_gap_commitment(actor=window, deficient_id=row.pk, file_id=file.pk, signed_by=signer, at=at)


def _facts(at: datetime, name: str, address: str) -> dict[str, Any]:
    return form(
        at.date(),
        name=name,
        industry="1353",
        address=address,
        content="加工车间、冷库及配套设施",
        total_investment="3600",
        land_area="12000",
        floor_area="8000",
        annual_energy="300",
        annual_electricity="200",
    )


def _begun(world: World, company: str, name: str, address: str, filed: int, then: Callable[[Play], Scene]) -> Scene:
    play = Play(world, company)
    at = yield world.ago(filed, "09:12")
    play.file(_facts(at, name, address), at)
    at = yield world.ago(filed - 1, "10:30")
    play.review(at)
    at = yield world.ago(filed - 2, "15:00")
    play.advise(at)
    yield from then(play)


def filled(world: World) -> Scene:
    """补齐以后容缺通过。"""

    def then(play: Play) -> Scene:
        at = yield world.ago(36, "09:40")
        row = _apply(play, "spoil_agreement", at)
        at = yield world.ago(36, "11:00")
        _agree(play, row, 8, at)
        at = yield world.ago(36, "15:00")
        _sign(play, row, at)
        at = yield world.ago(31, "10:00")
        officer = play.officer(play.item(SOIL))
        deficient.say_only_gap_left(actor=officer, deficient_id=row.pk, note="审查已毕，只差弃土场存放协议。", at=at)
        at = yield world.ago(29, "10:20")
        rows = _files(play, play.item(SOIL), {"spoil_agreement"}, at)
        deficient.supply_gap(actor=play.company, deficient_id=row.pk, materials=rows, at=at)
        at = yield world.ago(28, "16:00")
        play.grant(SOIL, at)
        at = yield world.ago(28, "17:10")
        play.deliver(SOIL, at)

    return _begun(world, "solar", "花椒油加工项目", "积石山县刘集乡阳山村", 40, then)


def open_gap(world: World) -> Scene:
    """容缺受理在办，等企业补齐。"""

    def then(play: Play) -> Scene:
        at = yield world.ago(4, "09:40")
        row = _apply(play, "spoil_agreement", at)
        at = yield world.ago(4, "11:00")
        _agree(play, row, 10, at)
        at = yield world.ago(3, "10:10")
        _sign(play, row, at)
        at = yield world.ago(2, "09:50")
        play.hand_in(PLAN, at)

    return _begun(world, "knives", "保安刀具锻打车间项目", "积石山县大河家镇大墩村", 9, then)


def given_up(world: World) -> Scene:
    """逾期没有补齐，视为放弃，退件；又申请了一次，等部门审核。"""

    def then(play: Play) -> Scene:
        at = yield world.ago(14, "09:40")
        row = _apply(play, "spoil_agreement", at)
        at = yield world.ago(14, "11:00")
        _agree(play, row, 5, at)
        at = yield world.ago(14, "15:00")
        _sign(play, row, at)
        at = yield world.ago(1, "16:20")
        _apply(play, "spoil_agreement", at)

    return _begun(world, "city", "临津路雨污分流改造项目", "积石山县吹麻滩镇临津路", 19, then)


def coordinated(world: World) -> Scene:
    """“1+X”：红线交叉，牵头部门协调中。"""

    def then(play: Play) -> Scene:
        at = yield world.ago(8, "09:30")
        play.hand_in(SOIL, at)
        play.hand_in(PLAN, at)
        at = yield world.ago(7, "10:00")
        play.accept(SOIL, at)
        play.accept(PLAN, at)
        at = yield world.ago(3, "09:20")
        soil, plan = play.item(SOIL), play.item(PLAN)
        office = Department.objects.get(hall=world.cast.hall, key="transport")
        made = onemap.request_coordination(
            actor=play.officer(soil),
            item_id=soil.pk,
            issue_text="项目总平面与规划道路红线交叉约 1.2 米，水土保持措施和规划许可需要一并调整。",
            item_ids=[plan.pk],
            department_ids=[office.pk],
            at=at,
        )
        head = world.cast.holder("stage_convener", stage=soil.stage)
        at = yield world.ago(3, "11:00")
        onemap.start_coordination(actor=head, coordination_id=made.pk, at=at)
        at = yield world.ago(2, "09:10")
        where = "县政务服务大厅三楼会议室"
        onemap.call_meeting(actor=head, coordination_id=made.pk, meeting_at=world.ago(1, "15:00"), place=where, at=at)
        at = yield world.ago(1, "16:30")
        onemap.give_coordination_opinion(
            actor=world.cast.approver_of("transport"),
            coordination_id=made.pk,
            text="道路红线可以局部微调，不影响通行能力。",
            at=at,
        )

    return _begun(world, "cold", "牛羊肉冷链分拣中心项目", "积石山县吹麻滩镇前庄村", 13, then)


SCENES = (published, filled, open_gap, given_up, coordinated)
