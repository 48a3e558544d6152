"""How this room's uses of a file are told."""

from django.db.models import Q

from yinuo.engine.documents.usage import FileUse
from yinuo.rooms.commitments.models import (
    AuditReport,
    AuditState,
    Closing,
    CommitmentReview,
    Finding,
    FulfilmentReport,
    PaperSigning,
    Ruling,
)

USES = [
    FileUse(
        PaperSigning,
        "纸质承诺书：{commitment__item__name}",
        "{commitment__project__name}",
        "at",
        "unit:commit",
        "commitment__item_id",
    ),
    FileUse(
        FulfilmentReport,
        "履约报告：{commitment__item__name}",
        "{commitment__project__name}",
        "at",
        "unit:commit",
        "commitment__item_id",
    ),
    FileUse(
        AuditReport,
        "审计报告",
        "{project__name}",
        "handed_at",
        "unit:audit",
        "project_id",
        running=Q(state=AuditState.HANDED_IN),
    ),
    FileUse(CommitmentReview, "定期复核：{commitment__item__name}", "{commitment__project__name}", "at"),
    FileUse(Ruling, "处理决定：{commitment__item__name}", "{commitment__project__name}", "proposed_at"),
    FileUse(Closing, "终止认定：{commitment__item__name}", "{commitment__project__name}", "at"),
    FileUse(Finding, "竣工验收核验", "{completion__project__name}", "at"),
]
