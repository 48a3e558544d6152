"""The command's manners: which exit code, on which stream, in whose language; and that a question never waits for
Django.
"""

from __future__ import annotations

import importlib
import re
import subprocess
import sys

import pytest
import typer

from yinuo import __version__
from yinuo.deploy import cli
from yinuo.deploy.cli import chinese


def _run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


def test_help_names_every_installed_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = _run("--help", capsys=capsys)
    assert code == 0
    assert not err
    assert {"up", "policy", "pack", "calendar", "code", "company", "manage"} <= set(cli.installed())
    assert all(f"  {name}" in out and cli.COMMANDS[name][1] in out for name in cli.installed())


@pytest.mark.parametrize("asked", ["--version", "-V", "version"])
def test_it_tells_its_version(asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(asked, capsys=capsys) == (0, f"yinuo {__version__}\n", "")


def test_without_arguments_it_says_how_it_is_used_and_is_not_content(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys=capsys)
    assert code == 2
    assert "用法：yinuo 命令" in out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["polcy"], "错误：没有命令“polcy”；可用："),
        (["up", "--port", "x"], "错误：--port 的值不对：应为整数"),
        (["up", "--prt", "1"], "错误：没有选项 --prt"),
        (["up", "now"], "错误：多出来的参数：now"),
    ],
)
def test_wrong_input_is_one_chinese_line_on_stderr_and_exit_2(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = _run(*arguments, capsys=capsys)
    assert code == 2
    assert not out
    assert err.startswith(line)
    assert err.count("\n") == 1


def test_a_missing_argument_is_named() -> None:
    assert chinese.error("Missing argument 'score'.") == "缺少参数 score"
    assert chinese.error("Missing option '--days'.") == "缺少选项 --days"


def _every_command() -> list[list[str]]:
    found = []
    for name in sorted(set(cli.installed()) - {"manage"}):
        command = typer.main.get_command(importlib.import_module(f"yinuo.deploy.cli.{cli.COMMANDS[name][0]}").app)
        found += [[name], *([name, inner] for inner in getattr(command, "commands", {}))]
    return found


@pytest.mark.parametrize("words", _every_command(), ids=" ".join)
def test_the_help_of_every_command_is_in_chinese(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(*words, "--help", capsys=capsys)
    assert code == 0
    assert out.startswith(f"用法：yinuo {' '.join(words)} [选项]")
    assert re.search("--help +显示这段说明", out)
    assert re.findall(r"Usage|Options|OPTIONS|Commands|COMMAND|ARGS|Show this|default:|required|<\w+", out) == []


def test_a_question_about_rules_imports_neither_django_nor_the_database() -> None:
    code = (
        "import sys\n"
        "from yinuo.deploy.cli import main\n"
        "try: main(['policy', 'grade', '86', '--json'])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'django', 'psycopg', 'procrastinate', 'structlog', 'granian'} & {name.split('.')[0] for name "
        "in sys.modules}\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"grade"' in done.stdout
