"""`yinuo calendar`: which days count, by which notice; and taking in a notice that was published since."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from yinuo.core.calendar import DayInfo, WorkCalendar
from yinuo.core.pack.types import DayNotice, Pack
from yinuo.core.schema import shown
from yinuo.deploy import embedded, envfile, paths
from yinuo.deploy.binaries import DatabaseError
from yinuo.deploy.cli.asking import (
    DEFAULT_PACK,
    Json,
    PackName,
    WrongInput,
    answering,
    basis,
    emit,
    now,
    read_json,
    read_text,
    the_pack,
    wrong,
)

app = typer.Typer(help="工作日历：查看、导入", no_args_is_help=True, rich_markup_mode=None)
PLAUSIBLE_YEARS = range(2000, 2101)


@app.command("show")
@answering
def show(
    year: Annotated[int, typer.Argument(metavar="年份", help="如 2026")],
    pack: PackName = DEFAULT_PACK, as_json: Json = False,
) -> None:  # fmt: skip
    """一年里哪些天是工作日、依据什么、是否暂定；有运行的系统时连同已导入的通知。"""
    if year not in PLAUSIBLE_YEARS:
        wrong("年份", f"应在 {PLAUSIBLE_YEARS.start} 至 {PLAUSIBLE_YEARS.stop - 1} 之间：{year}")
    rules = the_pack(pack)
    calendar = _calendar(rules)
    first = date(year, 1, 1)
    days = [calendar.day(first + timedelta(days=n)) for n in range((date(year + 1, 1, 1) - first).days)]
    data = {
        "year": year,
        "provisional": any(day.provisional for day in days),
        "working_days": sum(day.working for day in days),
        "days": [_day_json(day) for day in days],
    }
    emit(data, as_json, lambda: _year_text(days, rules))


def _day_json(day: DayInfo) -> dict[str, Any]:
    return {
        "on": day.on,
        "working": day.working,
        "provisional": day.provisional,
        "name": day.name,
        "cites": list(day.cites),
    }


def _year_text(days: Sequence[DayInfo], pack: Pack) -> Iterator[str]:
    hint = "（暂定：放假通知尚未公布，只按周末和已知的法定节假日）" if any(day.provisional for day in days) else ""
    yield f"{days[0].on.year} 年共 {sum(day.working for day in days)} 个工作日{hint}"
    for month in range(1, 13):
        count = sum(day.working for day in days if day.on.month == month)
        yield f"  {month:>2} 月 {count} 个工作日"
    for day in days:
        weekend = day.on.weekday() >= 5
        if day.working == weekend or (day.name and not weekend):
            known = [cite for cite in day.cites if cite.partition("#")[0] in pack.sources]
            other = [cite for cite in day.cites if cite not in known]
            source = basis(known, pack) or (f"（{'；'.join(other)}）" if other else "")
            yield (
                f"{day.on}  {'上班' if day.working else '放假'}  "
                f"{day.name}{source}{'（暂定）' if day.provisional else ''}"
            )


@app.command("import")
@answering
def import_notice(
    file: Annotated[
        str, typer.Argument(metavar="文件", help="公布的放假通知：TOML 或 JSON，写法同规则包的 calendars/")
    ],
    pack: PackName = DEFAULT_PACK,
    as_json: Json = False,
) -> None:
    """导入公布的放假通知；没有运行的系统时只说明会改变哪些天。"""
    rules = the_pack(pack)
    source, days, whole = parse_notice(_read_notice(file))
    calendar = _calendar(rules)
    changes = [
        day
        for day in days
        if (whole and calendar.day(day.on).provisional) or calendar.is_working(day.on) != day.working
    ]
    stored = _store(days, source, whole) if has_instance() else None
    data = {
        "source": source,
        "days": len(days),
        "changes": [{"on": day.on, "working": day.working, "name": day.name} for day in changes],
        "stored": stored is not None,
        "clocks": 0 if stored is None else stored["clocks"],
    }
    emit(data, as_json, lambda: [
        f"{source}：{len(days)} 天，改变 {len(changes)} 天",
        *(f"{day.on}  {'上班' if day.working else '放假'}  {day.name}" for day in changes),
        "没有运行的系统：只作查看，没有存入" if stored is None else f"已存入；重新计算了 {stored['clocks']} 个期限",
    ])  # fmt: skip


def _read_notice(file: str) -> dict[str, Any]:
    if not file.endswith(".toml"):
        return read_json(file)
    try:
        return tomllib.loads(read_text(file))
    except tomllib.TOMLDecodeError as error:
        raise WrongInput(file, f"不是 TOML：{error}") from error


def parse_notice(data: Mapping[str, Any]) -> tuple[str, list[DayNotice], bool]:
    """The notice's source, its days, and whether it settles its year as a whole.

    **Shape**: `year`, `source` or `cite`, `day` = list of `{on, working, name}`, `whole_year` (false for a single local
    holiday). Raises WrongInput.
    """
    for key in data.keys() - {"year", "source", "cite", "day", "published", "whole_year"}:
        wrong(key, "没有这一项")
    year = data.get("year")
    if isinstance(year, bool) or not isinstance(year, int) or year not in PLAUSIBLE_YEARS:
        wrong("year", f"应为年份：{shown(year)}")
    if data.get("published", True) is not True:
        wrong("published", "只导入已经公布的通知")
    cites = data["cite"] if "cite" in data else [data.get("source")]
    if not isinstance(cites, list) or not cites or not all(isinstance(cite, str) and cite.strip() for cite in cites):
        wrong("source", "应写明通知的文号或者名称")
    rows = data.get("day")
    if not isinstance(rows, list) or not rows:
        wrong("day", "应列出与周一至周五不同的日子")
    days = [_notice_day(row, place, year, tuple(cites)) for place, row in enumerate(rows)]
    twice = [day.on for place, day in enumerate(days) if day.on in {other.on for other in days[:place]}]
    if twice:
        wrong("day", f"{twice[0]} 写了两次")
    whole = data.get("whole_year", True)
    if not isinstance(whole, bool):
        wrong("whole_year", "应为 true（全年安排）或 false（个别日子）")
    return "；".join(cites), sorted(days, key=lambda day: day.on), whole


def _notice_day(row: Any, place: int, year: int, cites: tuple[str, ...]) -> DayNotice:
    field = f"day[{place}]"
    if not isinstance(row, dict):
        wrong(field, "应写明 on、working、name")
    for key in row.keys() - {"on", "working", "name"}:
        wrong(f"{field}.{key}", "没有这一项")
    try:
        on = date.fromisoformat(str(row.get("on")))
    except ValueError:
        wrong(f"{field}.on", f"应为日期，写作 2027-01-01：{shown(row.get('on'))}")
    if on.year != year:
        wrong(f"{field}.on", f"{on} 不在 {year} 年")
    if not isinstance(row.get("working"), bool):
        wrong(f"{field}.working", "应为 true（上班）或 false（放假）")
    if not isinstance(row.get("name"), str) or not row["name"].strip():
        wrong(f"{field}.name", "应写明节日名称")
    return DayNotice(on, row["working"], row["name"].strip(), cites)


# -- the instance, where there is one


def has_instance() -> bool:
    envfile.load(paths.default_home())
    return (
        bool(os.environ.get("YINUO_DATABASE_URL"))
        or (embedded.Server(paths.default_home()).data / "PG_VERSION").exists()
    )


@contextmanager
def _instance() -> Iterator[None]:
    """The instance's database with Django ready."""
    from yinuo.deploy.instance import running

    with running():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.config.settings")
        import django

        django.setup()
        yield


def _calendar(pack: Pack) -> WorkCalendar:
    """The pack's calendar, with what the instance imported over it; without its database the pack's alone, said on
    stderr.
    """
    if not has_instance():
        return WorkCalendar.from_data(pack.calendar)
    from django.db import Error

    try:
        with _instance():
            from yinuo.engine.work.models import CalendarNotice

            rows = list(
                CalendarNotice.objects.order_by("id").values_list("on", "working", "name", "source", "settles_year")
            )
    except (Error, DatabaseError) as error:
        print(f"提示：系统的数据库用不了，只按规则包回答（{' '.join(str(error).split())}）", file=sys.stderr)
        rows = []
    extra = {on: DayNotice(on, working, name, (source,)) for on, working, name, source, _ in rows}
    return WorkCalendar.from_data(pack.calendar, extra, published={row[0].year for row in rows if row[4]})


def _store(days: Sequence[DayNotice], source: str, whole: bool) -> dict[str, Any]:
    from django.db import Error

    try:
        with _instance():
            from yinuo.engine.base import Actor
            from yinuo.engine.work.actions import import_calendar

            return import_calendar(actor=Actor.system(), days=days, source=source, at=now(), settles_year=whole)
    except (Error, DatabaseError) as error:
        raise WrongInput("", f"系统的数据库用不了，没有存入：{error}") from error
