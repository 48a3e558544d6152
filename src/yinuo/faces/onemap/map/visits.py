"""When the reader was last at this map, kept by their own browser:
looking writes no row and leaves no trace with us.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# Coming back after this long is another visit; until then what is new stays marked.
GAP = timedelta(minutes=30)
KEPT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Visit:
    """`since`: the end of the visit before this one; None at the first. `seen`: the last look, this one included."""

    since: datetime | None
    seen: datetime


def visit_of(request: HttpRequest, now: datetime) -> Visit:
    """What the cookie says; what is not a visit of ours, or lies ahead, counts as none."""
    since, seen = _read(request.COOKIES.get(_name(request), ""), now)
    if seen is not None and now - seen > GAP:
        since = seen
    return Visit(since, now)


def _read(text: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    first, _, last = text.partition(".")
    return _instant(first, now), _instant(last, now)


def _instant(text: str, now: datetime) -> datetime | None:
    if not (text.isascii() and text.isdecimal() and len(text) <= 11) or int(text) == 0:
        return None
    moment = datetime.fromtimestamp(int(text), UTC)
    return moment if moment <= now else None


def remember(request: HttpRequest, answer: HttpResponse, visit: Visit, path: str) -> None:
    """For this person and this map alone: the cookie's name and path say so."""
    since = int(visit.since.timestamp()) if visit.since else 0
    answer.set_cookie(
        _name(request),
        f"{since}.{int(visit.seen.timestamp())}",
        max_age=KEPT,
        path=path,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def _name(request: HttpRequest) -> str:
    return f"map_{request.user.pk}"
