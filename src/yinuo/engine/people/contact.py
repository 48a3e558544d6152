"""Whom somebody turns to who cannot go on by themselves: the hall of the pack's place, as the frame of every page shows
it.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import SynchronousOnlyOperation
from django.db import Error

from yinuo.core.calendar import Hours
from yinuo.core.dated import RuleError, the_one_at
from yinuo.engine.people.models import Hall
from yinuo.engine.rules import pack

_FRESH_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Contact:
    """A hall as the public reaches it; `phone` and `address` are empty where the hall has not given them."""

    hall: str
    phone: str
    address: str
    hours: str

    @property
    def number(self) -> str:
        """The telephone as a link dials it, empty where the text names no number or more than one."""
        digits = self.phone.replace("-", "").replace(" ", "")
        return digits if digits.removeprefix("+").isdigit() and digits.isascii() else ""


@dataclass
class _Copy:
    """What this process read last and when; `read_at` None = not yet, or forgotten."""

    contact: Contact | None = None
    read_at: float | None = None


_copy = _Copy()


def forget() -> None:
    """After changes in this process, and between tests."""
    _copy.contact, _copy.read_at = None, None


def contact(day: date) -> Contact | None:
    """The hall's contact, read once a minute per process; None before the hall is set up.

    A database that does not answer leaves what was read last, and is asked again a minute later: a page that needs no
    database is shown without one.
    """
    if _copy.read_at is None or time.monotonic() - _copy.read_at > _FRESH_SECONDS:
        _copy.read_at = time.monotonic()
        with suppress(Error, SynchronousOnlyOperation):
            _copy.contact = _read(day)
    return _copy.contact


def last_read() -> Contact | None:
    """What this process read last, without asking the database: for the pages that tell that it does not answer."""
    return _copy.contact


def home_hall(day: date) -> Hall:
    """The hall of the pack's own place: whom somebody turns to who has no project yet.

    Raises Hall.DoesNotExist before set-up.
    """
    halls = list(Hall.objects.order_by("id"))
    name = str(pack().parameter("place.hall", day).value)
    found = next((hall for hall in halls if hall.name == name), halls[0] if halls else None)
    if found is None:
        raise Hall.DoesNotExist("政务大厅还没有设立")
    return found


def _read(day: date) -> Contact | None:
    try:
        hall = home_hall(day)
    except Hall.DoesNotExist:
        return None
    return Contact(hall.name, hall.phone, hall.address, hall.hours or pack_hours(day))


def pack_hours(day: date) -> str:
    """The office hours of the pack's calendar in words, empty where none are in force on `day`.

    Example: “工作日 08:30—12:00、14:30—18:00”.
    """
    try:
        hours: Hours = the_one_at(pack().calendar.hours, day, "办公时间").hours
    except RuleError:
        return ""
    return "工作日 " + "、".join(f"{begin:%H:%M}—{end:%H:%M}" for begin, end in hours)
