"""Brings the database up to the pack: its region, hall and departments. Run at every start; changes nothing twice."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from yinuo.engine.base import Actor
from yinuo.engine.infochain.actions import begin
from yinuo.engine.infochain.tasks import give_keys
from yinuo.engine.people.models import Department, Hall, Region
from yinuo.engine.rules import pack


@transaction.atomic
def sync_pack(day: date) -> Hall:
    """The hall of the pack's place with every department of the pack; names follow the pack, rows are never removed."""
    rules = pack()
    code = rules.parameter("place.region", day).value
    region, _ = Region.objects.get_or_create(code=code, defaults={"name": rules.parameter("place.name", day).value})
    hall, _ = Hall.objects.get_or_create(name=rules.parameter("place.hall", day).value, defaults={"region": region})
    known = set(Department.objects.filter(hall=hall).values_list("key", "name", "short_name"))
    other = [row for row in rules.departments.values() if (row.id, row.name, row.short_name) not in known]
    Department.objects.bulk_create(
        [Department(hall=hall, key=row.id, name=row.name, short_name=row.short_name) for row in other],
        update_conflicts=True,
        unique_fields=["hall", "key"],
        update_fields=["name", "short_name"],
    )
    return hall


def begin_log(at: datetime) -> None:
    """The platform's signing key and one for every department; what is there stays."""
    begin(actor=Actor.system(), at=at)
    give_keys(at)
