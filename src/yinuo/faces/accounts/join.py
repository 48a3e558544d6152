"""A new company joins online: an account by telephone,
then the unit with its licence and letter, compared by the hall.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar, cast

from allauth.account.internal.flows.login import record_authentication
from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.documents.queries import own_uploads
from yinuo.engine.people.models import Person, UnitType
from yinuo.faces.accounts.phones import (
    CodeForm,
    NewPassword,
    PhoneForm,
    forget_phone,
    phone_state,
    proof_of,
    send,
)
from yinuo.rooms.accounts import queries
from yinuo.rooms.accounts.actions import ask_admission, join, withdraw_admission
from yinuo.rooms.accounts.models import Admission, AdmissionState, Purpose
from yinuo.ui.acting import need_person
from yinuo.ui.components.forms import CodeInput
from yinuo.ui.forms import choice
from yinuo.ui.handling import attempt
from yinuo.ui.uploads import ACCEPT, mebibytes

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class AccountForm(CodeForm, NewPassword):
    """The code, whose account it becomes, and its password."""

    name = forms.CharField(
        label="姓名", max_length=60, widget=forms.TextInput({"autocomplete": "name"}), help_text="与身份证件一致。",
        error_messages={"required": "填写姓名"},
    )  # fmt: skip
    field_order = ("code", "name", "password")


def sign_in(request: HttpRequest, person: Person) -> None:
    """Right after the telephone was proved; the session is as if the person had signed in with a password."""
    login(request, person, backend=BACKEND)
    record_authentication(request, person, "password")


@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """The ways in, and the first step of the one that goes online."""
    if request.user.is_authenticated:
        return redirect("entrance:unit")
    now = timezone.now()
    form = PhoneForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and send(request, form, form.cleaned_data["phone"], Purpose.JOIN, now)
    ):
        return redirect("entrance:account")
    return render(request, "entrance/join.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """POST `do=again` sends another code."""
    known, now = phone_state(request, Purpose.JOIN), timezone.now()
    if not known:
        return redirect("entrance:join")
    again = request.POST.get("do") == "again"
    form = AccountForm(request.POST if request.method == "POST" and not again else None, proved="proof" in known)
    if again:
        asked = PhoneForm({"phone": known["phone"]})
        asked.is_valid()
        if send(request, asked, known["phone"], Purpose.JOIN, now):
            messages.success(request, "验证码已重新发送。")
            return redirect("entrance:account")
        return render(
            request, "entrance/account.html", {"form": form, "phone": known["phone"], "asked": asked}, status=422
        )
    if form.is_bound and form.is_valid():
        person = _joined(request, form, now)
        if person is not None:
            forget_phone(request, Purpose.JOIN)
            sign_in(request, person)
            messages.success(request, "账号已开通，以后用手机号登录。")
            return redirect("entrance:unit")
        form = again_without_code(request, form, AccountForm, Purpose.JOIN)
    return render(
        request, "entrance/account.html", {"form": form, "phone": known["phone"]}, status=422 if form.errors else 200
    )


def _joined(request: HttpRequest, form: forms.Form, at: datetime) -> Person | None:
    proof_id = proof_of(request, form, Purpose.JOIN, at)
    if proof_id is None:
        return None
    said = form.cleaned_data
    return attempt(form, lambda: join(proof_id=proof_id, name=said["name"], password=said["password"], at=at))


F = TypeVar("F", bound=CodeForm)


def again_without_code(request: HttpRequest, form: F, kind: type[F], purpose: Purpose, about: str = "") -> F:
    """The same form and its errors; a code that was right is not asked for a second time."""
    if "proof" not in phone_state(request, purpose, about) or "code" not in form.fields:
        return form
    made = kind(form.data, proved=True)
    made.is_valid()
    for name, errors in form.errors.items():
        for error in errors:
            if error not in made.errors.get(name, []):
                made.add_error(None if name == "__all__" or name not in made.fields else name, error)
    return made


WHOSE = [("letter", "受法定代表人委托，有授权委托书"), ("own", "本人就是法定代表人")]


class UnitForm(forms.Form):
    """The unit as its licence has it, and the two papers; one that an earlier try has stored stays (`kept_…`)."""

    credit_code = forms.CharField(
        label="统一社会信用代码",
        max_length=18,
        widget=CodeInput(),
        error_messages={"required": "照营业执照填写 18 位代码"},
    )
    unit_name = forms.CharField(label="单位名称", max_length=120, error_messages={"required": "照营业执照填写单位名称"})
    unit_type = choice("单位类型", UnitType.choices, "选择单位类型", radio=True)
    legal_representative = forms.CharField(
        label="法定代表人", max_length=60, error_messages={"required": "填写法定代表人姓名"}
    )
    address = forms.CharField(label="住所", max_length=200, required=False)
    whose = choice("您是", WHOSE, "选择您凭什么代表这个单位", radio=True)
    may_sign = forms.BooleanField(label="委托书写明可以代表单位签署信用承诺", required=False)
    licence = forms.FileField(label="营业执照或者登记证书", required=False, widget=forms.FileInput({"accept": ACCEPT}))
    letter = forms.FileField(label="授权委托书", required=False, widget=forms.FileInput({"accept": ACCEPT}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["licence"].help_text = f"照片或者 PDF，不超过 {mebibytes()} MB。"
        self.fields[
            "letter"
        ].help_text = f"法定代表人签字、加盖公章。照片或者 PDF，不超过 {mebibytes()} MB。本人是法定代表人的，不用上传。"
        self.kept: dict[str, StoredFile | None] = {"licence": None, "letter": None}

    def take(self, request: HttpRequest, person: Person, at: datetime) -> None:
        """Stores each paper by itself: one that is right need not be sent again where another is refused."""
        actor = Actor(person.pk, "person")
        for name in ("licence", "letter"):
            sent, known = request.FILES.get(name), request.POST.get(f"kept_{name}", "")
            if isinstance(sent, UploadedFile):
                if (sent.size or 0) > mebibytes() * 1024 * 1024:
                    self.add_error(name, f"“{sent.name}”太大，不能超过 {mebibytes()} MB")
                    continue
                try:
                    self.kept[name] = store_upload(
                        actor=actor, name=sent.name or "", content=sent.read(), unit_id=None, at=at
                    )
                except Refused as refusal:
                    self.add_error(name, str(refusal))
            elif known.isascii() and known.isdecimal() and len(known) < 18:
                self.kept[name] = own_uploads(person.pk, [int(known)]).first()


@need_person
@never_cache
@require_http_methods(["GET", "POST"])
def unit(request: HttpRequest) -> HttpResponse:
    """Where a person without a unit begins: what they asked for and how it stands, and the form to ask."""
    person, now = cast(Person, request.user), timezone.now()
    rows = queries.admissions_of(person.pk)
    waiting = [row for row in rows if row.is_open]
    form = UnitForm(initial=_again(rows)) if request.method == "GET" else UnitForm(request.POST)
    if form.is_bound:
        valid = form.is_valid()
        form.take(request, person, now)
        if valid and not form.errors:
            made = attempt(form, lambda: _ask(person, form, now), {"own": "whose"})
            if made is not None:
                messages.success(request, "申请已提交。")
                return redirect("entrance:unit")
    items = queries.work_on_admissions([row.pk for row in waiting])
    context = {
        "form": form,
        "waiting": [(row, items[row.pk].due_shown(now) if row.pk in items else None) for row in waiting],
        "declined": rows[0] if rows and rows[0].state == AdmissionState.DECLINED else None,
        "bound": person.bindings.filter(confirmed_at__isnull=False).exists(),
        "named": list(person.bindings.filter(confirmed_at__isnull=True, to_on__isnull=True).select_related("unit")),
    }
    return render(request, "entrance/unit.html", context, status=422 if form.errors else 200)


def _again(rows: list[Admission]) -> dict[str, Any]:
    """After a refusal the form has what was written."""
    initial: dict[str, Any] = {"unit_type": "enterprise", "whose": "letter"}
    if rows and rows[0].state == AdmissionState.DECLINED:
        names = ("credit_code", "unit_name", "unit_type", "legal_representative", "address", "may_sign")
        initial |= {name: getattr(rows[0], name) for name in names} | {"whose": "own" if rows[0].own else "letter"}
    return initial


def _ask(person: Person, form: UnitForm, at: datetime) -> Admission:
    said = dict(form.cleaned_data)
    own = said.pop("whose") == "own"
    said = {
        name: said[name]
        for name in ("credit_code", "unit_name", "unit_type", "legal_representative", "address", "may_sign")
    }
    licence, letter = form.kept["licence"], form.kept["letter"]
    return ask_admission(
        actor=Actor(person.pk, "person"),
        own=own,
        at=at,
        **said,
        licence_id=licence.pk if licence else None,
        letter_id=letter.pk if letter else None,
    )


@need_person
@require_POST
def withdraw(request: HttpRequest, admission_id: int) -> HttpResponse:
    person = cast(Person, request.user)
    withdraw_admission(actor=Actor(person.pk, "person"), admission_id=admission_id, at=timezone.now())
    messages.success(request, "申请已撤回。")
    return redirect("entrance:unit")
