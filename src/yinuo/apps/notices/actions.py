"""Messages are rows of the action's transaction; a job queued in the same transaction sends them after commit, at least once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from yinuo.apps.notices.models import Channel, Message
from yinuo.apps.notices.texts import TEXTS
from yinuo.apps.people.models import Person
from yinuo.apps.trail.actions import action, current


def tell(
    template: str,
    *,
    at: datetime,
    persons: Iterable[Person] = (),
    unit_id: int | None = None,
    project_code: str = "",
    url: str = "",
    **words: object,
) -> None:
    """Queues a message of `template` to persons (by the template's channels) and, in the site, to a unit."""
    text = TEXTS[template]
    subject, body = text.subject.format(**words)[:120], text.body.format(**words)
    unit = current()

    def queue(channel: Channel, person: Person | None, to_unit: int | None) -> None:
        unit.add(
            Message(
                channel=channel,
                person=person,
                unit_id=to_unit,
                template=template,
                project_code=project_code,
                subject=subject,
                body=body,
                url=url,
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


@action
def mark_read(*, message: Message, at: datetime) -> None:
    """Notes that the reader has seen an in-site message; the first time counts."""
    Message.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=at)
