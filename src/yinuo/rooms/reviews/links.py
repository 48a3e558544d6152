"""A review without an account: a signed link names what was done, and the database takes one review of it, whoever
comes.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing

from yinuo.engine.base import Refused
from yinuo.rooms.onemap.models import Application
from yinuo.rooms.reviews.models import Channel, TrackService

SIGNER = signing.Signer(salt="yinuo.reviews", sep=".")
LETTERS = {"l": Channel.LINK, "c": Channel.COUNTER}
SERVICE, APPLICATION = "s", "a"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link opens: an application of a matter, or a track's service."""

    pk: int
    service: bool
    channel: Channel


def token_of(about: Application | TrackService, channel: Channel) -> str:
    letter = next(letter for letter, known in LETTERS.items() if known == channel)
    return SIGNER.sign(f"{about.pk}-{SERVICE if isinstance(about, TrackService) else APPLICATION}-{letter}")


def read(token: str) -> Link:
    """Raises Refused for a link nobody has given out."""
    try:
        number, kind, letter = SIGNER.unsign(token).split("-")
        return Link(int(number), {SERVICE: True, APPLICATION: False}[kind], LETTERS[letter])
    except (signing.BadSignature, ValueError, KeyError):
        raise Refused(
            "reviews.link", "这个评价链接不对", remedy="请从短信重新打开，或者登录后在“一张图”上评价"
        ) from None
