from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yinuo.engine.base import AppendOnly, Versioned
from yinuo.engine.documents.attachments import FileList
from yinuo.engine.documents.models import FileRole
from yinuo.engine.people.models import Department, Hall, InForce, Person, ProjectUnit, one_in_force
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.projects.models import Project


class Inspector(InForce):
    """执法检查人员: a person of a department who may inspect while qualified. `subjects` empty = every subject."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="inspectors")
    certificate_no = models.CharField("执法证号", max_length=40)
    subjects = models.JSONField(default=list)

    # What a reader of the register is shown with the row (queries.inspectors); no column.
    shown: list[Avoidance]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(to_on__isnull=True) | Q(to_on__gt=F("from_on")), name="inspector_span"),
            one_in_force("inspector_once", "person", "department"),
        ]

    def __str__(self) -> str:
        return self.person.name


class Interest(models.TextChoices):
    KIN = "kin", "亲属关系"
    STAKE = "stake", "投资、任职等利害关系"
    OTHER = "other", "其他可能影响公正的关系"


class Avoidance(models.Model):
    """An inspector must not inspect a unit: declared, not derived.

    `note` is read by the department alone, and never published.
    """

    inspector = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="avoidances")
    unit = models.ForeignKey(ProjectUnit, on_delete=models.PROTECT, related_name="+")
    interest = models.CharField(max_length=8, choices=Interest.choices)
    note = models.CharField(max_length=200, default="", blank=True)
    declared_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["inspector", "unit"], condition=Q(lifted_at__isnull=True), name="avoidance_once"
            )
        ]


class PlanState(models.TextChoices):
    DRAFT = "draft", "编制中"
    ANNOUNCED = "announced", "已公布，待抽取"
    DRAWN = "drawn", "已抽取"
    VOID = "void", "已作废"


class InspectionPlan(Versioned):
    """抽查计划: what is looked at, by which departments, in which days, drawn by which public value. Several plans may
    share days.

    Once announced, `announcement` holds everything the draw rests on (core.draw) and nothing of it changes any more.
    `sealed` is the seed, encrypted, until the draw shows it in `seed`; `value` is what the lottery gave, `result` what
    was drawn.
    """

    number = models.CharField("计划编号", max_length=24, unique=True)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="inspection_plans")
    title = models.CharField("名称", max_length=80)
    subject = models.CharField("抽查事项", max_length=40)
    state = models.CharField(max_length=10, choices=PlanState.choices, default=PlanState.DRAFT)
    from_on = models.DateField("检查自")
    until_on = models.DateField("检查至")
    issue = models.CharField("期号", max_length=20)
    value_on = models.DateField("开奖日期")
    team = models.PositiveSmallIntegerField(default=0)
    announcement = models.JSONField(null=True)
    announcement_sha256 = models.CharField(max_length=64, default="")
    seed_sha256 = models.CharField(max_length=64, default="")
    sealed = models.BinaryField(null=True)
    announced_at = models.DateTimeField(null=True)
    announced_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    earliest = models.DateTimeField(null=True)
    seed = models.CharField(max_length=64, default="")
    value = models.CharField("公共随机值", max_length=60, default="")
    result = models.JSONField(null=True)
    drawn_at = models.DateTimeField(null=True)
    drawn_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    void_why = models.TextField("作废的理由", default="", blank=True)
    void_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="plan_span"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "void"])
                | Q(announcement__isnull=False, announced_at__isnull=False, earliest__isnull=False)
                & ~Q(seed_sha256=""),
                name="plan_announced_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="drawn")
                | Q(result__isnull=False, drawn_at__gte=F("earliest")) & ~Q(seed="") & ~Q(value=""),
                name="plan_drawn_whole",
                violation_error_message="公布的期限未满，不能抽取",
            ),
            # What stays hidden until the draw, and what is shown by it, are never both there.
            models.CheckConstraint(condition=Q(seed="") | Q(sealed__isnull=True), name="plan_seed_once"),
            models.CheckConstraint(condition=~Q(state="void") | ~Q(void_why=""), name="plan_void_with_reason"),
        ]
        indexes = [models.Index(fields=["hall", "-id"], name="plans_of_hall")]

    def __str__(self) -> str:
        return self.title


class PlanDepartment(models.Model):
    """A department that inspects under a plan; several = a joint inspection (部门联合抽查)."""

    plan = models.ForeignKey(InspectionPlan, on_delete=models.CASCADE, related_name="departments")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "department"], name="plan_department_once")]


class DirectedReason(models.TextChoices):
    KEY = "key", "重点项目"
    COMPLAINT = "complaint", "投诉举报"
    CLUE = "clue", "问题线索、转办交办"


class Directed(models.Model):
    """A project inspected without being drawn, and why; published apart from those drawn.

    `note` is the department's own.
    """

    plan = models.ForeignKey(InspectionPlan, on_delete=models.CASCADE, related_name="directed")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=10, choices=DirectedReason.choices)
    note = models.TextField()
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "project"], name="directed_once")]


class PoolInspector(AppendOnly):
    """Who stands behind a number of a plan's announcement; nobody outside learns it before the draw."""

    plan = models.ForeignKey(InspectionPlan, on_delete=models.PROTECT, related_name="pool")
    number = models.CharField(max_length=8)
    inspector = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="pool_number_once"),
            models.UniqueConstraint(fields=["plan", "inspector"], name="pool_inspector_once"),
        ]


class InspectionState(models.TextChoices):
    WAITING = "waiting", "待检查"
    RECORDED = "recorded", "待检查人员签名"
    RECTIFYING = "rectifying", "责令改正中"
    REINSPECTION = "reinspection", "待复查"
    CONCLUDED = "concluded", "已办结"
    CANCELLED = "cancelled", "随项目终止"


class Outcome(models.TextChoices):
    CLEAR = "clear", "未发现问题"
    CORRECTED = "corrected", "发现问题，当场改正"
    RECTIFY = "rectify", "发现问题，责令限期改正"
    PENALTY = "penalty", "发现问题，移送行政处罚"


class RandomInspection(Versioned):
    """One project inspected under a plan.

    `reason` empty = drawn at `rate`; else directed. `outcome` is the last visit everybody signed.
    """

    # Everybody drawn for it, also who left, where it was read with them (queries.inspection); no column.
    all_members: list[Member]

    plan = models.ForeignKey(InspectionPlan, on_delete=models.PROTECT, related_name="inspections")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="inspections")
    rate = models.CharField(max_length=8, default="", blank=True)
    reason = models.CharField(max_length=10, choices=DirectedReason.choices, default="", blank=True)
    state = models.CharField(max_length=14, choices=InspectionState.choices, default=InspectionState.WAITING)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default="", blank=True)
    first_outcome = models.CharField(max_length=10, choices=Outcome.choices, default="", blank=True)
    rectify_until = models.DateTimeField(null=True)
    inspected_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    concluded_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "project"], name="inspection_once_per_plan"),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | ~Q(outcome=""), name="published_with_outcome"
            ),
            models.CheckConstraint(
                condition=~Q(state="concluded") | Q(concluded_at__isnull=False) & ~Q(outcome=""), name="concluded_whole"
            ),
        ]
        indexes = [models.Index(fields=["project", "-id"], name="inspections_of_project")]

    @property
    def is_open(self) -> bool:
        return self.state not in (InspectionState.CONCLUDED, InspectionState.CANCELLED)


class Member(models.Model):
    """An inspector of an inspection; one who cannot go is replaced by the next rank, with the reason (`left_why`)."""

    inspection = models.ForeignKey(RandomInspection, on_delete=models.PROTECT, related_name="members")
    inspector = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=8)
    left_at = models.DateTimeField(null=True)
    left_why = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inspection", "inspector"], name="member_once"),
            models.CheckConstraint(condition=Q(left_at__isnull=True) | ~Q(left_why=""), name="member_left_with_reason"),
        ]


class Visit(models.Model):
    """检查记录: what was found on one day, by whom recorded; it counts once every inspector has signed (`signed_at`).

    One sent back before that (`returned_why`) counts for nothing and stays on record.
    """

    inspection = models.ForeignKey(RandomInspection, on_delete=models.PROTECT, related_name="visits")
    round = models.PositiveSmallIntegerField()
    on = models.DateField("检查日期")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    summary = models.TextField("检查情况")
    rectify_days = models.PositiveSmallIntegerField(null=True)
    evidence = FileList(FileRole.EVIDENCE)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    returned_why = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inspection", "round"], name="visit_round"),
            models.CheckConstraint(
                condition=~Q(outcome="rectify") | Q(rectify_days__isnull=False), name="rectify_with_term"
            ),
            models.CheckConstraint(
                condition=Q(returned_why="") | Q(signed_at__isnull=True), name="visit_signed_or_returned"
            ),
        ]


class Answer(models.TextChoices):
    YES = "yes", "符合"
    NO = "no", "不符合"
    NA = "na", "不涉及"


class Check(AppendOnly):
    """One question of a visit with its standard and the answer: a requirement of a promise, or a line of the subject's
    check list.
    """

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="checks")
    key = models.CharField(max_length=24)
    text = models.TextField()
    standard = models.TextField()
    commitment = models.ForeignKey(Commitment, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=4, choices=Answer.choices)
    note = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "key"], name="check_once"),
            models.CheckConstraint(condition=~Q(answer="no") | ~Q(note=""), name="fault_with_words"),
        ]


class Signature(AppendOnly):
    """An inspector's signature under a visit."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="signatures")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "person"], name="signature_once")]


class StatementKind(models.TextChoices):
    OPINION = "opinion", "陈述意见"
    RECTIFIED = "rectified", "改正情况报告"


class Statement(AppendOnly):
    """What the company says to an inspection: its view of what was found,
    or that it has put it right, with evidence.
    """

    inspection = models.ForeignKey(RandomInspection, on_delete=models.PROTECT, related_name="statements")
    kind = models.CharField(max_length=10, choices=StatementKind.choices)
    text = models.TextField()
    evidence = FileList(FileRole.EVIDENCE)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Interview(AppendOnly):
    """约谈 of a company of the poor class (附件2·第二十三条(三)): when, with whom, of what, what was asked of it."""

    inspection = models.ForeignKey(RandomInspection, on_delete=models.PROTECT, related_name="interviews")
    on = models.DateField("约谈日期")
    attendees = models.TextField("参加人员")
    content = models.TextField("约谈内容")
    demands = models.TextField("整改要求")
    evidence = FileList(FileRole.EVIDENCE)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
