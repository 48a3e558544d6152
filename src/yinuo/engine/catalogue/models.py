from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from yinuo.engine.base import Versioned
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.people.models import Department, Hall, InForce, Person, one_in_force, span_in_order


class Announced(InForce):
    """A department's published decision on one of its matters, from a day on until its next one.

    A new decision ends the one in force on its first day and replaces what was planned from that day on. What is
    replaced keeps the span it had until then and gets `replaced_at`: it is history and holds on no day.
    """

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+", db_index=False)
    matter_id = models.CharField(max_length=60)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField("依据", max_length=240)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @staticmethod
    def on(day: date) -> Q:
        return InForce.on(day) & Q(replaced_at__isnull=True)


class CommitmentOffer(Announced):
    """A department's dated, published choice to accept promises for a matter (自主确定); over the pack's own offers.

    `offered` False withdraws the pack's offer for the span.
    """

    offered = models.BooleanField("接受承诺")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(to_on__isnull=True) | Q(to_on__gt=F("from_on")), name="offer_span"),
            one_in_force("offer_once", "hall", "matter_id", condition=Q(replaced_at__isnull=True)),
        ]
        indexes = [models.Index(fields=["hall", "matter_id", "from_on"], name="offers_of_matter")]


class Tolerance(Announced):
    """What a department publishes of 容缺受理 for a matter: which materials may come later, and how long at most
    (附件5·三(二)).

    `materials`: ids of the matter's secondary materials; none = from then on no gap is tolerated. `days`: working days.
    """

    materials = models.JSONField("可以容缺的材料", default=list)
    days = models.PositiveSmallIntegerField("容缺时限（工作日）", default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(to_on__isnull=True) | Q(to_on__gt=F("from_on")), name="tolerance_span"),
            models.CheckConstraint(condition=Q(materials=[]) | Q(days__gt=0), name="tolerance_with_term"),
            one_in_force("tolerance_once", "hall", "matter_id", condition=Q(replaced_at__isnull=True)),
        ]
        indexes = [models.Index(fields=["hall", "matter_id", "from_on"], name="tolerances_of_matter")]


class MatterHandler(InForce):
    """Who handles a matter in a hall: shown in its guide, and whom its work items are given to.

    Several persons may handle a matter at once; one person is named for it once at a time.
    """

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+", db_index=False)
    matter_id = models.CharField(max_length=60)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="handlers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="handles")

    class Meta:
        constraints = [span_in_order("handler_span"), one_in_force("handler_once", "hall", "matter_id", "person")]
        indexes = [models.Index(fields=["hall", "matter_id"], name="handlers_of_matter")]


class ZoneKind(models.TextChoices):
    STATE = "state", "国家级特殊功能区"
    DEVELOPMENT = "development", "开发区"
    INDUSTRIAL = "industrial", "产业园区"
    LOGISTICS = "logistics", "物流园区"
    CLUSTER = "cluster", "产业集中区"


class Zone(InForce):
    """特殊功能区: where assessments are made once for all who settle there (附件3·二(一)).

    `body`: the committee, or the department named where there is none; `key` is what a project's `site.zone_id` says. A
    key is used once and for all, so one row is one zone's whole span.
    """

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField("代号", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类别", max_length=12, choices=ZoneKind.choices)
    body = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="zones")
    place = models.CharField("四至范围", max_length=240, default="", blank=True)
    basis = models.CharField("设立依据", max_length=240, default="", blank=True)

    class Meta:
        constraints = [span_in_order("zone_span")]

    def __str__(self) -> str:
        return self.name


class RegionalResult(InForce, Versioned):
    """区域评估评审结果 as it is published: made once for a zone, shared by every project there that meets its
    conditions (附件3·三(三)).

    In force from `from_on` until `to_on`; withdrawn, or replaced by `superseded_by`, it is shared no longer.
    `conditions` in the shape of core.regional.Conditions, `obligations` what each project still does itself.
    `assessment_id`: the process it came of. A zone has one result in use for a matter on a day.
    """

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="results")
    matter_id = models.CharField(max_length=60)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    assessment_id = models.BigIntegerField(unique=True)
    title = models.CharField("报告名称", max_length=160)
    institution = models.CharField("评估机构", max_length=120)
    institution_code = models.CharField("评估机构统一社会信用代码", max_length=18, default="")
    qualification = models.CharField("资质", max_length=160)
    report_number = models.CharField("报告编号", max_length=60)
    report_on = models.DateField("报告日期")
    report_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    scope = models.TextField("适用范围")
    conditions = models.JSONField("适用条件", default=dict)
    obligations = models.JSONField("项目仍须做到", default=list)
    document_number = models.CharField("批准文号", max_length=60, unique=True)
    approved_at = models.DateTimeField()
    published_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.TextField(default="")
    superseded_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__isnull=False) & Q(to_on__gt=F("from_on")), name="regional_result_span"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_why=""), name="regional_withdrawn_with_reason"
            ),
            one_in_force(
                "regional_result_once",
                "zone",
                "matter_id",
                condition=Q(withdrawn_at__isnull=True, superseded_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title
