"""Public credit evaluations as tables: Excel or CSV in, rows of text out; what is no such table is refused whole, a bad
row is not.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from yinuo.engine.base import Refused

COLUMNS = {
    "统一社会信用代码": "credit_code",
    "企业名称": "name",
    "评价分值": "score",
    "评价等级": "grade",
    "评价日期": "on",
    "评价机构": "source",
}
NEEDED = ("统一社会信用代码", "评价分值", "评价日期")
ROWS_MOST = 2000
CELL_MOST = 200
# A workbook unpacks to many times its size; a table of 2000 rows stays far below this.
UNPACKED_MOST = 40 * 1024 * 1024


def rows_of(name: str, content: bytes) -> list[dict[str, str]]:
    """The table's rows by the names of COLUMNS, cells as text. Raises Refused for what is no such table."""
    lines = _workbook(content) if content[:2] == b"PK" or name.lower().endswith((".xlsx", ".xls")) else _csv(content)
    head = [cell.strip() for cell in next(lines, [])]
    if missing := [column for column in NEEDED if column not in head]:
        raise _no_table(f"表头缺少“{'”“'.join(missing)}”", "第一行须是表头，请用本页的样表")
    if strange := [column for column in head if column and column not in COLUMNS]:
        raise _no_table(f"表头里有不认得的列：{'、'.join(strange[:5])}", f"可用的列：{'、'.join(COLUMNS)}")
    if len(set(filter(None, head))) != len(list(filter(None, head))):
        raise _no_table("表头里有重复的列", "请删去重复的一列")
    rows = [_row(head, line) for line in lines if any(cell.strip() for cell in line)]
    if not rows:
        raise _no_table("表格里没有数据", "请在表头下面逐行填写")
    if len(rows) > ROWS_MOST:
        raise _no_table(f"一次最多导入 {ROWS_MOST} 行，这份有 {len(rows)} 行", "请分成几份")
    return rows


def _no_table(message: str, remedy: str) -> Refused:
    return Refused("credit.table", message, field="file", remedy=remedy)


def _row(head: Sequence[str], line: Sequence[str]) -> dict[str, str]:
    return {COLUMNS[column]: cell.strip()[:CELL_MOST] for column, cell in zip(head, line, strict=False) if column}


def _csv(content: bytes) -> Iterator[list[str]]:
    text = ""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    if not text or "\x00" in text:
        raise _no_table("读不出这个文件", "请另存为 Excel 工作簿（.xlsx）或者 UTF-8 的 CSV")
    try:
        return iter(list(csv.reader(io.StringIO(text))))
    except csv.Error:
        raise _no_table("这个文件不是 CSV 表格，或者有一格太长", "请用本页的样表重新填写") from None


def _workbook(content: bytes) -> Iterator[list[str]]:
    """The first sheet; values as they were last computed, never a formula."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED_MOST:
                raise _no_table("这个工作簿太大", "请只留下要导入的一张表")
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
        found: Iterable[Sequence[Any]] = sheet.iter_rows(values_only=True, max_row=ROWS_MOST + 2)
        return iter([[_text(cell) for cell in line] for line in found])
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError, SyntaxError):
        raise _no_table("读不出这个工作簿", "请另存为 Excel 工作簿（.xlsx），旧的 .xls 不能导入") from None


def _text(cell: Any) -> str:
    """A cell as people write it: a day without its midnight, a whole number without its decimals."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)
