"""Whose cycle earns points, whose only with an audit, and whether it has been settled: read, never written
(附件2·第十七条).
"""

from __future__ import annotations

from yinuo.engine.people.models import UnitType
from yinuo.engine.rules import pack
from yinuo.rooms.commitments.models import (
    AuditReport,
    AuditState,
    Commitment,
    CommitmentState,
    CompletionState,
    CompletionVerification,
    Fulfilment,
)
from yinuo.rooms.credit.models import PointProposal
from yinuo.rooms.projects.models import Project, ProjectKind


def earns_points(project: Project) -> bool:
    """Points concern enterprises' filing projects (F-9)."""
    return project.kind == ProjectKind.FILING and project.unit.type == UnitType.ENTERPRISE


def needs_audit(project: Project) -> bool:
    """State-owned, publicly funded and public works: their points turn on the audit (附件2·第十七条)."""
    return (
        earns_points(project)
        and project.project_class in pack().parameter("credit.audit_classes", project.rules_on).value
    )


def accepted_audit(project: Project) -> AuditReport | None:
    return AuditReport.objects.filter(project=project, state=AuditState.ACCEPTED).first()


def settled(project: Project) -> bool:
    """Whether the cycle has been settled: by points on their way or carried out, or by an audit that allows none."""
    completion = CompletionVerification.objects.filter(project=project, state=CompletionState.PASSED).first()
    return completion is not None and (accepted_audit(project) is not None or cycle_proposed(completion))


def cycle_proposed(completion: CompletionVerification) -> bool:
    source = {"source_kind": completion._meta.label_lower, "source_id": completion.pk, "type": "cycle_completed"}
    return PointProposal.objects.filter(**source).exclude(state__in=("refused", "withdrawn")).exists()


def kept_promises(project: Project) -> int:
    """How many promises the cycle has kept; 0 where there is none, or not all of them were."""
    promised = list(
        Commitment.objects.filter(project=project, state=CommitmentState.DECIDED).values_list("fulfilment", flat=True)
    )
    return len(promised) if set(promised) == {Fulfilment.KEPT} else 0
