"""Signing in stands in our frame and speaks our language."""

from __future__ import annotations

from allauth.account.forms import ChangePasswordForm, LoginForm
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.html import parse_html


def test_the_login_page_stands_in_our_frame_and_every_field_has_its_label() -> None:
    request = RequestFactory().get("/accounts/login/")
    html = render_to_string(
        "account/login.html",
        {"form": LoginForm(request=request), "redirect_field": "", "SOCIALACCOUNT_ENABLED": False},
        request,
    )
    assert parse_html(html)
    assert '<main id="main" tabindex="-1" class="narrow">' in html
    assert '<label class="label" for="id_login">' in html
    assert '<label class="label" for="id_password">' in html
    assert "<title>登录 · 一诺</title>" in html
    assert "sign up" not in html.lower()


def test_an_empty_login_says_in_the_title_and_in_the_summary_that_something_is_missing() -> None:
    request = RequestFactory().post("/accounts/login/", {})
    html = render_to_string(
        "account/login.html", {"form": LoginForm({}, request=request), "redirect_field": ""}, request
    )
    assert "<title>有错误：登录 · 一诺</title>" in html
    assert 'href="#id_login"' in html
    assert 'href="#id_password"' in html


def test_the_librarys_own_pages_are_built_of_our_components() -> None:
    html = render_to_string("account/password_change.html", {"form": ChangePasswordForm()}, RequestFactory().get("/"))
    assert '<label class="label" for="id_oldpassword">' in html
    assert 'class="btn b-primary"' in html
    assert parse_html(html)
