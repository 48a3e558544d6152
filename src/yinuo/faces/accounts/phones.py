"""The two steps of every page that wants a telephone: the number, then the code that came to it.

What is proved stays in the session.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html

from yinuo.engine.base import PageRef, Refused
from yinuo.rooms.accounts.actions import ask_code, codes, prove
from yinuo.rooms.accounts.models import Purpose
from yinuo.ui.handling import attempt


class PhoneInput(forms.TextInput):
    input_type = "tel"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "tel-national", "inputmode": "numeric", "maxlength": "20", **(attrs or {})})


class OneTimeInput(forms.TextInput):
    def __init__(self) -> None:
        super().__init__({"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "10"})


class PhoneForm(forms.Form):
    """The number a code goes to."""

    phone = forms.CharField(
        label="手机号", widget=PhoneInput(), max_length=20, error_messages={"required": "填写 11 位手机号"}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_phone(self) -> str:
        try:
            return codes.normal_phone(self.cleaned_data["phone"])
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from refusal


class CodeForm(forms.Form):
    """The code that came; a form that wants more than the telephone adds its own fields.

    `proved` leaves the code out.
    """

    code = forms.CharField(
        label="短信验证码", widget=OneTimeInput(), max_length=10, error_messages={"required": "填写短信里的 6 位验证码"}
    )

    def __init__(self, *args: Any, proved: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        if proved:
            del self.fields["code"]


class NewPassword(forms.Form):
    """A password, once: it can be looked at, and is set anew by telephone."""

    password = forms.CharField(
        label="登录密码",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="至少 10 个字符，不能全是数字，不要用常见的密码。",
        error_messages={"required": "设置登录密码"},
    )


def _key(purpose: Purpose) -> str:
    return f"phone:{purpose.value}"


def phone_state(request: HttpRequest, purpose: Purpose, about: str = "") -> dict[str, Any]:
    """{"phone", "about", "proof"} of this browser; empty before a code was asked for, or where it was for something
    else.
    """
    found = request.session.get(_key(purpose))
    return dict(found) if isinstance(found, dict) and found.get("about") == about else {}


def send(request: HttpRequest, form: forms.Form, phone: str, purpose: Purpose, at: datetime, about: str = "") -> bool:
    """Sends a code and keeps the number in the session; what is refused stands at the form's field.

    `about`: what the number is proved for, where a person may prove it for several things (a visit, an invitation).
    """
    address = get_adapter(request).get_client_ip(request)
    code = attempt(form, lambda: ask_code(phone=phone, purpose=purpose, at=at, address=address))
    if code is None:
        return False
    request.session[_key(purpose)] = {"phone": codes.normal_phone(phone), "about": about}
    if codes.shown_on_screen():
        messages.info(request, f"演示环境没有接短信：验证码 {code}")
    return True


def show_link(request: HttpRequest, what: str, page: PageRef) -> None:
    """What a telephone would get, on the screen of a demonstration."""
    if codes.shown_on_screen():
        messages.info(request, format_html('演示环境没有接短信：<a href="{}">{}的链接</a>', page.url, what))


def proof_of(request: HttpRequest, form: forms.Form, purpose: Purpose, at: datetime, about: str = "") -> int | None:
    """The proof of the number, by the code of a valid form or from an earlier try; None with the fault at the field."""
    known = phone_state(request, purpose, about)
    if not known:
        form.add_error(None, "手机号的验证已经过期，请重新获取验证码")
        return None
    if "proof" in known:
        return int(known["proof"])
    found = attempt(form, lambda: prove(phone=known["phone"], purpose=purpose, code=form.cleaned_data["code"], at=at))
    if found is not None:
        request.session[_key(purpose)] = {**known, "proof": found}
    return found


def forget_phone(request: HttpRequest, purpose: Purpose) -> None:
    """Done, or to begin anew with another number."""
    request.session.pop(_key(purpose), None)
