"""How accounts come to be: by invitation and by the administrator, never by signing up."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """A foreign login serves an account that exists; it does not make one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        return False
