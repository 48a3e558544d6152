"""`yinuo backup`: the whole instance in one file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from yinuo import __version__
from yinuo.deploy import embedded, envfile, paths
from yinuo.deploy.backup import BackupError, back_up
from yinuo.deploy.cli.asking import now

app = typer.Typer(help="备份整个系统：数据库、文件、密钥。")


@app.command()
def backup(
    target: Annotated[
        Path | None, typer.Argument(metavar="文件", help="备份文件；默认为当前文件夹的 yinuo-年月日-时分.tar")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="数据文件夹（默认见 YINUO_DATA）", file_okay=False)] = None,
) -> None:
    """备份整个系统到一个文件，系统可以照常运行。文件含全部数据和密钥，只有属主能读，请妥善保管。"""
    home = (data.expanduser().absolute() if data else None) or paths.default_home()
    envfile.load(home)
    if os.environ.get("YINUO_DATABASE_URL"):
        raise BackupError("数据库是自备的（YINUO_DATABASE_URL），请用它自己的办法备份；数据文件夹另行备份")
    server = embedded.Server(home)
    if not (server.data / "PG_VERSION").exists():
        raise BackupError(f"{home} 没有系统的数据，无可备份")
    moment = now()
    place = (target or Path(f"yinuo-{moment:%Y%m%d-%H%M}.tar")).expanduser().absolute()
    if not place.parent.is_dir():
        raise BackupError(f"没有文件夹 {place.parent}")
    started = server.start()
    try:
        made = back_up(server, place, at=moment, version=__version__)
    finally:
        if started:
            server.stop()
    print(
        f"已备份到 {place}：{sum(made.rows.values())} 行，{len(made.files) - 1} 个文件，"
        f"{place.stat().st_size // 1024 + 1} KB"
    )
