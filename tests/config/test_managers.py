"""Pages and API ask a query of the room; none of them builds one from a model's manager."""

from __future__ import annotations

import ast
from pathlib import Path

import yinuo

ROOT = Path(yinuo.__file__).resolve().parent
FLOORS = ("faces", "site", "ui")


def managers(file: Path) -> list[str]:
    """Every use of a manager in the file, as path:line."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager")
    ]


def test_no_page_asks_a_manager() -> None:
    files = [file for floor in FLOORS for file in (ROOT / floor).rglob("*.py")]
    assert len(files) > 200
    assert [place for file in sorted(files) for place in managers(file)] == []


def test_a_manager_is_seen() -> None:
    file = ROOT / "rooms" / "projects" / "queries.py"
    assert managers(file), "the rooms ask managers, and the test sees it"
