"""Asking the command as a person does, and reading what it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from yinuo.core.pack.load import load

Answer = tuple[int, str, str]
Ask = Callable[..., Answer]

read_once = lru_cache(load)


def answer(result: Answer, code: int = 0) -> dict[str, Any]:
    assert (result[0], result[2]) == (code, "")
    data = json.loads(result[1])
    assert result[1] == json.dumps(data, ensure_ascii=False, sort_keys=True, indent=2) + "\n"
    return data


def refused(result: Answer, *words: str) -> None:
    code, out, err = result
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    for word in words:
        assert word in err
