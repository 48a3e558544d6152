"""A proof checked by whoever holds it: in the browser, where nothing is sent, or without scripts by this server, which
then is trusted.

Also the proof of a certificate, for whoever stands before it: only what its public page shows is disclosed.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.staticfiles.finders import find
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo import ui
from yinuo.chain import printed
from yinuo.chain.leaves import Stated, read_all
from yinuo.chain.verifier import Policy, Unverified
from yinuo.core.calendar import TZ
from yinuo.core.wording import day_words
from yinuo.engine.base import Refused
from yinuo.engine.infochain import queries
from yinuo.engine.infochain.words import FIELDS, OTHERWISE, TYPES, WORDS, in_words
from yinuo.engine.rules import pack
from yinuo.site import public_project as projectpage
from yinuo.ui.files import named

LIMIT = 2_000_000


PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class ProofForm(forms.Form):
    file = forms.FileField(
        label="证明文件",
        required=False,
        help_text=(
            "从备案证的核验页下载的 .tlog-proof，附有证明的备案证 PDF，或者离线核验码的照片。"
            "请再看核对出的项目代码和纸面上的是否一样。"
        ),
        error_messages={"empty": "这个文件是空的，请重新下载"},
        widget=forms.FileInput(attrs={"accept": ".tlog-proof,.pdf,.txt,image/png,image/jpeg"}),
    )
    printed = forms.CharField(
        label="或者离线核验码的文字",
        required=False,
        max_length=2 * printed.LIMIT,
        help_text="备案证背面的码，用手机扫一扫得到的文字，以“YINUO1:”开头。",
        widget=forms.Textarea(attrs={"rows": 3, "class": "code", "spellcheck": "false", "autocomplete": "off"}),
    )
    policy = forms.CharField(
        label="见证规则",
        help_text="写明相信哪本日志、哪些节点。下面是本站现行的；要紧的事请换成您从公文等别的途径得到的。",
        error_messages={"required": "填写见证规则"},
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "class": "code", "spellcheck": "false"}),
    )

    def clean_file(self) -> bytes:
        uploaded = self.cleaned_data["file"]
        if uploaded is None:
            return b""
        if uploaded.size > LIMIT:
            raise forms.ValidationError("这个文件太大，不是一份证明")
        data: bytes = uploaded.read()
        if data.startswith(PICTURES):
            raise forms.ValidationError("服务器不认图片里的码：请用手机扫码，把得到的文字粘贴在下面")
        return data

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not given.get("file") and not given.get("printed") and "file" not in self.errors:
            self.add_error("file", "选择证明文件，或者粘贴离线核验码的文字")
        return given

    def given(self) -> bytes:
        """What is to be checked; the text goes before the file, as it does in the browser."""
        text: str = self.cleaned_data["printed"]
        return text.encode() or self.cleaned_data["file"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a proof says, in words."""

    rows: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """The page; a POST comes from browsers without scripts only. Nothing of it is kept."""
    form = ProofForm(request.POST or None, request.FILES or None, initial={"policy": queries.policy_text() or ""})
    told, why = None, ""
    if request.method == "POST" and form.is_valid():
        policy = form.cleaned_data["policy"].replace("\r\n", "\n")
        try:
            told = _told(*read_all(printed.proof_in(form.given()), Policy.parse(policy.encode())))
        except Unverified as error:
            why = in_words(str(error))
    context = {
        "form": form,
        "told": told,
        "why": why,
        "words": {"errors": WORDS, "otherwise": OTHERWISE, "types": TYPES, "fields": FIELDS},
    }
    answer = render(request, "public/proof.html", context)
    # The one page that may ask for the camera: it reads the printed code, and sends nothing.
    answer["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    return answer


STATIC = Path(ui.__file__).parent / "static"
STYLES = ("tokens", "base", "components", "pages", "public")
# By the place their importers name.
MODULES = {
    "./proof.js": "js/proof.js",
    "./printed.js": "js/printed.js",
    "../vendor/qr.min.js": "vendor/qr.min.js",
    "page": "js/proofpage.js",
}


@require_safe
def alone(request: HttpRequest) -> HttpResponse:
    """The page as one file to keep: it fetches nothing and may not, so that nobody need believe later what this site
    serves.
    """
    day = timezone.localdate()
    context = {
        "form": ProofForm(initial={"policy": queries.policy_text() or ""}),
        "words": {"errors": WORDS, "otherwise": OTHERWISE, "types": TYPES, "fields": FIELDS},
        "styles": _styles(),
        "modules": _modules(),
        "county": pack().parameter("place.name", day).value,
        "day": day_words(day),
    }
    return named(render(request, "public/proof_alone.html", context), "yinuo-verify.html", attached=True)


@cache
def _styles() -> str:
    return "\n".join((STATIC / "css" / f"{name}.css").read_text(encoding="utf-8") for name in STYLES)


@cache
def _modules() -> str:
    """The scripts of the page as an import map that holds them."""
    places = {}
    for place, name in MODULES.items():
        text = Path(str(find(name))).read_text(encoding="utf-8")
        for other in MODULES:
            text = text.replace(f'"{other}"', f'"{Path(other).stem}"')
        places[Path(place).stem] = f"data:text/javascript;base64,{base64.b64encode(text.encode()).decode()}"
    return f'<script type="importmap">{json.dumps({"imports": places})}</script>'


def _told(found: Stated, *more: Stated) -> Told:
    size, place = found.seen.checkpoint.size, found.index + 1
    rows: tuple[tuple[str, str], ...] = (
        ("记的是", TYPES.get(found.leaf.type, found.leaf.type)),
        ("签发", found.leaf.issuer),
        ("写于", _when(found.leaf.at)),
        ("位置", f"日志的第 {place} 条，共 {size} 条；是这个主体的第 {found.leaf.n} 条"),
        (
            "见证的节点",
            "、".join(f"{name}（{_seen_at(seconds)}）" for name, seconds in found.seen.witnesses.items())
            or "没有独立的节点",
        ),
    )
    rows += tuple(("另有", f"{one.seen.checkpoint.origin} 的证明，同样成立") for one in more)
    return Told(rows, tuple((FIELDS.get(name, name), _plain(value)) for name, value in found.fields.items()))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _seen_at(seconds: int) -> str:
    try:
        return _clock(datetime.fromtimestamp(seconds, TZ))
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _when(text: str) -> str:
    """An entry's own time; whoever runs a log may have written anything there."""
    try:
        return _clock(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return text


def _clock(at: datetime) -> str:
    here = at.astimezone(TZ)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M:%S}"


@require_safe
def of_certificate(request: HttpRequest, project_code: str, credit_code: str) -> HttpResponse:
    """The proof of a certificate, or of the code where there is none.

    Refused with the reason while it waits for the nodes.
    """
    project = projectpage.published(project_code, credit_code)
    leaves = queries.leaves_of(project.code or "") if project else []
    found = (
        next((leaf for leaf in leaves if leaf.type == "approval.document"), None)
        if hasattr(project, "certificate")
        else None
    )
    found = found or next((leaf for leaf in leaves if leaf.type == "project.code_assigned"), None)
    if project is None or found is None:
        return render(
            request,
            "public/verify_unknown.html",
            {"project_code": project_code, "credit_code": credit_code},
            status=404,
        )
    try:
        proven = queries.prove(found, queries.policy(), show=queries.SHOWN_TO_ALL)
    except queries.NotYet as error:
        raise Refused("infochain.not_yet", str(error), remedy="一般只要几秒钟") from None
    answer = HttpResponse(bytes(proven.proof), content_type="text/plain; charset=utf-8")
    return named(answer, f"{project.code}.tlog-proof", attached=True, cache="no-cache")
