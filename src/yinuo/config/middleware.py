"""What happens around every request: its log line, the content policy, and sessions for pages only."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import structlog
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = structlog.get_logger("yinuo.request")

API = "/api/"
SLIDE_AFTER_SECONDS = 300

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# The administration's own pages bring a framework that evaluates expressions and sets styles.
ADMIN_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-inline' 'unsafe-eval'").replace(
    "style-src 'self'", "style-src 'self' 'unsafe-inline'"
)


class RequestLog:
    """One line per request: method, path, status, time. No query, no body: a secret project must leave no trace."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        took = round((time.perf_counter() - began) * 1000, 1)
        log.debug("request", method=request.method, path=request.path_info, status=response.status_code, ms=took)
        return response


class ContentSecurity:
    """Only what we serve ourselves may run; a view may set a policy of its own."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        policy = ADMIN_POLICY if request.path_info.startswith("/admin/") else POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response


class _PagesOnly(MiddlewareMixin):
    """The API is for machines with keys: it carries no session, and pays for none."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if request.path_info.startswith(API):
            return self.get_response(request)
        return super().__call__(request)


class Session(_PagesOnly, SessionMiddleware):
    """A session ends half an hour after the last page, not after the login; the row is rewritten at most every five
    minutes.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if session.accessed and not session.is_empty():
            now = int(time.time())
            if now - session.get("seen_at", 0) > SLIDE_AFTER_SECONDS:
                session["seen_at"] = now
        return super().process_response(request, response)


class Authentication(_PagesOnly, AuthenticationMiddleware):
    pass


class Messages(_PagesOnly, MessageMiddleware):
    pass
