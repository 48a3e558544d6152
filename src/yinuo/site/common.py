"""Pages every signed-in person has: whom one acts as, messages, papers and files."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from yinuo.engine.base import Actor, forbid
from yinuo.engine.documents import access
from yinuo.engine.documents import queries as papers
from yinuo.engine.documents.making import paper_of
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.notices import queries
from yinuo.engine.notices.actions import mark_read
from yinuo.engine.people.access import can_manage_people
from yinuo.engine.people.queries import has_role_in, is_letter_to_confirm
from yinuo.engine.trail.actions import seen
from yinuo.rooms.accounts.queries import came_with_admission
from yinuo.rooms.onemap.reach import files_in_reach, paper_in_reach
from yinuo.rooms.projects.queries import visible
from yinuo.site.messages import without_twins
from yinuo.ui.acting import (
    SESSION_KEY,
    actor_of,
    hat_of,
    hats_of,
    person_of,
    put_back,
    put_on,
    seconds_left,
)
from yinuo.ui.files import PRIVATE, stored

SHOWN_MESSAGES = 60


def home_of(role: str) -> str:
    """Where somebody of a role begins."""
    if role in ("window", "zone"):
        return {"window": "staff:window", "zone": "staff:zones"}[role]
    return "unit:projects" if role == "unit" else "staff:inbox" if role != "public" else "public:home"


@login_required
@require_http_methods(["GET", "POST"])
def act_as(request: HttpRequest) -> HttpResponse:
    """Chooses the unit or role one acts in. GET shows the choice, POST makes it."""
    if request.method == "POST":
        chosen = put_on(request, request.POST.get("hat", ""))
        after = request.POST.get("next", "")
        if url_has_allowed_host_and_scheme(after, {request.get_host()}):
            return HttpResponseRedirect(after)
        return redirect(home_of(chosen.actor.role))
    return render(
        request, "common/act_as.html", {"hats": hats_of(person_of(request)), "chosen": request.GET.get("hat", "")}
    )


@login_required
@require_POST
def step_back(request: HttpRequest) -> HttpResponse:
    """Back into one's own role; what one stood in for stays open."""
    hat = hat_of(request)
    put_back(request)
    return redirect(hat.stand_in.back.url if hat and hat.stand_in else "common:start")


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """After signing in: to where the person's work is."""
    hats = hats_of(person_of(request))
    if not hats:
        return redirect("entrance:unit")
    if len([hat for hat in hats if not hat.stand_in]) > 1 and SESSION_KEY not in request.session:
        return redirect("common:act_as")
    return redirect(home_of(actor_of(request).role))


@never_cache
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """For the script of the forms: how long the session lasts, whose it is, and the token its forms need now.

    POST: somebody is there, the session begins its half hour anew. Asking (GET) is not being there.
    """
    if not request.user.is_authenticated:
        return JsonResponse({"left": 0})
    hat, left = hat_of(request), seconds_left(request)
    if request.method == "POST":
        left = settings.SESSION_COOKIE_AGE
    else:
        request.session.accessed = False
    return JsonResponse(
        {"left": left, "person": request.user.pk, "hat": hat.key if hat else "", "token": get_token(request)}
    )


@login_required
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where the second tab ends in which somebody signed in again, to go on with a form in the first."""
    return render(
        request, "common/signed_in.html", {"hat": hat_of(request), "several": len(hats_of(person_of(request))) > 1}
    )


@login_required
def messages(request: HttpRequest) -> HttpResponse:
    rows = without_twins(queries.of_actor(actor_of(request))[: 2 * SHOWN_MESSAGES], SHOWN_MESSAGES)
    return render(request, "common/messages.html", {"rows": rows})


@login_required
@require_POST
def read_message(request: HttpRequest, message_id: str) -> HttpResponse:
    """Marks a message read and goes where it points."""
    message = get_object_or_404(queries.of_actor(actor_of(request)), pk=message_id)
    mark_read(message=message, at=timezone.now())
    return redirect(message.url or "common:messages")


@login_required
def document(request: HttpRequest, document_id: int) -> HttpResponse:
    """The signed paper of a document, for the unit it concerns and the hall's people."""
    found = papers.document(document_id)
    actor = actor_of(request)
    if actor.role == "unit":
        allowed = found.unit_id == actor.unit_id and paper_in_reach(actor, found)
    else:
        allowed = visible(actor).filter(code=found.project_code).exists()
    if not allowed:
        raise forbid("只能查看本单位或本大厅的文书")
    paper = paper_of(document=found, at=timezone.now())
    return stored(paper, cache=PRIVATE)


@login_required
def file(request: HttpRequest, file_id: int) -> HttpResponse:
    """An uploaded file; an official's look at it is noted."""
    found = papers.file_with_content(file_id)
    actor = actor_of(request)
    if found.unit_id is None and found.by_id == request.user.pk:
        return stored(
            found, attached=found.content_type not in ("application/pdf", "image/png", "image/jpeg"), cache=PRIVATE
        )
    if not access.can_read_file(actor, found) or not files_in_reach(actor, [found.pk]):
        raise forbid("只能查看本单位或本大厅的材料")
    if actor.role != "unit" and not _of_hall(actor, found):
        raise forbid("只能查看本单位或本大厅的材料")
    if actor.role != "unit":
        seen(actor, f"file:{found.pk}", at=timezone.now(), unit_id=found.unit_id)
    return stored(
        found, attached=found.content_type not in ("application/pdf", "image/png", "image/jpeg"), cache=PRIVATE
    )


def _of_hall(actor: Actor, found: StoredFile) -> bool:
    """A company's file where it has a project, or a letter that waits to be confirmed;
    an official's where they work.
    """
    if found.unit_id is not None:
        if can_manage_people(actor) and is_letter_to_confirm(found.pk):
            return True
        return visible(actor).filter(unit_id=found.unit_id).exists()
    if came_with_admission(found.pk, actor.hall_id):
        return actor.role in ("window", "general_convener", "administrator")
    return has_role_in(found.by_id, actor.hall_id)
