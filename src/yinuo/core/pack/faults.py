"""Faults of a pack, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from yinuo.core.dated import RuleError

Severity = Literal["error", "notice"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `file` is relative to the pack's folder, a notice does not make the pack invalid."""

    file: str
    line: int
    code: str
    message: str
    severity: Severity = "error"

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}"


def fault_at(where: str, code: str, message: str, severity: Severity = "error") -> Fault:
    """A fault at a record's `where` (file:line)."""
    file, _, line = where.rpartition(":")
    return Fault(file, int(line), code, message, severity)


class PackError(RuleError):
    """A pack that cannot be used, at the place of its first fault."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line
        self.message = message
