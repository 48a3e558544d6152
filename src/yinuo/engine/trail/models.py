from __future__ import annotations

from typing import Any

from django.db import models

from yinuo.core.ids import new_id
from yinuo.engine.base import AppendOnly


class StoredDecision(AppendOnly):
    """A decision as it was relied upon, whole: it can still be explained by the text it was made under."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    question = models.CharField(max_length=80)
    outcome = models.JSONField(null=True)
    body = models.JSONField()
    as_of = models.DateField()
    pack_hash = models.CharField(max_length=64)
    at = models.DateTimeField()


class Entry(AppendOnly):
    """One write: who did what when to which project, and why. Names stand elsewhere, by reference."""

    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    person_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=24)
    department_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    entrance = models.CharField(max_length=12)
    via = models.CharField(max_length=40, default="")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    project_code = models.CharField(max_length=24, default="")
    why = models.TextField(default="")
    data = models.JSONField(default=dict)
    decision = models.ForeignKey(StoredDecision, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["project_code", "id"], condition=~models.Q(project_code=""), name="trail_by_project"),
            models.Index(fields=["subject_kind", "subject_id", "id"], name="trail_by_subject"),
            models.Index(fields=["via", "id"], condition=~models.Q(via=""), name="trail_by_via"),
        ]


class ChainRow(models.Model):
    """A signed leaf that waits to enter the information chain; the sequencer drains it with DELETE … SKIP LOCKED
    RETURNING.

    `label` names the subject it speaks of: a project's code, or another row by its kind and key.
    """

    outbox_id = models.UUIDField(unique=True, default=new_id, editable=False)
    type = models.CharField(max_length=40)
    label = models.CharField(max_length=80)
    entry = models.BinaryField()
    at = models.DateTimeField()

    # What the leaf states and whose it is: until it is sealed at the end of the action, and in no column.
    payload: dict[str, Any]
    issuer_id: int | None
    first: bool = False
    # The subject's name, where it is no secret.
    subject_name: str = ""


class Seen(AppendOnly):
    """Who looked at what of a company's data, as the law on personal information demands."""

    at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=24)
    unit_id = models.BigIntegerField(null=True)
    project_code = models.CharField(max_length=24, default="")
    what = models.CharField(max_length=60)

    class Meta:
        indexes = [
            models.Index(fields=["project_code", "person_id", "-at"], name="seen_by_project"),
            models.Index(fields=["unit_id", "-id"], condition=models.Q(unit_id__isnull=False), name="seen_of_unit"),
        ]


class Idempotency(models.Model):
    """The answer already given to a write; a request sent twice gets it again, and nothing is written twice."""

    actor_key = models.CharField(max_length=60)
    key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor_key", "key"], name="idempotency_once")]
