"""Who a signed-in person is acting as: one of their roles in a department, or one of the units they are bound to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from yinuo.apps.base import Actor, forbid
from yinuo.apps.people.models import AuthorisedPerson, Membership, Person
from yinuo.apps.people.queries import actor_of_binding, actor_of_membership, bindings_of, memberships_of

SESSION_KEY = "acting"
P = ParamSpec("P")
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Hat:
    """One way a person may act; `key` is what the session keeps."""

    key: str
    actor: Actor
    label: str
    membership: Membership | None = None
    binding: AuthorisedPerson | None = None


def hats_of(person: Person) -> list[Hat]:
    """Every way the person may act today: units first, then roles."""
    day = timezone.localdate()
    hats = [Hat(f"b{row.pk}", actor_of_binding(row), row.unit.name, binding=row) for row in bindings_of(person, day)]
    for row in memberships_of(person, day):
        label = f"{row.department.short_name} · {row.get_role_display()}"
        hats.append(Hat(f"m{row.pk}", actor_of_membership(row), label, membership=row))
    return hats


def hat_of(request: HttpRequest) -> Hat | None:
    """The hat on, kept for the request; None for somebody not signed in, or signed in and bound to nothing."""
    if not hasattr(request, "_yinuo_hat"):
        found = None
        if request.user.is_authenticated:
            hats = hats_of(cast(Person, request.user))
            chosen = request.session.get(SESSION_KEY)
            found = next((hat for hat in hats if hat.key == chosen), hats[0] if hats else None)
            request._yinuo_hats = hats  # type: ignore[attr-defined]
        request._yinuo_hat = found  # type: ignore[attr-defined]
    return cast("Hat | None", request._yinuo_hat)  # type: ignore[attr-defined]


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a page; the public where nobody is signed in."""
    hat = hat_of(request)
    return hat.actor if hat else Actor.public()


def person_of(request: HttpRequest) -> Person:
    return cast(Person, request.user)


def _need(test: Callable[[Actor], bool], refusal: str) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not test(actor_of(request)):
                raise forbid(refusal)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


need_unit = _need(lambda actor: actor.role == "unit", "这个页面供项目单位使用")
need_staff = _need(lambda actor: actor.role not in ("unit", "public"), "这个页面供审批和管理人员使用")


def need_role(*roles: str) -> Callable[[View], View]:
    """Only those acting in one of `roles`."""
    return _need(lambda actor: actor.role in roles, "您当前的角色不能使用这个页面")
