"""An account forget_phone the counter: the visitor's telephone is proved on the spot, and from then on they act for the
unit online.
"""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from yinuo.core.masking import mask_phone
from yinuo.engine.base import forbid
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.documents.queries import library
from yinuo.engine.people.models import AuthorisedPerson
from yinuo.engine.people.queries import persons_bound
from yinuo.faces.accounts.phones import (
    CodeForm,
    PhoneForm,
    forget_phone,
    phone_state,
    proof_of,
    send,
    show_link,
)
from yinuo.faces.window.shared import visit_of
from yinuo.rooms.accounts.actions.visitors import password_link
from yinuo.rooms.accounts.models import Purpose
from yinuo.rooms.window import access, actions, queries
from yinuo.rooms.window.models import Authority, Visit
from yinuo.ui.acting import behind, need_behind
from yinuo.ui.components.forms import DateInput
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.handling import attempt
from yinuo.ui.uploads import ACCEPT, keep, mebibytes

DAY = timedelta(days=1)


class AccountForm(CodeForm):
    """What the clerk reads off the letter; the legal representative needs none, a registered person acts as far as
    before.
    """

    letter = forms.FileField(label="授权委托书扫描件", required=False, widget=forms.FileInput({"accept": ACCEPT}))
    may_sign = forms.BooleanField(label="委托书写明可以代表单位签署信用承诺", required=False)
    to_on = forms.DateField(
        label="授权到哪天止（含当天）", required=False, widget=DateInput(), help_text="委托书没有写期限的，留空。",
        error_messages={"invalid": "写成 2027-02-01 这样的日期"},
    )  # fmt: skip
    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)

    def __init__(self, *args: Any, authority: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept: StoredFile | None = None
        self.fields["letter"].help_text = f"PDF 或者照片，不超过 {mebibytes()} MB。"
        if authority != Authority.LETTER:
            for name in ("letter", "may_sign", "to_on"):
                del self.fields[name]

    def clean_to_on(self) -> date | None:
        """The first day it no longer holds."""
        last: date | None = self.cleaned_data["to_on"]
        if last is not None and last.year > 2100:
            raise forms.ValidationError("请写 2100 年以前的日期")
        return last + DAY if last else None


@need_behind("window")
@never_cache
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, visit_id: int) -> HttpResponse:
    """POST `do`: send (a code to the visitor's number), other (number); without it the account is given."""
    actor, now = behind(request), timezone.now()
    found = visit_of(request, visit_id)
    if not access.can_act_in(actor, found):
        raise forbid("只能为自己接待的来访人开通账号")
    verb, known = request.POST.get("do", ""), phone_state(request, Purpose.WINDOW, found.via)
    asked = PhoneForm(request.POST if verb == "send" else None, initial={"phone": _number(found)})
    if verb == "other":
        forget_phone(request, Purpose.WINDOW)
        return redirect("staff:window_account", found.pk)
    if (
        verb == "send"
        and asked.is_valid()
        and send(request, asked, asked.cleaned_data["phone"], Purpose.WINDOW, now, found.via)
    ):
        return redirect("staff:window_account", found.pk)
    bound = request.method == "POST" and not verb
    form = AccountForm(
        request.POST if bound else None,
        proved="proof" in known,
        authority=found.authority,
        initial={"key": f"account:{uuid.uuid4()}"},
    )
    if bound and known:
        valid = form.is_valid()
        _take(request, form, found)
        made = _let_in(request, form, found) if valid and not form.errors else None
        if made is not None:
            forget_phone(request, Purpose.WINDOW)
            words = (
                f"{made.person.name}已经可以代表{found.unit.name}办事。设置密码的链接已发到 "
                f"{mask_phone(made.person.phone)}。"
            )
            messages.success(request, words)
            show_link(request, "设置密码", password_link(made.person))
            return redirect("staff:window_visit", found.pk)
        if "proof" in phone_state(request, Purpose.WINDOW, found.via):
            form.fields.pop("code", None)
    context = {
        "visit": found,
        "asked": asked,
        "form": form,
        "phone": known.get("phone", ""),
        "open": queries.is_open(found, now),
        "again": found.authority == Authority.AUTHORISED,
        "namesakes": _namesakes(found),
        "breadcrumbs": [
            NavItem("综合窗口", reverse("staff:window")),
            NavItem(found.unit.name, reverse("staff:window_visit", args=[found.pk])),
            NavItem("上网账号"),
        ],
    }
    return render(request, "staff/window_account.html", context, status=422 if form.errors or asked.errors else 200)


def _namesakes(found: Visit) -> list[str]:
    """Numbers of the unit's persons who bear the visitor's name, where the visit does not say that the visitor is one
    of them.
    """
    if found.authority == Authority.AUTHORISED:
        return []
    rows = persons_bound(found.unit_id, timezone.localdate())
    return [mask_phone(row.phone) or "没有手机号" for row in rows if row.name == found.visitor]


def _number(found: Visit) -> str:
    return found.binding.person.phone if found.binding else ""


def _take(request: HttpRequest, form: AccountForm, found: Visit) -> None:
    """The letter's scan goes into the unit's library; one that an earlier try has stored stays (`kept`)."""
    known, new = request.POST.get("kept", ""), request.FILES.getlist("letter")
    if "letter" not in form.fields:
        return
    if new:
        stored = keep(form, "letter", new[:1], actor=queries.acting_in(found), at=timezone.now())
        form.kept = stored[0] if stored else None
    elif known.isascii() and known.isdecimal() and len(known) < 18:
        form.kept = library(found.unit_id).filter(pk=int(known)).first()
    if form.kept is None and "letter" not in form.errors:
        form.add_error("letter", "扫描法定代表人签字盖章的授权委托书")


def _let_in(request: HttpRequest, form: AccountForm, found: Visit) -> AuthorisedPerson | None:
    now = timezone.now()
    proof_id = proof_of(request, form, Purpose.WINDOW, now, found.via)
    if proof_id is None:
        return None
    said = form.cleaned_data
    return attempt(
        form,
        lambda: actions.bind_visitor(
            actor=behind(request),
            visit_id=found.pk,
            proof_id=proof_id,
            letter_id=form.kept.pk if form.kept else None,
            may_sign=said.get("may_sign", False),
            to_on=said.get("to_on"),
            at=now,
            idempotency_key=said["key"],
        ),
    )
