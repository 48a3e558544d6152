"""Lists as files: Excel written row by row, and CSV sent as it is made.

What somebody typed is text there and never a formula.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import IO, Any, Literal

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from yinuo.core.calendar import TZ

ENDINGS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
CHUNK = 500
# What a spreadsheet would take for the beginning of a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
FORMATS = {"date": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm", "number": "General", "text": "General"}


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a list: its heading, how wide it is in characters, and what stands in it."""

    label: str
    width: int = 12
    kind: Literal["text", "number", "date", "moment"] = "text"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as the actor may see it, in the order of its page; `lines` turns a chunk of rows into cells with a steady
    number of queries.
    """

    title: str
    fields: Sequence[Field]
    found: QuerySet[Any] | Sequence[Any]
    lines: Callable[[Sequence[Any]], Iterable[Sequence[object]]]

    def chunks(self) -> Iterator[list[Sequence[object]]]:
        rows = iter(self.found.iterator(chunk_size=CHUNK) if isinstance(self.found, QuerySet) else self.found)
        while chunk := list(islice(rows, CHUNK)):
            yield list(self.lines(chunk))


def plain(value: object, kind: str) -> object:
    """A cell's value: instants in the county's time without a zone (Excel knows none), numbers as numbers, all else as
    text.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        local = value.astimezone(TZ).replace(tzinfo=None, microsecond=0)
        return local.date() if kind == "date" else local
    if isinstance(value, (date, int, Decimal)) and not isinstance(value, bool):
        return value
    return ILLEGAL_CHARACTERS_RE.sub("", str(value))


def write_xlsx(listing: Listing, told: Callable[[int], object] = lambda rows: None) -> IO[bytes]:
    """A workbook in a file of its own, ready to be read; `told` hears how many rows there are so far."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(listing.title[:31])
    sheet.freeze_panes = "A2"
    for number, field in enumerate(listing.fields, 1):
        sheet.column_dimensions[get_column_letter(number)].width = field.width
    heads = [WriteOnlyCell(sheet, value=field.label) for field in listing.fields]
    for head in heads:
        head.font, head.alignment = Font(bold=True), Alignment(vertical="center")
    sheet.append(heads)
    rows = 0
    for chunk in listing.chunks():
        for line in chunk:
            sheet.append([_cell(sheet, value, field) for value, field in zip(line, listing.fields, strict=True)])
        rows += len(chunk)
        told(rows)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(listing.fields))}{rows + 1}"
    # It is the answer's to close: Django closes what a FileResponse sends.
    kept = tempfile.TemporaryFile()  # noqa: SIM115
    book.save(kept)
    kept.seek(0)
    return kept


def _cell(sheet: Any, value: object, field: Field) -> Cell:
    known = plain(value, field.kind)
    # It takes every kind that `plain` gives.
    cell = WriteOnlyCell(sheet, value=known)  # type: ignore[arg-type]
    if isinstance(known, str):
        cell.data_type = "s"
        # Stays text also when somebody edits the cell or saves the sheet in another format.
        cell.quotePrefix = known.startswith(FORMULA)
    elif known is not None:
        cell.number_format = FORMATS[field.kind]
    return cell


class _Echo:
    """A file for csv.writer that hands every line back."""

    def write(self, line: str) -> str:
        return line


def write_csv(listing: Listing, told: Callable[[int], object] = lambda rows: None) -> Iterator[bytes]:
    """The list line by line, with the mark by which Excel knows UTF-8."""
    writer = csv.writer(_Echo())
    yield b"\xef\xbb\xbf" + writer.writerow([field.label for field in listing.fields]).encode()
    rows = 0
    for chunk in listing.chunks():
        lines = [[_text(value, field) for value, field in zip(line, listing.fields, strict=True)] for line in chunk]
        yield "".join(writer.writerow(line) for line in lines).encode()
        rows += len(chunk)
        told(rows)


def _text(value: object, field: Field) -> str:
    known = plain(value, field.kind)
    if isinstance(known, datetime):
        return f"{known:%Y-%m-%d %H:%M}"
    if isinstance(known, str):
        return f"'{known}" if known.startswith(FORMULA) else known
    return "" if known is None else str(known)
