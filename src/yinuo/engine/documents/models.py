from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yinuo.engine.base import AppendOnly, FixedWhenMade
from yinuo.engine.people.models import Person, ProjectUnit
from yinuo.engine.register import paper_names


class StoredFile(AppendOnly):
    """Bytes kept as they came, by their SHA-256; in the database, so that they commit with the row that needs them."""

    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=160)
    content_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    unit = models.ForeignKey(ProjectUnit, null=True, on_delete=models.PROTECT, related_name="files")
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="file_not_empty")]
        indexes = [
            models.Index(fields=["unit", "-id"], name="files_of_unit"),
            models.Index(fields=["sha256"], name="files_by_digest"),
        ]

    @property
    def is_picture(self) -> bool:
        """A page can show it as it is."""
        return self.content_type in ("image/png", "image/jpeg")


class MarkKind(models.TextChoices):
    RETIRED = "retired", "停用"
    REPLACED = "replaced", "换新版"
    RESTORED = "restored", "恢复使用"


class FileMark(AppendOnly):
    """What a unit says of a file in its library; the last mark counts.

    The file itself never goes: a submission may rest on it.
    """

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=8, choices=MarkKind.choices)
    newer = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="replaces")
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="replaced", newer__isnull=False) | ~Q(kind="replaced") & Q(newer__isnull=True),
                name="mark_replaced_by_newer",
            ),
            # Versions only go forward, so that they never go round.
            models.CheckConstraint(
                condition=Q(newer__isnull=True) | Q(newer__gt=F("file")), name="mark_newer_is_later"
            ),
        ]
        indexes = [models.Index(fields=["file", "-id"], name="marks_of_file")]


class FileRole(models.TextChoices):
    MATERIAL = "material", "申报材料"
    EVIDENCE = "evidence", "证明材料"
    APPROVAL = "approval", "已取得的批复"


class Attachment(AppendOnly):
    """附件: a file used by a row. `role` says what for, `place` is its order in the row's list of that role.

    `material` and `title`: which material of the matter the file is, and its name as the matter listed it; empty in
    other roles.
    """

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    role = models.CharField(max_length=8, choices=FileRole.choices)
    place = models.PositiveSmallIntegerField()
    material = models.TextField(default="")
    title = models.TextField(default="")

    class Meta:
        constraints = [
            # Its index also answers which files a row has.
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "role", "place"], name="attachment_place_once"
            ),
            models.CheckConstraint(
                condition=~Q(role="material") ^ ~Q(material=""), name="attachment_names_its_material"
            ),
        ]


class Document(FixedWhenMade):
    """A document the platform issues: `data` and the template's version fix its content at that moment.

    The file is made and signed once, right after the commit; until then it is empty. docs/papers.md
    """

    fixed = ("kind", "number", "subject_kind", "subject_id", "data", "template_version", "issued_at")
    set_once = ("file", "sha256", "signer")

    kind = models.CharField(max_length=24)
    number = models.CharField("文号", max_length=60, default="")
    project_code = models.CharField(max_length=24, default="")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    unit = models.ForeignKey(ProjectUnit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    data = models.JSONField()
    template_version = models.PositiveSmallIntegerField("模板版本")
    issued_at = models.DateTimeField()
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, default="")
    signer = models.CharField(max_length=120, default="")

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "kind"], name="documents_of_subject"),
            models.Index(fields=["id"], condition=Q(file__isnull=True), name="documents_without_file"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], condition=~Q(number=""), name="document_number_once"),
            models.CheckConstraint(
                condition=Q(file__isnull=True, sha256="", signer="") | Q(file__isnull=False) & ~Q(sha256=""),
                name="document_file_with_digest",
            ),
        ]

    def get_kind_display(self) -> str:
        """In words; a kind no longer registered by its id."""
        return paper_names().get(self.kind, self.kind)


class PaperFault(models.Model):
    """Why a document has no file yet, and when it is tried again.

    It stays after the file is made, as a note for the operator.
    """

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="fault")
    attempts = models.PositiveSmallIntegerField("已试次数")
    said = models.CharField("原因", max_length=400)
    first_at = models.DateTimeField("第一次失败")
    last_at = models.DateTimeField("最近一次失败")
    retry_at = models.DateTimeField("下次再试")

    class Meta:
        verbose_name = verbose_name_plural = "没有制成的文书"
        constraints = [models.CheckConstraint(condition=Q(attempts__gt=0), name="paper_fault_tried")]
