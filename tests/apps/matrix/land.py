"""Who may do what in `land`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor
from yinuo.engine.catalogue.models import Zone
from yinuo.engine.people.models import Department
from yinuo.rooms.land import actions as land
from yinuo.rooms.land.models import LandChecklist, ListInput, Parcel, ParcelStatus

if TYPE_CHECKING:
    from tests.apps.world import World

# The parcel is kept by the matrix's department and lies in the zone of its committee.
PREPARING = {"approver", "zone"}
MAY: dict[str, set[str]] = {
    "land.enter_parcel": {"zone"},
    "land.record_title": PREPARING,
    "land.record_basic": PREPARING,
    "land.record_assessment": PREPARING,
    "land.set_indicators": PREPARING,
    "land.declare_standard": {"approver"},
    "land.offer_parcel": {"approver"},
    "land.register_interest": {"unit", "unit elsewhere"},
    "land.sell_parcel": {"approver"},
    "land.open_list": {"approver"},
    "land.answer_input of a department": {"approver"},
    "land.answer_input of a utility": {"utility"},
    "land.assemble_list": {"approver"},
    "land.correct_input": {"approver", "utility"},  # the office that said it, and the keeper of the land
    "land.settle_project": {"unit"},
}
INNER: set[str] = {"onemap.take_in_contract", "onemap.take_over", "commitments.promise_in_contract"}
AT = datetime(2026, 11, 6, 12, tzinfo=TZ)
ON = date(2026, 11, 1)
POINTS = [{"subject": "给水", "text": "自南侧干管接入", "basis": ""}]


def _zone(world: World) -> Zone:
    office = Department.objects.get(hall=world.county.hall, key="zone-chuimatan")
    return Zone.objects.get_or_create(
        key="chuimatan",
        defaults={
            "hall_id": world.county.hall.pk,
            "name": "吹麻滩园区",
            "kind": "cluster",
            "body": office,
            "from_on": ON,
        },
    )[0]


def _parcel(world: World, status: str = ParcelStatus.PREPARED, **fields: Any) -> Parcel:
    return Parcel.objects.create(
        hall=world.county.hall,
        department=world.department,
        number="JSS-2026-99",
        name="试验地块",
        place="吹麻滩镇",
        area="20000",
        zone=_zone(world),
        status=status,
        prepared_at=AT,
        **fields,
    )


def _standard(world: World, status: str = ParcelStatus.PREPARED) -> Parcel:
    """Everything there but the declaration."""
    parcel = _parcel(world, status)
    one: dict[str, Any] = {
        "actor": world.actor("approver"),
        "parcel_id": parcel.pk,
        "on": ON,
        "evidence": "验收",
        "at": AT,
    }
    land.record_title(**one)
    for kind in ("water", "power", "road", "levelling"):
        land.record_basic(kind=kind, **one)
    for matter in ("soil_conservation_plan", "seismic_requirement_review", "energy_review"):
        land.record_assessment(matter_id=matter, **one)
    figures = {"investment_intensity": "180", "tax_per_mu": "12"}
    land.set_indicators(actor=world.actor("approver"), parcel_id=parcel.pk, values=figures, at=AT)
    return parcel


def _list(world: World, state: str, key: str) -> ListInput:
    parcel = _parcel(world)
    made = LandChecklist.objects.create(parcel=parcel, state=state, surveyed_on=ON, survey="平整", opened_at=AT)
    office = Department.objects.get(hall=world.county.hall, key=key)
    answered = AT if state in ("assembly", "ready") else None
    return ListInput.objects.create(
        land_list=made,
        department=office,
        part="indicators",
        asked_at=AT,
        answered_at=answered,
        points=POINTS if answered else [],
    )


def act_of(world: World, action: str) -> Callable[[Actor], object]:
    """The action ready to be done, everything in place but its actor."""
    return PREPARED[action](world)


def _entering(world: World) -> Callable[[Actor], object]:
    zone = _zone(world)
    return lambda actor: land.enter_parcel(
        actor=actor, number="JSS-1", name="甲", place="乙", area="1", land_use="industrial", zone_id=zone.pk, at=AT
    )


def _noting(world: World, act: Callable[..., object], **said: Any) -> Callable[[Actor], object]:
    parcel = _parcel(world)
    return lambda actor: act(actor=actor, parcel_id=parcel.pk, at=AT, **said)


def _declaring(world: World) -> Callable[[Actor], object]:
    parcel = _standard(world)
    return lambda actor: land.declare_standard(actor=actor, parcel_id=parcel.pk, at=AT)


def _offering(world: World) -> Callable[[Actor], object]:
    parcel = _parcel(world, titled_on=ON)
    return lambda actor: land.offer_parcel(actor=actor, parcel_id=parcel.pk, at=AT)


def _wanting(world: World) -> Callable[[Actor], object]:
    parcel = _parcel(world, ParcelStatus.OFFERED)
    return lambda actor: land.register_interest(actor=actor, parcel_id=parcel.pk, at=AT)


def _selling(world: World) -> Callable[[Actor], object]:
    parcel, unit = _parcel(world, ParcelStatus.OFFERED), world.company.unit
    return lambda actor: land.sell_parcel(
        actor=actor, parcel_id=parcel.pk, unit_id=unit.pk, contract_number="让1号", contract_on=ON, at=AT
    )


def _answering(world: World, key: str) -> Callable[[Actor], object]:
    row = _list(world, "indicators", key)
    return lambda actor: land.answer_input(actor=actor, input_id=row.pk, points=POINTS, at=AT)


def _assembling(world: World) -> Callable[[Actor], object]:
    row = _list(world, "assembly", world.department.key)
    return lambda actor: land.assemble_list(actor=actor, land_list_id=row.land_list_id, at=AT)


def _correcting(world: World) -> Callable[[Actor], object]:
    row = _list(world, "ready", "utility-power")
    changed = [{"subject": "给水", "text": "改自北侧", "basis": ""}]
    return lambda actor: land.correct_input(actor=actor, input_id=row.pk, points=changed, why="管线改道", at=AT)


def _settling(world: World) -> Callable[[Actor], object]:
    parcel = _standard(world, ParcelStatus.OFFERED)
    land.declare_standard(actor=world.actor("approver"), parcel_id=parcel.pk, at=AT)
    land.sell_parcel(
        actor=world.actor("approver"),
        parcel_id=parcel.pk,
        unit_id=world.company.unit.pk,
        contract_number="让2号",
        contract_on=ON,
        at=AT,
    )
    return lambda actor: land.settle_project(actor=actor, project_id=world.project.pk, parcel_id=parcel.pk, at=AT)


PREPARED: dict[str, Callable[[World], Callable[[Actor], object]]] = {
    "land.enter_parcel": _entering,
    "land.record_title": lambda world: _noting(world, land.record_title, on=ON, evidence="证"),
    "land.record_basic": lambda world: _noting(world, land.record_basic, kind="water", on=ON, evidence="通"),
    "land.record_assessment": lambda world: _noting(
        world, land.record_assessment, matter_id="energy_review", on=ON, evidence="评"
    ),
    "land.set_indicators": lambda world: _noting(world, land.set_indicators, values={"tax_per_mu": "12"}),
    "land.declare_standard": _declaring,
    "land.offer_parcel": _offering,
    "land.register_interest": _wanting,
    "land.sell_parcel": _selling,
    "land.open_list": lambda world: _noting(world, land.open_list, surveyed_on=ON, survey="平整"),
    "land.answer_input of a department": lambda world: _answering(world, world.department.key),
    "land.answer_input of a utility": lambda world: _answering(world, "utility-power"),
    "land.assemble_list": _assembling,
    "land.correct_input": _correcting,
    "land.settle_project": _settling,
}
