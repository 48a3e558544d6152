import hashlib
import io
import time
import zipfile
import zlib

import pytest

from tests.apps.documents.samples import GRANT, ON
from yinuo.engine.documents.files import NAME_BYTES, TYPES, UploadError, inspect_upload, safe_name
from yinuo.engine.documents.qr import qr_png
from yinuo.engine.documents.render import render_pdf

LIMIT = 10_000_000
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 50 + b"\xff\xd9"


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def pdf(body: bytes) -> bytes:
    return b"%PDF-1.7\n" + body + b"\n%%EOF\n"


def object_stream(content: bytes, header: bytes = b"<</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode>>") -> bytes:
    return b"5 0 obj\n" + header + b"\nstream\r\n" + zlib.compress(content) + b"\nendstream\nendobj"


GOOD = {
    "pdf": render_pdf("decision", GRANT, ON),
    "png": qr_png("x"),
    "jpeg": JPEG,
    "docx": packed("[Content_Types].xml", "word/document.xml"),
    "xlsx": packed("[Content_Types].xml", "xl/workbook.xml"),
    "ofd": packed("OFD.xml", "Doc_0/Document.xml"),
    "zip": packed("图纸/总平面图.dwg"),
}


def refusal(name: str, data: bytes, limit: int = LIMIT) -> str:
    with pytest.raises(UploadError) as caught:
        inspect_upload(name, data, limit)
    return caught.value.reason


@pytest.mark.parametrize("kind", TYPES)
def test_each_type_is_told_by_its_content(kind: str) -> None:
    info = inspect_upload(f"材料{TYPES[kind].endings[-1].upper()}", GOOD[kind], LIMIT, accepted=frozenset(TYPES))
    assert (info.kind, info.content_type, info.flags) == (kind, TYPES[kind].content_type, ())
    assert (info.size, info.sha256) == (len(GOOD[kind]), hashlib.sha256(GOOD[kind]).hexdigest())


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("claimed", TYPES)
def test_a_name_that_says_otherwise_is_refused(kind: str, claimed: str) -> None:
    name = f"材料{TYPES[claimed].endings[0]}"
    if kind == claimed:
        assert inspect_upload(name, GOOD[kind], LIMIT, accepted=frozenset(TYPES)).name == name
        return
    with pytest.raises(UploadError, match="内容却是") as caught:
        inspect_upload(name, GOOD[kind], LIMIT, accepted=frozenset(TYPES))
    assert TYPES[claimed].label in caught.value.reason
    assert TYPES[kind].label in caught.value.reason


def test_a_packed_folder_is_taken_only_where_it_is_allowed() -> None:
    assert "不接受" in refusal("图纸.zip", GOOD["zip"])


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\0" + b"\0" * 99,
        b"<script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a",
        b"plain",
    ],
)
def test_anything_else_is_refused_whatever_its_name(data: bytes) -> None:
    assert "不接受" in refusal("材料.pdf", data)


def test_the_limit_is_the_last_size_that_passes() -> None:
    data = GOOD["png"]
    assert inspect_upload("a.png", data, len(data)).size == len(data)
    assert "超过上限" in refusal("a.png", data, len(data) - 1)


def test_an_empty_file_is_refused() -> None:
    assert "空" in refusal("a.pdf", b"")


@pytest.mark.parametrize(("name", "kind"), [("a.pdf", "pdf"), ("a.png", "png"), ("a.jpg", "jpeg"), ("a.docx", "docx")])
def test_a_file_that_broke_off_is_refused(name: str, kind: str) -> None:
    data = GOOD[kind]
    assert refusal(name, data[: len(data) // 2])


def test_old_office_files_locked_and_macro_files_are_refused_with_what_to_do() -> None:
    assert "另存为" in refusal("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
    assert "宏" in refusal("a.docx", packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"))
    locked = bytearray(GOOD["docx"])
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert "密码" in refusal("a.docx", bytes(locked))


@pytest.mark.parametrize(
    ("body", "flags"),
    [
        (b"1 0 obj\n<</OpenAction <</S /JavaScript /JS (app.alert(1))>>>>\nendobj", ("javascript",)),
        (b"1 0 obj\n<</S/J#61va#53cript>>\nendobj", ("javascript",)),
        (b"1 0 obj\n<</S /Launch /F (cmd.exe)>>\nendobj", ("launch",)),
        (b"1 0 obj\n<</Type /EmbeddedFile>>\nendobj", ("embedded_file",)),
        (b"trailer <</Encrypt 3 0 R>>", ("encrypted",)),
        (object_stream(b"1 0 <</S /JavaScript>>"), ("javascript",)),
        (object_stream(b"1 0 <</S /La#75nch>>", b"<</Filter[/FlateDecode]/Type/Obj#53tm>>"), ("launch",)),
        (
            object_stream(b"1 0 <</S /JavaScript>>", b"<</Type/ObjStm/Filter[/ASCIIHexDecode/FlateDecode]>>"),
            ("opaque",),
        ),
        (object_stream(b"1 0 <</Pages 2 0 R>>"), ()),
        (b"1 0 obj\n<</Names 2 0 R /LaunchDate (x) /EmbeddedFiles 3 0 R>>\nendobj", ()),
    ],
)
def test_a_pdf_that_would_do_something_is_flagged(body: bytes, flags: tuple[str, ...]) -> None:
    assert inspect_upload("a.pdf", pdf(body), LIMIT).flags == flags


def test_a_pdf_made_to_tire_the_reader_is_flagged_in_time() -> None:
    bomb = object_stream(b"\0" * 20_000_000)
    started = time.monotonic()
    assert "opaque" in inspect_upload("a.pdf", pdf(bomb * 40), LIMIT).flags
    assert "opaque" in inspect_upload("a.pdf", pdf(b"obj /ObjStm " * 500_000), LIMIT).flags
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("环评报告.pdf", "环评报告.pdf"),
        ("../../etc/passwd.PDF", "passwd.pdf"),
        ("C:\\用户\\桌面\\合同 .pdf", "合同.pdf"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("发票\u202efdp.exe.pdf", "发票fdp.exe.pdf"),
        ('<a href="x">?*|:.pdf', "a href=x.pdf"),
        ("  多  个   空格 .pdf", "多 个 空格.pdf"),
        (".pdf", "未命名.pdf"),
        ("..", "未命名"),
        ("e\u0301.pdf", "é.pdf"),
    ],
)
def test_a_name_keeps_only_what_is_a_name(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_long_name_is_cut_at_a_letter_and_keeps_its_ending() -> None:
    name = safe_name("积" * 300 + ".docx")
    assert name.endswith("积.docx")
    assert NAME_BYTES - 3 < len(name.encode()) <= NAME_BYTES
