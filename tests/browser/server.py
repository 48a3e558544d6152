"""The web server of the browser tests: the program is read once in each test process, and copied for each database.

To read it anew for every file of tests took five seconds of CPU each. What a copy runs is the server as operators run
it. Usage: python -m tests.browser.server PORT; then one line a server on the standard input: the two addresses of its
database, as JSON. It answers with the process ID of the copy, says when that has ended, and ends with its input.
"""

from __future__ import annotations

import json
import os
import sys

from yinuo.deploy.processes import die_with_parent

APP, OWNER = "YINUO_DATABASE_URL", "YINUO_DATABASE_OWNER_URL"


def main() -> None:
    # The end of its input would not reach it while it waits for a copy: a test run that is killed must leave nothing.
    die_with_parent()
    port = sys.argv[1]
    import yinuo.deploy.wsgi  # noqa: F401  (the pages and rules a copy then has)

    for line in sys.stdin:
        addresses = json.loads(line)
        child = os.fork()
        if child == 0:
            serve(addresses, port)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("ended", flush=True)


def serve(addresses: dict[str, str], port: str) -> None:
    """In the copy: Django's connections lead to the database named, then the server begins. Does not return."""
    from django.db import connections

    from yinuo.deploy import database, web

    os.environ.update(addresses)
    connections.settings["default"].update(database.settings_from_url(addresses[APP]))
    connections.settings["owner"].update(database.settings_from_url(addresses[OWNER], lasting=False))
    sys.argv = ["web", "127.0.0.1", port, "1"]
    os.dup2(os.open(os.environ["YINUO_TEST_LOG"], os.O_WRONLY | os.O_APPEND), sys.stdout.fileno())
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    try:
        web.main()
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
