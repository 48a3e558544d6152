"""How many objections one address may send by the page and by the API together."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from yinuo.engine import throttling


def allow(request: HttpRequest) -> bool:
    return throttling.allow("objections", get_adapter(request).get_client_ip(request))
