"""A draft's answers as they are checked before sending:
what is said, what is missing, and what the rules make of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from yinuo.core.calendar import TZ
from yinuo.core.facts import UNKNOWN, look_up
from yinuo.core.form import Step
from yinuo.core.screen import screen_filing
from yinuo.engine.people.models import Person, ProjectUnit
from yinuo.engine.rules import pack
from yinuo.faces.projects import factforms, steps
from yinuo.faces.projects.factforms import words_of
from yinuo.rooms.credit.queries import head
from yinuo.rooms.projects.models import Draft
from yinuo.rooms.projects.queries import registered
from yinuo.ui.components.shapes import NavItem, Row

SHOWN_LABELS = 4


def preview(draft: Draft) -> dict[str, Any]:
    """The filing question asked of the draft as it stands: instant, held by which rule and by which answers, or not yet
    decidable.
    """
    day = timezone.now().astimezone(TZ).date()
    unit = draft.unit
    decision = screen_filing({**draft.facts, "unit": registered(unit, head(unit.pk).grade)}, pack(), day)
    read = {step.rule: step.facts for step in decision.trace}
    stops = [_stop(draft, stop, read.get(stop["rule"], {})) for stop in decision.outcome["stops"]]
    return {"instant": decision.outcome["instant"], "stops": stops, "kind": draft.facts.get("kind", "")}


def _stop(draft: Draft, stop: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """A rule in the way, its clause, and the answers it turned on with the way to each."""
    answers = [
        NavItem(f"{pack().facts.label(path)}：{words_of(path, value)}", _step_url(draft, path))
        for path, value in facts.items()
        if path in pack().form.step_of and path in pack().facts
    ]
    return {"why": stop["why"], "cites": pack().cite_texts(stop["cites"]), "answers": answers}


def missing(draft: Draft, asked: Mapping[str, list[str]]) -> list[NavItem]:
    """Required answers still open, each with the page that asks it."""
    found = []
    for topic in pack().form.steps:
        for path in steps.unanswered((p for p in asked[topic.slug] if p in topic.required), draft.facts):
            found.append(problem(draft, path, pack().facts.label(path)))
    return found


def _step_url(draft: Draft, path: str) -> str:
    topic = pack().form.step_of.get(path)
    return (
        f"{reverse('unit:filing_step', args=[draft.pk, topic.slug])}?back=check#{factforms.anchor(path)}"
        if topic
        else ""
    )


def problem(draft: Draft, path: str, message: str) -> NavItem:
    return NavItem(message, _step_url(draft, path))


def group(draft: Draft, topic: Step, asked: list[str]) -> dict[str, Any]:
    """The answers of one topic; what was answered 否 is one line, and what may stay open another, so that the page can
    be read.
    """
    rows, noes, open_ = [], [], []
    base = reverse("unit:filing_step", args=[draft.pk, topic.slug]) + "?back=check"
    for path in asked:
        value, spec = look_up(draft.facts, path), pack().facts[path]
        if value is UNKNOWN and path not in topic.required:
            open_.append(spec.label)
        elif value is False and path not in topic.required:
            noes.append(spec.label)
        else:
            rows.append(Row(spec.label, words_of(path, value), f"{base}#{factforms.anchor(path)}"))
    if noes:
        rows.append(Row("不涉及", _folded(noes), base))
    if open_:
        rows.append(Row("没有填，可以不填", _folded(open_), base, "补填"))
    return {"title": topic.title, "rows": rows}


def _folded(labels: Sequence[str]) -> str:
    """A few are written out; of many the first, the rest to be opened."""
    if len(labels) <= SHOWN_LABELS:
        return "、".join(labels)
    told = "、".join(labels)
    return format_html(
        '<details class="more"><summary>{}等 {} 项</summary><div>{}</div></details>', labels[0], len(labels), told
    )


def unit_rows(unit: ProjectUnit, person: Person) -> list[Row]:
    """What the platform knows of the unit and its person: shown, and not asked again."""
    rows = [("单位名称", unit.name), ("统一社会信用代码", unit.credit_code or unit.reservation_no)]
    rows += [
        ("法定代表人", unit.legal_representative),
        ("住所", unit.address),
        ("联系人", f"{person.name} {person.phone}".strip()),
    ]
    return [Row(label, value) for label, value in rows if value]
