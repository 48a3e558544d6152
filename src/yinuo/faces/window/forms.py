"""Forms of the window desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from yinuo.engine.base import Actor
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.documents.queries import library
from yinuo.engine.people.models import AuthorisedPerson, UnitType
from yinuo.rooms.commitments.models import Capacity
from yinuo.rooms.window.models import Authority, IdentityKind, Signature
from yinuo.rooms.window.queries import Ready
from yinuo.ui.components.forms import CodeInput, DateInput
from yinuo.ui.components.text import zh_date
from yinuo.ui.evidence import EvidenceForm
from yinuo.ui.forms import Versioned, choice, set_choices
from yinuo.ui.uploads import keep, mebibytes


class UnitForm(forms.Form):
    """A unit the platform does not know yet: by its licence, or by its reserved name alone."""

    credit_code = forms.CharField(
        label="统一社会信用代码",
        required=False,
        widget=CodeInput(),
        help_text="照营业执照填写；还没有营业执照的留空，填预先核准号。",
    )
    reservation_no = forms.CharField(label="企业名称预先核准号", required=False, help_text="只在没有营业执照时填写。")
    name = forms.CharField(label="单位名称", error_messages={"required": "填写单位名称"})
    type = choice("单位类型", UnitType.choices, "选择单位类型", radio=True)
    legal_representative = forms.CharField(label="法定代表人", required=False)
    address = forms.CharField(label="住所", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not found.get("credit_code") and not found.get("reservation_no"):
            self.add_error("credit_code", "填写统一社会信用代码；没有营业执照的，填写企业名称预先核准号")
        return found


class VisitForm(forms.Form):
    """Who came, on what paper, for what."""

    visitor = forms.CharField(
        label="来访人姓名", widget=forms.TextInput({"autofocus": True}), error_messages={"required": "填写来访人姓名"}
    )
    identity_kind = choice("出示的证件", IdentityKind.choices, "选择证件种类")
    identity_number = forms.CharField(
        label="证件号码",
        widget=CodeInput(),
        help_text="只用来核对，系统不保存完整号码。",
        error_messages={"required": "照证件填写号码"},
    )
    authority = choice("凭什么代表这个单位", Authority.choices, "选择来访人凭什么代表单位", radio=True)
    binding_id = forms.ChoiceField(label="是哪一位经办人", required=False)
    letter_no = forms.CharField(label="授权委托书的编号或者日期", required=False, help_text="持授权委托书的填写。")
    purpose = forms.CharField(
        label="来办什么", error_messages={"required": "写明来办什么"}, help_text="如：备案新项目、交材料、领证。"
    )
    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)

    def __init__(self, *args: Any, bound: Sequence[AuthorisedPerson] = (), **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        people = [(str(row.pk), row.person.name) for row in bound]
        set_choices(self, "binding_id", [("", "请选择"), *people])
        if not people:
            del self.fields["binding_id"]
            set_choices(self, "authority", [pair for pair in Authority.choices if pair[0] != Authority.AUTHORISED])

    def said(self) -> dict[str, Any]:
        """As the action takes it."""
        values = dict(self.cleaned_data)
        chosen, key = values.pop("binding_id", ""), values.pop("key")
        return {**values, "binding_id": int(chosen) if chosen else None, "idempotency_key": key}


class HandoutForm(EvidenceForm):
    """Which documents are taken, and how they were signed for."""

    documents = forms.MultipleChoiceField(
        label="发哪些文书", widget=forms.CheckboxSelectMultiple(), error_messages={"required": "选择要发的文书"}
    )
    signature = choice("怎样签收", Signature.choices, "选择怎样签收", radio=True)
    note = forms.CharField(label="备注", required=False, max_length=200)
    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)
    field_order = ("documents", "signature", "files", "note", "key")

    def __init__(self, *args: Any, ready: Sequence[Ready], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        set_choices(self, "documents", [(str(row.document.pk), label_of(row)) for row in ready])
        self.fields["files"].label = "签字页扫描件"
        self.fields["files"].help_text = "选“签字页已扫描”的，上传领取人签过字的那一页。"


class PromiseForm(Versioned):
    """What the clerk reads off a signed and sealed letter, and its scan; one that an earlier try has stored stays
    (`kept`).
    """

    code = forms.CharField(
        label="核对码",
        max_length=20,
        widget=CodeInput(),
        help_text="印在承诺书落款处，照着填。",
        error_messages={"required": "填写核对码"},
    )
    signer = forms.CharField(label="签字人姓名", max_length=60, error_messages={"required": "填写签字人姓名"})
    capacity = choice("签字人身份", Capacity.choices, "选择签字人身份", radio=True)
    authority = forms.CharField(
        label="授权委托书的编号或者日期",
        required=False,
        max_length=120,
        help_text="授权签署人签字的填写；委托书应写明可以签署信用承诺。",
    )
    signed_on = forms.DateField(
        label="签署日期",
        widget=DateInput(),
        help_text="承诺书上写的日期。",
        error_messages={"required": "填写签署日期", "invalid": "写成 2027-02-01 这样的日期"},
    )
    scan = forms.FileField(
        label="承诺书扫描件", required=False, widget=forms.FileInput({"accept": ".pdf,.jpg,.jpeg,.png"})
    )
    agreed = forms.BooleanField(
        label="已经核对：原件有签字和公章，扫描件与原件一致", error_messages={"required": "核对原件以后勾选"}
    )
    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)

    def __init__(self, *args: Any, legal_representative: str, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["signer"].help_text = f"登记的法定代表人：{legal_representative}" if legal_representative else ""
        self.fields["scan"].help_text = f"PDF 或者照片，各页合成一个文件，不超过 {mebibytes()} MB。"
        self.kept: list[StoredFile] = []

    def take(self, request: HttpRequest, actor: Actor, at: datetime) -> bool:
        """Puts the scan into the unit's library; False with the fault at the field. The form has been validated."""
        known, new = request.POST.get("kept", ""), request.FILES.getlist("scan")
        if new:
            self.kept = keep(self, "scan", new[:1], actor=actor, at=at)
        elif known.isascii() and known.isdecimal() and len(known) < 18:
            self.kept = list(library(actor.unit_id or 0).filter(pk=int(known)))
        if not self.kept and "scan" not in self.errors:
            self.add_error("scan", "上传签字盖章后的承诺书扫描件")
        return not self.errors


def label_of(row: Ready) -> SafeString:
    """What it is with its number; under it of which project, since when, and whether the unit waits for it."""
    matter = row.document.data.get("matter_name")
    name = f"{row.document.get_kind_display()}（{matter}）" if matter else str(row.document.get_kind_display())
    title = "　".join(part for part in (name, row.document.number) if part)
    parts = [row.project_name, f"{zh_date(row.document.issued_at)}出具"]
    state = "待领取" if row.awaited else f"{zh_date(row.taken_at)}领过" if row.taken_at else ""
    return format_html("{}<small>{}</small>", title, "　".join(part for part in (*parts, state) if part))
