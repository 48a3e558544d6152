"""The two-dimensional code of a project: its code and the unit's credit code as one address."""

from __future__ import annotations

import io
from urllib.parse import quote

import segno


def verification_url(base_url: str, project_code: str, credit_code: str) -> str:
    """The live page of a certificate.

    Source: 附件2·第十三条（项目代码、统一社会信用代码合成一个二维码）
    """
    return f"{base_url.rstrip('/')}/verify/{quote(project_code, safe='-')}/{quote(credit_code, safe='')}/"


def qr_svg(payload: str, *, dark: str = "#101820") -> str:
    """A code without its quiet zone (the page around it gives one), error correction M or better; L where no code of M
    holds so much.
    """
    try:
        code = segno.make(payload, error="m", micro=False)
    except segno.DataOverflowError:
        code = segno.make(payload, error="l", micro=False)
    return code.svg_inline(border=0, dark=dark, omitsize=True)


def qr_png(payload: str, *, scale: int = 8) -> bytes:
    """A code with its quiet zone of four modules, for pages and messages."""
    out = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(out, kind="png", scale=scale, border=4)
    return out.getvalue()
