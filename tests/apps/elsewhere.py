"""Another county's pack in the place of the real one: the template, its first day moved where a test asks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from yinuo.core.pack.types import Pack
from yinuo.engine.catalogue import queries as catalogue
from yinuo.engine.rules import pack
from yinuo.engine.work.clocks import forget_calendar
from yinuo.rooms.commitments import published as readings

TEMPLATE = Path(__file__).resolve().parents[2] / "src/yinuo/packs/_template"
FIRST_DAY = "2026-01-01"


@contextmanager
def installed(folder: Path, *, begins: str = FIRST_DAY) -> Iterator[Pack]:
    """The template copied into `folder`, with everything in it in force from `begins` on; the real pack is back
    afterwards.
    """
    shutil.copytree(TEMPLATE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in folder.rglob("*.toml"):
        if "calendars" not in file.parts or file.name == "hours.toml":
            file.write_text(
                file.read_text(encoding="utf-8").replace(f"from = {FIRST_DAY}", f"from = {begins}"), encoding="utf-8"
            )
    before, settings.YINUO_PACK_DIR = settings.YINUO_PACK_DIR, folder
    forget()
    try:
        yield pack()
    finally:
        settings.YINUO_PACK_DIR = before
        forget()


def forget() -> None:
    """Everything a process keeps of its pack."""
    pack.cache_clear()
    readings.forget()
    catalogue.forget()
    forget_calendar()
