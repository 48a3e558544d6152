"""Documents from templates: the same data, date and version of the template give the same bytes."""

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

from yinuo.engine.base import Refused
from yinuo.engine.documents.qr import qr_svg
from yinuo.engine.documents.versions import ROOT, current
from yinuo.engine.documents.versions import template as file_of
from yinuo.engine.register import shapes

ATTACHED = "proof"
FONT_WHEELS = ("manimgx_fonts_cjk", "pylopdf_fonts_zh_cn")  # Noto Sans CJK SC · Noto Serif SC
# PDF/A-3 keeps a record readable and lets a proof be attached to it; UA-1 makes it readable aloud.
PDF_STANDARDS: list[Any] = ["a-3a", "ua-1"]

# One compiler per process, kept warm; it is not re-entrant ("Already borrowed"), and a page takes a few milliseconds.
_lock = threading.Lock()


class PaperError(Refused):
    """A paper could not be made: its data do not fit the template, or typesetting or signing failed.

    `said` is for the operator.
    """

    status = 503

    def __init__(self, said: str) -> None:
        remedy = "请过几分钟再试；仍不行的，请联系政务大厅，由系统管理员处理"
        super().__init__("documents.not_made", "文书现在没有制作成功", remedy=remedy)
        self.said = said


def render_pdf(
    template: str,
    data: Mapping[str, Any],
    on: datetime,
    *,
    version: int | None = None,
    seal: str | None = None,
    printed: Mapping[str, Any] | None = None,
) -> bytes:
    """The document as PDF/A-3, dated `on`. `version` of the template; None is the newest, for what is printed and kept
    nowhere.

    `seal`: the words on the seal of a paper about to be signed; None draws none.
    `printed`: the offline code of a certificate's back and what is told of it; None leaves the back away.
    """
    pdf = _compile(template, data, on, seal, printed, version, format="pdf", pdf_standards=PDF_STANDARDS)
    assert isinstance(pdf, bytes)
    return pdf


def render_png(
    template: str, data: Mapping[str, Any], on: datetime, *, ppi: int = 144, seal: str | None = None
) -> list[bytes]:
    """The document's pages as pictures."""
    pages = _compile(template, data, on, seal, None, None, format="png", ppi=ppi)
    return pages if isinstance(pages, list) else [pages]


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[_folder(name) for name in FONT_WHEELS]
    )
    return typst.Compiler(root=ROOT, font_paths=fonts, ignore_system_fonts=True)


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise PaperError(f"未安装字体包 {package}")
    return Path(spec.submodule_search_locations[0])


def _compile(
    template: str,
    data: Mapping[str, Any],
    on: datetime,
    seal: str | None,
    printed: Mapping[str, Any] | None,
    version: int | None,
    **options: Any,
) -> Any:
    if on.tzinfo is None:
        raise PaperError("文书日期须带时区")
    number = current(template) if version is None else version
    # Data reach the template as one JSON string, never as source: whatever they contain stays text.
    inputs = {"data": json.dumps(check(template, number, data), ensure_ascii=False)}
    if url := data.get("verify_url"):
        inputs["qr"] = qr_svg(url)
    if seal is not None:
        inputs["seal"] = seal
    if printed is not None:
        inputs["printed"] = json.dumps({**printed, "svg": qr_svg(printed["text"], dark="#000000")}, ensure_ascii=False)
    with _lock:
        try:
            return _compiler().compile(
                file_of(template, number), sys_inputs=inputs, timestamp=on.replace(microsecond=0), **options
            )
        except typst.TypstError as error:
            raise PaperError(f"{template}：{error.message}") from error


def check(template: str, version: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data for a version of a template, without what is attached to the paper.

    Raises PaperError for a key too few or too many.
    """
    shape = shapes().get(template, {}).get(version)
    if shape is None:
        raise PaperError(f"没有文书模板 {template} 第 {version} 版")
    keys: frozenset[str] = shape.__required_keys__  # type: ignore[attr-defined]
    if missing := keys - data.keys():
        raise PaperError(f"{template} 第 {version} 版缺少：{'、'.join(sorted(missing))}")
    given = {name: value for name, value in data.items() if name != ATTACHED}
    if unknown := given.keys() - keys:
        raise PaperError(f"{template} 第 {version} 版多出：{'、'.join(sorted(unknown))}")
    return given
