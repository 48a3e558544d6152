"""The conditions of a project for mock approval: the pack's decision, and what the window has still to ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yinuo.core.decision import Decision
from yinuo.core.tracks import MARK, eligible
from yinuo.engine.rules import pack
from yinuo.rooms.projects.models import Project
from yinuo.rooms.projects.queries import grade_of

# Who the subject is and how many contacts there are follows from the application itself.
FOLLOWS = ("mock.subject", "mock.contacts")


def conditions_of(project: Project, facts: Mapping[str, Any]) -> Decision:
    """May the project be approved in mock, by the rules it runs under and its company's grade of today."""
    return eligible("mock", facts, pack(), project.rules_on, grade_of(project))


def foreseen(project: Project) -> Decision:
    """The same before anybody has asked: what is known speaks, the rest is missing."""
    subject = "registered" if project.unit.credit_code else "reserved"
    return conditions_of(project, {**project.facts, "mock": {"subject": subject}})


def to_ask(project: Project) -> tuple[str, ...]:
    """The facts the window asks for, in the order of the table."""
    missing = set(conditions_of(project, project.facts).missing) or set(_named(project))
    return tuple(path for path in pack().facts if path in missing and path not in FOLLOWS)


def _named(project: Project) -> set[str]:
    """Every fact the conditions read: where one already fails, nothing counts as missing, but the form still asks."""
    names: set[str] = set()
    for name, parameter in pack().parameters.items():
        if name.startswith(f"mock{MARK}"):
            for condition in parameter.at(project.rules_on).value:
                names |= pack().condition(str(condition), project.rules_on).facts
    return names
