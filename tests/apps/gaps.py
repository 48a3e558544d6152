"""A matter accepted with a gap, brought as far as a test needs: published, applied for, agreed on, signed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tests.apps.county import Company, County, at
from tests.apps.test_onemap import PDF
from yinuo.engine.base import Actor
from yinuo.engine.catalogue.models import Tolerance
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.people.models import Department
from yinuo.engine.people.queries import actor_of_membership
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.deficient.actions import agree_to_gap, apply_deficient, publish_tolerance, sign_gap_commitment
from yinuo.rooms.deficient.models import DeficientAcceptance
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project

MATTER = "soil_conservation_plan"
LACKING = "spoil_agreement"
PUBLISHED, APPLIED = at("2026-11-05 16:00"), at("2026-11-06 09:00")
AGREED, SIGNED = at("2026-11-06 10:00"), at("2026-11-06 11:00")
# Five working days after 6 November: to the end of Friday the 13th.
LAST = at("2026-11-14 00:00")


def item_of(project: Project, matter: str = MATTER) -> MapItem:
    return MapItem.objects.select_related("department").get(project=project, matter_id=matter)


def clerk(county: County) -> Actor:
    """Somebody at the window."""
    key = ("window", "government_services")
    if key not in county.people:
        county.people[key] = county.add("window", "government_services")
    return actor_of_membership(county.people[key])


def published(
    county: County, matter: str = MATTER, materials: tuple[str, ...] = (LACKING,), days: int = 10
) -> Tolerance:
    office = Department.objects.get(hall=county.hall, key="soil_conservation")
    return publish_tolerance(
        actor=county.actor("approver", office.key),
        department=office,
        matter_id=matter,
        materials=list(materials),
        days=days,
        from_on=date(2026, 11, 5),
        basis="局务会议纪要〔2026〕3号",
        at=PUBLISHED,
    )


def files(company: Company, item: MapItem, names: set[str], moment: datetime) -> list[dict[str, Any]]:
    """A file of the company's library for each of these materials."""
    rows = []
    for row in item.materials:
        if row["id"] in names:
            content = PDF + row["id"].encode()
            file = store_upload(
                actor=company.actor, name=f"{row['name']}.pdf", content=content, unit_id=company.unit.pk, at=moment
            )
            rows.append({"id": row["id"], "file": file.pk})
    return rows


def without(item: MapItem, *lacking: str) -> set[str]:
    return {row["id"] for row in item.materials} - set(lacking)


def asked(
    actor: Actor, company: Company, item: MapItem, moment: datetime = APPLIED, **changes: Any
) -> DeficientAcceptance:
    said: dict[str, Any] = {
        "materials": files(company, item, without(item, LACKING), moment),
        "missing": [LACKING],
        "situation": "水土保持方案报告书已编制完成，弃土场协议正在签订。",
        "contact_name": "马晓云",
        "contact_phone": "13900000001",
        "no_secret": True,
        "at": moment,
    }
    return apply_deficient(actor=actor, item_id=item.pk, **{**said, **changes})


def agreed(county: County, company: Company, item: MapItem, days: int = 5) -> DeficientAcceptance:
    row = asked(clerk(county), company, item)
    return agree_to_gap(actor=county.actor("approver", item.department.key), deficient_id=row.pk, days=days, at=AGREED)


def scan(actor: Actor, moment: datetime = SIGNED) -> int:
    return store_upload(
        actor=actor, name="容缺受理通知书（已签）.pdf", content=PDF + b"signed", unit_id=None, at=moment
    ).pk


def signed(
    county: County, company: Company, item: MapItem, days: int = 5, moment: datetime = SIGNED
) -> DeficientAcceptance:
    row, window = agreed(county, company, item, days), clerk(county)
    file = scan(window, moment)
    return sign_gap_commitment(actor=window, deficient_id=row.pk, file_id=file, signed_by="马晓云", at=moment)


def work_of(subject: Any, kind: str) -> WorkItem:
    label = subject._meta.label_lower
    return WorkItem.objects.filter(subject_kind=label, subject_id=subject.pk, kind=kind).latest("id")
