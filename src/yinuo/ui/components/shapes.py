"""The data a component takes: small frozen records that a view fills and a template shows.

Every text field is plain text (escaped when shown) unless it is a `SafeString`. A field that is left out is shown as
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Colour = Literal["grey", "blue", "green", "amber", "red", "purple"]
State = Literal["green", "yellow", "red", "paused", "wait", "ready", "notice", "done", "ended"]


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link in a navigation, a menu, the breadcrumbs or a row of views; `count` is shown behind the label."""

    label: str
    url: str = ""
    current: bool = False
    count: int | None = None
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class NavGroup:
    """A titled group of links in the side navigation; an empty title stands for the first, untitled group."""

    title: str
    items: Sequence[NavItem]


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in, as the bar shows it."""

    name: str
    unit: str = ""
    links: Sequence[NavItem] = ()
    logout_url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a summary list; `url` leads to where the answer is changed, `what` names it for a screen reader."""

    label: str
    value: object
    url: str = ""
    action: str = "修改"
    what: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A line of a task list; without `url` it cannot be started yet and `hint` says why."""

    label: str
    status: str
    colour: Colour | Literal[""] = ""
    url: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers and dates are set to the right or kept from breaking."""

    label: str
    kind: Literal["text", "number", "date", "action"] = "text"


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell that is more than a text: a link, a second line, a number to sort by reading."""

    value: object
    url: str = ""
    note: object = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A point of a timeline, newest first or last as the page needs it."""

    at: date | datetime
    title: str
    text: str = ""
    who: str = ""
    url: str = ""
    state: State = "done"


@dataclass(frozen=True, slots=True)
class Fact:
    """A cell of the facts bar: one figure that matters, with its unit and a note that may end in a link."""

    label: str
    value: object
    unit: str = ""
    note: str = ""
    url: str = ""
    link: str = ""
    main: bool = False
    chain: Sequence[str] = ()
    done: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """Another matter that a card waits for, or that waits for it."""

    id: int
    name: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A matter on the map. `before` is what it waits for, `opens` what waits for it; `changed` says what is new.

    `relation`: what it is to the card in focus, "" | self | before | after. `when_url` leads to the proof of the date
    in `when`.
    """

    id: str
    name: str
    url: str
    state: State
    word: str = ""
    tags: Sequence[str] = ()
    who: str = ""
    when: str = ""
    action: str = ""
    action_url: str = ""
    on_path: bool = False
    changed: str = ""
    problem: str = ""
    handled: str = ""
    when_url: str = ""
    before: Sequence[Tie] = ()
    opens: Sequence[Tie] = ()
    relation: str = ""


@dataclass(frozen=True, slots=True)
class MapStage:
    """A stage's column on the map; `folded` are the concluded matters a large map shows only when asked."""

    name: str
    department: str
    cards: Sequence[Card]
    done: int
    total: int
    folded: Sequence[Card] = ()


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One waiting thing in the inbox. `used` and `warn` are whole percents of the limit."""

    id: str
    name: str
    url: str
    state: State
    left: str
    project: str = ""
    unit: str = ""
    grade: str = ""
    tags: Sequence[str] = ()
    used: int | None = None
    warn: int | None = None
    due: str = ""
    action: str = "办理"
    action_url: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class PrintLine:
    """A pair in the head of a printed page."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class RankRow:
    """A line of a ranking; `share` is the bar's length in whole percent."""

    name: str
    value: Decimal | str
    share: int
    url: str = ""
    own: bool = False
