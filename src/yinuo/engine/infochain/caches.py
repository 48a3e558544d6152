"""How far the log has spoken of each subject: the number and the hash of its last leaf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from yinuo.engine.caches import Cache
from yinuo.engine.infochain.models import LeafRecord, Subject


def _last(subjects: Sequence[Subject], at: datetime) -> Mapping[int, Mapping[str, Any]]:
    names = [subject.name for subject in subjects]
    rows = LeafRecord.objects.filter(subject_id__in=names).order_by("subject_id", "-n").distinct("subject_id")
    last = {subject: (n, bytes(hash)) for subject, n, hash in rows.values_list("subject__name", "n", "hash")}
    return {subject.pk: dict(zip(("n", "last"), last.get(subject.name, (0, b"")), strict=True)) for subject in subjects}


CACHES = [
    Cache(
        "infochain.subject",
        "日志里的主体",
        {"n": "最后一条的序号", "last": "最后一条的散列"},
        Subject.objects.all,
        _last,
        lambda subject: subject.label,
    )
]
