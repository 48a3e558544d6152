"""A code to a telephone and back: it shows that whoever is at the page, or at the counter, has the telephone in hand.

A code is asked for, proved by typing it, and used for the one thing it was asked for. Wrong answers are counted in a
transaction of their own, so that a refusal does not take the count back.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils.crypto import constant_time_compare, salted_hmac

from yinuo.engine import throttling
from yinuo.engine.base import NO_ROW, Refused
from yinuo.engine.notices.actions import tell_number
from yinuo.engine.notices.channels import sms_leaves
from yinuo.engine.trail.actions import action
from yinuo.rooms.accounts.models import PhoneCode, Purpose

DIGITS = 6
LASTS = timedelta(minutes=10)
WAIT = timedelta(seconds=60)
PROOF_LASTS = timedelta(minutes=30)
MOST_TRIES = 5
MOST_AN_HOUR = 6
SALT = "yinuo.accounts.code"
CARE = {Purpose.WINDOW: "请当面告诉窗口人员。"}


def normal_phone(text: str) -> str:
    """A mobile number as eleven digits. Raises Refused for anything else."""
    number = re.sub(r"[\s-]", "", text).removeprefix("+86")
    if not re.fullmatch(r"1[3-9]\d{9}", number, re.ASCII):
        raise Refused("accounts.phone", "请填写 11 位手机号", field="phone")
    return number


def is_phone(text: str) -> bool:
    """Whether it can be a mobile number."""
    try:
        normal_phone(text)
    except Refused:
        return False
    return True


def shown_on_screen() -> bool:
    """A demonstration without a gateway shows its codes on the page."""
    return settings.YINUO_DEMO and not sms_leaves()


def can_be_sent() -> bool:
    return sms_leaves() or shown_on_screen()


def _digest(phone: str, purpose: str, code: str) -> str:
    return salted_hmac(SALT, f"{purpose}:{phone}:{code}", algorithm="sha256").hexdigest()


@action
def ask_code(*, phone: str, purpose: Purpose, at: datetime, address: str = "") -> str:
    """Sends a code and gives it back for a demonstration's screen. `phone` is a mobile number, `address` where the
    request came from.

    Raises: Refused (no number; no gateway; asked for too soon or too often).
    """
    phone = normal_phone(phone)
    if not can_be_sent():
        raise Refused(
            "accounts.no_gateway", "短信服务还没有开通，现在发不了验证码", field="phone", remedy="请联系政务大厅"
        )
    with connection.cursor() as cursor:
        # Two presses at once send one code: the second waits here and meets the first's row.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"code:{phone}"])
    recent = list(PhoneCode.objects.filter(phone=phone, asked_at__gt=at - timedelta(hours=1)).order_by("-asked_at"))
    if recent and recent[0].asked_at > at - WAIT:
        left = int((recent[0].asked_at + WAIT - at).total_seconds()) + 1
        raise Refused(
            "accounts.code_soon", "验证码刚刚发过", field="phone", remedy=f"没有收到的，{left} 秒以后可以重发"
        )
    if len(recent) >= MOST_AN_HOUR or (address and not throttling.allow("codes", address)):
        raise Refused(
            "accounts.code_often",
            "这一小时里要的验证码太多",
            field="phone",
            remedy="请一小时以后再试，或者联系政务大厅",
        )
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    PhoneCode.objects.create(
        phone=phone, purpose=purpose, digest=_digest(phone, purpose, code), asked_at=at, expires_at=at + LASTS
    )
    minutes = int(LASTS.total_seconds()) // 60
    care = CARE.get(purpose, "不要告诉他人。")
    tell_number("code", phone, at=at, code=code, minutes=minutes, purpose=purpose.label, care=care)
    return code


@action
def _prove(phone: str, purpose: Purpose, code: str, at: datetime) -> PhoneCode | str:
    """The proof, or why there is none; either way what was tried is kept."""
    row = PhoneCode.objects.select_for_update().filter(phone=phone, purpose=purpose).order_by("-asked_at").first()
    if row is None:
        return "请先获取验证码"
    if row.used_at is not None or at >= row.expires_at:
        return "验证码已过期，请重新获取"
    if row.tries >= MOST_TRIES:
        return "输错的次数太多，请重新获取验证码"
    if not constant_time_compare(row.digest, _digest(phone, purpose, "".join(code.split()))):
        row.tries += 1
        row.save(update_fields=["tries"])
        return "验证码不对，请核对短信"
    row.proved_at = row.proved_at or at
    row.save(update_fields=["proved_at"])
    return row


def prove(*, phone: str, purpose: Purpose, code: str, at: datetime) -> int:
    """The id of the proof that `phone` is in hand, good for `PROOF_LASTS` and one use.

    Raises Refused for a wrong or late code.
    """
    found = _prove(normal_phone(phone), purpose, code, at)
    if isinstance(found, str):
        raise Refused("accounts.code", found, field="code")
    return found.pk


def use(proof_id: int | None, purpose: Purpose, at: datetime) -> str:
    """The telephone a proof is for; from here on it is used.

    Called within the action it is used for. Raises Refused.
    """
    row = (
        PhoneCode.objects.select_for_update()
        .filter(pk=proof_id or NO_ROW, purpose=purpose, proved_at__gt=at - PROOF_LASTS)
        .first()
    )
    if row is None or row.used_at is not None:
        raise Refused("accounts.proof", "手机号的验证已经过期", field="phone", remedy="请重新获取验证码")
    row.used_at = at
    row.save(update_fields=["used_at"])
    return row.phone


def give_back(proof_id: int | None) -> None:
    """What was said beside the proof did not fit: it may be tried again, as often as a code.

    Called within the action, which goes on.
    """
    row = PhoneCode.objects.select_for_update().get(pk=proof_id or NO_ROW)
    row.tries += 1
    row.used_at = None if row.tries < MOST_TRIES else row.used_at
    row.save(update_fields=["tries", "used_at"])


def forget(now: datetime) -> int:
    """Lets go of codes a day after they ended. Returns how many."""
    return PhoneCode.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()[0]
