"""The link in an invitation: who invites to what, then the telephone, then an account or the one there is."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from yinuo.core.masking import mask_phone
from yinuo.engine.base import Refused
from yinuo.faces.accounts.join import again_without_code, sign_in
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
from yinuo.rooms.accounts.actions import accept
from yinuo.rooms.accounts.actions.invitations import invitation_of
from yinuo.rooms.accounts.models import Purpose
from yinuo.ui.handling import attempt


class InvitedForm(CodeForm, NewPassword):
    field_order = ("code", "password")


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """POST `do`: send (the code), accept (with an account of one's own), or the form with code and password."""
    now = timezone.now()
    try:
        found = invitation_of(secret, now)
    except Refused as refusal:
        return render(request, "entrance/invitation_over.html", {"refusal": refusal}, status=410)
    verb = request.POST.get("do", "") if request.method == "POST" else ""
    person = request.user if request.user.is_authenticated else None
    about = str(found.pk)
    own = person is not None and person.phone_verified_at is not None and person.phone == found.phone
    known = phone_state(request, Purpose.INVITED, about)
    asked = PhoneForm({"phone": found.phone})
    asked.is_valid()
    form: CodeForm = InvitedForm(
        request.POST if request.method == "POST" and not verb else None, proved="proof" in known
    )
    if person is None and queries.account_of_number(found.phone) is not None:
        if verb == "accept":
            return redirect_to_login(request.path)
    elif verb == "accept" and own and person is not None:
        form = CodeForm({}, proved=True)
        form.is_valid()
        done = attempt(form, lambda: accept(secret=secret, person_id=person.pk, at=now))
        if done is not None:
            return _accepted(request)
    elif verb == "send" and send(request, asked, found.phone, Purpose.INVITED, now, about):
        return redirect("entrance:invitation", secret)
    elif form.is_bound and known and person is None and form.is_valid():
        proof_id = proof_of(request, form, Purpose.INVITED, now, about)
        if proof_id is not None:
            word = form.cleaned_data["password"]
            made = attempt(form, lambda: accept(secret=secret, proof_id=proof_id, password=word, at=now))
            if made is not None:
                forget_phone(request, Purpose.INVITED)
                sign_in(request, made[0])
                return _accepted(request)
        form = again_without_code(request, form, InvitedForm, Purpose.INVITED, about)
    context = {
        "found": found,
        "phone": mask_phone(found.phone),
        "form": form,
        "asked": asked if verb == "send" else None,
        "sent": bool(known),
        "own": own,
        "other": person is not None and not own,
        "has_account": person is None and queries.account_of_number(found.phone) is not None,
    }
    return render(
        request,
        "entrance/invitation.html",
        context,
        status=422 if form.errors or (verb == "send" and asked.errors) else 200,
    )


def _accepted(request: HttpRequest) -> HttpResponse:
    messages.success(request, "已接受邀请，政务大厅核对授权委托书以后生效，会发短信告诉您。")
    return redirect("entrance:unit")
