"""Pages and API ask a query of the room; none of them builds one from a model's manager."""

from __future__ import annotations

import ast
from pathlib import Path

import yinuo

ROOT = Path(yinuo.__file__).resolve().parent
LAYERS = ("faces", "site", "ui")
MANAGERS = ("objects", "_default_manager", "_base_manager")


def managers(file: Path) -> list[str]:
    """Every use of a manager in the file, as path:line."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in MANAGERS) or asks_by_model(node)
    ]


def asks_by_model(node: ast.AST) -> bool:
    """Whether it is `get_object_or_404` of a model: that takes the model's manager."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("get_object_or_404", "get_list_or_404")
        and isinstance(node.args[0], ast.Name)
    )


def test_no_page_asks_a_manager() -> None:
    files = [file for layer in LAYERS for file in (ROOT / layer).rglob("*.py")]
    assert len(files) > 200
    assert [place for file in sorted(files) for place in managers(file)] == []


def test_a_manager_is_seen() -> None:
    file = ROOT / "rooms" / "projects" / "queries.py"
    assert managers(file), "the rooms ask managers, and the test sees it"
