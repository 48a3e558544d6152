"""Who may do what in `regional`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from tests.apps.county import at
from tests.apps.regions import new_result
from yinuo.engine.base import Actor
from yinuo.engine.catalogue.models import Zone
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.people.models import Department
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.regional import actions
from yinuo.rooms.regional.models import FeeEntry, Opinion, RegionalAssessment

if TYPE_CHECKING:
    from tests.apps.world import World

NOON = at("2026-11-06 12:00")
TODAY = date(2026, 11, 6)
SOIL = "soil_conservation_plan"
BODY, OFFICE = {"zone"}, {"approver", "principal"}
KEEPERS = {"general_convener", "administrator"}

MAY: dict[str, set[str]] = {
    "regional.open_zone": KEEPERS,
    "regional.close_zone": KEEPERS,
    "regional.begin_assessment": BODY,
    "regional.give_opinion": OFFICE,
    "regional.commission_assessment": BODY,
    "regional.record_report": BODY,
    "regional.submit_assessment": BODY,
    "regional.approve_assessment": OFFICE,
    "regional.return_assessment": OFFICE,
    "regional.cancel_assessment": BODY,
    "regional.publish_assessment": BODY,
    "regional.withdraw_result": BODY | OFFICE,
    "regional.settle_fee": OFFICE,
    "onemap.share_result": {"unit"},
    "onemap.end_sharing": {"approver"},
}
INNER: set[str] = set()


def zone(world: World) -> Zone:
    body = Department.objects.get(hall=world.county.hall, key="zone-chuimatan")
    return Zone.objects.create(
        hall_id=world.county.hall.pk,
        key="chuimatan",
        name="吹麻滩工业园区",
        kind="industrial",
        body=body,
        from_on=date(2024, 1, 1),
    )


def assessment(world: World, state: str) -> RegionalAssessment:
    person = world.actor("zone").person_id
    file = StoredFile.objects.create(
        sha256="2" * 64,
        name="报告.pdf",
        content_type="application/pdf",
        size=5,
        content=b"%PDF-",
        by_id=person,
        at=NOON,
    )
    return RegionalAssessment.objects.create(
        zone=zone(world), matter_id=SOIL, department=world.department, state=state, requirements="全部要求",
        begun_at=NOON, begun_by_id=person, institution="某公司", qualification="甲级", cost=Decimal("120000"),
        title="报告", report_number="1号", report_on=TODAY, report_file=file, scope="全区", from_on=TODAY,
        to_on=TODAY + timedelta(days=900), submitted_at=NOON, document_number="批1号", decided_at=NOON,
    )  # fmt: skip


def act_of(world: World, action: str) -> Callable[[Actor], object]:
    """The action ready to be done, everything in place but its actor."""
    name = action.split(".")[1]
    if name == "share_result":
        return _sharing(world)
    if name == "end_sharing":
        return _ending(world)
    if name in ("open_zone", "close_zone"):
        return _keeping(world, name)
    if name == "begin_assessment":
        place = zone(world)
        return lambda actor: actions.begin_assessment(
            actor=actor, zone_id=place.pk, matter_id=SOIL, requirements="全部要求", departments=[], at=NOON
        )
    if name == "withdraw_result":
        made = new_result(zone(world), SOIL, department=world.department)
        return lambda actor: actions.withdraw_result(actor=actor, result_id=made.pk, why="数据失实", at=NOON)
    if name == "settle_fee":
        return _settling(world)
    return _step(world, name)


def _ending(world: World) -> Callable[[Actor], object]:
    from yinuo.rooms.onemap.actions import end_sharing

    _sharing(world)(world.actor("unit"))
    shared = MapItem.objects.get(project=world.project, matter_id=SOIL)
    MapItem.objects.filter(pk=shared.pk).update(department=world.department)
    return lambda actor: end_sharing(actor=actor, item_id=shared.pk, why="取土场超出评估范围", at=NOON)


def _sharing(world: World) -> Callable[[Actor], object]:
    from yinuo.rooms.onemap.actions import share_result

    place = zone(world)
    world.project.facts["site"]["zone_id"] = place.key
    world.project.save(update_fields=["facts"])
    new_result(place, SOIL)
    item = MapItem.objects.get(project=world.project, matter_id=SOIL)
    return lambda actor: share_result(actor=actor, item_id=item.pk, at=NOON)


def _keeping(world: World, name: str) -> Callable[[Actor], object]:
    if name == "close_zone":
        place = zone(world)
        return lambda actor: actions.close_zone(actor=actor, zone_id=place.pk, why="区划调整", at=NOON)
    body = Department.objects.get(hall=world.county.hall, key="zone-chuimatan")
    return lambda actor: actions.open_zone(
        actor=actor,
        key="liuji",
        name="刘集园区",
        kind="industrial",
        body_id=body.pk,
        place="",
        basis="县政府批复",
        from_on=TODAY,
        at=NOON,
    )


def _settling(world: World) -> Callable[[Actor], object]:
    MapItem.objects.filter(project=world.project, matter_id="construction_permit").update(department=world.department)
    item = MapItem.objects.get(project=world.project, matter_id=SOIL)
    made = assessment(world, "approved")
    FeeEntry.objects.create(
        assessment=made,
        kind="shared",
        payer="applicant",
        project=world.project,
        item=item,
        amount=Decimal("6000"),
        at=NOON,
    )

    def act(actor: Actor) -> object:
        with patch("yinuo.rooms.regional.queries.charges", return_value=True):
            return actions.settle_fee(
                actor=actor, project_id=world.project.pk, amount=Decimal("6000"), voucher="缴1", at=NOON
            )

    return act


STATES = {
    "give_opinion": "consulting",
    "commission_assessment": "consulting",
    "record_report": "commissioned",
    "submit_assessment": "reported",
    "approve_assessment": "submitted",
    "return_assessment": "submitted",
    "cancel_assessment": "submitted",
    "publish_assessment": "approved",
}


def _step(world: World, name: str) -> Callable[[Actor], object]:
    made = assessment(world, STATES[name])
    common: dict[str, Any] = {"assessment_id": made.pk, "at": NOON}
    if name == "give_opinion":
        opinion = Opinion.objects.create(assessment=made, department=world.department, asked_at=NOON)
        return lambda actor: actions.give_opinion(actor=actor, opinion_id=opinion.pk, text="无意见", at=NOON)
    more: dict[str, dict[str, Any]] = {
        "commission_assessment": {
            "institution": "某公司", "institution_code": "91620000710375659T", "qualification": "甲级",
            "payer": "department", "cost": Decimal("120000"), "share": Decimal("0"),
        },
        "approve_assessment": {"document_number": "批2号", "text": ""},
        "return_assessment": {"reason": "范围不清"},
        "cancel_assessment": {"reason": "不再开展"},
    }  # fmt: skip
    if name == "record_report":
        return lambda actor: actions.record_report(
            actor=actor,
            title="报告",
            report_number="2号",
            report_on=TODAY,
            file_id=made.report_file_id or 0,
            scope="全区",
            conditions={},
            obligations=[],
            from_on=TODAY,
            to_on=TODAY + timedelta(days=700),
            **common,
        )
    act = getattr(actions, name)
    return lambda actor: act(actor=actor, **common, **more.get(name, {}))
