from __future__ import annotations

from django.db import models
from django.db.models import Q

from yinuo.engine.base import Versioned
from yinuo.engine.catalogue.models import Tolerance
from yinuo.engine.documents.attachments import FileList
from yinuo.engine.documents.models import Document, FileRole, StoredFile
from yinuo.engine.people.models import Person
from yinuo.rooms.onemap.models import Application, MapItem


class DeficientState(models.TextChoices):
    APPLIED = "applied", "待部门审核"
    DECLINED = "declined", "不予容缺"
    NOTIFIED = "notified", "待签承诺"
    WAITING = "waiting", "容缺办理，待补齐"
    COMPLETED = "completed", "已补齐"
    GIVEN_UP = "given_up", "逾期未补，已退件"
    ENDED = "ended", "已终止"


OPEN = ("applied", "notified", "waiting")


class DeficientAcceptance(Versioned):
    """容缺受理 of one matter's application (附件5): from form 5-1 to the completed material, or to the return of the
    papers.

    `materials` was handed in, `missing` is the gap (rows with id and name); `days` and `due_on` stand in notice 5-2;
    `commitment` is the notice as the applicant signed it. `only_gap_at`: since when nothing but the gap has held the
    decision up. `application`: the one that was accepted with the gap; it begins only then, so what is asked before
    names its matter.
    """

    item = models.ForeignKey(MapItem, on_delete=models.PROTECT, related_name="deficiencies")
    application = models.OneToOneField(Application, null=True, on_delete=models.PROTECT, related_name="deficiency")
    state = models.CharField(max_length=10, choices=DeficientState.choices, default=DeficientState.APPLIED)
    tolerance = models.ForeignKey(Tolerance, on_delete=models.PROTECT, related_name="+")
    number = models.CharField("申报号", max_length=24, unique=True)
    situation = models.TextField("项目基本概况及进展情况")
    contact_name = models.CharField("联系人", max_length=60)
    contact_phone = models.CharField("联系电话", max_length=40)
    materials = FileList(FileRole.MATERIAL)
    missing = models.JSONField()
    applied_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField()
    form = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    opinion = models.TextField(default="")
    opinion_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    opinion_at = models.DateTimeField(null=True)
    days = models.PositiveSmallIntegerField(null=True)
    due_on = models.DateField(null=True)
    notice = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    commitment = models.ForeignKey(
        StoredFile, verbose_name="承诺书", null=True, on_delete=models.PROTECT, related_name="+"
    )
    commitment_sha256 = models.CharField(max_length=64, default="")
    signed_by = models.CharField("承诺人", max_length=60, default="")
    signed_at = models.DateTimeField(null=True)
    only_gap_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=240, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(state__in=OPEN), name="deficient_open_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["notified", "waiting"]) | Q(due_on__isnull=False, notice__isnull=False),
                name="deficient_notified",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "completed", "given_up"])
                | Q(commitment__isnull=False, application__isnull=False) & ~Q(commitment_sha256=""),
                name="deficient_accepted_on_commitment",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(opinion=""), name="deficient_declined_with_reason"
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN
