"""The versions of what was handed in, each with what became of every material since the version it answers (U-2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yinuo.rooms.onemap.history import send_backs_of, submissions_of
from yinuo.rooms.onemap.models import MapItem, SendBack, Submission

CHANGES = {"new": "新增", "changed": "已更换", "same": "未变", "gone": "未再提交"}
COLOURS = {"new": "green", "changed": "amber", "same": "", "gone": "red"}


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """One material of a version, and what became of it since the version it is compared with."""

    name: str
    file_id: int | None
    file_name: str
    change: str
    colour: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version handed in; `against` names the one the changes are told against, 0 = none."""

    submission: Submission
    lines: list[MaterialLine]
    against: int
    sent_back: SendBack | None


def versions_of(item: MapItem) -> list[Version]:
    """Newest first.

    A version after a send-back is compared with the one sent back, else with the one before; a new application with
    none.
    """
    return compared(submissions_of(item), {row.submission_id: row for row in send_backs_of(item)})


def compared(submissions: Sequence[Submission], backs: Mapping[int, SendBack] | None = None) -> list[Version]:
    """The versions in the order they came, each against the one it answers; the newest first."""
    backs = backs or {}
    made = []
    basis: Submission | None = None
    previous: Submission | None = None
    for row in submissions:
        if previous is not None and previous.application_id != row.application_id:
            basis = previous = None
        against = basis or previous
        made.append(Version(row, _lines(row, against), against.number if against else 0, backs.get(row.pk)))
        if row.pk in backs:
            basis = row
        previous = row
    return made[::-1]


def _lines(row: Submission, against: Submission | None) -> list[MaterialLine]:
    before = {part.id: part for part in against.materials} if against else {}
    kept = {(part.id, part.sha256) for part in against.materials} if against else set()
    lines = []
    for part in row.materials:
        same = (part.id, part.sha256) in kept
        kind = "" if against is None else "same" if same else "changed" if part.id in before else "new"
        lines.append(MaterialLine(part.name, part.file, part.file_name, CHANGES.get(kind, ""), COLOURS.get(kind, "")))
    given = {part.id for part in row.materials}
    lines += [
        MaterialLine(part.name, None, "", CHANGES["gone"], COLOURS["gone"])
        for key, part in before.items()
        if key not in given
    ]
    return lines
