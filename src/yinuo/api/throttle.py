"""A simple limit on what anybody may send without a key."""

from __future__ import annotations

import hashlib

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

HOUR = 3600


class PerAddress(BaseThrottle):
    """So many requests an hour from one address; the address itself is not kept, only its digest, and not for long."""

    def __init__(self, what: str, per_hour: int) -> None:
        self.what = what
        self.per_hour = per_hour

    def allow_request(self, request: HttpRequest) -> bool:
        if settings.YINUO_TRAINING:
            # What is rehearsed is repeated, from one address.
            return True
        address = get_adapter(request).get_client_ip(request)
        key = f"api:{self.what}:{hashlib.sha256(address.encode()).hexdigest()[:32]}"
        if cache.add(key, 1, HOUR):
            return True
        try:
            return bool(cache.incr(key) <= self.per_hour)
        except ValueError:
            # It expired between the two.
            return True

    def wait(self) -> float | None:
        return float(HOUR)
