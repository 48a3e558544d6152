"""Credit of a project unit, keyed by unit and project code, so that the room stands below `projects`."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yinuo.engine.base import AppendOnly, Versioned
from yinuo.engine.documents.attachments import FileList
from yinuo.engine.documents.models import FileRole
from yinuo.engine.feeds.models import Feed
from yinuo.engine.infochain.models import LeafRecord
from yinuo.engine.people.models import Department, Person, ProjectUnit


class CreditHead(models.Model):
    """The present score: a cache of the fold, and the one row that orders everybody who moves it.

    `score` None = unrated (未评级). `seq` is the running number of the unit's last event. The application cannot write
    these three columns: a trigger on the events moves them (migration 0003). Whoever relies on them asks
    `relying.rely_on`.
    """

    # The application makes a row and writes its other columns; these are written by the database's own triggers, and by
    # the owner.
    moved_by_database = ("score", "grade", "seq")

    unit = models.OneToOneField(ProjectUnit, on_delete=models.PROTECT, primary_key=True, related_name="credit")
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    grade = models.CharField(max_length=8, default="unrated", db_default="unrated")
    seq = models.PositiveIntegerField(default=0, db_default=0)
    provincial_d = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100), name="score_range"
            )
        ]


class CreditEvent(AppendOnly):
    """One event of a unit's credit as it was applied; the order is `seq`, the fold of all events is the score.

    `leaf`: what was signed of it. No event is inserted without one; empty only where an upgrade found none.
    """

    unit = models.ForeignKey(ProjectUnit, on_delete=models.PROTECT, related_name="credit_events")
    seq = models.PositiveIntegerField()
    project_code = models.CharField(max_length=24, default="")
    type = models.CharField(max_length=24)
    on = models.DateField()
    data = models.JSONField(default=dict)
    rule = models.CharField(max_length=60, default="")
    points = models.DecimalField(max_digits=6, decimal_places=2)
    applied = models.BooleanField()
    score_after = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    grade_before = models.CharField(max_length=8)
    grade_after = models.CharField(max_length=8)
    why = models.TextField()
    cites = models.JSONField(default=list)
    at = models.DateTimeField()
    proposal = models.ForeignKey("PointProposal", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    of_seq = models.PositiveIntegerField(null=True)
    leaf = models.ForeignKey(
        LeafRecord, to_field="outbox_id", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["leaf"], name="credit_event_leaf_once"),
            models.UniqueConstraint(fields=["unit", "seq"], name="credit_event_seq"),
            models.UniqueConstraint(
                fields=["proposal"], condition=Q(proposal__isnull=False), name="credit_proposal_once"
            ),
            models.UniqueConstraint(
                fields=["unit", "of_seq"], condition=Q(type="repair", applied=True), name="credit_repair_once"
            ),
        ]


class BatchState(models.TextChoices):
    CHECKED = "checked", "已核对，未导入"
    TAKEN = "taken", "已导入"


class EvaluationBatch(Versioned):
    """A file of public credit evaluations: its rows as read, and what became – or, before it is confirmed, would become
    – of each.
    """

    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    source = models.CharField("评价机构", max_length=120)
    rows = models.JSONField()
    report = models.JSONField()
    state = models.CharField(max_length=8, choices=BatchState.choices, default=BatchState.CHECKED)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    taken_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state="taken") ^ Q(taken_at__isnull=True), name="batch_taken_at")
        ]

    def counts(self) -> dict[str, int]:
        """How many rows came to which end."""
        return {
            word: sum(row["outcome"] == word for row in self.report) for word in ("imported", "unchanged", "refused")
        }


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", "待主要负责同志审签"
    CONSENTED = "consented", "待总召集人执行"
    REFUSED = "refused", "未同意"
    EXECUTED = "executed", "已执行"
    WITHDRAWN = "withdrawn", "已撤回"


class PointProposal(Versioned):
    """A change of points on its way.

    Proposed by the matter's department, consented by the principal, carried out by the general convener: three people.
    """

    unit = models.ForeignKey(ProjectUnit, on_delete=models.PROTECT, related_name="proposals")
    project_code = models.CharField(max_length=24, default="")
    state = models.CharField(max_length=10, choices=ProposalState.choices, default=ProposalState.PROPOSED)
    type = models.CharField(max_length=24)
    on = models.DateField()
    data = models.JSONField(default=dict)
    basis = models.TextField("依据")
    cites = models.JSONField(default=list)
    evidence = FileList(FileRole.EVIDENCE)
    evidence_note = models.TextField("证据说明", default="")
    expected_points = models.DecimalField(max_digits=6, decimal_places=2)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT)
    source_kind = models.CharField(max_length=40, default="")
    source_id = models.BigIntegerField(null=True)
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    consented_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    consented_at = models.DateTimeField(null=True)
    consent_note = models.TextField(default="")
    executed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    executed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(consented_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(consented_by=F("proposed_by")),
                name="proposal_consent_by_another",
                violation_error_message="提出加减分的人不能自己审签",
            ),
            models.CheckConstraint(
                condition=Q(executed_by__isnull=True)
                | Q(consented_by__isnull=False) & ~Q(executed_by=F("consented_by")),
                name="proposal_execution_by_another",
                violation_error_message="审签的人不能自己执行加减分",
            ),
            models.CheckConstraint(
                condition=Q(executed_by__isnull=True) | Q(proposed_by__isnull=True) | ~Q(executed_by=F("proposed_by")),
                name="proposal_three_people",
                violation_error_message="提出、审签、执行须是三个人",
            ),
            models.CheckConstraint(
                condition=~Q(state="executed") | Q(executed_by__isnull=False), name="proposal_executed_by"
            ),
            models.UniqueConstraint(
                fields=["source_kind", "source_id", "type"],
                condition=~Q(source_kind="") & ~Q(state__in=["refused", "withdrawn"]),
                name="proposal_once_per_source",
            ),
        ]


class ReliefKind(models.TextChoices):
    REPAIR = "repair", "分值修复"
    OBJECTION = "objection", "异议"
    REVIEW = "review", "复核"


class ReliefState(models.TextChoices):
    ASKED = "asked", "待办理"
    ACCEPTED = "accepted", "同意"
    REJECTED = "rejected", "不同意"


class CreditRelief(Versioned):
    """A unit asks for points back: after rectification (修复), because the event was wrong (异议), or because it was
    refused (复核).

    `of`: the refused application that is reviewed, once, by somebody else than who refused it.
    """

    kind = models.CharField(max_length=10, choices=ReliefKind.choices)
    event = models.ForeignKey(CreditEvent, on_delete=models.PROTECT, related_name="reliefs")
    state = models.CharField(max_length=8, choices=ReliefState.choices, default=ReliefState.ASKED)
    text = models.TextField()
    evidence = FileList(FileRole.EVIDENCE)
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")
    of = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="review")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "kind"], condition=Q(state="asked"), name="relief_open_once"),
            models.CheckConstraint(condition=Q(kind="review") ^ Q(of__isnull=True), name="relief_review_of_another"),
        ]


class PublicKind(models.TextChoices):
    """What the public credit platform is told (附件2·第四条、第七条)."""

    GRADE = "grade", "信用等级"
    POINTS = "points", "加减分"
    COMMITMENT = "commitment", "承诺和履约"
    RULING = "ruling", "违诺处理"


PUBLIC_FEED = Feed("credit", PublicKind)


class SendState(models.TextChoices):
    WAITING = "waiting", "待送达"
    SENT = "sent", "已送达"


class PublicBatch(Versioned):
    """Entries sent to the platform together: fixed when it is made, sent until it arrives, and only then the next (no
    gap, none twice).

    `digest` = SHA-256 over the entries' digests in the order of their places; `receipt` is what the platform answered.
    `tried_at` keeps a second sender away while one is at it.
    """

    first = models.BigIntegerField()
    last = models.BigIntegerField()
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=SendState.choices, default=SendState.WAITING)
    made_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(default="")
    sent_at = models.DateTimeField(null=True)
    receipt = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first"], name="public_batch_once"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="waiting"), name="public_batch_one_waits"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="public_batch_span"),
            models.CheckConstraint(condition=Q(state="sent") ^ Q(sent_at__isnull=True), name="public_batch_sent_at"),
        ]
