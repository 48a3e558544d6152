"""What each template of this room needs: the keys of its data, as engine/documents/shapes.py describes them."""

from __future__ import annotations

from typing import Literal, TypedDict

from yinuo.engine.documents.shapes import ProjectLines


class AgencyServiceLine(TypedDict):
    """A service with what it is, in the clause's words."""

    name: str
    text: str


class AgencyAgreementData(ProjectLines):
    """委托代办协议：一式两份，双方的职责照方案的条文。"""

    number: str
    issuer: str  # the body
    body_place: str
    body_phone: str
    agent: str
    agent_phone: str
    legal_representative: str | None
    lead: str
    lead_phone: str
    handler: str
    handler_phone: str
    matters: list[str]  # empty = the whole of the project
    services: list[AgencyServiceLine]
    acts: bool  # handing in for the unit is among the services
    from_on: str
    to_on: str  # the last day
    fee: str
    principle: str
    body_duties: list[str]
    agent_duties: list[str]
    unit_duties: list[str]
    endings: list[str]
    confirm_days: int
    archive_days: int
    basis: list[str]
    unit_signer: str | None
    unit_signed_at: str | None  # None = to read before signing
    body_signer: str
    body_signed_at: str
    verify_url: str | None
    watermark: str | None


class AgencyCount(TypedDict):
    """How often a service was given."""

    name: str
    count: int


class AgencyEndData(ProjectLines):
    """代办终止（办结）通知书。"""

    number: str
    issuer: str
    outcome: Literal["done", "ended"]
    agreement_number: str
    signed_on: str
    reason: str
    why: str
    agent: str
    agent_phone: str
    served: list[AgencyCount]
    return_by: str
    basis: list[str]
    again: str
    ended_on: str
    verify_url: str | None
    watermark: str | None
