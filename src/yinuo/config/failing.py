"""What is answered when no view does: an unknown address, a fault of ours, a database that is gone.

A page for people, JSON for machines.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseServerError, JsonResponse
from django.template.loader import render_to_string
from django.views import defaults

from yinuo.engine.people.contact import last_read

API = "/api/"
RETRY_SECONDS = 10


def unknown(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path_info.startswith(API):
        return _told("api.not_found", "没有这个地址", "请核对接口说明 /api/v1/openapi.json", 404)
    return defaults.page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """A database that is gone, too busy or full is not a fault to be reported, and passes: 503.

    Reads nothing from it.
    """
    unavailable = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    if not unavailable:
        if request.path_info.startswith(API):
            return _told("api.failed", "我们这边出了错，已经记录下来", "请过一两分钟用同一个 Idempotency-Key 再试", 500)
        return HttpResponseServerError(_page("500.html"))
    if request.path_info.startswith(API):
        answer: HttpResponse = _told(
            "api.unavailable", "数据库暂时没有应答或者太忙", "请稍后用同一个 Idempotency-Key 再试", 503
        )
    else:
        answer = HttpResponse(_page("503.html"), status=503)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _page(template: str) -> str:
    """Without the request: what every page shows of the visitor would be read from the database.

    Of the hall, what was read last.
    """
    return render_to_string(template, {"contact": last_read()})


# What Django or the API's framework answers by itself, before or instead of an operation of ours: code, message,
# remedy.
TOLD = {
    400: ("api.bad_request", "请求不合规矩，没有办理", "请核对请求的地址、请求头 Host、参数的个数和大小"),
    403: ("api.forbidden", "不能这样请求", "请用接口密钥调用接口，不要用网页的登录"),
    405: ("api.method", "这个地址不接受这种请求方法", "可用的方法见响应头 Allow 和接口说明 /api/v1/openapi.json"),
}
OTHERWISE = ("api.refused", "请求没有办理", "请核对接口说明 /api/v1/openapi.json")


class JsonErrors:
    """A machine that is refused reads JSON, whoever refused it: what is not JSON yet is told anew under the same status
    and headers.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if answer.status_code < 400 or not request.path_info.startswith(API):
            return answer
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            return answer
        code, message, remedy = TOLD.get(answer.status_code, OTHERWISE)
        told = _told(code, message, remedy, answer.status_code)
        for name, value in answer.headers.items():
            if name not in ("Content-Type", "Content-Length"):
                told.headers[name] = value
        return told


def _told(code: str, message: str, remedy: str, status: int) -> JsonResponse:
    body = {"code": code, "message": message, "field": "", "remedy": remedy}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
