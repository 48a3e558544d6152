"""The demonstration's projects as their filing forms: a plain building on land already held, and what each has beyond
it.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from yinuo.engine.rules import pack

ANSWERED = ("site", "construction", "operation", "declarations")


def _plain() -> dict[str, Any]:
    """Every yes-or-no question answered with no, the rest as an ordinary workshop has it."""
    facts: dict[str, Any] = {group: {} for group in ANSWERED}
    for path, spec in pack().facts.items():
        group, _, name = path.partition(".")
        if spec.type == "flag" and group in ANSWERED:
            facts[group][name] = False
    facts |= {
        "kind": "filing",
        "project_class": "private",
        "nature": "new",
        "region": "622927",
        "annual_energy": "320",
        "annual_coal": "0",
        "annual_electricity": "180",
        "water_intake": "0",
        "discharges": "0",
        "hazardous_chemicals": "0",
        "uses_radiation": False,
        "radiation_eia": "none",
        "eia": "table",
        "eia_level": "county",
        "discharge_permit": "registration",
    }
    facts["site"] |= {"heritage": "none", "inside_built_up_boundary": True, "cultivated_share": "0"}
    facts["construction"]["building"] = True
    facts["operation"] |= {"needs_power": True, "needs_water": True}
    facts["declarations"] |= {"catalogue_class": "allowed", "truthful": True, "industrial_policy": True}
    return facts


def form(filed_on: date, name: str, industry: str, address: str, content: str, **changes: Any) -> dict[str, Any]:
    """A filing form; groups among `changes` are merged, amounts derive from the land where they are not said."""
    facts = _plain() | {"name": name, "industry": industry, "content": content}
    facts["site"]["address"] = address
    facts["planned_start_on"] = (filed_on + timedelta(days=75)).isoformat()
    facts["planned_finish_on"] = (filed_on + timedelta(days=500)).isoformat()
    for key, value in deepcopy(changes).items():
        facts[key] = {**facts[key], **value} if isinstance(value, dict) else value
    facts["construction"].setdefault("contract_price", facts["total_investment"])
    facts["construction"].setdefault("soil_disturbed_m2", facts["land_area"])
    facts["construction"].setdefault("soil_moved_m3", facts["land_area"])
    return pack().facts.known(facts)


PARK = "积石山县吹麻滩镇唐集工业集中区"
FORMS: dict[str, dict[str, Any]] = {
    "fertiliser_one": {
        "name": "年产2万吨生物有机肥生产线", "industry": "2625", "address": f"{PARK}3号地块东侧",
        "content": "发酵车间、造粒车间各一座，槽式翻抛和造粒生产线一条，年产生物有机肥2万吨",
        "total_investment": "3200", "land_area": "14000", "floor_area": "9800",
        "declarations": {"catalogue_class": "encouraged"},
    },
    "fertiliser_two": {
        "name": "年产5万吨有机肥加工项目", "industry": "2625", "address": f"{PARK}3号地块",
        "content": "新建发酵车间、加工车间、成品库和检测室，年产有机肥5万吨，配套污水处理设施",
        "total_investment": "8600", "land_area": "26000", "floor_area": "20600", "annual_energy": "1560",
        "annual_electricity": "560", "declarations": {"catalogue_class": "encouraged"},
        "site": {"new_construction_land": True},
    },
    "reception": {
        "name": "大河家镇乡村旅游接待中心", "industry": "7869", "address": "积石山县大河家镇康吊村",
        "content": "接待中心主体、非遗展厅和停车场，建筑面积5200平方米",
        "total_investment": "2800", "land_area": "9600", "floor_area": "5200", "eia": "register",
        "site": {"heritage": "possible", "new_construction_land": True},
    },
    "workshop": {
        "name": "保安族腰刀非遗传习工坊", "industry": "2439", "address": "积石山县大河家镇大墩村",
        "content": "锻打、錾刻传习工坊和展销用房，年接待研学2万人次",
        "total_investment": "860", "land_area": "3200", "floor_area": "1800", "eia": "register",
    },
    "homestays": {
        "name": "黄河谷地民宿集群", "industry": "6130", "address": "积石山县大河家镇四堡子村",
        "content": "民宿院落18座、公共服务用房和步道，床位160张",
        "total_investment": "1960", "land_area": "7800", "floor_area": "4300", "eia": "register",
    },
    "camp": {
        "name": "黄河岸线露营服务营地", "industry": "6140", "address": "积石山县大河家镇韩陕家村",
        "content": "服务用房六座、露营台地和停车场，日接待300人次",
        "total_investment": "1280", "land_area": "6600", "floor_area": "2100", "eia": "register",
    },
    "logistics": {
        "name": "积石山县建材物流园一期", "industry": "5990", "address": "积石山县居集镇红崖村",
        "content": "仓储棚库四座、装卸场地和综合服务楼",
        "total_investment": "4600", "land_area": "38000", "floor_area": "16000", "eia": "register",
        "site": {"new_construction_land": True},
    },
    "walling": {
        "name": "年产10万立方米新型墙材项目", "industry": "3031", "address": "积石山县居集镇深坪村",
        "content": "蒸压加气混凝土砌块生产线一条，原料库、蒸压车间和成品堆场",
        "total_investment": "5400", "land_area": "22000", "floor_area": "12500", "annual_energy": "900",
        "annual_electricity": "300",
        "site": {"new_construction_land": True},
    },
    "panels": {
        "name": "年产20万平方米装配式墙板项目", "industry": "3022", "address": f"{PARK}5号地块",
        "content": "装配式轻质墙板生产线一条，养护车间和成品库各一座",
        "total_investment": "4100", "land_area": "18000", "floor_area": "11200",
    },
    "mixing": {
        "name": "预拌混凝土搅拌站", "industry": "3021", "address": "积石山县癿藏镇工业点",
        "content": "180型搅拌楼两座，年产预拌混凝土60万立方米",
        "total_investment": "2600", "land_area": "16000", "floor_area": "3200",
    },
    "solar_field": {
        "name": "积石山县30兆瓦农光互补光伏发电项目", "industry": "4416", "address": "积石山县银川镇张郭家村",
        "content": "光伏阵列装机30兆瓦，35千伏开关站一座，板下种植中药材",
        "total_investment": "13500", "land_area": "620000", "floor_area": "1600", "annual_energy": "60",
        "annual_electricity": "20",
        "eia_category": "太阳能发电（不含居民家用光伏发电）",
        "declarations": {"catalogue_class": "encouraged"}, "site": {"inside_built_up_boundary": False},
        "construction": {"soil_disturbed_m2": "46000", "soil_moved_m3": "18000"},
    },
    "solar_roofs": {
        "name": "工业集中区屋顶分布式光伏项目", "industry": "4416", "address": f"{PARK}1至6号厂房屋面",
        "content": "利用厂房屋面建设5.9兆瓦分布式光伏，配套升压站一座",
        "total_investment": "2360", "land_area": "8200", "floor_area": "900", "annual_energy": "30",
        "annual_electricity": "10",
        "eia_category": "太阳能发电（不含居民家用光伏发电）",
        "declarations": {"catalogue_class": "encouraged"},
    },
    "workshops": {
        "name": "唐集工业集中区标准厂房", "industry": "7040", "address": f"{PARK}8号地块",
        "project_class": "state_owned",
        "content": "两层标准厂房六栋、综合楼一栋和室外管网，建筑面积4.2万平方米",
        "total_investment": "12800", "land_area": "52000", "floor_area": "42000", "eia": "register",
    },
    "parking": {
        "name": "吹麻滩镇立体停车场", "industry": "5449", "address": "积石山县吹麻滩镇北大街与民族路交汇处",
        "project_class": "state_owned",
        "content": "立体停车楼一座，车位420个，充电桩84个",
        "total_investment": "3600", "land_area": "6200", "floor_area": "14800", "eia": "register",
    },
    "quarry": {
        "name": "机制砂石生产线技术改造", "industry": "3039", "address": "积石山县关家川乡何家村",
        "nature": "technical",
        "content": "更换制砂主机，新建封闭料棚和除尘系统，年产机制砂60万吨",
        "total_investment": "1800", "land_area": "12000", "floor_area": "4600",
    },
    "furnace": {
        "name": "硅铁矿热炉余热利用改造", "industry": "3140", "address": "积石山县癿藏镇工业点", "nature": "technical",
        "content": "12.5兆伏安矿热炉配套余热锅炉和发电机组",
        "total_investment": "2200", "land_area": "9000", "floor_area": "2600",
    },
    "cold_chain": {
        "name": "积石山县冷链物流配送中心", "industry": "5930", "address": "积石山县吹麻滩镇前庄村",
        "content": "冷藏库8000吨、速冻库500吨、分拣车间和配送停车场",
        "total_investment": "6800", "land_area": "28000", "floor_area": "17500", "eia": "register",
        "annual_electricity": "460",
        "site": {"heritage": "possible"},
    },
    "storehouse": {
        "name": "果蔬气调保鲜库", "industry": "5930", "address": "积石山县石塬镇肖家村",
        "content": "气调保鲜库3000吨，分选车间一座",
        "total_investment": "1450", "land_area": "6800", "floor_area": "4200", "eia": "register",
    },
    "heating": {
        "name": "积石山县大河家镇集中供热工程", "industry": "4430", "address": "积石山县大河家镇", "kind": "approval",
        "project_class": "government_funds",
        "content": "新建热源厂一座，2台29兆瓦热水锅炉，供热面积68万平方米，配套换热站和一次管网",
        "total_investment": "7496.08", "land_area": "21783.29", "floor_area": "6200", "annual_energy": "12600",
        "annual_electricity": "310", "construction": {"municipal": True}, "site": {"state_land_supply": True},
    },
}  # fmt: skip
