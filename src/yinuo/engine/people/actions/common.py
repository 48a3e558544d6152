"""What the actions on people share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.engine.base import Refused


def day_of(at: datetime) -> date:
    """The county's day: an instant in another zone may still be in yesterday."""
    return at.astimezone(TZ).date()


def text_of(value: Any, field: str, longest: int) -> str:
    """Trimmed, as the column holds it. Raises Refused naming the field."""
    text = str(value or "").strip()
    if "\x00" in text or len(text) > longest:
        raise Refused("people.too_long", f"内容过长或者含有无法保存的字符，最多 {longest} 字", field=field)
    return text
