"""What every question to the rules shares: which pack, which day, what file, and how the answer leaves."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, NoReturn, ParamSpec, TypeVar

import typer

from yinuo.core.calendar import REACH, TZ
from yinuo.core.clock import ClockError
from yinuo.core.credit import EventError
from yinuo.core.dated import RuleError
from yinuo.core.decision import jsonable
from yinuo.core.facts import as_number
from yinuo.core.grades import ScoreError
from yinuo.core.pack.load import load
from yinuo.core.pack.types import Pack
from yinuo.deploy.packs import DEFAULT, VARIABLE, UnknownPack, directory

P = ParamSpec("P")
R = TypeVar("R")

PackName = Annotated[
    str,
    typer.Option(
        "--pack",
        metavar="规则包",
        envvar=VARIABLE,
        show_envvar=False,
        help="规则包的名称，或者其文件夹的路径；不写就是 YINUO_PACK 所指的",
    ),
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="日期", help="按哪一天的规定回答，如 2026-03-01；默认今天")
]
Json = Annotated[bool, typer.Option("--json", help="以 JSON 回答")]
InputFile = Annotated[str, typer.Argument(metavar="文件", help="JSON 文件；- 为标准输入")]
DEFAULT_PACK = DEFAULT


class WrongInput(Exception):
    """Input that cannot be answered; the command's entrance prints its one line and ends with 2."""

    exit_code = 2

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}：{message}" if field else message)

    def format_message(self) -> str:
        return " ".join(str(self).split())


def wrong(field: str, message: str) -> NoReturn:
    raise WrongInput(field, message)


def answering(command: Callable[P, R]) -> Callable[P, R]:
    """A fault of the input or of the rules asked becomes one line; anything else is ours and shows where."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (EventError, ScoreError, RuleError, ClockError) as error:
            raise WrongInput("", str(error)) from error

    return run


def the_pack(name: str) -> Pack:
    try:
        return load(directory(name))
    except UnknownPack as error:
        raise WrongInput("--pack", str(error)) from error


def today() -> date:
    return now().date()


def now() -> datetime:
    return datetime.now(TZ)


def the_day(text: str | None, field: str = "--as-of", otherwise: date | None = None) -> date:
    """The day written, or `otherwise` (today) where none is."""
    if text is None:
        return otherwise or today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong(field, f"应为日期，写作 2026-03-01，现为“{text}”")


def the_rules(name: str, as_of: str | None) -> tuple[Pack, date]:
    """The pack, and the day whose rules are asked for."""
    rules, day = the_pack(name), the_day(as_of)
    in_force(day, rules, "--as-of")
    return rules, day


def in_force(day: date, pack: Pack, field: str) -> None:
    """Refuses a day on which none of the pack's rules held yet."""
    if day < pack.valid_from:
        wrong(field, f"规则自 {pack.valid_from} 起施行，{day} 尚无规定")


def the_instant(text: str, field: str) -> datetime:
    """The instant written; without an offset it is +08:00."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        wrong(field, f"应为时刻，写作 2026-03-01T10:00，现为“{text}”")
    if at.year not in REACH:
        wrong(field, f"应在 {REACH[0]} 至 {REACH[-1]} 年之间，现为“{text}”")
    return at.replace(tzinfo=TZ) if at.tzinfo is None else at.astimezone(TZ)


def the_number(text: Any, field: str) -> Decimal:
    try:
        return as_number(text)
    except ValueError as error:
        raise WrongInput(field, str(error)) from error


def read_text(name: str) -> str:
    """The file as UTF-8, whatever the terminal's own encoding is; `-` is standard input."""
    try:
        if name != "-":
            return Path(name).read_text(encoding="utf-8-sig")
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise WrongInput(name, "没有这个文件") from error
    except OSError as error:
        raise WrongInput(name, "读不了这个文件") from error
    except UnicodeDecodeError as error:
        raise WrongInput("标准输入" if name == "-" else name, "不是 UTF-8 文字") from error


def read_json(name: str) -> dict[str, Any]:
    """The one object in the file, decimals exact."""
    text = read_text(name)
    name = "标准输入" if name == "-" else name
    try:
        data = json.loads(
            text,
            parse_float=Decimal,
            parse_constant=lambda word: wrong(name, f"不接受 {word}"),
            object_pairs_hook=_no_twins,
        )
    except json.JSONDecodeError as error:
        raise WrongInput(name, f"第 {error.lineno} 行第 {error.colno} 列不是 JSON") from error
    except RecursionError as error:
        raise WrongInput(name, "嵌套过深") from error
    if not isinstance(data, dict):
        wrong(name, "应为一个 JSON 对象")
    return data


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key written twice would silently win over its twin."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [key for key, _ in pairs]
        wrong(next(key for key in names if names.count(key) > 1), "写了两次")
    return found


def emit(data: Mapping[str, Any], as_json: bool, lines: Callable[[], Iterable[str]]) -> None:
    """The answer: one JSON object with sorted keys,
    in UTF-8 whatever the terminal's encoding is; or lines for people.
    """
    if as_json:
        if isinstance(sys.stdout, TextIOWrapper):
            # What is no character in UTF-8 leaves as \udcff, which is how JSON writes it.
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        typer.echo(json.dumps(jsonable(data), ensure_ascii=False, sort_keys=True, indent=2))
        return
    for line in lines():
        typer.echo(line)


def basis(cites: Iterable[str], pack: Pack) -> str:
    """The articles as people write them, in brackets."""
    texts = "；".join(pack.cite_texts(tuple(cites)))
    return f"（{texts}）" if texts else ""
