"""What an agent under an agreement reaches of a unit's files and papers: its own uploads, and what was handed in on the
matters it serves.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents.models import Attachment, Document, FileRole, StoredFile
from yinuo.rooms.onemap.models import MapItem, Submission

ITEM = "onemap.mapitem"


def reachable(actor: Actor) -> Q:
    """Everything for the unit itself; narrowed to the scope for whoever acts within one."""
    scope = actor.scope
    if scope is None:
        return Q()
    handed = Submission.objects.filter(application__item__project_id=scope.project_id)
    if scope.matter_ids is not None:
        handed = handed.filter(application__item__matter_id__in=scope.matter_ids)
    rows = Attachment.objects.filter(
        subject_kind=Submission._meta.label_lower, subject_id__in=handed.values("pk"), role=FileRole.MATERIAL
    )
    return Q(by_id=actor.person_id) | Q(pk__in=rows.values("file_id"))


def files_in_reach(actor: Actor, files: Sequence[int]) -> bool:
    if actor.scope is None:
        return True
    wanted = set(files)
    return StoredFile.objects.filter(reachable(actor), pk__in=wanted).count() == len(wanted)


def need_files_in_reach(actor: Actor, files: Sequence[int]) -> None:
    """Raises Refused for a file of the unit's library that is none of the agent's business."""
    if not files_in_reach(actor, files):
        raise Refused(
            "onemap.file_out_of_reach",
            "代办员只能使用自己上传的文件，或者委托事项已经交过的材料",
            field="materials",
            remedy="请向项目单位索取后上传",
        )


def paper_in_reach(actor: Actor, paper: Document) -> bool:
    """The papers of the project, and where the agreement names its matters, those on these matters and the agreement's
    own.
    """
    scope = actor.scope
    if scope is None:
        return True
    if paper.subject_kind == ITEM:
        item = MapItem.objects.filter(pk=paper.subject_id).values_list("project_id", "matter_id").first()
        return item is not None and scope.covers(*item)
    if paper.subject_kind == "agency.agreement":
        return actor.via == f"agency.agreement:{paper.subject_id}"
    codes = MapItem.objects.filter(project_id=scope.project_id).values_list("project__code", flat=True)[:1]
    return scope.matter_ids is None and paper.subject_kind == "projects.project" and paper.project_code in set(codes)
