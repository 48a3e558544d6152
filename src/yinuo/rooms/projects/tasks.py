from __future__ import annotations

import logging

from django.db import DatabaseError
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from yinuo.engine.base import Actor
from yinuo.rooms.projects.actions import assign_code, renew_certificate, renew_certificates
from yinuo.rooms.projects.models import Project, ProjectState

log = logging.getLogger(__name__)


class StillWaiting(Exception):
    """The provider has not given the code yet; the job comes again."""


@app.task(queue="codes", name="projects.fetch_code", retry=RetryStrategy(max_attempts=200, wait=5, linear_wait=5))
def fetch_code(project_id: int) -> None:
    project = assign_code(actor=Actor.system(), project_id=project_id, at=timezone.now())
    if project.state == ProjectState.ASSIGNING:
        raise StillWaiting(f"project {project_id}")


@app.periodic(cron="*/5 * * * *")
@app.task(queue="codes", name="projects.sweep_codes", queueing_lock="projects.sweep_codes")
def sweep_codes(timestamp: int) -> None:
    """Every project still waiting for its code is asked for again, whatever became of its job;
    none holds up another.
    """
    for project_id in Project.objects.filter(state=ProjectState.ASSIGNING).values_list("id", flat=True):
        try:
            assign_code(actor=Actor.system(), project_id=project_id, at=timezone.now())
        except DatabaseError:
            # Two projects were offered one code in the same moment: the second has none and is asked for again.
            log.exception("code of project %s", project_id)


@app.task(queue="work", name="projects.grade_changed", retry=RetryStrategy(max_attempts=8, exponential_wait=2))
def grade_changed(subject_id: str, at: str) -> int:
    """After commit, for a certificate locks its project first and credit locks its head last."""
    return renew_certificates(int(subject_id), timezone.now())


@app.task(queue="work", name="projects.project_changed", retry=RetryStrategy(max_attempts=8, exponential_wait=2))
def project_changed(subject_id: str, at: str) -> None:
    """After commit, so that the leaf of the change itself lists no certificate."""
    renew_certificate(int(subject_id), timezone.now())
