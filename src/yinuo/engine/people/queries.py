from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from yinuo.core.calendar import TZ
from yinuo.engine.base import NO_ROW, Actor, StandIn
from yinuo.engine.people.models import (
    ApiKey,
    AuthorisedPerson,
    Delegation,
    Department,
    Hall,
    InForce,
    Membership,
    Person,
    ProjectUnit,
    StaffRole,
)


def person(person_id: int) -> Person:
    """Raises Person.DoesNotExist."""
    return Person.objects.get(pk=person_id)


def persons(person_ids: Collection[int]) -> list[Person]:
    """In the order of the ids."""
    return list(Person.objects.filter(pk__in=person_ids).order_by("id"))


def names_of(person_ids: Iterable[int | None]) -> dict[int, str]:
    """In the order of the ids; None is left out."""
    rows = Person.objects.filter(pk__in={pk for pk in person_ids if pk is not None})
    return dict(rows.order_by("id").values_list("pk", "name"))


def unit(unit_id: int) -> ProjectUnit:
    """Raises ProjectUnit.DoesNotExist."""
    return ProjectUnit.objects.get(pk=unit_id)


def unit_id_of(credit_code: str) -> int:
    """Raises ProjectUnit.DoesNotExist."""
    return ProjectUnit.objects.values_list("id", flat=True).get(credit_code=credit_code)


def unit_names(unit_ids: Iterable[int]) -> dict[int, str]:
    return dict(ProjectUnit.objects.filter(pk__in=set(unit_ids)).values_list("pk", "name"))


def unit_by_code(credit_code: str) -> ProjectUnit:
    """Raises ProjectUnit.DoesNotExist."""
    return ProjectUnit.objects.get(credit_code=credit_code)


def find_unit(credit_code: str) -> ProjectUnit | None:
    """The unit of a credit code; None where it is not registered here."""
    return ProjectUnit.objects.filter(credit_code=credit_code).first()


def hall(hall_id: int) -> Hall:
    """With its region. Raises Hall.DoesNotExist."""
    return Hall.objects.select_related("region").get(pk=hall_id)


def memberships_of(person: Person, day: date) -> list[Membership]:
    """The roles a person holds on `day`, in a steady order."""
    return list(person.memberships.filter(InForce.on(day)).select_related("department__hall__region").order_by("id"))


def membership_in_force(membership_id: int, day: date) -> Membership | None:
    """The membership if it is in force on `day` and its person may sign in."""
    rows = Membership.objects.filter(InForce.on(day), pk=membership_id, person__is_active=True)
    return rows.select_related("department").first()


def binding(binding_id: int) -> AuthorisedPerson:
    """With its person and unit. Raises AuthorisedPerson.DoesNotExist."""
    return AuthorisedPerson.objects.select_related("person", "unit").get(pk=binding_id)


def bindings_of(person: Person, day: date) -> list[AuthorisedPerson]:
    """The units a person is bound to on `day`."""
    return list(
        person.bindings.filter(InForce.on(day), confirmed_at__isnull=False).select_related("unit").order_by("id")
    )


def persons_of(unit_id: int, day: date) -> list[AuthorisedPerson]:
    """Who acts for the unit now or later, and who waits to be confirmed; those longest with it first."""
    rows = AuthorisedPerson.objects.filter(Q(to_on__isnull=True) | Q(to_on__gt=day), unit_id=unit_id)
    return list(rows.select_related("person", "asked_by").order_by("confirmed_at", "id"))


def bound_on(unit_id: int, day: date) -> QuerySet[AuthorisedPerson]:
    """Who acts for the unit on `day`, those whose account is closed included."""
    rows = AuthorisedPerson.objects.filter(InForce.on(day), unit_id=unit_id, confirmed_at__isnull=False)
    return rows.select_related("person").order_by("id")


def persons_bound(unit_id: int, day: date) -> list[Person]:
    """Everybody who acts for the unit on `day`, and is able to sign in."""
    return [row.person for row in bound_on(unit_id, day).filter(person__is_active=True)]


def has_others(unit_id: int, person_id: int, day: date) -> bool:
    """Whether somebody else acts for the unit on `day`, and is able to sign in."""
    rows = bound_on(unit_id, day).filter(person__is_active=True)
    return rows.exclude(person_id=person_id).exists()


def former_persons_of(unit_id: int, day: date) -> list[AuthorisedPerson]:
    """Whose authorisation has ended, the latest first."""
    rows = (
        AuthorisedPerson.objects.filter(unit_id=unit_id, to_on__lte=day)
        .select_related("person")
        .order_by("-to_on", "-id")
    )
    return list(rows[:50])


def bindings_to_confirm(day: date) -> QuerySet[AuthorisedPerson]:
    """Who asked to act for a unit and is not confirmed yet, the oldest first."""
    rows = AuthorisedPerson.objects.filter(Q(to_on__isnull=True) | Q(to_on__gt=day), confirmed_at__isnull=True)
    return rows.select_related("person", "unit", "asked_by").order_by("id")


def is_letter_to_confirm(file_id: int) -> bool:
    """Whether the file is the letter of authorisation of somebody who is not confirmed yet."""
    return AuthorisedPerson.objects.filter(letter_id=file_id, confirmed_at__isnull=True).exists()


def actor_of_membership(membership: Membership, entrance: str = "web") -> Actor:
    return Actor(
        person_id=membership.person_id,
        role=membership.role,
        department_id=membership.department_id,
        hall_id=membership.department.hall_id,
        stage=membership.stage,
        entrance=entrance,
    )


def actor_of_binding(binding: AuthorisedPerson, entrance: str = "web") -> Actor:
    return Actor(person_id=binding.person_id, role="unit", unit_id=binding.unit_id, entrance=entrance)


def stand_ins_of(actor: Actor, at: datetime) -> list[StandIn]:
    """For which units the holder of a role may act at `at`, and through what;
    the rooms above say (`YINUO_STAND_INS`).
    """
    told = settings.YINUO_STAND_INS.get(actor.role)
    return list(import_string(told)(actor, at)) if told else []


def key_digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


_KEY = """
    SELECT k.person_id, k.unit_id, k.membership_id, m.role, m.department_id, d.hall_id, m.stage, p.is_superuser
    FROM people_apikey k
    JOIN people_person p ON p.id = k.person_id AND p.is_active
    LEFT JOIN people_membership m ON m.id = k.membership_id
    LEFT JOIN people_department d ON d.id = m.department_id
    WHERE k.digest = %s AND k.expires_at > %s AND k.revoked_at IS NULL
      AND (m.id IS NULL OR (m.from_on <= %s AND (m.to_on IS NULL OR m.to_on > %s)))
      AND (k.unit_id IS NULL OR EXISTS (
          SELECT 1 FROM people_authorisedperson a
          WHERE a.person_id = k.person_id AND a.unit_id = k.unit_id AND a.confirmed_at IS NOT NULL
            AND a.from_on <= %s AND (a.to_on IS NULL OR a.to_on > %s)))
"""


def actor_of_key(secret: str, at: datetime) -> Actor | None:
    """For whom a live key speaks, in one statement: a membership, a unit, or (an administrator's key without either)
    another system.

    A key ends with the role or the authorisation it speaks for.
    """
    day = at.astimezone(TZ).date()
    with connection.cursor() as cursor:
        cursor.execute(_KEY, [key_digest(secret), at, day, day, day, day])
        row = cursor.fetchone()
    if row is None:
        return None
    person_id, unit_id, membership_id, role, department_id, hall_id, stage, superuser = row
    if membership_id is not None:
        return Actor(person_id, role, department_id=department_id, hall_id=hall_id, stage=stage, entrance="api")
    if unit_id is not None:
        return Actor(person_id, "unit", unit_id=unit_id, entrance="api")
    return Actor(person_id, "system", entrance="api") if superuser else None


def name_of_key(secret: str) -> str:
    """What a key is called where it was issued: the name by which another system is known here.

    Raises ApiKey.DoesNotExist.
    """
    return ApiKey.objects.values_list("name", flat=True).get(digest=key_digest(secret))


def reserved_units(search: str = "") -> QuerySet[ProjectUnit]:
    """Units that still have no credit code, newest first; `search` looks in names and reservation numbers."""
    units = ProjectUnit.objects.filter(credit_code__isnull=True).order_by("-id")
    return units.filter(Q(name__icontains=search) | Q(reservation_no__icontains=search)) if search else units


def keys_of(actor: Actor) -> QuerySet[ApiKey]:
    """The keys an official of a hall looks after (its roles' and everybody's units), or one's own; newest first."""
    keys = ApiKey.objects.select_related("person", "unit", "membership__department").order_by("-id")
    if actor.role == "system":
        return keys
    if actor.role in ("general_convener", "administrator"):
        return keys.filter(Q(membership__department__hall_id=actor.hall_id) | Q(membership__isnull=True))
    return keys.filter(person_id=actor.person_id or NO_ROW)


def department(hall_id: int, key: str) -> Department:
    return Department.objects.get(hall_id=hall_id, key=key)


def departments(hall_id: int | None) -> QuerySet[Department]:
    """The departments of a hall, in the order of their ids."""
    return Department.objects.filter(hall_id=hall_id or NO_ROW).order_by("id")


def own_department(actor: Actor) -> Department:
    """The department the actor works in. Raises Department.DoesNotExist."""
    return Department.objects.get(pk=actor.department_id or NO_ROW)


def department_or_none(department_id: int | None) -> Department | None:
    return Department.objects.filter(pk=department_id or NO_ROW).first()


def short_names(department_ids: Iterable[int]) -> dict[int, str]:
    return dict(Department.objects.filter(pk__in=set(department_ids)).values_list("pk", "short_name"))


def names_in_halls(hall_ids: Collection[int]) -> dict[int, str]:
    """The short name of every department of the halls."""
    return dict(Department.objects.filter(hall_id__in=hall_ids).values_list("pk", "short_name"))


def hall_named(name: str) -> Hall:
    """Raises Hall.DoesNotExist."""
    return Hall.objects.get(name=name)


def members(hall_id: int | None, day: date) -> QuerySet[Membership]:
    """The roles held in a hall on `day`, by department and role."""
    rows = Membership.objects.filter(InForce.on(day), department__hall_id=hall_id or NO_ROW)
    return rows.select_related("person", "department").order_by("department_id", "role", "id")


def active_members(hall_id: int | None, day: date, roles: Collection[str]) -> QuerySet[Membership]:
    """Of the members of a hall those in one of `roles` who are able to sign in."""
    return members(hall_id, day).filter(role__in=roles, person__is_active=True)


def has_role_in(person_id: int | None, hall_id: int | None, day: date | None = None) -> bool:
    """Whether the person holds a role in the hall on `day`; without a day, whether they ever did."""
    rows = Membership.objects.filter(person_id=person_id or NO_ROW, department__hall_id=hall_id or NO_ROW)
    return (rows if day is None else rows.filter(InForce.on(day))).exists()


def colleagues(person: Person, day: date) -> QuerySet[Person]:
    """Who may stand in for the person: everybody who works in one of their departments on `day`, by name."""
    shared = person.memberships.filter(InForce.on(day)).values("department_id")
    there = Membership.objects.filter(InForce.on(day), department_id__in=shared).values("person_id")
    return Person.objects.filter(is_active=True, pk__in=there).exclude(pk=person.pk).order_by("name", "id")


def works_in(actor: Actor, key: str) -> bool:
    """Whether the actor's department has this key in the rules."""
    return Department.objects.filter(pk=actor.department_id or NO_ROW, key=key).exists()


def departments_by_key(hall_id: int | None, keys: Collection[str]) -> dict[str, Department]:
    """Those of the hall's departments that have one of the keys."""
    return {row.key: row for row in Department.objects.filter(hall_id=hall_id or NO_ROW, key__in=keys)}


def holders(
    role: StaffRole, day: date, *, department_id: int | None = None, hall_id: int | None = None, stage: str = ""
) -> list[Person]:
    """Everybody who holds `role` on `day`, within a department or a hall."""
    query = Person.objects.filter(is_active=True).order_by("id")
    where = Q(memberships__from_on__lte=day) & (Q(memberships__to_on__isnull=True) | Q(memberships__to_on__gt=day))
    where &= Q(memberships__role=role)
    if department_id is not None:
        where &= Q(memberships__department_id=department_id)
    if hall_id is not None:
        where &= Q(memberships__department__hall_id=hall_id)
    if stage:
        where &= Q(memberships__stage=stage)
    return list(query.filter(where).distinct())


def departments_of(person_ids: set[int], day: date) -> dict[int, str]:
    """The short name of a department each of them works in; who works in none is left out."""
    rows = Membership.objects.filter(Membership.on(day), person_id__in=person_ids).order_by("-id")
    return dict(rows.values_list("person_id", "department__short_name"))


def standing_in(person_id: int, day: date) -> list[Delegation]:
    """The delegations by which `person_id` may do others' work on `day` besides their own."""
    return list(Delegation.objects.filter(InForce.on(day), substitute_id=person_id))


def delegations_on(day: date) -> QuerySet[Delegation]:
    """Every delegation that holds on `day`, with the substitute."""
    return Delegation.objects.filter(InForce.on(day)).select_related("substitute").order_by("id")


def delegations_by(person: Person) -> QuerySet[Delegation]:
    """Who stood in, stands in or will stand in for the person, the latest first."""
    return Delegation.objects.filter(person=person).select_related("substitute").order_by("-from_on", "-id")


def delegations_after(person_ids: Collection[int], day: date) -> QuerySet[Delegation]:
    """Who stands in for these persons after `day`, with an end set."""
    rows = Delegation.objects.filter(person_id__in=person_ids, to_on__gt=day)
    return rows.select_related("person", "substitute").order_by("from_on", "id")


def delegations_around(person_id: int, day: date) -> list[Delegation]:
    """Whom the person stands in for on `day`, and who stands in for them then or later."""
    later = Q(to_on__isnull=True) | Q(to_on__gt=day)
    found = Delegation.objects.filter(later, Q(person_id=person_id) | Q(substitute_id=person_id, from_on__lte=day))
    return list(found.select_related("person", "substitute").order_by("from_on", "id"))
