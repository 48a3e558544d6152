from __future__ import annotations

from django.db import models
from django.db.models import Q

from yinuo.engine.base import AppendOnly
from yinuo.engine.people.models import Department


class IssuerKey(models.Model):
    """A department's signing key; without a department the platform's own, which vouches for the others.

    A key that is retired signs nothing more; once no process can hold it any longer its revocation enters the log.
    """

    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    issuer = models.CharField(max_length=80)
    kid = models.CharField(max_length=16, unique=True)
    public = models.BinaryField()
    private = models.BinaryField()
    from_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=120, default="", blank=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department"],
                condition=Q(retired_at__isnull=True),
                name="one_key_at_work",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | ~Q(reason=""), name="key_retired_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.kid}"


class Subject(models.Model):
    """What the log speaks of: its name there, its own running number and its last leaf.

    Without `key` it has been erased.
    """

    label = models.CharField(max_length=80)
    key = models.BinaryField(null=True)
    name = models.CharField(max_length=200)
    n = models.PositiveIntegerField()
    last = models.BinaryField()

    class Meta:
        # Not `unique=True`: that would keep a second index for LIKE, and every filing writes here.
        constraints = [
            models.UniqueConstraint(fields=["label"], name="subject_label_once"),
            models.UniqueConstraint(fields=["name"], name="subject_name_once"),
        ]


class LeafRecord(models.Model):
    """The private side of a leaf: salts and values of its fields, to be shown to whoever may see them.

    Erasure empties them.
    """

    outbox_id = models.UUIDField(unique=True)
    # Found by the unique pair below; an index of its own would be written three times a filing and read by nobody.
    subject = models.ForeignKey(
        Subject, to_field="name", on_delete=models.PROTECT, related_name="leaves", db_index=False
    )
    n = models.PositiveIntegerField()
    type = models.CharField(max_length=40)
    hash = models.BinaryField()
    fields = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "n"], name="leaf_once")]


class LogEntry(AppendOnly):
    """An entry at its place in the log. Its hash stands in the tree alone."""

    index = models.BigIntegerField(primary_key=True)
    outbox_id = models.UUIDField(unique=True)
    entry = models.BinaryField()


class LogTile(AppendOnly):
    """A full tile of 256 hashes."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="tile_once")]


class LogEdge(models.Model):
    """The partial tile at the right edge of a level; every narrower one is its beginning."""

    level = models.PositiveSmallIntegerField(primary_key=True)
    data = models.BinaryField()


class LogHead(models.Model):
    """The log's head: one row, moved by compare-and-swap. `published` follows once the lock file holds it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    root = models.BinaryField()
    note = models.TextField(default="")
    published = models.BigIntegerField(default=0)
    refused = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_head"),
            models.CheckConstraint(condition=Q(published__lte=models.F("size")), name="published_is_sequenced"),
        ]


class Checkpoint(AppendOnly):
    """A head the log has signed."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()


class Cosignature(AppendOnly):
    """A node's signature below a checkpoint."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="cosignatures")
    witness = models.CharField(max_length=80)
    line = models.TextField()
    seconds = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="cosignature_once")]
        indexes = [models.Index(fields=["witness", "-checkpoint"], name="last_of_a_witness")]


class AuditRun(AppendOnly):
    """An audit that was made: how much it looked at and what did not fit.

    Of `faults` the first few, without the values they speak of.
    """

    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    entries = models.BigIntegerField()
    leaves = models.BigIntegerField()
    rows = models.BigIntegerField()
    fault_count = models.PositiveIntegerField()
    faults = models.JSONField()


class Evidence(AppendOnly):
    """What a node of the policy reports of this log, under its signature: what it was shown, and its own checkpoint."""

    witness = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    text = models.TextField()
    seconds = models.BigIntegerField()
    seen = models.BinaryField()
    mine = models.BinaryField()
    signature = models.CharField(max_length=100)
    digest = models.BinaryField(unique=True)
    at = models.DateTimeField()


# -- the twin: a second tree over the same entries, in SM3, with SM2 signatures (ADR 9)


class TwinTile(models.Model):
    """A full tile of 256 SM3 hashes.

    Derived from the entries, so it may be made anew; what was signed over it stays.
    """

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="twin_tile_once")]


class TwinEdge(models.Model):
    """The partial tile at the right edge of a level of the twin."""

    level = models.PositiveSmallIntegerField(primary_key=True)
    data = models.BinaryField()


class TwinHead(models.Model):
    """How far the twin is built, signed up to `note`'s size, and published; one row.

    `size` may lie behind what is signed while the twin is built anew. `stopped_at`: switched off since then; `refused`:
    why it is not signed although switched on.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    root = models.BinaryField()
    note = models.TextField(default="")
    published = models.BigIntegerField(default=0)
    began_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    refused = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_twin_head")]


class TwinCheckpoint(AppendOnly):
    """A head of the twin, signed."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()


class TwinCosignature(AppendOnly):
    """A node's signature below a checkpoint of the twin."""

    checkpoint = models.ForeignKey(TwinCheckpoint, on_delete=models.PROTECT, related_name="cosignatures")
    witness = models.CharField(max_length=80)
    line = models.TextField()
    seconds = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="twin_cosignature_once")]
        indexes = [models.Index(fields=["witness", "-checkpoint"], name="twin_last_of_a_witness")]


# -- the anchor: the log's head on a chain that others run


class Anchoring(models.Model):
    """A head on its way to the chain, or there. Committed with the signed transaction before that leaves.

    `nonce` is empty where the row was found on the chain; `failed` says why a transaction came to nothing.
    """

    origin = models.CharField(max_length=200)
    size = models.BigIntegerField()
    root = models.BinaryField()
    chain_id = models.BigIntegerField()
    contract = models.CharField(max_length=42)
    account = models.CharField(max_length=42)
    nonce = models.BigIntegerField(null=True)
    transaction = models.CharField(max_length=66, unique=True)
    raw = models.BinaryField()
    sent_at = models.DateTimeField()
    block = models.BigIntegerField(null=True)
    block_hash = models.CharField(max_length=66, default="", blank=True)
    gas = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    failed = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "contract"],
                condition=Q(confirmed_at__isnull=True, failed=""),
                name="one_anchoring_under_way",
            ),
            models.CheckConstraint(condition=Q(confirmed_at__isnull=True) | Q(failed=""), name="anchored_or_failed"),
        ]


class AnchorState(models.Model):
    """What the last run came to; one row.

    `error` passes, `fault` is for a person: the chain and the log do not say the same.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    looked_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, default="", blank=True)
    fault = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_anchor_state")]
