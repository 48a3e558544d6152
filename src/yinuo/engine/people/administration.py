"""What every room's admin stands on: administrators alone, nothing deleted, nothing saved but through an action.

The administration is for the hall's own data (departments, accounts, roles, units). Whatever has weight is read here
and written elsewhere.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from unfold.admin import ModelAdmin

from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.people.models import Hall
from yinuo.engine.people.queries import actor_of_membership, memberships_of


def administrator(request: HttpRequest) -> Actor | None:
    """The administrator asking: by their role today; the account made at set-up, which gives the first one, for the
    first hall.
    """
    if not hasattr(request, "_yinuo_administrator"):
        request._yinuo_administrator = _administrator(request)  # type: ignore[attr-defined]
    return cast("Actor | None", request._yinuo_administrator)  # type: ignore[attr-defined]


def _administrator(request: HttpRequest) -> Actor | None:
    if not request.user.is_authenticated or not request.user.is_active:
        return None
    person = request.user
    held = [row for row in memberships_of(person, timezone.localdate()) if row.role == "administrator"]
    if held:
        return actor_of_membership(held[0])
    first = Hall.objects.order_by("id").first() if person.is_superuser else None
    return Actor(person.pk, "administrator", hall_id=first.pk) if first else None


def may_enter(request: HttpRequest) -> bool:
    """For the site: who is no administrator sees no page of it."""
    return administrator(request) is not None


class ReadOnlyAdmin(ModelAdmin):
    """Looked at by administrators, changed by nobody here; every field stands on the page as it is kept."""

    list_per_page = 50
    show_full_result_count = False
    list_fullwidth = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_enter(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_enter(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class RoomAdmin(ReadOnlyAdmin):
    """Saving calls the room's action: `act` is given the form's cleaned data. Nothing is ever deleted."""

    may_add = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and may_enter(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_enter(request)

    def act(self, actor: Actor, row: Any, data: dict[str, Any], change: bool) -> models.Model:
        """The row as the action left it."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = self.act(actor_for(request), obj, form.cleaned_data, change)
        obj.__dict__.update(made.__dict__)

    def changeform_view(  # type: ignore[override]
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if any(not _is_number(request.POST.get(name, "")) for name in self.autocomplete_fields):
            # The widget looks the value up while the form is shown again, and has no answer for what is no number.
            self.message_user(request, "请从列表中选择", messages.ERROR)
            return HttpResponseRedirect(request.path)
        try:
            page: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
            return page
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.path)

    def one_by_one(self, request: HttpRequest, rows: Any, act: Any, done: str) -> None:
        """An admin action over the rows chosen: each is an act of its own, and what is refused is told by name."""
        count = 0
        for row in rows:
            try:
                act(row)
                count += 1
            except Refused as refusal:
                self.message_user(request, f"{row}：{refusal}", messages.ERROR)
        if count:
            self.message_user(request, done.format(count=count), messages.SUCCESS)


def _is_number(text: str) -> bool:
    """A row's number, or nothing chosen."""
    return not text or (text.isascii() and text.isdigit())


def actor_for(request: HttpRequest) -> Actor:
    actor = administrator(request)
    if actor is None:
        raise forbid("只有系统管理员可以使用管理后台")
    return actor
