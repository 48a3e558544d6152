"""Every fact of a project that rules may read and forms ask for: path, type, label, unit, help and choices.

One table drives the filing form, the validator, the JSON Schema and the check that no predicate reads an unknown fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FactType = Literal["text", "decimal", "quantity", "integer", "flag", "choice", "date"]


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One fact. `quantity` = an amount, or yes/no where the amount is not known; `choices` of a text are suggestions.

    **Units**: `unit` is the Chinese name of the unit, empty where the fact has none; `greatest` bounds a decimal.
    """

    path: str
    type: FactType
    label: str
    unit: str = ""
    help: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ""
    greatest: str = ""


def _text(
    path: str, label: str, help: str = "", *, pattern: str = "", choices: Mapping[str, str] | None = None
) -> FactSpec:
    return FactSpec(path, "text", label, "", help, choices or {}, pattern)


def _amount(path: str, label: str, unit: str, help: str = "", *, greatest: str = "") -> FactSpec:
    return FactSpec(path, "decimal", label, unit, help, greatest=greatest)


def _flag(path: str, label: str, help: str = "") -> FactSpec:
    return FactSpec(path, "flag", label, "", help)


def _choice(path: str, label: str, choices: Mapping[str, str], help: str = "") -> FactSpec:
    return FactSpec(path, "choice", label, "", help, choices)


GRADES = {grade: grade for grade in ("A", "A-", "B", "B-", "C+", "C", "C-", "D", "D-")} | {"unrated": "未评级"}
LEVELS = {"county": "县级", "prefecture": "州（市）级", "province": "省级", "state": "国家级"}
EIA_CATEGORIES = (
    "经济林基地项目", "畜牧业", "渔业", "石油和天然气开采业", "动物医院", "灌区工程（不含水源工程的）", "引水工程", "防洪除涝工程",
    "灌区工程（含水源工程）", "地下水开采", "农村分散式家庭生活自用水井", "太阳能发电（不含居民家用光伏发电）", "居民家用光伏发电",
    "其他电力生产（不含海上的潮汐能、波浪能、温差能等发电）", "海上的潮汐能、波浪能、温差能等发电",
)  # fmt: skip
STARRED_INDUSTRIES = {
    "142": "糖果、巧克力及蜜饯制造", "143": "方便食品制造", "145": "罐头食品制造", "151": "酒的制造",
    "194": "羽毛（绒）加工及制品制造", "195": "制鞋业", "273": "中药饮片加工", "274": "中成药生产",
}  # fmt: skip

_SPECS = (
    # the project itself
    _text("name", "项目名称"),
    _choice("kind", "办理类型", {"filing": "备案", "verification": "核准", "approval": "审批"}),
    _choice(
        "project_class",
        "项目类别",
        {"private": "民间投资", "state_owned": "国有企业投资", "government_funds": "申请使用政府投资资金", "public_works": "其他公共工程"},
        "国有企业投资、使用政府投资资金和公共工程类项目，加分须参考审计结论",
    ),
    _choice(
        "nature", "建设性质",
        {"new": "新建", "expansion": "扩建", "alteration": "改建", "relocation": "迁建", "technical": "技术改造", "other": "其他"},
    ),
    _text("content", "建设规模及内容", "写明主要建筑、设备、工艺和产能"),
    _text("region", "建设地点所在行政区划", "六位行政区划代码", pattern=r"\d{6}"),
    _text("industry", "国标行业", "GB/T 4754 行业代码，如 C3021 或 3021", pattern=r"[A-T]?\d{2,4}"),
    _text(
        "eia_category", "环评行业类别", "仅当项目属于没有行业代码的类别时填写", choices={word: word for word in EIA_CATEGORIES}
    ),
    _amount("total_investment", "总投资", "万元"),
    _amount("land_area", "用地面积", "平方米"),
    _amount("floor_area", "建筑面积", "平方米"),
    _amount("annual_energy", "年综合能源消费量", "吨标准煤", "电力按当量值折算"),
    _amount("annual_electricity", "年电力消费量", "万千瓦时"),
    FactSpec("water_intake", "quantity", "年取水量", "万立方米", "直接从江河、湖泊或者地下取水的水量；不取水填 0 或否"),
    FactSpec("discharges", "quantity", "排放污染物", "吨/日", "向环境排放水、气污染物；知道废水量填废水量，不知道填是；不排放填 0 或否"),
    _flag("uses_radiation", "使用放射源或者射线装置"),
    FactSpec("hazardous_chemicals", "quantity", "生产、储存危险化学品", "吨", "知道最大储存量填储存量，不知道填是；没有填 0 或否"),
    _choice(
        "eia", "环境影响评价类别",
        {"none": "不纳入环评管理", "register": "登记表", "table": "报告表", "report": "报告书"},
        "按《建设项目环境影响评价分类管理名录》",
    ),
    _choice(
        "radiation_eia", "核与辐射类环评类别",
        {"none": "不纳入环评管理", "register": "登记表", "table": "报告表", "report": "报告书"},
        "仅当使用放射源或者射线装置时填写",
    ),
    _choice("eia_level", "环评文件审批层级", LEVELS),
    _choice("energy_review_level", "节能审查层级", LEVELS, "由哪一级节能审查机关审查"),
    _choice(
        "discharge_permit", "排污许可管理类别",
        {"none": "不实行", "registration": "登记管理", "simplified": "简化管理", "key": "重点管理"},
        "按《固定污染源排污许可分类管理名录》",
    ),
    FactSpec("planned_start_on", "date", "拟开工日期"),
    FactSpec("planned_finish_on", "date", "拟建成日期"),
    # the unit
    _choice("unit.type", "单位类型", {"enterprise": "企业", "agency": "机关", "institution": "事业单位"}),
    _text("unit.name", "单位名称"),
    _text("unit.credit_code", "统一社会信用代码", "18 位，不含 I、O、S、V、Z", pattern=r"[0-9A-HJ-NPQRTUWXY]{18}"),
    _amount("unit.score", "信用分值", "分", "公共信用综合评价确定的分值", greatest="100"),
    _choice("unit.grade", "信用等级", GRADES),
    _flag("unit.foreign_invested", "外商投资企业"),
    # the site
    _text("site.address", "详细地址"),
    _text("site.zone_id", "所在园区", "特殊功能区的代号，如 chuimatan；不在园区内的不填"),
    _text("site.parcel", "地块编号", "已经受让或者拟使用的地块，例如 JSS-2026-03；没有可不填"),
    _choice(
        "site.heritage", "文物情况",
        {"none": "不涉及", "protected": "在文物保护单位保护范围或者建设控制地带内", "possible": "在可能埋藏文物的区域"},
        "不清楚的先按在可能埋藏文物的区域办，前期辅导时由文物部门核实",
    ),
    _flag("site.ecological_redline", "占用生态保护红线"),
    _flag("site.permanent_farmland", "占用永久基本农田"),
    _amount("site.cultivated_share", "耕地占用地的比例", "", "0 到 1 之间的小数，如 0.3", greatest="1"),
    _flag("site.inside_built_up_boundary", "在城镇开发边界（建成区）内"),
    _flag("site.new_construction_land", "新增建设用地", "需要使用原来不是建设用地的土地"),
    _flag("site.agricultural_land", "涉及农用地转用或者征收"),
    _flag("site.state_land_supply", "需要供应国有建设用地", "出让或者划拨取得；已经取得使用权填否"),
    _flag("site.forest_land", "占用林地"),
    _flag("site.forest_land_temporary", "临时使用林地"),
    _flag("site.grassland", "征收、征用或者使用草原"),
    _flag("site.grassland_temporary", "临时占用草原"),
    _flag("site.nature_reserve", "在自然保护区内", "在林业部门管理的地方级自然保护区内建立机构或者修筑设施"),
    _flag("site.river_area", "在河道管理范围内"),
    _flag("site.flood_area", "在洪泛区、蓄滞洪区内"),
    _flag("site.irrigation_works", "占用农业灌溉水源或者灌排工程设施"),
    _flag("site.drinking_water_source", "在饮用水水源保护区内"),
    _flag("site.mineral_deposit", "压覆重要矿产资源"),
    _flag("site.near_highway", "涉及公路用地或者公路建筑控制区", "跨越、穿越公路，或者在公路建筑控制区内埋设管线、设施"),
    _flag("site.meteorological_protection", "在气象探测环境保护范围内"),
    _flag("site.geological_hazard", "在地质灾害易发区内"),
    _flag("site.seismic_observation", "在地震监测设施保护范围内"),
    # construction
    _flag("construction.building", "房屋建筑工程"),
    _flag("construction.municipal", "市政基础设施工程"),
    _flag("construction.highway", "公路建设工程"),
    _flag("construction.national_key_highway", "国家重点公路工程"),
    _flag("construction.waterway", "水运建设工程"),
    _flag("construction.national_key_waterway", "国家重点水运工程"),
    _flag("construction.water_conservancy", "水利基本建设工程"),
    _flag("construction.water_works", "建设水工程", "在江河、湖泊上开发、利用、控制、调配和保护水资源的工程"),
    _amount("construction.contract_price", "工程投资额", "万元", "单项建筑工程的投资额"),
    _choice("construction.pipeline_kind", "管线类型", {"water": "供水", "gas": "供气", "heat": "供暖"}),
    _amount("construction.pipelines_length_m", "管线长度", "米"),
    _flag("construction.road_excavation", "占用、挖掘城市道路"),
    _flag("construction.green_space", "临时占用城市绿地", "包括砍伐、移植城市树木"),
    _flag("construction.restores_green_standard", "承诺恢复绿地", "承诺破除的绿地恢复到不低于原设计标准"),
    _flag("construction.no_traffic_impact", "承诺不影响交通安全", "承诺施工过程中不影响道路交通安全"),
    _flag("construction.simple_technique", "工程技术简单、施工方案简便"),
    _flag("construction.drainage_facilities", "拆除、改动、迁移供排水设施", "供水、排水与污水处理设施"),
    _flag("construction.drains_to_sewer", "向城镇排水设施排水"),
    _flag("construction.river_outlet", "新建、改建或者扩大入河排污口"),
    _flag("construction.special_fire_project", "特殊建设工程（消防）", "须作消防设计审查的特殊建设工程"),
    _flag("construction.highrise_beyond_code", "超限高层建筑工程"),
    _flag("construction.basement_civil_defence", "应当修建防空地下室", "按规定应建防空地下室的民用建筑"),
    _flag("construction.separate_civil_defence", "单独修建人民防空工程"),
    _amount("construction.soil_disturbed_m2", "征占地面积", "平方米", "扰动地表的面积"),
    _amount("construction.soil_moved_m3", "挖填土石方总量", "立方米"),
    _flag("construction.lightning_hazard", "雷电易燃易爆场所", "油库、气库、弹药库、化学品仓库等须作防雷装置审核的工程"),
    _flag("construction.major_seismic", "重大建设工程（抗震）", "须作地震安全性评价的工程"),
    _flag("construction.large_infrastructure", "大型基本建设工程"),
    _flag("construction.demolition", "拆除建筑物"),
    _flag("construction.outdoor_advertising", "设置大型户外广告"),
    # operation
    _flag("operation.mine_or_smelter", "矿山、金属冶炼项目"),
    _flag("operation.dangerous_goods", "生产、储存危险物品"),
    _flag("operation.medical_institution", "医疗机构"),
    _flag("operation.medical_radiation", "医疗机构放射性职业病危害项目"),
    _flag("operation.medical_waste", "经营医疗废物"),
    _flag("operation.hazardous_waste", "产生危险废物"),
    _flag("operation.hazardous_waste_over_year", "贮存危险废物超过一年"),
    _flag("operation.solid_waste", "产生工业固体废物"),
    _flag("operation.waste_electronics", "处理废弃电器电子产品"),
    _flag("operation.cleaner_production_audit", "列入强制性清洁生产审核名单"),
    _flag("operation.safety_permit", "核准后须办安全生产许可"),
    _flag("operation.needs_water", "需要用水报装"),
    _flag("operation.needs_power", "需要用电报装"),
    _flag("operation.needs_gas", "需要用气报装"),
    _flag("operation.needs_heat", "需要用热报装"),
    _flag("operation.needs_telecom", "需要通信报装"),
    # what the unit declares: part one of the negative list
    _flag("declarations.secret", "涉及国家秘密", "涉密项目不得在网上办理"),
    _flag("declarations.national_security_or_major_layout", "关系国家安全、生态安全或者重大布局",
          "关系国家安全和生态安全、涉及全国重大生产力布局、战略性资源开发和重大公共利益"),
    _choice(
        "declarations.catalogue_class", "产业结构调整目录类别",
        {"encouraged": "鼓励类", "allowed": "允许类", "restricted": "限制类", "eliminated": "淘汰类"},
    ),
    _flag("declarations.foreign_restricted", "执行外商投资准入特别管理措施"),
    _flag("declarations.verification_catalogue", "列入核准的投资项目目录"),
    _flag("declarations.two_high_or_overcapacity", "“两高”或者产能过剩等项目",
          "“两高”，高耗水、高排放、产能过剩或者需要产能置换，汽车整车投资，需要国家窗口指导"),
    _flag("declarations.public_body_building", "楼堂馆所项目", "二类事业单位和国有企业投资的楼堂馆所建设、维修改造"),
    _flag("declarations.truthful", "声明内容真实", "对项目信息的真实性、合法性和完整性负责"),
    _flag("declarations.industrial_policy", "声明符合产业政策"),
    # 模拟审批: what the window asks when it takes the application
    _flag("mock.plan_conforms", "符合国土空间规划和控制性详细规划"),
    _flag("mock.inside_construction_land", "在城市和村庄、集镇建设用地范围内", "国土空间规划确定的建设用地范围"),
    _choice("mock.stability_risk", "社会稳定风险评估结果", {"none": "未评估", "low": "低风险", "medium": "中风险", "high": "高风险"}),
    _flag("mock.land_formalities_done", "已办理用地手续", "已签订土地出让合同或者已取得划拨决定书"),
    _choice(
        "mock.subject", "项目主体",
        {"registered": "已取得合法主体资格", "reserved": "已通过企业名称预先核准登记", "none": "主体尚未明确"},
    ),
    _amount("mock.contacts", "全程配合的联系人", "", "至少两名工作人员", greatest="99"),
    _flag("mock.cost_acknowledged", "承诺自行承担费用和不能转入正式审批的风险"),
    # what a clerk confirms: industries the negative list marks * are covered only in part
    *(
        _flag(f"confirmations.eia_{code}", f"{name}属于可承诺的环评报告表范围", "负面清单带 * 号的行业，由办理人员确认")
        for code, name in STARRED_INDUSTRIES.items()
    ),
)  # fmt: skip

FACTS: Mapping[str, FactSpec] = {spec.path: spec for spec in _SPECS}

GROUPS: Mapping[str, str] = {
    "unit": "项目单位", "site": "选址", "construction": "建设", "operation": "生产运营", "declarations": "声明",
    "mock": "模拟审批", "confirmations": "人工确认",
}  # fmt: skip
