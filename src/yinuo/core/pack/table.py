"""Strict reading of one TOML table: every key is asked for once, with its type;
what is wrong is noted with its line.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import Any, cast, get_args

from yinuo.core.dated import Span
from yinuo.core.pack.faults import Fault
from yinuo.core.pack.lines import Lines, Path
from yinuo.core.pack.types import Provenance

_PROVENANCES: tuple[str, ...] = get_args(Provenance)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name used somewhere that must exist elsewhere: a citation, a predicate, a record."""

    name: str
    where: str


@dataclass
class Book:
    """What reading a pack leaves besides its records: faults, and mentions to be followed once all is read.

    `broken` holds the places of records with faults, so that nothing further is concluded from them.
    """

    faults: list[Fault] = field(default_factory=list)
    cites: list[Mention] = field(default_factory=list)
    predicates: list[Mention] = field(default_factory=list)
    unverified: list[Mention] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def fault(self, file: str, line: int, code: str, message: str) -> None:
        self.faults.append(Fault(file, line, code, message))


class Table:
    """One table of a file. Methods named after a type read one key of that type."""

    def __init__(
        self, book: Book, file: str, lines: Lines, path: Path, data: Mapping[str, Any], parent: Table | None = None
    ) -> None:
        self.book = book
        self.data = data
        self._file = file
        self._lines = lines
        self._path = path
        self._parent = parent
        self._asked: set[str] = set()

    @property
    def where(self) -> str:
        return f"{self._file}:{self._lines.of(self._path)}"

    def place(self, key: str) -> str:
        return f"{self._file}:{self._lines.of((*self._path, key))}"

    def fault(self, key: str, code: str, message: str) -> None:
        self.book.fault(self._file, self._lines.of((*self._path, key)), code, message)
        table: Table | None = self
        while table:
            self.book.broken.add(table.where)
            table = table._parent

    def has(self, key: str) -> bool:
        return key in self.data

    def skip(self, key: str) -> None:
        """A key that is known and not asked for now."""
        self._asked.add(key)

    def raw(self, key: str, *, code: str = "missing-key") -> Any:
        """The value as written; an absent key is a fault and reads as None."""
        self._asked.add(key)
        if key not in self.data:
            self.fault(key, code, f"缺少 {key}")
            return None
        return self.data[key]

    def _wrong(self, key: str, wanted: str) -> None:
        self.fault(key, "wrong-type", f"{key} 应为{wanted}，现为 {self.data[key]!r}")

    def text(self, key: str, *, code: str = "missing-key") -> str:
        value = self.raw(key, code=code)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._wrong(key, "文字")
            return ""
        if not value.strip():
            self.fault(key, code, f"{key} 不能为空")
        return value

    def text_or(self, key: str, default: str) -> str:
        """An optional text; it may be empty."""
        self._asked.add(key)
        value = self.data.get(key, default)
        if not isinstance(value, str):
            self._wrong(key, "文字")
            return default
        return value

    def choice(self, key: str, options: Iterable[str], *, code: str = "missing-key") -> Any:
        value = self.text(key, code=code)
        if value and value not in (known := list(options)):
            self.fault(key, "wrong-type", f"{key} 应为 {'、'.join(known)} 之一，现为 {value!r}")
        return value

    def integer(self, key: str, *, code: str = "missing-key") -> int:
        """A whole number ≥ 0."""
        value = self.raw(key, code=code)
        if value is None:
            return 0
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self._wrong(key, "不小于 0 的整数")
            return 0
        return value

    def integer_or(self, key: str, default: int | None) -> int | None:
        return self.integer(key) if key in self.data else default

    def decimal(self, key: str) -> Decimal:
        """An exact number: an integer, a decimal, or either as a text."""
        value = self.raw(key)
        number = exact(value)
        if number is None:
            if value is not None:
                self._wrong(key, "数字")
            return Decimal(0)
        return number

    def decimal_or(self, key: str) -> Decimal | None:
        return self.decimal(key) if key in self.data else None

    def flag(self, key: str) -> bool:
        value = self.raw(key)
        if value is not None and not isinstance(value, bool):
            self._wrong(key, " true 或 false")
        return value is True

    def flag_or(self, key: str, default: bool) -> bool:
        return self.flag(key) if key in self.data else default

    def day(self, key: str, *, code: str = "missing-key") -> date:
        value = self.raw(key, code=code)
        if value is None:
            return date.min
        if not isinstance(value, date) or isinstance(value, datetime):
            self._wrong(key, "日期")
            return date.min
        return value

    def day_or_none(self, key: str) -> date | None:
        return self.day(key) if key in self.data else None

    def span(self) -> Span:
        """`from` and `to`, half-open."""
        span = Span(self.day("from"), self.day_or_none("to"))
        if span.to_on is not None and span.to_on <= span.from_on:
            self.fault("to", "wrong-type", f"to（{span.to_on}）应晚于 from（{span.from_on}）")
        return span

    def texts(self, key: str) -> tuple[str, ...]:
        """An optional list of texts, each once."""
        self._asked.add(key)
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._wrong(key, "文字的列表")
            return ()
        for item in {item for item in value if value.count(item) > 1}:
            self.fault(key, "duplicate-key", f"{key} 重复列出 {item}")
        return tuple(value)

    def integers(self, key: str) -> tuple[int, ...]:
        """An optional list of whole numbers."""
        self._asked.add(key)
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(
            isinstance(item, int) and not isinstance(item, bool) for item in value
        ):
            self._wrong(key, "整数的列表")
            return ()
        return tuple(value)

    def cites(self, key: str = "cite") -> tuple[str, ...]:
        """The citations, at least one."""
        value = self.texts(key)
        if not value and (key not in self.data or self.data[key] == []):
            self.fault(key, "missing-citation", f"缺少依据 {key}")
        self.book.cites += [Mention(cite, self.place(key)) for cite in value]
        return value

    def predicate(self, key: str) -> str:
        name = self.text(key)
        if name:
            self.book.predicates.append(Mention(name, self.place(key)))
        return name

    def provenance(self, what: str) -> Provenance:
        value = self.choice("provenance", _PROVENANCES)
        if value == "unverified":
            self.book.unverified.append(Mention(what, self.where))
        return cast(Provenance, value)

    def mapping(self, key: str) -> Mapping[str, Any]:
        """A free table, read as it stands; absent = empty."""
        self._asked.add(key)
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            self._wrong(key, "表")
            return {}
        return value

    def table(self, key: str) -> Table:
        return Table(self.book, self._file, self._lines, (*self._path, key), self.mapping(key), self)

    def tables(self, key: str) -> list[Table]:
        self._asked.add(key)
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self._wrong(key, f"表的列表（写作 [[{key}]]）")
            return []
        return [
            Table(self.book, self._file, self._lines, (*self._path, key, n), item, self) for n, item in enumerate(value)
        ]

    def finish(self) -> None:
        """Notes every key nobody asked for."""
        for key in self.data:
            if key not in self._asked:
                near = difflib.get_close_matches(key, sorted(self._asked), n=1)
                self.fault(key, "unknown-key", f"不认识的键 {key}" + (f"，是否指 {near[0]}？" if near else ""))


def exact(value: Any) -> Decimal | None:
    """The number written, or None for anything that is no plain number."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        number = Decimal(value)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def times(value: Any) -> tuple[tuple[time, time], ...] | None:
    """Spans of a day written `[["08:30", "12:00"], …]`; None when they are not in order."""
    try:
        spans = tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in value)
    except (TypeError, ValueError):
        return None
    edges = [edge for span in spans for edge in span]
    return spans if spans and all(a < b for a, b in pairwise(edges)) else None
