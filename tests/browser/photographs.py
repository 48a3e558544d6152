"""A printed code as somebody photographs it: on a page, at a slant, turned, a little out of focus, half in shade, in
JPEG.
"""

from __future__ import annotations

import io

import segno
from PIL import Image, ImageFilter

DPI, MILLIMETRES, PAGE = 300, 118, (210, 297)
TABLE = 110


def photograph(
    text: str, *, width: int = 2400, slant: float = 0.15, turn: float = 5.0, blur: float = 1.0, shade: float = 0.4
) -> bytes:
    """The back of a certificate, `width` pixels wide; `slant`: how much smaller its far corner is, `turn` in degrees,
    `blur` in pixels.
    """
    paper = _printed(text)
    height = round(width * paper.height / paper.width)
    near = paper.width / width
    leaning = (
        near * (1 + slant / 2),
        near * slant / 4,
        0,
        near * slant / 8,
        near * (1 + slant / 2),
        0,
        slant / width,
        slant / height / 2,
    )
    seen = paper.transform(
        (width, height), Image.Transform.PERSPECTIVE, leaning, Image.Resampling.BICUBIC, fillcolor=TABLE
    )
    seen = seen.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=TABLE).filter(
        ImageFilter.GaussianBlur(blur)
    )
    dark = seen.point(lambda value: round(value * (1 - shade)))
    seen = Image.composite(seen, dark, Image.linear_gradient("L").resize(seen.size))
    seen = Image.blend(seen, Image.effect_noise(seen.size, 24), 0.06)
    taken = io.BytesIO()
    seen.convert("RGB").save(taken, "JPEG", quality=80)
    return taken.getvalue()


def _printed(text: str) -> Image.Image:
    drawn = io.BytesIO()
    segno.make(text, error="m", boost_error=False).save(drawn, kind="png", scale=8, border=4)
    side = round(MILLIMETRES / 25.4 * DPI)
    paper = Image.new("L", (round(PAGE[0] / 25.4 * DPI), round(PAGE[1] / 25.4 * DPI)), 248)
    code = Image.open(drawn).convert("L").resize((side, side), Image.Resampling.LANCZOS)
    paper.paste(code, ((paper.width - side) // 2, paper.height // 5))
    return paper
