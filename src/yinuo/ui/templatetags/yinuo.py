"""The components as template tags, and the text filters: `{% load yinuo %}`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, Literal

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from yinuo.core import masking
from yinuo.ui.components import board, text
from yinuo.ui.components.forms import error_links, field_view
from yinuo.ui.components.marks import MARKS, bar, grade_colour, grade_spoken
from yinuo.ui.components.shapes import (
    Card,
    Cell,
    Column,
    Event,
    Fact,
    InboxRow,
    MapStage,
    NavGroup,
    NavItem,
    PrintLine,
    RankRow,
    Row,
    Task,
)
from yinuo.ui.way import back_to

register = template.Library()


def _whole(written: Callable[[Any], str]) -> Callable[[Any], SafeString]:
    """The filter of a date: on a page it is not parted at the end of a line."""
    return wraps(written)(lambda value: text.unbroken(written(value)))


for _filter in (
    _whole(text.zh_date),
    _whole(text.zh_day),
    _whole(text.zh_datetime),
    _whole(text.zh_moment),
    text.unbroken,
    text.zh_weekday,
    text.iso,
    text.grouped,
    text.wan,
    text.area,
    masking.mask_phone,
    text.without_link,
    masking.mask_id,
    text.mask_name,
    text.program,
):
    register.filter(_filter.__name__, _filter)


@register.filter
def light_word(state: str) -> str:
    """正常, 预警, 超期 …; an unknown state is a fault of the page, not an empty word."""
    return str(MARKS[state].word)


@register.filter
def article(cite: str) -> str:
    """The article of a citation `source-id#article`, where the source is plain from the page."""
    return cite.split("#", 1)[-1]


@register.simple_tag
def mark(state: str) -> SafeString:
    """The state's drawn shape alone, for a place where its word already stands."""
    return MARKS[state].svg


@register.simple_tag
def light(state: str, words: object = "") -> SafeString:
    """Shape and word; `words` replaces the word, e.g. by the time left."""
    shape = MARKS[state]
    return format_html('<span class="lamp l-{}">{}{}</span>', state, shape.svg, text.unbroken(words or shape.word))


@register.simple_tag
def tag(words: object, colour: str = "") -> SafeString:
    """A small label; colour only where it means something."""
    return format_html('<span class="tag{}">{}</span>', f" t-{colour}" if colour else "", words)


@register.inclusion_tag("components/grade.html")
def grade(
    value: str, size: str = "small", name: str = "", score: object = "", url: str = "", colour: str = ""
) -> dict[str, Any]:
    """The credit grade: `small` in a line of text, `large` in a page's head."""
    rated = value not in ("", "unrated")
    return {
        "letter": value if rated else ("—" if size == "large" else "未评级"),
        "spoken": grade_spoken(value) if rated else "未评级",
        "colour": colour or grade_colour(value if rated else ""),
        "large": size == "large",
        "name": name or ("" if rated else "未评级"),
        "score": score,
        "url": url,
    }


@register.inclusion_tag("components/button.html")
def button(
    words: object,
    kind: str = "primary",
    name: str = "",
    value: str = "",
    form: str = "",
    disabled: bool = False,
    hint: str = "",
) -> dict[str, Any]:
    """Sends a form. `hint` is read after the words, to tell equal buttons of a list apart."""
    return {
        "words": words,
        "kind": kind,
        "name": name,
        "value": value,
        "form": form,
        "disabled": disabled,
        "hint": hint,
    }


@register.inclusion_tag("components/link_button.html")
def link_button(
    words: object, url: str, kind: str = "secondary", hint: str = "", download: bool = False
) -> dict[str, Any]:
    """A link that looks like a button because it begins something."""
    return {"words": words, "url": url, "kind": kind, "hint": hint, "download": download}


@register.simple_block_tag
def capture(content: str) -> str:
    """Keeps what it holds under a name, for what needs it as an argument: {% capture as title %}…{% endcapture %}."""
    return content


@register.simple_block_tag
def banner(content: str, kind: str = "info", title: str = "") -> str:
    """A notice on the page: info, success, warning or error."""
    return render_to_string("components/banner.html", {"content": content, "kind": kind, "title": title})


@register.inclusion_tag("components/error_summary.html")
def error_summary(*sources: Any, title: str = "") -> dict[str, Any]:
    """What has to be mended, with links to the fields; takes the focus.

    Nothing is shown when there is nothing to mend.
    """
    return {"links": list(error_links(sources)), "title": title}


@register.inclusion_tag("components/field.html")
def field(
    bound: Any,
    label: str = "",
    hint: str = "",
    unit: str = "",
    width: str = "",
    optional: bool | None = None,
    lead: bool = False,
) -> dict[str, Any]:
    """One field of a form. `lead` makes the label the page's heading (one question per page)."""
    return {"f": field_view(bound, label=label, hint=hint, unit=unit, width=width, optional=optional, lead=lead)}


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: Any) -> dict[str, Any]:
    """All fields of a form in their order, hidden ones included; the error summary is placed by the page."""
    return {"form": form}


@register.inclusion_tag("components/summary_list.html")
def summary_list(rows: Iterable[Row], title: str = "") -> dict[str, Any]:
    """Check your answers."""
    return {"rows": rows, "title": title}


@register.inclusion_tag("components/task_list.html")
def task_list(tasks: Iterable[Task], name: str = "task") -> dict[str, Any]:
    """What there is to do, each with its status; `name` tells several lists of one page apart."""
    return {"tasks": tasks, "name": name}


@register.inclusion_tag("components/table.html")
def table(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    quiet_caption: bool = False,
    row_head: bool = True,
    cards: Literal["", "terse", "bare"] = "",
) -> dict[str, Any]:
    """A table that becomes cards where it has no room. Each row gives one cell per column.

    `cards`: terse = the cells one after another with their labels, bare = each by itself without.
    """
    lines = [
        [(column, cell if isinstance(cell, Cell) else Cell(cell)) for column, cell in zip(columns, row, strict=True)]
        for row in rows
    ]
    return {
        "caption": caption,
        "columns": columns,
        "lines": lines,
        "quiet_caption": quiet_caption,
        "row_head": row_head,
        "cards": cards,
    }


@register.inclusion_tag("components/chart.html")
def chart(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    kind: Literal["line", "bar"] = "line",
    unit: str = "",
    low: object = "",
    high: object = "",
) -> dict[str, Any]:
    """A table that is drawn above itself: the first column names the points, every number column is a series."""
    return {**table(caption, columns, rows), "kind": kind, "unit": unit, "low": low, "high": high}


@register.inclusion_tag("components/pager.html")
def pager(next_url: str = "", first_url: str = "", remaining: int | None = None, unit: str = "件") -> dict[str, Any]:
    """Keyset paging: only further down, and back to the beginning."""
    return {"next_url": next_url, "first_url": first_url, "remaining": remaining, "unit": unit}


@register.inclusion_tag("components/views.html")
def views(items: Iterable[NavItem], label: str = "看法") -> dict[str, Any]:
    """The same thing seen in several ways."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/side.html")
def side_nav(groups: Iterable[NavGroup], label: str = "筛选") -> dict[str, Any]:
    """Filters beside a list."""
    return {"groups": groups, "label": label}


@register.inclusion_tag("components/breadcrumbs.html", takes_context=True)
def breadcrumbs(context: Context, items: Sequence[NavItem]) -> dict[str, Any]:
    """Where the page stands; the last one is the page itself and no link,
    the first leads to where it was opened from.
    """
    request = context.get("request")
    return {"items": [back_to(request, items[0]), *items[1:]] if request else items}


@register.inclusion_tag("components/timeline.html")
def timeline(events: Iterable[Event]) -> dict[str, Any]:
    """What happened, when and by whom."""
    return {"events": [(event, MARKS[event.state].svg) for event in events]}


@register.inclusion_tag("components/proof_table.html")
def proof_table(days: Iterable[Any], caption: str = "逐日计算（小时）") -> dict[str, Any]:
    """A due date's proof, day by day (`core.clock.ProofDay`)."""
    return {"days": days, "caption": caption}


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int, label: str = "") -> dict[str, Any]:
    """n of m, as figures and as a bar."""
    return {"done": done, "total": total, "label": label, "bar": bar(text.percent(done, total))}


@register.inclusion_tag("components/term.html")
def term(used: int, caption: str, state: str = "green", warn: int | None = None) -> dict[str, Any]:
    """How much of a limit is used (whole percent), with the tick at which the light turns yellow."""
    return {"bar": bar(used, warn), "caption": caption, "state": state}


@register.simple_block_tag
def empty_state(content: str, title: str) -> str:
    """What a list says when there is nothing in it, and what to do next."""
    return render_to_string("components/empty_state.html", {"content": content, "title": title})


@register.simple_block_tag
def details(content: str, summary: str, open: bool = False) -> str:
    """More for those who want it."""
    return render_to_string("components/details.html", {"content": content, "summary": summary, "open": open})


@register.inclusion_tag("components/facts.html")
def facts_bar(facts: Iterable[Fact]) -> dict[str, Any]:
    """The few figures that decide, in one bar."""
    return {
        "facts": [(fact, bar(text.percent(fact.done, fact.total)) if fact.total is not None else "") for fact in facts]
    }


@register.simple_tag
def onemap_card(card: Card) -> SafeString:
    """A matter on the map."""
    return board.card_html(card, board.words())


@register.simple_tag
def onemap_wires(wires: Iterable[board.Wire]) -> SafeString:
    """The lines between the cards of a board."""
    return board.wires_html(wires)


@register.inclusion_tag("components/onemap_stage.html")
def onemap_stage(stage: MapStage, number: int) -> dict[str, Any]:
    """A stage's column with its cards."""
    say = board.words()
    return {
        "stage": stage,
        "number": number,
        "cards": [board.card_html(card, say) for card in stage.cards],
        "folded": [(card, MARKS[card.state].svg) for card in stage.folded],
    }


@register.inclusion_tag("components/legend.html")
def legend(states: str = "green yellow red paused wait", path: bool = True) -> dict[str, Any]:
    """What the shapes on a page mean."""
    return {"marks": [(state, MARKS[state]) for state in states.split()], "path": path}


@register.inclusion_tag("components/inbox_row.html")
def inbox_row(row: InboxRow) -> dict[str, Any]:
    """One waiting thing."""
    return {
        "row": row,
        "svg": MARKS[row.state].svg,
        "bar": "" if row.used is None else bar(row.used, row.warn),
        "colour": grade_colour("" if row.grade == "unrated" else row.grade),
        "letter": "未评级" if row.grade == "unrated" else row.grade,
        "spoken": "未评级" if row.grade == "unrated" else grade_spoken(row.grade),
    }


@register.inclusion_tag("components/print_header.html")
def print_header(title: str, lines: Iterable[PrintLine], made_at: Any) -> dict[str, Any]:
    """Head of a printed page: what it is, of what, as of when. Not shown on the screen."""
    return {"title": title, "lines": lines, "made_at": made_at}


@register.inclusion_tag("components/rank.html")
def rank(rows: Iterable[RankRow], unit: str = "") -> dict[str, Any]:
    """A ranking with bars."""
    return {"rows": [(row, bar(row.share)) for row in rows], "unit": unit}
