from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yinuo.engine.base import AppendOnly, Versioned
from yinuo.engine.people.models import Department, Hall, Person, ProjectUnit
from yinuo.engine.rules import pack
from yinuo.engine.trail.models import StoredDecision


class ProjectKind(models.TextChoices):
    FILING = "filing", "备案"
    VERIFICATION = "verification", "核准"
    APPROVAL = "approval", "审批"


class ProjectClass(models.TextChoices):
    PRIVATE = "private", "民间投资"
    STATE_OWNED = "state_owned", "国有企业投资"
    GOVERNMENT_FUNDS = "government_funds", "申请使用政府投资资金"
    PUBLIC_WORKS = "public_works", "公共工程"


class ProjectState(models.TextChoices):
    MANUAL = "manual", "待人工办理"
    ASSIGNING = "assigning", "赋码中"
    FILED = "filed", "已立项，待复核"
    CONFIRMED = "confirmed", "已复核"
    COMPLETED = "completed", "已竣工"
    REFUSED = "refused", "不予办理"
    WITHDRAWN = "withdrawn", "已撤回"
    TERMINATED = "terminated", "已终止"


class Draft(Versioned):
    """A filing on its way, saved as it goes.

    The secrecy declaration comes before the first draft, so none holds a secret.
    """

    unit = models.ForeignKey(ProjectUnit, on_delete=models.PROTECT, related_name="drafts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    step = models.CharField(max_length=24, default="")
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    filed_as = models.OneToOneField("Project", null=True, on_delete=models.PROTECT, related_name="draft")


class Project(Versioned):
    """An investment project. Its code is its one identity; `facts` are the filing form's fields.

    `stopped_at`: building is stopped by a ruling on a broken promise, until it is lifted (附件2·第十四条); None = it
    may go on. `rules_on` and `pack_hash` pin the rules it runs under (U-6). `filed_via`: through which visit or
    agreement `filed_by` filed it, who then is an official; empty = one of the unit's own people did. `code` is empty
    while the code is being assigned (赋码中).
    """

    code = models.CharField("项目代码", max_length=24, null=True, unique=True)
    name = models.CharField("项目名称", max_length=160)
    kind = models.CharField(max_length=12, choices=ProjectKind.choices)
    project_class = models.CharField(max_length=20, choices=ProjectClass.choices)
    unit = models.ForeignKey(ProjectUnit, on_delete=models.PROTECT, related_name="projects")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=ProjectState.choices)
    facts = models.JSONField()
    total_investment = models.DecimalField("总投资（万元）", max_digits=16, decimal_places=4)
    rules_on = models.DateField()
    pack_hash = models.CharField(max_length=64)
    filed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    filed_via = models.CharField(max_length=40, default="")
    instant = models.BooleanField(default=False)
    decision = models.ForeignKey(StoredDecision, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    landed_at = models.DateTimeField(null=True)
    started_on = models.DateField(null=True)
    completed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField("停止建设", null=True)
    problem = models.TextField(default="")
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["manual", "assigning", "refused", "terminated"]) | Q(code__isnull=False),
                name="project_has_code",
            ),
            models.CheckConstraint(condition=Q(total_investment__gt=0), name="project_investment_positive"),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(problem=""), name="project_withdrawn_with_problem"
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="project_replaces_another"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-id"], name="projects_of_unit"),
            models.Index(fields=["hall", "-id"], name="projects_of_hall"),
            models.Index(fields=["unit", "name"], name="projects_duplicates"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_rated(self) -> bool:
        """Whether its certificate shows a grade: 信用备案证 is for enterprises (附件2·第二条、第十条)."""
        return self.unit.type in pack().parameter("certificate.unit_types", self.rules_on).value

    @property
    def certificate_name(self) -> str:
        return "信用备案证" if self.is_rated else "备案证明"


class Pledge(AppendOnly):
    """The filing pledge: truth of the information, industrial policy, no secret.

    Part of the form, shown in the zone at once.
    """

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="pledge")
    text_version = models.CharField(max_length=24)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class FilingCertificate(AppendOnly):
    """信用备案证: that there is one, and its number.

    Each of its papers is a `documents.Document` in the colour of the grade at its issue.
    """

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField("备案文号", max_length=60, unique=True)
    issued_at = models.DateTimeField()


class AmendmentKind(models.TextChoices):
    """What a change that keeps the code is (附件7·第四条): words added to, told, or looked at again by the office."""

    CORRECTION = "correction", "补充更正"
    NOTIFIED = "notified", "告知变更"
    MAJOR = "major", "重大变更"


class Amendment(AppendOnly):
    """A change of a filed project that keeps its code.

    **Shape** `changes`: {path: [before, after]}.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="amendments")
    kind = models.CharField("变更类型", max_length=10, choices=AmendmentKind.choices, default=AmendmentKind.NOTIFIED)
    changes = models.JSONField()
    reason = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class ChangeState(models.TextChoices):
    PENDING = "pending", "待审核"
    APPROVED = "approved", "同意变更"
    REFUSED = "refused", "不同意变更"
    WITHDRAWN = "withdrawn", "已撤回"
    LAPSED = "lapsed", "项目结束，不再办理"


class ChangeRequest(Versioned):
    """A change that the gate does not let through at once: it waits for the filing office, and the project stays as it
    is.

    `changes` as of `Amendment`; `stops` are the rules in the way, with words and clauses.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="change_requests")
    kind = models.CharField("变更类型", max_length=10, choices=AmendmentKind.choices, default=AmendmentKind.NOTIFIED)
    changes = models.JSONField()
    stops = models.JSONField()
    reason = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=ChangeState.choices, default=ChangeState.PENDING)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    why = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=Q(state="pending"), name="change_request_once_pending"
            ),
            models.CheckConstraint(
                condition=Q(state="pending") | Q(decided_at__isnull=False),
                name="change_request_ended_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.get_state_display()}"


class ParticipantRole(models.TextChoices):
    SURVEY = "survey", "勘察"
    DESIGN = "design", "设计"
    CONSTRUCTION = "construction", "施工"
    SUPERVISION = "supervision", "监理"
    CONSULTING = "consulting", "咨询"
    SURVEYING = "surveying", "测绘"
    TESTING = "testing", "检测"


class Participant(models.Model):
    """A unit taking part in building, as reported by the company (报备); `replaced_at` = when it left, `ended_why` =
    why.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="participants")
    role = models.CharField(max_length=12, choices=ParticipantRole.choices)
    name = models.CharField(max_length=120)
    credit_code = models.CharField(max_length=18)
    qualification = models.CharField(max_length=120, default="", blank=True)
    reported_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "role", "credit_code"],
                condition=Q(replaced_at__isnull=True),
                name="participant_once",
            ),
        ]


class ReportKind(models.TextChoices):
    START = "start", "开工建设"
    PROGRESS = "progress", "建设进度"
    INVESTMENT = "investment", "完成投资"
    COMPLETION = "completion", "竣工"


class ProgressReport(AppendOnly):
    """What the company reports of its building: start, progress, investment done, completion."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=12, choices=ReportKind.choices)
    on = models.DateField("发生日期")
    percent = models.PositiveSmallIntegerField("形象进度", null=True)
    invested = models.DecimalField("累计完成投资（万元）", max_digits=16, decimal_places=4, null=True)
    text = models.TextField(default="", blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(percent__isnull=True) | Q(percent__lte=100), name="report_percent"),
            models.UniqueConstraint(
                fields=["project", "kind"], condition=Q(kind__in=["start", "completion"]), name="report_once"
            ),
        ]


class Question(models.Model):
    """A question of a project unit, answered within a limit; one about a matter lies with the matter's department at
    once.

    `matter_id` is the matter's id in the pack, empty = about the project as a whole.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="questions")
    matter_id = models.CharField(max_length=60, default="", blank=True)
    text = models.TextField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(default="")
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    # What everybody may read of it, in words that name nobody; kept when it is withdrawn, for whoever publishes it
    # anew.
    public_text = models.TextField(default="", blank=True)
    public_answer = models.TextField(default="", blank=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | (
                    Q(answered_at__isnull=False, published_by__isnull=False) & ~Q(public_text="") & ~Q(public_answer="")
                ),
                name="question_published_whole",
            )
        ]
        indexes = [
            models.Index(
                fields=["matter_id", "-id"], condition=Q(published_at__isnull=False), name="published_questions"
            )
        ]
