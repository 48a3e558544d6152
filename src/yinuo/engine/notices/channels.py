"""How a message leaves: SMS through an HTTP gateway, mail through Django's backend, in-site by being there."""

from __future__ import annotations

import http.client
import json
import urllib.request
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from yinuo.core.masking import mask_phone
from yinuo.engine.notices.models import Channel, Message


class SendError(Exception):
    """The message did not leave; it will be tried again."""


class Gateway(Protocol):
    def send(self, message: Message) -> None: ...


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirected POST would arrive as an empty GET and count as sent, and the token would go with it."""

    def redirect_request(self, *_: Any) -> None:
        return None


_direct = urllib.request.build_opener(_NoRedirects)


class SmsGateway:
    """An HTTP gateway: POST JSON {id, phone, text}; `Idempotency-Key` is the message's id, so a resend is not a second
    SMS.
    """

    def __init__(self, url: str, token: str, timeout: float = 10) -> None:
        if not url.startswith(
            ("https://", "http://127.0.0.1:", "http://127.0.0.1/", "http://localhost:", "http://localhost/")
        ):
            raise ValueError("短信网关须用 https")
        self.url, self.token, self.timeout = url, token, timeout

    def send(self, message: Message) -> None:
        body = json.dumps(
            {"id": str(message.pk), "phone": message.number, "text": message.text}, ensure_ascii=False
        ).encode()
        request = urllib.request.Request(  # noqa: S310  the scheme is checked above
            self.url,
            data=body,
            headers={
                "Content-Type": "application/json",
                "Idempotency-Key": str(message.pk),
                "Authorization": f"Bearer {self.token}",
            },
        )
        try:
            with _direct.open(request, timeout=self.timeout) as response:
                response.read()
        except (OSError, http.client.HTTPException) as error:
            raise SendError(str(error) or type(error).__name__) from error


class ConsoleSms:
    """Without a gateway the text is printed, never lost: the message stays in the site as well."""

    def send(self, message: Message) -> None:
        print(f"[短信] {mask_phone(message.number)} {'（内容保密）' if message.secret else message.text}", flush=True)


class Mail:
    def send(self, message: Message) -> None:
        assert message.person is not None
        mail = EmailMessage(
            message.subject, message.text, to=[message.person.email], headers={"Message-ID": f"<{message.pk}@yinuo>"}
        )
        try:
            mail.send()
        except (OSError, ValueError) as error:
            raise SendError(str(error)) from error


class Site:
    def send(self, message: Message) -> None:
        """An in-site message has arrived when its row is there."""


def sms_leaves() -> bool:
    """Whether text messages are sent to telephones at all."""
    return bool(settings.YINUO_SMS_PROVIDER or settings.YINUO_SMS_URL)


def gateway(channel: str) -> Gateway:
    if channel == Channel.SMS and settings.YINUO_SMS_PROVIDER and not settings.YINUO_SMS_URL:
        made: Gateway = import_string(settings.YINUO_SMS_PROVIDER)()
        return made
    if channel == Channel.SMS:
        url = getattr(settings, "YINUO_SMS_URL", "")
        return SmsGateway(url, getattr(settings, "YINUO_SMS_TOKEN", "")) if url else ConsoleSms()
    return Mail() if channel == Channel.MAIL else Site()
