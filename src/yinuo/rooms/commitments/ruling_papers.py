"""违诺处理决定书 and the record of its delivery (附件2·第十四条)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from yinuo.engine.base import NO_ROW, Actor, Refused
from yinuo.engine.documents.actions import issue
from yinuo.engine.documents.models import Document
from yinuo.engine.documents.wording import cited, iso, moment
from yinuo.engine.people.models import Person
from yinuo.rooms.commitments.models import Measure, Ruling
from yinuo.rooms.commitments.room import CommitmentsPaper
from yinuo.rooms.onemap.room import MapPaper
from yinuo.rooms.projects.papers import lines, remedies


def issue_ruling(made: Ruling, at: datetime) -> Document:
    """Raises Refused for a number already used."""
    project = made.commitment.project
    try:
        with transaction.atomic():
            return issue(
                kind=CommitmentsPaper.RULING,
                subject=made,
                data=ruling(made, at),
                at=at,
                number=made.number,
                project_code=project.code or "",
                unit_id=project.unit_id,
            )
    except IntegrityError as error:
        message = f"文号“{made.number}”已经用过"
        raise Refused("commitments.number", message, field="number", remedy="请核对后换一个文号") from error


def ruling(made: Ruling, at: datetime) -> dict[str, Any]:
    """shapes.PromiseRulingData."""
    commitment, project = made.commitment, made.commitment.project
    office = commitment.department
    return {
        **lines(project),
        "number": made.number,
        "department": office.name,
        "matter_name": commitment.title,
        "signed_on": commitment.signed_on.isoformat(),
        "lifted_number": made.lifts.number if made.lifts else None,
        "facts": made.facts,
        "measures": [_ordered(Measure(code), made) for code in made.measures if code != Measure.LIFT],
        "basis": cited(made.cites),
        "remedies": remedies(project.rules_on),
        "contact": {"name": office.name, "phone": office.phone, "address": None} if office.phone else None,
        "decided_on": iso(at),
        "watermark": None,
    }


def _ordered(measure: Measure, made: Ruling) -> str:
    """Each measure as the paper orders it."""
    matter = made.commitment.item.name
    return {
        Measure.STOP: "责令停止建设；停止期间不受理新的申报，已经受理的事项照常办理，整改到位后可以申请解除",
        Measure.REVOKE: f"撤销按信用承诺作出的“{matter}”决定；该事项须重新申报，按常规办理",
        Measure.RECOVER: "取消因该项承诺享受的支持，已经享受的予以追回",
        Measure.TERMINATE: "终止项目建设，没有办结的审批事项同时停止办理",
    }[measure]


def issue_delivery(actor: Actor, made: Ruling, how: str, at: datetime) -> Document:
    """送达回证; the ruling's number with a mark, so that it needs no counter."""
    project = made.commitment.project
    number = f"{made.number}（送达）"
    deliverer = Person.objects.filter(pk=actor.person_id or NO_ROW).values_list("name", flat=True).first()
    # A record that lies in the hall has no code to look it up by.
    named = {name: said for name, said in lines(project).items() if name != "verify_url"}
    data = {
        **named,
        "number": number,
        "department": made.commitment.department.name,
        "document_title": f"违诺处理决定书（{made.commitment.title}）",
        "document_number": made.number,
        "how": how,
        "delivered_at": moment(at),
        "deliverer": deliverer,
        "note": None,
        "watermark": None,
    }
    return issue(
        kind=MapPaper.DELIVERY,
        subject=made,
        data=data,
        at=at,
        number=number,
        project_code=project.code or "",
        unit_id=project.unit_id,
    )
