from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from yinuo.engine.base import AppendOnly, Versioned
from yinuo.engine.people.models import Department, Person, Region


class ReportKind(models.TextChoices):
    QUARTER = "quarter", "季度通报"
    YEAR = "year", "年度评价"


class ReformReport(AppendOnly):
    """The figures of a quarter's notice or a year's evaluation of the reform (正文·五(二)), as they were drawn up; they
    never change.

    `begins`: the first day of the quarter or year. `figures`: see figures.body_of; `sha256` its digest, `cases_sha256`
    that of the cases counted. What has come to light since stands in a later report as a correction.
    """

    kind = models.CharField(max_length=8, choices=ReportKind.choices)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="reform_reports")
    begins = models.DateField()
    figures = models.JSONField()
    sha256 = models.CharField(max_length=64)
    cases_sha256 = models.CharField(max_length=64)
    pack_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "region", "begins"], name="reform_report_once")]

    @property
    def until(self) -> date:
        """The day after its last."""
        months = 3 if self.kind == ReportKind.QUARTER else 12
        return date(
            self.begins.year + (self.begins.month + months - 1) // 12, (self.begins.month + months - 1) % 12 + 1, 1
        )

    @property
    def span_words(self) -> str:
        quarter = f"第{'一二三四'[(self.begins.month - 1) // 3]}季度" if self.kind == ReportKind.QUARTER else "度"
        return f"{self.begins.year}年{quarter}"

    @property
    def short_title(self) -> str:
        return self.span_words + ("通报" if self.kind == ReportKind.QUARTER else "评价")

    @property
    def title(self) -> str:
        what = "改革推进情况通报" if self.kind == ReportKind.QUARTER else "改革推进情况评价"
        return f"{self.region.name}{self.span_words}信用承诺制{what}"

    def __str__(self) -> str:
        return self.title


class DraftState(models.TextChoices):
    DRAFT = "draft", "草拟中"
    SUBMITTED = "submitted", "待主要负责同志审签"
    PUBLISHED = "published", "已公布"


class ReportDraft(Versioned):
    """What the comprehensive department writes around the figures until the principal consents; `comments` by the key
    of who is evaluated.
    """

    report = models.OneToOneField(ReformReport, on_delete=models.PROTECT, primary_key=True, related_name="draft")
    state = models.CharField(max_length=10, choices=DraftState.choices, default=DraftState.DRAFT)
    opening = models.TextField("总体情况", default="")
    problems = models.TextField("存在的问题和整改要求", default="")
    next_steps = models.TextField("下一步工作", default="")
    comments = models.JSONField(default=dict)
    submitted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    returned_why = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(submitted_by__isnull=False), name="reform_submitted_by_somebody"
            ),
        ]


class Publication(AppendOnly):
    """A report as it was consented to and published, figures and words; it never changes."""

    report = models.OneToOneField(ReformReport, on_delete=models.PROTECT, related_name="publication")
    number = models.CharField("文号", max_length=80, unique=True)
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    consented_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(submitted_by=F("consented_by")),
                name="reform_consented_by_another",
                violation_error_message="草拟和审签不能是同一个人",
            ),
        ]


class SelfReport(AppendOnly):
    """A department's own word on its year (部门自评); the latest `round` counts, the earlier stay."""

    report = models.ForeignKey(ReformReport, on_delete=models.PROTECT, related_name="self_reports")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    text = models.TextField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "department", "round"], name="self_report_once"),
            models.CheckConstraint(condition=~Q(text=""), name="self_report_says_something"),
        ]
