"""What each template needs: the keys of its data, all JSON-able and complete (absent values are None, not left out).

Dates are ISO (`2026-11-03`), instants ISO with offset; the templates write them as 2026年11月3日. Money is 万元 as a decimal string.
Law stands in the data (limits, remedies, cites come from the pack), never in a template.
"""

from __future__ import annotations

from typing import Literal, TypedDict

Colour = Literal["green", "blue", "yellow", "red"]


class ProjectLines(TypedDict):
    """The lines by which every document names its project."""

    project_name: str
    project_code: str
    unit_name: str
    credit_code: str


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


class Participant(TypedDict):
    """A unit that takes part in the works, with its part."""

    role: str
    name: str


class SitePosterData(ProjectLines):
    """施工现场公示牌：A3，以二维码为主。"""

    title: str
    site: str
    planned_start_on: str | None
    planned_finish_on: str | None
    participants: list[Participant]  # at most six are shown well
    supervisor: str
    phone: str | None
    verify_url: str


class CommitmentLetterData(ProjectLines):
    """信用承诺书：项目单位作出，电子签名。"""

    number: str
    matter_name: str
    department: str
    standard_version: str
    template_version: str
    requirements: list[str]
    promises: list[str]
    legal_effect: list[str]
    notice_period: str | None  # a sentence, from the pack's period
    legal_representative: str | None
    signer_name: str
    signer_role: str
    signed_at: str | None  # None = a draft to read before signing
    verify_url: str | None
    watermark: str | None


class MaterialLine(TypedDict):
    """A material as handed in."""

    name: str
    note: str  # 原件1份、电子件 …


class Contact(TypedDict):
    """Who answers questions."""

    name: str
    phone: str | None
    address: str | None


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


class Remedies(TypedDict):
    """Where and until when a refusal can be challenged; the terms come from the pack."""

    review_body: str
    review_term: str
    court: str
    suit_term: str
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


SHAPES: dict[str, type] = {
    "filing_certificate": FilingCertificateData,
    "site_poster": SitePosterData,
    "commitment_letter": CommitmentLetterData,
    "acceptance_notice": AcceptanceNoticeData,
    "supplement_notice": SupplementNoticeData,
    "decision": DecisionData,
    "receipt": ReceiptData,
}
