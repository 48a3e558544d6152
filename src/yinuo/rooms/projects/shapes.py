"""What each template of this room needs: the keys of its data, as engine/documents/shapes.py describes them."""

from __future__ import annotations

from typing import Literal, TypedDict

from yinuo.engine.documents.shapes import Contact, ProjectLines, Remedies

Colour = Literal["green", "blue", "yellow", "red"]


class FilingCertificateData(ProjectLines):
    """投资项目信用备案证：底色随等次，一页为限。"""

    number: str
    site: str
    scope: str
    total_investment: str
    planned_start_on: str | None
    planned_finish_on: str | None
    policy: str
    grade: str | None  # None = unrated: white ground and a dash
    class_name: str | None
    colour: Colour | None
    basis: str  # the clauses behind ground and letter, in short
    evidence: str | None  # where the record can be checked, e.g. the chain's entry
    issuer: str
    issued_on: str
    verify_url: str
    watermark: str | None  # 已撤回 …


class FilingCertificateData2(FilingCertificateData):
    """Also the 投资项目备案证明 of a unit that is no enterprise: not `rated`, without grade, ground and clauses."""

    title: str
    rated: bool


class Participant(TypedDict):
    """A unit that takes part in the works, with its part."""

    role: str
    name: str


class ClassLine(TypedDict):
    """A credit class as the poster explains it: its name, its grades, its ground."""

    name: str
    grades: list[str]
    colour: Colour


class SitePosterData(ProjectLines):
    """施工现场公示牌：A3 或者 A4，以二维码为主，写明底色的含义。"""

    paper: Literal["a3", "a4"]
    title: str
    classes: list[ClassLine]
    site: str
    planned_start_on: str | None
    planned_finish_on: str | None
    participants: list[Participant]  # at most six are shown well
    supervisor: str
    phone: str | None
    verify_url: str


class WithdrawalNoticeData(ProjectLines):
    """撤回备案决定书。"""

    number: str
    department: str
    certificate_number: str | None
    filed_on: str
    at_review: bool  # found at the review of a new filing, or later
    problem: str
    basis: list[str]
    remedies: Remedies
    contact: Contact | None
    decided_on: str
    verify_url: str | None
    watermark: str | None
