"""A process that does the background work; as many may run side by side as there is work for.

Run: `python -m yinuo.config.worker`. It stops when asked (SIGTERM), after finishing what it has begun.
"""

from __future__ import annotations

import asyncio
import os

from yinuo.config.processes import die_with_parent

CONCURRENCY = 4
GRACE_SECONDS = 20


def main() -> None:
    die_with_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.config.settings")
    import django

    django.setup()
    from procrastinate.contrib.django import app

    async def work() -> None:
        await app.run_worker_async(
            name=f"worker-{os.getpid()}",
            concurrency=CONCURRENCY,
            shutdown_graceful_timeout=GRACE_SECONDS,
            delete_jobs="successful",
            fetch_job_polling_interval=5.0,
        )

    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        asyncio.run(work())


if __name__ == "__main__":
    main()
