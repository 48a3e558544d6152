"""A review without an account: a signed link names what was done, and the database takes one review of it, whoever comes."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing

from yinuo.apps.base import Refused
from yinuo.apps.onemap.models import MapItem
from yinuo.apps.reviews.models import Channel, TrackService

SIGNER = signing.Signer(salt="yinuo.reviews", sep=".")
LETTERS = {"l": Channel.LINK, "c": Channel.COUNTER}
SERVICE = "s"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link opens: an application of an item by its round, or, with `round` None, a track's service."""

    pk: int
    round: int | None
    channel: Channel


def token_of(about: MapItem | TrackService, channel: Channel) -> str:
    letter = next(letter for letter, known in LETTERS.items() if known == channel)
    return SIGNER.sign(f"{about.pk}-{SERVICE if isinstance(about, TrackService) else about.round}-{letter}")


def read(token: str) -> Link:
    """Raises Refused for a link nobody has given out."""
    try:
        number, round_, letter = SIGNER.unsign(token).split("-")
        return Link(int(number), None if round_ == SERVICE else int(round_), LETTERS[letter])
    except (signing.BadSignature, ValueError, KeyError):
        raise Refused("reviews.link", "这个评价链接不对", remedy="请从短信重新打开，或者登录后在“一张图”上评价") from None
