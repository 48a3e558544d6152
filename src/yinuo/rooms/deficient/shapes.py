"""What each template of this room needs: the keys of its data, as engine/documents/shapes.py describes them."""

from __future__ import annotations

from typing import TypedDict


class GivenOpinion(TypedDict):
    """A department's opinion on a form, with who gave it and when; open where it has still to be written."""

    department: str
    text: str | None
    name: str | None
    on: str | None


class DeficientApplicationData(TypedDict):
    """附件5—1：投资建设项目容缺受理申请表，按县里的表样；空的字段留白手填。"""

    project_name: str
    project_code: str
    contact_name: str | None
    contact_phone: str | None
    site: str | None
    total_investment: str | None
    situation: str | None
    matters: list[str]
    unit_name: str
    legal_representative: str | None
    applied_on: str | None
    opinions: list[GivenOpinion]
    watermark: str | None


class DeficientNoticeData(TypedDict):
    """附件5—2：投资建设项目容缺受理通知书，承诺人签字、承诺单位签章的位置留白。"""

    number: str
    project_name: str
    project_code: str
    unit_name: str
    matter_name: str | None
    received_on: str | None
    missing: list[str]
    due_on: str | None
    department: str
    issued_on: str | None
    verify_url: str | None
    watermark: str | None
