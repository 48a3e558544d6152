"""Zones, results and fees as they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from yinuo.core.regional import regional_rows, which_projects
from yinuo.engine.base import Actor
from yinuo.engine.catalogue.models import RegionalResult, Zone
from yinuo.engine.documents.models import Document, StoredFile
from yinuo.engine.people.models import InForce
from yinuo.engine.rules import pack
from yinuo.rooms.regional import access
from yinuo.rooms.regional.models import AssessmentState, FeeEntry, FeeKind, Payer, RegionalAssessment
from yinuo.rooms.regional.room import RegionalPaper

CHARGE, BLOCKS, WITH = "regional.charge_applicants", "regional.charge_blocks_permit", "regional.charged_with"
NOTHING = Decimal(0)


def zones(day: date, hall_id: int | None = None) -> list[Zone]:
    """The zones standing on `day`, by name."""
    found = Zone.objects.filter(InForce.on(day)).select_related("body").order_by("name", "id")
    return list(found if hall_id is None else found.filter(hall_id=hall_id))


def zone(zone_id: int) -> Zone:
    """Raises Zone.DoesNotExist."""
    return Zone.objects.select_related("body").get(pk=zone_id)


def published(
    day: date, *, zone_key: str = "", matter_id: str = "", words: str = "", past: bool = False
) -> QuerySet[RegionalResult]:
    """Published results, the latest first: those in use on `day`, or with `past` the others; `words` looks in titles,
    scopes and places.
    """
    found = RegionalResult.objects.select_related("zone__body", "department").order_by("-published_at", "-id")
    standing = Q(withdrawn_at__isnull=True, superseded_at__isnull=True, to_on__gt=day)
    found = found.exclude(standing) if past else found.filter(standing)
    if zone_key:
        found = found.filter(zone__key=zone_key)
    if matter_id:
        found = found.filter(matter_id=matter_id)
    for word in words.split():
        found = found.filter(
            Q(title__icontains=word)
            | Q(scope__icontains=word)
            | Q(zone__name__icontains=word)
            | Q(zone__place__icontains=word)
            | Q(matter_id__in=[matter.id for matter in pack().matters.values() if word in matter.full_name])
        )
    return found


def results_of(day: date, hall_id: int, zone_key: str) -> list[RegionalResult]:
    """What the zone has to share on `day`."""
    return list(published(day, zone_key=zone_key).filter(hall_id=hall_id, from_on__lte=day).order_by("matter_id"))


def result(result_id: int) -> RegionalResult:
    """Raises RegionalResult.DoesNotExist."""
    return RegionalResult.objects.select_related("zone__body", "department", "superseded_by").get(pk=result_id)


def report_of(result_id: int) -> StoredFile:
    """The report that was published with a result. Raises RegionalResult.DoesNotExist."""
    return RegionalResult.objects.select_related("report_file").get(pk=result_id).report_file


def notice_of(result: RegionalResult) -> QuerySet[Document]:
    """The paper by which a result was published, if it has one."""
    return Document.objects.filter(kind=RegionalPaper.REPORT, number=result.document_number)


def zone_names(keys: Iterable[str]) -> Mapping[str, str]:
    return dict(Zone.objects.filter(key__in=list(keys)).values_list("key", "name"))


def run_by(actor: Actor, day: date) -> list[Zone]:
    """The zones whose assessments the actor's office runs."""
    return [zone for zone in zones(day, actor.hall_id) if access.can_run(actor, zone)]


def assessments(hall_id: int, zones: Sequence[Zone] | None = None) -> QuerySet[RegionalAssessment]:
    found = (
        RegionalAssessment.objects.filter(zone__hall_id=hall_id)
        .select_related("zone", "department", "result")
        .order_by("-id")
    )
    return found if zones is None else found.filter(zone__in=zones)


def assessment_of(assessment_id: int) -> RegionalAssessment:
    """Raises RegionalAssessment.DoesNotExist."""
    found = RegionalAssessment.objects.select_related(
        "zone__body", "department", "replaces", "report_file", "result", "decided_by", "begun_by"
    ).defer("report_file__content")
    return found.prefetch_related("opinions__department", "opinions__answered_by").get(pk=assessment_id)


def assessable_matters(day: date) -> list[tuple[str, str, str]]:
    """What may be assessed for a region, as (id, name, why a row of part three still keeps some projects out)."""
    found = []
    for matter in pack().matters_at(day):
        rows = regional_rows(matter.id, pack(), day)
        if matter.regional and all(row.when != "always" for row in rows):
            found.append((matter.id, matter.full_name, "；".join(which_projects(row) for row in rows)))
    return found


def listed_matters(day: date) -> list[tuple[str, str, tuple[str, ...]]]:
    """Part three of the list as the desk shows it: (matter, which projects, articles)."""
    rows = [row for row in pack().negative if row.part == "regional" and day in row.span]
    return [(row.matter, "" if which_projects(row) == row.matter else row.sub_matter, row.cites) for row in rows]


def open_states() -> tuple[str, ...]:
    return tuple(
        state for state in AssessmentState.values if state not in (AssessmentState.PUBLISHED, AssessmentState.CANCELLED)
    )


# -- fees


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One assessment's part of what a project stands for, in yuan."""

    assessment_id: int
    title: str
    payer: str
    shared: Decimal
    settled: Decimal

    @property
    def outstanding(self) -> Decimal:
        return max(self.shared - self.settled, NOTHING) if self.payer == Payer.APPLICANT else NOTHING


@dataclass(frozen=True, slots=True)
class Due:
    """What a project owes on a day; `charged` False: nothing, whatever the lines say, for companies are not charged."""

    charged: bool
    blocks: bool
    lines: tuple[FeeLine, ...]

    @property
    def outstanding(self) -> Decimal:
        return sum((line.outstanding for line in self.lines), NOTHING) if self.charged else NOTHING

    @property
    def settled(self) -> Decimal:
        return sum((line.settled for line in self.lines), NOTHING)


def charges(day: date) -> bool:
    """Are companies asked on `day` for what finance advanced."""
    return pack().flag(CHARGE, day)


def charged_with(day: date) -> tuple[str, ...]:
    """The matters whose grant the fees are collected with."""
    return tuple(pack().parameter(WITH, day).value)


def due_of(project_id: int, day: date) -> Due:
    """In one query."""
    shared: dict[int, Decimal] = {}
    settled: dict[int, Decimal] = {}
    names: dict[int, tuple[str, str]] = {}
    for entry in FeeEntry.objects.filter(project_id=project_id).select_related("assessment").order_by("id"):
        key = entry.assessment_id
        names[key] = (entry.assessment.title, entry.payer)
        into = settled if entry.kind == FeeKind.SETTLED else shared
        into[key] = into.get(key, NOTHING) + entry.amount
    lines = tuple(
        FeeLine(key, title, payer, shared.get(key, NOTHING), settled.get(key, NOTHING))
        for key, (title, payer) in names.items()
    )
    return Due(charges(day), pack().flag(BLOCKS, day), lines)


def fees_of(assessment: RegionalAssessment) -> list[FeeEntry]:
    """The first lines of an assessment's ledger."""
    return list(FeeEntry.objects.filter(assessment=assessment).select_related("project").order_by("id")[:50])


def ledger(hall_id: int) -> QuerySet[FeeEntry]:
    """Every line of a hall's ledger, newest first."""
    return (
        FeeEntry.objects.filter(assessment__zone__hall_id=hall_id)
        .select_related("assessment__zone", "project", "by")
        .order_by("-at", "-id")
    )
