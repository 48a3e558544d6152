"""What each template of this room needs: the keys of its data, as engine/documents/shapes.py describes them."""

from __future__ import annotations

from typing import TypedDict

from yinuo.engine.documents.shapes import Contact, ProjectLines


class WindowLine(TypedDict):
    """One thing done at the window; `times` counts scans taken together."""

    at: str
    what: str
    about: str
    project_code: str
    receipt_no: str
    times: int


class WindowReceiptData(ProjectLines):
    """窗口收件回执：一次来访办了什么，凭编号查询。"""

    number: str
    hall: str
    visitor: str
    identity: str  # kind and masked number
    authority: str
    purpose: str
    came_at: str
    left_at: str
    clerk: str
    lines: list[WindowLine]
    contact: Contact | None
    verify_url: str
    watermark: str | None


class HandedDocument(TypedDict):
    """A document in the record of a hand-out."""

    title: str
    number: str
    project: str
    issued_on: str


class HandoutRecordData(ProjectLines):
    """领证登记单：谁领走了哪些文书，留出签收的位置。"""

    number: str
    hall: str
    taker: str
    identity: str
    authority: str
    documents: list[HandedDocument]
    handed_at: str
    clerk: str
    scan_sha256: str | None  # of the signed page
    note: str | None
    watermark: str | None
