"""What an uploaded file really is: told by its content, never by its name or by the browser."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass

NAME_BYTES = 160
OBJECT_STREAM_BYTES = 8_000_000  # inflated size up to which one object stream is read
OBJECT_STREAMS_BYTES = 64_000_000  # and all of them together
OBJECT_STREAMS = 20_000
HEADER_BYTES = 2_000  # how far a stream's dictionary may reach
ZIP_ENTRIES = 20_000


@dataclass(frozen=True)
class FileType:
    """A type we take, with the endings that say so."""

    label: str
    content_type: str
    endings: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "pdf": FileType("PDF文件", "application/pdf", (".pdf",)),
    "png": FileType("PNG图片", "image/png", (".png",)),
    "jpeg": FileType("JPEG图片", "image/jpeg", (".jpg", ".jpeg")),
    "docx": FileType("Word文档（docx）", f"{_OFFICE}.wordprocessingml.document", (".docx",)),
    "xlsx": FileType("Excel表格（xlsx）", f"{_OFFICE}.spreadsheetml.sheet", (".xlsx",)),
    "ofd": FileType("OFD版式文件", "application/ofd", (".ofd",)),
    "zip": FileType("ZIP压缩包", "application/zip", (".zip",)),
}
# A packed folder hides what is in it: it is taken only where the caller says so.
ACCEPTED = frozenset(TYPES) - {"zip"}


class UploadError(ValueError):
    """Why a file is not taken, in words for the person who sent it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class FileInfo:
    """An inspected file.

    `flags` name what its reader should be warned of: javascript, launch, embedded_file, encrypted, opaque.
    """

    name: str
    kind: str
    content_type: str
    size: int
    sha256: str
    flags: tuple[str, ...]


def inspect_upload(name: str, data: bytes, limit: int, *, accepted: frozenset[str] = ACCEPTED) -> FileInfo:
    """The file as it may be kept, or the reason why not.

    Units: `limit` in bytes.
    Raises: UploadError.
    """
    if not data:
        raise UploadError("文件是空的，请重新选择文件。")
    if len(data) > limit:
        raise UploadError(f"文件大小为{_megabytes(len(data))}，超过上限{_megabytes(limit)}，请压缩或者拆分后上传。")
    clean = safe_name(name)
    kind = _kind(data)
    allowed = "、".join(TYPES[key].label for key in TYPES if key in accepted)
    if kind is None or kind not in accepted:
        raise UploadError(f"不接受这种文件，可以上传：{allowed}。")
    ending = _ending(clean)
    if ending not in TYPES[kind].endings:
        claimed = next(
            (known.label for known in TYPES.values() if ending in known.endings),
            f"“{ending}”文件" if ending else "没有扩展名的文件",
        )
        raise UploadError(f"文件名表明是{claimed}，内容却是{TYPES[kind].label}，请检查后重新上传。")
    _check_whole(kind, data)
    flags = _pdf_flags(data) if kind == "pdf" else ()
    return FileInfo(clean, kind, TYPES[kind].content_type, len(data), hashlib.sha256(data).hexdigest(), flags)


def safe_name(name: str) -> str:
    """The last part of a name, without what a file system, a page or a reader's eye could be fooled by."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Categories C*: control, format (bidirectional overrides turn exe.fdp into pdf.exe), surrogate, private,
    # unassigned.
    kept = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C" and letter not in '<>:"|?*')
    kept = re.sub(r"\s+", " ", kept).strip().rstrip(" .")
    ending = _ending(kept)
    stem = kept[: len(kept) - len(ending)].strip(" .") or "未命名"
    room = NAME_BYTES - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + ending


def _ending(name: str) -> str:
    match = re.search(r"\.[A-Za-z0-9]{1,8}$", name)
    return match.group().lower() if match else ""


def _megabytes(size: int) -> str:
    tenths = -(-size * 10 // 1_048_576)
    return f"{tenths // 10}.{tenths % 10} MB" if size >= 104_858 else f"{-(-size // 1024)} KB"


def _kind(data: bytes) -> str | None:
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_zip(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise UploadError("旧版Office文件（doc、xls）不接受，请另存为docx、xlsx或者PDF后上传。")
    return None


def _kind_of_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as error:
        raise UploadError("文件已损坏，无法打开，请重新导出后上传。") from error
    names = {entry.filename for entry in entries}
    if len(entries) > ZIP_ENTRIES:
        raise UploadError("文件内的条目过多，请拆分后上传。")
    if any(entry.flag_bits & 1 for entry in entries):
        raise UploadError("文件设有密码，无法查验，请取消密码后上传。")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UploadError("文件带有宏，不接受，请另存为不带宏的格式后上传。")
    if "OFD.xml" in names:
        return "ofd"
    if "[Content_Types].xml" in names:
        if "word/document.xml" in names:
            return "docx"
        if "xl/workbook.xml" in names:
            return "xlsx"
    return "zip"


def _check_whole(kind: str, data: bytes) -> None:
    """The end of a file tells whether all of it arrived."""
    tail = data[-2048:]
    whole = {"pdf": b"%%EOF" in tail, "png": b"IEND\xaeB`\x82" in tail, "jpeg": b"\xff\xd9" in tail}.get(kind, True)
    if not whole:
        raise UploadError("文件不完整，可能在传输中断开，请重新上传。")


# ---- PDF: what it would do when opened ----
def _pdf_name(name: str) -> bytes:
    """A pattern for a PDF name, whose letters may each be written as #xx."""
    letters = "".join(
        f"(?:{re.escape(letter)}|#{''.join(f'[{digit}{digit.upper()}]' for digit in f'{ord(letter):02x}')})"
        for letter in name
    )
    return f"/{letters}(?![A-Za-z0-9#])".encode()


_FLAGS = {
    "javascript": re.compile(_pdf_name("JavaScript")),
    "launch": re.compile(_pdf_name("Launch")),
    "embedded_file": re.compile(_pdf_name("EmbeddedFile")),
    "encrypted": re.compile(_pdf_name("Encrypt")),
}
_OBJECT_STREAM = re.compile(_pdf_name("ObjStm"))
_STREAM = re.compile(rb"stream\r?\n")


def _pdf_flags(data: bytes) -> tuple[str, ...]:
    """Searched in the file and in its compressed object streams, where actions are hidden as a rule."""
    parts, flags = [data], set()
    budget = OBJECT_STREAMS_BYTES
    for count, found in enumerate(_OBJECT_STREAM.finditer(data)):
        if count == OBJECT_STREAMS:
            flags.add("opaque")
            break
        stream = _STREAM.search(data, found.end(), found.end() + HEADER_BYTES)
        if stream is None:
            continue
        start = data.rfind(b"obj", max(0, found.start() - HEADER_BYTES), found.start())
        limit = min(budget, OBJECT_STREAM_BYTES)
        plain = _inflated(data[max(start, 0) : stream.start()], data, stream.end(), limit)
        budget -= limit if plain is None else len(plain)
        if plain is None:
            flags.add("opaque")  # an unusual filter, a broken stream, or more of it than in any honest file
        else:
            parts.append(plain)
    flags |= {flag for flag, pattern in _FLAGS.items() if any(pattern.search(part) for part in parts)}
    return tuple(sorted(flags))


def _inflated(header: bytes, data: bytes, start: int, limit: int) -> bytes | None:
    if b"Filter" not in header:
        return data[start : data.find(b"endstream", start, start + limit)]
    if b"Predictor" in header or not re.search(rb"/Filter\s*\[?\s*/FlateDecode\s*[\]/>\s]", header):
        return None
    if limit <= 0:
        return None
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(memoryview(data)[start : start + limit], limit)
    except zlib.error:
        return None
    return plain if inflater.eof else None
