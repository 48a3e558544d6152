from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yinuo.engine.base import AppendOnly, Versioned
from yinuo.engine.documents.attachments import FileList
from yinuo.engine.documents.models import FileRole
from yinuo.engine.feeds.models import Feed
from yinuo.engine.people.models import Department, Hall, Person
from yinuo.rooms.inspections.models import RandomInspection
from yinuo.rooms.projects.models import Project


class Watch(models.Model):
    """When a project is next looked at for an anomaly: derived by `watching.look`, kept so that a sweep costs what is
    due.

    `reminded_at`: when its company was reminded of the start that is still to come.
    """

    project = models.OneToOneField(Project, on_delete=models.PROTECT, primary_key=True, related_name="watch")
    next_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="watch_next")]


class RecordKind(models.TextChoices):
    BIDDING = "bidding", "招标投标"
    PLAN = "plan", "计划执行"
    DISPATCH = "dispatch", "督查调度"
    INSPECTION = "inspection", "检查"
    PENALTY = "penalty", "行政处罚"
    SIGHTING = "sighting", "开工线索"


class LifeRecord(AppendOnly):
    """One version of what supervision records of a project's life; `replaces` is the version before it, which stays
    beside.

    `number`: what the record is called where it comes from – a decision, a section of a tender, a period of a plan.
    `system` and `record_id`: which other system sent it under which name, empty by hand. `data`: the fields of its kind
    (oversight.specs). `inspection`: the random inspection that handed the case to penalty; only a penalty has one, and
    its later versions the same.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="life_records")
    kind = models.CharField(max_length=12, choices=RecordKind.choices)
    step = models.CharField(max_length=12, default="")
    number = models.CharField(max_length=80, default="")
    on = models.DateField()
    data = models.JSONField(default=dict)
    public = models.BooleanField(default=False)
    system = models.CharField(max_length=40, default="")
    record_id = models.CharField(max_length=80, default="")
    digest = models.CharField(max_length=64)
    round = models.PositiveIntegerField(default=1)
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    inspection = models.ForeignKey(RandomInspection, null=True, on_delete=models.PROTECT, related_name="penalties")
    why = models.TextField(default="")
    evidence = FileList(FileRole.EVIDENCE)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "record_id", "round"], condition=~Q(system=""), name="record_of_system_once"
            ),
            models.UniqueConstraint(
                fields=["project", "number"],
                condition=Q(kind="penalty", replaces__isnull=True),
                name="penalty_once_per_project",
            ),
            models.CheckConstraint(condition=Q(system="") ^ ~Q(record_id=""), name="record_named_by_its_system"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="record_replaces_another"
            ),
            models.CheckConstraint(condition=~Q(kind="penalty") | ~Q(number=""), name="penalty_has_number"),
            models.CheckConstraint(
                condition=Q(kind="penalty") | Q(inspection__isnull=True), name="penalty_of_inspection"
            ),
        ]
        indexes = [models.Index(fields=["project", "kind", "-on"], name="records_of_project")]


class WarningKind(models.TextChoices):
    BUILT_FIRST = "built_first", "未批先建"
    START_UNREPORTED = "start_unreported", "开工未报告"
    NOT_STARTED = "not_started", "核准（备案）后未开工"
    IDLE = "idle", "已赋码未办理"


class WarningState(models.TextChoices):
    OPEN = "open", "待处置"
    RECTIFYING = "rectifying", "限期改正中"
    REPORTED = "reported", "已报改正，待核查"
    OVERDUE = "overdue", "逾期未改正，待处置"
    CLOSED = "closed", "已办结"


class WarningOutcome(models.TextChoices):
    CORRECTED = "corrected", "已纠正"
    PUNISHED = "punished", "已处罚"
    UNFOUNDED = "unfounded", "不成立"
    ENDED = "ended", "项目已结束"


class WarningSource(models.TextChoices):
    CLOCK = "clock", "期限届满"
    REPORT = "report", "项目单位报送"
    RECORD = "record", "监管记录"


class AnomalyWarning(Versioned):
    """异常预警 (附件7·第十四条): one open at a time per project and kind, until it is corrected, punished or found
    untrue.

    `former`: the closed one of its kind before it. `matters`: what had to be decided before the start, by name.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="warnings")
    kind = models.CharField(max_length=20, choices=WarningKind.choices)
    state = models.CharField(max_length=12, choices=WarningState.choices, default=WarningState.OPEN)
    source = models.CharField(max_length=8, choices=WarningSource.choices)
    record = models.ForeignKey(LifeRecord, null=True, on_delete=models.PROTECT, related_name="warnings")
    why = models.TextField()
    matters = models.JSONField(default=list)
    cites = models.JSONField(default=list)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    former = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="again")
    found_at = models.DateTimeField()
    rectify_days = models.PositiveSmallIntegerField(null=True)
    outcome = models.CharField(max_length=10, choices=WarningOutcome.choices, default="")
    penalty = models.OneToOneField(LifeRecord, null=True, on_delete=models.PROTECT, related_name="punishes")
    closed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "kind"], condition=~Q(state="closed"), name="warning_open_once"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(outcome="")
                | ~Q(state="closed") & Q(closed_at__isnull=True, outcome=""),
                name="warning_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(outcome="punished") ^ Q(penalty__isnull=True), name="warning_punished_by_a_penalty"
            ),
        ]
        indexes = [
            models.Index(fields=["department", "-id"], name="warnings_of_department"),
            models.Index(fields=["project", "-id"], name="warnings_of_project"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state != WarningState.CLOSED


class StepKind(models.TextChoices):
    FOUND = "found", "发现"
    EXPLAINED = "explained", "项目单位说明"
    HANDED = "handed", "转交处置"
    ORDERED = "ordered", "责令限期改正"
    REPORTED = "reported", "报告改正情况"
    OVERDUE = "overdue", "逾期未改正"
    NOTED = "noted", "情况变化"
    PROPOSED = "proposed", "提出信用扣分"
    CLOSED = "closed", "办结"


class WarningStep(AppendOnly):
    """What was done about a warning, in order, with what shows it."""

    warning = models.ForeignKey(AnomalyWarning, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    text = models.TextField(default="")
    evidence = FileList(FileRole.EVIDENCE)
    role = models.CharField(max_length=24, default="")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["warning", "id"], name="steps_of_warning")]


class ClueBody(models.TextChoices):
    DISCIPLINE = "discipline", "纪检监察机关"
    PROSECUTION = "prosecution", "检察机关"
    POLICE = "police", "公安机关"
    SUPERIOR = "superior", "主管机关"


class Clue(Versioned):
    """A clue to a breach of discipline or law by staff, handed to the competent body (附件7·第二十二条); never public.

    The material goes to the body under seal and is not kept here. `person`: whom it concerns, who never sees it, nor
    their department.
    """

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    body = models.CharField(max_length=12, choices=ClueBody.choices)
    body_name = models.CharField(max_length=80)
    handed_on = models.DateField()
    receipt = models.CharField(max_length=80)
    handed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.TextField(default="")
    answered_on = models.DateField(null=True)
    answer_entered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hall", "body_name", "receipt"], name="clue_receipt_once"),
            models.CheckConstraint(
                condition=~Q(person=F("handed_by")),
                name="clue_of_another",
                violation_error_message="线索不能由本人移送",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_on__isnull=True) | ~Q(answer="") & Q(answered_on__isnull=False),
                name="clue_answer_dated",
            ),
        ]
        indexes = [models.Index(fields=["hall", "-id"], name="clues_of_hall")]


class SharedKind(models.TextChoices):
    DECISION = "decision", "审批决定"
    INSPECTION = "inspection", "检查结果"
    PENALTY = "penalty", "行政处罚"


SHARED_FEED = Feed("shared", SharedKind)
