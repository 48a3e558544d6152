"""What each template of this room needs: the keys of its data, as engine/documents/shapes.py describes them."""

from __future__ import annotations

from typing import TypedDict

from yinuo.engine.documents.shapes import ProjectLines


class MockOpinionLine(TypedDict):
    """What a department said of the application."""

    text: str
    agreed: bool
    by: str
    on: str


class MockApplicationData(ProjectLines):
    """投资建设项目模拟审批申请表（附件4-1）；空白的可以打印后填写。"""

    contact: str
    phone: str
    site: str
    total_investment: str
    progress: str
    land: str
    land_expected_on: str | None
    matters: list[str]
    legal_representative: str
    natural_resources: MockOpinionLine | None
    market_regulation: MockOpinionLine | None
    verify_url: str | None
    watermark: str | None


class MockCommitmentData(ProjectLines):
    """投资建设项目模拟审批承诺书（附件4-2），在纸上盖章、签名。"""

    site: str
    legal_representative: str
    verify_url: str | None
    watermark: str | None


class MockNoticeData(ProjectLines):
    """投资建设项目模拟审批告知单（附件4-3）。"""

    number: str  # 模拟审批〔年〕号
    hall: str
    contacts: list[dict[str, str]]
    window_contact: str
    window_phone: str
    issued_on: str | None
    verify_url: str | None
    watermark: str | None


class MockCirculationLine(TypedDict):
    """A matter's way from the mock to the formal document."""

    department: str
    matter: str
    mock_on: str | None
    mock_by: str
    formal_on: str | None
    formal_by: str
    note: str


class MockCirculationData(ProjectLines):
    """投资建设项目模拟审批告知流转单（附件4-4）。"""

    number: str
    lines: list[MockCirculationLine]
    verify_url: str | None
    watermark: str | None
