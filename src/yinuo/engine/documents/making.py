"""When papers are made: by a job right after the commit, or by the page that asks first; one that fails is noted and
tried again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db.models import Q, QuerySet

from yinuo.engine.documents.actions import make_paper
from yinuo.engine.documents.models import Document, PaperFault, StoredFile
from yinuo.engine.documents.render import PaperError

log = structlog.get_logger(__name__)

BATCH = 50
LONGEST_WAIT = timedelta(days=1)


def paper_of(*, document: Document, at: datetime) -> StoredFile:
    """The paper of an issued document; where the job has not come to it, it is made now. Raises: PaperError."""
    if document.file_id is None:
        try:
            made = make_paper(document_id=document.pk, at=at)
        except PaperError as error:
            _note(document.pk, error, at)
            raise
        document.file = made
        document.refresh_from_db(fields=["sha256", "signer"])
    assert document.file is not None
    return document.file


def waiting(at: datetime) -> QuerySet[Document]:
    """Documents without a file whose time has come, in the order of their issue."""
    due = Q(fault__isnull=True) | Q(fault__retry_at__lte=at)
    return Document.objects.filter(due, file__isnull=True).order_by("id")


def make_due(clock: Callable[[], datetime], batch: int = BATCH) -> int:
    """Makes the papers that wait, each in its own transaction; returns how many it tried.

    1. Documents without a file are listed; one that failed waits longer every time.
    2. Each is made under its row's lock. One that another process is making is left to it.
    3. One that fails is noted and holds up none of the others.
    """
    ids = list(waiting(clock()).values_list("pk", flat=True)[:batch])
    for pk in ids:
        at = clock()
        try:
            make_paper(document_id=pk, at=at, wait=False)
        except PaperError as error:
            _note(pk, error, at)
    return len(ids)


def _note(document_id: int, error: PaperError, at: datetime) -> None:
    """For the operator: why there is no paper and when it is tried again (administration, 没有制成的文书)."""
    known = PaperFault.objects.filter(document_id=document_id).first()
    attempts = min((known.attempts if known else 0) + 1, 1000)
    wait = min(timedelta(minutes=2 ** min(attempts, 12)), LONGEST_WAIT)
    said = {"attempts": attempts, "said": error.said[:400], "last_at": at, "retry_at": at + wait}
    PaperFault.objects.update_or_create(
        document_id=document_id, defaults=said, create_defaults={**said, "first_at": at}
    )
    log.error("paper not made", document=document_id, attempts=attempts, said=error.said, exc_info=error)
