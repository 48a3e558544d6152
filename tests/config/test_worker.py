"""What becomes of a job whose worker was killed."""

from __future__ import annotations

import asyncio

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from yinuo.config.tasks import DEAD_AFTER_SECONDS, reclaim_stalled_jobs


def _job_in_hand(task: str, heartbeat_seconds_ago: int) -> int:
    """A job that a worker has begun, and when that worker was last heard of."""
    with connection.cursor() as cursor:
        cursor.execute(
            (
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s)) "
                "RETURNING id"
            ),
            [heartbeat_seconds_ago],
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            (
                "INSERT INTO procrastinate_jobs (task_name, status, worker_id, queue_name) VALUES (%s, 'doing', %s, "
                "'house') RETURNING id"
            ),
            [task, worker],
        )
        return int(cursor.fetchone()[0])


def _status(job: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
        return str(cursor.fetchone()[0])


def _reclaim() -> int:
    async def run() -> int:
        async with app.open_async():
            return await reclaim_stalled_jobs(timestamp=0)

    with app.replace_connector(app.connector.get_worker_connector()):
        return asyncio.run(run())


def test_the_job_of_a_dead_worker_is_queued_anew(committed_db: str) -> None:
    job = _job_in_hand("some.task", DEAD_AFTER_SECONDS + 5)
    assert _reclaim() == 1
    assert _status(job) == "todo"
    assert _reclaim() == 0


def test_the_job_of_a_living_worker_is_left_alone(committed_db: str) -> None:
    job = _job_in_hand("some.task", DEAD_AFTER_SECONDS - 5)
    assert _reclaim() == 0
    assert _status(job) == "doing"


def test_the_job_of_a_worker_already_struck_off_is_queued_anew(committed_db: str) -> None:
    job = _job_in_hand("some.task", 0)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    assert _reclaim() == 1
    assert _status(job) == "todo"


@pytest.mark.django_db
def test_reclaiming_runs_by_itself_every_minute() -> None:
    periodic = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert periodic[reclaim_stalled_jobs.name] == "* * * * *"
