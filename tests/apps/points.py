"""Steps of a change of points, for tests of every room that settles credit."""

from __future__ import annotations

from datetime import date, datetime, time
from hashlib import sha256
from typing import Any

from tests.apps.county import Company, County, at
from yinuo.core.calendar import TZ
from yinuo.engine.base import Actor
from yinuo.engine.caches import Difference, differences
from yinuo.engine.documents.models import StoredFile
from yinuo.rooms.credit.actions import consent, execute, propose_points
from yinuo.rooms.credit.caches import SCORE
from yinuo.rooms.credit.models import CreditEvent, CreditHead, PointProposal

PROJECT = "2611-622927-04-01-123456"
NOON = at("2026-11-10 12:00")
CYCLE = {"all_kept": True, "commitments": 3, "project_class": "private"}
ACT = {"article": "46", "item": "illegal_start"}


def file_of(
    actor: Actor,
    moment: datetime = NOON,
    name: str = "现场照片.pdf",
    unit_id: int | None = None,
    content: bytes = b"%PDF-1.4",
) -> int:
    """A file as this person has uploaded it: into the library of the unit it acts for, staff into nobody's."""
    unit = actor.unit_id if unit_id is None else unit_id
    digest = sha256(content).hexdigest()
    kept = StoredFile.objects.create(
        sha256=digest, name=name, content_type="application/pdf", size=len(content), content=content, unit_id=unit,
        by_id=actor.person_id, at=moment,
    )  # fmt: skip
    return kept.pk


def propose(
    county: County, company: Company, type: str = "act", data: dict[str, Any] | None = None, **more: Any
) -> PointProposal:
    """Proposed by an approver of natural resources, dated like its instant."""
    moment: datetime = more.pop("at", NOON)
    actor = more.pop("actor", None) or county.actor("approver", "natural_resources")
    return propose_points(
        actor=actor,
        unit_id=company.unit.pk,
        project_code=more.pop("project_code", PROJECT),
        type=type,
        on=more.pop("on", moment.date()),
        data=ACT if data is None else data,
        basis=more.pop("basis", "现场检查笔录〔2026〕7号"),
        evidence=more.pop("evidence") if "evidence" in more else [file_of(actor, moment)],
        at=moment,
        **more,
    )


def carry_out(county: County, proposal: PointProposal, moment: datetime = NOON) -> CreditEvent:
    """Consented by the filing unit's principal and executed by the general convener."""
    consent(actor=county.actor("principal"), proposal_id=proposal.pk, note="同意", at=moment)
    return execute(actor=county.actor("general_convener"), proposal_id=proposal.pk, at=moment)


def take(
    county: County, company: Company, type: str = "act", data: dict[str, Any] | None = None, **more: Any
) -> CreditEvent:
    moment = more.get("at", NOON)
    return carry_out(county, propose(county, company, type, data, **more), moment)


def head(company: Company) -> CreditHead:
    return CreditHead.objects.get(pk=company.unit.pk)


def day(text: str) -> date:
    return date.fromisoformat(text)


def differing(on: date) -> list[Difference]:
    """Heads that are not the fold of their events on that day."""
    return list(differences(SCORE, datetime.combine(on, time(12), TZ)))
