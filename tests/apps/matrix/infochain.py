"""Who may do what in `infochain`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from tests.apps.world import LATE, NOON, Act, World
from yinuo.engine.base import Actor
from yinuo.engine.infochain import actions as infochain
from yinuo.engine.infochain import keys as chain_keys
from yinuo.engine.infochain.audit import Report
from yinuo.engine.infochain.models import IssuerKey

MAY: dict[str, set[str]] = {
    "infochain.begin": {"system", "administrator", "administrator abroad"},
    "infochain.add_key": {"system", "administrator"},
    "infochain.rotate_key": {"system", "administrator"},
    "infochain.revoke_retired_keys": {"system", "administrator", "administrator abroad"},
    "infochain.erase": {"system", "administrator", "administrator abroad"},
    "infochain.keep_audit": {"system", "administrator", "administrator abroad"},
}
INNER: set[str] = set()


def act_of(world: World, action: str) -> Act:
    """The action ready to be done, everything in place but its actor."""
    chain_keys.forget()
    office = world.department
    if action == "infochain.begin":
        IssuerKey.objects.filter(department=None).delete()
    if action in ("infochain.rotate_key", "infochain.revoke_retired_keys"):
        infochain.add_key(actor=Actor.system(), department_id=office.pk, at=NOON)
    at_work = IssuerKey.objects.filter(department=office).values_list("pk", flat=True).first() or 0
    if action == "infochain.revoke_retired_keys":
        infochain.rotate_key(actor=Actor.system(), key_id=at_work, reason="到期更换", at=NOON)
    acts: dict[str, Act] = {
        "infochain.begin": lambda actor: infochain.begin(actor=actor, at=NOON),
        "infochain.add_key": lambda actor: infochain.add_key(actor=actor, department_id=office.pk, at=NOON),
        "infochain.rotate_key": lambda actor: infochain.rotate_key(
            actor=actor, key_id=at_work, reason="到期更换", at=NOON
        ),
        "infochain.revoke_retired_keys": lambda actor: infochain.revoke_retired_keys(actor=actor, at=LATE),
        "infochain.keep_audit": lambda actor: infochain.keep_audit(
            actor=actor, report=Report(), milliseconds=3, at=NOON
        ),
        "infochain.erase": lambda actor: infochain.erase(
            actor=actor, label=world.project.code or "", why="个人信息保护法第四十七条", at=NOON
        ),
    }
    return acts[action]
