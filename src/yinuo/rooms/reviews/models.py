from __future__ import annotations

from django.db import models
from django.db.models import Q

from yinuo.engine.base import AppendOnly, LeadsToPage, PageRef, Versioned
from yinuo.engine.people.models import Department, Hall, Person
from yinuo.engine.register import service_names
from yinuo.rooms.onemap.models import Application, MapItem
from yinuo.rooms.projects.models import Project


class Level(models.IntegerChoices):
    VERY_GOOD = 5, "非常满意"
    GOOD = 4, "满意"
    FAIR = 3, "基本满意"
    BAD = 2, "不满意"
    VERY_BAD = 1, "非常不满意"


class Channel(models.TextChoices):
    MAP = "map", "一张图"
    LINK = "link", "短信链接"
    COUNTER = "counter", "窗口扫码"
    WINDOW = "window", "窗口代录"


class TrackService(LeadsToPage, AppendOnly):
    """A special track has served a project and that has ended: the unit may review it once (附件7·第二十条).

    `subject_kind`, `subject_id`: the row of the track's own room. `name` is read by those reviewed and names neither
    project nor unit. `department` answers for it; None = the hall's general convener, who heads agents and window. The
    page is where the unit finds the track.
    """

    track = models.CharField(max_length=14)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="track_services")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    handler = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    ended_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["track", "subject_kind", "subject_id"], name="track_service_once")
        ]

    def get_track_display(self) -> str:
        """In words; a kind no longer registered by its id."""
        return service_names().get(self.track, self.track)

    @property
    def given(self) -> ServiceReview | None:
        """The unit's review, None while it has not spoken."""
        return getattr(self, "review", None)


class ServiceReview(AppendOnly):
    """好差评 of one concluded application of one matter, or of one track's service, given once (附件7·第十五条).

    `person`: who gave it, empty through a link; never shown to those reviewed. `handler`: who had decided.
    """

    application = models.OneToOneField(Application, null=True, on_delete=models.PROTECT, related_name="review")
    service = models.OneToOneField(TrackService, null=True, on_delete=models.PROTECT, related_name="review")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    handler = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    indicators = models.JSONField(default=list)
    text = models.TextField(default="")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(application__isnull=False) ^ Q(service__isnull=False),
                name="review_of_one_thing",
            ),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="review_level"),
        ]
        indexes = [models.Index(fields=["hall", "-id"], name="reviews_of_hall")]

    @property
    def item(self) -> MapItem | None:
        return self.application.item if self.application is not None else None

    @property
    def about(self) -> MapItem | TrackService:
        """What was reviewed: both have a `name` and a `project`."""
        found = self.item or self.service
        assert found is not None
        return found

    @property
    def page(self) -> PageRef:
        """Where the unit reads its review and the answer."""
        if self.application is not None:
            return PageRef("unit:review", item_id=self.application.item_id)
        assert self.service_id is not None
        return PageRef("unit:service_review", service_id=self.service_id)


class RectificationState(models.TextChoices):
    NEW = "new", "待转办"
    ASSIGNED = "assigned", "待核实整改"
    APPEALED = "appealed", "申诉待复核"
    ANSWERED = "answered", "答复待审核"
    CHECKED = "checked", "待回访"
    CLOSED = "closed", "已办结"
    SET_ASIDE = "set_aside", "申诉成立，不计差评"


RECTIFIED = (RectificationState.CLOSED, RectificationState.SET_ASIDE)


class Finding(models.TextChoices):
    TRUE = "true", "属实"
    PARTLY = "partly", "部分属实"
    UNTRUE = "untrue", "不属实"


class CallBack(models.TextChoices):
    SATISFIED = "satisfied", "满意"
    NOT_SATISFIED = "not_satisfied", "不满意"
    UNREACHED = "unreached", "联系不上"


class Rectification(Versioned):
    """差评整改: assigned by the supervisor, verified and rectified by the department, its wording checked, called back,
    closed.

    `returned`: how often an answer was sent back for its wording, with the last reason in `returned_why`.
    """

    review = models.OneToOneField(ServiceReview, on_delete=models.PROTECT, related_name="rectification")
    state = models.CharField(max_length=10, choices=RectificationState.choices, default=RectificationState.NEW)
    instruction = models.TextField(default="")
    finding = models.CharField(max_length=8, choices=Finding.choices, default="")
    measures = models.TextField(default="")
    answer = models.TextField(default="")
    returned = models.PositiveSmallIntegerField(default=0)
    returned_why = models.TextField(default="")
    appeal = models.TextField(default="")
    appeal_answer = models.TextField(default="")
    call_back = models.CharField(max_length=14, choices=CallBack.choices, default="")
    call_back_note = models.TextField(default="")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["closed", "set_aside"]) | Q(closed_at__isnull=False), name="rectified_at"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "checked", "closed"]) | (~Q(answer="") & ~Q(finding="")),
                name="rectified_with_answer",
            ),
            models.CheckConstraint(condition=~Q(state="closed") | ~Q(call_back=""), name="closed_after_call_back"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state not in RECTIFIED
