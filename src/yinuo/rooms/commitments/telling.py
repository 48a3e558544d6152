"""What the public credit platform is told of promises: given, kept, broken, and ruled on (附件2·第四条、第五条)."""

from __future__ import annotations

from datetime import datetime

from yinuo.core.credit import COMMITMENT_FIELDS
from yinuo.rooms.commitments.models import Commitment, Ruling
from yinuo.rooms.credit.models import PublicKind
from yinuo.rooms.credit.publishing import publish

WORDS = {"given": "作出信用承诺", "kept": "已履行", "broken": "未履行"}


def tell_platform(commitment: Commitment, what: str, at: datetime) -> None:
    """`what`: given, kept or broken. Inside the action that it tells of; the promise's project and unit are at hand."""
    data = {
        "commitment": commitment.pk,
        "matter": commitment.title,
        "department": commitment.department.name,
        "outcome": what,
        "words": WORDS[what],
        "field": COMMITMENT_FIELDS.get(commitment.field, ""),
        "standard": commitment.standard_version,
        "letter_sha256": commitment.letter_sha256,
    }
    publish(PublicKind.COMMITMENT, commitment.project.unit, commitment.project.code or "", data, at)


def tell_platform_of_ruling(made: Ruling, at: datetime) -> None:
    data = {
        "commitment": made.commitment_id,
        "matter": made.commitment.title,
        "department": made.commitment.department.name,
        "number": made.number,
        "measures": made.measures,
        "words": made.words,
        "facts": made.facts,
        "lifts": made.lifts.number if made.lifts else "",
    }
    publish(PublicKind.RULING, made.commitment.project.unit, made.commitment.project.code or "", data, at)
