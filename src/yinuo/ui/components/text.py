"""How dates, money, durations and personal data are written: the template filters, as plain functions."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

SPACE = (
    "\u00a0"  # groups digits and holds the unit without breaking the line; a narrower space vanishes in Chinese fonts
)


# 2026年11月24日 18:00 前, 11月24日, 2026年11月.
DATES = re.compile(r"(?:\d{4}年\d{1,2}月(?:\d{1,2}日)?|\d{1,2}月\d{1,2}日)(?: \d{2}:\d{2})?(?: [前止起])?")


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def zh_date(value: date | datetime | None) -> str:
    """2026年11月24日."""
    if value is None or value == "":
        return ""
    value = _local(value)
    return f"{value.year}年{value.month}月{value.day}日"


def iso_words(value: str) -> str:
    """2026年11月24日 for 2026-11-24; anything else as it is."""
    try:
        return zh_date(date.fromisoformat(value))
    except ValueError:
        return value


def zh_day(value: date | datetime | None) -> str:
    """11月24日, where the year is plain from what stands around it."""
    if value is None or value == "":
        return ""
    value = _local(value)
    return f"{value.month}月{value.day}日"


def zh_datetime(value: datetime | None) -> str:
    """2026年11月24日 18:00."""
    return "" if value is None or value == "" else f"{zh_date(value)} {_local(value):%H:%M}"


def zh_moment(value: datetime | None) -> str:
    """11月24日 18:00."""
    return "" if value is None or value == "" else f"{zh_day(value)} {_local(value):%H:%M}"


def closing(value: datetime | None) -> str:
    """The moment something ends, as people say it: midnight is 24:00 of the day before (11月24日 24:00)."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{zh_day(local - timedelta(days=1))} 24:00"
    return zh_moment(local)


def zh_weekday(value: date | datetime) -> str:
    """周一 … 周日."""
    return "周" + "一二三四五六日"[_local(value).weekday()]


def unbroken(value: object) -> SafeString:
    """The text with its dates held together (29 and 日 stay on one line); markup passes as it is."""
    if isinstance(value, SafeString):
        return value
    return mark_safe(DATES.sub(r'<span class="nb">\g<0></span>', escape(str(value))))  # noqa: S308  escaped on this line


def iso(value: date | datetime | None) -> str:
    """2026-11-24, an instant with its minutes: for tables."""
    if value is None or value == "":
        return ""
    value = _local(value)
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value.isoformat()


def grouped(value: Decimal | int | str) -> str:
    """1 234 567.8: thousands parted by a narrow space, no trailing zeros."""
    number = _decimal(value)
    if number is None:
        return ""
    text = f"{number:,f}".replace(",", SPACE)
    return text.rstrip("0").rstrip(".") if "." in text else text


def wan(value: Decimal | int | str | None) -> str:
    """Yuan as 万元, exactly: 86000000 → 8 600 万元."""
    number = _decimal(value)
    return "" if number is None else f"{grouped(number / 10000)}{SPACE}万元"


def area(value: Decimal | int | str | None, unit: str = "m²") -> str:
    """12 000 m²; the unit is only written, never converted."""
    number = _decimal(value)
    return "" if number is None else f"{grouped(number)}{SPACE}{unit}"


def without_link(value: str | None) -> str:
    """A message without the place of the address at its end (notices.models.LINK), where a button beside it leads
    there.
    """
    return re.sub(r"[：:]?\s*\{link\}$", "。", value or "")


def mask_name(value: str | None) -> str:
    """马晓云 → 马**: a private person on a public page."""
    text = (value or "").strip()
    return text[:1] + "*" * (len(text) - 1)


def percent(part: Decimal | int | None, whole: Decimal | int | None) -> int:
    """Whole percent between 0 and 100, for the length of a bar."""
    if not part or not whole:
        return 0
    return int(min(Decimal(100), max(Decimal(0), Decimal(part) * 100 / Decimal(whole))))


def _decimal(value: Decimal | int | str | None) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "安卓"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def program(agent: str | None) -> str:
    """What a browser calls itself, in two words: Chrome，Windows. Anything else keeps its beginning."""
    text = agent or ""
    names = [next((name for mark, name in known if mark in text), "") for known in (_BROWSERS, _SYSTEMS)]
    return "，".join(filter(None, names)) or text[:40]
