"""What a hall's departments offer: the pack's catalogue with the departments' own dated choices over it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from yinuo.core.pack.types import Matter
from yinuo.engine.base import NO_ROW
from yinuo.engine.catalogue.models import Announced, CommitmentOffer, MatterHandler, Tolerance
from yinuo.engine.people.models import Department, Hall, InForce, Person
from yinuo.engine.rules import pack

_FRESH_SECONDS = 30
A = TypeVar("A", bound=Announced)


@dataclass
class HallBook:
    """Who works where in a hall, kept for half a minute per process: a new handler gets the next item, not the one just
    filed.
    """

    hall: Hall
    departments: dict[str, Department]
    handlers: dict[str, list[Person]] = field(default_factory=dict)
    read_at: float = 0.0

    def department(self, key: str) -> Department:
        return self.departments[key]

    def handler(self, matter_id: str) -> Person | None:
        """The one an item of the matter is given to; None = whoever of the department takes it."""
        found = self.handlers.get(matter_id, [])
        return found[0] if found else None


_books: dict[int, HallBook] = {}
_hall_of_region: dict[str, int] = {}


def forget() -> None:
    """After changes in this process, and between tests."""
    _books.clear()
    _hall_of_region.clear()


def hall_of_region(region: str) -> int | None:
    """The hall that serves a region code."""
    if region not in _hall_of_region:
        hall = Hall.objects.filter(region__code=region).order_by("id").first()
        if hall is None:
            return None
        _hall_of_region[region] = hall.pk
    return _hall_of_region[region]


def filing_halls() -> list[Hall]:
    """The halls at which a project may be filed here: those with the pack's filing department.

    A neighbour that only reports has none.
    """
    own = Hall.objects.filter(departments__key=pack().roles.filing_department)
    return list(own.select_related("region").order_by("id"))


def hall_for_filing(region: str) -> int | None:
    """The hall that takes the filings of a region; None where this platform takes none."""
    hall_id = hall_of_region(region)
    return hall_id if hall_id is not None and pack().roles.filing_department in book(hall_id).departments else None


def book(hall_id: int) -> HallBook:
    known = _books.get(hall_id)
    if known is None or time.monotonic() - known.read_at > _FRESH_SECONDS:
        known = _books[hall_id] = _read(hall_id)
    return known


def _read(hall_id: int) -> HallBook:
    hall = Hall.objects.select_related("region").get(pk=hall_id)
    made = HallBook(
        hall, {row.key: row for row in Department.objects.filter(hall_id=hall_id)}, read_at=time.monotonic()
    )
    rows = (
        MatterHandler.objects.filter(hall_id=hall_id, to_on__isnull=True, person__is_active=True)
        .select_related("person")
        .order_by("id")
    )
    for row in rows:
        made.handlers.setdefault(row.matter_id, []).append(row.person)
    return made


def handled(hall_id: int | None, day: date) -> dict[int, list[str]]:
    """The names of the matters each person of a hall handles on `day`."""
    found: dict[int, list[str]] = {}
    rows = MatterHandler.objects.filter(InForce.on(day), hall_id=hall_id or NO_ROW).order_by("matter_id", "id")
    for row in rows:
        if row.matter_id in pack().matters:
            found.setdefault(row.person_id, []).append(pack().matters[row.matter_id].full_name)
    return found


def offers_of(hall_id: int, matter_id: str) -> QuerySet[CommitmentOffer]:
    """The department's own choices of a matter that were not replaced, by their first day."""
    rows = CommitmentOffer.objects.filter(hall_id=hall_id, matter_id=matter_id, replaced_at__isnull=True)
    return rows.order_by("from_on")


def offered(hall_id: int, day: date) -> dict[str, bool]:
    """The departments' own choices in force on `day`, by matter; matters not here follow the pack's offers."""
    return dict(
        CommitmentOffer.objects.filter(CommitmentOffer.on(day), hall_id=hall_id).values_list("matter_id", "offered")
    )


def tolerance(hall_id: int, matter_id: str, day: date) -> Tolerance | None:
    """What the department has published of gaps in this matter's material, in force on `day`; None = no gap is
    tolerated.
    """
    found = Tolerance.objects.filter(Tolerance.on(day), hall_id=hall_id, matter_id=matter_id).order_by("id").first()
    return found if found is not None and found.materials else None


def tolerances(hall_id: int, day: date) -> dict[str, Tolerance]:
    """All that is tolerated in a hall on `day`, by matter."""
    rows = Tolerance.objects.filter(Tolerance.on(day), hall_id=hall_id).order_by("id")
    return {row.matter_id: row for row in rows if row.materials}


@dataclass(frozen=True, slots=True)
class Announcements(Generic[A]):
    """A matter's decisions seen from a day: in force, planned for later days, and over or replaced; each list by its
    first day.
    """

    current: A | None = None
    planned: tuple[A, ...] = ()
    past: tuple[A, ...] = ()


NOTHING_ANNOUNCED: Announcements[Any] = Announcements()


def announcements(model: type[A], department_id: int, day: date, matter_id: str = "") -> dict[str, Announcements[A]]:
    """All that a department has published in `model` of its matters, or of the one, seen from `day`."""
    rows = (
        model._default_manager.filter(department_id=department_id)
        .select_related("published_by")
        .order_by("from_on", "id")
    )
    by_matter: dict[str, list[A]] = {}
    for row in rows.filter(matter_id=matter_id) if matter_id else rows:
        by_matter.setdefault(row.matter_id, []).append(row)
    return {key: _seen_from(day, found) for key, found in by_matter.items()}


def _seen_from(day: date, rows: list[A]) -> Announcements[A]:
    planned = [row for row in rows if row.replaced_at is None and row.from_on > day]
    current = [
        row for row in rows if row.replaced_at is None and row.from_on <= day and (row.to_on is None or row.to_on > day)
    ]
    past = [row for row in rows if row not in planned and row not in current]
    return Announcements(current[0] if current else None, tuple(planned), tuple(past))


def matter(matter_id: str) -> Matter:
    return pack().matters[matter_id]


def guides(day: date) -> list[Matter]:
    """Every matter published on `day`, by stage and name."""
    return list(pack().matters_at(day))
