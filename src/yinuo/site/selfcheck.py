"""我的项目要办什么: a self-check without login.

Everything it knows stands in the address; nothing is written, nothing is kept.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import conditional_page, require_safe

from yinuo.core.facts import UNKNOWN
from yinuo.core.form import Topic
from yinuo.engine.documents.qr import qr_svg
from yinuo.engine.rules import pack
from yinuo.faces.projects import industry_words
from yinuo.faces.projects.factforms import anchor, suggestions, words_of
from yinuo.site import guidebook, selfcheck_questions, selfcheck_result, selfcheck_state
from yinuo.site.selfcheck_questions import TopicForm
from yinuo.site.selfcheck_result import Open, Option
from yinuo.site.selfcheck_state import State
from yinuo.ui import words
from yinuo.ui.acting import actor_of
from yinuo.ui.components.shapes import NavItem, Row

LONGEST = 120
SHOWN_OPEN = 5


@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """The first page.

    What was written in one line on the home page is understood as far as it can be and may be corrected.
    """
    text = words.typed(request.GET.get("q", ""), LONGEST)
    state = selfcheck_state.read(request.GET, timezone.localdate())
    if not text:
        return _topic(request, pack().form.topics[0], state)
    guessed = industry_words.guess(text)
    industry = guessed.pop("industry", "")
    state = State({**state.facts, **guessed}, state.on)
    return _topic(request, pack().form.topics[0], state, {"industry": industry} if industry else {}, said=text)


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """One page of questions; answered, it leads to the next with every answer in the address."""
    found = pack().form.topic_by_slug.get(slug)
    state = selfcheck_state.read(request.GET, timezone.localdate())
    if found is None:
        return redirect(reverse("public:check") + state.query)
    return _topic(request, found, state)


def _topic(
    request: HttpRequest, found: Topic, state: State, initial: dict[str, Any] | None = None, said: str = ""
) -> HttpResponse:
    day = state.on or timezone.localdate()
    sent = "go" in request.GET
    form = TopicForm(request.GET if sent else None, topic=found, state=state, day=day, initial=initial)
    if sent and form.is_valid():
        answers = form.answers()
        return redirect(_onward(found, answers, day, finish="finish" in request.GET) + answers.query)
    earlier = selfcheck_questions.before(found)
    context = {
        "topic": found,
        "number": pack().form.topics.index(found) + 1,
        "count": len(pack().form.topics),
        "form": form,
        # What the fields of this page ask is asked anew; everything else goes with it.
        "carried": list(state.without(form.paths).pairs()),
        "before_url": _url(earlier) + state.query if earlier else "",
        "industries": suggestions() if "industry" in form.paths else [],
        "said": said,
        "understood": [Row(pack().facts.label(path), words_of(path, value)) for path, value in state.facts.items()]
        if said
        else [],
        "unread": () if sent else state.unread,
        "ticks": form.ticks() if form.flags else [],
    }
    return render(request, "public/check.html", context)


def _url(found: Topic) -> str:
    return (
        reverse("public:check") if found is pack().form.topics[0] else reverse("public:check_topic", args=[found.slug])
    )


def _onward(found: Topic, answers: State, day: date, *, finish: bool) -> str:
    following = None if finish else selfcheck_questions.following(found, answers.nested(), day)
    return reverse("public:check_topic", args=[following.slug]) if following else reverse("public:check_result")


@require_safe
@conditional_page
def result(request: HttpRequest) -> HttpResponse:
    """The answer. An address without its day is sent on to the one that names it: a shared link keeps its rules."""
    today = timezone.localdate()
    state = selfcheck_state.read(request.GET, today)
    if not state.facts:
        return redirect("public:check")
    if state.on is None:
        return redirect(f"{reverse('public:check_result')}{State(state.facts, today).query}")
    found = selfcheck_result.result(state, state.on, guidebook.offers(state.on))
    url = reverse("public:check_result")
    share = request.build_absolute_uri(url + state.query)
    context = {
        "breadcrumbs": [NavItem("我的项目要办什么", reverse("public:check") + state.query), NavItem("结果")],
        "r": found,
        "answers": _answers(state),
        "open": [_open_row(row, state) for row in found.open],
        "shown": SHOWN_OPEN,
        "unread": state.unread,
        "later": state.on != today,
        "today": today,
        "today_url": url + State(state.facts, today).query,
        "grade_url": _url(pack().form.topic_of.get("unit.grade", pack().form.topics[0]))
        + state.query
        + "#"
        + anchor("unit.grade"),
        "graded": "unit.grade" in state.facts,
        "same": found.best.landing_on == found.regular.landing_on,
        "share_url": share,
        "qr": mark_safe(qr_svg(share)),  # noqa: S308
        "file_url": f"{reverse('unit:filing')}?{selfcheck_state.handed_on(state)}",
        "can_file": actor_of(request).role in ("unit", "public"),
        "rules": pack(),
    }
    return render(request, "public/check_result.html", context)


def _answers(state: State) -> list[tuple[str, str, list[Row]]]:
    """What was answered, by page, with the way back; what holds is told singly, what does not in one line."""
    made = []
    for found in pack().form.topics:
        rows, noes = [], []
        for path in (*found.paths, *found.flags):
            value = state.known(path)
            if value is False and pack().facts[path].type == "flag":
                noes.append(pack().facts.label(path))
            elif value is not UNKNOWN:
                rows.append(Row(pack().facts.label(path), words_of(path, value)))
        if noes:
            rows.append(Row("都没有", "、".join(noes)))
        made.append((found.title, _url(found) + state.query, rows))
    return made


def _open_row(row: Open, state: State) -> dict[str, Any]:
    url = reverse("public:check_result")
    topic = pack().form.topic_of[row.path]
    return {
        "label": row.label,
        "needs": row.needs,
        "promises": row.promises,
        "ask_url": "" if row.options else f"{_url(topic)}{state.query}#{anchor(row.path)}",
        "options": [(option, url + option.state.query, _change(option)) for option in row.options],
    }


def _change(option: Option) -> str:
    """What the answer would change, in a sentence."""
    said: list[str] = []
    if option.adds:
        said.append(f"还要办{'、'.join(option.adds)}")
    if option.frees:
        said.append(f"{_some(option.frees)}可以承诺")
    if option.bars:
        said.append(f"{_some(option.bars)}不能承诺")
    return "；".join(said) or ("还要看别的情况" if option.undecided else "不增加事项")


def _some(names: tuple[str, ...]) -> str:
    return "、".join(names) if len(names) <= 2 else f"{names[0]}等 {len(names)} 项"
