"""`yinuo company check`: can this unified social credit code be right."""

from __future__ import annotations

from typing import Annotated

import typer

from yinuo.core.codes import CodeError, check_credit_code
from yinuo.deploy.cli.asking import Json, emit

app = typer.Typer(help="核对统一社会信用代码", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """核对统一社会信用代码。"""


@app.command("check")
def check(
    code: Annotated[str, typer.Argument(metavar="代码", help="18 位统一社会信用代码")], as_json: Json = False
) -> None:
    """统一社会信用代码是否可能正确，为什么；不正确时退出码为 1。"""
    try:
        check_credit_code(code)
    except CodeError as error:
        reason = error.reason
        emit({"code": code, "valid": False, "why": reason}, as_json, lambda: [f"不正确：{reason}"])
        raise typer.Exit(1) from error
    emit({"code": code, "valid": True}, as_json, lambda: ["正确：两级校验都通过"])
