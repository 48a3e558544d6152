"""The light of a clock, the only place where it is decided: the same rule for Python, for a query and for SQL
(docs/adr/0012).

A row holds from when its light is yellow and from when it is red (`core.clock.light_from`), empty where it never will
be as things stand. Yellow begins at its instant, red after its own. A clock without a limit has neither, so it is
green. A pause whose longest term is over has ended itself, whether or not the ticker has come by.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q


class Light(models.TextChoices):
    GREEN = "green", "正常"
    YELLOW = "yellow", "预警"
    RED = "red", "超期"


# -- the light


def light(yellow_from: datetime | None, red_from: datetime | None, moment: datetime) -> Light:
    if red_from is not None and moment > red_from:
        return Light.RED
    return Light.YELLOW if yellow_from is not None and moment >= yellow_from else Light.GREEN


def has_light(wanted: str, moment: datetime) -> Q:
    """Rows that show this light at `moment`."""
    red, warned = Q(red_from__isnull=False, red_from__lt=moment), Q(yellow_from__isnull=False, yellow_from__lte=moment)
    return red if wanted == Light.RED else warned & ~red if wanted == Light.YELLOW else ~warned & ~red


def light_sql(row: str, moment: str) -> str:
    """The light of `row` (a table's name in the statement) at `moment` (an SQL expression)."""
    return (
        f"CASE WHEN {row}.red_from < {moment} THEN 'red' WHEN {row}.yellow_from <= {moment} THEN 'yellow' ELSE "
        f"'green' END"
    )


# -- still paused


def paused(state: str, pause_ends_at: datetime | None, moment: datetime) -> bool:
    return state == "paused" and (pause_ends_at is None or moment < pause_ends_at)


def is_paused(moment: datetime) -> Q:
    return Q(state="paused") & (Q(pause_ends_at__isnull=True) | Q(pause_ends_at__gt=moment))


def paused_sql(row: str, moment: str) -> str:
    return f"({row}.state = 'paused' AND ({row}.pause_ends_at IS NULL OR {row}.pause_ends_at > {moment}))"


def due_sql(row: str, moment: str) -> str:
    """The due moment that is shown, `WorkItem.due_shown`."""
    return (
        f"CASE WHEN {row}.state = 'paused' AND NOT {paused_sql(row, moment)} THEN {row}.red_from ELSE {row}.due_at END"
    )
