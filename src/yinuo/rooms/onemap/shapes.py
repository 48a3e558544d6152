"""What each template of this room needs: the keys of its data, as engine/documents/shapes.py describes them."""

from __future__ import annotations

from typing import Literal, TypedDict

from yinuo.engine.documents.shapes import Contact, ProjectLines, Remedies


class MaterialLine(TypedDict):
    """A material as handed in."""

    name: str
    note: str  # 原件1份、电子件 …


class AcceptanceNoticeData(ProjectLines):
    """受理通知书。"""

    number: str
    department: str
    matter_name: str
    received_on: str
    accepted_on: str
    deemed: bool  # no answer within the term: accepted from receipt
    promised_limit: str
    statutory_limit: str
    due_on: str | None
    provisional: bool  # due_on rests on days off that are not published yet
    materials: list[MaterialLine]
    basis: list[str]
    contact: Contact | None
    issued_on: str
    verify_url: str | None
    watermark: str | None


class SupplementLine(TypedDict):
    """One fault of the submission: all of them stand in one notice."""

    category: str
    subject: str
    reason: str
    request: str


class SupplementNoticeData(ProjectLines):
    """补正材料一次性告知书：不全（未受理）或有误（已受理，暂停计时）。"""

    number: str
    department: str
    matter_name: str
    received_on: str
    kind: Literal["incomplete", "incorrect"]
    items: list[SupplementLine]
    effective_on: str
    answer_by: str | None
    consequence: str  # what the notice does to the clock, from the pack's rule
    basis: list[str]
    contact: Contact | None
    issued_on: str
    verify_url: str | None
    watermark: str | None


class DecisionReason(TypedDict):
    """Why, and by which clause."""

    text: str
    cites: list[str]


class DecisionData(ProjectLines):
    """准予或者不予行政许可决定书。"""

    number: str
    department: str
    matter_name: str
    outcome: Literal["granted", "refused"]
    application_on: str
    accepted_on: str
    basis: list[str]
    contents: list[str]  # what is granted and under which conditions
    reasons: list[DecisionReason]
    commitment: str | None  # the letter it was decided on, as a clause of a sentence
    valid_until: str | None
    remedies: Remedies
    decided_on: str
    copies_to: list[str]
    verify_url: str | None
    watermark: str | None


class Competent(TypedDict):
    """The authority an application belongs to."""

    name: str
    phone: str | None


class NonAcceptanceData(ProjectLines):
    """不予受理决定书."""

    number: str
    department: str
    matter_name: str
    received_on: str
    basis: list[str]
    reasons: list[DecisionReason]
    competent: Competent | None
    remedies: Remedies
    decided_on: str
    contact: Contact | None
    verify_url: str | None
    watermark: str | None


class ReceiptData(ProjectLines):
    """收件回执。"""

    number: str
    hall: str
    matter_name: str
    received_at: str
    applicant: str
    handler: str
    materials: list[MaterialLine]
    answer_by: str | None
    answer_note: str  # what happens until then, from the pack's receipt limit
    contact: Contact | None
    verify_url: str | None
    watermark: str | None


class GuidanceLine(TypedDict):
    """A matter as its department answered for it."""

    name: str
    department: str
    level: str
    needed: bool
    limit: str
    after: list[str]
    materials: list[str]
    promisable: bool
    way: str  # 信用承诺制或者常规办理 …
    note: str


class GuidanceSummaryData(ProjectLines):
    """辅导意见告知书：一页结论，附件是明细表。"""

    number: str
    hall: str
    kind: Literal["pre_start", "completion"]
    departments: int
    matters: list[GuidanceLine]
    landing_on: str | None
    working_days: int
    provisional: bool
    chain: list[str]
    issued_on: str
    verify_url: str | None
    watermark: str | None


class DeliveryRecordData(ProjectLines):
    """送达回证：登记送达，留出签收的位置。"""

    number: str
    department: str
    document_title: str
    document_number: str
    how: str
    delivered_at: str
    deliverer: str | None
    note: str | None
    watermark: str | None


class CoordinationVoice(TypedDict):
    """A department at the table."""

    department: str
    lead: bool
    text: str | None
    name: str | None


class CoordinatedMatter(TypedDict):
    name: str
    department: str
    paused: bool


class CoordinationMinutesData(ProjectLines):
    """“1+X”协调会议纪要：牵头部门印发。"""

    issuer: str
    issue: str
    requested_from: str
    requested_on: str
    started_at: str
    convener: str
    meeting_at: str | None
    meeting_place: str | None
    opinions: list[CoordinationVoice]
    items: list[CoordinatedMatter]
    conclusion: str
    concluded_at: str
    basis: list[str]
    watermark: str | None


class PrintedMatter(TypedDict):
    """A card of the printed map. `number` counts through the map; `after` names the numbers it waits for."""

    number: int
    name: str
    state: str  # done green yellow red paused notice ready wait ended
    word: str
    who: str
    when: str
    tags: list[str]
    after: list[int]
    critical: bool
    problem: str


class PrintedStage(TypedDict):
    """A stage's columns of the printed map."""

    name: str
    department: str
    done: int
    matters: list[PrintedMatter]


class ChainLink(TypedDict):
    """A matter of the critical chain, by its number on the map."""

    number: int
    name: str


class MapPrintData(ProjectLines):
    """审批办理“一张图”：A3 横版一页。"""

    hall: str
    grade: str | None
    stages: list[PrintedStage]
    chain: list[ChainLink]
    landing_on: str | None
    landed_on: str | None
    working_days: int
    provisional: bool
    done: int
    total: int
    as_of: str
    verify_url: str | None


class MockResultData(ProjectLines):
    """模拟审批意见：注“模拟”字样，标项目代码，没有法律效力，由综合窗口保管。"""

    number: str
    department: str
    matter_name: str
    outcome: Literal["granted", "refused"]
    accepted_on: str
    contents: list[str]
    reasons: list[DecisionReason]
    basis: list[str]
    no_force: str
    valid_until: str | None
    keeper: str
    contact: Contact | None
    decided_on: str
    verify_url: str | None
    watermark: str | None
