"""A project's trail: who did what when, and the decision it rests on, with the articles written out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from yinuo.core.decision import Decision
from yinuo.engine.rules import pack
from yinuo.engine.trail.models import Entry, StoredDecision
from yinuo.engine.trail.queries import of_project, of_subject
from yinuo.faces.projects.api import readable
from yinuo.ui.api_shapes import Shape

router = Router(tags=["留痕"])


class TrailDecisionOut(Shape):
    """A decision of the rules; `reasons` in words, `cites` written out."""

    id: UUID
    question: str
    outcome: Any
    as_of: date
    reasons: list[str]
    cites: list[str]


class TrailLineOut(Shape):
    """Who did what when; people by role only."""

    id: int
    at: datetime
    verb: str
    role: str
    entrance: str
    subject_kind: str
    subject_id: str
    why: str
    decision: TrailDecisionOut | None


class TrailOut(Shape):
    items: list[TrailLineOut]
    after: int


@router.get("/projects/{project_id}/trail", response=TrailOut, summary="项目的办理痕迹与所依据的判定")
def trail(request: HttpRequest, project_id: int, after: int = 0, size: int = 100) -> dict[str, Any]:
    """Oldest first; `after` opens the next page, 0 = no more. People are named by role and department only."""
    project = readable(request, project_id)
    found = of_project(project.code) if project.code else of_subject(project)
    size = min(max(size, 1), 200)
    rows = list(found.filter(id__gt=max(after, 0))[: size + 1])
    return {"items": [_line(row) for row in rows[:size]], "after": rows[size - 1].pk if len(rows) > size else 0}


def _line(entry: Entry) -> dict[str, Any]:
    same = ("id", "at", "verb", "role", "entrance", "subject_kind", "subject_id", "why")
    return {
        **{name: getattr(entry, name) for name in same},
        "decision": _decision(entry.decision) if entry.decision else None,
    }


def _decision(stored: StoredDecision) -> dict[str, Any]:
    decision = Decision.from_json(stored.body)
    return {
        "id": stored.pk,
        "question": decision.question,
        "outcome": decision.outcome,
        "as_of": decision.as_of,
        "reasons": [step.text for step in decision.trace],
        "cites": pack().cite_texts(decision.cites),
    }
