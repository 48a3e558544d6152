"""The argument parser's few English sentences, in Chinese."""

from __future__ import annotations

import gettext
import re
import sys
from collections.abc import Mapping, Sequence

HELP = {
    "Usage:": "用法：",
    "Options": "选项",
    "Arguments": "参数",
    "Commands": "命令",
    "default: {default}": "默认：{default}",
    "required": "必填",
    "Missing command.": "还要说明做什么",
    "No such command {name!r}.": "没有命令“{name}”",
}
USAGE = {"[OPTIONS]": "[选项]", "COMMAND [ARGS]...": "命令 [参数]…"}
TYPES = {
    "<str>": "文字", "<int>": "整数", "<int range>": "整数", "<float>": "数字", "<float range>": "数字", "<decimal>": "数字", "<path>": "路径", "<file>": "文件", "<dir>": "文件夹",
}  # fmt: skip
ERRORS = (
    (r"^Missing argument '?(.+?)'?\.", r"缺少参数 \1"),
    (r"^Missing option '?(.+?)'?\.", r"缺少选项 \1"),
    (r"^No such option: (\S+)", r"没有选项 \1"),
    (r"Did you mean (.+)\?", r"您是不是想写 \1？"),
    (r"\(Possible options: (.+)\)", r"（可用：\1）"),
    (r"^Got unexpected extra argument\(s\) \((.+)\)", r"多出来的参数：\1"),
    (r"^Invalid value for '?(.+?)'?: ", r"\1 的值不对："),
    (r"^Invalid value: ", "值不对："),
    (r"Input should be a valid integer.*", "应为整数"),
    (r"Input should be a valid (?:number|decimal).*", "应为数字"),
    (r"Value ('.*?') is not a valid .+", r"\1 的形式不对"),
    (r"('.*?') is not one of (.+?)\.?$", r"\1 不在 \2 之中"),
    (r"[Ff]ile ('.*?') does not exist\.", r"没有文件 \1"),
    (r"[Dd]irectory ('.*?') does not exist\.", r"没有文件夹 \1"),
    (r"[Pp]ath ('.*?') does not exist\.", r"没有 \1"),
    (r"\w+ ('.*?') is a directory\.", r"\1 是文件夹，这里要一个文件"),
    (r"\w+ ('.*?') is a file\.", r"\1 是文件，这里要一个文件夹"),
    (r"\w+ ('.*?') is not readable\.", r"\1 读不了，请检查权限"),
    (r"\w+ ('.*?') is not writable\.", r"\1 写不了，请检查权限"),
    (r"Input should be less than or equal to (\S+)", r"应不大于 \1"),
    (r"Input should be greater than or equal to (\S+)", r"应不小于 \1"),
    (r"Option ('.*?') does not take a value\.", r"选项 \1 后面不带值"),
    (r"Option ('.*?') requires .+", r"选项 \1 后面要有值"),
)


def error(message: str) -> str:
    """One line for stderr, naming the field."""
    line = " ".join(message.split())
    for pattern, ours in ERRORS:
        line = re.sub(pattern, ours, line)
    return line


def _translated(text: str, words: Mapping[str, str]) -> str:
    for theirs, ours in words.items():
        text = text.replace(theirs, ours)
    return text


def teach_help() -> None:
    """Help texts go through gettext; whoever asks it for these gets ours."""
    for name, module in list(sys.modules.items()):
        if name.startswith("typer.") and getattr(module, "_", None) is gettext.gettext:
            module._ = lambda message: HELP.get(message, message)  # type: ignore[attr-defined]
    from typer._click import core, formatting

    write, write_list = formatting.HelpFormatter.write_usage, formatting.HelpFormatter.write_dl
    help_option = core.Command.get_help_option

    def write_usage(self: formatting.HelpFormatter, prog: str, args: str = "", prefix: str | None = None) -> None:
        write(self, prog, _translated(args, USAGE), prefix or "用法：")

    def write_dl(self: formatting.HelpFormatter, rows: Sequence[tuple[str, str]], *rest: int, **more: int) -> None:
        write_list(self, [(_translated(name, TYPES), text) for name, text in rows], *rest, **more)

    def get_help_option(self: core.Command, ctx: core.Context) -> object:
        option = help_option(self, ctx)
        if option is not None:
            option.help = "显示这段说明"
        return option

    formatting.HelpFormatter.write_usage = write_usage  # type: ignore[method-assign]
    formatting.HelpFormatter.write_dl = write_dl  # type: ignore[method-assign]
    core.Command.get_help_option = get_help_option  # type: ignore[method-assign, assignment]
