"""Debian packages, where there is an apt and the right to use it."""

from __future__ import annotations

import os
import shutil
import subprocess


def run(*command: str) -> bool:
    print("  $", " ".join(command), flush=True)
    return subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode == 0


def install(*packages: str) -> bool:
    if not shutil.which("apt-get"):
        return False
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if as_root and not shutil.which("sudo"):
        return False
    install = [
        *as_root,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "install",
        "-y",
        "-qq",
        "--no-install-recommends",
        *packages,
    ]
    return run(*as_root, "apt-get", "update", "-qq") and run(*install)
