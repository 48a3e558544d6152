"""Every reading of land: parcels for everybody, the desk of natural resources, the list a unit was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from yinuo.core.grades import UNRATED
from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.catalogue.models import Zone
from yinuo.engine.people.models import InForce
from yinuo.rooms.credit import queries as credit
from yinuo.rooms.land.models import (
    LandChecklist,
    ListInput,
    ListState,
    Parcel,
    ParcelInterest,
    ParcelStatus,
    ParcelUse,
)


def grades_of(units: Sequence[int]) -> dict[int, str]:
    """The present grade of each unit; one without an evaluation is unrated."""
    known = credit.grades_of(units)
    return {unit_id: known.get(unit_id, UNRATED) for unit_id in units}


def interests_of(parcel_id: int) -> QuerySet[ParcelInterest]:
    return ParcelInterest.objects.filter(parcel_id=parcel_id).select_related("unit").order_by("at", "id")


def zones_for(actor: Actor, day: date) -> QuerySet[Zone]:
    """The zones on `day` in which the actor may enter a parcel: the hall's, for a committee its own; by name."""
    zones = Zone.objects.filter(InForce.on(day), hall_id=actor.hall_id or NO_ROW).order_by("name")
    return zones.filter(body_id=actor.department_id) if actor.role == "zone" else zones


def parcels(
    *, hall_id: int | None = None, status: str = "", search: str = "", standard: bool = False
) -> QuerySet[Parcel]:
    """Newest first, as lists show them."""
    rows = Parcel.objects.select_related("zone", "unit").order_by("-id")
    if hall_id is not None:
        rows = rows.filter(hall_id=hall_id)
    if status in ParcelStatus.values:
        rows = rows.filter(status=status)
    if standard:
        rows = rows.filter(standard__isnull=False)
    if text := search.strip():
        rows = rows.filter(
            Q(number__icontains=text)
            | Q(name__icontains=text)
            | Q(place__icontains=text)
            | Q(zone__name__icontains=text)
        )
    return rows


def public_parcels(*, status: str = "", search: str = "", standard: bool = False) -> QuerySet[Parcel]:
    """What everybody may see: land that is offered or sold, and a 标准地 as soon as it is one."""
    rows = parcels(status=status, search=search, standard=standard)
    return rows.exclude(Q(status=ParcelStatus.PREPARED) & Q(standard__isnull=True))


def one(parcel_id: int) -> Parcel:
    """Raises Parcel.DoesNotExist."""
    return Parcel.objects.select_related("department", "zone", "unit", "hall", "standard").get(pk=parcel_id)


def lists_of(parcel_id: int) -> list[LandChecklist]:
    """The versions of a parcel's list, the newest first, with what each office said."""
    inputs = ListInput.objects.select_related("department", "answered_by").order_by("part", "id")
    rows = (
        LandChecklist.objects.filter(parcel_id=parcel_id)
        .select_related("document")
        .prefetch_related(Prefetch("inputs", inputs))
    )
    return list(rows.order_by("-number"))


def in_force(lists: Sequence[LandChecklist]) -> LandChecklist | None:
    return next((row for row in lists if row.state == ListState.READY), None)


def asked(input_id: int) -> ListInput:
    """What an office is asked, with what the offices before it said. Raises ListInput.DoesNotExist."""
    found = ListInput.objects.select_related("department", "land_list__parcel__department", "land_list__parcel__zone")
    return found.get(pk=input_id)


def said_before(land_list: LandChecklist, part: str) -> list[ListInput]:
    rows = ListInput.objects.filter(land_list=land_list, part=part, answered_at__isnull=False)
    return list(rows.select_related("department").order_by("id"))


def use_of(project_id: int) -> ParcelUse | None:
    """The parcel the project builds on."""
    rows = ParcelUse.objects.filter(project_id=project_id, ended_at__isnull=True)
    return rows.select_related("parcel__zone", "parcel__unit", "parcel__department", "commitment").first()


def free_parcels(unit_id: int) -> QuerySet[Parcel]:
    """The unit's parcels no project of its builds on yet."""
    used = ParcelUse.objects.filter(ended_at__isnull=True).values("parcel_id")
    return (
        Parcel.objects.filter(unit_id=unit_id, status=ParcelStatus.SOLD)
        .exclude(pk__in=used)
        .select_related("zone")
        .order_by("id")
    )


def parcels_of_unit(unit_id: int) -> QuerySet[Parcel]:
    return Parcel.objects.filter(unit_id=unit_id).select_related("zone").order_by("-sold_at", "-id")


def on_standard_land(projects: Sequence[int]) -> dict[int, str]:
    """Of these projects those on a 标准地, with the parcel's number: what the map marks."""
    rows = ParcelUse.objects.filter(project_id__in=projects, ended_at__isnull=True, parcel__standard__isnull=False)
    return dict(rows.values_list("project_id", "parcel__number"))


def named(number: str) -> Parcel | None:
    """The public parcel of that number."""
    return public_parcels().filter(number=number.strip().upper()).first() if number.strip() else None
