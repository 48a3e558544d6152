"""模拟审批：冷链公司有两项已模拟通过，一项正在模拟审批；腰刀文旅公司已取得土地，正在转为正式审批。"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from yinuo.engine.documents.actions import store_upload
from yinuo.rooms.mock import actions
from yinuo.rooms.mock.models import MockApplication, MockOpinion
from yinuo.rooms.onemap.models import MapItem
from yinuo.stories.demo.materials import material_pdf
from yinuo.stories.demo.play import Play
from yinuo.stories.demo.projects import form
from yinuo.stories.demo.world import Scene, World

STORE: dict[str, Any] = {
    "name": "花椒冷链分拣配送中心", "industry": "5930", "address": "积石山县吹麻滩镇前庄村112号地块",
    "content": "低温分拣车间、冷库和配送场站，年分拣配送花椒、百合和果蔬1.2万吨",
    "total_investment": "4800", "land_area": "16800", "floor_area": "9600",
    "site": {"state_land_supply": True, "new_construction_land": True, "cultivated_share": "0.3"},
}  # fmt: skip
STUDIO: dict[str, Any] = {
    "name": "保安腰刀锻制技艺传习工坊", "industry": "2439", "address": "积石山县大河家镇康吊村24号地块",
    "content": "锻制车间、传习教室和成品库，年产腰刀2万把",
    "total_investment": "2300", "land_area": "8200", "floor_area": "5100",
    "site": {"state_land_supply": True, "new_construction_land": True},
}  # fmt: skip
KNOWN = {
    "plan_conforms": True, "inside_construction_land": True, "stability_risk": "low", "land_formalities_done": False,
    "cost_acknowledged": True,
}  # fmt: skip
# What each has on its map, in the order of prerequisites; the last has no mock document yet.
STORE_MATTERS = ("land_use_planning_permit", "design_scheme_review", "engineering_planning_permit")
STUDIO_MATTERS = ("land_use_planning_permit", "engineering_planning_permit", "drawing_review")
NO_CHANGE = {"scale": False, "plan": False, "standards": False, "other": False}
SAID = {
    "natural_resources": "符合国土空间规划和控制性详细规划，不占永久基本农田，同意列入模拟审批。",
    "market_regulation": "主体资格合法有效，同意。",
}


class Mock:
    """One project's mock approval, led by the window."""

    def __init__(self, world: World, company: str, contacts: list[tuple[str, str]]) -> None:
        self.play, self.window, self.contacts = Play(world, company), world.cast.holder("window"), contacts
        self.application = MockApplication()

    def scan(self, name: str, at: datetime) -> int:
        content = material_pdf(name, self.play.project.name, self.play.unit.name, at)
        return store_upload(actor=self.window, name=f"{name}.pdf", content=content, unit_id=None, at=at).pk

    def register(self, at: datetime, matters: tuple[str, ...], progress: str, land: str) -> None:
        self.application = actions.register(
            actor=self.window,
            project_id=self.play.id,
            contacts=[{"name": name, "phone": phone} for name, phone in self.contacts],
            progress=progress,
            land=land,
            land_expected_on=at.date() + timedelta(days=90),
            legal_representative=self.play.unit.legal_representative,
            matters=list(
                MapItem.objects.filter(project_id=self.play.id, matter_id__in=matters).values_list("pk", flat=True)
            ),
            answers={"mock": KNOWN, "site": {}},
            at=at,
        )

    def sign(self, at: datetime) -> None:
        form, commitment = self.scan("模拟审批申请表", at), self.scan("模拟审批承诺书", at)
        pk = self.application.pk
        actions.keep_signed(
            actor=self.window, application_id=pk, form_id=form, commitment_id=commitment, committed_on=at.date(), at=at
        )

    def agree(self, at: datetime) -> None:
        for opinion in (
            MockOpinion.objects.filter(application=self.application).select_related("department").order_by("id")
        ):
            key = opinion.department.key
            actions.give_opinion(
                actor=self.play.cast.approver_of(key), opinion_id=opinion.pk, agreed=True, text=SAID[key], at=at
            )

    def distribute(self, at: datetime) -> None:
        actions.distribute(actor=self.window, application_id=self.application.pk, at=at)

    def hand_in(self, matter: str, at: datetime) -> None:
        item, rows, pk = self.play.item(matter), [], self.application.pk
        for row in item.materials:
            if row["main"]:
                content = material_pdf(row["name"], self.play.project.name, self.play.unit.name, at)
                kept = actions.keep_file(
                    actor=self.window, application_id=pk, name=f"{row['name']}.pdf", content=content, at=at
                )
                rows.append({"id": row["id"], "file": kept.pk})
        actions.hand_in(actor=self.window, application_id=pk, item_id=item.pk, materials=rows, at=at)

    def land(self, at: datetime, number: str) -> None:
        actions.register_land(
            actor=self.window,
            application_id=self.application.pk,
            kind="contract",
            number=number,
            on=at.date() - timedelta(days=1),
            file_id=self.scan("国有建设用地使用权出让合同", at),
            answers=NO_CHANGE,
            at=at,
        )


def begun(world: World, mock: Mock, facts: dict[str, Any], matters: tuple[str, ...], days: tuple[int, ...]) -> Scene:
    """From the filing to the distribution, by working days ago."""
    at = yield world.ago(days[0], "09:10")
    mock.play.file(form(at.date(), **facts), at)
    at = yield world.ago(days[1], "10:00")
    mock.play.review(at)
    at = yield world.ago(days[2], "15:00")
    mock.play.advise(at)
    at = yield world.ago(days[3], "09:40")
    mock.register(at, matters, "已备案，勘察完成，正在设计。", "拟用国有建设用地已列入年度供地计划，正在组卷报批。")
    at = yield world.ago(days[3], "11:20")
    mock.sign(at)
    at = yield world.ago(days[4], "10:30")
    mock.agree(at)
    at = yield world.ago(days[5], "09:20")
    mock.distribute(at)


def two_documents(world: World) -> Scene:
    """花椒冷链：两项已模拟通过，工程规划许可正在模拟审批。"""
    mock = Mock(world, "cold", [("马云岭", "10000000021"), ("马志刚", "10000000022")])
    yield from begun(world, mock, STORE, STORE_MATTERS, (45, 44, 42, 39, 38, 37))
    for matter, days in zip(STORE_MATTERS[:2], (35, 22), strict=True):
        at = yield world.ago(days, "09:30")
        mock.hand_in(matter, at)
        at = yield world.ago(days, "15:30")
        mock.play.accept(matter, at)
        at = yield world.ago(days - 4, "16:00")
        mock.play.grant(matter, at, "视同已取得土地，经实质性审查，符合规划条件。")
    at = yield world.ago(2, "10:10")
    mock.hand_in(STORE_MATTERS[2], at)
    at = yield world.ago(1, "09:20")
    mock.play.accept(STORE_MATTERS[2], at)


def converting(world: World) -> Scene:
    """腰刀传习工坊：两项已模拟通过，出让合同昨天登记，一项已转为正式审批，没有模拟通过的转入正式办理。"""
    mock = Mock(world, "knives", [("马自祥", "10000000023"), ("马小龙", "10000000024")])
    yield from begun(world, mock, STUDIO, STUDIO_MATTERS, (70, 69, 67, 64, 63, 62))
    for matter, days in zip(STUDIO_MATTERS[:2], (60, 50), strict=True):
        at = yield world.ago(days, "09:50")
        mock.hand_in(matter, at)
        at = yield world.ago(days, "16:30")
        mock.play.accept(matter, at)
        at = yield world.ago(days - 3, "16:40")
        mock.play.grant(matter, at, "视同已取得土地，经实质性审查，符合规划条件。")
    at = yield world.ago(1, "09:30")
    mock.land(at, f"积自然资让〔{at:%Y}〕11号")
    at = yield world.ago(0, "10:20")
    mock.play.grant(STUDIO_MATTERS[0], at)


SCENES = (two_documents, converting)
