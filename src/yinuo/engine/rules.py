"""The pack in force, loaded once per process; which pack that is, only the settings know."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yinuo.core.dated import the_one_at
from yinuo.core.pack.load import load
from yinuo.core.pack.types import Pack, Roles


@lru_cache(maxsize=1)
def pack() -> Pack:
    return load(Path(settings.YINUO_PACK_DIR))


def roles() -> Roles:
    """Who and what plays the parts the program knows, by the pack's own ids (`[roles]` in pack.toml).

    The filing department is the 项目备案单位 (附件2·第十九条): it reviews what was filed, and its principal consents to
    points.
    """
    return pack().roles


def opening_stage() -> str:
    """The stage in which a project is filed, reviewed and guided: the filing's own."""
    return pack().matters[roles().filing_matter].stage


def closing_stage(day: date) -> str:
    """The stage of completion: the last of the ordinary scheme in force on `day`."""
    ordinary = [scheme for scheme in pack().schemes if scheme.when is None]
    return the_one_at(ordinary, day, "一般阶段方案").stages[-1].id
