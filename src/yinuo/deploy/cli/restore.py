"""`yinuo restore`: an instance from a backup."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from yinuo.deploy import embedded, envfile, paths
from yinuo.deploy.backup import BackupError, read, restore
from yinuo.deploy.backup import check as check_backup
from yinuo.deploy.cli.up import alone

app = typer.Typer(help="由备份恢复。")


@app.command("restore")
def restore_from(
    source: Annotated[Path, typer.Argument(metavar="文件", help="yinuo backup 所作的备份", dir_okay=False)],
    data: Annotated[Path | None, typer.Option(help="数据文件夹（默认见 YINUO_DATA）", file_okay=False)] = None,
    force: Annotated[bool, typer.Option("--force", help="替换已有的数据，不能撤回")] = False,
    check: Annotated[bool, typer.Option("--check", help="只核对备份是否完整，不恢复")] = False,
) -> None:
    """由备份恢复到空的数据文件夹。先核对备份的每一个字节，恢复完整以后才启用；已有数据的须加 --force。"""
    source = source.expanduser().absolute()
    if not source.is_file():
        raise BackupError(f"没有文件 {source}")
    if check:
        made = check_backup(source)
        print(f"备份完整：{made.made_at} 所作，{sum(made.rows.values())} 行，{len(made.files) - 1} 个文件")
        return
    home = (data.expanduser().absolute() if data else None) or paths.default_home()
    envfile.load(home)
    if os.environ.get("YINUO_DATABASE_URL"):
        raise BackupError("数据库是自备的（YINUO_DATABASE_URL），请用它自己的办法恢复")
    read(source)
    with alone(home):
        server = embedded.Server(home)
        started = server.start()
        try:
            made = restore(server, source, force=force)
        finally:
            if started:
                server.stop()
    print(
        f"已恢复 {made.made_at} 的备份到 {home}：{sum(made.rows.values())} 行，{len(made.files) - 1} 个文件。"
        f"请用 yinuo up 启动。"
    )
    print("信息链要先与节点核对才继续签名：启动以后运行 yinuo chain recover 节点（没有节点的加 --no-nodes）。")
