from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yinuo.engine.base import AppendOnly
from yinuo.engine.people.models import Hall, Person, Region


class ManualPoint(AppendOnly):
    """人工评分 by the supervisor, for what no record of the platform can score (附件7·第十一条、第十二条).

    **Units** points of the hall's score. `corrects`: the row this one takes back, with just its points and on its day;
    nothing is changed or removed, and what was taken back once is taken back for good.
    """

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="manual_points")
    on = models.DateField("发生日期")
    points = models.DecimalField("分值", max_digits=6, decimal_places=2)
    basis = models.CharField("评分依据", max_length=200)
    evidence = models.TextField("证据")
    reason = models.TextField("理由")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(points=0), name="manual_points_count", violation_error_message="分值不能为 0"
            ),
            models.CheckConstraint(
                condition=~Q(basis="") & ~Q(evidence="") & ~Q(reason=""), name="manual_points_with_grounds"
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(corrects=F("id")), name="manual_points_correct_another"
            ),
        ]
        indexes = [models.Index(fields=["hall", "on"], name="manual_points_of_hall")]


class EventType(models.TextChoices):
    REVIEW = "review", "好差评"
    LIGHT = "light", "亮灯"
    LANDED = "landed", "项目落地"
    TRACK_PRAISED = "track_praised", "专项服务获好评"
    MANUAL = "manual", "人工评分"


class ReportedEvent(AppendOnly):
    """An event of a hall whose matters are handled in another system, as its reporter took it in: cited, and once by
    its `reference`.

    The detail is that of core.hall's event of the type. `withdraws`: the row this one takes back; it counts nothing
    itself.
    """

    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="reported_events")
    reference = models.CharField("编号", max_length=80)
    on = models.DateField("发生日期")
    type = models.CharField(max_length=16, choices=EventType.choices)
    subject = models.CharField("事项或者项目编号", max_length=80, default="")
    mark = models.CharField(max_length=16, default="")
    kind = models.CharField(max_length=12, default="")
    level = models.PositiveSmallIntegerField(null=True)
    days = models.PositiveIntegerField(null=True)
    approval_days = models.PositiveIntegerField(null=True)
    points = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    what = models.CharField("内容", max_length=160)
    handler = models.CharField("办理人员", max_length=60, default="")
    evidence = models.CharField("出处", max_length=200)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdraws = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="withdrawn_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hall", "reference"], name="reported_once"),
            models.CheckConstraint(condition=~Q(reference="") & ~Q(evidence=""), name="reported_with_evidence"),
        ]
        indexes = [models.Index(fields=["hall", "on"], name="reported_of_hall")]


class Bulletin(AppendOnly):
    """月度通报 of a region: the scores and ranks as they stood when it was published. It never changes; the live score
    is always derived.

    `month`: its first day. `body`: what the paper says; `sha256` its digest, `events_sha256` that of the events it
    rests on. What has come to light since stands in a later bulletin as a correction.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="bulletins")
    month = models.DateField()
    number = models.CharField("文号", max_length=60, unique=True)
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    events_sha256 = models.CharField(max_length=64)
    pack_hash = models.CharField(max_length=64)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "month"], name="bulletin_once_a_month")]

    def __str__(self) -> str:
        return f"{self.region}{self.month:%Y年%m月}通报"


class HonourKind(models.TextChoices):
    HALL = "hall", "政务大厅"
    CONVENER = "convener", "总召集人"
    HANDLER = "handler", "审批事项办理人员"


class Honour(AppendOnly):
    """A quarter's title with its 虚拟流动红旗, or without for a convener (附件7·第二十二条); awarded by the bulletin of
    the quarter's end.
    """

    bulletin = models.ForeignKey(Bulletin, on_delete=models.PROTECT, related_name="honours")
    kind = models.CharField(max_length=8, choices=HonourKind.choices)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="honours")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("授予", max_length=80)
    title = models.CharField("荣誉称号", max_length=80)
    flag = models.BooleanField("虚拟流动红旗", default=False)
    rank = models.PositiveSmallIntegerField()
    grounds = models.CharField("事由", max_length=120)

    class Meta:
        # Two people of one name are two; whoever another system reported is known by name alone.
        constraints = [
            models.UniqueConstraint(
                fields=["bulletin", "kind", "hall", "person"],
                condition=Q(person__isnull=False),
                name="honour_of_person_once",
            ),
            models.UniqueConstraint(
                fields=["bulletin", "kind", "hall", "name"], condition=Q(person__isnull=True), name="honour_once"
            ),
        ]
