"""Accounts: codes by text message, requests of units to join, invitations of colleagues,
and the record of signing in.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yinuo.engine.base import AppendOnly, Versioned
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.people.models import AuthorisedPerson, Hall, Person, ProjectUnit, UnitType


class Purpose(models.TextChoices):
    JOIN = "join", "注册账号"
    WINDOW = "window", "窗口开通账号"
    INVITED = "invited", "接受邀请"
    RESET = "reset", "找回密码"
    PHONE = "phone", "更换手机号"


class PhoneCode(models.Model):
    """A code sent to a telephone to show that its holder is there. Kept as a keyed digest; the newest of a purpose
    counts.

    `tries`: wrong answers so far. `proved_at`: the code came back; `used_at`: what it was asked for was done, once.
    Rows go a day after they end.
    """

    phone = models.CharField(max_length=20)
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    digest = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    proved_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("asked_at")), name="phone_code_span")]
        indexes = [
            models.Index(fields=["phone", "-asked_at"], name="phone_codes"),
            models.Index(fields=["expires_at"], name="phone_code_ends"),
        ]


class AdmissionState(models.TextChoices):
    ASKED = "asked", "待核对"
    ADMITTED = "admitted", "已通过"
    DECLINED = "declined", "未通过"
    WITHDRAWN = "withdrawn", "已撤回"


class Admission(Versioned):
    """单位入驻申请: a person asks online to act for a unit, with its licence and the letter; the hall compares them
    within a clock.

    `own`: the person is the legal representative, and needs no letter. What was claimed stays as it was written; the
    unit itself is registered when the request is granted.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="admissions")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+", db_index=False)
    credit_code = models.CharField("统一社会信用代码", max_length=18)
    unit_name = models.CharField("单位名称", max_length=120)
    unit_type = models.CharField("单位类型", max_length=12, choices=UnitType.choices)
    legal_representative = models.CharField("法定代表人", max_length=60)
    address = models.CharField("住所", max_length=200, default="")
    own = models.BooleanField("本人就是法定代表人")
    may_sign = models.BooleanField("可代表单位签署承诺")
    licence = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    letter = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=AdmissionState.choices, default=AdmissionState.ASKED)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=300, default="")
    binding = models.ForeignKey(AuthorisedPerson, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "credit_code"], condition=Q(state="asked"), name="admission_asked_once"
            ),
            models.CheckConstraint(condition=Q(own=True) | Q(letter__isnull=False), name="admission_letter"),
            models.CheckConstraint(condition=Q(state="asked") ^ Q(ended_at__isnull=False), name="admission_ended"),
            models.CheckConstraint(condition=~Q(state="admitted") | Q(binding__isnull=False), name="admission_binds"),
        ]
        indexes = [models.Index(fields=["hall", "state", "-id"], name="admissions_of_hall")]

    @property
    def is_open(self) -> bool:
        return self.state == AdmissionState.ASKED


class Invitation(models.Model):
    """A unit's person invites a colleague by a link to their telephone; accepted, it is a binding that the hall still
    confirms.

    Only the digest of the link's secret is kept. It serves once, until `expires_at`, unless it was taken back before.
    """

    unit = models.ForeignKey(ProjectUnit, on_delete=models.PROTECT, related_name="invitations")
    invited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("姓名", max_length=60)
    phone = models.CharField("手机", max_length=20)
    may_sign = models.BooleanField("可代表单位签署承诺")
    from_on = models.DateField("自")
    to_on = models.DateField("至（不含）", null=True)
    basis = models.CharField("授权依据", max_length=200)
    letter = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    binding = models.ForeignKey(AuthorisedPerson, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="invitation_span"),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | Q(binding__isnull=True), name="invitation_ended_once"
            ),
        ]
        indexes = [models.Index(fields=["unit", "-id"], name="invitations_of_unit")]


class Outcome(models.TextChoices):
    SIGNED_IN = "in", "登录成功"
    WRONG = "wrong", "密码不对"
    LOCKED = "locked", "已锁定"


class SignIn(AppendOnly):
    """One try to sign in, as its person and the audit may read it. `person` is empty for a name nobody has."""

    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="sign_ins")
    at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=6, choices=Outcome.choices)
    address = models.CharField(max_length=45, default="")
    agent = models.CharField(max_length=200, default="")

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="sign_ins_of_person")]
