"""The county's named conditions; a condition that changes its meaning gets a new name."""

from __future__ import annotations

from yinuo.core.facts import all_of, fact, parameter

# 示政发〔2026〕1号 附件
restricted_or_eliminated_project = fact("declarations.catalogue_class").one_of("restricted", "eliminated")
# 示政发〔2026〕1号 附件：以内包括本数
short_pipeline = all_of(
    fact("construction.pipeline_kind").one_of("water", "gas", "heat"),
    fact("construction.pipelines_length_m").le(parameter("threshold.pipeline_length")),
)
# 示政发〔2026〕1号 第二条
occupies_road = fact("construction.road_excavation").is_true()
# 示政发〔2026〕1号 第二条
supplies_state_land = fact("site.state_land_supply").is_true()
# 示政发〔2026〕1号 第二条：有建筑面积的工程
has_buildings = fact("floor_area").gt(0)
