"""How allauth serves our accounts: they come to be in `rooms/accounts`, never by its own signing up; a proved number
signs in like the name.
"""

from __future__ import annotations

from typing import Any

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import lazy

from yinuo.engine.base import Refused
from yinuo.engine.people.contact import contact
from yinuo.rooms.accounts import signing_in
from yinuo.rooms.accounts.actions import accept_platform_login
from yinuo.rooms.accounts.models import Outcome
from yinuo.rooms.accounts.province import claims_of

PLATFORM_SECONDS = 8


def _locked() -> str:
    """Why signing in has to wait, how long, and whom to ask."""
    hall = contact(timezone.localdate())
    ask = f"，或者联系{hall.hall}{f'（电话 {hall.phone}）' if hall.phone else ''}" if hall else ""
    tries, minutes = settings.YINUO_LOGIN_TRIES, settings.YINUO_LOGIN_LOCK_MINUTES
    return (
        f"登录失败次数过多：同一个登录名输错 {tries} 次，要等 {minutes} 分钟才能再试。忘了密码的，"
        f"请用“忘记密码”重设{ask}。"
    )


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {**DefaultAccountAdapter.error_messages, "too_many_login_attempts": lazy(_locked, str)()}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            signing_in.keep(request, signing_in.person_called(str(credentials.get("username", ""))), Outcome.LOCKED)
            raise


class LoginForm(AllauthLoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The page has its own words and its own way to a lost password."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.help_text = ""
            field.widget.attrs.pop("placeholder", None)

    def user_credentials(self) -> dict[str, Any]:
        """Under one name, however it was typed: so that guesses are counted together."""
        credentials: dict[str, Any] = super().user_credentials()
        person = signing_in.person_called(credentials.get("username", ""))
        return {**credentials, "username": person.username} if person else credentials


class PlatformSession(requests.Session):
    """Requests to the identity platform, with a time-out; where one fails the visitor gets an error page (503)."""

    def __init__(self, page: HttpRequest) -> None:
        super().__init__()
        self.page = page

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        try:
            answer = super().request(method, url, *args, **{"timeout": PLATFORM_SECONDS, **kwargs})
            if method == "GET":
                answer.raise_for_status()
            return answer
        except requests.RequestException as error:
            page = render(self.page, "socialaccount/authentication_error.html", status=503)
            raise ImmediateHttpResponse(page) from error


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """A login of the province's platform makes and serves accounts by what it says (`accept_platform_login`); nobody
    fills a form of it.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def get_requests_session(self) -> requests.Session:
        return PlatformSession(self.request)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """The login was looked up before; a new one is connected here, so that signing up never begins.

        Of what was said nothing is kept.
        """
        data = sociallogin.account.extra_data
        said = claims_of(data.get("userinfo") or data.get("id_token") or data)
        sociallogin.account.extra_data = {}
        existing = sociallogin.is_existing
        if existing:
            sociallogin.account.save(update_fields=["extra_data"])
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        known = sociallogin.user.pk if existing and sociallogin.user is not None else None
        try:
            person = accept_platform_login(
                person_id=known, claims=said, issuer=settings.YINUO_OIDC_NAME, at=timezone.now()
            )
        except Refused as refusal:
            raise ImmediateHttpResponse(
                render(request, "errors/refused.html", {"refusal": refusal}, status=refusal.status)
            ) from refusal
        if not existing:
            sociallogin.connect(request, person)


class LongEnough(MinimumLengthValidator):
    """Django's own rule, in words that its translation lacks."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) < self.min_length:
            raise ValidationError(f"密码太短，至少 {self.min_length} 个字符。", code="password_too_short")

    def get_help_text(self) -> str:
        return f"密码至少 {self.min_length} 个字符。"
