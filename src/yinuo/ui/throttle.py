"""A simple limit on what anybody may send without a key."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from yinuo.engine import throttling


class PerAddress(BaseThrottle):
    """So many requests an hour from one address."""

    def __init__(self, what: str) -> None:
        self.what = what

    def allow_request(self, request: HttpRequest) -> bool:
        # What is rehearsed is repeated, from one address.
        return settings.YINUO_TRAINING or throttling.allow(self.what, get_adapter(request).get_client_ip(request))

    def wait(self) -> float | None:
        return float(throttling.HOUR)
