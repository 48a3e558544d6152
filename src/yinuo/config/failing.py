"""What is answered when no view does: an unknown address, a fault of ours, a database that is gone. A page for people, JSON for machines."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.template.loader import render_to_string
from django.views import defaults

from yinuo.apps.people.contact import last_read

API = "/api/"
RETRY_SECONDS = 10


def unknown(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path_info.startswith(API):
        return _told("api.not_found", "没有这个地址", "请核对接口文档 /api/v1/docs", 404)
    return defaults.page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """A database that is gone, too busy or full is not a fault to be reported, and passes: 503. Reads nothing from it."""
    unavailable = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    if not unavailable:
        if request.path_info.startswith(API):
            return _told("api.failed", "我们这边出了错，已经记录下来", "请过一两分钟用同一个 Idempotency-Key 再试", 500)
        return HttpResponseServerError(_page("500.html"))
    if request.path_info.startswith(API):
        answer: HttpResponse = _told("api.unavailable", "数据库暂时没有应答或者太忙", "请稍后用同一个 Idempotency-Key 再试", 503)
    else:
        answer = HttpResponse(_page("503.html"), status=503)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _page(template: str) -> str:
    """Without the request: what every page shows of the visitor would be read from the database. Of the hall, what was read last."""
    return render_to_string(template, {"contact": last_read()})


def _told(code: str, message: str, remedy: str, status: int) -> JsonResponse:
    body = {"code": code, "message": message, "field": "", "remedy": remedy}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
