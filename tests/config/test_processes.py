"""No process of ours outlives the one that started it."""

from __future__ import annotations

import os
import subprocess
import sys

from yinuo.deploy.processes import PARENT

CHILD = "from yinuo.deploy.processes import die_with_parent; die_with_parent(); print('at work')"


def _begin(parent: int) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, PARENT: str(parent)}
    return subprocess.run(
        [sys.executable, "-c", CHILD], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_child_whose_parent_was_gone_before_it_began_does_not_begin() -> None:
    orphan = _begin(parent=2**22 + 1)
    assert orphan.returncode == 1
    assert orphan.stdout == ""


def test_a_child_of_a_living_parent_goes_to_work() -> None:
    assert _begin(os.getpid()).stdout == "at work\n"
