"""`yinuo bench`: the benchmarks of the checkout's bench/ folder."""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from typing import Annotated

import typer

from yinuo.deploy import paths

app = typer.Typer(help="性能测量，各带最低成本与比值。")


@app.command()
def bench(
    name: Annotated[str, typer.Argument(metavar="测量", help="filing、tick、map、inbox、pages …")],
    minutes: Annotated[float | None, typer.Option(min=0.1, help="持续多少分钟（soak）")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> int:
    """运行一项测量并打印结果。"""
    folder = paths.REPOSITORY / "bench"
    known = sorted(file.stem for file in folder.glob("*.py") if file.stem not in ("__init__", "instance", "populate"))
    if name not in known:
        raise typer.BadParameter(f"没有名为 {name} 的测量；可用：{'、'.join(known)}", param_hint="NAME")
    sys.path.insert(0, str(paths.REPOSITORY))
    run = importlib.import_module(f"bench.{name}").run
    if minutes is not None and "minutes" not in inspect.signature(run).parameters:
        raise typer.BadParameter(f"{name} 的时长是固定的", param_hint="--minutes")
    figures = run() if minutes is None else run(minutes=minutes)
    if as_json:
        print(json.dumps(figures, ensure_ascii=False, sort_keys=True))
    else:
        for key, value in figures.items():
            print(f"{key:<32} {value}")
    return 0
