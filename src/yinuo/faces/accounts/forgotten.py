"""A lost password: the telephone and the name set a new one; without the telephone there is mail, and the window."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from yinuo.faces.accounts.join import again_without_code
from yinuo.faces.accounts.phones import (
    CodeForm,
    NewPassword,
    PhoneForm,
    forget_phone,
    phone_state,
    proof_of,
    send,
)
from yinuo.rooms.accounts.actions import reset_password
from yinuo.rooms.accounts.models import Purpose
from yinuo.ui.handling import attempt


class ResetForm(CodeForm, NewPassword):
    name = forms.CharField(
        label="姓名", max_length=60, widget=forms.TextInput({"autocomplete": "name"}), help_text="账号登记的姓名。",
        error_messages={"required": "填写账号登记的姓名"},
    )  # fmt: skip
    field_order = ("code", "name", "password")


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """POST `do=send` sends a code; without it the form sets the password.

    The page is the same whether there is such an account or not.
    """
    now, verb = timezone.now(), request.POST.get("do", "")
    known = phone_state(request, Purpose.RESET)
    asked = PhoneForm(request.POST if verb == "send" else None, initial={"phone": known.get("phone", "")})
    if verb == "send" and asked.is_valid() and send(request, asked, asked.cleaned_data["phone"], Purpose.RESET, now):
        return redirect("entrance:forgotten")
    if verb == "other":
        forget_phone(request, Purpose.RESET)
        return redirect("entrance:forgotten")
    form = ResetForm(request.POST if request.method == "POST" and not verb else None, proved="proof" in known)
    if form.is_bound and known and form.is_valid():
        proof_id = proof_of(request, form, Purpose.RESET, now)
        said = form.cleaned_data
        if proof_id is not None:
            act = {"proof_id": proof_id, "name": said["name"], "password": said["password"], "at": now}
            done = attempt(form, lambda: (reset_password(**act),))
            if done == (None,):
                form.add_error(
                    "name", "没有手机号和姓名都相符的账号。请核对姓名；换过手机号的，请带身份证件到政务大厅综合窗口办理"
                )
            elif done is not None:
                forget_phone(request, Purpose.RESET)
                messages.success(request, "密码已经重新设置，请用手机号或者登录名登录。")
                return redirect("account_login")
        form = again_without_code(request, form, ResetForm, Purpose.RESET)
    context = {"asked": asked, "form": form, "phone": known.get("phone", "")}
    return render(request, "entrance/forgotten.html", context, status=422 if form.errors or asked.errors else 200)
