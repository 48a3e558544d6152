from __future__ import annotations

from django.db import models
from django.db.models import Q

from yinuo.engine.base import AppendOnly, Versioned
from yinuo.engine.catalogue.models import RegionalResult, Zone
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.people.models import Department, Person
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project


class AssessmentState(models.TextChoices):
    CONSULTING = "consulting", "征求意见"
    COMMISSIONED = "commissioned", "评估中"
    REPORTED = "reported", "报告已编制"
    SUBMITTED = "submitted", "审查中"
    RETURNED = "returned", "退回修改"
    APPROVED = "approved", "已批准，待公布"
    PUBLISHED = "published", "已公布"
    CANCELLED = "cancelled", "已终止"


class Payer(models.TextChoices):
    """Who the law says has the assessment made, and so whose cost it is (附件3·三(四))."""

    DEPARTMENT = "department", "应由审批部门开展，财政负担"
    APPLICANT = "applicant", "应由申请人开展，财政先行垫付"


class RegionalAssessment(Versioned):
    """One matter assessed for one zone, from asking the departments to the published result (附件3·三(一)、(二)).

    `replaces`: the result it updates. `conditions` and `obligations` as in catalogue.RegionalResult. `cost` is what the
    institution is paid, `share` what a project that shares the result would return of it where the pack's switch is on;
    both in yuan.
    """

    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="assessments")
    matter_id = models.CharField(max_length=60)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=AssessmentState.choices, default=AssessmentState.CONSULTING)
    requirements = models.TextField("评估评审内容和具体要求")
    replaces = models.ForeignKey(RegionalResult, null=True, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    institution = models.CharField("评估机构", max_length=120, default="")
    institution_code = models.CharField("评估机构统一社会信用代码", max_length=18, default="")
    qualification = models.CharField("资质", max_length=160, default="")
    payer = models.CharField(max_length=12, choices=Payer.choices, default=Payer.DEPARTMENT)
    cost = models.DecimalField("评估费用（元）", max_digits=12, decimal_places=2, null=True)
    share = models.DecimalField("每个项目应返还（元）", max_digits=12, decimal_places=2, default=0)
    commissioned_at = models.DateTimeField(null=True)
    title = models.CharField("报告名称", max_length=160, default="")
    report_number = models.CharField("报告编号", max_length=60, default="")
    report_on = models.DateField("报告日期", null=True)
    report_file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    scope = models.TextField("适用范围", default="")
    conditions = models.JSONField("适用条件", default=dict)
    obligations = models.JSONField("项目仍须做到", default=list)
    from_on = models.DateField("生效", null=True)
    to_on = models.DateField("失效", null=True)
    submitted_at = models.DateTimeField(null=True)
    document_number = models.CharField("批准文号", max_length=60, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(default="")
    published_at = models.DateTimeField(null=True)
    result = models.OneToOneField(RegionalResult, null=True, on_delete=models.PROTECT, related_name="assessment")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "matter_id"],
                condition=~Q(state__in=["published", "cancelled"]),
                name="assessment_open_once",
            ),
            models.UniqueConstraint(
                fields=["document_number"], condition=~Q(document_number=""), name="assessment_document_number"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(result__isnull=False), name="assessment_published_result"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "cancelled"]) | ~Q(reason=""), name="assessment_reason"
            ),
            models.CheckConstraint(
                condition=Q(share__gte=0) & (Q(cost__isnull=True) | Q(cost__gte=0)), name="assessment_amounts"
            ),
        ]
        indexes = [models.Index(fields=["zone", "id"], name="assessments_of_zone")]


class Opinion(models.Model):
    """What a department says before the institution is commissioned (充分征求相关部门意见建议); silence after the term
    is none.
    """

    assessment = models.ForeignKey(RegionalAssessment, on_delete=models.PROTECT, related_name="opinions")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    text = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    lapsed = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "department"], name="opinion_once")]


class FeeKind(models.TextChoices):
    BORNE = "borne", "财政负担"
    ADVANCED = "advanced", "财政垫付"
    SHARED = "shared", "项目共享"
    RETURNED = "returned", "不再共享，冲减"
    SETTLED = "settled", "项目返还财政"


class FeeEntry(AppendOnly):
    """A line of the fee ledger, in yuan: what finance paid for an assessment, what a sharing project stands for, what
    it returned.

    `payer` says whose cost the law makes it; whether a project is asked for it is decided by the pack on the day of its
    permit.
    """

    assessment = models.ForeignKey(RegionalAssessment, on_delete=models.PROTECT, related_name="fees")
    kind = models.CharField(max_length=10, choices=FeeKind.choices)
    payer = models.CharField(max_length=12, choices=Payer.choices)
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="regional_fees")
    item = models.ForeignKey(MapItem, null=True, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    voucher = models.CharField("缴款书编号", max_length=60, default="")
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="settled") | (Q(project__isnull=False) & ~Q(voucher="")), name="fee_settled_whole"
            ),
            models.UniqueConstraint(fields=["voucher", "assessment"], condition=~Q(voucher=""), name="fee_voucher"),
        ]
        indexes = [models.Index(fields=["project"], name="fees_of_project")]
