"""Reads the printed code out of a picture or a scanned page, where the packages for it are there (`yinuo[scan]`)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from yinuo.chain.printed import PREFIX

PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
# A page of a scan, in dots per inch: the printed code's modules are 0.8 mm wide.
DPI = 200
PAGES = 20


class CannotScan(Exception):
    """No code was read; the message says why and what else can be done."""


def is_picture(data: bytes) -> bool:
    return data.startswith(PICTURES)


def code_in(data: bytes) -> str:
    """The text of the first printed code in a PNG or JPEG picture, or on the pages of a PDF. Raises CannotScan."""
    try:
        import zxingcpp
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise CannotScan(
            "这里没有识别二维码的程序：请安装 yinuo[scan]，或者用手机扫码，把得到的文字存成文件再核对"
        ) from None
    try:
        for page in _pages(data) if data.startswith(b"%PDF-") else [Image.open(io.BytesIO(data)).convert("L")]:
            for found in zxingcpp.read_barcodes(page):
                if found.text.startswith(PREFIX):
                    return str(found.text)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError):
        raise CannotScan("图片打不开，请重新拍照或者扫描") from None
    raise CannotScan("没有找到离线核验码：请把码拍正、拍满、拍清楚，或者用手机扫码，把得到的文字存成文件再核对")


def _pages(data: bytes) -> Iterator[Any]:
    """The first pages of a PDF, drawn in grey. Raises CannotScan."""
    import pypdfium2

    try:
        pages = pypdfium2.PdfDocument(data)
        for number in range(min(len(pages), PAGES)):
            yield pages[number].render(scale=DPI / 72, grayscale=True).to_pil()
    except pypdfium2.PdfiumError:
        raise CannotScan("PDF 打不开，请重新扫描") from None
