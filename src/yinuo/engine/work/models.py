from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse

from yinuo.engine.base import AppendOnly, LeadsToPage, PageRef
from yinuo.engine.people.models import Department, Hall, Person, ProjectUnit
from yinuo.engine.register import work_names
from yinuo.engine.work.lights import Light, light, paused


class WorkState(models.TextChoices):
    RUNNING = "running", "计时中"
    PAUSED = "paused", "暂停"
    DONE = "done", "已办"
    CANCELLED = "cancelled", "已取消"


class WorkItem(LeadsToPage):
    """What waits for somebody, with its clock.

    The clock is derived from `started_at` and the clock events by core.clock; `due_at`, `yellow_from`, `red_from` and
    `next_transition_at` are its cache (work.caches). The light follows from `yellow_from`, `red_from` and the moment of
    reading (`lights.py`), so a stopped ticker delays messages and never shows a wrong light. `announced` is the light
    last told. `due_at` is shown and sorts; while paused it is the one of the pause's begin. `waits_for`: staff (the
    department works), unit (the company must act) – the inbox splits by it. `page` is the staff's page of it;
    `unit_page` is where the unit acts, and is there for all that waits for the unit.
    """

    kind = models.CharField(max_length=24)
    state = models.CharField(max_length=10, choices=WorkState.choices, default=WorkState.RUNNING)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    project_id = models.BigIntegerField(null=True)
    project_code = models.CharField(max_length=24, default="")
    matter_id = models.CharField(max_length=60, default="", db_default="")
    title = models.CharField(max_length=160)
    subtitle = models.CharField(max_length=240, default="")
    unit = models.ForeignKey(ProjectUnit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_page = models.CharField(max_length=40, default="", blank=True)
    unit_page_args = models.JSONField(default=dict, blank=True)
    stage = models.CharField(max_length=40, default="")
    tags = models.JSONField(default=list)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    hall = models.ForeignKey(Hall, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=24, default="approver")
    assignee = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    waits_for = models.CharField(max_length=8, default="staff")

    started_at = models.DateTimeField()
    limit_value = models.PositiveIntegerField(null=True)
    limit_unit = models.CharField(max_length=8, default="working")
    statutory_value = models.PositiveIntegerField(null=True)
    statutory_unit = models.CharField(max_length=8, default="working")
    rules_on = models.DateField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, default="")

    due_at = models.DateTimeField(null=True)
    yellow_from = models.DateTimeField(null=True)
    red_from = models.DateTimeField(null=True)
    statutory_due_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    pause_ends_at = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False)
    announced = models.CharField(max_length=6, choices=Light.choices, default=Light.GREEN)
    next_transition_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id", "department"],
                condition=Q(state__in=["running", "paused"]),
                name="work_open_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(state__in=["running", "paused"]) | Q(closed_at__isnull=False), name="work_closed_at"
            ),
            models.CheckConstraint(condition=~Q(waits_for="unit") | ~Q(unit_page=""), name="work_unit_page"),
        ]
        indexes = [
            models.Index(
                fields=["next_transition_at"],
                condition=Q(state__in=["running", "paused"], next_transition_at__isnull=False),
                name="work_next_transition",
            ),
            models.Index(
                fields=["assignee", "due_at", "id"], condition=Q(state__in=["running", "paused"]), name="work_mine"
            ),
            models.Index(
                fields=["department", "due_at", "id"],
                condition=Q(state__in=["running", "paused"]),
                name="work_department",
            ),
            models.Index(
                fields=["hall", "due_at", "id"], condition=Q(state__in=["running", "paused"]), name="work_hall"
            ),
            models.Index(
                fields=["unit", "due_at", "id"], condition=Q(state__in=["running", "paused"]), name="work_unit"
            ),
            models.Index(fields=["subject_kind", "subject_id"], name="work_subject"),
            models.Index(fields=["project_id"], name="work_project"),
        ]

    def get_kind_display(self) -> str:
        """In words; a kind no longer registered by its id."""
        return work_names().get(self.kind, self.kind)

    @property
    def is_open(self) -> bool:
        return self.state in (WorkState.RUNNING, WorkState.PAUSED)

    @property
    def unit_page_ref(self) -> PageRef | None:
        return PageRef(self.unit_page, **self.unit_page_args) if self.unit_page else None

    @property
    def unit_url(self) -> str:
        """The address of the unit's page, empty for what does not wait for the unit."""
        return reverse(self.unit_page, kwargs=self.unit_page_args) if self.unit_page else ""

    def light_at(self, now: datetime) -> Light:
        """The light at `now`, which is not before the clock's last event; a closed item keeps the one it had when it
        closed.
        """
        return light(self.yellow_from, self.red_from, now)

    def is_paused_at(self, now: datetime) -> bool:
        """A pause whose longest term is over has ended itself, whether or not the ticker has come by."""
        return paused(self.state, self.pause_ends_at, now)

    def due_shown(self, now: datetime) -> datetime | None:
        """The due moment, or the one after a pause that has ended itself."""
        return self.red_from if self.state == WorkState.PAUSED and not self.is_paused_at(now) else self.due_at


class ClockEvent(AppendOnly):
    """What happened to a clock after its start."""

    class Kind(models.TextChoices):
        PAUSE = "pause", "暂停"
        RESUME = "resume", "恢复"
        EXTEND = "extend", "延长"

    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=40, default="")
    note = models.TextField(default="")
    ends_by = models.DateTimeField(null=True)
    stops_statutory = models.BooleanField(default=False)
    days = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["item", "id"], name="clock_events")]


class CalendarNotice(AppendOnly):
    """A day of a published holiday notice imported over the pack's seed; the latest row for a day counts.

    `settles_year`: the notice covers its year as a whole, so that the year's other days are no longer provisional; a
    single local holiday does not.
    """

    on = models.DateField()
    working = models.BooleanField()
    name = models.CharField(max_length=60)
    source = models.CharField(max_length=120)
    settles_year = models.BooleanField(default=False)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)


class Moment(models.TextChoices):
    BEFORE = "before", "到期以前"
    ON = "on", "到期当天"
    AFTER = "after", "到期以后"


class Reminder(AppendOnly):
    """That somebody was told of an item's term, by itself or by hand:
    before it ends, on its last day, after it (U-4).
    """

    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="reminders")
    light = models.CharField(max_length=6, choices=Light.choices)
    moment = models.CharField(max_length=6, choices=Moment.choices, default=Moment.BEFORE)
    at = models.DateTimeField()
    told = models.JSONField(default=list)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    note = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "light", "moment"], condition=Q(by__isnull=True), name="reminder_once_per_moment"
            ),
            models.UniqueConstraint(
                fields=["item"], condition=Q(by__isnull=True, moment="on"), name="reminder_once_on_the_day"
            ),
        ]


class SavedFilter(models.Model):
    """A way of looking at the inbox that somebody keeps under a name; `query` is the page's own query string."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="saved_filters")
    name = models.CharField(max_length=20)
    query = models.CharField(max_length=400)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="saved_filter_once")]


class ExportState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "正在生成"
    DONE = "done", "可以下载"
    FAILED = "failed", "没有成功"


class Export(models.Model):
    """A list too long to be written while somebody waits; made in the background as the one who asked may see it.

    `listing` and `query` name the page, the rest of the actor stands beside; `content` is the finished file.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    hall = models.ForeignKey(Hall, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    stage = models.CharField(max_length=40, default="")
    listing = models.CharField(max_length=24)
    query = models.CharField(max_length=400, default="")
    ending = models.CharField(max_length=4)
    state = models.CharField(max_length=8, choices=ExportState.choices, default=ExportState.QUEUED)
    rows = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    content = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="exports_of_person")]
