"""What supervision records of a project's life: entered by hand, corrected beside what was there, never over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from yinuo.core.wording import day_words
from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.catalogue.queries import book
from yinuo.engine.documents.attachments import AttachedFile, attach_files
from yinuo.engine.documents.models import FileRole
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, record, remember, request_hash
from yinuo.rooms.inspections.models import RandomInspection
from yinuo.rooms.oversight import access
from yinuo.rooms.oversight.actions.common import day_of, evidence_of, need
from yinuo.rooms.oversight.actions.finding import look_at
from yinuo.rooms.oversight.actions.sharing import share_record
from yinuo.rooms.oversight.models import LifeRecord, RecordKind
from yinuo.rooms.oversight.queries import handed_to_penalty
from yinuo.rooms.oversight.specs import SPECS, read
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.models import Project

# Penalties of the project are of weight for whoever relies on the chain; what else is recorded stays in the trail.
CHAIN = {RecordKind.PENALTY: "penalty.decided"}
# Ten years: what is ordered for later than that is a slip of the pen, and its clock could not be told.
LONGEST = timedelta(days=3653)


@action
def record_life(
    *,
    actor: Actor,
    project_id: int,
    kind: str,
    on: date,
    data: Mapping[str, Any],
    at: datetime,
    step: str = "",
    number: str = "",
    evidence: Sequence[int] = (),
    inspection_id: int | None = None,
    idempotency_key: str = "",
) -> LifeRecord:
    """A record by hand, of an office concerned or of those who watch over the hall.

    `inspection_id`: the random inspection of the project that handed over what a penalty was decided on.
    """
    project = lock(project_id)
    if not access.can_record(actor, project):
        raise forbid("只有监督员、综合管理部门和项目的有关部门可以登记监管记录")
    claimed = claim(
        actor,
        idempotency_key,
        "oversight.record_life",
        [project_id, kind, step, number, on, dict(data), list(evidence), inspection_id],
        at=at,
    )
    if (known := answered(claimed)) is not None:
        return LifeRecord.objects.get(pk=known)
    made = enter(
        actor,
        project,
        kind=kind,
        step=step,
        number=number,
        on=on,
        data=data,
        evidence=evidence_of(evidence, actor, project),
        at=at,
        inspection=_handed_over(project, kind, inspection_id),
    )
    remember(claimed, made)
    return made


def _handed_over(project: Project, kind: str, inspection_id: int | None) -> RandomInspection | None:
    """The inspection that led to a penalty. Raises Refused for one of another project, or with another outcome."""
    if inspection_id is None:
        return None
    found = next((one for one in handed_to_penalty(project) if one.pk == inspection_id), None)
    if kind != RecordKind.PENALTY or found is None:
        raise Refused(
            "oversight.inspection",
            "请选择本项目移送行政处罚的检查",
            field="inspection_id",
            remedy="只有结果是“移送行政处罚”的检查，处罚决定才能关联",
        )
    return found


@action
def correct_record(
    *,
    actor: Actor,
    record_id: int,
    on: date,
    data: Mapping[str, Any],
    why: str,
    at: datetime,
    number: str = "",
    evidence: Sequence[int] = (),
) -> LifeRecord:
    """A new version beside the old one, which stays; what another system sent, that system corrects."""
    project = lock(LifeRecord.objects.values_list("project_id", flat=True).get(pk=record_id))
    former = LifeRecord.objects.get(pk=record_id)
    if not access.can_correct(actor, former, project):
        raise forbid("只有监督员、总召集人、综合管理部门和登记这条记录的部门可以更正")
    if former.system:
        raise Refused("oversight.of_system", f"这条记录由{former.system}报送", remedy="请由该系统更正后重新报送")
    if LifeRecord.objects.filter(replaces=former).exists():
        raise Refused("oversight.replaced", "这条记录已经更正过", remedy="请更正最新的一版")
    said = need(why, "why", "请写明更正的理由")
    shown = evidence_of(evidence, actor, project) or former.evidence
    return enter(
        actor, project, kind=former.kind, step=former.step, number=number or former.number, on=on, data=data,
        evidence=shown, at=at, replaces=former, why=said, inspection=former.inspection,
    )  # fmt: skip


def enter(
    actor: Actor,
    project: Project,
    *,
    kind: str,
    step: str,
    number: str,
    on: date,
    data: Mapping[str, Any],
    evidence: Sequence[AttachedFile],
    at: datetime,
    system: str = "",
    record_id: str = "",
    replaces: LifeRecord | None = None,
    why: str = "",
    inspection: RandomInspection | None = None,
) -> LifeRecord:
    """Writes one version; its caller holds the project's lock and has asked who may.

    Raises Refused with a message per field.
    """
    number = number.strip()
    kept = checked(project.hall_id, kind, step, number, on, data, at)
    made = LifeRecord(
        project=project, kind=kind, step=step, number=number, on=on, data=kept, public=SPECS[kind].public,
        system=system, record_id=record_id, digest=digest_of(kind, step, number, on, kept),
        round=replaces.round + 1 if replaces else 1, replaces=replaces, inspection=inspection, why=why,
        department_id=actor.department_id, person_id=actor.person_id, at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        label = SPECS[kind].number_label or "编号"
        raise Refused(
            "oversight.recorded",
            f"{label} {number} 已经登记过",
            field="number",
            remedy="内容有变化的，请更正原来的记录",
        ) from error
    attach_files(made, FileRole.EVIDENCE, evidence)
    verb = "oversight.correct_record" if replaces else "oversight.record_life"
    told = {
        "kind": kind,
        "step": step,
        "number": number,
        "on": on,
        "digest": made.digest,
        **({"inspection": inspection.pk} if inspection else {}),
    }
    record(
        actor,
        verb,
        made,
        at=at,
        project_code=project.code or "",
        why=why,
        data=told,
        chain=CHAIN.get(RecordKind(kind), ""),
    )
    share_record(made, at)
    if kind == RecordKind.SIGHTING:
        look_at(project_id=project.pk, at=at)
    if kind == RecordKind.DISPATCH:
        from yinuo.rooms.oversight.actions.dispatches import dispatched

        dispatched(actor, made, at)
    return made


def checked(
    hall_id: int, kind: str, step: str, number: str, on: date, data: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    if kind not in SPECS:
        raise Refused("oversight.kind", "请选择记录的种类", field="kind", remedy=f"可以是 {'、'.join(SPECS)}")
    kept, errors = read(kind, step, number, data)
    office = str(kept.get("office", ""))
    if office and office not in book(hall_id).departments:
        errors["office"] = "请选择本大厅的部门"
    if on > day_of(at):
        errors["on"] = f"{SPECS[kind].on_label}不能晚于今天"
    elif on < pack().valid_from:
        errors["on"] = f"{SPECS[kind].on_label}不能早于{day_words(pack().valid_from)}（规定自这一天起施行）"
    elif "due" in kept and not on <= date.fromisoformat(kept["due"]) <= on + LONGEST:
        errors["due"] = "办结日期应在交办日期当天或者以后，最晚不超过十年"
    if errors:
        first = next(iter(errors))
        raise Refused("oversight.record", errors[first], field=first, errors=errors)
    return kept


def digest_of(kind: str, step: str, number: str, on: date, data: Mapping[str, Any]) -> str:
    """Of what a record says, however it came."""
    return request_hash([kind, step, number, on.isoformat(), dict(sorted(data.items()))])
