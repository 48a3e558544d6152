"""The packs this installation knows: the folders beside each other in `packs/`. The only place where one is named."""

from __future__ import annotations

import os
import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "packs"
DEFAULT = "jishishan"
VARIABLE = "YINUO_PACK"


class UnknownPack(ValueError):
    """No pack of that name, and no folder of that path with a pack in it."""


def chosen() -> str:
    """The pack the operator has chosen, by name or path; the default where none is."""
    return os.environ.get(VARIABLE) or DEFAULT


def names() -> list[str]:
    """Every pack that may be chosen by its name; the template is there to be copied, and answers to its name as well."""
    return sorted(folder.parent.name for folder in FOLDER.glob("[a-z]*/pack.toml"))


def directory(name: str) -> Path:
    """The folder of a pack, by its name or by its own path."""
    for folder in (FOLDER / name if re.fullmatch(r"\w+", name) else None, Path(name) if name else None):
        if folder is not None and (folder / "pack.toml").is_file():
            return folder
    raise UnknownPack(f"没有名为“{name}”的规则包；可用：{'、'.join(names())}，或给出规则包文件夹的路径")
