"""A concluded matter asks for a review: the one who handed in gets a link that needs no account."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from yinuo.apps.base import Actor
from yinuo.apps.notices.actions import tell
from yinuo.apps.onemap.models import MapItem
from yinuo.apps.reviews import links
from yinuo.apps.reviews.models import Channel, TrackService


def invite(*, actor: Actor, subject: MapItem, at: datetime, why: str) -> None:
    """Nobody is asked about what was handed in by nobody: the filing itself, a result taken in."""
    submission = subject.submissions.filter(round=subject.round).select_related("person").order_by("-number").first()
    if submission is None:
        return
    tell(
        "review_invited",
        at=at,
        persons=[submission.person],
        url=f"/items/{subject.pk}/review/",
        matter=subject.name,
        link=address(subject, Channel.LINK),
    )


def address(about: MapItem | TrackService, channel: Channel) -> str:
    return f"{settings.YINUO_ORIGIN.rstrip('/')}/reviews/{links.token_of(about, channel)}/"
