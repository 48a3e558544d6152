"""Administration of the hall's own data. Roles, bindings and keys are given elsewhere; here they are seen and ended."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from yinuo.engine.base import Actor
from yinuo.engine.people import actions as people
from yinuo.engine.people.administration import ReadOnlyAdmin, RoomAdmin, actor_for
from yinuo.engine.people.models import (
    ApiKey,
    AuthorisedPerson,
    Delegation,
    Department,
    Hall,
    Membership,
    Person,
    ProjectUnit,
    Region,
)
from yinuo.engine.trail.models import Entry

BY_HAND = "管理后台"


@admin.register(Region)
class RegionAdmin(ReadOnlyAdmin):
    list_display = ("name", "code")


@admin.register(Hall)
class HallAdmin(RoomAdmin):
    """How the public reaches the hall is the hall's to say; name and region follow the pack."""

    list_display = ("name", "region", "phone", "address", "hours")
    fields = ("region", "name", "phone", "address", "hours")
    readonly_fields = ("region", "name")

    def act(self, actor: Actor, row: Hall, data: dict[str, Any], change: bool) -> Hall:
        return people.change_hall(
            actor=actor,
            hall_id=row.pk,
            at=timezone.now(),
            **{name: data[name] for name in ("phone", "address", "hours")},
        )


@admin.register(Department)
class DepartmentAdmin(RoomAdmin):
    """The telephone alone is the hall's to say; the rest is the pack's."""

    list_display = ("name", "short_name", "phone", "hall")
    list_filter = ("hall",)
    search_fields = ("name", "short_name", "key")
    fields = ("hall", "key", "name", "short_name", "phone")
    readonly_fields = ("hall", "key", "name", "short_name")

    def act(self, actor: Actor, row: Department, data: dict[str, Any], change: bool) -> Department:
        return people.change_department(actor=actor, department_id=row.pk, phone=data["phone"], at=timezone.now())


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """The username is given once; a password only at the opening, afterwards its owner alone sets it."""

    password1 = forms.CharField(
        label="初始密码",
        required=False,
        widget=forms.PasswordInput(),
        help_text="不填则由本人用邮箱设置密码。",
        strip=False,
    )

    class Meta:
        model = Person
        fields = ("username", "name", "phone", "email", "is_active")


@admin.register(Person)
class PersonAdmin(RoomAdmin):
    form = PersonForm
    may_add = True
    list_display = ("name", "username", "is_active", "date_joined")
    list_filter = ("is_active",)
    search_fields = ("name", "username", "phone")

    def get_fields(self, request: HttpRequest, obj: Person | None = None) -> tuple[str, ...]:
        return (
            ("username", "name", "phone", "email", "is_active")
            if obj
            else ("username", "name", "phone", "email", "password1")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Person | None = None) -> tuple[str, ...]:
        return ("username",) if obj else ()

    def act(self, actor: Actor, row: Person, data: dict[str, Any], change: bool) -> Person:
        now = timezone.now()
        if change:
            return people.change_account(actor=actor, person_id=row.pk, changes=data, at=now)
        same = {name: data[name] for name in ("username", "name", "phone", "email")}
        return people.open_account(actor=actor, password=data["password1"], at=now, **same)


@admin.register(Membership)
class MembershipAdmin(RoomAdmin):
    """A role is given, and ended; it is never changed into another."""

    may_add = True
    list_display = ("person", "department", "role", "stage", "from_on", "to_on")
    list_filter = ("role", "department")
    search_fields = ("person__name", "person__username")
    list_select_related = ("person", "department")
    autocomplete_fields = ("person", "department")
    fields = ("person", "department", "role", "stage", "from_on")
    actions = ("end",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """The list needs it for its action; a single row is only looked at."""
        return obj is None and super().has_change_permission(request, obj)

    def act(self, actor: Actor, row: Membership, data: dict[str, Any], change: bool) -> Membership:
        return people.give_role(actor=actor, at=timezone.now(), **{name: data[name] for name in self.fields})

    @admin.action(description="终止所选的角色")
    def end(self, request: HttpRequest, rows: QuerySet[Membership]) -> None:
        actor, now = actor_for(request), timezone.now()
        chosen = rows.select_related("department")
        self.one_by_one(
            request,
            chosen,
            lambda row: people.end_role(actor=actor, membership=row, at=now, why=BY_HAND),
            "已终止 {count} 个角色",
        )


class UnitForm(forms.ModelForm):  # type: ignore[type-arg]
    why = forms.CharField(label="更正的依据", max_length=240, help_text="例如：营业执照变更登记日期。")

    class Meta:
        model = ProjectUnit
        fields = ("name", "legal_representative", "address", "state_owned", "foreign_invested")


@admin.register(ProjectUnit)
class ProjectUnitAdmin(RoomAdmin):
    """Companies come by filing or at the window; here their particulars are corrected as their licence has them."""

    form = UnitForm
    list_display = ("name", "credit_code", "type", "state_owned", "foreign_invested")
    list_filter = ("type", "state_owned", "foreign_invested")
    search_fields = ("name", "credit_code", "reservation_no")
    fields = (
        "credit_code",
        "reservation_no",
        "type",
        "name",
        "legal_representative",
        "address",
        "state_owned",
        "foreign_invested",
        "why",
    )
    readonly_fields = ("credit_code", "reservation_no", "type")

    def act(self, actor: Actor, row: ProjectUnit, data: dict[str, Any], change: bool) -> ProjectUnit:
        return people.correct_unit(actor=actor, unit_id=row.pk, changes=data, why=data["why"], at=timezone.now())


@admin.register(AuthorisedPerson)
class AuthorisedPersonAdmin(RoomAdmin):
    list_display = ("person", "unit", "may_sign", "confirmed_at", "from_on", "to_on")
    search_fields = ("person__name", "unit__name", "unit__credit_code")
    list_select_related = ("person", "unit")
    actions = ("end",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    @admin.action(description="终止所选的授权")
    def end(self, request: HttpRequest, rows: QuerySet[AuthorisedPerson]) -> None:
        actor, now = actor_for(request), timezone.now()
        self.one_by_one(
            request,
            rows.select_related("unit"),
            lambda row: people.end_binding(actor=actor, binding=row, at=now, why=BY_HAND),
            "已终止 {count} 项授权",
        )


@admin.register(ApiKey)
class ApiKeyAdmin(RoomAdmin):
    list_display = ("name", "prefix", "person", "unit", "issued_at", "expires_at", "revoked_at")
    search_fields = ("name", "prefix", "person__name")
    list_select_related = ("person", "unit")
    exclude = ("digest",)
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    @admin.action(description="停用所选的密钥")
    def revoke(self, request: HttpRequest, rows: QuerySet[ApiKey]) -> None:
        actor, now = actor_for(request), timezone.now()
        self.one_by_one(
            request,
            rows,
            lambda row: people.revoke_key(actor=actor, key_id=row.pk, at=now, why=BY_HAND),
            "已停用 {count} 把密钥",
        )


@admin.register(Delegation)
class DelegationAdmin(ReadOnlyAdmin):
    list_display = ("person", "substitute", "from_on", "to_on", "reason")
    list_select_related = ("person", "substitute")


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """The trail: who did what when. The room it belongs to stands below this one."""

    list_display = ("at", "verb", "role", "person_id", "entrance", "project_code", "why")
    list_filter = ("role", "entrance")
    search_fields = ("project_code", "verb")
    ordering = ("-id",)
