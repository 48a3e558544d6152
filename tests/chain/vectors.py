"""Test vectors written by others, beside the checkout where they are provided."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def folder(name: str) -> Path:
    """The folder of one kind of vectors.

    Skips without them; fails when YINUO_REQUIRE_VECTORS says they must be there.
    """
    found = Path(os.environ.get("YINUO_VECTORS", "../shared/vectors")).resolve() / name
    if found.is_dir():
        return found
    message = "没有别人写的测试向量：设置 YINUO_VECTORS，或把它们放在 ../shared/vectors"
    if os.environ.get("YINUO_REQUIRE_VECTORS") == "1":
        pytest.fail(message)
    pytest.skip(message)
