"""A simple limit on what anybody may send without an account."""

from __future__ import annotations

import hashlib

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

PER_HOUR = 10


def allow(request: HttpRequest) -> bool:
    """Whether one more from this address is taken within the hour; the address itself is not kept, only its digest, and not for long."""
    address = get_adapter(request).get_client_ip(request)
    key = f"objections:{hashlib.sha256(address.encode()).hexdigest()[:32]}"
    if cache.add(key, 1, 3600):
        return True
    try:
        return cache.incr(key) <= PER_HOUR
    except ValueError:
        # It expired between the two.
        return True
