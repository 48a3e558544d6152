from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.db.models import Q

from yinuo.apps.base import Actor
from yinuo.apps.people.models import ApiKey, AuthorisedPerson, Delegation, Department, InForce, Membership, Person, StaffRole


def memberships_of(person: Person, day: date) -> list[Membership]:
    """The roles a person holds on `day`, in a steady order."""
    return list(person.memberships.filter(InForce.on(day)).select_related("department__hall__region").order_by("id"))


def bindings_of(person: Person, day: date) -> list[AuthorisedPerson]:
    """The units a person is bound to on `day`."""
    return list(person.bindings.filter(InForce.on(day), confirmed_at__isnull=False).select_related("unit").order_by("id"))


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


def key_digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def api_key(secret: str, at: datetime) -> ApiKey | None:
    """The live key behind a secret, with whom it speaks for, in one query."""
    return (
        ApiKey.objects.select_related("person", "unit", "membership__department")
        .filter(digest=key_digest(secret), expires_at__gt=at, revoked_at__isnull=True, person__is_active=True)
        .first()
    )


def department(hall_id: int, key: str) -> Department:
    return Department.objects.get(hall_id=hall_id, key=key)


def holders(role: StaffRole, day: date, *, department_id: int | None = None, hall_id: int | None = None, stage: str = "") -> list[Person]:
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


def substituted_by(person_id: int, day: date) -> set[int]:
    """The persons whose work `person_id` may do on `day` besides their own."""
    return set(Delegation.objects.filter(InForce.on(day), substitute_id=person_id).values_list("person_id", flat=True))
