"""The units of the rules' values, and what people call them."""

from __future__ import annotations

from typing import Any, Literal, get_args

from yinuo.core.decision import jsonable

Unit = Literal[
    "working_days", "calendar_days", "months", "hours", "points", "share", "yuan", "count", "flag", "text",
    "ten_thousand_yuan", "tce", "ten_thousand_kwh", "metres", "square_metres", "tonnes", "cubic_metres",
]  # fmt: skip
LimitUnit = Literal["working", "calendar"]
UNITS: tuple[str, ...] = get_args(Unit)
LIMIT_UNITS: tuple[str, ...] = get_args(LimitUnit)
# A value of one of these may bound a fact of the same unit.
AMOUNTS = {
    "yuan": "元", "ten_thousand_yuan": "万元", "tce": "吨标准煤", "ten_thousand_kwh": "万千瓦时", "metres": "米",
    "square_metres": "平方米", "tonnes": "吨", "cubic_metres": "立方米", "count": "", "share": "",
}  # fmt: skip
WORDS = AMOUNTS | {
    "working_days": "个工作日", "calendar_days": "天", "months": "个月", "hours": "小时", "points": "分", "flag": "",
    "text": "", "working": "个工作日", "calendar": "天",
}  # fmt: skip


def in_words(value: Any, unit: str = "") -> str:
    """A value with its unit as people write it."""
    plain = jsonable(value)
    if isinstance(plain, bool):
        return "是" if plain else "否"
    if isinstance(plain, list):
        return "、".join(in_words(item, unit) for item in plain)
    return f"{plain} {WORDS[unit]}".strip() if unit else str(plain)
