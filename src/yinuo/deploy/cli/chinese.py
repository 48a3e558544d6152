"""The argument parser's few English sentences, in Chinese."""

from __future__ import annotations

import re
from functools import partial
from unicodedata import east_asian_width

HELP = (
    (r"^Usage: ", "用法："),
    (r"^Options:", "选项:"),
    (r"^Arguments:", "参数:"),
    (r"^Commands:", "命令:"),
    (r"\[OPTIONS\]", "[选项]"),
    (r"COMMAND \[ARGS\]\.\.\.", "命令 [参数]…"),
    (r"\[default: ?", "[默认："),
    (r"\brequired\]", "必填]"),
    (r"Show this message and exit\.", "显示这段说明"),
    (r"<str>", "文字"),
    (r"<int(?: range)?>", "整数"),
    (r"<(?:float|float range|decimal)>", "数字"),
    (r"<path>", "路径"),
    (r"<file>", "文件"),
    (r"<dir>", "文件夹"),
)
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


def help_text(english: str) -> str:
    """The help as the parser writes it, line for line, with its own few words in Chinese."""
    return "\n".join(_line(line) for line in english.split("\n"))


def _line(line: str) -> str:
    for pattern, ours in HELP:
        # What stands in a column keeps its width, so that the columns after it stay in line.
        line = re.sub(pattern, partial(_in_place, ours), line)
    return line.rstrip()


def _in_place(ours: str, found: re.Match[str]) -> str:
    return _as_wide(found.expand(ours), found[0])


def _as_wide(ours: str, theirs: str) -> str:
    missing = len(theirs) - sum(2 if east_asian_width(letter) in "WF" else 1 for letter in ours)
    return ours + " " * max(0, missing) if theirs.startswith("<") else ours
