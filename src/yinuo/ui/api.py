"""The API: the same verbs as the actions, for machines with keys.

No session, no cookie; a key speaks for one person in one role.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.parser import Parser
from ninja.security import HttpBearer

from yinuo.core.dated import NotInForce
from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.people.queries import actor_of_key, name_of_key, stand_ins_of
from yinuo.engine.rules import pack
from yinuo.ui.api_shapes import RefusalOut

# No body of ours comes near it.
DEEPEST = 24


class Key(HttpBearer):
    """A live key; what it may do is what its person may do for the unit or department it is bound to.

    With `X-Yinuo-Via: window.visit:12` a clerk's key acts for the visitor's unit, an agent's for the agreement's, as a
    page would.
    """

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        now = timezone.now()
        actor, via = actor_of_key(token, now), request.headers.get("X-Yinuo-Via", "").strip()
        if actor is None or not via:
            return actor
        found = next((one for one in stand_ins_of(actor, now) if one.actor.via == via), None)
        if found is not None and found.actor.scope is not None and not may_ask(request):
            raise forbid("代办员只能在协议范围内代为申报，这个接口由项目单位自己使用")
        if found is None:
            raise forbid("X-Yinuo-Via 指的来访或者代办协议不是您的，或者已经结束")
        return found.actor


# What an agent's key reaches in the unit's name: the project of the agreement, and nothing that is not named here.
AGENT_MAY = tuple(
    (method, re.compile(f"/api/v1{path}$"))
    for method, path in (
        ("GET", r"/projects/\d+(/map|/guidance|/agency|/completion)?"),
        ("POST", r"/projects/\d+/(questions|completion)"),
        ("GET", r"/items/\d+(/problems|/later-documents)?"),
        ("POST", r"/items/\d+/(submissions|withdraw|apply-anew|later-documents)"),
        ("POST", r"/later-documents/\d+/withdraw"),
        ("POST", r"/files"),
        ("POST", r"/agency/\d+/package"),
    )
)


def may_ask(request: HttpRequest) -> bool:
    return any(request.method == method and path.match(request.path_info) for method, path in AGENT_MAY)


class Body(Parser):
    """JSON whose texts can be kept: none with a NUL or with half a character in it, and nothing nested without end."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = json.loads(request.body)
        _need_keepable(body, DEEPEST)
        return body


def _need_keepable(value: Any, depth: int) -> None:
    """Raises ValueError, of which UnicodeEncodeError is one."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("NUL")
        value.encode()
    elif isinstance(value, dict | list):
        if not depth:
            raise ValueError("too deep")
        for part in value:
            _need_keepable(part, depth - 1)
        if isinstance(value, dict):
            _need_keepable(list(value.values()), depth)


# Every status a request is refused with; 401 only where a key is asked for.
REFUSALS = {
    400: "请求内容无法读取",
    401: "没有可用的密钥",
    403: "不允许",
    404: "没有找到",
    409: "已被他人改动",
    422: "不符合规定，或者内容有误",
    429: "提交太频繁",
    503: "数据库没有应答或者太忙",
}


class PlatformAPI(NinjaAPI):
    """Declares once, for every operation, how a refusal looks."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        name = RefusalOut.__name__
        schema["components"]["schemas"][name] = RefusalOut.model_json_schema(mode="serialization")
        content = {self.renderer.media_type: {"schema": {"$ref": REF_TEMPLATE.format(model=name)}}}
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, words in REFUSALS.items():
                    if status != 401 or operation.get("security"):
                        operation["responses"].setdefault(status, {"description": words, "content": content})
        return schema


api = PlatformAPI(
    title="一诺开放接口",
    version="1",
    description="县域投资项目信用承诺制审批平台。写操作请带 Idempotency-Key，重发同一请求只办一次。",
    auth=Key(),
    parser=Body(),
    openapi_url="/openapi.json",
    docs_url=None,
    urls_namespace="api",
)


# For an operation that answers with a file.
PDF_ANSWER = {
    "responses": {
        200: {
            "description": "PDF",
            "content": {"application/pdf": {"schema": {"type": "string", "contentMediaType": "application/pdf"}}},
        }
    }
}


def actor_of(request: HttpRequest) -> Actor:
    actor = getattr(request, "auth", None)
    return actor if isinstance(actor, Actor) else Actor.public().through("api")


def system_of(request: HttpRequest) -> str:
    """The name of the caller's key: what another system sends is kept under it, whatever the system calls itself."""
    return name_of_key(request.headers.get("Authorization", "").partition(" ")[2].strip())


def key_of(request: HttpRequest) -> str:
    """The caller's idempotency key. Raises Refused when it is missing or too long."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key or len(key) > 80:
        raise Refused(
            "api.idempotency_key", "写操作须带 Idempotency-Key 请求头（不超过 80 个字符）", field="Idempotency-Key"
        )
    return key


def key_if_any(request: HttpRequest) -> str:
    """The key where one is sent: what may be written without one is still written once with it."""
    return key_of(request) if "Idempotency-Key" in request.headers else ""


@api.exception_handler(Refused)
def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    body: dict[str, Any] = {
        "code": refusal.code,
        "message": refusal.message,
        "field": refusal.field,
        "remedy": refusal.remedy,
        "cites": refusal.cites,
        "errors": refusal.errors,
        "data": refusal.data,
    }
    return api.create_response(request, body, status=refusal.status)


@api.exception_handler(ObjectDoesNotExist)
def absent(request: HttpRequest, error: ObjectDoesNotExist) -> HttpResponse:
    return api.create_response(
        request, {"code": "api.not_found", "message": "没有找到", "field": "", "remedy": "请核对编号"}, status=404
    )


@api.exception_handler(NotInForce)
def early(request: HttpRequest, error: NotInForce) -> HttpResponse:
    body = {"code": "rules.not_in_force", "message": str(error), "field": "", "remedy": "请选规则施行以后的日期"}
    return api.create_response(request, body, status=422)


@api.exception_handler(DataError)
def unfit(request: HttpRequest, error: DataError) -> HttpResponse:
    """What no column can hold: a number beyond its range, a text too long or with a NUL in it. Nothing was written."""
    body = {
        "code": "api.unfit",
        "message": "内容里有无法保存的数字或文字",
        "field": "",
        "remedy": "请检查编号是否过大、文字是否过长或含控制字符",
    }
    return api.create_response(request, body, status=422)


@api.exception_handler(Throttled)
def too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    body = {"code": "api.too_many", "message": "提交太频繁", "field": "", "remedy": "请一小时后再试"}
    answer = api.create_response(request, body, status=429)
    answer.headers["Retry-After"] = str(error.wait or 3600)
    return answer


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """No live key; or a body that is no JSON, or holds what cannot be kept."""
    if error.status_code == 401:
        told = {
            "code": "api.key",
            "message": "没有可用的密钥",
            "field": "Authorization",
            "remedy": "请带 Authorization: Bearer 密钥",
        }
        return api.create_response(request, told, status=401)
    body = {
        "code": "api.unreadable",
        "message": "请求内容无法读取",
        "field": "",
        "remedy": "请发送 UTF-8 的 JSON，文字里不要有 NUL 或者残缺的字符，层次不要过深",
    }
    return api.create_response(request, body, status=error.status_code)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = {
        ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0]): str(fault["msg"])
        for fault in error.errors
    }
    first = next(iter(errors), "")
    body = {
        "code": "api.invalid",
        "message": "请求内容的格式不对",
        "field": first,
        "remedy": errors.get(first, ""),
        "cites": [],
        "errors": errors,
    }
    return api.create_response(request, body, status=422)


# Beyond it no calendar and no date arithmetic is meant seriously.
LAST_YEAR = 2100


def asked_day(as_of: date | None) -> date:
    """The day whose rules are asked for; today where none is named. Raises Refused for a day without rules."""
    day, first = as_of or timezone.localdate(), pack().valid_from
    if not first <= day <= date(LAST_YEAR, 12, 31):
        raise Refused(
            "rules.as_of",
            f"{day.isoformat()} 没有可用的规则",
            field="as_of",
            remedy=f"请写 {first.isoformat()} 至 {LAST_YEAR} 年的日期",
        )
    return day


class VersionIn(Schema):
    version: int | None = None


class WhyIn(VersionIn):
    why: str
