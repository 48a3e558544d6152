"""Taking a list away: at once where it is short,
made in the background with its progress shown where it is long (U-8).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from io import BytesIO
from urllib.parse import parse_qsl

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.engine.base import Actor, forbid
from yinuo.engine.trail.actions import seen
from yinuo.engine.work import queries
from yinuo.engine.work.actions import ask_export, note_export
from yinuo.engine.work.models import Export, ExportState
from yinuo.faces.commitments import staff_reviews as promise_reviews
from yinuo.faces.credit import (
    staff_evaluations as evaluations,
)
from yinuo.faces.credit import (
    staff_public as public_credit,
)
from yinuo.faces.credit import (
    staff_queue as credit_queue,
)
from yinuo.faces.figures import staff as dashboard
from yinuo.faces.figures import staff_cases as dashboard_cases
from yinuo.faces.oversight import staff as warnings
from yinuo.faces.oversight import staff_shared as shared
from yinuo.rooms.figures import access as figures_access
from yinuo.site import early, hall, listings, load, project_list, registers, told
from yinuo.ui.acting import CONVENING, actor_of, need_staff
from yinuo.ui.exporting import ENDINGS, Listing, write_csv, write_xlsx
from yinuo.ui.files import PRIVATE, named
from yinuo.ui.reading import today

LONG = 3000
JOB = "yinuo.site.tasks.make_export"
Make = Callable[[Actor, Mapping[str, str], datetime], Listing]
LISTINGS: dict[str, Make] = {
    "inbox": listings.inbox,
    "projects": project_list.listing,
    "credit": credit_queue.listing,
    "hall": hall.listing,
    "lights": hall.tallies_listing,
    "early": early.listing,
    "load": load.listing,
    "absent": load.absent_listing,
    "told": told.listing,
    "warnings": warnings.listing,
    "promise-reviews": promise_reviews.listing,
    "shared": shared.listing,
    "people": registers.people,
    "unit-credit": registers.unit_credit,
    "evaluations": evaluations.listing,
    "figures": dashboard.listing,
    "figure-cases": dashboard_cases.listing,
    "public-credit": public_credit.listing,
}
# Who may open a list's page may take the list away; no entry: everybody of the hall.
ROLES: dict[str, tuple[str, ...]] = dict.fromkeys(("hall", "lights", "early", "load", "absent"), CONVENING) | {
    "told": told.READERS,
    "warnings": warnings.READERS,
    "promise-reviews": promise_reviews.READERS,
    "shared": shared.READERS,
    "evaluations": evaluations.CLERKS,
    "figures": figures_access.READERS,
    "figure-cases": figures_access.READERS,
    "public-credit": public_credit.READERS,
    "people": ("general_convener", "administrator"),
}


def made(actor: Actor, name: str, data: Mapping[str, str], now: datetime) -> Listing:
    """The list of that name as the actor may see it."""
    if name not in LISTINGS:
        raise Http404
    if name in ROLES and actor.role not in ROLES[name]:
        raise forbid("您当前的角色不能导出这个列表")
    return LISTINGS[name](actor, data, now)


def file_name(title: str, day: date, ending: str) -> str:
    return f"{title} {day.isoformat()}.{ending}"


@need_staff
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, name: str) -> HttpResponseBase:
    """GET answers with the file, or says that it is long; POST puts the long one on order."""
    actor, now = actor_of(request), timezone.now()
    data = request.GET.dict()
    ending = data.pop("as", "xlsx")
    if ending not in ENDINGS:
        raise Http404
    listing = made(actor, name, data, now)
    if request.method == "POST":
        query = request.GET.copy()
        query.pop("as", None)
        asked = ask_export(actor=actor, listing=name, query=query.urlencode(), ending=ending, job=JOB, at=now)
        return redirect("staff:made", asked.pk)
    rows = how_many(listing)
    if rows > LONG:
        return render(request, "staff/export_long.html", {"title": listing.title, "limit": LONG, "ending": ending})
    seen(actor, f"export:{name}", at=now)
    title = file_name(listing.title, today(now), ending)
    if ending == "xlsx":
        return named(
            FileResponse(write_xlsx(listing), content_type=ENDINGS[ending]), title, attached=True, cache=PRIVATE
        )
    return named(
        StreamingHttpResponse(write_csv(listing), content_type=ENDINGS[ending]), title, attached=True, cache=PRIVATE
    )


def how_many(listing: Listing) -> int:
    """Counted only as far as it matters."""
    return listing.found[: LONG + 1].count() if isinstance(listing.found, QuerySet) else len(listing.found)


def _own(request: HttpRequest, export_id: int) -> Export:
    found = queries.export_of(actor_of(request), export_id)
    if found is None:
        raise Http404
    return found


@need_staff
@require_safe
def progress(request: HttpRequest, export_id: int) -> HttpResponse:
    """How far it is; the part that changes asks for itself every two seconds, without JavaScript by a link."""
    found = _own(request, export_id)
    listing = made(actor_of(request), found.listing, dict(parse_qsl(found.query)), found.asked_at)
    context = {
        "export": found,
        "title": listing.title,
        "waiting": found.state in (ExportState.QUEUED, ExportState.RUNNING),
    }
    part = "staff/_export.html" if request.headers.get("HX-Request") else "staff/export.html"
    return render(request, part, context)


@need_staff
@require_safe
def download(request: HttpRequest, export_id: int) -> HttpResponseBase:
    """The finished file, for the one who asked, while they still may see the list."""
    found = _own(request, export_id)
    actor, now = actor_of(request), timezone.now()
    if actor_of_export(found) != actor:
        raise forbid("请切换到导出时的身份再下载")
    content = found.content
    if found.state != ExportState.DONE or content is None:
        raise Http404
    listing = made(actor, found.listing, dict(parse_qsl(found.query)), now)
    seen(actor, f"export:{found.listing}", at=now)
    answer = FileResponse(BytesIO(bytes(content)), content_type=ENDINGS[found.ending])
    return named(answer, file_name(listing.title, today(found.asked_at), found.ending), attached=True, cache=PRIVATE)


def actor_of_export(found: Export) -> Actor:
    """As whom the list was asked for."""
    return Actor(
        found.person_id, found.role, department_id=found.department_id, hall_id=found.hall_id, stage=found.stage
    )


def write(export_id: int, now: datetime) -> int:
    """Makes a list that was put on order; a second run makes it anew. Returns the number of rows.

    One that was thrown away before its turn is not made: 0.
    """
    found = queries.export(export_id)
    if found is None:
        return 0
    if found.state == ExportState.DONE:
        return found.rows
    written = 0

    def told(rows: int) -> None:
        nonlocal written
        written = rows
        note_export(export_id, rows=rows)

    note_export(export_id, state=ExportState.RUNNING, rows=0)
    listing = made(actor_of_export(found), found.listing, dict(parse_qsl(found.query)), now)
    try:
        if found.ending == "xlsx":
            with write_xlsx(listing, told=told) as file:
                content = file.read()
        else:
            content = b"".join(write_csv(listing, told=told))
    except Exception:
        note_export(export_id, state=ExportState.FAILED, finished_at=now)
        raise
    note_export(export_id, state=ExportState.DONE, content=content, finished_at=now)
    return written
