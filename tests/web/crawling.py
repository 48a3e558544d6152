"""Walks through the pages of whoever is signed in: follows every link to own pages, and sends every form found there
empty, as it stands, with extreme values and with the numbers of somebody else's rows. Nothing of it stays: each request
is rolled back.

Kept small by what is alike: of the pages of one view each visitor opens one, of a form (where it goes, how, its fields)
the first visitor sends four kinds of answer and every further one two or three; public pages and downloads are not
opened by everybody.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

# What ends or renews the session: the walk takes back what it wrote, and would be signed out.
LEFT_OUT = ("/accounts/logout", "/account/elsewhere", "/static/", "/admin/logout", "/admin/jsi18n")
# What no column, calendar or reader expects; a date field gets the dates too.
NUMBERS = ("0", "-1", "9" * 40, "1e400", "NaN")
TEXTS = ("😀", "9999-12-31", "字" * 9000, "0001-01-01", "\x00\x07\u202e", "' OR 1=1 --", "../../etc/passwd")
EXTREMES = (*NUMBERS, *TEXTS)
STRANGE_IDS = ("0", "1", "9223372036854775808", "abc")
PAGE_BYTES = 400_000
OPEN_TO_ALL = ("public:", "common:", "account", "mfa")
VISITORS_OF_A_PUBLIC_VIEW = 3
SLOW = "/admin/"  # its pages take ten times as long as ours, and are one framework's: two kinds of answer each
# What proves that a form is fresh: with it something else of the form is judged, without it often nothing is.
FRESHNESS = ("version", "key", "seen")


@dataclass
class Form:
    """A form as the page offers it: what it would send untouched, and which of its fields are files."""

    method: str
    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


class Reader(HTMLParser):
    """The links and forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._select = ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        present = {name for name, _ in attrs}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        for name in ("hx-get", "hx-post"):
            if given.get(name):
                self.links.append(given[name])
        if tag == "form":
            self.forms.append(Form(given.get("method", "get").lower(), given.get("action", "")))
        form = self.forms[-1] if self.forms else None
        name = given.get("name", "")
        if form is None:
            return
        if tag in ("input", "button") and name:
            self._input(form, name, given, present)
        elif tag == "select":
            self._select = name
            form.names.add(name)
        elif tag == "textarea":
            self._area = name
            form.names.add(name)
            form.values.setdefault(name, [""])
        elif tag == "option" and self._select and ("selected" in present or self._select not in form.values):
            form.values[self._select] = [given.get("value", "")]

    def _input(self, form: Form, name: str, given: dict[str, str], present: set[str]) -> None:
        kind = given.get("type", "text")
        form.names.add(name)
        if kind == "file":
            form.files.add(name)
        elif kind in ("checkbox", "radio"):
            if "checked" in present:
                form.values.setdefault(name, []).append(given.get("value", "on"))
        elif kind not in ("submit", "button", "reset") or name not in form.values:
            form.values.setdefault(name, []).append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area and self.forms:
            self.forms[-1].values[self._area] = [data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""


@dataclass
class Share:
    """What all visitors together have opened and sent."""

    views: Counter[str] = field(default_factory=Counter)
    downloads: set[str] = field(default_factory=set)
    forms: Counter[tuple[Any, ...]] = field(default_factory=Counter)


@dataclass
class Crawl:
    """One visitor's walk.

    `foreign`: numbers of rows that are not the visitor's; `faults`: what was answered with 500 or worse, or raised.
    """

    client: Client
    who: str
    share: Share = field(default_factory=Share)
    foreign: Sequence[str] = STRANGE_IDS
    faults: list[str] = field(default_factory=list)
    asked: int = 0
    sent: int = 0
    _seen: set[str] = field(default_factory=set)
    _views: set[str] = field(default_factory=set)
    _forms: set[tuple[Any, ...]] = field(default_factory=set)
    _raised: list[BaseException] = field(default_factory=list)

    def walk(self, *starts: str) -> Crawl:
        self.client.raise_request_exception = False
        got_request_exception.connect(self._note)
        try:
            queue = deque(starts)
            while queue:
                queue.extend(self._visit(queue.popleft()))
        finally:
            got_request_exception.disconnect(self._note)
        return self

    def _note(self, sender: Any, request: Any = None, **rest: Any) -> None:
        error = sys.exc_info()[1]
        if error is not None:
            self._raised.append(error)

    def _wanted(self, view: str) -> bool:
        if not view or view in self._views or view in self.share.downloads:
            return False
        return not view.startswith(OPEN_TO_ALL) or self.share.views[view] < VISITORS_OF_A_PUBLIC_VIEW

    def _visit(self, address: str) -> list[str]:
        """Opens the page unless one like it has been; returns the links on it."""
        view = view_of(address)
        if address in self._seen or not self._wanted(view):
            return []
        self._seen.add(address)
        self._views.add(view)
        self.share.views[view] += 1
        answer = self.ask("get", address)
        if answer.status_code in (301, 302, 303):
            return self._own(address, [answer.headers["Location"]])
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            self.share.downloads.add(view)
            return []
        if answer.status_code >= 400 or len(answer.content) > PAGE_BYTES:
            self._views.discard(view)  # another row's page may be open to this visitor
            return []
        page = Reader()
        page.feed(answer.content.decode(errors="replace"))
        for form in page.forms:
            self._try(address, form)
        self._strange(address)
        return self._own(address, page.links)

    def _own(self, base: str, links: Sequence[str]) -> list[str]:
        found = []
        for link in links:
            parts = urlsplit(urldefrag(urljoin(f"http://testserver{base}", link))[0])
            if parts.netloc == "testserver" and not parts.path.startswith(LEFT_OUT):
                found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
        return found

    def _strange(self, address: str) -> None:
        """The same page with other numbers in its path and other values in its query."""
        path, _, query = address.partition("?")
        for number, match in enumerate(re.finditer(r"(?<=/)\d+(?=/)", path)):
            wanted = self.foreign[(self.asked + number) % len(self.foreign)]
            self.ask("get", path[: match.start()] + wanted + path[match.end() :])
        for name, _ in parse_qsl(query):
            self.ask("get", path, {name: EXTREMES[self.asked % len(EXTREMES)]})

    def _try(self, address: str, form: Form) -> None:
        target = urldefrag(urljoin(address, form.action))[0] if form.action else address
        key = (view_of(target), form.method, frozenset(form.names))
        if key in self._forms or not target.startswith("/") or target.startswith(LEFT_OUT):
            return
        self._forms.add(key)
        turn = self.share.forms[key]
        self.share.forms[key] += 1
        salt = len(self.share.forms) + turn
        for number, kind in enumerate(kinds(turn, slow=target.startswith(SLOW))):
            self.ask(form.method, target, kind(form, salt + number, self.foreign))

    def ask(self, method: str, address: str, data: dict[str, Any] | None = None) -> Any:
        self.asked += method == "get"
        self.sent += method == "post"
        self._raised.clear()
        with transaction.atomic():
            # What was written is looked at as well: the page one is sent to afterwards.
            answer = (
                self.client.post(address, data or {}, follow=True)
                if method == "post"
                else self.client.get(address, data or {})
            )
            if answer.streaming:
                list(answer.streaming_content)
            transaction.set_rollback(True)
        if self._raised or answer.status_code >= 500:
            said = "; ".join(f"{type(error).__name__}: {error}" for error in self._raised)[:300]
            self.faults.append(f"{self.who}: {method} {address} {short(data)} → {answer.status_code} {said}")
        return answer


def view_of(address: str) -> str:
    """The name of the page behind an address; empty where there is none."""
    return _view_of(re.sub(r"\d+", "1", address.partition("?")[0]))


@cache
def _view_of(path: str) -> str:
    try:
        return resolve(path).view_name or path
    except Resolver404:
        return ""


def empty(form: Form, salt: int, foreign: Sequence[str]) -> dict[str, Any]:
    return {}


def untouched(form: Form, salt: int, foreign: Sequence[str]) -> dict[str, Any]:
    return dict(form.values)


def numbers(form: Form, salt: int, foreign: Sequence[str]) -> dict[str, Any]:
    return _filled(form, NUMBERS[salt % len(NUMBERS)], fresh=salt % 2 == 0)


def texts(form: Form, salt: int, foreign: Sequence[str]) -> dict[str, Any]:
    return _filled(form, TEXTS[salt % len(TEXTS)], fresh=salt % 2 == 0)


def _filled(form: Form, value: str, *, fresh: bool) -> dict[str, Any]:
    """The same in every field; `fresh`: but for what shows that the form is fresh."""
    sent: dict[str, Any] = {name: [value] for name in form.names}
    sent |= {
        name: SimpleUploadedFile("😀.pdf", b"%PDF-1.4 not one", content_type="application/pdf") for name in form.files
    }
    return sent | {name: value for name, value in form.values.items() if name in FRESHNESS and fresh}


def mixed(form: Form, salt: int, foreign: Sequence[str]) -> dict[str, Any]:
    """As it stands but for one field: what is judged only when all else is right."""
    free = sorted(form.names - set(FRESHNESS) - form.files)
    changed = {free[salt % len(free)]: [EXTREMES[salt % len(EXTREMES)]]} if free else {}
    return {**form.values, **changed}


def others(form: Form, salt: int, foreign: Sequence[str]) -> dict[str, Any]:
    """Every number that the form carries is that of somebody else's row."""
    return {
        name: [foreign[salt % len(foreign)]] if all(part.isdigit() for part in value) else value
        for name, value in form.values.items()
    }


Kind = Callable[[Form, int, Sequence[str]], dict[str, Any]]
OTHER_KINDS: tuple[Kind, ...] = (mixed, untouched)


def kinds(turn: int, *, slow: bool) -> tuple[Kind, ...]:
    """What a form's visitor sends, the first one with `turn` 0: always the two extremes, for they find most; the other
    kinds each once.
    """
    if slow or turn > len(OTHER_KINDS):
        return (numbers, texts)
    return (numbers, texts, others, empty) if turn == 0 else (numbers, texts, OTHER_KINDS[turn - 1])


def short(data: dict[str, Any] | None) -> str:
    return str({name: str(value)[:30] for name, value in (data or {}).items()})[:300]
