"""A whole instance to walk through: a database of its own, the real web server, a county in which everybody can sign
in, and a browser.

Time is the test's: every request says which moment it is, as a training instance allows.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Response

from tests.apps.county import Company, County, at, new_company, new_county
from tests.browser import shapes
from tests.browser.chromium import BUILD, DESKTOP, PHONE, parted_dates, picture, sideways
from tests.browser.chromium import chromium as started
from tests.browser.server import APP, OWNER
from tests.database import REPOSITORY, TestDatabase
from yinuo.core.codes import make_credit_code
from yinuo.deploy.training import HEADER
from yinuo.engine.people.models import Person, ProjectUnit
from yinuo.engine.work.clocks import forget_calendar

__all__ = ["DESKTOP", "PHONE", "at", "closing_time", "live"]

PASSWORD = "yi-nuo-qian-jin"
PATIENCE = 30_000
WINDOWS = 6
FAMILY, GIVEN = "马韩王张李陈杨周", ("建国", "晓燕", "文斌", "玉兰", "志远")
ROLES = ("supervisor", "principal", "general_convener", "comprehensive", "administrator")
DEPARTMENTS = (
    *(
        "development_reform",
        "natural_resources",
        "ecology",
        "housing",
        "soil_conservation",
        "water",
        "emergency",
        "forestry",
        "transport",
    ),
    *(
        "power_supply",
        "water_supply",
        "gas_supply",
        "heat_supply",
        "telecom",
        "drawing_review",
        "earthquake",
        "health",
        "meteorology",
    ),
)


class Window:
    """A browser of one's own.

    Who leaves hands it on without a cookie or a page: a new one costs as much as a page with all that is on it.
    """

    def __init__(self, live: Live, size: tuple[int, int], script: bool, thumbs: bool) -> None:
        self.origin, self.size, self.script, self.thumbs = live.origin, size, script, thumbs
        self.person: AtTheBrowser | None = None
        self.context = live.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            java_script_enabled=script,
            has_touch=thumbs,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE)
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self.person and self.person.hear(message))
        page.on("pageerror", lambda error: self.person and self.person.said.append(str(error)))
        page.on("response", lambda response: self.person and self.person.note(response))
        return page

    def left(self) -> bool:
        """Empties it for the next; False where it is not fit for anybody."""
        try:
            for page in self.context.pages:
                if page != self.page:
                    page.close()
            self.page.goto(f"{self.origin}/static/icon.svg")
            self.context.clear_cookies()
        except Error:
            self.context.close()
            return False
        self.person = None
        return True


@dataclass
class Live:
    """The running instance and its county."""

    origin: str
    browser: Browser
    county: County
    taken: list[Window] = field(default_factory=list)
    free: list[Window] = field(default_factory=list)
    # Whether the browsers of a test run scripts, and in which kinds of window somebody has come in by the form.
    script: bool = True
    shown: set[tuple[bool, tuple[int, int], bool]] = field(default_factory=set)

    def company(self, name: str, score: str | None = "86") -> Company:
        """A company whose person can sign in; of a name that is taken, another of that name."""
        units = ProjectUnit.objects.count()
        taken = ProjectUnit.objects.filter(name__startswith=name).count()
        made = new_company(
            f"{name}（{taken + 1}）" if taken else name, score, code=make_credit_code("622927", f"7{units:07d}")
        )
        self.let_in()
        return made

    def let_in(self) -> None:
        """Everybody without a password gets one; the server checks it as it would any other."""
        Person.objects.filter(password="").update(password=HASH)

    def everybody_leaves(self) -> None:
        self.free += [window for window in self.taken if window.left()]
        self.taken.clear()
        # Each costs a process.
        while len(self.free) > WINDOWS:
            self.free.pop(0).context.close()

    def window(self, size: tuple[int, int], script: bool, thumbs: bool) -> Window:
        """One that is free, or a new one."""
        fit = [window for window in self.free if (window.size, window.script, window.thumbs) == (size, script, thumbs)]
        window = fit[-1] if fit else Window(self, size, script, thumbs)
        if fit:
            self.free.remove(window)
        self.taken.append(window)
        return window

    def sits(
        self, person: Person, moment: str, story: str, size: tuple[int, int] = DESKTOP, **options: Any
    ) -> AtTheBrowser:
        """The person before a browser of their own, at a moment. `story` begins the names of the pictures."""
        made = AtTheBrowser(self, person, story, size, **options)
        made.travel(moment)
        return made

    def anybody(self, moment: str, story: str, size: tuple[int, int] = DESKTOP) -> AtTheBrowser:
        """A citizen without an account."""
        made = AtTheBrowser(self, None, story, size)
        made.travel(moment)
        return made

    def official(
        self, role: str, moment: str, story: str, department: str = "development_reform", **options: Any
    ) -> AtTheBrowser:
        stage, size = options.pop("stage", ""), options.pop("size", DESKTOP)
        person = self.county.person(role, department, stage)
        self.let_in()
        return self.sits(person, moment, story, size, **options)


def session_of(person: Person, until: datetime) -> str:
    """The key of a session such as the form would have begun."""
    client = Client()
    client.force_login(Person.objects.get(pk=person.pk))
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    Session.objects.filter(pk=key).update(expire_date=until)
    return str(key)


HASH = ScryptPasswordHasher().encode(PASSWORD, "salt-of-the-tests")


class AtTheBrowser:
    """A person with a window.

    Every page they meet is looked at: axe, the console, its width, its status; of one with a fault a picture is kept.
    """

    def __init__(
        self,
        live: Live,
        person: Person | None,
        story: str,
        size: tuple[int, int],
        *,
        script: bool | None = None,
        thumbs: bool = False,
    ) -> None:
        self.live, self.person, self.story = live, person, story
        self.moment: datetime | None = None
        self.until: datetime | None = None
        self.said: list[str] = []
        self.answers: dict[str, int] = {}
        self.seen = self.clicks = 0
        self.script = live.script if script is None else script
        self.browser = live.window(size, self.script, thumbs)
        self.browser.person = self
        self.context, self.page = self.browser.context, self.browser.page

    def window(self) -> Page:
        """One more tab of the same browser."""
        return self.browser.tab()

    def hear(self, message: ConsoleMessage) -> None:
        # The browser also tells of a page that was refused; what refused it is looked at by its status.
        if "Failed to load resource" in message.text and self.answers.get(message.location.get("url", ""), 200) < 500:
            return
        self.said.append(f"{message.type}: {message.text}")

    def note(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.answers[response.url] = response.status
        elif response.status >= 400:
            self.said.append(f"{response.status} {response.url}")

    # -- time and place

    def travel(self, moment: str) -> None:
        """From now on it is `moment` for this person;
        a session of before has run out by then, as anybody's would have.
        """
        self.moment = at(moment)
        self.context.set_extra_http_headers({HEADER: self.moment.isoformat()})

    def go(self, path: str, expect: int = 200) -> None:
        """Opens an address, signing in on the way where the page asks for it."""
        self._comes_in()
        response = self.page.goto(self.live.origin + path)
        if "/accounts/login/" in self.page.url and self.person is not None:
            self._arrived(response, 200)
            self.sign_in(expect)
        else:
            self._arrived(response, expect)

    def sign_in(self, expect: int = 200) -> None:
        assert self.person is not None
        self.fill("手机号或者登录名", self.person.username)
        self.fill("密码", PASSWORD)
        self.press("登录", expect)
        assert "/accounts/login/" not in self.page.url, "not let in"

    def _comes_in(self) -> None:
        """The first of a kind is asked for a password; who comes later, or once more, already has the session it leads
        to.
        """
        if self.person is None or (self.until and self.moment and self.moment < self.until):
            return
        self.until = (self.moment or datetime.now(UTC)) + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        kind = (self.script, self.browser.size, self.person.memberships.exists())
        if kind in self.live.shown:
            session = session_of(self.person, self.until)
            self.context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.live.origin}]
            )
        self.live.shown.add(kind)

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.live.origin)

    @property
    def number(self) -> int:
        """The last number of the address."""
        return int(re.findall(r"/(\d+)/", self.path)[-1])

    # -- what one does on a page

    def fill(self, label: str, value: str, within: Locator | None = None) -> None:
        """Types into, or chooses in, the control with this label."""
        control = (
            (within or self.page)
            .get_by_label(re.compile(f"^{re.escape(label)}(（选填）)?$"))
            .and_(self.page.locator("input, select, textarea"))
        )
        if control.evaluate("control => control.tagName") == "SELECT":
            control.select_option(control.locator("option").filter(has_text=value).first.get_attribute("value"))
        else:
            control.fill(value)

    def choose(self, question: str, answer: str, within: Locator | None = None) -> None:
        """Picks one of a group of options."""
        place = within or self.page
        group = place.get_by_role("group", name=question).or_(place.get_by_role("radiogroup", name=question)).first
        group.get_by_label(answer, exact=True).check()

    def tick(self, label: str) -> None:
        self.page.get_by_label(label).check()

    def form(self, button: str) -> Locator:
        """The form this button sends."""
        return self.page.locator("form").filter(
            has=self.page.get_by_role("button", name=button, exact=True, include_hidden=True)
        )

    def forms(self, words: str) -> Locator:
        """All forms whose button begins with these words."""
        return self.page.locator("form").filter(has=self.page.get_by_role("button", name=words))

    def unfold(self, title: str) -> None:
        self.page.locator("summary").filter(has_text=title).first.click()
        self.clicks += 1

    def press(self, button: str, expect: int = 200, within: Locator | None = None) -> None:
        """Presses a button and looks at the page it leads to;
        within a form its name may go on, with what it is about.
        """
        place = within or self.page
        self.onward(lambda: place.get_by_role("button", name=button, exact=within is None).first.click(), expect)

    def follow(self, link: str, expect: int = 200, *, exact: bool = False) -> None:
        self.onward(lambda: self.page.get_by_role("link", name=link, exact=exact).first.click(), expect)

    def take(self, *words: str) -> None:
        """Opens the inbox, and from it the one thing these words tell."""
        self.go("/staff/")
        self.pick(*words)

    def pick(self, *words: str) -> None:
        """From a list of things to do the first that has all these words."""
        row = self.page.get_by_role("listitem")
        for word in words:
            row = row.filter(has_text=word)
        self.onward(lambda: row.first.get_by_role("heading").get_by_role("link").click(), 200)

    def begin(self, path: str) -> None:
        """At home, signed in; what is clicked from now on is counted: what turns a page or opens a part of one, not the
        answers.
        """
        self.go(path)
        self.clicks = 0

    def onward(self, act: Callable[[], None], expect: int = 200) -> None:
        """What leads to another page, which is then looked at."""
        self.clicks += 1
        with self.page.expect_navigation(wait_until="load", timeout=PATIENCE) as going:
            act()
        self._arrived(going.value, expect)

    # -- what one sees

    def reads(self, *texts: str) -> None:
        """The page says all of this where it can be seen."""
        told = self.page.locator("body").inner_text()
        missing = [text for text in texts if text not in told]
        assert not missing, f"{self.path} does not say {missing}:\n{told[:3000]}"

    def not_said(self, *texts: str) -> None:
        told = self.page.locator("body").inner_text()
        assert not [text for text in texts if text in told], f"{self.path} says it"

    def download(self, path: str) -> bytes:
        """A file, with this browser's session."""
        answer = self.context.request.get(self.live.origin + path)
        assert answer.status == 200, f"{path}: {answer.status}"
        return answer.body()

    def paper(self, button: str) -> bytes:
        """What a button that leads to a PDF file gives, asked for as the form would."""
        form = self.form(button)
        data = {str(name): str(value) for name, value in form.evaluate("form => [...new FormData(form).entries()]")}
        answer = self.context.request.post(self.live.origin + str(form.get_attribute("action")), form=data)
        assert answer.status == 200, f"{button}: {answer.status}"
        return answer.body()

    def look(self) -> None:
        """At the page as it stands, where no press and no link led to it."""
        self._arrived(None, 200)

    def _arrived(self, response: Response | None, expect: int) -> None:
        status = response.status if response else 200
        assert status == expect, (
            f"{self.path}: {status} instead of {expect}\n{self.page.locator('main').inner_text()[:1500]}"
        )
        self.seen += 1
        faults = list(self.said)
        self.said.clear()
        # Without a script the page is the one looked at with it; and axe is a script itself.
        if self.script:
            faults += shapes.faults(self.page)
        if (wide := sideways(self.page)) > 0:
            faults.append(f"{wide} px wider than the window")
        faults += [f"{date} is parted at the end of a line" for date in parted_dates(self.page)]
        words = [
            word for word in re.split(r"[/?#]", self.path.partition("?")[0]) if word and not re.search(r"\d", word)
        ]
        picture(self.page, f"{self.story}-{self.seen:02}-{'-'.join(words) or 'home'}", faults)
        assert not faults, f"{self.path} ({self.story}-{self.seen:02}):\n" + "\n".join(faults)


class Servers:
    """This process's server program, read once; see tests/browser/server.py."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.origin = f"http://127.0.0.1:{port}"
        BUILD.mkdir(parents=True, exist_ok=True)
        self.log = BUILD / f"web-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}.log"
        environment = {
            **os.environ,
            "YINUO_TRAINING": "1",
            "YINUO_ORIGIN": self.origin,
            "YINUO_LOG_LEVEL": "WARNING",
            "YINUO_TEST_LOG": str(self.log),
        }
        command = [sys.executable, "-m", "tests.browser.server", str(port)]
        with self.log.open("wb") as errors:
            self.program = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=REPOSITORY,
                text=True,
            )
        atexit.register(self.program.terminate)

    def start(self) -> int:
        """The process of a server on the database that Django points at here; it does not answer yet."""
        assert self.program.stdin and self.program.stdout
        self.program.stdin.write(json.dumps({name: os.environ[name] for name in (APP, OWNER)}) + "\n")
        self.program.stdin.flush()
        started = self.program.stdout.readline()
        assert started, f"the server program has ended:\n{self.log.read_text()}"
        return int(started)

    def ended(self) -> None:
        """Waits until the last server is gone: the program then says so, and is ready for the next."""
        assert self.program.stdout
        self.program.stdout.readline()


@cache
def servers() -> Servers:
    return Servers()


@contextmanager
def served() -> Iterator[str]:
    """The web server as operators run it, on the database that Django points at here; its address."""
    its = servers()
    process = its.start()
    try:
        _wait_for(its.origin, process, its.log)
        yield its.origin
    finally:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)
        its.ended()


def _wait_for(origin: str, process: int, log: Path) -> None:
    until = time.monotonic() + 90
    while True:
        try:
            urllib.request.urlopen(f"{origin}/health", timeout=5).read()
            return
        except OSError:
            if time.monotonic() > until or not alive(process):
                raise AssertionError(f"the web server does not answer:\n{log.read_text()}") from None
            time.sleep(0.1)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def live(chromium: Path, test_database: TestDatabase, django_db_setup: None, django_db_blocker: Any) -> Iterator[Live]:
    """One instance for the journeys of a module: each brings its own company, and nobody is in another's way."""
    name = test_database.clone()
    forget_calendar()
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), test_database.pointing_at(name):
        patch.setenv("YINUO_CHROMIUM", str(chromium))
        # The browser's event loop lives in this thread; the rooms' actions are called between pages, never from inside
        # it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        county = staffed()
        with served() as origin, started() as browser:
            try:
                yield Live(origin, browser, county)
            finally:
                # Django keeps a connection of its own for a thread with an event loop; after the browser nobody would
                # find it.
                connections.close_all()
    test_database.done_with(name)


@pytest.fixture(autouse=True)
def closing_time(live: Live) -> Iterator[None]:
    yield
    live.everybody_leaves()


def staffed() -> County:
    """Everybody is there before the server starts: it keeps the hall's people for a while."""
    county = new_county()
    for department in DEPARTMENTS:
        county.person("approver", department)
    for role in ROLES:
        county.person(role)
    county.person("stage_convener", "housing", "construction_permit")
    for number, person in enumerate(Person.objects.order_by("pk")):
        person.name = FAMILY[number % len(FAMILY)] + GIVEN[number // len(FAMILY) % len(GIVEN)]
        person.password = HASH
        person.save(update_fields=["name", "password"])
    return county
