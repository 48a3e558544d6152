"""The county's named conditions; a condition that changes its meaning gets a new name.

Section 1: negative list and stage schemes. Section 2: when a matter is needed.
"""

from __future__ import annotations

from yinuo.core.facts import Predicate, all_of, any_of, fact, not_, parameter

# ---------------------------------------------------------------------------------------------------------------------
# Section 1: negative list (附件1) and stage schemes (附件7·第六条)
# ---------------------------------------------------------------------------------------------------------------------

# Part one: projects that may not use the commitment system. The unit declares what the filing form does not ask.

# 附件1·一·1
national_security_project = fact("declarations.national_security_or_major_layout").is_true()
# 附件1·一·2
restricted_or_eliminated_project = fact("declarations.catalogue_class").one_of("restricted", "eliminated")
# 附件1·一·3
foreign_restricted_project = fact("declarations.foreign_restricted").is_true()
# 附件1·一·4: a project handled as 核准 is one of the catalogue, whatever it declares
verification_catalogue_project = any_of(
    fact("kind").equals("verification"), fact("declarations.verification_catalogue").is_true()
)
# 附件1·一·5
two_high_or_overcapacity_project = fact("declarations.two_high_or_overcapacity").is_true()
# 附件1·一·6
public_body_building_project = fact("declarations.public_body_building").is_true()
# 附件1·一·7: on a protected site any works; where relics may lie only 大型基本建设工程
heritage_site_project = any_of(
    fact("site.heritage").equals("protected"),
    all_of(fact("site.heritage").equals("possible"), fact("construction.large_infrastructure").is_true()),
)

# Whom a list concerns, and what an entry turns on beyond the industry (lists/).
foreign_invested_unit = fact("unit.foreign_invested").is_true()
# A state-owned unit that calls its project private is stopped by a check; who says nothing of it is asked where it
# matters.
public_owner = any_of(
    fact("unit.type").one_of("institution", "agency"),
    fact("project_class").one_of("state_owned", "public_works"),
    all_of(fact("project_class").equals("government_funds"), fact("unit.state_owned").is_true()),
)
large_energy_use = fact("annual_energy").ge(parameter("threshold.large_energy"))

# Answers that cannot stand together, or that the law forbids (checks.toml).
state_unit_says_private = all_of(fact("unit.state_owned").is_true(), fact("project_class").equals("private"))
# 政府投资条例 第六条: 资本金注入 and 直接投资 are approved, not filed
government_capital_filed = all_of(
    fact("kind").equals("filing"),
    fact("project_class").equals("government_funds"),
    fact("government_funding").one_of("capital", "direct"),
)
on_permanent_farmland = fact("site.permanent_farmland").is_true()
in_ecological_redline = fact("site.ecological_redline").is_true()
in_drinking_water_source = fact("site.drinking_water_source").is_true()
new_land_without_area = all_of(fact("site.new_construction_land").is_true(), not_(fact("land_area").gt(0)))
floor_area_without_building = all_of(fact("floor_area").gt(0), fact("construction.building").is_false())
mine_not_declared = all_of(
    fact("industry").starts_with("061", "062", "069", "081", "082", "089", "091", "092", "093", "101", "102", "103"),
    fact("operation.mine_or_smelter").is_false(),
)
smelter_not_declared = all_of(
    fact("industry").starts_with("311", "312", "314", "321", "322", "323"),
    fact("operation.mine_or_smelter").is_false(),
)
# GB/T 4754 5265 机动车燃油零售, 5266 机动车燃气零售, 5941 油气仓储, 5942 危险化学品仓储
dangerous_store_not_declared = all_of(
    fact("industry").starts_with("5265", "5266", "5941", "5942"),
    not_(any_of(fact("hazardous_chemicals").present(), fact("operation.dangerous_goods").is_true())),
)
discharge_permit_without_discharge = all_of(
    fact("discharge_permit").one_of("key", "simplified"), not_(fact("discharges").present())
)
energy_level_below_province = all_of(large_energy_use, fact("energy_review_level").one_of("county", "prefecture"))

# Part two, rows 3 and 4: 供水、供气、供暖工程 that may promise after all.

supply_pipeline = fact("construction.pipeline_kind").one_of("water", "gas", "heat")
# 附件1·二·3, first half: 以内 includes the bound (民法典 第一千二百五十九条)
short_supply_pipeline = all_of(
    supply_pipeline, fact("construction.pipelines_length_m").le(parameter("threshold.supply_pipeline_length"))
)
# 附件1·二·3, second half
simple_supply_pipeline_without_traffic_impact = all_of(
    supply_pipeline, fact("construction.simple_technique").is_true(), fact("construction.no_traffic_impact").is_true()
)
# 附件1·二·4
supply_pipeline_restores_green = all_of(supply_pipeline, fact("construction.restores_green_standard").is_true())

# 附件1·二·18 and 附件1·三·4: a filing project is neither 审批 nor 核准, so the row never binds it
energy_review_above_county = all_of(
    fact("kind").one_of("verification", "approval"), fact("energy_review_level").one_of("province", "state")
)

# 附件1·二·29: industries whose EIA table may be promised, by GB/T 4754 prefix. A code marked * covers only part of the
# industry: a clerk confirms it. Entries without a code are recognised by the EIA category, asked for only in the
# divisions where it can occur.

industry = fact("industry")
category = fact("eia_category")


def _listed(divisions: tuple[str, ...], *names: str) -> Predicate:
    return all_of(industry.starts_with(*divisions), category.one_of(*names))


def _confirmed(code: str) -> Predicate:
    return all_of(industry.starts_with(code), fact(f"confirmations.eia_{code}").is_true())


eia_economic_forest = _listed(("01", "02"), "经济林基地项目")
eia_livestock = any_of(industry.starts_with("03"), _listed(("05",), "畜牧业"))
eia_fishery = any_of(industry.starts_with("04"), _listed(("05",), "渔业"))
eia_coal = industry.starts_with("061", "062", "069")
eia_oil_and_gas = any_of(industry.starts_with("07"), _listed(("11",), "石油和天然气开采业"))
eia_ferrous_mining = industry.starts_with("081", "082", "089")
eia_nonferrous_mining = industry.starts_with("091", "092", "093")
eia_nonmetal_mining = industry.starts_with("102", "109")
eia_confectionery = _confirmed("142")
eia_convenience_food = _confirmed("143")
eia_canned_food = _confirmed("145")
eia_alcohol = _confirmed("151")
eia_cigarettes = industry.starts_with("162")
eia_leather_and_fur = industry.starts_with("191", "192", "193")
eia_down = _confirmed("194")
eia_shoes = _confirmed("195")
eia_biomass_fuel = industry.starts_with("254")
eia_fertiliser = industry.starts_with("262")
eia_herbal_slices = _confirmed("273")
eia_patent_medicine = _confirmed("274")
eia_cement_products = industry.starts_with("302")
eia_biomass_power = industry.starts_with("4417")
eia_onshore_wind = industry.starts_with("4415")
eia_solar_power = all_of(industry.starts_with("4416"), not_(category.equals("居民家用光伏发电")))
eia_other_power = all_of(industry.starts_with("4419"), not_(category.equals("海上的潮汐能、波浪能、温差能等发电")))
eia_health_care = industry.starts_with("841", "842", "8432", "8433", "8434", "8435")
eia_animal_hospital = _listed(("74", "80", "82"), "动物医院")

_WATER = ("01", "05", "46", "48", "76", "77")
eia_irrigation = _listed(_WATER, "灌区工程（不含水源工程的）", "灌区工程")
eia_water_diversion = _listed(_WATER, "引水工程")
eia_flood_control = _listed(_WATER, "防洪除涝工程")
eia_groundwater = _listed(_WATER, "地下水开采")

# 附件7·第六条: 工程建设类项目 = 房屋建筑和城市基础设施工程 (国办发〔2019〕11号 covers these)
construction_works_project = any_of(fact("construction.building").is_true(), fact("construction.municipal").is_true())

# ---------------------------------------------------------------------------------------------------------------------
# Section 2: when a matter is needed
# ---------------------------------------------------------------------------------------------------------------------

# 发改

# 节能审查办法 第九条. Who reviews is another fact; below both bounds nobody does.
# From 2025-09-01 (令2025年第31号 第八条) coal counts in place of electricity; less energy than the bound named here is
# no 1000 t of raw coal. 发改环资规〔2017〕1975号 exempts trades; exempt as a whole are GB/T 4754 4413 水力, 4414 核力,
# 4415 风力, 4416 太阳能, 4417 生物质能.
exempt_from_energy_review = fact("industry").starts_with("4413", "4414", "4415", "4416", "4417")
energy_review_required = all_of(
    any_of(
        fact("annual_energy").ge(parameter("threshold.energy_review_energy")),
        fact("annual_electricity").ge(parameter("threshold.energy_review_electricity")),
        all_of(
            fact("annual_energy").ge(parameter("threshold.coal_possible_energy")),
            fact("annual_coal").ge(parameter("threshold.energy_review_coal")),
        ),
    ),
    not_(exempt_from_energy_review),
)
# GB/T 4754 division 441 电力生产
generates_power = fact("industry").starts_with("441")

# 自然资源

# 土地管理法实施条例 第二十四条
uses_new_construction_land = fact("site.new_construction_land").is_true()
# 土地管理法 第五十三条, 第五十四条
supplies_state_land = fact("site.state_land_supply").is_true()
# 城乡规划法 第三十七条, 第三十八条: land already held under a permit needs no second one
uses_supplied_or_new_land = any_of(supplies_state_land, uses_new_construction_land)
# 土地管理法 第四十四条, 第四十六条
converts_farmland = fact("site.agricultural_land").is_true()
# 附件1·三·1
covers_mineral_deposit = fact("site.mineral_deposit").is_true()
# 城乡规划法 第四十条: 建筑物、构筑物、道路、管线
builds_house = any_of(fact("construction.building").is_true(), fact("floor_area").gt(0))
builds_works = any_of(builds_house, fact("construction.municipal").is_true())
# Design schemes are reviewed apart only for civil buildings and municipal works; GB/T 4754 13 to 43 is manufacturing.
manufacturing = fact("industry").starts_with(
    "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31",
    "32", "33", "34", "35", "36", "37", "38", "39", "40", "41", "42", "43",
)  # fmt: skip
needs_design_scheme_review = any_of(fact("construction.municipal").is_true(), all_of(builds_house, not_(manufacturing)))

# 林草、文物

# 森林法 第三十七条, 第三十八条
occupies_forest_land = fact("site.forest_land").is_true()
uses_forest_land_temporarily = fact("site.forest_land_temporary").is_true()
# 草原法 第三十八条, 第四十条
occupies_grassland = fact("site.grassland").is_true()
uses_grassland_temporarily = fact("site.grassland_temporary").is_true()
# 附件1·二·44
in_nature_reserve = fact("site.nature_reserve").is_true()
# 附件1·二·19; 文物保护法 第二十九条, 第四十三条
affects_cultural_relics = fact("site.heritage").one_of("protected", "possible")

# 生态环境

# 环境影响评价法 第十六条: the class of the project decides the kind of document
needs_eia_report = fact("eia").equals("report")
needs_eia_table = fact("eia").equals("table")
needs_eia_register = fact("eia").equals("register")
# 附件1·二·27, 28: without a source or device the class need not be known
uses_radiation_source = fact("uses_radiation").is_true()
needs_radiation_eia_table = all_of(uses_radiation_source, fact("radiation_eia").equals("table"))
needs_radiation_eia_report = all_of(uses_radiation_source, fact("radiation_eia").equals("report"))
# 附件1·二·20
builds_river_outlet = fact("construction.river_outlet").is_true()
# 排污许可管理条例 第十二条, 第二十四条
needs_key_discharge_permit = fact("discharge_permit").equals("key")
needs_simplified_discharge_permit = fact("discharge_permit").equals("simplified")
needs_discharge_registration = fact("discharge_permit").equals("registration")
# 附件1·二·21 to 26
in_cleaner_production_list = fact("operation.cleaner_production_audit").is_true()
runs_medical_waste = fact("operation.medical_waste").is_true()
produces_solid_waste = fact("operation.solid_waste").is_true()
processes_waste_electronics = fact("operation.waste_electronics").is_true()
produces_hazardous_waste = fact("operation.hazardous_waste").is_true()
stores_hazardous_waste_over_year = all_of(
    produces_hazardous_waste, fact("operation.hazardous_waste_over_year").is_true()
)

# 水务、水土保持

# 附件1·二·10 to 15
builds_water_works = fact("construction.water_works").is_true()
in_river_area = fact("site.river_area").is_true()
in_flood_area = fact("site.flood_area").is_true()
builds_water_conservancy = fact("construction.water_conservancy").is_true()
takes_water = fact("water_intake").present()
occupies_irrigation_works = fact("site.irrigation_works").is_true()
# 附件1·二·16; 水土保持方案管理办法 第六条.
# Without land of its own only municipal works disturb ground.
disturbs_ground = any_of(fact("land_area").gt(0), fact("construction.municipal").is_true())
needs_soil_conservation_plan = any_of(
    fact("land_area").ge(parameter("threshold.soil_plan_area")),
    all_of(
        disturbs_ground,
        any_of(
            fact("construction.soil_disturbed_m2").ge(parameter("threshold.soil_plan_area")),
            fact("construction.soil_moved_m3").ge(parameter("threshold.soil_plan_volume")),
        ),
    ),
)

# 住建

# 施工许可管理办法 第二条: a small investment or a small house needs none; municipal works have no floor area
needs_construction_permit = all_of(
    fact("total_investment").gt(parameter("threshold.permit_free_investment")),
    any_of(
        fact("floor_area").gt(parameter("threshold.permit_free_floor_area")), fact("construction.municipal").is_true()
    ),
)
# 消防法 第十一条, 第十三条
is_special_fire_project = all_of(builds_works, fact("construction.special_fire_project").is_true())
is_other_fire_project = all_of(needs_construction_permit, fact("construction.special_fire_project").is_false())
# 附件1·二·9
builds_beyond_code_highrise = all_of(builds_house, fact("construction.highrise_beyond_code").is_true())
# 附件1·二·45 to 47
must_build_civil_defence_basement = all_of(builds_house, fact("construction.basement_civil_defence").is_true())
builds_separate_civil_defence = fact("construction.separate_civil_defence").is_true()
# 附件1·二·3 to 5
excavates_road = fact("construction.road_excavation").is_true()
occupies_green_space = fact("construction.green_space").is_true()
changes_drainage_facilities = fact("construction.drainage_facilities").is_true()
# 城镇排水与污水处理条例 第二十一条
drains_to_sewer = fact("construction.drains_to_sewer").is_true()
# 建设工程质量管理条例 第十七条: archives are kept for what is built inside the town
works_inside_built_up_boundary = all_of(builds_works, fact("site.inside_built_up_boundary").is_true())

# 应急、地震、卫健、气象

# 附件1·二·48 to 50
has_hazardous_chemicals = fact("hazardous_chemicals").present()
needs_safety_facility_design_review = any_of(
    has_hazardous_chemicals, fact("operation.dangerous_goods").is_true(), fact("operation.mine_or_smelter").is_true()
)
needs_safety_production_licence = fact("operation.safety_permit").is_true()
# 附件1·二·51
is_major_seismic_project = fact("construction.major_seismic").is_true()
# 附件1·二·52, 53
is_medical_radiation_project = all_of(uses_radiation_source, fact("operation.medical_radiation").is_true())
# 气象灾害防御条例 第二十三条; 气象法 第二十一条
has_lightning_hazard = fact("construction.lightning_hazard").is_true()
in_meteorological_protection = fact("site.meteorological_protection").is_true()

# 交通

# 公路安全保护条例 第二十七条
near_highway = fact("site.near_highway").is_true()
# 附件1·二·54 to 63
builds_highway = fact("construction.highway").is_true()
builds_national_key_highway = all_of(builds_highway, fact("construction.national_key_highway").is_true())
builds_ordinary_highway = all_of(builds_highway, fact("construction.national_key_highway").is_false())
builds_waterway = fact("construction.waterway").is_true()
builds_national_key_waterway = all_of(builds_waterway, fact("construction.national_key_waterway").is_true())
builds_highway_or_waterway = any_of(builds_ordinary_highway, builds_waterway)

# 公用服务

# 优化营商环境条例 第二十八条
needs_water_supply = fact("operation.needs_water").is_true()
needs_power_supply = fact("operation.needs_power").is_true()
needs_gas_supply = fact("operation.needs_gas").is_true()
needs_heat_supply = fact("operation.needs_heat").is_true()
needs_telecom = fact("operation.needs_telecom").is_true()

# ---------------------------------------------------------------------------------------------------------------------
# Section 3: what a project gets without applying (正文·四(三))
# ---------------------------------------------------------------------------------------------------------------------

# 附件2·第二条, 附件6·二(一): both speak of enterprises' projects
enterprise_unit = fact("unit.type").equals("enterprise")
# 附件3·三(三): whoever names a zone is in one
in_evaluated_zone = fact("site.zone_id").given()
# 财政部公告2020年第23号·一: an enterprise of an encouraged industry, by its own declaration
encouraged_enterprise_project = all_of(enterprise_unit, fact("declarations.catalogue_class").equals("encouraged"))
# 财税〔2008〕56号·一: GB/T 4754 2625 有机肥料及微生物肥料制造
organic_fertiliser_project = all_of(enterprise_unit, fact("industry").starts_with("2625"))

# ---------------------------------------------------------------------------------------------------------------------
# Section 4: the special tracks
# ---------------------------------------------------------------------------------------------------------------------

# 模拟审批, 附件4·三(一)
mock_plan_conforms = fact("mock.plan_conforms").is_true()
mock_inside_construction_land = fact("mock.inside_construction_land").is_true()
mock_no_permanent_farmland = fact("site.permanent_farmland").is_false()
mock_little_cultivated_land = fact("site.cultivated_share").le(parameter("mock.cultivated_share_most"))
mock_low_stability_risk = fact("mock.stability_risk").equals("low")
mock_land_formalities_not_done = fact("mock.land_formalities_done").is_false()
# 附件4·三(二)
mock_subject_definite = fact("mock.subject").one_of("registered", "reserved")
# 附件4·二(一) and 附件4-2·二
mock_cost_acknowledged = fact("mock.cost_acknowledged").is_true()
# 附件4-2·五
mock_two_contacts = fact("mock.contacts").ge(parameter("mock.contacts_least"))

# “标准地”, 正文·二(二) 企业投资工业项目: GB/T 4754 采矿业 (B), 制造业 (C), 电力、热力、燃气及水生产和供应业 (D)
industrial_project = industry.starts_with(
    "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19",
    "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32", "33",
    "34", "35", "36", "37", "38", "39", "40", "41", "42", "43", "44", "45", "46",
)  # fmt: skip
