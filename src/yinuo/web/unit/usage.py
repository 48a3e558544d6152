"""Where a company's files are used: submissions, reports of fulfilment, requests for points, letters of authorisation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from yinuo.apps.commitments.models import FulfilmentReport
from yinuo.apps.credit.models import CreditRelief
from yinuo.apps.onemap.models import ENDED, Submission
from yinuo.apps.people.models import AuthorisedPerson


@dataclass(frozen=True, slots=True)
class Use:
    """One place a file is used in; `open` = the matter is not decided, so that a newer version could still go in."""

    what: str
    about: str
    url: str
    at: datetime
    open: bool = False


def uses_of(unit_id: int, ids: Iterable[int]) -> dict[int, list[Use]]:
    """File id → where it is used, the latest first. Four queries however many files there are."""
    wanted = set(ids)
    made: dict[int, list[Use]] = {pk: [] for pk in wanted}

    def note(parts: Sequence[Any], use: Use) -> None:
        for pk in {part["file"] for part in parts if isinstance(part, Mapping) and part.get("file") in wanted}:
            made[pk].append(use)

    handed_in = Submission.objects.filter(item__project__unit_id=unit_id).order_by("-id")
    for parts, at, item, name, state, project in handed_in.values_list(
        "materials", "at", "item_id", "item__name", "item__state", "item__project__name"
    ):
        note(parts, Use(f"申报：{name}", project, reverse("unit:item", args=[item]), at, state not in ENDED))
    reports = FulfilmentReport.objects.filter(commitment__project__unit_id=unit_id).order_by("-id")
    for parts, at, item, name, project in reports.values_list(
        "evidence", "at", "commitment__item_id", "commitment__item__name", "commitment__project__name"
    ):
        note(parts, Use(f"履约报告：{name}", project, reverse("unit:commit", args=[item]), at))
    for parts, at, why in (
        CreditRelief.objects.filter(event__unit_id=unit_id).order_by("-id").values_list("evidence", "asked_at", "event__why")
    ):
        note(parts, Use("信用修复或者异议", why, reverse("unit:credit"), at))
    for letter, name, at in AuthorisedPerson.objects.filter(unit_id=unit_id, letter_id__in=wanted).values_list(
        "letter_id", "person__name", "confirmed_at"
    ):
        made[letter].append(Use("授权委托书", name, reverse("unit:persons"), at))
    return made
