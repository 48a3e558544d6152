"""The base of what the API answers, and the small shapes that several rooms share.

A dict that an operation returns is checked against its shape before it goes out: a key that the shape does not name is
a fault and is never dropped in silence.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def _without_closing(schema: dict[str, Any]) -> None:
    """A later release may add keys; a client must not refuse them."""
    schema.pop("additionalProperties", None)


class Shape(BaseModel):
    """What an operation answers. Not ninja's `Schema`: that reads every value twice where unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, json_schema_extra=_without_closing)


_ABSENT = object()


def maybe_absent() -> Any:
    """A field whose key is missing in some answers."""
    return Field(default_factory=lambda: _ABSENT, exclude_if=lambda value: value is _ABSENT)


class RefusalOut(Shape):
    """Why a request was refused. `code` is stable: `<room>.<slug>`; `errors` holds one message per field."""

    code: str
    message: str
    field: str
    remedy: str
    cites: list[str] = []
    errors: dict[str, str] = {}
    data: dict[str, Any] = {}


class FileOut(Shape):
    """A stored file."""

    id: int
    name: str
    sha256: str
    size: int


class AttachmentOut(Shape):
    """A file where it is used. `id`, `file_name`: where the file is a material of the project's."""

    id: str = maybe_absent()
    file: int
    name: str
    sha256: str
    file_name: str = maybe_absent()


class ReasonOut(Shape):
    """One rule's part in a decision; `facts`: path → value."""

    rule: str
    outcome: Any
    text: str
    cites: list[str]
    facts: dict[str, Any]


class ParameterOut(Shape):
    """A parameter as it was read for a decision."""

    id: str
    value: Any
    unit: str
    cites: list[str]


class DecisionOut(Shape):
    """What the rules answered. `trace` determined it, `overridden` lost; `missing` would decide what is not
    `complete`.
    """

    question: str
    outcome: Any
    complete: bool
    missing: list[str]
    as_of: date
    pack: str
    pack_hash: str
    trace: list[ReasonOut]
    overridden: list[ReasonOut]
    parameters: list[ParameterOut]


class MaterialOut(Shape):
    """A material of a matter; a department may have added keys of its own."""

    model_config = ConfigDict(extra="allow")

    id: str
    name: str
    main: bool
    note: str = maybe_absent()
    issued_by: str = maybe_absent()


class ReturnedPointOut(Shape):
    """One point that has to be supplied or corrected; `material`: where it is about one of the item's materials."""

    code: str
    category: str
    material: str = maybe_absent()
    subject: str
    request: str
