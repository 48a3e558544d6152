"""Forms of the window desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from yinuo.apps.people.models import AuthorisedPerson, UnitType
from yinuo.apps.window.models import Authority, IdentityKind, Signature
from yinuo.apps.window.queries import Ready
from yinuo.web.components.forms import CodeInput
from yinuo.web.components.text import zh_date
from yinuo.web.staff.forms import choice
from yinuo.web.staff.uploads import EvidenceForm


class UnitForm(forms.Form):
    """A unit the platform does not know yet: by its licence, or by its reserved name alone."""

    credit_code = forms.CharField(
        label="统一社会信用代码", required=False, widget=CodeInput(), help_text="照营业执照填写；还没有营业执照的留空，填预先核准号。"
    )
    reservation_no = forms.CharField(label="企业名称预先核准号", required=False, help_text="只在没有营业执照时填写。")
    name = forms.CharField(label="单位名称", error_messages={"required": "填写单位名称"})
    type = choice("单位类型", UnitType.choices, "选择单位类型", radio=True)
    legal_representative = forms.CharField(label="法定代表人", required=False)
    address = forms.CharField(label="住所", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)

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
    purpose = forms.CharField(label="来办什么", error_messages={"required": "写明来办什么"}, help_text="如：备案新项目、交材料、领证。")
    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)

    def __init__(self, *args: Any, bound: Sequence[AuthorisedPerson] = (), **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        people = [(str(row.pk), row.person.name) for row in bound]
        self.fields["binding_id"].choices = [("", "请选择"), *people]  # type: ignore[attr-defined]
        if not people:
            del self.fields["binding_id"]
            field = self.fields["authority"]
            field.choices = [pair for pair in Authority.choices if pair[0] != Authority.AUTHORISED]  # type: ignore[attr-defined]

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
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["documents"].choices = [(str(row.document.pk), label_of(row)) for row in ready]  # type: ignore[attr-defined]
        self.fields["files"].label = "签字页扫描件"
        self.fields["files"].help_text = "选“签字页已扫描”的，上传领取人签过字的那一页。"


def label_of(row: Ready) -> SafeString:
    """What it is with its number; under it of which project, since when, and whether the unit waits for it."""
    matter = row.document.data.get("matter_name")
    name = f"{row.document.get_kind_display()}（{matter}）" if matter else str(row.document.get_kind_display())
    title = "　".join(part for part in (name, row.document.number) if part)
    parts = [row.project_name, f"{zh_date(row.document.issued_at)}出具"]
    state = "待领取" if row.awaited else f"{zh_date(row.taken_at)}领过" if row.taken_at else ""
    return format_html("{}<small>{}</small>", title, "　".join(part for part in (*parts, state) if part))
