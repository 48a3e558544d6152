from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from yinuo.engine.base import AppendOnly, Versioned
from yinuo.engine.people.models import Hall, Person, ProjectUnit
from yinuo.rooms.projects.models import Project


class NodeKind(models.TextChoices):
    DEPARTMENT = "department", "审批部门"
    BANK = "bank", "金融机构"
    SUPERVISION = "supervision", "监督机构"


class ChainNode(Versioned):
    """A node that may be given grants: who runs it, and the public key its questions are signed with (附件7·第十三条).

    `public` is the node's own key, as its operator told it another way; the key of a retired node is never taken again.
    """

    name = models.CharField("节点名称", max_length=80, unique=True)
    kind = models.CharField("机构类别", max_length=12, choices=NodeKind.choices)
    organisation = models.CharField("运行机构", max_length=120)
    credit_code = models.CharField("统一社会信用代码", max_length=18)
    public = models.BinaryField(unique=True)
    registered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    why = models.CharField("停用原因", max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(retired_at__isnull=True) | ~Q(why=""), name="node_retired_with_reason")
        ]

    def __str__(self) -> str:
        return f"{self.organisation}（{self.name}）"


class Basis(models.TextChoices):
    CONSENT = "consent", "单位同意"
    STATUTE = "statute", "法定职责"


class Grant(Versioned):
    """What a node may search, of whom, until when, by whose word and on what basis.

    By consent: the unit's projects, or one of them. By statute: the hall's (`unit` empty), a unit's, or one project.
    `types`: kinds of record (leaf types), empty = all; `fields`: names of fields, empty = all of those records. It
    holds from `from_at` until before `until_at`, or until it is withdrawn. Several may hold at once: each widens what
    may be searched.
    """

    node = models.ForeignKey(ChainNode, on_delete=models.PROTECT, related_name="grants")
    hall = models.ForeignKey(Hall, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(ProjectUnit, null=True, on_delete=models.PROTECT, related_name="grants")
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="+")
    types = models.JSONField(default=list)
    fields = models.JSONField(default=list)
    basis = models.CharField(max_length=8, choices=Basis.choices)
    basis_text = models.CharField("依据", max_length=300)
    given_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField("撤回原因", max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="grant_span"),
            models.CheckConstraint(
                condition=Q(basis="consent", unit__isnull=False) | Q(basis="statute", hall__isnull=False),
                name="grant_of",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(why=""), name="grant_withdrawn_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["node"], condition=Q(withdrawn_at__isnull=True), name="grants_of_node")]

    def holds(self, at: datetime) -> bool:
        return self.withdrawn_at is None and self.from_at <= at < self.until_at


class ChainSearch(AppendOnly):
    """One question of one node, under the grants that allowed it; the same nonce again is the same question."""

    node = models.ForeignKey(ChainNode, on_delete=models.PROTECT, related_name="searches")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(ProjectUnit, on_delete=models.PROTECT, related_name="+")
    nonce = models.CharField(max_length=64)
    grants = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "nonce"], name="search_once")]
        indexes = [models.Index(fields=["unit", "-id"], name="searches_of_unit")]
