"""Every try to sign in is kept: who, when, from where, with what program, and how it ended. Never what was typed."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest

from yinuo.engine.base import column_length
from yinuo.engine.people.models import Person
from yinuo.rooms.accounts.models import Outcome, SignIn

AGENT_LENGTH = column_length(SignIn, "agent")


def keep(request: HttpRequest | None, person: Person | None, outcome: Outcome) -> None:
    address = (
        get_adapter(request).get_client_ip(request) if request is not None and request.META.get("REMOTE_ADDR") else ""
    )
    agent = request.headers.get("User-Agent", "").replace("\x00", "")[:AGENT_LENGTH] if request is not None else ""
    SignIn.objects.create(person=person, outcome=outcome, address=address[:45], agent=agent)


def person_called(login: str) -> Person | None:
    """Whom a login name or a verified number is."""
    found = Person.objects.filter(username=login).first()
    return found or Person.objects.filter(phone=login, phone_verified_at__isnull=False, is_active=True).first()


def _signed_in(sender: Any, request: HttpRequest, user: Person, **_: Any) -> None:
    keep(request, user, Outcome.SIGNED_IN)


def _failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    keep(request, person_called(str(credentials.get("username", ""))), Outcome.WRONG)


def connect() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="accounts.signed_in")
    user_login_failed.connect(_failed, dispatch_uid="accounts.login_failed")
