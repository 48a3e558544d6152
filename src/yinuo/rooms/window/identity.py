"""Identity documents as the window notes them: looked at, checked, and kept only masked and as a keyed digest."""

from __future__ import annotations

import re

from django.utils.crypto import salted_hmac

from yinuo.engine.base import Refused
from yinuo.rooms.window.models import IdentityKind

SALT = "yinuo.window.identity"
SHORTEST, LONGEST = 5, 24
HEAD, TAIL = 4, 2
CHECK_CHARACTERS = "10X98765432"


def normal(kind: str, number: str) -> str:
    """The number as one writes it. Raises Refused for one that cannot be a document's."""
    text = re.sub(r"[\s-]", "", number).upper()
    if not re.fullmatch(rf"[0-9A-Z()（）]{{{SHORTEST},{LONGEST}}}", text):
        raise Refused("window.identity", "请照证件填写号码", field="identity_number")
    if kind == IdentityKind.RESIDENT and not _resident(text):
        raise Refused(
            "window.identity",
            "居民身份证号码不对",
            field="identity_number",
            remedy="应为 18 位，最后一位是校验码，请对照证件逐位核对",
        )
    return text


def _resident(text: str) -> bool:
    """GB 11643: the last character follows from the others (ISO 7064, MOD 11-2)."""
    if not re.fullmatch(r"\d{17}[\dX]", text):
        return False
    return CHECK_CHARACTERS[sum(int(digit) << (17 - place) for place, digit in enumerate(text[:17])) % 11] == text[-1]


def masked(text: str) -> str:
    """The beginning and the end; of a short number less."""
    head, tail = (HEAD, TAIL) if len(text) > HEAD + TAIL + 2 else (1, 1)
    return f"{text[:head]}{'*' * (len(text) - head - tail)}{text[-tail:]}"


def digest(kind: str, text: str) -> str:
    """Tells whether two visitors showed the same document;
    without this installation's key nothing can be told from it.
    """
    return salted_hmac(SALT, f"{kind}:{text}", algorithm="sha256").hexdigest()
