"""A review without an account: a signed link names the application, and the database takes one review of it, whoever comes."""

from __future__ import annotations

from django.core import signing

from yinuo.apps.base import Refused
from yinuo.apps.onemap.models import MapItem
from yinuo.apps.reviews.models import Channel

SIGNER = signing.Signer(salt="yinuo.reviews", sep=".")
LETTERS = {"l": Channel.LINK, "c": Channel.COUNTER}


def token_of(item: MapItem, channel: Channel) -> str:
    letter = next(letter for letter, known in LETTERS.items() if known == channel)
    return SIGNER.sign(f"{item.pk}-{item.round}-{letter}")


def read(token: str) -> tuple[int, int, Channel]:
    """The item, its round and the channel. Raises Refused for a link nobody has given out."""
    try:
        number, round_, letter = SIGNER.unsign(token).split("-")
        return int(number), int(round_), LETTERS[letter]
    except (signing.BadSignature, ValueError, KeyError):
        raise Refused("reviews.link", "这个评价链接不对", remedy="请从短信重新打开，或者登录后在“一张图”上评价") from None
