from __future__ import annotations

from django.db import models
from django.db.models import Q

from yinuo.engine.base import AppendOnly, Versioned
from yinuo.engine.catalogue.models import Zone
from yinuo.engine.documents.models import Document
from yinuo.engine.people.models import Department, Hall, Person, ProjectUnit
from yinuo.engine.trail.models import StoredDecision
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.projects.models import Project


class ParcelStatus(models.TextChoices):
    PREPARED = "prepared", "前期整理"
    OFFERED = "offered", "公开出让"
    SOLD = "sold", "已出让"


class LandUse(models.TextChoices):
    INDUSTRIAL = "industrial", "工业用地"
    LOGISTICS = "logistics", "物流仓储用地"
    COMMERCIAL = "commercial", "商业服务业用地"
    OTHER = "other", "其他建设用地"


class BasicKind(models.TextChoices):
    WATER = "water", "通水"
    POWER = "power", "通电"
    ROAD = "road", "通路"
    LEVELLING = "levelling", "土地平整"


class Parcel(Versioned):
    """A piece of state-owned construction land (地块), from its preparation to its sale.

    `standard` is the decision that made it a 标准地. `indicators`: list of {id, value}; the ids stand in
    `indicators.py`.
    """

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="parcels")
    number = models.CharField("地块编号", max_length=40, unique=True)
    name = models.CharField("地块名称", max_length=80)
    zone = models.ForeignKey(Zone, null=True, on_delete=models.PROTECT, related_name="parcels")
    place = models.CharField("位置和四至", max_length=240)
    area = models.DecimalField("面积（平方米）", max_digits=14, decimal_places=2)
    land_use = models.CharField("用途", max_length=12, choices=LandUse.choices, default=LandUse.INDUSTRIAL)
    titled_on = models.DateField("权属核清日期", null=True)
    title_evidence = models.CharField("权属依据", max_length=240, default="")
    indicators = models.JSONField(default=list)
    status = models.CharField(max_length=10, choices=ParcelStatus.choices, default=ParcelStatus.PREPARED)
    prepared_at = models.DateTimeField()
    standard = models.ForeignKey(StoredDecision, null=True, on_delete=models.PROTECT, related_name="+")
    standard_at = models.DateTimeField(null=True)
    offered_at = models.DateTimeField(null=True)
    unit = models.ForeignKey(ProjectUnit, null=True, on_delete=models.PROTECT, related_name="parcels")
    contract_number = models.CharField("出让合同编号", max_length=60, default="")
    contract_on = models.DateField("签订日期", null=True)
    sold_at = models.DateTimeField(null=True)
    sale_note = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(area__gt=0), name="parcel_area_positive"),
            models.CheckConstraint(
                condition=~Q(status="sold")
                | Q(unit__isnull=False, contract_on__isnull=False, sold_at__isnull=False) & ~Q(contract_number=""),
                name="parcel_sold_by_contract",
            ),
            models.CheckConstraint(
                condition=Q(standard__isnull=True) | Q(standard_at__isnull=False), name="parcel_standard_since"
            ),
            models.UniqueConstraint(
                fields=["contract_number"], condition=~Q(contract_number=""), name="land_contract_once"
            ),
        ]
        indexes = [models.Index(fields=["hall", "status", "-id"], name="parcels_of_hall")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def mu(self) -> str:
        """The area in mu, to two places: what indicators are counted by."""
        return f"{self.area * 3 / 2000:.2f}"


class ParcelBasic(AppendOnly):
    """One of the basics is there since a day, with what shows it; a later row corrects an earlier one."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="basics")
    kind = models.CharField(max_length=12, choices=BasicKind.choices)
    ready = models.BooleanField(default=True)
    on = models.DateField()
    evidence = models.CharField(max_length=240)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["parcel", "id"], name="basics_of_parcel")]


class ParcelAssessment(AppendOnly):
    """An assessment made for the parcel as a whole (区域评估), where no result of its zone covers it."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="assessments")
    matter_id = models.CharField(max_length=60)
    on = models.DateField()
    evidence = models.CharField(max_length=240)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parcel", "matter_id"], name="assessment_once_per_parcel")]


class ParcelInterest(AppendOnly):
    """A unit that wants the parcel while it is offered; `grade` is the one it had then."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="interests")
    unit = models.ForeignKey(ProjectUnit, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(default="")
    grade = models.CharField(max_length=8)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parcel", "unit"], name="interest_once_per_unit")]


class ParcelUse(models.Model):
    """A project of the buyer on the parcel, and the promise of the parcel's indicators that came with it."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="uses")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="parcel_uses")
    commitment = models.ForeignKey(Commitment, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parcel"], condition=Q(ended_at__isnull=True), name="parcel_used_once"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(ended_at__isnull=True), name="project_on_one_parcel"
            ),
        ]


class ListState(models.TextChoices):
    INDICATORS = "indicators", "征集关键指标要素"
    DESIGN = "design", "征集技术设计要点"
    ASSEMBLY = "assembly", "待汇总"
    READY = "ready", "已形成"
    SUPERSEDED = "superseded", "已有更正版"


UNDER_WAY = ("indicators", "design", "assembly")


class LandChecklist(Versioned):
    """用地清单 of a parcel: the survey, what departments and utilities say of it, put together into one paper for the
    buyer.

    `number` counts the versions: what is corrected later is a new one, and the earlier stays as it was issued.
    """

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="lists")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=ListState.choices, default=ListState.INDICATORS)
    surveyed_on = models.DateField("普查日期")
    survey = models.TextField("土地现状")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ready_at = models.DateTimeField(null=True)
    why = models.TextField(default="")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parcel", "number"], name="land_list_version_once"),
            models.UniqueConstraint(fields=["parcel"], condition=~Q(state="superseded"), name="land_list_one_in_force"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(why=""), name="land_list_corrected_with_reason"),
        ]


class Part(models.TextChoices):
    INDICATORS = "indicators", "评估关键指标要素"
    DESIGN = "design", "技术设计要点"


class ListInput(Versioned):
    """What one department or utility says for a list.

    `points`: list of {subject, text, basis}; `lapsed_at`: its term has passed.
    """

    land_list = models.ForeignKey(LandChecklist, on_delete=models.PROTECT, related_name="inputs")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=12, choices=Part.choices)
    points = models.JSONField(default=list)
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["land_list", "department", "part"], name="list_input_once")]
