"""The public's forms about promises; nothing they carry but an objection is kept."""

from __future__ import annotations

from django import forms


class ObjectionForm(forms.Form):
    """Anybody's objection (附件2·第十三条, 正文·二(一)); name and contact are the objector's choice and are never
    shown.
    """

    text = forms.CharField(
        label="异议内容",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2000,
        help_text="写清您认为哪一条承诺不真实、做不到或者不该承诺，以及理由。请不要写国家秘密和他人隐私。",
        error_messages={"required": "写下您的异议和理由", "max_length": "最多写 2000 字，请删减后再提交"},
    )
    name = forms.CharField(label="姓名或单位", required=False, max_length=60)
    contact = forms.CharField(
        label="联系方式",
        required=False,
        max_length=80,
        help_text="只供办理部门向您核实，不会公开，也不会告诉项目单位。",
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)
