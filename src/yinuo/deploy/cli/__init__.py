"""The command `yinuo`.

Each subcommand is read when it is called, so that a question about rules never waits for Django.
"""

from __future__ import annotations

import importlib
import io
import sys
from contextlib import nullcontext, redirect_stdout
from importlib.util import find_spec

from yinuo import __version__
from yinuo.deploy.binaries import DatabaseError
from yinuo.deploy.cli import chinese

# name: (module with a Typer named `app`, what it does)
COMMANDS = {
    "up": ("up", "启动全部：数据库、迁移、规则包、后台任务、网站"),
    "setup": ("setup", "第一次设置：系统管理员、大厅、网址、邮件、短信"),
    "policy": ("policy", "问规则：等级、措施、期限、预审、计划、记分、大厅评价"),
    "pack": ("pack", "检查、新建、比较、查看规则包"),
    "calendar": ("calendar", "工作日历：查看、导入"),
    "code": ("code", "核对项目代码"),
    "company": ("company", "核对统一社会信用代码"),
    "journey": ("journey", "演示一个项目的一生，每一步说明依据与用时"),
    "chain": ("chain", "信息链：状态、审计、验证、证明"),
    "node": ("node", "信息链节点"),
    "bench": ("bench", "性能测量"),
    "apikey": ("apikey", "接口密钥：签发、查看、停用"),
    "backup": ("backup", "备份整个系统"),
    "restore": ("restore", "由备份恢复"),
    "upgrade": ("upgrade", "升级数据库到本程序的版本"),
    "rebuild": ("rebuild", "按记录重算缓存列"),
    "manage": ("manage", "Django 的管理命令"),
}


def installed() -> list[str]:
    """The subcommands this installation has."""
    return [name for name, (module, _) in COMMANDS.items() if find_spec(f"{__name__}.{module}")]


def help_text() -> str:
    lines = [f"  {name:<10}{COMMANDS[name][1]}" for name in installed()]
    return "\n".join(
        [
            f"一诺 {__version__}：投资项目信用承诺制审批平台",
            "",
            "用法：yinuo 命令 …（各命令的说明：yinuo 命令 --help；版本：yinuo --version）",
            "",
            *lines,
        ]
    )


def main(arguments: list[str] | None = None) -> None:
    """Runs one command.

    Ends with 0 = done, 1 = a negative answer or a failed check, 2 = wrong input with one line on stderr.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0] in ("--help", "-h", "help"):
        print(help_text())
        sys.exit(0 if arguments else 2)
    if arguments[0] in ("--version", "-V", "version"):
        print(f"yinuo {__version__}")
        sys.exit(0)
    name = arguments[0]
    if name not in installed():
        print(f"错误：没有命令“{name}”；可用：{'、'.join(installed())}", file=sys.stderr)
        sys.exit(2)
    sys.exit(_run(name, arguments[1:]))


def _run(name: str, arguments: list[str]) -> int:
    import typer

    app = importlib.import_module(f"{__name__}.{COMMANDS[name][0]}").app
    app.rich_markup_mode = None
    app._add_completion = False
    command = typer.main.get_command(app)
    printed = io.StringIO() if "--help" in arguments else None
    try:
        with redirect_stdout(printed) if printed else nullcontext():
            code = command.main(args=arguments, prog_name=f"yinuo {name}", standalone_mode=False)
        if printed:
            print(chinese.help_text(printed.getvalue()).rstrip())
    except (typer.Abort, KeyboardInterrupt):
        print("已中断", file=sys.stderr)
        return 130
    except DatabaseError as error:
        print(f"错误：{error}", file=sys.stderr)
        return error.exit_code
    except PermissionError as error:
        print(f"错误：没有权限：{error.filename}", file=sys.stderr)
        return 1
    except Exception as error:
        # Wrong input, in typer's own words for it; anything else is a fault of ours and shows where.
        if not hasattr(error, "format_message"):
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            print(
                f"错误：yinuo {name} 后面还要说明做什么：{'、'.join(getattr(command, 'commands', {}))}", file=sys.stderr
            )
            return 2
        print(f"错误：{chinese.error(error.format_message())}", file=sys.stderr)
        return int(getattr(error, "exit_code", 2))
    return code if isinstance(code, int) else 0
