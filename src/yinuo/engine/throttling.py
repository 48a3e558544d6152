"""A simple limit on what anybody may send without an account, the same whichever way it comes in."""

from __future__ import annotations

import hashlib

from django.core.cache import cache

HOUR = 3600
PER_HOUR = {"objections": 10, "codes": 60}


def allow(what: str, address: str) -> bool:
    """Whether one more from this address is taken: so many within any hour. The address is not kept, only its digest,
    and not for long.

    Each one taken holds a place of its own for an hour; two at once never hold the same, for the cache adds a key once.
    """
    digest = hashlib.sha256(address.encode()).hexdigest()[:32]
    places = [f"throttle:{what}:{digest}:{number}" for number in range(PER_HOUR[what])]
    held = cache.get_many(places)
    return any(cache.add(place, 1, HOUR) for place in places if place not in held)
