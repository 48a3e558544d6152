"""What each template of this room needs: the keys of its data, as engine/documents/shapes.py describes them."""

from __future__ import annotations

from typing import Literal, TypedDict

from yinuo.engine.documents.shapes import Contact, ProjectLines, Remedies


class PaperSignature(TypedDict):
    """A letter signed by hand: first to be printed, all but its code open; then as the window has taken it in."""

    code: str
    signed_on: str | None
    window: str | None
    checked_at: str | None
    scan_sha256: str | None


class CommitmentLetterData(ProjectLines):
    """信用承诺书：项目单位作出，电子签名，或者签字盖章以后由窗口收件。"""

    number: str
    matter_name: str
    department: str
    opening: str | None  # in place of the usual first sentence; where the promise is no choice of a procedure
    standard_version: str
    template_version: str
    requirements: list[str]
    promises: list[str]
    legal_effect: list[str]
    notice_period: str | None  # a sentence, from the pack's period
    legal_representative: str | None
    signer_name: str
    signer_role: str
    signed_at: str | None  # None = a draft to read before signing, or a letter on paper
    paper: PaperSignature | None
    verify_url: str | None
    watermark: str | None


class PromiseRulingData(ProjectLines):
    """违诺处理决定书, or where `lifted_number` names the one it ends, 解除停止建设决定书."""

    number: str
    department: str
    matter_name: str
    signed_on: str  # the day the promise was signed
    lifted_number: str | None
    facts: str
    measures: list[str]
    basis: list[str]
    remedies: Remedies
    contact: Contact | None
    decided_on: str
    verify_url: str | None
    watermark: str | None


class CompletionPoint(TypedDict):
    """One requirement as it was last looked at."""

    matter: str
    department: str
    requirement: str
    met: bool
    note: str
    found_on: str | None


class CompletionOpinionData(ProjectLines):
    """竣工验收意见书：通过或者未通过，附件是逐项核验结果。"""

    number: str
    hall: str
    outcome: Literal["passed", "failed"]
    applied_on: str
    concluded_on: str
    rounds: int
    promised: int
    kept: int
    points: list[CompletionPoint]
    why: str
    basis: list[str]
    remedies: Remedies | None
    verify_url: str | None
    watermark: str | None
