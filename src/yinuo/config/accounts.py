"""How allauth serves our accounts: they come to be in `apps/accounts`, never by its own signing up; a proved number signs in like the name."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from yinuo.apps.accounts import signing_in
from yinuo.apps.accounts.models import Outcome


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            signing_in.keep(request, signing_in.person_called(str(credentials.get("username", ""))), Outcome.LOCKED)
            raise


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
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
