"""Messages are rows of the action's transaction; a job queued in the same transaction sends them after commit, at least
once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from django.conf import settings

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, PageRef
from yinuo.engine.inserting import new_row
from yinuo.engine.notices.models import LINK, Channel, Message
from yinuo.engine.people.models import ApiKey, Person
from yinuo.engine.register import notices
from yinuo.engine.trail.actions import action, current, record

# 04月02日 as a clock gives it → 4月2日 as people write it.
LEADING_ZERO = re.compile(r"(?<!\d)0(?=\d[月日])")


def tell(
    template: str,
    *,
    at: datetime,
    persons: Iterable[Person] = (),
    unit_id: int | None = None,
    project_code: str = "",
    page: PageRef | None = None,
    link: PageRef | None = None,
    words: Mapping[str, object] = MappingProxyType({}),
    **more: object,
) -> None:
    """Queues a message of `template` to persons (by the template's channels) and, in the site, to a unit.

    What fills the gaps of the text is given by name, or all at once in `words`. `page` is where the message leads.
    `link`: what leads there from outside, without an account; the text names its address when it is sent (see
    `Message.text`).
    """
    text = notices()[template]
    # What people wrote may end with a full stop; the text sets its own.
    filled = {name: word.rstrip("。") if isinstance(word, str) else word for name, word in {**words, **more}.items()}
    subject, body = text.subject.format(**filled)[:120], LEADING_ZERO.sub("", text.body.format(link=LINK, **filled))
    unit = current()

    def queue(channel: str, person: Person | None, to_unit: int | None) -> None:
        to = link if link and channel != Channel.SITE else page
        unit.add(
            new_row(
                Message,
                channel=channel,
                person_id=person.pk if person else None,
                unit_id=to_unit,
                template=template,
                project_code=project_code,
                subject=subject,
                body=body,
                page=to.name if to else "",
                page_args=to.args if to else {},
                queued_at=at,
                next_attempt_at=at,
            )
        )

    for person in persons:
        for channel in text.channels:
            if (channel == Channel.SMS and not person.phone) or (channel == Channel.MAIL and not person.email):
                continue
            queue(channel, person, None)
    if unit_id is not None:
        queue(Channel.SITE, None, unit_id)
    unit.dispatch = True


def tell_number(template: str, phone: str, /, *, at: datetime, link: PageRef | None = None, **words: object) -> None:
    """Queues a text message to a number that need not be an account's. A secret one is kept only until it has left."""
    text = notices()[template]
    message = new_row(
        Message,
        channel=Channel.SMS,
        phone=phone,
        template=template,
        subject=text.subject,
        body=text.body.format(link=LINK, **words),
        secret=text.secret,
        page=link.name if link else "",
        page_args=link.args if link else {},
        queued_at=at,
        next_attempt_at=at,
    )
    current().add(message)
    current().dispatch = True


@action
def warn_of_expiring_keys(*, at: datetime) -> int:
    """Tells the person of every key that expires soon, once; returns how many were told."""
    until = at + timedelta(days=settings.YINUO_KEY_NOTICE_DAYS)
    soon = ApiKey.objects.filter(
        expires_at__gt=at, expires_at__lte=until, revoked_at__isnull=True, warned_at__isnull=True
    )
    keys = list(soon.select_for_update(skip_locked=True, of=("self",)).select_related("person").order_by("id"))
    for key in keys:
        day = key.expires_at.astimezone(TZ).strftime("%Y年%m月%d日")
        tell("key_expiring", at=at, persons=[key.person], name=key.name, prefix=key.prefix, until=day)
        record(
            Actor.system(),
            "notices.warn_of_expiring_key",
            key,
            at=at,
            data={"person": key.person_id, "expires_at": key.expires_at},
        )
    ApiKey.objects.filter(pk__in=[key.pk for key in keys]).update(warned_at=at)
    return len(keys)


@action
def mark_read(*, message: Message, at: datetime) -> None:
    """Notes that the reader has seen an in-site message; the first time counts."""
    Message.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=at)
