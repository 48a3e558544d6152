"""What the rooms below set off here: a notice that is over decides on a 标准地, a term that has passed is waited for no
longer.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models, transaction

from yinuo.engine.base import Actor, PageRef, Refused
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import StaffRole
from yinuo.engine.people.queries import holders
from yinuo.engine.trail.actions import record
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.actions import decide_on_commitment
from yinuo.rooms.commitments.models import Commitment, CommitmentState, Objection
from yinuo.rooms.credit.relying import rely_on
from yinuo.rooms.land import rules
from yinuo.rooms.land.actions.common import day_of, standard_served
from yinuo.rooms.land.actions.lists import advance
from yinuo.rooms.land.models import LandChecklist, ListInput, ParcelUse
from yinuo.rooms.land.queries import use_of
from yinuo.rooms.land.room import LandWork
from yinuo.rooms.onemap.papers import numbered
from yinuo.rooms.projects.models import Project


def notice_over(*, actor: Actor, subject: models.Model, at: datetime, why: str, **_: Any) -> None:
    """正文·二(二): promised, published, nobody objecting – decided at once in the department's name, which is told.

    What cannot be decided (a letter that was altered, a grade that was not signed) is left to the department, as
    everywhere.
    """
    commitment = subject.commitment if isinstance(subject, Objection) else subject
    if not isinstance(commitment, Commitment) or commitment.state != CommitmentState.DECIDABLE:
        return
    project, use = commitment.project, use_of(commitment.project_id)
    if use is None:
        return
    try:
        rely_on(project.unit, at)
    except Refused as refusal:
        if refusal.afterwards is not None:
            refusal.afterwards()
        record(
            Actor.system(),
            "land.leave_to_department",
            commitment,
            at=at,
            project_code=project.code or "",
            why=refusal.message,
        )
        return
    decision = rules.at_once(project, use.parcel, day_of(at))
    if not decision.outcome["at_once"]:
        record(
            Actor.system(), "land.leave_to_department", commitment, at=at, project_code=project.code or "",
            why="；".join(rules.against(decision)), decision=decision,
        )  # fmt: skip
        return
    in_its_name = Actor(
        person_id=None,
        role="approver",
        department_id=commitment.department_id,
        hall_id=project.hall_id,
        entrance="system",
        via=f"land.parcel:{use.parcel_id}",
    )
    number = numbered(commitment.item, "承决", at)
    text = (
        f"本事项适用“标准地”：项目单位作出承诺并公示期满，没有未答复的异议，依法直接作出决定。"
        f"地块 {use.parcel.number}。"
    )
    try:
        with transaction.atomic():
            decide_on_commitment(
                actor=in_its_name, commitment_id=commitment.pk, document_number=number, text=text, at=at
            )
    except Refused as refusal:
        record(
            Actor.system(), "land.leave_to_department", commitment, at=at, project_code=project.code or "",
            why=refusal.message,
            decision=decision,
        )  # fmt: skip
        return
    record(
        in_its_name, "land.decide_at_once", commitment, at=at, project_code=project.code or "",
        data={"parcel": use.parcel.number, "document_number": number}, decision=decision,
    )  # fmt: skip
    item = commitment.item
    persons = (
        [item.handler]
        if item.handler
        else holders(StaffRole.APPROVER, day_of(at), department_id=commitment.department_id)
    )
    tell(
        "decided_at_once", at=at, persons=persons, project_code=project.code or "",
        page=PageRef("staff:item", item_id=item.pk), matter=item.name,
        project=project.name, number=number,
    )  # fmt: skip


def term_over(*, actor: Actor, subject: WorkItem, at: datetime, why: str, **_: Any) -> None:
    """An office has not spoken in its term: natural resources is told, and the list goes on without waiting for it."""
    if subject.kind != LandWork.INPUT or subject.subject_kind != ListInput._meta.label_lower:
        return
    land_list_id = ListInput.objects.values_list("land_list_id", flat=True).get(pk=subject.subject_id)
    # The parcel is not locked here: every action locks it before what waits, and the clock holds that already.
    land_list = (
        LandChecklist.objects.select_for_update(no_key=True, of=("self",))
        .select_related("parcel__department")
        .get(pk=land_list_id)
    )
    row = ListInput.objects.select_related("department").get(pk=subject.subject_id)
    if row.answered_at is not None or row.lapsed_at is not None:
        return
    row.lapsed_at, row.version = at, row.version + 1
    row.save(update_fields=["lapsed_at", "version"])
    parcel = land_list.parcel
    record(
        Actor.system(), "land.input_lapsed", row, at=at,
        data={"parcel": parcel.number, "department": row.department.key, "part": row.part},
    )  # fmt: skip
    tell(
        "land_input_lapsed",
        at=at,
        persons=holders(StaffRole.APPROVER, day_of(at), department_id=parcel.department_id),
        page=PageRef("staff:parcel", parcel_id=parcel.pk),
        number=parcel.number,
        office=row.department.short_name,
        part=row.get_part_display(),
    )
    advance(Actor.system(), land_list, at)


def project_ended(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """Withdrawn or terminated: the land is free for another project of its owner."""
    ParcelUse.objects.filter(project=subject, ended_at__isnull=True).update(ended_at=at)


def landed(*, actor: Actor, subject: Project, at: datetime, why: str, **_: Any) -> None:
    """Everything before start of work is decided: a project on a 标准地 has been served."""
    use = use_of(subject.pk)
    if use is not None and use.parcel.standard_id is not None:
        use.project = subject
        standard_served(actor, use, at)
