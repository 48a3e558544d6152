"""The public credit platform's side: a batch is posted under its own key, so that one sent again counts once there."""

from __future__ import annotations

import http.client
import json
import urllib.request
from typing import Any, Protocol

from django.conf import settings


class SendError(Exception):
    """The batch did not arrive; it is sent again."""


class Platform(Protocol):
    def send(self, key: str, body: dict[str, Any]) -> str: ...


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirected POST would arrive as an empty GET and count as sent, and the token would go with it."""

    def redirect_request(self, *_: Any) -> None:
        return None


_direct = urllib.request.build_opener(_NoRedirects)
LOCAL = ("http://127.0.0.1:", "http://127.0.0.1/", "http://localhost:", "http://localhost/")
RECEIPT_MOST = 500


class HttpPlatform:
    """POST JSON; `Idempotency-Key` names the batch. Raises SendError for everything but an answer of success."""

    def __init__(self, url: str, token: str, timeout: float = 20) -> None:
        if not url.startswith(("https://", *LOCAL)):
            raise ValueError("请在 YINUO_CREDIT_PLATFORM_URL 填写公共信用平台接口的地址，须用 https")
        self.url, self.token, self.timeout = url, token, timeout

    def send(self, key: str, body: dict[str, Any]) -> str:
        request = urllib.request.Request(  # noqa: S310  the scheme is checked above
            self.url,
            data=json.dumps(body, ensure_ascii=False).encode(),
            headers={
                "Content-Type": "application/json",
                "Idempotency-Key": key,
                "Authorization": f"Bearer {self.token}",
            },
        )
        try:
            with _direct.open(request, timeout=self.timeout) as answer:
                receipt: bytes = answer.read(RECEIPT_MOST)
                return receipt.decode("utf-8", "replace").replace("\x00", "")
        except (OSError, http.client.HTTPException) as error:
            raise SendError(str(error) or type(error).__name__) from error


def platform() -> Platform | None:
    """None where this place sends nothing by itself: the platform then reads the feed."""
    url = settings.YINUO_CREDIT_PLATFORM_URL
    return HttpPlatform(url, settings.YINUO_CREDIT_PLATFORM_TOKEN) if url else None
