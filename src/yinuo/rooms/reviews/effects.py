"""A concluded matter asks for a review: the one who handed in gets a link that needs no account."""

from __future__ import annotations

from datetime import datetime

from yinuo.engine.base import Actor, PageRef
from yinuo.engine.notices.actions import tell
from yinuo.rooms.onemap.models import Application, MapItem, Submission
from yinuo.rooms.reviews import links
from yinuo.rooms.reviews.models import Channel, TrackService


def invite(*, actor: Actor, subject: MapItem, at: datetime, why: str) -> None:
    """Nobody is asked about what was handed in by nobody: the filing itself, a result taken in."""
    application = subject.present
    submission = (
        Submission.objects.filter(application=application.pk).select_related("person").order_by("-number").first()
    )
    if submission is None:
        return
    tell(
        "review_invited",
        at=at,
        persons=[submission.person],
        page=PageRef("unit:review", item_id=subject.pk),
        matter=subject.name,
        link=link_to(application, Channel.LINK),
    )


def link_to(about: Application | TrackService, channel: Channel) -> PageRef:
    """The page on which what was done is reviewed without an account."""
    return PageRef("public:review", token=links.token_of(about, channel))
