from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from yinuo.core.calendar import TZ
from yinuo.engine.base import AppendOnly, Versioned
from yinuo.engine.documents.attachments import FileList
from yinuo.engine.documents.models import Document, FileRole, StoredFile
from yinuo.engine.people.models import Department, Person
from yinuo.engine.trail.models import StoredDecision
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project, ProjectState


class CommitmentState(models.TextChoices):
    NOTICE = "notice", "公示中"
    OBJECTED = "objected", "有异议待处理"
    DECIDABLE = "decidable", "公示期满"
    DECIDED = "decided", "已按承诺决定"
    REGULAR = "regular", "转常规办理"
    CANCELLED = "cancelled", "随项目终止"
    CARRIED = "carried", "转入新代码"


class Fulfilment(models.TextChoices):
    PENDING = "pending", "履行中"
    KEPT = "kept", "已履行"
    BROKEN = "broken", "未履行"
    RECTIFYING = "rectifying", "整改中"


class Capacity(models.TextChoices):
    LEGAL = "legal", "法定代表人"
    AUTHORISED = "authorised", "授权签署人"


class PaperSigning(AppendOnly):
    """A letter signed by hand and sealed (签字盖章), brought to the window: its scan, and who signed it, as the clerk
    saw the original.

    `code` is printed on the text that was signed, and changes with every word of it; `authority`: the 授权委托书 of
    whoever is not the legal representative. `via` names the visit, as on the trail.
    """

    scan = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    scan_sha256 = models.CharField(max_length=64)
    code = models.CharField("核对码", max_length=14)
    signer = models.CharField("签字人", max_length=60)
    capacity = models.CharField("签字人身份", max_length=10, choices=Capacity.choices)
    authority = models.CharField("授权委托书", max_length=120, default="")
    signed_on = models.DateField("签署日期")
    clerk = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    via = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(capacity="authorised") | ~Q(authority=""), name="paper_signer_authorised"
            )
        ]


class Commitment(Versioned):
    """A signed promise for one matter of one project. What was promised stands here whole, as the standard was on that
    day.

    The notice period is [notice_from, notice_until): a direct decision is possible from `notice_until` on, and only
    without an open objection. One given in a land contract (`contract` names it) stands without a decision of its own;
    `indicators` = {name, side, value, unit} of each requirement, where it is a figure that will be measured.
    `carried_from`: the same promise under the code that this project's code replaces.
    `review_on`: when it is next reviewed while it runs; None while a review waits, and once there is nothing to review
    any more. Signed either electronically by the unit's own person (`signed_by`) or by hand on `paper`; `signed_at`:
    when it was given.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="commitments")
    item = models.ForeignKey(MapItem, on_delete=models.PROTECT, related_name="commitments")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    standard_version = models.CharField(max_length=24)
    requirements = models.JSONField()
    promises = models.JSONField()
    field = models.CharField(max_length=24, default="")
    contract = models.CharField("出让合同", max_length=60, default="")
    indicators = models.JSONField(default=list)
    option = models.ForeignKey(StoredDecision, null=True, on_delete=models.PROTECT, related_name="+")
    letter = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    paper = models.ForeignKey(
        PaperSigning,
        null=True,
        on_delete=models.PROTECT,
        related_name="commitments",
        related_query_name="commitment",
    )
    carried_from = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="carried_to")
    signed_at = models.DateTimeField()
    letter_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=CommitmentState.choices, default=CommitmentState.NOTICE)
    notice_from = models.DateTimeField()
    notice_until = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    fulfilment = models.CharField(max_length=10, choices=Fulfilment.choices, default=Fulfilment.PENDING)
    review_on = models.DateField("下次复核日期", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(notice_until__gt=F("notice_from")), name="notice_span"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(decided_at__gte=F("notice_until")),
                name="no_decision_within_notice",
                violation_error_message="公示期未满，不能按承诺直接作出决定",
            ),
            models.UniqueConstraint(
                fields=["item"], condition=~Q(state__in=["regular", "cancelled"]), name="commitment_once_per_item"
            ),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=False) ^ Q(paper__isnull=False), name="promise_signed_one_way"
            ),
        ]
        indexes = [
            models.Index(fields=["notice_until"], condition=Q(state="notice"), name="commitments_in_notice"),
            models.Index(
                fields=["review_on", "id"], condition=Q(review_on__isnull=False), name="commitments_to_review"
            ),
        ]

    @property
    def title(self) -> str:
        """What is promised, as lists name it: the matter, or the indicators of the land it came with."""
        return f"“标准地”控制性指标（{self.contract}）" if self.contract else self.item.name

    @property
    def signing(self) -> str:
        """electronic or paper."""
        return "paper" if self.paper_id else "electronic"

    @property
    def signed_on(self) -> date:
        """The day under the signature; a paper one may have been given later."""
        return self.paper.signed_on if self.paper else self.signed_at.astimezone(TZ).date()

    @property
    def waits_for_closing(self) -> bool:
        """Its project has ended, and nobody has said yet how it stands."""
        return (
            self.state == CommitmentState.DECIDED
            and self.fulfilment in (Fulfilment.PENDING, Fulfilment.RECTIFYING)
            and self.project.state in (ProjectState.WITHDRAWN, ProjectState.TERMINATED)
        )

    @property
    def fulfilment_word(self) -> str:
        return "项目已终止，待认定" if self.waits_for_closing else str(self.get_fulfilment_display())

    @property
    def state_word(self) -> str:
        """Nothing is decided on a promise that came with a contract."""
        in_contract = self.contract and self.state == CommitmentState.DECIDED
        return "随土地出让合同作出" if in_contract else str(self.get_state_display())


class ObjectionState(models.TextChoices):
    OPEN = "open", "待答复"
    UPHELD = "upheld", "成立"
    REJECTED = "rejected", "不成立"
    MOOT = "moot", "承诺已不存在，无需答复"


class Objection(Versioned):
    """An objection to a published commitment, by anybody; the objector gets a receipt number and a reply."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="objections")
    receipt_no = models.CharField(max_length=24, unique=True)
    text = models.TextField()
    name = models.CharField(max_length=60, default="", blank=True)
    contact = models.CharField(max_length=80, default="", blank=True)
    state = models.CharField(max_length=8, choices=ObjectionState.choices, default=ObjectionState.OPEN)
    raised_at = models.DateTimeField()
    answer = models.TextField(default="")
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state="open") | ~Q(answer=""), name="objection_answered_with_reason")
        ]


class Kept(models.TextChoices):
    """How far a promise that runs is kept, in the order of gravity."""

    KEPT = "kept", "按承诺履行"
    AT_RISK = "at_risk", "有风险"
    BROKEN = "broken", "未按承诺履行"


class CommitmentReview(AppendOnly):
    """定期复核 of a promise that runs (附件2·第十九条): requirement by requirement, as it was seen on `on`; the gravest
    word is its outcome.

    **Shape** `points`: [{text, outcome, note}] in the letter's order. `due_at`: when the department's term ended, None
    where it came by itself before a review was due. `next_on`: when the next one falls due.
    """

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="reviews")
    round = models.PositiveSmallIntegerField()
    on = models.DateField("查看日期")
    outcome = models.CharField(max_length=8, choices=Kept.choices)
    points = models.JSONField()
    note = models.TextField(default="")
    evidence = FileList(FileRole.EVIDENCE)
    due_at = models.DateTimeField(null=True)
    next_on = models.DateField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["commitment", "round"], name="commitment_review_once")]
        indexes = [models.Index(fields=["at"], name="commitment_reviews_at")]

    @property
    def late(self) -> bool:
        return self.due_at is not None and self.at > self.due_at


class DifficultyOutcome(models.TextChoices):
    HELPED = "helped", "帮助指导"
    HANDLING_OPINION = "handling_opinion", "提出处理意见"
    REFERRED = "referred", "报告上级主管部门"
    TERMINATE = "terminate", "终止项目建设"


class Difficulty(Versioned):
    """A commitment that is hard to keep: help, then a handling opinion, or termination.

    Reported by the company, or found by its department in a `review`.
    """

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="difficulties")
    review = models.OneToOneField(CommitmentReview, null=True, on_delete=models.PROTECT, related_name="difficulty")
    text = models.TextField()
    reported_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    help = models.TextField(default="")
    opinion = models.TextField(default="")
    outcome = models.CharField(max_length=20, choices=DifficultyOutcome.choices, default="")
    handled_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    handled_at = models.DateTimeField(null=True)


class Measure(models.TextChoices):
    """What a ruling on a broken promise orders (附件2·第十四条)."""

    STOP = "stop", "责令停止建设"
    REVOKE = "revoke", "撤销按承诺作出的决定"
    RECOVER = "recover", "取消因承诺享受的支持，已经享受的予以追回"
    TERMINATE = "terminate", "终止项目建设"
    LIFT = "lift", "解除停止建设"


class RulingState(models.TextChoices):
    PROPOSED = "proposed", "待主要负责同志审签"
    REFUSED = "refused", "未同意"
    MADE = "made", "已作出"
    MOOT = "moot", "项目已结束，不再作出"


class Ruling(Versioned):
    """处理决定 on a promise that was not kept after rectification: proposed by its department, made by the consent of
    its principal.

    **Shape** `measures`: codes of Measure. `lifts`: the ruling whose stop this one lifts. Nothing takes effect before
    it is made.
    """

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="rulings")
    difficulty = models.ForeignKey(Difficulty, null=True, on_delete=models.PROTECT, related_name="rulings")
    lifts = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="lifted_by")
    measures = models.JSONField()
    facts = models.TextField("事实")
    cites = models.JSONField(default=list)
    evidence = FileList(FileRole.EVIDENCE)
    state = models.CharField(max_length=8, choices=RulingState.choices, default=RulingState.PROPOSED)
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")
    number = models.CharField("文号", max_length=60, default="")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["commitment"], condition=Q(state="proposed"), name="ruling_proposed_once"),
            models.UniqueConstraint(
                fields=["lifts"], condition=Q(state__in=["proposed", "made"]), name="ruling_lifted_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | Q(proposed_by__isnull=True) | ~Q(answered_by=F("proposed_by")),
                name="ruling_consented_by_another",
                violation_error_message="提出处理决定的人不能自己审签",
            ),
            models.CheckConstraint(
                condition=~Q(state="made") | Q(document__isnull=False) & ~Q(number=""), name="ruling_made_on_paper"
            ),
            models.CheckConstraint(condition=Q(lifts__isnull=True) ^ Q(measures=["lift"]), name="ruling_lifts_a_stop"),
        ]
        indexes = [models.Index(fields=["commitment", "-id"], name="rulings_of_commitment")]

    @property
    def words(self) -> str:
        return "，".join(str(Measure(code).label) for code in self.measures)

    @property
    def stops(self) -> bool:
        return Measure.STOP in self.measures


class ClosingOutcome(models.TextChoices):
    """How a promise stands when its project has ended."""

    KEPT = "kept", "已履行"
    BROKEN = "broken", "未履行"
    RELEASED = "released", "没有需要继续履行的内容"


class Closing(AppendOnly):
    """终止认定: what the department found of a promise whose project ended before completion."""

    commitment = models.OneToOneField(Commitment, on_delete=models.PROTECT, related_name="closing")
    outcome = models.CharField(max_length=8, choices=ClosingOutcome.choices)
    text = models.TextField()
    evidence = FileList(FileRole.EVIDENCE)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class FulfilmentReport(AppendOnly):
    """What the company says it has done for a commitment, with evidence."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="reports")
    text = models.TextField()
    evidence = FileList(FileRole.EVIDENCE)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class CompletionState(models.TextChoices):
    GUIDANCE = "guidance", "二次辅导中"
    INSPECTION = "inspection", "集中验收中"
    RECTIFYING = "rectifying", "整改中"
    PASSED = "passed", "通过"
    FAILED = "failed", "未通过"


class CompletionVerification(Versioned):
    """竣工验收 of one project: second guidance, then every verification and every commitment, one by one."""

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="completion")
    state = models.CharField(max_length=10, choices=CompletionState.choices, default=CompletionState.GUIDANCE)
    round = models.PositiveSmallIntegerField(default=1)
    applied_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField()
    rectify_until = models.DateTimeField(null=True)
    concluded_at = models.DateTimeField(null=True)


class AuditConclusion(models.TextChoices):
    CLEAN = "clean", "审计没有发现问题"
    ADVERSE = "adverse", "审计发现问题"


class AuditState(models.TextChoices):
    HANDED_IN = "handed_in", "待核对"
    ACCEPTED = "accepted", "已采信"
    RETURNED = "returned", "已退回"
    REPLACED = "replaced", "已被新的报告替换"


class AuditReport(Versioned):
    """The audit of a state-owned or publicly funded project: handed in by its unit, checked by the filing unit
    (附件2·第十七条).

    Its conclusion decides whether a whole cycle earns points; once the cycle is settled by it, it stands.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="audits")
    auditor = models.CharField("审计机构", max_length=120)
    number = models.CharField("报告文号", max_length=80)
    on = models.DateField("报告日期")
    conclusion = models.CharField("审计结论", max_length=8, choices=AuditConclusion.choices)
    evidence = FileList(FileRole.EVIDENCE)
    state = models.CharField(max_length=10, choices=AuditState.choices, default=AuditState.HANDED_IN)
    handed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    handed_at = models.DateTimeField()
    checked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    note = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project"], condition=Q(state="handed_in"), name="audit_waits_once"),
            models.UniqueConstraint(fields=["project"], condition=Q(state="accepted"), name="audit_accepted_once"),
            models.CheckConstraint(
                condition=Q(state="handed_in") ^ Q(checked_at__isnull=False), name="audit_checked_at"
            ),
        ]


class Finding(AppendOnly):
    """The inspection's word on one requirement of one commitment (or one verification without promise) in one round."""

    completion = models.ForeignKey(CompletionVerification, on_delete=models.PROTECT, related_name="findings")
    commitment = models.ForeignKey(Commitment, null=True, on_delete=models.PROTECT, related_name="findings")
    item = models.ForeignKey(MapItem, null=True, on_delete=models.PROTECT, related_name="findings")
    round = models.PositiveSmallIntegerField()
    requirement = models.PositiveSmallIntegerField(null=True)
    text = models.TextField()
    met = models.BooleanField()
    note = models.TextField(default="")
    measured = models.CharField("实测值", max_length=24, default="")
    evidence = FileList(FileRole.EVIDENCE)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(commitment__isnull=False) | Q(item__isnull=False), name="finding_of_something"
            ),
            models.UniqueConstraint(
                fields=["completion", "commitment", "item", "round", "requirement"],
                name="finding_once",
                nulls_distinct=False,
            ),
        ]
