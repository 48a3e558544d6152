"""The pack in force, loaded once per process; which pack that is, only the settings know."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yinuo.core.pack.load import load
from yinuo.core.pack.types import Pack

# 项目备案单位 by its id in the pack (附件2·第十九条): reviews what was filed, and its principal consents to points.
FILING_DEPARTMENT = "development_reform"


@lru_cache(maxsize=1)
def pack() -> Pack:
    return load(Path(settings.YINUO_PACK_DIR))
