"""Who acts for the unit: since when, how far, by which letter; another one named, and one ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yinuo.core.masking import mask_phone
from yinuo.engine.base import NO_ROW, Actor, PageRef, Refused, forbid
from yinuo.engine.people import access, queries
from yinuo.engine.people.actions import authorise, end_binding
from yinuo.engine.people.models import AuthorisedPerson
from yinuo.faces.accounts.phones import show_link
from yinuo.rooms.accounts.actions import codes, invite, take_back
from yinuo.rooms.accounts.queries import invitations_of
from yinuo.ui import uploads
from yinuo.ui.acting import actor_of, need_own
from yinuo.ui.components.forms import DateInput
from yinuo.ui.components.shapes import NavItem
from yinuo.ui.components.text import unbroken, zh_date
from yinuo.ui.forms import set_choices, typed_data
from yinuo.ui.handling import attempt, posted
from yinuo.ui.uploads import ManyFilesField, keep, mebibytes

DAY = timedelta(days=1)
LAST_YEAR = 2100
SCOPES = [("act", "办事：填报、交材料、报送、提问"), ("sign", "办事，并代表单位签署信用承诺")]


@need_own
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Six queries: who is signed in, the unit, who acts for it, who waits, who is invited, who no longer does."""
    actor, day = actor_of(request), timezone.localdate()
    unit = queries.unit(actor.unit_id or NO_ROW)
    rows = [_line(row, actor, day) for row in queries.persons_of(unit.pk, day)]
    context = {
        "unit": unit,
        "bound": [row for row in rows if row["row"].confirmed_at],
        "waiting": [row for row in rows if not row["row"].confirmed_at],
        "invited": invitations_of(unit.pk, timezone.now()),
        "former": [_line(row, actor, day) for row in queries.former_persons_of(unit.pk, day)],
        "breadcrumbs": [NavItem("我的项目", reverse("unit:projects")), NavItem("经办人")],
    }
    return render(request, "unit/persons.html", context)


def _line(row: AuthorisedPerson, actor: Actor, day: date) -> dict[str, Any]:
    return {
        "row": row,
        "own": row.person_id == actor.person_id,
        "phone": mask_phone(row.person.phone),
        "scope": "办事、签署承诺" if row.may_sign else "办事",
        "last": row.to_on - DAY if row.to_on else None,
        "begins": row.from_on if row.from_on > day else None,
    }


class AuthoriseForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=60)
    account = forms.CharField(
        label="手机号", max_length=60, help_text="没有账号的，会收到邀请短信；已有账号的，也可以填登录名"
    )
    scope = forms.ChoiceField(label="授权办什么", choices=SCOPES, widget=forms.RadioSelect(), initial="act")
    from_on = forms.DateField(
        label="从哪天起", widget=DateInput(), error_messages={"invalid": "填写日期，如 2027-03-01"}
    )
    to_on = forms.DateField(
        label="到哪天止（含当天）",
        required=False,
        widget=DateInput(),
        help_text="不填的，一直有效，直到终止",
        error_messages={"invalid": "填写日期，如 2027-03-01"},
    )
    basis = forms.CharField(label="授权依据", max_length=200, help_text="如：法定代表人授权委托书〔2026〕3号")
    library = forms.ChoiceField(label="授权委托书：从材料库选", required=False)
    letter = ManyFilesField(label="授权委托书：上传", required=False)

    def __init__(self, *args: Any, actor: Actor, also: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shelf = uploads.shelf(actor.unit_id or 0, also)
        set_choices(self, "library", [("", "不选"), *uploads.choices(shelf)])

    def clean_to_on(self) -> date | None:
        """The first day it no longer holds."""
        last: date | None = self.cleaned_data["to_on"]
        if last is not None and last.year > LAST_YEAR:
            raise forms.ValidationError(f"请写 {LAST_YEAR} 年以前的日期")
        return last + DAY if last else None


@need_own
@never_cache
@require_http_methods(["GET", "POST"])
def name_person(request: HttpRequest) -> HttpResponse:
    """Names somebody with the letter; what is wrong is told at its field, and a letter once uploaded stays chosen."""
    actor, now = actor_of(request), timezone.now()
    chosen = request.POST.get("library", "")
    also = [int(chosen)] if chosen.isdecimal() and len(chosen) < 16 else []
    if request.method == "POST":
        form = AuthoriseForm(request.POST, request.FILES, actor=actor, also=also)
        form.is_valid()
        letter = _letter(form, actor, also)
        if form.is_valid():
            done = attempt(form, lambda: _name(form, actor, letter), {"phone": "account"})
            if done is not None:
                words, link = done
                messages.success(request, words)
                if link is not None:
                    show_link(request, "接受邀请", link)
                return redirect("unit:persons")
        form = _again(form, actor, letter)
    else:
        form = AuthoriseForm(actor=actor, also=[], initial={"from_on": timezone.localtime(now).date(), "scope": "act"})
    crumbs = [
        NavItem("我的项目", reverse("unit:projects")),
        NavItem("经办人", reverse("unit:persons")),
        NavItem("授权经办人"),
    ]
    unit = queries.unit(actor.unit_id or NO_ROW)
    return render(
        request, "unit/person_authorise.html", {"form": form, "unit": unit, "limit": mebibytes(), "breadcrumbs": crumbs}
    )


def _letter(form: AuthoriseForm, actor: Actor, also: list[int]) -> int | None:
    files = form.cleaned_data.get("letter") or []
    if files:
        kept = keep(form, "letter", files[:1], actor=actor, at=timezone.now())
        return kept[0].pk if kept else None
    return also[0] if also and str(also[0]) == form.cleaned_data.get("library") else None


def _again(form: AuthoriseForm, actor: Actor, letter: int | None) -> AuthoriseForm:
    """The same form with the letter stored meanwhile among the choices, and the same errors."""
    data = typed_data(form)
    data["library"] = str(letter or "")
    made = AuthoriseForm(data, actor=actor, also=[letter] if letter else [])
    made.is_valid()
    for name, errors in form.errors.items():
        for error in errors:
            if error not in made.errors.get(name, []):
                made.add_error(None if name == "__all__" else name, error)
    return made


def _name(form: AuthoriseForm, actor: Actor, letter: int | None) -> tuple[str, PageRef | None]:
    """Whoever has an account is named; a number without one is invited.

    Returns what was done, and the link that was sent.
    """
    values = form.cleaned_data
    said = {
        "unit_id": actor.unit_id or 0,
        "name": values["name"],
        "basis": values["basis"],
        "letter_id": letter,
        "may_sign": values["scope"] == "sign",
        "from_on": values["from_on"],
        "to_on": values["to_on"],
        "at": timezone.now(),
    }
    try:
        made = authorise(actor=actor, account=values["account"], **said)
        return f"已提交对{made.person.name}的授权，政务大厅核对委托书后生效。", None
    except Refused as refusal:
        if refusal.code != "people.person_unknown" or not codes.is_phone(values["account"]):
            raise
    invited, secret = invite(actor=actor, phone=values["account"], **said)
    until = unbroken(zh_date(invited.expires_at))
    words = format_html("已向{}发出邀请，对方在 {}以前打开短信里的链接接受。", mask_phone(invited.phone), until)
    return words, PageRef("entrance:invitation", secret=secret)


@need_own
@require_POST
def uninvite(request: HttpRequest, invitation_id: int) -> HttpResponse:
    take_back(actor=actor_of(request), invitation_id=invitation_id, at=timezone.now())
    messages.success(request, "邀请已撤回，链接不能再用。")
    return redirect("unit:persons")


class EndForm(forms.Form):
    why = forms.CharField(
        label="为什么终止", max_length=200, widget=forms.Textarea({"rows": 2}), help_text="如：岗位调整、离职"
    )


@need_own
@never_cache
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, binding_id: int) -> HttpResponse:
    """From today the person no longer acts for the unit; what they did before stays."""
    actor, day = actor_of(request), timezone.localdate()
    binding = queries.binding(binding_id)
    if not access.is_own(actor, binding.unit_id):
        raise forbid("只能管理本单位的经办人")
    form = EndForm(posted(request))
    if request.method == "POST" and form.is_valid():
        ended = attempt(
            form, lambda: end_binding(actor=actor, binding=binding, at=timezone.now(), why=form.cleaned_data["why"])
        )
        if ended is not None:
            messages.success(request, f"已终止对{binding.person.name}的授权。")
            return redirect("unit:persons" if binding.person_id != actor.person_id else "common:start")
    context = {
        "binding": binding,
        "form": form,
        "own": binding.person_id == actor.person_id,
        "last_one": not queries.has_others(binding.unit_id, binding.person_id, day),
        "breadcrumbs": [
            NavItem("我的项目", reverse("unit:projects")),
            NavItem("经办人", reverse("unit:persons")),
            NavItem("终止授权"),
        ],
    }
    return render(request, "unit/person_end.html", context)
