"""What a change of facts comes to, before it is confirmed: its kind, the map's difference, and what stays."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yinuo.faces.projects.explaining import fact_words, label_of
from yinuo.rooms.commitments.queries import promised_matters
from yinuo.rooms.onemap import moving
from yinuo.rooms.onemap.moving import ItemChange
from yinuo.rooms.projects.actions.amending import Change, judge_change
from yinuo.rooms.projects.models import Project


@dataclass(frozen=True, slots=True)
class Preview:
    """`lines`: each changed fact with its words before and after. `kept`: what stays, as (what it is, names of the
    matters). `mark` says which facts were looked at.
    """

    change: Change
    lines: list[tuple[str, str, str]]
    map: list[ItemChange]
    kept: list[tuple[str, list[str]]]
    mark: str

    @property
    def held(self) -> bool:
        """Whether the filing office decides first."""
        return bool(self.change.stops)


def preview(project: Project, changes: dict[str, Any], at: datetime) -> Preview:
    """Raises Refused for a change that cannot be."""
    change = judge_change(project, changes, at)
    left = moving.kept(project)
    groups = [
        ("已办结的决定和文书", [item.name for item in left.granted]),
        ("正在办理的事项和时限", [item.name for item in left.running]),
        ("已经作出的承诺", promised_matters(project.pk)),
    ]
    found = moving.fact_changes(project, moving.with_facts(project, change.after))
    lines = [
        (label_of(path), fact_words(path, old), fact_words(path, new)) for path, (old, new) in change.changed.items()
    ]
    return Preview(change, lines, found, [(what, names) for what, names in groups if names], mark_of(changes))


def mark_of(changes: dict[str, Any]) -> str:
    text = json.dumps(changes, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
