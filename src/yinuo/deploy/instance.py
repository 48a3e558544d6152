"""An instance's database, up for as long as a command needs it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from yinuo.deploy import embedded, envfile, paths, secret


@contextmanager
def running(*, stops: bool = False) -> Iterator[embedded.Server | None]:
    """The embedded server runs inside this block; None where the operator has a database of his own.

    One that ran before runs on, except for who `stops` it in any case: after a crash of `up` nobody else would.
    """
    home = paths.default_home()
    home.mkdir(parents=True, exist_ok=True)
    envfile.load(home)
    if os.environ.get("YINUO_DATABASE_URL"):
        secret.ensure(home)
        yield None
        return
    server = embedded.Server(home)
    started = server.start()
    secret.ensure(home)
    try:
        yield server
    finally:
        if started or stops:
            server.stop()
