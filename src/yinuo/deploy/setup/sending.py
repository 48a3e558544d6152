"""A message by mail or to a telephone, sent with what was set: whether it arrives is seen before the first deadline."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from yinuo.deploy.setup.doing import in_force
from yinuo.deploy.setup.plan import SMTP


def use(home: Path) -> None:
    """This process sends with what the next start will find."""
    from django.conf import settings

    known = in_force(home)
    settings.EMAIL_BACKEND = known.get("YINUO_EMAIL_BACKEND") or "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = (
        known.get(f"{SMTP}HOST", "localhost"),
        int(known.get(f"{SMTP}PORT", "25")),
    )
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = (
        known.get(f"{SMTP}USER", ""),
        known.get(f"{SMTP}PASSWORD", ""),
    )
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = known.get(f"{SMTP}TLS") == "1", known.get(f"{SMTP}TLS") == "ssl"
    settings.DEFAULT_FROM_EMAIL = known.get("YINUO_MAIL_FROM", "yinuo@localhost")
    settings.YINUO_SMS_PROVIDER, settings.YINUO_SMS_URL = (
        known.get("YINUO_SMS_PROVIDER", ""),
        known.get("YINUO_SMS_URL", ""),
    )
    settings.YINUO_SMS_TOKEN = known.get("YINUO_SMS_TOKEN", "")


def send_test_mail(home: Path, address: str) -> str:
    """Why it did not leave, empty when it did."""
    from django.core.mail import EmailMessage

    use(home)
    try:
        EmailMessage("一诺：测试邮件", "收到这封邮件，说明邮件已经设好。", to=[address]).send()
    except (OSError, ValueError) as error:
        return f"测试邮件没有发出：{error or type(error).__name__}"
    return ""


def send_test_sms(home: Path, phone: str, at: datetime) -> str:
    """Why it did not leave, empty when it did."""
    from yinuo.engine.notices.channels import SendError, gateway, sms_leaves
    from yinuo.engine.notices.models import Channel, Message

    use(home)
    if not sms_leaves():
        return "测试短信没有发出：没有设置短信网关"
    message = Message(
        channel=Channel.SMS,
        phone=phone,
        template="setup.test",
        body="一诺：收到这条短信，说明短信已经设好。",
        queued_at=at,
    )
    try:
        gateway(Channel.SMS).send(message)
    except (SendError, OSError, ValueError) as error:
        return f"测试短信没有发出：{error}"
    return ""
