"""How accounts come to be: by invitation and by the administrator, never by signing up."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import lazy

from yinuo.apps.people.contact import contact


def _locked() -> str:
    """Why signing in has to wait, how long, and whom to ask."""
    hall = contact(timezone.localdate())
    ask = f"，或者联系{hall.hall}{f'（电话 {hall.phone}）' if hall.phone else ''}" if hall else ""
    tries, minutes = settings.YINUO_LOGIN_TRIES, settings.YINUO_LOGIN_LOCK_MINUTES
    return f"登录失败次数过多：同一个登录名输错 {tries} 次，要等 {minutes} 分钟才能再试。忘了密码的，请用“忘记密码”重设{ask}。"


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {**DefaultAccountAdapter.error_messages, "too_many_login_attempts": lazy(_locked, str)()}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """A foreign login serves an account that exists; it does not make one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        return False


class LongEnough(MinimumLengthValidator):
    """Django's own rule, in words that its translation lacks."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) < self.min_length:
            raise ValidationError(f"密码太短，至少 {self.min_length} 个字符。", code="password_too_short")

    def get_help_text(self) -> str:
        return f"密码至少 {self.min_length} 个字符。"
