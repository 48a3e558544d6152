"""The command, run in the tests' own process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.config.answers import Answer, Ask, read_once
from yinuo.deploy.cli import asking, main


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Runs the command as a person does, but reads the pack once for all; exit code, stdout, stderr."""
    monkeypatch.setattr(asking, "load", read_once)

    def run(*words: str) -> Answer:
        with pytest.raises(SystemExit) as end:
            main(list(words))
        out, err = capsys.readouterr()
        return int(str(end.value.code)), out, err

    return run


@pytest.fixture
def file(tmp_path: Path) -> Callable[[Any], str]:
    def write(data: Any) -> str:
        path = tmp_path / "input.json"
        path.write_text(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return str(path)

    return write
