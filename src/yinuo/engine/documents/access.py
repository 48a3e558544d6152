from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.documents.models import StoredFile


def can_read_file(actor: Actor, file: StoredFile) -> bool:
    """The unit its own; a person without one what they sent themselves; the hall's people every unit's, since they
    examine it (each reading is noted by `trail.seen`).
    """
    if actor.role == "unit":
        return file.unit_id is not None and file.unit_id == actor.unit_id
    if actor.role == "person":
        return file.by_id == actor.person_id and file.unit_id is None
    return actor.role not in ("public", "system", "node")


def can_store_file(actor: Actor, unit_id: int | None) -> bool:
    """A unit into its own library; the hall's people beside their work, and a person who asks to be let in, into
    nobody's.
    """
    if actor.role == "unit":
        return unit_id is not None and unit_id == actor.unit_id
    return actor.role not in ("public", "system", "node") and unit_id is None


def can_mark_file(actor: Actor, file: StoredFile) -> bool:
    """What of its library is in use, the unit says itself; papers issued to it are none of its uploads."""
    return (
        actor.role == "unit" and file.unit_id is not None and file.unit_id == actor.unit_id and file.by_id is not None
    )
