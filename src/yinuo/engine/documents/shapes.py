"""What each template needs: the keys of its data, all JSON-able and complete (absent values are None, not left out).

Dates are ISO (`2026-11-03`), instants ISO with offset; the templates write them as 2026年11月3日. Money is 万元 as a
decimal string. Law stands in the data (limits, remedies, cites come from the pack), never in a template.
"""

from __future__ import annotations

from typing import TypedDict


class ProjectLines(TypedDict):
    """The lines by which every document names its project."""

    project_name: str
    project_code: str
    unit_name: str
    credit_code: str


class Contact(TypedDict):
    """Who answers questions."""

    name: str
    phone: str | None
    address: str | None


class Remedies(TypedDict):
    """Where and until when a refusal can be challenged; the terms come from the pack."""

    review_body: str
    review_term: str
    court: str
    suit_term: str
    cites: list[str]
