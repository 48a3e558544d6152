from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from yinuo.engine.base import LeadsToPage
from yinuo.engine.people.models import Person, ProjectUnit

# Stands in a text for the whole address of the page it leads to.
LINK = "{link}"


class Channel(models.TextChoices):
    SMS = "sms", "短信"
    MAIL = "mail", "邮件"
    SITE = "site", "站内"


class MessageState(models.TextChoices):
    QUEUED = "queued", "待发"
    SENT = "sent", "已发"
    FAILED = "failed", "未送达"


class Message(LeadsToPage):
    """One message to one person; it leaves at least once, and `id` is the gateway's idempotency key.

    `phone`: where it goes when it is for a number rather than an account. The body of a secret one is emptied once it
    has left. `body` may hold LINK where the message's page is to be named; `text` puts its address there when the
    message is sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=4, choices=Channel.choices)
    state = models.CharField(max_length=6, choices=MessageState.choices, default=MessageState.QUEUED)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="messages")
    unit = models.ForeignKey(ProjectUnit, null=True, on_delete=models.PROTECT, related_name="messages")
    phone = models.CharField(max_length=20, default="", db_default="")
    secret = models.BooleanField(default=False, db_default=False)
    template = models.CharField(max_length=40)
    project_code = models.CharField(max_length=24, default="")
    subject = models.CharField(max_length=120)
    body = models.TextField()
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
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(unit__isnull=False) | ~Q(phone=""), name="message_to_somebody"
            )
        ]

    @property
    def number(self) -> str:
        """The telephone a text message goes to."""
        return self.phone or (self.person.phone if self.person else "")

    @property
    def text(self) -> str:
        """The words that are sent."""
        return (
            self.body.replace(LINK, f"{settings.YINUO_ORIGIN.rstrip('/')}{self.url}")
            if LINK in self.body
            else self.body
        )
