"""What others wrote to test such code with: transparency-dev/merkle for proofs, cyberphone for canonical JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from tests.chain.vectors import folder
from yinuo.chain.leaves import canonical
from yinuo.chain.verifier import Unverified, check_consistency, check_inclusion

# Its roots are no hashes (they are not 32 bytes long); we look at lengths first and refuse what it expects to pass.
EXCEPTION = "sizes-are-equal-one-and-proof-is-empty"


def decoded(hashes: list[str] | None) -> list[bytes]:
    return [base64.b64decode(one) for one in hashes or []]


def every(kind: str) -> list[Path]:
    return sorted(folder(f"merkle/{kind}").rglob("*.json"))


def holds(check: Callable[[], None]) -> bool:
    try:
        check()
    except Unverified:
        return False
    return True


def inclusion(case: dict[str, Any]) -> None:
    check_inclusion(
        base64.b64decode(case["leafHash"]),
        case["leafIdx"],
        case["treeSize"],
        decoded(case["proof"]),
        base64.b64decode(case["root"]),
    )


def consistency(case: dict[str, Any]) -> None:
    check_consistency(
        case["size1"],
        base64.b64decode(case["root1"]),
        case["size2"],
        base64.b64decode(case["root2"]),
        decoded(case["proof"]),
    )


@pytest.mark.parametrize(("kind", "check", "least"), [("inclusion", inclusion, 98), ("consistency", consistency, 98)])
def test_every_proof_of_others_is_judged_as_they_judge_it(
    kind: str, check: Callable[[dict[str, Any]], None], least: int
) -> None:
    judged, wrong = 0, []
    for file in every(kind):
        case = json.loads(file.read_text())
        right = not case["wantErr"] and file.stem != EXCEPTION
        judged += 1
        if holds(lambda case=case: check(case)) != right:  # type: ignore[misc]
            wrong.append(str(file))
    assert not wrong
    assert judged >= least


# Fractions do not stand in our entries, and a text that is not in normal form C is refused: these the library alone
# writes.
LIBRARY_ONLY = {"structures", "values", "unicode", "weird"}


def test_every_json_of_others_becomes_canonical_as_theirs_does() -> None:
    done = set()
    for file in sorted(folder("jcs/input").glob("*.json")):
        value, wanted = (
            json.loads(file.read_text()),
            (file.parent.parent / "output" / file.name).read_bytes().rstrip(b"\n"),
        )
        assert rfc8785.dumps(value) == wanted, file.name
        if file.stem in LIBRARY_ONLY:
            with pytest.raises(Unverified):
                canonical(value)
        else:
            assert canonical(value) == wanted, file.name
        done.add(file.stem)
    assert len(done) == 6
