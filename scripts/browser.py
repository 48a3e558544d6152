"""A Chromium for the browser tests: found, else from apt, else Playwright's own, else a loud notice.

The shell without windows comes first: what it does not have of a desktop's browser costs a third of the processor's
time.

Run by `make setup-test`; the tests themselves only look for what is there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import apt

LIGHT = ("chromium-headless-shell", "chrome-headless-shell")
NAMES = (*LIGHT, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Where it is, apt has the shell of the same version.
DEBIAN = Path("/usr/lib/chromium/chromium")
ASKED = Path(__file__).resolve().parents[1] / "build" / "browser" / "asked-for-the-shell"
MAC = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)


def find() -> Path | None:
    """The browser to test with; `YINUO_CHROMIUM` chooses another one."""
    if chosen := os.environ.get("YINUO_CHROMIUM"):
        return Path(chosen)
    candidates = [Path(path) for name in NAMES if (path := shutil.which(name))]
    candidates += [path for path in MAC if path.exists()]
    return next((path for path in [*candidates, *_playwrights()] if _works(path)), None)


def _works(path: Path) -> bool:
    """Ubuntu ships a `chromium-browser` that only tells to install a snap: being there is not enough."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _playwrights() -> list[Path]:
    try:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            path = Path(playwright.chromium.executable_path)
    except Exception:
        return []
    return [path] if path.exists() else []


def _from_apt() -> bool:
    return apt.install(LIGHT[0]) or apt.install("chromium")


def lighter(browser: Path) -> Path:
    """Beside Debian's Chromium its shell, where it can be had; asked for once only, for not every machine has a
    network.
    """
    if browser.name in LIGHT or "YINUO_CHROMIUM" in os.environ or not DEBIAN.exists() or ASKED.exists():
        return browser
    ASKED.parent.mkdir(parents=True, exist_ok=True)
    ASKED.touch()
    return (apt.install(LIGHT[0]) and find()) or browser


def _from_playwright() -> bool:
    install = [sys.executable, "-m", "playwright", "install"]
    return (os.geteuid() == 0 and apt.run(*install, "--with-deps", "chromium")) or apt.run(*install, "chromium")


def main() -> int:
    browser = find()
    for fetch in (_from_apt, _from_playwright):
        if browser is None and fetch():
            browser = find()
    if browser is None:
        line = "!" * 72
        print(
            (
                f"{line}\n没有 Chromium，也装不上：浏览器测试将被跳过。\n可自行安装后设置 "
                f"YINUO_CHROMIUM=/路径/chromium。\n{line}"
            ),
            file=sys.stderr,
        )
        return 1 if os.environ.get("YINUO_REQUIRE_BROWSER") == "1" else 0
    browser = lighter(browser)
    print(f"浏览器测试使用 {browser}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
