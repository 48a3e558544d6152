"""What the rooms below set off here: a term that ends, a project that ends, and what the agent has handed in for the
unit.
"""

from __future__ import annotations

from datetime import datetime

from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor, save
from yinuo.engine.trail.actions import record
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.agency.access import via_of
from yinuo.rooms.agency.actions.applications import drop
from yinuo.rooms.agency.actions.common import locked, locked_application, tell_unit
from yinuo.rooms.agency.actions.endings import end
from yinuo.rooms.agency.actions.services import mark
from yinuo.rooms.agency.models import (
    IN_FORCE,
    OPEN_APPLICATION,
    AgencyRequest,
    Agreement,
    AgreementState,
    ApplicationState,
    EndKind,
    ServiceEntry,
    ServiceKind,
)
from yinuo.rooms.agency.queries import green_of
from yinuo.rooms.agency.room import AgencyWork
from yinuo.rooms.onemap.models import MapItem, Submission
from yinuo.rooms.projects.models import Project

PREFIX = "agency.agreement:"


def lapsed(*, actor: Actor, subject: WorkItem, at: datetime, why: str) -> None:
    """By the clock and not by somebody remembering: an offer nobody signed, a confirmation nobody gave, an agreement's
    last day.
    """
    if subject.kind == AgencyWork.REQUEST and subject.waits_for == "unit":
        found = locked_application(subject.subject_id)
        if found.state == ApplicationState.OFFERED:
            drop(Actor.system(), found, ApplicationState.LAPSED, at)
            record(
                Actor.system(), "agency.lapse", found, at=at, project_code=subject.project_code, why="逾期没有签署协议"
            )
            tell_unit("agency_lapsed", found, at)
    if subject.kind == AgencyWork.SERVICE:
        agreement = locked(subject.subject_id)
        if agreement.state == AgreementState.FINISHING and subject.waits_for == "unit":
            end(Actor.system(), agreement, EndKind.DEEMED, "", at)
        elif agreement.state == AgreementState.RUNNING:
            end(Actor.system(), agreement, EndKind.TERM, "", at)


def project_ended(*, actor: Actor, subject: Project, at: datetime, why: str) -> None:
    """Withdrawn or terminated: there is nothing left to be served."""
    end_of_project(subject.pk, EndKind.PROJECT, why, at)


def end_of_project(project_id: int, kind: EndKind, why: str, at: datetime) -> None:
    """The open application and the running service of a project end by themselves, and both sides are told."""
    for pk in AgencyRequest.objects.filter(project_id=project_id, state__in=OPEN_APPLICATION).values_list(
        "pk", flat=True
    ):
        found = locked_application(pk)
        found.answer = why or kind.label
        save(found, "answer")
        drop(Actor.system(), found, ApplicationState.REFUSED, at)
        record(Actor.system(), "agency.refuse", found, at=at, project_code=found.project.code or "", why=found.answer)
        tell_unit("agency_refused", found, at, why=found.answer)
    for pk in Agreement.objects.filter(project_id=project_id, state__in=IN_FORCE).values_list("pk", flat=True):
        end(Actor.system(), locked(pk), kind, why, at)


def handed_in(*, actor: Actor, subject: Submission, at: datetime, why: str) -> None:
    """What the agent hands in stands in the service's log by itself; a matter in the green channel keeps its mark on a
    new clock.
    """
    item = subject.item
    if actor.via.startswith(PREFIX):
        agreement = Agreement.objects.filter(pk=int(actor.via.removeprefix(PREFIX))).first()
        if agreement is not None and actor.via == via_of(agreement):
            ServiceEntry.objects.create(
                agreement=agreement,
                kind=ServiceKind.ACT,
                matter_id=item.matter_id,
                on=at.astimezone(TZ).date(),
                text=f"代为申报“{item.name}”，收件号 {subject.receipt_no}",
                by_id=actor.person_id,
                at=at,
            )
    if green_of(item.project_id, item.matter_id):
        mark(item)


def accepted(*, actor: Actor, subject: MapItem, at: datetime, why: str) -> None:
    """The matter's next clock goes first too."""
    if green_of(subject.project_id, subject.matter_id):
        mark(subject)
