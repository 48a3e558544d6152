"""`yinuo upgrade`: the database brought to this program's release."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from yinuo import __version__
from yinuo.deploy import paths
from yinuo.deploy.cli.asking import Json
from yinuo.deploy.cli.up import alone, refuse_faulty_pack
from yinuo.deploy.releases import Kind

app = typer.Typer(help="升级数据库到本程序的版本。")

FAULTS_SHOWN = 20


@app.command()
def upgrade(
    check: Annotated[bool, typer.Option("--check", help="只看要做什么，不改动")] = False,
    backup: Annotated[
        Path | None, typer.Option(metavar="文件", help="升级以前的备份放在哪里；默认放在数据文件夹的 backups/")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="接着做完中断的升级")] = False,
    data: Annotated[Path | None, typer.Option(help="数据文件夹（默认见 YINUO_DATA）", file_okay=False)] = None,
    as_json: Json = False,
) -> int:
    """核对、备份、升级、审计。比本程序新的、升级到一半的数据库不动，说明怎么办。升级以前请停止 yinuo up。"""
    if data is not None:
        os.environ["YINUO_DATA"] = str(data.expanduser().absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.config.settings")
    from yinuo.deploy.instance import running

    if check:
        with running():
            return _tell_plan(as_json)
    refuse_faulty_pack()
    with alone(paths.default_home()), running():
        return _carry_out(backup.expanduser().absolute() if backup else None, resume, as_json)


def _tell_plan(as_json: bool) -> int:
    import django

    django.setup()
    from django.db import connections

    from yinuo.deploy.releases import notes, standing

    found = standing(connections["owner"])
    found.refuse_unfit()
    steps = notes(connections["owner"], found.pending)
    if as_json:
        _print(
            {
                "database": found.release,
                "program": __version__,
                "state": found.kind,
                "steps": [{"id": a, "note": b} for a, b in steps],
            }
        )
    elif found.kind is Kind.CURRENT:
        print(
            f"数据库就是 {found.release}，不用升级"
            + ("" if found.audited else "；升级以后的重算和审计还没有做，yinuo upgrade 会补上")
        )
    elif found.kind is Kind.EMPTY:
        print(f"数据库是空的：yinuo up 会建立 {__version__} 的结构")
    else:
        print(f"数据库是 {found.release}，本程序是 {__version__}：先备份，再做 {len(steps)} 步，最后审计")
        for name, note in steps:
            print(f"  {name}{f'：{note}' if note else ''}")
    return 0


def _carry_out(backup: Path | None, resume: bool, as_json: bool) -> int:
    import django

    django.setup()
    from yinuo.deploy.upgrade import bring_up

    done = bring_up(lambda line: None if as_json else print(line, flush=True), target=backup, resume=resume)
    if as_json:
        kept = str(done.backup) if done.backup else None
        _print(
            {
                "from": done.found.release,
                "to": __version__,
                "state": done.found.kind,
                "backup": kept,
                "rebuilt": done.rebuilt,
                "faults": done.faults,
            }
        )
    elif done.found.kind in (Kind.OLDER, Kind.HALF) or not done.found.audited:
        print(f"已升级到 {__version__}" + (f"；升级以前的备份：{done.backup}" if done.backup else ""))
        if done.rebuilt:
            print(f"按本程序的规则重算了 {done.rebuilt} 行，都在痕迹里")
        _print_faults(done.faults)
    else:
        print(f"数据库已是 {__version__}")
    return 1 if done.faults else 0


def _print_faults(faults: list[str]) -> None:
    if not faults:
        print("审计：全部相符")
        return
    print(f"审计：{len(faults)} 处不符。升级以前就有的，请看上次审计；是升级造成的，请用备份恢复")
    for fault in faults[:FAULTS_SHOWN]:
        print(f"  {fault}")


def _print(answer: dict[str, Any]) -> None:
    print(json.dumps(answer, ensure_ascii=False, sort_keys=True))
