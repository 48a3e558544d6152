"""The logins a demonstration offers, where this instance has one."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

MODULE = "yinuo.stories.demo"


def logins() -> list[Any]:
    """What the demonstration's own list says; nothing where it was not installed with the instance."""
    if find_spec(MODULE) is None:
        return []
    offered = getattr(import_module(MODULE), "logins", None)
    return list(offered()) if offered is not None else []
