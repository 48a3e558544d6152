"""A process that does the background work; as many may run side by side as there is work for.

Run: `python -m yinuo.deploy.worker`. It stops when asked (SIGTERM), after finishing what it has begun.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, cast

from yinuo.deploy.processes import die_with_parent

if TYPE_CHECKING:
    from procrastinate import App

CONCURRENCY = 4
GRACE_SECONDS = 20


def main() -> None:
    die_with_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.config.settings")
    import django

    django.setup()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    connector = cast(DjangoConnector, app.connector).get_worker_connector()
    with app.replace_connector(connector) as worker_app:
        asyncio.run(_work(worker_app))


async def _work(app: App) -> None:
    async with app.open_async():
        await app.run_worker_async(
            name=f"worker-{os.getpid()}",
            concurrency=CONCURRENCY,
            shutdown_graceful_timeout=GRACE_SECONDS,
            delete_jobs="successful",
        )


if __name__ == "__main__":
    main()
