"""The pack in force, loaded once per process; which pack that is, only the settings know."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yinuo.core.pack.load import load
from yinuo.core.pack.types import Pack


@lru_cache(maxsize=1)
def pack() -> Pack:
    return load(Path(settings.YINUO_PACK_DIR))
