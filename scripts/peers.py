"""Go and its x/mod, by which the tests have our log judged: found, else from apt, else a loud notice. Run by `make setup-test`.

The other judge, @sigstore/verify, comes with the page assets from package-lock.json.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from scripts import apt

# Where Debian puts Go sources, a GOPATH of its own.
SOURCES = Path("/usr/share/gocode")


def go_tools() -> tuple[str, Path] | None:
    """The compiler and the GOPATH that holds golang.org/x/mod; `YINUO_GOPATH` names another one."""
    compiler, sources = shutil.which("go"), Path(os.environ.get("YINUO_GOPATH", SOURCES))
    there = all((sources / "src/golang.org/x/mod/sumdb" / name).is_dir() for name in ("note", "tlog"))
    return (compiler, sources) if compiler and there else None


def main() -> int:
    if go_tools() is None:
        apt.install("golang-go", "golang-golang-x-mod-dev")
    if go_tools() is None:
        line = "!" * 72
        print(
            f"{line}\n没有 Go 和 golang.org/x/mod，也装不上：由别人的程序核对信息链的测试将被跳过。\n"
            f"可自行安装后设置 YINUO_GOPATH=含 golang.org/x/mod 的 GOPATH。\n{line}",
            file=sys.stderr,
        )
        return 1 if os.environ.get("YINUO_REQUIRE_PEERS") == "1" else 0
    print(f"信息链由 {go_tools()[0]} 编译的程序另行核对")  # type: ignore[index]
    return 0


if __name__ == "__main__":
    sys.exit(main())
