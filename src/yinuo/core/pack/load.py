"""Reads a pack's folder into its typed form; every fault is noted with file and line before the first is raised."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol, TypeVar

from yinuo.core.pack import form_records, list_records, records
from yinuo.core.pack.faults import PackError
from yinuo.core.pack.lines import Lines
from yinuo.core.pack.predicates import load_predicates
from yinuo.core.pack.table import Book, Table
from yinuo.core.pack.types import CalendarData, DayNotice, OfficeHours, Pack

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")
_KNOWN_FILES = {
    "pack.toml", "departments.toml", "schemes.toml", "negative_list.toml", "grades.toml", "measures.toml",
    "points.toml", "hall.toml", "pauses.toml", "reasons.toml", "benefits.toml", "acts.toml",
    "facts.toml", "form.toml", "classes.toml", "checks.toml",
}  # fmt: skip
_KNOWN_FOLDERS = ("sources", "parameters", "matters", "calendars", "cases", list_records.FOLDER)


@dataclass(frozen=True)
class Reading:
    """A pack as far as it could be read, and what reading it left to be checked."""

    pack: Pack
    book: Book
    predicate_lines: Mapping[str, int]


class _Record(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def where(self) -> str: ...


R = TypeVar("R", bound=_Record)
V = TypeVar("V")


def parse(text: str) -> tuple[dict[str, Any], Lines]:
    """A file's data, and on which line each part of it stands. Raises tomllib.TOMLDecodeError."""
    return tomllib.loads(text, parse_float=Decimal), Lines(text)


def load(path: Path) -> Pack:
    """The pack in a folder. Raises PackError at its first fault."""
    reading = read(path)
    if reading.book.faults:
        fault = reading.book.faults[0]
        raise PackError(str(path / fault.file), fault.line, fault.message)
    return reading.pack


def pack_files(path: Path) -> list[Path]:
    """The files a pack consists of, in the order of their names."""
    found = [p for p in path.rglob("*") if p.suffix in (".toml", ".py") and p.is_file() and p.name != "__init__.py"]
    return sorted(found, key=lambda p: p.relative_to(path).as_posix())


def pack_hash(path: Path) -> str:
    """SHA-256 over names and bytes of the pack's files."""
    digest = hashlib.sha256()
    for file in pack_files(path):
        for part in (file.relative_to(path).as_posix().encode(), file.read_bytes()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def read(path: Path) -> Reading:
    """Reads all files. Raises PackError only where there is no pack at all."""
    if not (path / "pack.toml").is_file():
        raise PackError(str(path / "pack.toml"), 1, "没有这个文件：这里不是规则包")
    book = Book()
    files = _Files(path, book)
    head = files.one("pack.toml")
    assert head is not None
    predicates, predicate_lines, module = load_predicates(path, book)
    reader = list_records.ListReader()
    lists = _once(book, "目录", files.records(list_records.FOLDER, "list", reader.legal_list))
    facts = list_records.with_lists(form_records.fact_table(files.one(form_records.FACTS_FILE)), reader.specs)
    pack = Pack(
        id=head.text("id"),
        title=head.text("title"),
        jurisdiction=head.text("jurisdiction"),
        version=head.text("version"),
        valid_from=head.day("valid_from"),
        owner=head.text("owner"),
        roles=records.roles(head),
        hash=pack_hash(path),
        path=str(path),
        sources=_by_id(book, "依据", [records.source(table) for table in files.folder("sources")]),
        parameters=_by_id(book, "参数", files.records("parameters", "parameter", records.parameter)),
        departments=_by_id(book, "部门", files.records("departments.toml", "department", records.department)),
        schemes=_once(book, "阶段方案", files.records("schemes.toml", "scheme", records.scheme)),
        matters=_by_id(book, "事项", files.records("matters", "matter", records.matter)),
        negative=_once(book, "负面清单", files.records("negative_list.toml", "row", records.negative_row)),
        scales=tuple(files.records("grades.toml", "scale", records.scale)),
        measures=_once(book, "措施", files.records("measures.toml", "measure", records.measure)),
        point_rules=_once(book, "加减分规则", files.records("points.toml", "rule", records.point_rule)),
        hall_rules=_once(book, "大厅评分规则", files.records("hall.toml", "rule", records.hall_rule)),
        pauses=_once(book, "暂停原因", files.records("pauses.toml", "pause", records.pause)),
        reasons=_by_id(book, "理由", files.records("reasons.toml", "reason", records.reason)),
        calendar=_calendar(files),
        predicates=predicates,
        cases=_once(book, "案例", files.records("cases", "case", records.case)),
        facts=facts,
        form=form_records.form(files.one(form_records.FORM_FILE), facts),
        benefits=_once(book, "惠企事项", files.records("benefits.toml", "benefit", records.benefit)),
        acts=_by_id(book, "扣分行为", files.records("acts.toml", "act", records.act)),
        lists=lists,
        lowest_classes=_once(book, "类别", files.records("classes.toml", "class", list_records.lowest_class)),
        checks=_once(book, "核对", files.records("checks.toml", "check", list_records.check)),
        module=module,
    )
    head.finish()
    files.finish()
    return Reading(pack, book, predicate_lines)


class _Files:
    """The pack's TOML files as tables; each is read once, and one nobody asks for is a fault."""

    def __init__(self, root: Path, book: Book) -> None:
        self._root = root
        self._book = book
        self._tables: dict[str, Table] = {}

    def one(self, name: str) -> Table | None:
        path = self._root / name
        if not path.is_file():
            return None
        try:
            data, lines = parse(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self._syntax(name, error)
            data, lines = {}, Lines("")
        table = Table(self._book, name, lines, (), data)
        if not data:
            self._book.broken.add(table.where)
        return table

    def _syntax(self, name: str, error: Exception) -> None:
        message = str(error)
        place = _AT_LINE.search(message)
        line = int(place.group(1)) if place and place.group(1) else len((self._root / name).read_bytes().splitlines())
        said = _AT_LINE.sub("", message)
        code = "duplicate-key" if re.match("Cannot (overwrite|declare|mutate)", said) else "syntax"
        self._book.fault(
            name,
            max(line, 1),
            code,
            f"{'同一个键或表写了两次' if code == 'duplicate-key' else '不是合格的 TOML'}：{said}",
        )

    def folder(self, name: str) -> list[Table]:
        names = sorted(p.relative_to(self._root).as_posix() for p in (self._root / name).glob("*.toml"))
        return [table for table in map(self.one, names) if table]

    def records(self, place: str, key: str, make: Callable[[Table], V]) -> list[V]:
        """The records `[[key]]` of a file, or of all files of a folder."""
        tables = [self.one(place)] if place.endswith(".toml") else self.folder(place)
        made: list[V] = []
        for table in filter(None, tables):
            for row in table.tables(key):
                made.append(make(row))
                row.finish()
            table.finish()
        return made

    def finish(self) -> None:
        for path in self._root.rglob("*.toml"):
            name = path.relative_to(self._root).as_posix()
            folder, _, rest = name.rpartition("/")
            if name not in _KNOWN_FILES and (folder not in _KNOWN_FOLDERS or not rest):
                self._book.fault(name, 1, "unknown-file", f"规则包里没有 {name} 的位置")


def _by_id(book: Book, kind: str, found: Iterable[R]) -> dict[str, R]:
    known: dict[str, R] = {}
    for record in found:
        if record.id in known:
            file, _, line = record.where.rpartition(":")
            book.fault(file, int(line), "duplicate-id", f"{kind} {record.id} 已在 {known[record.id].where} 写过")
        else:
            known[record.id] = record
    return known


def _once(book: Book, kind: str, found: list[R]) -> tuple[R, ...]:
    return tuple(_by_id(book, kind, found).values())


def _calendar(files: _Files) -> CalendarData:
    """All files of the folder: years by notice, office hours, statutory days beyond the notices."""
    days: dict[date, DayNotice] = {}
    statutory: dict[date, str] = {}
    published: set[int] = set()
    hours: list[OfficeHours] = []
    for table in files.folder("calendars"):
        if table.has("hours"):
            hours += [records.office_hours(row) for row in table.tables("hours")]
        elif table.has("year"):
            year, cites = table.integer("year"), table.cites()
            if table.flag("published"):
                published.add(year)
            for row in table.tables("day"):
                notice = records.day_notice(row, year, cites)
                if notice.on in days:
                    row.fault("on", "duplicate-id", f"{notice.on} 已经写过")
                days[notice.on] = notice
        else:
            for row in table.tables("day"):
                on, name = row.day("on"), row.text("name")
                row.finish()
                if on in statutory:
                    row.fault("on", "duplicate-id", f"{on} 已经写过")
                statutory[on] = name
            if table.has("cite"):
                table.cites()
        table.finish()
    return CalendarData(days, frozenset(published), statutory, tuple(hours))
