"""What each template of this room needs: the keys of its data, as engine/documents/shapes.py describes them."""

from __future__ import annotations

from typing import TypedDict

from yinuo.engine.documents.shapes import ProjectLines


class LandFact(TypedDict):
    """A basic that is there, or an assessment the land brings."""

    name: str
    on: str
    evidence: str


class LandPoint(TypedDict):
    """One point of an office: what it is about, what it says, and on what basis."""

    subject: str
    text: str
    basis: str


class LandSaid(TypedDict):
    """What one office says; no points: it has nothing to require."""

    office: str
    points: list[LandPoint]


class LandListData(ProjectLines):
    """用地清单：土地现状、评估关键指标要素、技术设计要点，发放给受让单位。"""

    number: str
    department: str
    version: int
    why: str
    parcel_number: str
    parcel_name: str
    zone: str
    place: str
    area: str
    mu: str
    land_use: str
    standard: bool
    contract: str
    contract_on: str | None
    surveyed_on: str
    survey: str
    basics: list[LandFact]
    assessed: list[LandFact]
    controls: list[str]
    indicators: list[LandSaid]
    design: list[LandSaid]
    silent: list[str]
    basis: list[str]
    issued_on: str
    verify_url: str | None
    watermark: str | None
