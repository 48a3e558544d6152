from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yinuo.engine.base import AppendOnly, Versioned
from yinuo.engine.documents.models import Document, StoredFile
from yinuo.engine.people.models import AuthorisedPerson, Department, Hall, Person, ProjectUnit


class IdentityKind(models.TextChoices):
    RESIDENT = "resident", "居民身份证"
    PERMIT = "permit", "港澳台居民居住证或者通行证"
    PASSPORT = "passport", "护照"
    OTHER = "other", "其他有效证件"


class Authority(models.TextChoices):
    LEGAL = "legal", "法定代表人本人"
    AUTHORISED = "authorised", "已登记的经办人"
    LETTER = "letter", "持授权委托书"


class Visit(Versioned):
    """Somebody who came to the counter for a unit (来访), and whose clerk acts for the unit until it ends.

    Of the identity document only its kind, its masked number and a keyed digest are kept. `ends_at`: a visit nobody has
    closed is over then by itself; `closed_at` is written by the clerk or, later, by the clock. `unclosed`: the clock
    did.
    """

    clerk = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(ProjectUnit, on_delete=models.PROTECT, related_name="visits")
    receipt_no = models.CharField("来访回执编号", max_length=24, unique=True)
    visitor = models.CharField("来访人", max_length=60)
    identity_kind = models.CharField("证件", max_length=12, choices=IdentityKind.choices)
    identity_masked = models.CharField("证件号码", max_length=30)
    identity_digest = models.CharField(max_length=64)
    authority = models.CharField("凭什么代表单位", max_length=12, choices=Authority.choices)
    letter_no = models.CharField("授权委托书", max_length=120, default="")
    binding = models.ForeignKey(AuthorisedPerson, null=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField("办什么", max_length=200)
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    unclosed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            # One visitor at a time: whoever deals with two confuses whose paper is whose.
            models.UniqueConstraint(fields=["clerk"], condition=Q(closed_at__isnull=True), name="visit_one_at_a_time"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("opened_at")), name="visit_span"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="visit_closed_after"
            ),
            models.CheckConstraint(condition=~Q(authority="letter") | ~Q(letter_no=""), name="visit_letter_named"),
            models.CheckConstraint(
                condition=~Q(authority="authorised") | Q(binding__isnull=False), name="visit_binding_named"
            ),
        ]
        indexes = [
            models.Index(fields=["hall", "-opened_at"], name="visits_of_hall"),
            models.Index(fields=["ends_at"], condition=Q(closed_at__isnull=True), name="visits_to_end"),
        ]

    @property
    def via(self) -> str:
        return f"window.visit:{self.pk}"


class Signature(models.TextChoices):
    PAPER = "paper", "在领证登记单上签字"
    SCAN = "scan", "签字页已扫描"


class Handout(AppendOnly):
    """Documents handed over the counter against signature (领证), in one go, to whoever the visit names."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="handouts")
    signature = models.CharField("怎样签收", max_length=8, choices=Signature.choices)
    scan = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField("备注", max_length=200, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(signature="scan") | Q(scan__isnull=False), name="handout_scan_named")
        ]


class HandoutLine(AppendOnly):
    """One document of a hand-out; `delivered`: it ended the term in which the decision had to reach the unit."""

    handout = models.ForeignKey(Handout, on_delete=models.PROTECT, related_name="lines")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    delivered = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "document"], name="handout_once_a_visit")]
