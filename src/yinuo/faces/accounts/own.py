"""A person's own page: who they are here, their telephone and mail, the second factor, and who signed in as them of
late.
"""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core import signing
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yinuo.core.masking import mask_phone
from yinuo.engine.base import Actor
from yinuo.engine.people.models import Person
from yinuo.faces.accounts.phones import OneTimeInput, PhoneForm, forget_phone, phone_state, send
from yinuo.rooms.accounts import queries
from yinuo.rooms.accounts.actions import change_mail, change_phone, prove, sign_out_elsewhere
from yinuo.rooms.accounts.models import Purpose
from yinuo.ui.acting import hats_of, need_person
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.handling import attempt

MAIL_SALT, MAIL_LASTS = "yinuo.entrance.mail", 24 * 3600


def _own(request: HttpRequest) -> tuple[Person, Actor]:
    person = cast(Person, request.user)
    return person, Actor(person.pk, "person")


def _crumbs(label: str) -> list[NavItem]:
    return [NavItem("我的账号", reverse("entrance:own")), NavItem(label)]


@need_person
@never_cache
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    person, _ = _own(request)
    context = {
        "person": person,
        "hats": [hat for hat in hats_of(person) if not hat.stand_in],
        "sign_ins": queries.sign_ins_of(person.pk),
        "connected": queries.signs_in_by_province(person.pk),
        "factors": person.authenticator_set.exists(),
    }
    return render(request, "entrance/own.html", context)


class PasswordField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label="现在的登录密码", strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"}),
            error_messages={"required": "填写现在的登录密码"},
        )  # fmt: skip


class ChangeForm(forms.Form):
    """A code from the number before and one from the new; an account whose number was never proved shows its password
    instead.
    """

    old_code = forms.CharField(
        label="原手机号收到的验证码", widget=OneTimeInput(), max_length=10, error_messages={"required": "填写验证码"}
    )
    code = forms.CharField(
        label="新手机号收到的验证码", widget=OneTimeInput(), max_length=10, error_messages={"required": "填写验证码"}
    )
    password = PasswordField()

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.person = person
        del self.fields["password" if person.phone_verified_at else "old_code"]

    def clean_password(self) -> str:
        return _right(self.person, self.cleaned_data["password"])


def _right(person: Person, password: str) -> str:
    if not person.check_password(password):
        raise forms.ValidationError("密码不对")
    return password


@sensitive_post_parameters("password")
@need_person
@never_cache
@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """POST `do=send` sends both codes; without it the form changes the number."""
    (person, actor), now = _own(request), timezone.now()
    verb, known = request.POST.get("do", ""), phone_state(request, Purpose.PHONE)
    asked = PhoneForm(request.POST if verb == "send" else None)
    if verb == "send" and asked.is_valid():
        new = asked.cleaned_data["phone"]
        if person.phone_verified_at and new == person.phone:
            asked.add_error("phone", "这就是现在的手机号")
        elif (not person.phone_verified_at or send(request, asked, person.phone, Purpose.PHONE, now)) and send(
            request, asked, new, Purpose.PHONE, now
        ):
            return redirect("entrance:phone")
        forget_phone(request, Purpose.PHONE)
    if verb == "other":
        forget_phone(request, Purpose.PHONE)
        return redirect("entrance:phone")
    form = ChangeForm(request.POST if request.method == "POST" and not verb else None, person=person)
    if form.is_bound and known and form.is_valid():
        said, old = form.cleaned_data, None
        if "old_code" in said:
            proving = {"phone": person.phone, "purpose": Purpose.PHONE, "code": said["old_code"], "at": now}
            old = attempt(form, lambda: prove(**proving), {"code": "old_code"})
        if not form.errors:
            new_id = attempt(
                form, lambda: prove(phone=known["phone"], purpose=Purpose.PHONE, code=said["code"], at=now)
            )
            if (
                new_id is not None
                and attempt(form, lambda: change_phone(actor=actor, proof_id=new_id, old_proof_id=old, at=now))
                is not None
            ):
                forget_phone(request, Purpose.PHONE)
                messages.success(request, "手机号已更换。")
                return redirect("entrance:own")
    context = {
        "asked": asked,
        "form": form,
        "new": known.get("phone", ""),
        "old": mask_phone(person.phone) if person.phone_verified_at else "",
        "breadcrumbs": _crumbs("更换手机号"),
    }
    return render(request, "entrance/phone.html", context, status=422 if form.errors or asked.errors else 200)


class MailForm(forms.Form):
    email = forms.EmailField(
        label="邮箱",
        required=False,
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text="留空就是不用邮箱。",
        error_messages={"invalid": "邮箱地址有误，写成 name@example.com 这样"},
    )
    password = PasswordField()

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.person = person

    def clean_password(self) -> str:
        return _right(self.person, self.cleaned_data["password"])


@sensitive_post_parameters("password")
@need_person
@never_cache
@require_http_methods(["GET", "POST"])
def mail(request: HttpRequest) -> HttpResponse:
    """The new address is kept when the link sent to it is opened (`?link=`), by the person themselves."""
    (person, actor), now = _own(request), timezone.now()
    if link := request.GET.get("link"):
        try:
            said = signing.loads(link, salt=MAIL_SALT, max_age=MAIL_LASTS)
        except signing.BadSignature:
            said = {}
        if said.get("person") == person.pk and said.get("before") == person.email:
            change_mail(actor=actor, mail=said["mail"], at=now)
            messages.success(request, "邮箱已确认。")
        else:
            messages.error(request, "这个链接已经失效，请重新填写邮箱。")
        return redirect("entrance:own")
    form = MailForm(request.POST or None, person=person, initial={"email": person.email})
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["email"]
        if not wanted:
            change_mail(actor=actor, mail="", at=now)
            messages.success(request, "已不再使用邮箱。")
            return redirect("entrance:own")
        if _sent(request, person, wanted):
            messages.success(request, f"已向 {wanted} 发出确认邮件，打开里面的链接就生效。")
            return redirect("entrance:own")
        form.add_error("email", "确认邮件没有发出去，请稍后再试，或者联系政务大厅")
    context = {"form": form, "breadcrumbs": _crumbs("更换邮箱")}
    return render(request, "entrance/mail.html", context, status=422 if form.errors else 200)


def _sent(request: HttpRequest, person: Person, wanted: str) -> bool:
    token = signing.dumps({"person": person.pk, "mail": wanted, "before": person.email}, salt=MAIL_SALT)
    link = request.build_absolute_uri(f"{reverse('entrance:mail')}?link={token}")
    body = (
        f"{person.name}，您好：\n\n请打开下面的链接，确认这是您的邮箱（一天内有效）："
        f"\n{link}\n\n如果不是您本人操作，不用理会。\n"
    )
    try:
        EmailMessage("确认邮箱", body, to=[wanted]).send()
    except (OSError, ValueError):
        return False
    return True


@need_person
@require_POST
def elsewhere(request: HttpRequest) -> HttpResponse:
    """Signed out everywhere but here."""
    _, actor = _own(request)
    person = sign_out_elsewhere(actor=actor, at=timezone.now())
    update_session_auth_hash(request, person)
    messages.success(request, "其他地方的登录都已退出。")
    return redirect("entrance:own")
