"""The packs this installation knows: the only place where one is named."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "packs"
PACKS = {"jishishan": FOLDER / "jishishan"}
DEFAULT = "jishishan"


class UnknownPack(ValueError):
    """No pack of that name, and no folder of that path with a pack in it."""


def directory(name: str) -> Path:
    """The folder of a pack, by its name or by its own path."""
    if name in PACKS:
        return PACKS[name]
    folder = Path(name)
    if (folder / "pack.toml").is_file():
        return folder
    raise UnknownPack(f"没有名为“{name}”的规则包；可用：{'、'.join(sorted(PACKS))}，或给出规则包文件夹的路径")
