"""Documents from templates: the same data on the same date give the same bytes."""

from __future__ import annotations

import importlib.util
import json
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from yinuo.apps.documents.qr import qr_svg
from yinuo.apps.documents.shapes import SHAPES

TEMPLATES = Path(__file__).parent / "templates"
ATTACHED = "proof"
FONT_WHEELS = ("manimgx_fonts_cjk", "pylopdf_fonts_zh_cn")  # Noto Sans CJK SC · Noto Serif SC
# PDF/A-3 keeps a record readable and lets a proof be attached to it; UA-1 makes it readable aloud.
PDF_STANDARDS: list[Any] = ["a-3a", "ua-1"]

# One compiler per process, kept warm; it is not re-entrant ("Already borrowed"), and a page takes a few milliseconds.
_lock = threading.Lock()


class RenderError(ValueError):
    """The data do not fit the template."""


def render_pdf(
    template: str, data: Mapping[str, Any], on: datetime, *, seal: str | None = None, printed: Mapping[str, Any] | None = None
) -> bytes:
    """The document as PDF/A-3, dated `on`. `seal`: the words on the seal of a paper about to be signed; None draws none.

    `printed`: the offline code of a certificate's back and what is told of it; None leaves the back away.
    """
    pdf = _compile(template, data, on, seal, printed, format="pdf", pdf_standards=PDF_STANDARDS)
    assert isinstance(pdf, bytes)
    return pdf


def render_png(template: str, data: Mapping[str, Any], on: datetime, *, ppi: int = 144, seal: str | None = None) -> list[bytes]:
    """The document's pages as pictures."""
    pages = _compile(template, data, on, seal, None, format="png", ppi=ppi)
    return pages if isinstance(pages, list) else [pages]


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_folder(name) for name in FONT_WHEELS])
    return typst.Compiler(root=TEMPLATES, font_paths=fonts, ignore_system_fonts=True)


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RenderError(f"未安装字体包 {package}")
    return Path(spec.submodule_search_locations[0])


def _compile(
    template: str, data: Mapping[str, Any], on: datetime, seal: str | None, printed: Mapping[str, Any] | None, **options: Any
) -> Any:
    if on.tzinfo is None:
        raise RenderError("文书日期须带时区")
    # Data reach the template as one JSON string, never as source: whatever they contain stays text.
    inputs = {"data": json.dumps(_checked(template, data), ensure_ascii=False)}
    if url := data.get("verify_url"):
        inputs["qr"] = qr_svg(url)
    if seal is not None:
        inputs["seal"] = seal
    if printed is not None:
        inputs["printed"] = json.dumps({**printed, "svg": qr_svg(printed["text"], dark="#000000")}, ensure_ascii=False)
    with _lock:
        try:
            return _compiler().compile(TEMPLATES / f"{template}.typ", sys_inputs=inputs, timestamp=on.replace(microsecond=0), **options)
        except typst.TypstError as error:
            raise RenderError(f"{template}：{error.message}") from error


def _checked(template: str, data: Mapping[str, Any]) -> dict[str, Any]:
    if template not in SHAPES:
        raise RenderError(f"没有文书模板 {template}")
    keys: frozenset[str] = SHAPES[template].__required_keys__  # type: ignore[attr-defined]
    if missing := keys - data.keys():
        raise RenderError(f"{template} 缺少：{'、'.join(sorted(missing))}")
    # What is attached to the paper is no matter of its template.
    data = {name: value for name, value in data.items() if name != ATTACHED}
    if unknown := data.keys() - keys:
        raise RenderError(f"{template} 多出：{'、'.join(sorted(unknown))}")
    return dict(data)
