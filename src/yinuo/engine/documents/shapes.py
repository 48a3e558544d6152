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


class RegionalResultData(ProjectLines):
    """区域评估评审结果公布：批准的部门署名，写明适用范围、条件、项目仍须做到和有效期。

    It speaks of no single project: `unit_name` is the zone's body it is addressed to, the other lines are empty.
    """

    number: str
    department: str
    zone: str
    place: str
    matter_name: str
    title: str
    institution: str
    institution_code: str
    qualification: str
    report_number: str
    report_on: str
    report_sha256: str
    scope: str
    conditions: list[str]
    obligations: list[str]
    from_on: str
    last_on: str
    basis: list[str]
    approved_on: str
    published_on: str
    verify_url: str | None
    watermark: str | None


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


class ReformFigure(TypedDict):
    """One figure of the whole beside its goal."""

    label: str
    value: str
    goal: str


class ReformRow(TypedDict):
    """A hall's or a department's figures, one for each column."""

    name: str
    values: list[str]


class ReformProblem(TypedDict):
    subject: str
    text: str


class ReformHonour(TypedDict):
    name: str
    title: str
    grounds: str


class ReformEvaluation(TypedDict):
    """A year's score with its parts, the department's own word and the evaluators' comment."""

    name: str
    score: str | None
    parts: list[str]
    self_report: str
    comment: str


class ReformCorrection(TypedDict):
    """A figure of the report before, and what it is now."""

    report: str
    subject: str
    measure: str
    told: str
    now: str


class ReformReportData(TypedDict):
    """信用承诺制改革推进情况：季度通报，或者年度评价（year）。"""

    issuer: str
    number: str
    region: str
    title: str
    year: bool
    span: str
    opening: str
    whole: list[ReformFigure]
    hall_columns: list[str]
    halls: list[ReformRow]
    office_columns: list[str]
    offices: list[ReformRow]
    problems: list[ReformProblem]
    problems_said: str
    honours: list[ReformHonour]
    evaluations: list[ReformEvaluation]
    next_steps: str
    corrections: list[ReformCorrection]
    sha256: str
    basis: list[str]
    issued_on: str
    watermark: str | None


# By template and version. A released version's shape never changes: a new key belongs to a new version (docs/papers.md).
SHAPES: dict[str, dict[int, type]] = {
    "agency_agreement": {1: AgencyAgreementData},
    "agency_end": {1: AgencyEndData},
    "filing_certificate": {1: FilingCertificateData},
    "site_poster": {1: SitePosterData},
    "commitment_letter": {1: CommitmentLetterData},
    "acceptance_notice": {1: AcceptanceNoticeData},
    "supplement_notice": {1: SupplementNoticeData},
    "decision": {1: DecisionData},
    "receipt": {1: ReceiptData},
    "non_acceptance": {1: NonAcceptanceData},
    "withdrawal_notice": {1: WithdrawalNoticeData},
    "promise_ruling": {1: PromiseRulingData},
    "guidance_summary": {1: GuidanceSummaryData},
    "completion_opinion": {1: CompletionOpinionData},
    "delivery_record": {1: DeliveryRecordData},
    "deficient_application": {1: DeficientApplicationData},
    "deficient_notice": {1: DeficientNoticeData},
    "coordination_minutes": {1: CoordinationMinutesData},
    "map_print": {1: MapPrintData},
    "window_receipt": {1: WindowReceiptData},
    "handout_record": {1: HandoutRecordData},
    "mock_application": {1: MockApplicationData},
    "mock_commitment": {1: MockCommitmentData},
    "mock_notice": {1: MockNoticeData},
    "mock_circulation": {1: MockCirculationData},
    "mock_result": {1: MockResultData},
    "regional_result": {1: RegionalResultData},
    "land_list": {1: LandListData},
    "hall_bulletin": {1: HallBulletinData},
    "reform_report": {1: ReformReportData},
}
