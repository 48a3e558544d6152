"""A page of PDF for every material the demonstration's companies hand in:
small, whole, and saying that it is a sample.
"""

from __future__ import annotations

from datetime import datetime

from yinuo.core.calendar import TZ

A4 = "0 0 595 842"


def material_pdf(title: str, project: str, unit: str, at: datetime) -> bytes:
    """One page with the material's name.

    The font is the reader's own (Adobe-GB1), so the file stays under two kilobytes.
    """
    lines = [
        (20, title),
        (12, project),
        (12, unit),
        (12, f"{at.astimezone(TZ):%Y-%m-%d}"),
        (12, "演示材料，不具法律效力"),
    ]
    drawn, height = [], 720
    for size, text in lines:
        drawn.append(f"BT /F1 {size} Tf 72 {height} Td <{text.encode('utf-16-be').hex().upper()}> Tj ET")
        height -= size * 2
    return _assembled(
        [
            "<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{A4}] /Resources << /Font << /F1 4 0 R >> >> /Contents 6 0 R >>",
            (
                "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [5 "
                "0 R] >>"
            ),
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000"
            " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 7 0 R >>",
            _stream("\n".join(drawn)),
            "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
            " /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        ]
    )


def _stream(text: str) -> str:
    return f"<< /Length {len(text)} >>\nstream\n{text}\nendstream"


def _assembled(objects: list[str]) -> bytes:
    """Objects with their table of offsets."""
    body, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("ascii")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R "
        f">>\nstartxref\n{len(body)}\n%%EOF\n"
    )
    return body + end.encode("ascii")
