"""Fixtures of the pack tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.packs.copies import TEMPLATE, Copy


@pytest.fixture
def template(tmp_path: Path) -> Copy:
    shutil.copytree(TEMPLATE, tmp_path / "template", ignore=shutil.ignore_patterns("__pycache__"))
    return Copy(tmp_path / "template")
