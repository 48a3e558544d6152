"""The key that signs sessions and forms: from the environment, or made once and kept with the data."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path


def _file(home: Path) -> Path:
    return home / "secret_key"


def read(home: Path) -> str:
    """The instance's key; before the first start there is none to keep, and one for this process alone will do."""
    if given := os.environ.get("YINUO_SECRET_KEY"):
        return given
    try:
        return _file(home).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return secrets.token_urlsafe(50)


def ensure(home: Path) -> None:
    """Makes the key at the first start, readable by its owner alone; an existing one stays."""
    if os.environ.get("YINUO_SECRET_KEY"):
        return
    try:
        handle = os.open(_file(home), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50))


def training_token(key: str) -> str:
    """What somebody shows to be given a training instance's people: whoever holds the instance's key can say it."""
    return hmac.new(key.encode(), b"yinuo.training", hashlib.sha256).hexdigest()
