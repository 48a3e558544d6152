"""The figures on a wall: large, dark, read from across the room; no case, no company and nobody's name on it.

It asks for itself once a minute; as long as nothing has changed the answer is 304, and the figures are counted once a
minute for all.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.engine.base import Actor, forbid
from yinuo.engine.people.queries import actor_of_membership, membership_in_force
from yinuo.faces.figures.shapes import Dash
from yinuo.faces.figures.staff import looked, told
from yinuo.faces.figures.summary import summary
from yinuo.rooms.figures import access
from yinuo.rooms.figures.scope import Scope
from yinuo.ui.acting import actor_of, hat_of

FRESH_SECONDS = 60
KEPT = 16
COOKIE = "yinuo_wall"
HANGS_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Drawn:
    """The wall's inner part as it was made at `at`."""

    html: str
    mark: str
    made: float
    day: object


_kept: dict[tuple[Scope, str], Drawn] = {}


def forget() -> None:
    """Between tests."""
    _kept.clear()


def _hung(request: HttpRequest) -> Actor | None:
    """Who hung the wall here, while they still hold the role: the session ends as ever, and the wall shows its sums for
    the day.
    """
    try:
        number = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=HANGS_SECONDS)
    except signing.BadSignature:
        return None
    found = membership_in_force(number, timezone.localdate())
    return actor_of_membership(found) if found else None


def _hang(request: HttpRequest, answer: HttpResponse) -> None:
    """Of no use for anything but this page."""
    hat = hat_of(request)
    if hat and hat.membership:
        text = signing.dumps(hat.membership.pk, salt=COOKIE)
        answer.set_cookie(
            COOKIE,
            text,
            max_age=HANGS_SECONDS,
            path=request.path,
            httponly=True,
            samesite="Strict",
            secure=settings.SESSION_COOKIE_SECURE,
        )


@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """`?period=`, `?area=` as on the dashboard; `?stop=1` takes the wall down.

    The frame stays, its inner part is asked for anew.
    """
    if request.GET.get("stop") == "1":
        answer: HttpResponse = redirect("staff:dashboard")
        answer.delete_cookie(COOKIE, path=request.path)
        return answer
    asks_itself, here = bool(request.headers.get("HX-Request")), actor_of(request)
    if asks_itself:
        # Asking is not being there: the session ends as if nobody had asked.
        request.session.accessed = False
    actor = here if access.can_read(here) else _hung(request)
    if actor is None or not access.can_read(actor):
        return _nobody(request, asks_itself)
    dash, _ = looked(request, actor)
    words = told(dash.asked, actor)
    drawn = of(dash, words)
    etag = f'"{drawn.mark}"'
    if request.headers.get("If-None-Match") == etag:
        answer = HttpResponseNotModified()
    elif asks_itself:
        answer = HttpResponse(drawn.html)
    else:
        answer = render(
            request, "staff/dashboard_wall.html", {"inner": drawn.html, "told": words, "here": request.get_full_path()}
        )
    if actor is here and not asks_itself:
        _hang(request, answer)
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    answer["Vary"] = "Cookie, HX-Request"
    return answer


def _nobody(request: HttpRequest, asks_itself: bool) -> HttpResponse:
    """A wall whose day is over leads to the login; one that has a role without figures is told so."""
    if request.user.is_authenticated and not asks_itself:
        raise forbid("您当前的角色不能查看统计指标")
    login = redirect_to_login(request.get_full_path())
    return HttpResponse(status=204, headers={"HX-Redirect": login["Location"]}) if asks_itself else login


def of(dash: Dash, words: str) -> Drawn:
    """Counted anew once a minute, and at midnight."""
    key = (dash.scope, words)
    found, day = _kept.get(key), timezone.localdate(dash.now)
    if found is None or time.monotonic() - found.made > FRESH_SECONDS or found.day != day:
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[key] = found = draw(dash, words, day)
    return found


def draw(dash: Dash, words: str, day: object) -> Drawn:
    """No address of any case: whoever passes by sees sums."""
    shown = Dash(dash.actor, dash.asked, dash.now, opens=False)
    found = summary(shown)
    rates, now = found.blocks
    context = {"summary": found, "told": words, "rates": rates, "lamps": now, "at": dash.now}
    html = render_to_string("staff/_dashboard_wall.html", context)
    # When it was counted is no news: the mark is that of the figures.
    mark = hashlib.sha256(repr((found, words, day)).encode()).hexdigest()[:32]
    return Drawn(html, mark, time.monotonic(), day)
