from __future__ import annotations

from django.db import models
from django.db.models import Q

from yinuo.engine.base import Versioned
from yinuo.engine.documents.attachments import FileList
from yinuo.engine.documents.models import Document, FileRole, StoredFile
from yinuo.engine.people.models import Department, Person
from yinuo.engine.trail.models import StoredDecision
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project


class MockState(models.TextChoices):
    REGISTERED = "registered", "已登记，待提交承诺书"
    OPINIONS = "opinions", "部门审核中"
    AGREED = "agreed", "审核通过，待分发"
    RUNNING = "running", "模拟审批中"
    CONVERTING = "converting", "文件转换中"
    CONVERTED = "converted", "已转为正式审批"
    REFUSED = "refused", "不予列入模拟审批"
    ENDED = "ended", "已结束"


OPEN = ("registered", "opinions", "agreed", "running", "converting")


class LandKind(models.TextChoices):
    CONTRACT = "contract", "土地出让合同"
    ALLOCATION = "allocation", "划拨决定书"


class MockApplication(Versioned):
    """模拟审批 of one project, as the window registered it (附件4-1) and leads it through its three phases (附件4·四).

    `facts`: the project's as it applied, with what the window asked beside them; a change is told by comparing.
    `contacts`: list of {name, phone}. `changes`: what forced a new approval, each {case, text, facts}. `approvals`:
    files of what was obtained already.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="mock_applications")
    state = models.CharField(max_length=12, choices=MockState.choices, default=MockState.REGISTERED)
    contacts = models.JSONField()
    progress = models.TextField("项目基本概况及进展情况")
    land = models.TextField("项目用地基本情况")
    land_expected_on = models.DateField("土地预计取得时间")
    legal_representative = models.CharField("法定代表人", max_length=60)
    facts = models.JSONField()
    decision = models.ForeignKey(StoredDecision, on_delete=models.PROTECT, related_name="+")
    note = models.TextField("办理说明", default="")
    support = models.CharField(max_length=12, default="")
    form = models.ForeignKey(
        StoredFile, verbose_name="模拟审批申请表", null=True, on_delete=models.PROTECT, related_name="+"
    )
    approvals = FileList(FileRole.APPROVAL)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    commitment = models.ForeignKey(
        StoredFile, verbose_name="模拟审批承诺书", null=True, on_delete=models.PROTECT, related_name="+"
    )
    committed_on = models.DateField(null=True)
    number = models.CharField("模拟审批号", max_length=40, default="")
    noticed_at = models.DateTimeField(null=True)
    land_kind = models.CharField(max_length=12, choices=LandKind.choices, default="")
    land_number = models.CharField("合同或者决定书编号", max_length=80, default="")
    land_on = models.DateField(null=True)
    land_scan = models.ForeignKey(
        StoredFile, verbose_name="用地合同或者决定书", null=True, on_delete=models.PROTECT, related_name="+"
    )
    land_at = models.DateTimeField(null=True)
    changes = models.JSONField(default=list)
    closed_at = models.DateTimeField(null=True)
    closed_why = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project"], condition=Q(state__in=OPEN), name="mock_open_once"),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="mock_number_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["opinions", "agreed", "running"]) | Q(commitment__isnull=False),
                name="mock_committed",
            ),
            models.CheckConstraint(
                condition=~Q(state="converting") | Q(land_at__isnull=False), name="mock_land_registered"
            ),
            models.CheckConstraint(condition=Q(state__in=OPEN) | Q(closed_at__isnull=False), name="mock_closed_at"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def __str__(self) -> str:
        return f"{self.project}（模拟审批）"


class MatterOutcome(models.TextChoices):
    CONVERTED = "converted", "已转为正式审批"
    ORDINARY = "ordinary", "转入正式办理"
    LAPSED = "lapsed", "模拟审批失效"
    AGAIN = "again", "重新报批"
    REFUSED = "refused", "不予许可"
    ENDED = "ended", "已结束"


class MockMatter(models.Model):
    """One line of the circulation sheet (附件4-4), kept by what happens to the item."""

    application = models.ForeignKey(MockApplication, on_delete=models.PROTECT, related_name="matters")
    item = models.ForeignKey(MapItem, on_delete=models.PROTECT, related_name="mock_matters")
    mock_at = models.DateTimeField(null=True)
    mock_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    paper = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    valid_until = models.DateField(null=True)
    formal_at = models.DateTimeField(null=True)
    formal_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=MatterOutcome.choices, default="")
    note = models.CharField(max_length=240, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "item"], name="mock_matter_once")]


class MockOpinion(Versioned):
    """What natural resources and market regulation say of an application, each of its own conditions."""

    application = models.ForeignKey(MockApplication, on_delete=models.PROTECT, related_name="opinions")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    agreed = models.BooleanField(null=True)
    text = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "department"], name="mock_opinion_once"),
            models.CheckConstraint(
                condition=Q(agreed__isnull=True) | (Q(answered_at__isnull=False) & ~Q(text="")),
                name="mock_opinion_with_reason",
            ),
        ]
