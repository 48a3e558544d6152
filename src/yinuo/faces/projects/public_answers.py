"""Questions of project units and their answers that a department has published, for whoever would ask the same
(附件7·第九条).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import conditional_page, require_safe

from yinuo.engine.rules import pack
from yinuo.rooms.projects import queries
from yinuo.rooms.projects.models import Question


@dataclass(frozen=True, slots=True)
class Answered:
    """A published answer. `matter_id` is empty where the question was about a project as a whole."""

    id: int
    matter_id: str
    matter: str
    text: str
    answer: str
    office: str
    at: datetime | None


def line_of(row: Question) -> Answered:
    matter = pack().matters.get(row.matter_id)
    office = row.department.name if row.department else row.project.hall.name
    return Answered(
        row.pk,
        row.matter_id if matter else "",
        matter.full_name if matter else "",
        row.public_text,
        row.public_answer,
        office,
        row.answered_at,
    )


@require_safe
@conditional_page
def answers(request: HttpRequest) -> HttpResponse:
    """`?matter=` = of one matter; keyset by `after`."""
    named, text = request.GET.get("matter", ""), request.GET.get("after", "")
    matter = pack().matters.get(named)
    after = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
    page = queries.published_answers(matter.id if matter else None, after=after)
    here, kept = reverse("public:answers"), {"matter": matter.id} if matter else {}
    context = {
        "lines": [line_of(row) for row in page.questions],
        "matter": matter,
        "next_url": f"{here}?{urlencode({**kept, 'after': page.after})}" if page.after else "",
        "first_url": f"{here}?{urlencode(kept)}".rstrip("?") if after else "",
    }
    return render(request, "public/answers.html", context)
