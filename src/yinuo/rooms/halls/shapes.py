"""What each template of this room needs: the keys of its data, as engine/documents/shapes.py describes them."""

from __future__ import annotations

from typing import TypedDict


class HallStanding(TypedDict):
    """A hall in the ranking: its score, what the month changed, and how often what counted."""

    rank: int
    hall: str
    score: str
    change: str
    good: int
    bad: int
    yellow: int
    red: int
    landed: int
    tracks: int
    manual: int


class HallCorrection(TypedDict):
    """A score told in an earlier bulletin, and what it is now."""

    month: str
    hall: str
    told: str
    now: str


class HallHonour(TypedDict):
    """A quarter's title, with or without the 虚拟流动红旗."""

    kind: str
    name: str
    title: str
    flag: bool
    grounds: str


class HallBulletinData(TypedDict):
    """政务大厅评分通报：综合管理部门按月印发，季度末附荣誉。"""

    issuer: str
    number: str
    region: str
    month: str
    through: str
    mean: str
    start: str
    worth: str
    lines: list[HallStanding]
    bottom: list[str]
    corrections: list[HallCorrection]
    quarter: str  # "" = the month does not end one
    honours: list[HallHonour]
    sha256: str
    basis: list[str]
    issued_on: str
    watermark: str | None
