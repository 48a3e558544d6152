"""Who a signed-in person is acting as: one of the units they are bound to, one of their roles in a department, or –
from such a role – a unit they stand in for, by an open visit at the window or an agreement.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from yinuo.engine.base import Actor, StandIn, forbid
from yinuo.engine.people.models import AuthorisedPerson, Membership, Person
from yinuo.engine.people.queries import (
    actor_of_binding,
    actor_of_membership,
    bindings_of,
    memberships_of,
    stand_ins_of,
)

SESSION_KEY = "acting"
P = ParamSpec("P")
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Hat:
    """One way a person may act; `key` is what the session keeps.

    One that stands in for a unit names the membership behind it too.
    """

    key: str
    actor: Actor
    label: str
    membership: Membership | None = None
    binding: AuthorisedPerson | None = None
    stand_in: StandIn | None = None

    @property
    def unit(self) -> tuple[str, str]:
        """Name and credit code of the unit acted for; empty for a role."""
        if self.stand_in:
            return self.stand_in.unit_name, self.stand_in.unit_code
        return (self.binding.unit.name, self.binding.unit.credit_code or "") if self.binding else ("", "")


def hats_of(person: Person) -> list[Hat]:
    """Every way the person may act today: units first, then roles, each with the units it lets them stand in for."""
    now = timezone.now()
    day = timezone.localdate(now)
    hats = [Hat(f"b{row.pk}", actor_of_binding(row), row.unit.name, binding=row) for row in bindings_of(person, day)]
    for row in memberships_of(person, day):
        label = f"{row.department.short_name} · {row.get_role_display()}"
        actor = actor_of_membership(row)
        hats.append(Hat(f"m{row.pk}", actor, label, membership=row))
        for found in stand_ins_of(actor, now):
            hats.append(
                Hat(found.actor.via, found.actor, f"{found.title} · {found.unit_name}", membership=row, stand_in=found)
            )
    return hats


def _chosen(hats: list[Hat], key: str | None) -> Hat | None:
    """The hat of the key.

    Whoever stood in for a unit and may no longer is back in a role, never in a unit of their own.
    """
    found = next((hat for hat in hats if hat.key == key), None)
    if found is None and key and ":" in key:
        found = next((hat for hat in hats if hat.membership), None)
    return found or (hats[0] if hats else None)


def hat_of(request: HttpRequest) -> Hat | None:
    """The hat on, kept for the request; None for somebody not signed in, or signed in and bound to nothing."""
    if not hasattr(request, "_yinuo_hat"):
        found = None
        if request.user.is_authenticated:
            hats = hats_of(request.user)
            found = _chosen(hats, request.session.get(SESSION_KEY))
            request._yinuo_hats = hats  # type: ignore[attr-defined]
        request._yinuo_hat = found  # type: ignore[attr-defined]
    return cast("Hat | None", request._yinuo_hat)  # type: ignore[attr-defined]


def may_stand_in(request: HttpRequest, via: str) -> bool:
    """Whether one of the person's hats is that visit or agreement (`StandIn.actor.via`)."""
    return hat_of(request) is not None and any(hat.key == via for hat in getattr(request, "_yinuo_hats", []))


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a page; the public where nobody is signed in."""
    hat = hat_of(request)
    return hat.actor if hat else Actor.public()


def behind(request: HttpRequest) -> Actor:
    """The official of a page, also while they stand in for a unit: whoever looks after the visit or the agreement
    itself.
    """
    hat = hat_of(request)
    return actor_of_membership(hat.membership) if hat and hat.membership else actor_of(request)


def put_on(request: HttpRequest, key: str) -> Hat:
    """From the next page on the person acts under this hat. Raises Forbidden for one they do not have."""
    chosen = next((hat for hat in hats_of(person_of(request)) if hat.key == key), None)
    if chosen is None:
        raise forbid("您没有这个身份，或授权已结束")
    request.session[SESSION_KEY] = chosen.key
    return chosen


def put_back(request: HttpRequest) -> None:
    """Takes off a hat that stands in for a unit: the person is back in the role behind it."""
    hat = hat_of(request)
    if hat and hat.stand_in and hat.membership:
        request.session[SESSION_KEY] = f"m{hat.membership.pk}"


def person_of(request: HttpRequest) -> Person:
    return cast(Person, request.user)


def seconds_left(request: HttpRequest) -> int:
    """How long the session certainly lasts if nothing more is heard of the person; to ask it is no sign of them."""
    session, now = request.session, time.time()
    accessed = session.accessed
    left = session.get("seen_at", now) + settings.SESSION_COOKIE_AGE - now
    session.accessed = accessed
    return max(1, int(left))


def _to_login(request: HttpRequest) -> HttpResponseBase:
    """Asks to sign in and leads back. A form that came too late is not led away from: what was typed lies one step back
    in the browser.

    The server keeps none of it and shows none of it: the browser fills the form again on the way back, when whoever is
    signed in then may see its page.
    """
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    page = urlsplit(request.headers.get("Referer", ""))
    # Not every form is sent to an address that can be opened.
    own = page.netloc == request.get_host()
    back = page._replace(scheme="", netloc="", fragment="").geturl() if own else request.get_full_path()
    context = {"here": redirect_to_login(back).url, "aside": redirect_to_login(reverse("common:signed_in")).url}
    return render(request, "errors/signed_out.html", context, status=403)


def _need(
    test: Callable[[Actor], bool], refusal: str, who: Callable[[HttpRequest], Actor] = actor_of
) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_login(request)
            if not test(who(request)):
                raise forbid(refusal)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def need_person(view: View) -> View:
    """Somebody signed in, whatever they act as, or as nobody yet."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.user.is_authenticated else _to_login(request)

    return guarded


# What an agent under an agreement gets to see of the unit: the project it is about, and nothing that is not named here.
AGENT_PAGES = frozenset(
    f"unit:{name}"
    for name in (
        *("project", "questions", "completion", "agency"),
        *("map", "map_fresh", "map_pdf", "map_landing", "map_routes", "map_due"),
        *("item", "item_submit", "item_withdraw", "again", "later", "later_withdraw"),
    )
)


def need_unit(view: View) -> View:
    """The unit's pages: all of them for its own people and the window, those of its project for an agent
    (附件6·二(四)).
    """

    @wraps(view)
    def within(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        scope = actor_of(request).scope
        page = request.resolver_match.view_name if request.resolver_match else ""
        if scope is not None and page == "unit:projects":
            return redirect("unit:project", scope.project_id)
        if scope is not None and page not in AGENT_PAGES:
            raise forbid("代办员只能在协议范围内代为申报，这个页面由项目单位自己办理")
        return view(request, *args, **kwargs)

    return _need(lambda actor: actor.role == "unit", "这个页面供项目单位使用")(within)


need_staff = _need(lambda actor: actor.role not in ("unit", "public"), "这个页面供审批和管理人员使用")


def need_role(*roles: str) -> Callable[[View], View]:
    """Only those acting in one of `roles`."""
    return _need(lambda actor: actor.role in roles, "您当前的角色不能使用这个页面")


def need_behind(*roles: str) -> Callable[[View], View]:
    """Only those in one of `roles`, also while they stand in for a unit; the view asks `behind` for who acts."""
    return _need(lambda actor: actor.role in roles, "您当前的角色不能使用这个页面", behind)


def need_own(view: View) -> View:
    """Only the unit's own people: what nobody does or reads for it, at the window or under an agreement."""
    refusal = "这件事只能由项目单位的经办人自己办理，窗口和代办人员不能代办"
    return _need(lambda actor: actor.role == "unit" and not actor.via, refusal)(view)


CONVENING = ("general_convener", "stage_convener", "supervisor", "comprehensive", "administrator")
