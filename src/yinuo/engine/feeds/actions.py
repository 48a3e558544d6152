from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from yinuo.engine.feeds.models import Feed, FeedEntry
from yinuo.engine.feeds.queries import digest_of
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.trail.actions import current

LOCK = 0x6665656473  # "feeds"
PLACE = """
    INSERT INTO feeds_feedplace (feed, number, entry_id)
    SELECT e.feed, coalesce(l.last, 0) + row_number() OVER (PARTITION BY e.feed ORDER BY e.id), e.id
    FROM feeds_feedentry e LEFT JOIN feeds_feedplace p ON p.entry_id = e.id
    LEFT JOIN (SELECT feed, max(number) AS last FROM feeds_feedplace GROUP BY feed) l ON l.feed = e.feed
    WHERE p.id IS NULL
"""


def write(
    feed: Feed,
    kind: str,
    unit: ProjectUnit,
    *,
    project_code: str,
    data: Mapping[str, Any],
    at: datetime,
    hall_id: int | None = None,
) -> None:
    """Inside the action that it tells of. Raises ValueError for a kind the feed does not have."""
    row = FeedEntry(
        feed=feed.name,
        kind=feed.kinds(kind),
        unit=unit,
        hall_id=hall_id,
        project_code=project_code,
        data=dict(data),
        at=at,
    )
    row.digest = digest_of(row)
    current().add(row)


def place_entries() -> int:
    """Gives a place to every committed entry that has none, in one statement behind one lock. Returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(PLACE)
        return int(cursor.rowcount)
