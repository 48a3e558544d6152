from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from yinuo.apps.people.models import Person, ProjectUnit


class Channel(models.TextChoices):
    SMS = "sms", "短信"
    MAIL = "mail", "邮件"
    SITE = "site", "站内"


class MessageState(models.TextChoices):
    QUEUED = "queued", "待发"
    SENT = "sent", "已发"
    FAILED = "failed", "未送达"


class Message(models.Model):
    """One message to one person; it leaves at least once, and `id` is the gateway's idempotency key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=4, choices=Channel.choices)
    state = models.CharField(max_length=6, choices=MessageState.choices, default=MessageState.QUEUED)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="messages")
    unit = models.ForeignKey(ProjectUnit, null=True, on_delete=models.PROTECT, related_name="messages")
    template = models.CharField(max_length=40)
    project_code = models.CharField(max_length=24, default="")
    subject = models.CharField(max_length=120)
    body = models.TextField()
    url = models.CharField(max_length=200, default="")
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    error = models.CharField(max_length=240, default="")

    class Meta:
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="queued"), name="messages_due"),
            models.Index(fields=["person", "-queued_at"], condition=Q(channel="site"), name="messages_of_person"),
            models.Index(fields=["unit", "-queued_at"], condition=Q(channel="site"), name="messages_of_unit"),
        ]
        constraints = [models.CheckConstraint(condition=Q(person__isnull=False) | Q(unit__isnull=False), name="message_to_somebody")]
