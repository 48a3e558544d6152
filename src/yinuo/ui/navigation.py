"""The links a face brings to the frame of every page: `LINKS` of its `face.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

from yinuo.engine.base import Actor

# Who reads warnings, promise reviews and inspections.
WATCHING = ("approver", "principal", "supervisor", "general_convener", "comprehensive")


def staff(actor: Actor) -> bool:
    return actor.role not in ("unit", "public")


def roles(*names: str) -> Callable[[Actor], bool]:
    return lambda actor: actor.role in names


def whole_unit(actor: Actor) -> bool:
    """The unit itself, or a window clerk for it; not an agent, whose agreement covers one project."""
    return actor.role == "unit" and not actor.scope


def own(actor: Actor) -> bool:
    """The unit by its own people, not by a clerk or an agent."""
    return actor.role == "unit" and not actor.via


def nobody(actor: Actor) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Link:
    """`menu`: to whom it stands in the menu of the account. `bar`: the roles in whose bar it stands."""

    label: str
    page: str
    menu: Callable[[Actor], bool] = nobody
    bar: frozenset[str] = frozenset()


@cache
def links() -> list[Link]:
    """Every face's, low to high."""
    names = [f"yinuo.faces.{part}" for part in settings.OWN_APPS]
    faces = [f"{name}.face" for name in names if find_spec(name) and find_spec(f"{name}.face")]
    return [link for face in faces for link in import_module(face).LINKS]
