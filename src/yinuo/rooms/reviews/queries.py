"""Reviews as those may read them who answer for the service, and what they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db import models
from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce

from yinuo.engine.base import NO_ROW, Actor
from yinuo.engine.rules import pack
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.reviews.access import WATCHING
from yinuo.rooms.reviews.models import RECTIFIED, Rectification, ServiceReview, TrackService

PAGE = 40
# Who is reviewed where no department is: agents and the window.
HALL = "大厅（代办、窗口）"


def review_of(item: MapItem) -> ServiceReview | None:
    """The review of the item's present application."""
    return ServiceReview.objects.filter(application=item.application_id).select_related("rectification").first()


def review(review_id: int) -> ServiceReview:
    found = ServiceReview.objects.select_related(
        "application__item__project__unit", "service__project__unit", "department", "handler", "person"
    )
    return found.select_related("rectification").get(pk=review_id)


def service(service_id: int) -> TrackService:
    """Raises TrackService.DoesNotExist."""
    return TrackService.objects.select_related("project", "department", "review__rectification").get(pk=service_id)


def service_of(track: str, subject: models.Model) -> TrackService | None:
    """The ended service a track's row stands for, with its review; None while it still runs."""
    found = TrackService.objects.filter(track=track, subject_kind=subject._meta.label_lower, subject_id=subject.pk)
    return found.select_related("review__rectification", "project").first()


def services_of(project_id: int) -> list[TrackService]:
    """What may be reviewed or was, the newest first."""
    return list(TrackService.objects.filter(project_id=project_id).select_related("review").order_by("-id"))


def of_actor(actor: Actor) -> QuerySet[ServiceReview]:
    """The department its own, the watchers all of their hall's."""
    rows = ServiceReview.objects.select_related("application__item", "service", "department", "rectification")
    if actor.role in ("approver", "principal"):
        return rows.filter(department_id=actor.department_id or NO_ROW)
    return rows.filter(hall_id=actor.hall_id or NO_ROW) if actor.role in WATCHING else rows.none()


@dataclass(frozen=True, slots=True)
class Page:
    reviews: Sequence[ServiceReview]
    after: int


def reviews(actor: Actor, *, view: str, after: int = 0) -> Page:
    """`view`: open = bad ones not yet closed, bad, all; newest first, keyset by `after`."""
    rows = of_actor(actor).order_by("-id")
    if view == "open":
        rows = rows.filter(rectification__isnull=False).exclude(rectification__state__in=RECTIFIED)
    elif view == "bad":
        rows = rows.filter(rectification__isnull=False)
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else 0)


@dataclass(frozen=True, slots=True)
class Tally:
    """A department's reviews: by level, how many count as good and as bad, and the good ones' share."""

    department: str
    levels: dict[int, int]
    good: int
    bad: int

    @property
    def total(self) -> int:
        return sum(self.levels.values())

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.good, self.total) if self.total else None


def tallies(actor: Actor, since: date, until: date) -> list[Tally]:
    """Per department of what the actor may see, given in [since, until); those set aside on appeal are not counted as
    bad.
    """
    rows = of_actor(actor).filter(at__date__gte=since, at__date__lt=until)
    good, bad = (set(pack().parameter(name, until).value) for name in ("hall.review_good", "hall.review_bad"))
    rows = rows.annotate(whose=Coalesce("department__name", models.Value(HALL))).order_by("whose")
    aside = dict(
        rows.filter(rectification__state="set_aside")
        .values_list("whose")
        .annotate(n=Count("id"))
        .values_list("whose", "n")
    )
    found: dict[str, dict[int, int]] = {}
    for name, level, count in rows.values_list("whose", "level").annotate(n=Count("id")):
        found.setdefault(name, {})[level] = count
    return [
        Tally(
            name,
            levels,
            sum(count for level, count in levels.items() if level in good),
            sum(count for level, count in levels.items() if level in bad) - aside.get(name, 0),
        )
        for name, levels in found.items()
    ]


def rectification_of(review_id: int) -> Rectification:
    return Rectification.objects.select_related("review__application__item__project", "review__service__project").get(
        review_id=review_id
    )


def item_to_review(item_id: int) -> MapItem:
    """Raises MapItem.DoesNotExist."""
    return MapItem.objects.select_related("project", "department", "application").get(pk=item_id)


def item_of_application(application_id: int) -> MapItem | None:
    """None once the matter was applied for anew."""
    return MapItem.objects.select_related("department").filter(application=application_id).first()
