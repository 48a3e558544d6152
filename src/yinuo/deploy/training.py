"""A training instance lets a request say which moment it is, so that a project's years can be played through in an
afternoon.

Only with `YINUO_TRAINING=1`: an instance in earnest has neither the middleware nor the replaced clock, and ignores the
header.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone

HEADER = "X-Yinuo-Now"
# A date column, a span of working days after it and a century's calendar all still fit between these.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

_moment: ContextVar[datetime | None] = ContextVar("training_moment", default=None)
_real = timezone.now


def now() -> datetime:
    """The moment the present request travels to; outside of one that travels, the real one."""
    return _moment.get() or _real()


class TravellingClock:
    """Sets the clock for one request by its header,
    and puts `now` in the place of Django's own when the server starts.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        timezone.now = now

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        text = request.headers.get(HEADER, "")
        if not text:
            return self.get_response(request)
        moment = read_moment(text)
        if moment is None:
            body = {
                "code": "training.now",
                "message": "请求头 X-Yinuo-Now 不是可用的时刻",
                "field": HEADER,
                "remedy": "写作带时区的 ISO 8601，例如 2026-11-03T09:12:00+08:00，在 2000 年至 2100 年之间",
            }
            return JsonResponse(body, status=400, json_dumps_params={"ensure_ascii": False})
        token = _moment.set(moment)
        try:
            return self.get_response(request)
        finally:
            _moment.reset(token)


def read_moment(text: str) -> datetime | None:
    """An instant with its offset within a century; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None and EARLIEST <= moment <= LATEST else None
