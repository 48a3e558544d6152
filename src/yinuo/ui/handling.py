"""How pages call actions: what an action refuses comes back beside the field it concerns, with everything typed still
there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render

from yinuo.core.dated import NotInForce
from yinuo.engine.base import Forbidden, Refused, Stale

T = TypeVar("T")
log = structlog.get_logger("yinuo.web")


def attempt(form: BaseForm, act: Callable[[], T], fields: dict[str, str] | None = None) -> T | None:
    """Runs an action for a valid form; a refusal becomes the form's errors and None is returned.

    `fields` maps the action's field names (fact paths, parameter names) to the form's where they differ. Forbidden goes
    on up.
    """
    names = fields or {}
    try:
        return act()
    except Forbidden:
        raise
    except Refused as refusal:
        placed = False
        for field, message in refusal.errors.items():
            name = names.get(field, field)
            if name in form.fields:
                form.add_error(name, message)
                placed = True
        name = names.get(refusal.field, refusal.field)
        if not placed and name in form.fields and not isinstance(refusal, Stale):
            form.add_error(name, str(refusal))
        elif not placed or isinstance(refusal, Stale):
            form.add_error(None, text_of(refusal))
        form.refusal = refusal  # type: ignore[attr-defined]
        return None


def text_of(refusal: Refused) -> str:
    """The refusal with its remedy and clause, as one paragraph."""
    cites = f"（依据：{'；'.join(refusal.cites)}）" if refusal.cites else ""
    return f"{refusal}{cites}"


class RefusalPages:
    """What no view caught: 403 for what one may not do, a page with reason and remedy for what cannot be done, 404 for
    what is not there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if request.path_info.startswith("/api/"):
            return None
        if isinstance(error, Refused):
            context: dict[str, Any] = {"refusal": error}
            return render(request, "errors/refused.html", context, status=error.status)
        if isinstance(error, NotInForce):
            early = Refused(
                "rules.not_in_force",
                str(error),
                remedy="请选规则施行以后的日期，或者请系统管理员核对规则包的 valid_from",
            )
            return render(request, "errors/refused.html", {"refusal": early}, status=early.status)
        if isinstance(error, ObjectDoesNotExist):
            return render(request, "404.html", status=404)
        if isinstance(error, DataError):
            # What no column can hold: a number beyond its range, a text too long or with a NUL in it. Nothing was
            # written.
            unfit = Refused(
                "web.unfit",
                "内容里有无法保存的数字或文字，没有提交",
                remedy="请检查编号是否过大、文字是否过长或含控制字符",
            )
            return render(request, "errors/refused.html", {"refusal": unfit}, status=unfit.status)
        return None


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: an empty POST is an answer too, with everything left out."""
    return request.POST if request.method == "POST" else None
