"""“标准地”和用地清单：新阳能源在“标准地”上建厂，一块清单征集中，一块正在出让。"""

from __future__ import annotations

from datetime import date
from typing import Any

from yinuo.rooms.land import actions
from yinuo.rooms.land.models import ListInput, Parcel
from yinuo.stories.demo.play import Play
from yinuo.stories.demo.projects import PARK, form
from yinuo.stories.demo.world import Scene, World

UTILITY = "power_supply"
ASSESSED = {
    "soil_conservation_plan": "唐集工业集中区水土保持区域评估报告书（积水保函〔2025〕7号）",
    "seismic_requirement_review": "唐集工业集中区区域性地震安全性评价（临震发〔2025〕12号）",
    "energy_review": "唐集工业集中区区域节能报告（积发改能评〔2025〕3号）",
}
BASICS = {
    "water": "DN200 供水干管接至红线，竣工验收单",
    "power": "10 千伏专线送电至园区开闭所，送电证明",
    "road": "园区二路竣工通车，验收意见",
    "levelling": "场平工程竣工验收意见",
}
FIGURES = {"investment_intensity": "180", "tax_per_mu": "12", "plot_ratio": "1.0", "energy_per_output": "0.45"}
SURVEY = (
    "平整后的国有建设用地，场地标高 2316.4 至 2317.1 米，无地上附着物，无文物遗存，不压覆重要矿产。\n"
    "南侧红线外 6 米有 10 千伏架空线路，北侧 12 米为排洪渠管理范围线。"
)
SAID: dict[str, list[tuple[str, str, str]]] = {
    "development_reform": [
        (
            "节能",
            "单位工业增加值能耗不高于 0.45 吨标准煤/万元；年综合能源消费量满 1000 吨标准煤的单独节能审查",
            "节能审查办法第九条",
        )
    ],
    "ecology": [
        ("排水", "生产废水处理后纳入园区污水管网，不得直排排洪渠", "园区规划环评审查意见"),
        ("噪声", "厂界噪声执行 3 类标准，东侧宿舍区一侧 2 类", "GB 12348"),
    ],
    "water": [("防洪", "建（构）筑物退让排洪渠管理范围线 12 米，室外地坪高于渠顶 0.5 米", "防洪法第二十二条")],
    "earthquake": [("抗震设防", "设防烈度Ⅷ度，设计基本地震加速度 0.20g，特征周期 0.45 秒", "GB 18306")],
    "housing": [
        ("海绵设施", "年径流总量控制率不低于 75%", "海绵城市专项规划"),
        ("消防", "环形消防车道，净宽不小于 4 米", "GB 50016"),
    ],
    "transport": [("出入口", "主出入口开向园区二路，距交叉口不小于 70 米", "")],
    "water_supply": [("给水接口", "自红线南侧 DN200 干管接入，水压 0.30 兆帕，日供水上限 400 立方米", "")],
    "power_supply": [("供电", "10 千伏双回路，红线内自建配电室，容量超过 1600 千伏安装设无功补偿", "")],
    "gas_supply": [("燃气", "调压柜设在红线内西北角，距建筑不小于 4 米", "")],
    "telecom": [("通信", "红线内预留 2 孔通信管道，与园区二路人孔井对接", "")],
}
PLANT: dict[str, Any] = {
    "name": "光伏支架和储能箱体加工项目", "industry": "3311", "address": f"{PARK} 6 号地块",
    "content": "钢结构厂房两座、喷涂车间一座，年产光伏支架 2 万吨、储能箱体 3000 套",
    "total_investment": "7360", "land_area": "26680", "floor_area": "24100", "eia": "register",
}  # fmt: skip


class Land:
    """Natural resources and the offices it asks."""

    def __init__(self, world: World) -> None:
        self.world, self.cast = world, world.cast
        self.keeper = world.cast.approver_of("natural_resources")

    def enter(self, number: str, name: str, place: str, area: str, at: Any) -> Parcel:
        return actions.enter_parcel(
            actor=self.keeper, number=number, name=name, place=place, area=area, land_use="industrial", at=at
        )

    def furnish(self, parcel: Parcel, on: date, at: Any, basics: dict[str, str] = BASICS) -> None:
        one: dict[str, Any] = {"actor": self.keeper, "parcel_id": parcel.pk, "on": on, "at": at}
        actions.record_title(evidence="积石山县土地储备中心收储，权属清晰无抵押", **one)
        for kind, evidence in basics.items():
            actions.record_basic(kind=kind, evidence=evidence, **one)
        for matter, evidence in ASSESSED.items():
            actions.record_assessment(matter_id=matter, evidence=evidence, **one)
        actions.set_indicators(actor=self.keeper, parcel_id=parcel.pk, values=FIGURES, at=at)

    def answer(self, parcel: Parcel, part: str, at: Any, leave: tuple[str, ...] = ()) -> None:
        rows = ListInput.objects.filter(land_list__parcel=parcel, part=part, answered_at__isnull=True).select_related(
            "department"
        )
        for row in rows.order_by("id"):
            key = row.department.key
            if key in leave:
                continue
            points = [{"subject": subject, "text": text, "basis": basis} for subject, text, basis in SAID[key]]
            office = self.cast.holder("utility") if key == UTILITY else self.cast.approver_of(key)
            actions.answer_input(actor=office, input_id=row.pk, points=points, at=at)

    def offer(self, parcel: Parcel, at: Any) -> None:
        actions.offer_parcel(actor=self.keeper, parcel_id=parcel.pk, at=at)


def built_on(world: World) -> Scene:
    """6 号地块：“标准地”带清单出让，新阳能源确认用地，一项承诺即时决定，一项公示中。"""
    land, play = Land(world), Play(world, "solar")
    at = yield world.ago(60, "09:20")
    parcel = land.enter(
        "JSS-2026-06", "唐集工业集中区6号地块", "东至园区二路，南至纬三路，西至农机厂，北至排洪渠", "26680", at
    )
    land.furnish(parcel, at.date(), at)
    actions.declare_standard(actor=land.keeper, parcel_id=parcel.pk, at=at)
    made = actions.open_list(actor=land.keeper, parcel_id=parcel.pk, surveyed_on=at.date(), survey=SURVEY, at=at)
    at = yield world.ago(57, "15:10")
    land.answer(parcel, "indicators", at)
    at = yield world.ago(54, "10:30")
    land.answer(parcel, "design", at)
    at = yield world.ago(53, "16:00")
    actions.assemble_list(actor=land.keeper, land_list_id=made.pk, at=at)
    land.offer(parcel, at)
    at = yield world.ago(48, "09:40")
    actions.register_interest(
        actor=play.company, parcel_id=parcel.pk, note="光伏支架和储能箱体加工，总投资 7360 万元", at=at
    )
    at = yield world.ago(30, "10:00")
    actions.sell_parcel(
        actor=land.keeper,
        parcel_id=parcel.pk,
        unit_id=play.unit.pk,
        contract_number="积自然资让〔2026〕6号",
        contract_on=at.date(),
        at=at,
    )
    at = yield world.ago(28, "09:12")
    play.file(form(at.date(), **PLANT), at)
    at = yield world.ago(27, "10:30")
    play.review(at)
    at = yield world.ago(25, "15:00")
    play.advise(at)
    at = yield world.ago(24, "09:50")
    actions.settle_project(actor=play.company, project_id=play.id, parcel_id=parcel.pk, at=at)
    at = yield world.ago(22, "16:40")
    power = ListInput.objects.get(land_list__parcel=parcel, land_list__state="ready", department__key="power_supply")
    points = [
        {"subject": "供电", "text": "10 千伏双回路，两路电源分别引自唐集、居集变电站，红线内自建配电室", "basis": ""}
    ]
    actions.correct_input(
        actor=land.cast.holder("utility"), input_id=power.pk, points=points, why="储能项目按二级负荷供电", at=at
    )
    at = yield world.ago(19, "10:05")
    play.promise("engineering_planning_permit", at)
    at = yield world.ago(3, "10:20")
    play.promise("drawing_review", at)


def list_in_work(world: World) -> Scene:
    """7 号地块：“标准地”差一项，清单的技术设计要点还等供电公司。"""
    land = Land(world)
    at = yield world.ago(6, "09:30")
    parcel = land.enter(
        "JSS-2026-07", "唐集工业集中区7号地块", "东至7号支路，南至园区一路，西至6号地块，北至排洪渠", "18600", at
    )
    land.furnish(parcel, at.date(), at, {kind: evidence for kind, evidence in BASICS.items() if kind != "levelling"})
    at = yield world.ago(3, "14:20")
    actions.open_list(actor=land.keeper, parcel_id=parcel.pk, surveyed_on=at.date(), survey=SURVEY, at=at)
    at = yield world.ago(2, "16:30")
    land.answer(parcel, "indicators", at)
    at = yield world.ago(1, "15:40")
    land.answer(parcel, "design", at, leave=(UTILITY,))


def offered(world: World) -> Scene:
    """8 号地块：“标准地”正在出让，优等和良等的单位都登记了意向。"""
    land = Land(world)
    at = yield world.ago(35, "10:40")
    parcel = land.enter(
        "JSS-2026-08", "唐集工业集中区8号地块", "东至园区三路，南至纬四路，西至7号支路，北至纬三路", "33350", at
    )
    land.furnish(parcel, at.date(), at)
    actions.declare_standard(actor=land.keeper, parcel_id=parcel.pk, at=at)
    at = yield world.ago(9, "11:10")
    land.offer(parcel, at)
    at = yield world.ago(7, "09:30")
    actions.register_interest(
        actor=world.cast.company("knives"), parcel_id=parcel.pk, note="腰刀生产车间扩建，用地 20 亩左右", at=at
    )
    at = yield world.ago(4, "15:40")
    actions.register_interest(actor=world.cast.company("solar"), parcel_id=parcel.pk, note="储能箱体二期", at=at)


SCENES = (built_on, list_in_work, offered)
