"""Where an instance keeps what it must not lose: database, stored files, secret key."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


def default_home() -> Path:
    """The data folder: `YINUO_DATA`, else /var/lib/yinuo for root, else the person's own share folder."""
    if chosen := os.environ.get("YINUO_DATA"):
        return Path(chosen).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/yinuo")
    share = os.environ.get("XDG_DATA_HOME")
    return (Path(share) if share else Path.home() / ".local" / "share") / "yinuo"
