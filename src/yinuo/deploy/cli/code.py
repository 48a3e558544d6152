"""`yinuo code check`: can this project code be right, and what do its parts say."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from yinuo.core.codes import CodeError, parse_project_code
from yinuo.deploy.cli.asking import Json, emit

app = typer.Typer(help="核对项目代码", no_args_is_help=True, rich_markup_mode=None)
STYLES = {"current": "现行式样", "old": "旧式（2016—2020 年，没有校验码）"}


@app.callback()
def group() -> None:
    """核对项目代码。"""


@app.command("check")
def check(
    code: Annotated[str, typer.Argument(metavar="代码", help="如 2411-130202-89-01-637015")], as_json: Json = False
) -> None:
    """项目代码是否可能正确，为什么；不正确时退出码为 1。"""
    try:
        parts = parse_project_code(code)
    except CodeError as error:
        reason = error.reason
        emit({"code": code, "valid": False, "why": reason}, as_json, lambda: [f"不正确：{reason}"])
        raise typer.Exit(1) from error
    said = {key: value for key, value in asdict(parts).items() if key != "text"}
    emit(
        {"code": code, "valid": True, **said}, as_json,
        lambda: [f"正确：{STYLES[parts.style]}，时间 {parts.period}，地区 {parts.region}，类型 {parts.kind}"],
    )  # fmt: skip
