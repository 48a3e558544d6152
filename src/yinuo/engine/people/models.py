from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.crypto import salted_hmac

# Django's own, so that sessions of before an upgrade still hold.
SESSION_SALT = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"


class Region(models.Model):
    """An administrative region by its six-digit code."""

    code = models.CharField("区划代码", max_length=6, unique=True)
    name = models.CharField("名称", max_length=60)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.name


class Hall(models.Model):
    """A government service hall with its team (审批服务专班)."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    name = models.CharField("名称", max_length=80, unique=True)
    phone = models.CharField("电话", max_length=40, default="", db_default="", blank=True)
    address = models.CharField("地址", max_length=120, default="", db_default="", blank=True)
    hours = models.CharField("办公时间", max_length=120, default="", db_default="", blank=True)

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """An office of the hall's region; `key` is its id in the pack."""

    key = models.SlugField(max_length=40)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="departments")
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=40)
    phone = models.CharField("咨询电话", max_length=40, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hall", "key"], name="department_once_per_hall")]

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(username=username, **fields)
        person.set_password(password)
        person.save()
        return person

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> Person:
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """A natural person who signs in; what they may do comes from memberships and bindings, never from here.

    `phone_verified_at`: when a code sent to `phone` came back; such a number belongs to one open account, and signs in
    like the username. `sign_outs`: how often the person ended every session at once; sessions from before no longer
    hold.
    """

    username = models.CharField("登录名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=60)
    phone = models.CharField("手机", max_length=20, default="", blank=True)
    email = models.EmailField("邮箱", default="", blank=True)
    is_active = models.BooleanField("启用", default=True)
    is_staff = models.BooleanField("可进入管理后台", default=False)
    date_joined = models.DateTimeField(auto_now_add=True)
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    sign_outs = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects: ClassVar[PersonManager] = PersonManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phone"],
                condition=Q(phone_verified_at__isnull=False, is_active=True),
                name="person_verified_phone_once",
            ),
            models.CheckConstraint(
                condition=Q(phone_verified_at__isnull=True) | ~Q(phone=""), name="person_verified_phone_there"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every session of the person carries: it ends with the password, and with `sign_outs`."""
        text = f"{self.password}{self.sign_outs or ''}"
        return salted_hmac(SESSION_SALT, text, secret=secret, algorithm="sha256").hexdigest()


class StaffRole(models.TextChoices):
    APPROVER = "approver", "审批办理人员"
    GENERAL_CONVENER = "general_convener", "总召集人"
    STAGE_CONVENER = "stage_convener", "阶段召集人"
    SUPERVISOR = "supervisor", "监督员"
    PRINCIPAL = "principal", "主要负责同志"
    COMPREHENSIVE = "comprehensive", "综合管理部门"
    ADMINISTRATOR = "administrator", "系统管理员"
    WINDOW = "window", "综合窗口"
    AGENT = "agent", "代办员"
    ZONE = "zone", "特殊功能区管委会"
    UTILITY = "utility", "市政公用服务单位"


class InForce(models.Model):
    """Something that holds for a span of days, half-open; an end is set, rows are never removed."""

    from_on = models.DateField("自")
    to_on = models.DateField("至（不含）", null=True, blank=True)

    class Meta:
        abstract = True

    @staticmethod
    def on(day: date) -> Q:
        return Q(from_on__lte=day) & (Q(to_on__isnull=True) | Q(to_on__gt=day))


def span_in_order(name: str) -> models.CheckConstraint:
    """The end is not before the beginning; an end on the first day means that the row never holds."""
    return models.CheckConstraint(condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")), name=name)


def one_in_force(name: str, *key: str, condition: Q | None = None) -> ExclusionConstraint:
    """On each day at most one row with the same values in `key` is in force. `condition`: the rows it counts."""
    span = Func("from_on", "to_on", function="daterange")
    return ExclusionConstraint(
        name=name,
        expressions=[*((field, RangeOperators.EQUAL) for field in key), (span, RangeOperators.OVERLAPS)],
        condition=condition,
    )


class Membership(InForce):
    """A person's role in a department (and its hall's team); a stage convener's also names the stage.

    A person may hold several roles at once, each of them once.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField("角色", max_length=24, choices=StaffRole.choices)
    stage = models.CharField("阶段", max_length=40, default="", blank=True)

    class Meta:
        constraints = [
            span_in_order("membership_span"),
            one_in_force("membership_once", "person", "department", "role", "stage"),
        ]


class Delegation(InForce):
    """While it holds, `substitute` may handle what is `person`'s; limited to kinds of work, matters, projects where
    they are named.

    `kinds`: of work.WorkKind; `matters`: ids of the pack; `projects`: their numbers. Each list empty = all; those named
    all have to fit. Several may hold at once, each for its part, so there is no exclusion constraint.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations")
    substitute = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="substitutions")
    reason = models.CharField("原因", max_length=120)
    kinds = models.JSONField(default=list)
    matters = models.JSONField(default=list)
    projects = models.JSONField(default=list)

    class Meta:
        constraints = [
            span_in_order("delegation_span"),
            models.CheckConstraint(condition=~Q(person=F("substitute")), name="delegation_to_another"),
        ]

    @property
    def limited(self) -> bool:
        return bool(self.kinds or self.matters or self.projects)

    def covers(self, kind: str, matter_id: str, project_id: int | None) -> bool:
        return (
            (not self.kinds or kind in self.kinds)
            and (not self.matters or matter_id in self.matters)
            and (not self.projects or project_id in self.projects)
        )


class UnitType(models.TextChoices):
    ENTERPRISE = "enterprise", "企业"
    AGENCY = "agency", "机关"
    INSTITUTION = "institution", "事业单位"


class ProjectUnit(models.Model):
    """项目单位, by its credit code; one with a reserved name only, by the reservation's number until it has a code."""

    credit_code = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True, unique=True)
    reservation_no = models.CharField("企业名称预先核准号", max_length=40, default="", blank=True)
    name = models.CharField("名称", max_length=120)
    type = models.CharField("类型", max_length=12, choices=UnitType.choices)
    state_owned = models.BooleanField("国有企业", default=False)
    foreign_invested = models.BooleanField("外商投资企业", default=False, db_default=False)
    legal_representative = models.CharField("法定代表人", max_length=60, default="", blank=True)
    address = models.CharField("住所", max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(credit_code__isnull=False) | ~Q(reservation_no=""),
                name="unit_identified",
                violation_error_message="项目单位须有统一社会信用代码，或企业名称预先核准号",
            ),
            models.UniqueConstraint(
                fields=["reservation_no"], condition=~Q(reservation_no=""), name="unit_reservation_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AuthorisedPerson(InForce):
    """经办人: bound to the unit by the legal representative's authorisation; `confirmed_at` unset = asked, not yet
    bound.

    `asked_by`: who of the unit named the person, empty where they asked themselves; `letter_id`: the stored letter of
    authorisation. A unit may have several persons and a person several units; the same two are bound once at a time,
    asked or confirmed.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="bindings")
    unit = models.ForeignKey(ProjectUnit, on_delete=models.PROTECT, related_name="persons")
    basis = models.CharField("授权依据", max_length=200)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    may_sign = models.BooleanField("可代表单位签署承诺", default=False)
    asked_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    letter_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [span_in_order("binding_span"), one_in_force("binding_once", "person", "unit")]


class ApiKey(models.Model):
    """A machine's key: only its SHA-256 is kept, and its first characters to know it by; it expires, and its person is
    told before.

    `warned_at`: when the expiry was announced, once.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="api_keys")
    unit = models.ForeignKey(ProjectUnit, null=True, blank=True, on_delete=models.PROTECT)
    membership = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT)
    name = models.CharField("用途", max_length=80)
    prefix = models.CharField("开头", max_length=12, default="")
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField("签发", null=True)
    expires_at = models.DateTimeField("到期")
    warned_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
