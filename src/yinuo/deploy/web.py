"""The web server: `python -m yinuo.deploy.web PORT WORKERS`, so that it can be told to end with its parent."""

from __future__ import annotations

import sys

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

from yinuo.deploy.processes import die_with_parent

HEADER_SECONDS = 15


def main() -> None:
    die_with_parent()
    host, port, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    Granian(
        "yinuo.deploy.front:application",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        respawn_failed_workers=True,
        # Headers that do not come in time end the connection.
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000),
        log_access=False,
        websockets=False,
    ).serve()


if __name__ == "__main__":
    main()
