"""Who a province's identity platform says somebody is: the person, and the legal entity they signed in for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from yinuo.engine.people.models import UnitType

# Our name → the claim's, as OpenID Connect Core 5.1 calls what it has a name for; YINUO_OIDC_CLAIMS renames any of
# them.
USUAL = {
    "name": "name",
    "phone": "phone_number",
    "credit_code": "credit_code",
    "unit_name": "unit_name",
    "legal_representative": "legal_representative",
    "may_sign": "may_sign",
}
YES = ("true", "1", "yes", "y", "是")


@dataclass(frozen=True, slots=True)
class Claims:
    """`credit_code` is empty where somebody signed in for themselves; `phone` is eleven digits or empty."""

    name: str
    phone: str
    credit_code: str
    unit_name: str
    legal_representative: str
    may_sign: bool

    @property
    def unit_type(self) -> str:
        """GB 32100: 11 are state organs, 12 institutions; whatever is registered otherwise is an enterprise here."""
        return {"11": UnitType.AGENCY, "12": UnitType.INSTITUTION}.get(self.credit_code[:2], UnitType.ENTERPRISE).value


def mapping() -> dict[str, str]:
    """Our names and the platform's.

    Raises ValueError for a name that is not ours, so that a slip is told at the start.
    """
    pairs = [pair.partition("=") for pair in settings.YINUO_OIDC_CLAIMS.split()]
    unknown = [ours for ours, _, theirs in pairs if ours not in USUAL or not theirs]
    if unknown:
        raise ValueError(f"YINUO_OIDC_CLAIMS：“{unknown[0]}”有误，写成 {' '.join(USUAL)} 之一 = 平台的字段名")
    return {**USUAL, **{ours: theirs for ours, _, theirs in pairs}}


def claims_of(said: Mapping[str, Any]) -> Claims:
    """What userinfo or the id token says; what is missing is empty."""
    known = {ours: str(said.get(theirs) or "").strip() for ours, theirs in mapping().items()}
    number = re.sub(r"[\s-]", "", known["phone"]).removeprefix("+86")
    return Claims(
        name=known["name"],
        phone=number if re.fullmatch(r"1[3-9]\d{9}", number, re.ASCII) else "",
        credit_code=known["credit_code"].upper(),
        unit_name=known["unit_name"],
        legal_representative=known["legal_representative"],
        may_sign=known["may_sign"].lower() in YES,
    )
