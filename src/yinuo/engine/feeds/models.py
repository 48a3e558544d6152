"""What other systems read in order.

The room knows no feed and no kind by name: a room that has a feed registers it as a `Feed`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from yinuo.engine.base import AppendOnly
from yinuo.engine.people.models import Hall, ProjectUnit


@dataclass(frozen=True, slots=True)
class Feed:
    """A room's feed: its name in the rows and the kinds of its entries. Who may read it is the room's own question."""

    name: str
    kinds: type[models.TextChoices]


class FeedEntry(AppendOnly):
    """One thing other systems are told, as it was when it happened; written with what it tells of. A correction is a
    new entry.

    `digest` is the SHA-256 of the canonical JSON (RFC 8785) of what is told (`queries.told`).
    """

    feed = models.CharField(max_length=24)
    kind = models.CharField(max_length=24)
    unit = models.ForeignKey(ProjectUnit, on_delete=models.PROTECT, related_name="+")
    hall = models.ForeignKey(Hall, null=True, on_delete=models.PROTECT, related_name="+")
    project_code = models.CharField(max_length=24, default="")
    data = models.JSONField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()


class FeedPlace(AppendOnly):
    """An entry's place in its feed, from 1 without a gap; given after the entry is committed, by one writer at a time.

    Numbers given inside the entry's own transaction would become visible out of order. A reader that reads on from a
    place misses nothing.
    """

    entry = models.OneToOneField(FeedEntry, on_delete=models.PROTECT, related_name="place")
    feed = models.CharField(max_length=24)
    number = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "number"], name="feed_place_once")]
