"""Who may do what in `accounts`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.apps.test_onemap import PDF
from tests.apps.world import ACTORS, CONVENER_AND_ADMINISTRATOR, NOON, TODAY, Act, World
from yinuo.core.codes import make_credit_code
from yinuo.engine.base import Actor
from yinuo.engine.documents.actions import store_upload
from yinuo.rooms.accounts import actions as accounts
from yinuo.rooms.accounts.models import PhoneCode, Purpose

WITH_AN_ACCOUNT = set(ACTORS) - {"public", "node", "system"}
COUNTER = {"window", *CONVENER_AND_ADMINISTRATOR}
MAY: dict[str, set[str]] = {
    "accounts.ask_admission": {"person"},
    # Whose own it is, whatever they act as.
    "accounts.withdraw_admission": {"person", "unit of nobody"},
    "accounts.admit": COUNTER,
    "accounts.decline": COUNTER,
    "accounts.invite": {"unit"},
    "accounts.take_back": {"unit"},
    "accounts.change_phone": WITH_AN_ACCOUNT,
    "accounts.change_mail": WITH_AN_ACCOUNT,
    "accounts.sign_out_elsewhere": WITH_AN_ACCOUNT,
}
# The window has compared identity and papers.
INNER = {"accounts.bind_proven", "accounts.send_password_link"}
NUMBER = "13993000001"


def proof(phone: str, purpose: Purpose, at: datetime) -> int:
    """As if the code had come back."""
    return PhoneCode.objects.create(
        phone=phone, purpose=purpose, digest="", asked_at=at, expires_at=at + timedelta(minutes=10), proved_at=at
    ).pk


def asking(world: World, **changes: Any) -> dict[str, Any]:
    own = Actor(world.newcomer.pk, "person")
    file = store_upload(actor=own, name="执照.pdf", content=PDF, unit_id=None, at=NOON)
    return {
        "credit_code": make_credit_code("622927", "00000079"),
        "unit_name": "积石山县新来食品有限公司",
        "unit_type": "enterprise",
        "legal_representative": "马老板",
        "address": "吹麻滩镇",
        "own": False,
        "may_sign": True,
        "licence_id": file.pk,
        "letter_id": file.pk,
        "at": NOON,
    } | changes


def act_of(world: World, action: str) -> Act:
    """The action ready to be done, everything in place but its actor."""
    said = asking(world)
    asked = 0
    if action != "accounts.ask_admission":
        asked = accounts.ask_admission(actor=Actor(world.newcomer.pk, "person"), **said).pk
    letter = store_upload(
        actor=world.company.actor, name="委托书.pdf", content=PDF, unit_id=world.company.unit.pk, at=NOON
    )
    inviting: dict[str, Any] = {
        "unit_id": world.company.unit.pk, "name": "马接手", "phone": NUMBER, "basis": "委托书", "letter_id": letter.pk,
        "may_sign": True, "from_on": TODAY, "to_on": None, "at": NOON,
    }  # fmt: skip
    invited = accounts.invite(actor=world.company.actor, **inviting)[0].pk if action == "accounts.take_back" else 0
    proved = proof(NUMBER, Purpose.PHONE, NOON) if action == "accounts.change_phone" else 0
    acts: dict[str, Act] = {
        "accounts.ask_admission": lambda actor: accounts.ask_admission(actor=actor, **said),
        "accounts.withdraw_admission": lambda actor: accounts.withdraw_admission(
            actor=actor, admission_id=asked, at=NOON
        ),
        "accounts.admit": lambda actor: accounts.admit(actor=actor, admission_id=asked, may_sign=True, at=NOON),
        "accounts.decline": lambda actor: accounts.decline(actor=actor, admission_id=asked, why="执照看不清", at=NOON),
        "accounts.invite": lambda actor: accounts.invite(actor=actor, **inviting),
        "accounts.take_back": lambda actor: accounts.take_back(actor=actor, invitation_id=invited, at=NOON),
        "accounts.change_phone": lambda actor: accounts.change_phone(actor=actor, proof_id=proved, at=NOON),
        "accounts.change_mail": lambda actor: accounts.change_mail(actor=actor, mail="new@example.org", at=NOON),
        "accounts.sign_out_elsewhere": lambda actor: accounts.sign_out_elsewhere(actor=actor, at=NOON),
    }
    return acts[action]
