"""The county's named conditions; a condition that changes its meaning gets a new name.

Section 1: negative list and stage schemes. Section 2: when a matter is needed.
"""

from __future__ import annotations

from yinuo.core.facts import Predicate, all_of, any_of, fact, not_

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
verification_catalogue_project = any_of(fact("kind").equals("verification"), fact("declarations.verification_catalogue").is_true())
# 附件1·一·5
two_high_or_overcapacity_project = fact("declarations.two_high_or_overcapacity").is_true()
# 附件1·一·6
public_body_building_project = fact("declarations.public_body_building").is_true()
# 附件1·一·7: on a protected site any works; where relics may lie only 大型基本建设工程
heritage_site_project = any_of(
    fact("site.heritage").equals("protected"),
    all_of(fact("site.heritage").equals("possible"), fact("construction.large_infrastructure").is_true()),
)

# Part two, rows 3 and 4: 供水、供气、供暖工程 that may promise after all.

supply_pipeline = fact("construction.pipeline_kind").one_of("water", "gas", "heat")
# 附件1·二·3, first half: 以内 includes the bound (民法典 第一千二百五十九条)
supply_pipeline_within_100m = all_of(supply_pipeline, fact("construction.pipelines_length_m").le(100))
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
