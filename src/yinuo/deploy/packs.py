"""The packs this installation knows: the folders beside each other in `packs/`. The only place where one is named."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

from yinuo.core.pack.check import check, errors
from yinuo.core.pack.faults import PackError
from yinuo.core.pack.load import load

FOLDER = Path(__file__).resolve().parents[1] / "packs"
DEFAULT = "jishishan"
VARIABLE = "YINUO_PACK"


class UnknownPack(ValueError):
    """No pack of that name, and no folder of that path with a pack in it."""

    exit_code = 2

    def format_message(self) -> str:
        return str(self)


class FaultyPack(Exception):
    """A pack with which an instance must not run: `findings` one a line, each with file, line and what to do."""

    exit_code = 1

    def __init__(self, folder: Path, findings: list[str]) -> None:
        super().__init__(
            f"规则包 {folder.name} 有 {len(findings)} 处问题，没有启动，数据没有动：请改正后用 yinuo pack check "
            f"{folder} 核对"
        )
        self.findings = findings

    def format_message(self) -> str:
        return str(self)


def chosen() -> str:
    """The pack the operator has chosen, by name or path; the default where none is."""
    return os.environ.get(VARIABLE) or DEFAULT


def names() -> list[str]:
    """Every pack that may be chosen by its name;
    the template is there to be copied, and answers to its name as well.
    """
    return sorted(folder.parent.name for folder in FOLDER.glob("[a-z]*/pack.toml"))


def directory(name: str) -> Path:
    """The folder of a pack, by its name or by its own path."""
    for folder in (FOLDER / name if re.fullmatch(r"\w+", name) else None, Path(name) if name else None):
        if folder is not None and (folder / "pack.toml").is_file():
            return folder
    raise UnknownPack(f"没有名为“{name}”的规则包；可用：{'、'.join(names())}，或给出规则包文件夹的路径")


def refuse_faulty(day: date) -> None:
    """Raises FaultyPack where the chosen pack has faults, or has no rules for `day` yet; UnknownPack where there is
    none.
    """
    folder = directory(chosen())
    findings = [f"{folder / fault.file}:{fault.line}: {fault.code}：{fault.message}" for fault in errors(check(folder))]
    findings += _not_in_force(folder, day)
    if findings:
        raise FaultyPack(folder, findings)


def _not_in_force(folder: Path, day: date) -> list[str]:
    try:
        first = load(folder).valid_from
    except PackError:
        return []  # a fault, and told as such
    if first <= day:
        return []
    remedy = "请把 valid_from 和各值的 from 写成已经到了的日子，或者到那天再启动"
    return [f"{folder / 'pack.toml'}:1: not-in-force：规则自 {first} 起适用，今天（{day}）还没有规定：{remedy}"]
