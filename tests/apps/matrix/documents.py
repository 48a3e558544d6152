"""Who may do what in `documents`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from tests.apps.test_onemap import PDF
from tests.apps.world import NOON, STAFF, Act, World
from yinuo.engine.documents import actions as documents

MAY: dict[str, set[str]] = {
    "documents.store_upload into the unit's library": {"unit"},
    "documents.store_upload into nobody's": STAFF | {"person"},
    "documents.retire_file": {"unit"},
    "documents.restore_file": {"unit"},
    "documents.replace_file": {"unit"},
}
INNER: set[str] = {"documents.issue", "documents.issue_signed", "documents.issue_unlisted"}


def act_of(world: World, action: str) -> Act:
    """The action ready to be done, everything in place but its actor."""
    old = new = 0
    if action in ("documents.retire_file", "documents.restore_file", "documents.replace_file"):
        old, new = world.upload(b"1"), world.upload(b"2")
    if action == "documents.restore_file":
        documents.retire_file(actor=world.company.actor, file_id=old, at=NOON)
    acts: dict[str, Act] = {
        "documents.store_upload into the unit's library": lambda actor: documents.store_upload(
            actor=actor, name="图.pdf", content=PDF, unit_id=world.company.unit.pk, at=NOON
        ),
        "documents.store_upload into nobody's": lambda actor: documents.store_upload(
            actor=actor, name="图.pdf", content=PDF, unit_id=None, at=NOON
        ),
        "documents.retire_file": lambda actor: documents.retire_file(actor=actor, file_id=old, at=NOON),
        "documents.restore_file": lambda actor: documents.restore_file(actor=actor, file_id=old, at=NOON),
        "documents.replace_file": lambda actor: documents.replace_file(actor=actor, file_id=old, newer_id=new, at=NOON),
    }
    return acts[action]
