"""The rules in force, laid open: every value with its dates and clause, as of any day; and the list may be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import conditional_page, require_safe

from yinuo.core.dated import HasSpan
from yinuo.core.decision import Decision, plain
from yinuo.core.facts import UNKNOWN, look_up
from yinuo.core.findings import condition
from yinuo.core.pack.types import NegativeRow, Parameter
from yinuo.core.schema import validate
from yinuo.core.screen import promisable
from yinuo.core.wording import in_words
from yinuo.engine.rules import pack
from yinuo.site import guidebook, rule_words
from yinuo.site.public_forms import AskForm, AsOf
from yinuo.ui import words
from yinuo.ui.components.shapes import NavItem

T = TypeVar("T", bound=HasSpan)
TITLES = {
    "": "规则包",
    "parameters": "参数",
    "negative-list": "负面清单",
    "credit": "信用等级与加减分",
    "timing": "暂停与告知",
    "hall": "大厅评分",
    "ask": "问清单",
}
PARTS = {
    "project": "一、不适用信用承诺制的投资项目",
    "matter": "二、不适用信用承诺制的审批事项",
    "regional": "三、不适用区域评估的审批事项",
}
TOPICS = {
    "filing": "备案", "manual_filing": "备案", "duplicate": "备案", "certificate": "备案", "review": "备案",
    "question": "备案", "guidance": "辅导与办理", "completion": "辅导与办理", "receipt": "辅导与办理",
    "delivery": "辅导与办理", "light": "辅导与办理", "verification": "辅导与办理", "commitment": "信用承诺",
    "notice": "信用承诺", "objection": "信用承诺", "difficulty": "信用承诺",
    "kpi": "信用承诺", "credit": "信用", "repair": "信用", "credit_objection": "信用", "credit_review": "信用",
    "ruling": "信用承诺", "stop": "信用承诺", "audit": "信用", "hall": "大厅评分", "remedy": "救济",
    "complaint": "救济", "place": "地方", "threshold": "门槛", "mock": "模拟审批", "inspection": "双随机、一公开",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AsOfDay:
    """The day whose rules are shown; `chosen` = somebody asked for it."""

    day: date
    chosen: bool
    form: AsOf

    @property
    def before(self) -> bool:
        return self.day < pack().valid_from

    @property
    def query(self) -> str:
        return f"?on={self.day.isoformat()}" if self.chosen else ""


def _as_of(request: HttpRequest) -> AsOfDay:
    form = AsOf(request.GET if "on" in request.GET else None)
    day = form.cleaned_data["on"] if form.is_bound and form.is_valid() else None
    return AsOfDay(day or timezone.localdate(), day is not None, form)


def _frame(section: str, on: AsOfDay) -> dict[str, Any]:
    items = [
        NavItem(title, f"/rules/{key}/{on.query}" if key else f"/rules/{on.query}", current=key == section)
        for key, title in TITLES.items()
    ]
    return {"rules": pack(), "views": items, "on": on, "section": section, "title": (TITLES[section])}


@require_safe
@conditional_page
def overview(request: HttpRequest) -> HttpResponse:
    """Which pack, and the legal texts it rests on."""
    on = _as_of(request)
    sources = sorted(pack().sources.values(), key=lambda row: (row.published_on or date.max, row.id))
    figures = [
        ("审批事项", len(_at(pack().matters.values(), on.day))),
        ("参数", len(pack().parameters)),
        ("负面清单条目", len(_at(pack().negative, on.day))),
        ("法律文件", len(sources)),
    ]
    context = _frame("", on) | {
        "sources": [
            (row, words.PROVENANCE[row.provenance], _standing(row.effective_on, row.repealed_on, on.day))
            for row in sources
        ],
        "figures": figures,
        "unverified": sum(row.provenance == "unverified" for row in sources),
    }
    return render(request, "public/rules.html", context)


def _standing(effective_on: date | None, repealed_on: date | None, day: date) -> str:
    if repealed_on is not None and repealed_on <= day:
        return "已废止"
    return "尚未施行" if effective_on is not None and effective_on > day else ""


def _at(rows: Iterable[T], day: date) -> list[T]:
    return [row for row in rows if day in row.span]


@require_safe
@conditional_page
def section(request: HttpRequest, section: str) -> HttpResponse:
    on = _as_of(request)
    if section not in SECTIONS:
        raise Http404
    return render(
        request, f"public/rules_{section.replace('-', '_')}.html", _frame(section, on) | SECTIONS[section](on.day)
    )


def _parameters(day: date) -> dict[str, Any]:
    """Every value there ever was; the one in force first."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in pack().parameters.values():
        groups.setdefault((TOPICS.get(row.id.split(".")[0], "其他")), []).append(
            {"row": row, "values": _values(row, day)}
        )
    return {"groups": groups}


def _values(row: Parameter, day: date) -> list[dict[str, Any]]:
    found = [
        {
            "text": rule_words.value_text(row, value),
            "span": words.span_text(value.span.from_on, value.span.to_on),
            "in_force": day in value.span,
            "cites": words.cite_links(value.cites),
            "reading": value.reading,
        }
        for value in row.values
    ]
    return sorted(found, key=lambda value: not value["in_force"])


def _negative_list(day: date) -> dict[str, Any]:
    rows = _at(pack().negative, day)
    return {
        "parts": [(title, part, [_row(row, day) for row in rows if row.part == part]) for part, title in PARTS.items()]
    }


def _row(row: NegativeRow, day: date) -> dict[str, Any]:
    matters = [
        pack().matters[name] for name in row.matters if name in pack().matters and day in pack().matters[name].span
    ]
    matters += [
        m for m in pack().matters_at(day) if row.part == "matter" and row.row in m.negative_rows and m not in matters
    ]
    return {
        "row": row,
        "when": "" if row.when == "always" else in_words(condition(row.when, pack(), day), pack().facts),
        "exceptions": [(exception.label, words.cite_links(exception.cites)) for exception in row.exceptions],
        "cites": words.cite_links(row.cites),
        "matters": matters,
    }


def _credit(day: date) -> dict[str, Any]:
    scales = _at(pack().scales, day)
    scale = scales[0] if scales else None
    return {
        "scale": scale,
        "scale_cites": words.cite_links(scale.cites) if scale else [],
        "bands": [(band, scale.classes[band.class_], f"{plain(band.low)} – {plain(band.high)}") for band in scale.bands]
        if scale
        else [],
        "classes": [
            (key, look, [(row, words.cite_links(row.cites)) for row in _at(pack().measures, day) if row.class_ == key])
            for key, look in (scale.classes.items() if scale else ())
        ],
        "points": [
            (
                row,
                _signed(row.points),
                plain(row.cap_per_project) if row.cap_per_project is not None else "",
                words.cite_links(row.cites),
            )
            for row in _at(pack().point_rules, day)
        ],
    }


def _signed(points: Any) -> str:
    return f"+{plain(points)}" if points > 0 else plain(points).replace("-", "−")


def _timing(day: date) -> dict[str, Any]:
    return {
        "pauses": [
            (row, words.term_text(row.longest, row.longest_unit), words.cite_links(row.cites))
            for row in _at(pack().pauses, day)
        ],
        "reasons": [(row, words.cite_links(row.cites)) for row in pack().reasons.values()],
    }


def _hall(day: date) -> dict[str, Any]:
    return {"points": [(row, _signed(row.points), words.cite_links(row.cites)) for row in _at(pack().hall_rules, day)]}


SECTIONS: dict[str, Callable[[date], dict[str, Any]]] = {
    "parameters": _parameters,
    "negative-list": _negative_list,
    "credit": _credit,
    "timing": _timing,
    "hall": _hall,
}


# -- may it be promised?

# The form asks for these itself.
GIVEN = frozenset({"kind", "unit.grade", "unit.score"})


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """The list answers for a matter; what would still decide is asked next. Nothing is stored."""
    on = _as_of(request)
    context = _frame("ask", on) | {"form": AskForm(None, day=on.day), "decision": None}
    if "matter" in request.GET and not on.before:
        context |= _answered(request, on.day)
    return render(request, "public/rules_ask.html", context)


def _answered(request: HttpRequest, day: date) -> dict[str, Any]:
    """Two passes: the answer to what was told decides which questions stand under it."""
    told = [name[2:] for name in request.GET if name.startswith("f.") and name[2:] in pack().facts]
    form = AskForm(request.GET, day=day, facts=told)
    if not form.is_valid():
        return {"form": form}
    facts = form.facts()
    faults = validate(facts, pack().facts)
    for fault in faults:
        form.add_error(f"f.{fault.path}" if f"f.{fault.path}" in form.fields else None, fault.message)
    if faults:
        return {"form": form}
    decision = promisable(
        form.cleaned_data["matter"],
        facts,
        pack(),
        day,
        grade=form.cleaned_data["grade"] or None,
        offered=guidebook.offers(day),
    )
    missing = askable(decision.missing)
    asked = [path for path in told if look_up(facts, path) is not UNKNOWN]
    asked += [path for path in missing if path not in asked]
    shown = AskForm(request.GET, day=day, facts=asked)
    shown.is_valid()
    return {
        "form": shown,
        "decision": decision,
        "answer": _told(decision, missing),
        "matter": pack().matters[form.cleaned_data["matter"]],
    }


def askable(missing: Iterable[str]) -> list[str]:
    """The missing facts worth a question.

    What only an official confirms of one industry waits until the industry is known.
    """
    known = [path for path in missing if path in pack().facts and path not in GIVEN]
    confirmations = [path for path in known if path.startswith("confirmations.")]
    return [path for path in known if path not in confirmations or len(confirmations) == 1]


def _told(decision: Decision, missing: list[str]) -> dict[str, Any]:
    """The decision in words, each reason with its clause."""
    outcome = decision.outcome["promisable"]
    names = {
        True: ("可以承诺", "yes", "done"),
        False: ("不能承诺", "no", "ended"),
        None: ("还不能确定", "open", "wait"),
    }
    title, kind, mark = names[outcome]
    listed = {True: "列入负面清单", False: "不在负面清单", None: "是否列入清单取决于项目情况"}[
        decision.outcome["listed"]
    ]
    offered = "审批部门已开办承诺" if decision.outcome["offered"] else "审批部门尚未开办承诺"
    return {
        "title": title,
        "kind": kind,
        "mark": mark,
        "summary": f"{listed}；{offered}。",
        "steps": [(step.text, words.cite_links(step.cites)) for step in decision.trace],
        "lost": [(step.text, words.cite_links(step.cites)) for step in decision.overridden],
        "missing": [pack().facts.label(path) for path in missing],
    }
