"""Control indicators a parcel is sold with (控制性指标): their names, units, and which side of the value keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from yinuo.core.decision import plain
from yinuo.core.facts import as_number

Side = Literal["least", "most"]
WORDS = {"least": "不低于", "most": "不高于"}
LONGEST = 12


@dataclass(frozen=True, slots=True)
class Indicator:
    id: str
    name: str
    unit: str
    side: Side

    def requirement(self, value: str) -> str:
        """固定资产投资强度不低于 180 万元/亩."""
        return f"{self.name}{WORDS[self.side]} {value} {self.unit}".strip()

    def kept(self, value: str, measured: str) -> bool:
        found, bound = as_number(measured), as_number(value)
        return found >= bound if self.side == "least" else found <= bound


INDICATORS: Mapping[str, Indicator] = {
    row.id: row
    for row in (
        Indicator("investment_intensity", "固定资产投资强度", "万元/亩", "least"),
        Indicator("tax_per_mu", "亩均税收", "万元/亩·年", "least"),
        Indicator("output_per_mu", "亩均工业产值", "万元/亩·年", "least"),
        Indicator("plot_ratio", "容积率", "", "least"),
        Indicator("building_density", "建筑系数", "%", "least"),
        Indicator("office_share", "行政办公及生活服务设施用地比例", "%", "most"),
        Indicator("green_share", "绿地率", "%", "most"),
        Indicator("energy_per_output", "单位工业增加值能耗", "吨标准煤/万元", "most"),
        Indicator("water_per_output", "单位工业增加值水耗", "立方米/万元", "most"),
        Indicator("emission_per_output", "单位工业增加值主要污染物排放", "千克/万元", "most"),
    )
}


def number_of(text: str) -> str:
    """The value as it is kept, "180" or "0.8". Raises ValueError for what is no positive number."""
    value = as_number(text.strip().replace("，", "").replace(",", ""))
    if value <= 0 or len(text.strip()) > LONGEST:
        raise ValueError("应为正数")
    return plain(Decimal(value))


def requirements(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [INDICATORS[row["id"]].requirement(row["value"]) for row in rows]
