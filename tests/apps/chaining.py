"""A log for tests: its key and lock file in a folder, and rounds of the sequencer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tests.apps.county import at
from yinuo.engine.infochain.models import LeafRecord
from yinuo.engine.infochain.sequencer import Step, step
from yinuo.engine.infochain.storage import HeadLock, log_key
from yinuo.engine.infochain.twinning import Twin

ORIGIN = "county.example/log"


class Log:
    """One log in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = log_key(folder, ORIGIN)
        self.lock = HeadLock(folder / "head")

    def step(self, moment: datetime | None = None, batch: int = 1000, twin: Twin | None = None) -> Step | None:
        return step(key=self.key, lock=self.lock, at=moment or at("2026-11-03 10:00"), batch=batch, twin=twin)


def leaves_saying(type: str, name: str, value: object) -> int:
    """How many leaves of a type state a field's value."""
    return sum(
        [name, value] == field[1:] for leaf in LeafRecord.objects.filter(type=type) for field in leaf.fields or []
    )
