"""The web server: `python -m yinuo.config.web PORT WORKERS`, so that it can be told to end with its parent."""

from __future__ import annotations

import sys

from granian import Granian
from granian.constants import Interfaces

from yinuo.config.processes import die_with_parent

THREADS = 4


def main() -> None:
    die_with_parent()
    host, port, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    Granian(
        "yinuo.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        respawn_failed_workers=True,
        blocking_threads=THREADS,
        # A thread that ends takes its database connection with it.
        blocking_threads_idle_timeout=600,
        log_access=False,
        websockets=False,
    ).serve()


if __name__ == "__main__":
    main()
