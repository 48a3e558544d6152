"""Two web workers and one job worker at work for minutes on end: what each process holds at the start, in the middle
and at the end.

A company files project after project, the departments review and advise, citizens and staff open pages; the jobs run as
they come. Memory still growing in the second half, or connections and open files that stay behind, are named under
`growing`.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.instance import Instance, companies, fresh, web

PORT = 8973
MINUTES = 30.0
# Until the caches are full and every page has been opened once.
WARM_UP_SECONDS = 30.0
OPEN_TO_ALL = ("/", "/guides/", "/zone/", "/rules/", "/verify/", "/search/?q=水土保持", "/check/", "/accounts/login/")
OF_STAFF = ("/staff/", "/staff/projects/", "/staff/hall/", "/staff/credit/")
OF_COMPANIES = ("/projects/", "/credit/", "/library/", "/promises/")


class Caller:
    """One keep-alive connection with a key or a session; counts what it got."""

    def __init__(self, **headers: str) -> None:
        self.headers = headers
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        self.answers: dict[int, int] = {}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {**self.headers, "Idempotency-Key": uuid.uuid4().hex, "Content-Type": "application/json"}
        self.connection.request(method, _quoted(path), None if body is None else json.dumps(body), headers)
        answer = self.connection.getresponse()
        data = answer.read()
        self.answers[answer.status] = self.answers.get(answer.status, 0) + 1
        if answer.status >= 400:
            raise AssertionError(f"{method} {path}: {answer.status} {data[:300]!r}")
        return json.loads(data) if answer.headers.get_content_type() == "application/json" else None


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="/?=&")


def run(minutes: float = MINUTES) -> dict[str, Any]:
    with fresh() as instance:
        (secret,) = companies(1)
        keys = _keys()
        workers = {"web": _web_processes}
        with web(instance, PORT, 2), _jobs(instance) as jobs:
            workers["jobs"] = lambda: [jobs]
            return _soak(instance, minutes, secret, keys, workers)


def _soak(
    instance: Instance, minutes: float, secret: str, keys: dict[str, str], workers: dict[str, Callable[[], list[int]]]
) -> dict[str, Any]:
    ended = threading.Event()
    faults: list[str] = []
    desk = Caller(Authorization=f"Bearer {secret}")
    offices = {department: Caller(Authorization=f"Bearer {key}") for department, key in keys.items()}
    readers = [Caller(Cookie=cookie) for cookie in _sessions()] + [Caller()]
    filed = itertools.count()
    loops = [
        _again(ended, faults, lambda: _live(desk, offices, next(filed))),
        *(
            _again(ended, faults, _opener(reader, pages))
            for reader, pages in zip(readers, (OF_COMPANIES, OF_STAFF, OPEN_TO_ALL), strict=True)
        ),
    ]
    for loop in loops:
        loop.start()
    samples = {}
    try:
        for name, seconds in (("start", WARM_UP_SECONDS), ("middle", minutes * 30), ("end", minutes * 30)):
            ended.wait(seconds)
            samples[name] = _sample(instance, workers)
    finally:
        ended.set()
        for loop in loops:
            loop.join()
    if faults:
        raise AssertionError(faults[0])
    requests = sum(sum(caller.answers.values()) for caller in [desk, *offices.values(), *readers])
    return {
        "minutes": minutes,
        "requests": requests,
        "projects": next(filed),
        **{
            f"{what} {name}": {moment: sample[what, name] for moment, sample in samples.items()}
            for what, name in samples["end"]
        },
        "growing": _growing(samples) or "nothing",
    }


def _again(ended: threading.Event, faults: list[str], act: Callable[[], None]) -> threading.Thread:
    """One person's work, over and over until the end."""

    def work() -> None:
        while not ended.is_set():
            try:
                act()
            except Exception as error:
                faults.append(repr(error))
                ended.set()
            ended.wait(0.05)

    return threading.Thread(target=work)


def _live(desk: Caller, offices: dict[str, Caller], number: int) -> None:
    """A project filed, reviewed and advised upon by every department asked, its map looked at."""
    from tests.apps.county import facts

    project = desk.ask("POST", "/api/v1/projects", {"facts": facts(name=f"久测项目{number}"), "pledged": True})[
        "project"
    ]["id"]
    reviewer = offices["development_reform"]
    reviewer.ask("POST", f"/api/v1/projects/{project}/confirm-review", {})
    for answer in desk.ask("GET", f"/api/v1/projects/{project}/guidance"):
        if answer["answered_at"] is None:
            rows = [
                {**row, "needed": "no" if row["needed"] == "unknown" else row["needed"]} for row in answer["matters"]
            ]
            offices[answer["department"]].ask(
                "POST", f"/api/v1/guidance/{answer['id']}", {"matters": rows, "version": answer["version"]}
            )
    desk.ask("GET", f"/api/v1/projects/{project}/map")


def _opener(reader: Caller, pages: tuple[str, ...]) -> Callable[[], None]:
    turns = itertools.cycle(pages)
    return lambda: reader.ask("GET", next(turns))


# -- who works


def _keys() -> dict[str, str]:
    """A key for an approver of every department."""
    from django.utils import timezone

    from tests.apps.county import County
    from yinuo.engine.base import Actor
    from yinuo.engine.people.actions import issue_key
    from yinuo.engine.people.models import Department, Hall

    county, now = County(Hall.objects.get()), timezone.now()
    secrets = {}
    for department in Department.objects.order_by("id").values_list("key", flat=True):
        member = county.add("approver", department)
        _, secrets[department] = issue_key(
            actor=Actor.system(),
            person=member.person,
            membership=member,
            name="soak",
            expires_at=now + timedelta(days=2),
            at=now,
        )
    return secrets


def _sessions() -> list[str]:
    """Cookies of a company's person and of the general convener who have logged in."""
    from django.conf import settings
    from django.test import Client

    from tests.apps.county import County
    from yinuo.engine.people.models import AuthorisedPerson, Hall

    convener = County(Hall.objects.get()).person("general_convener", "government_services")
    cookies = []
    for person in (AuthorisedPerson.objects.earliest("id").person, convener):
        client = Client()
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")
    return cookies


@contextmanager
def _jobs(instance: Instance) -> Iterator[int]:
    process = instance.process("yinuo.deploy.worker")
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def _web_processes() -> list[int]:
    """The web server's: those that run its module on this port, and their children, in the order they were started."""
    mark = b"\0".join([b"yinuo.deploy.web", b"127.0.0.1", str(PORT).encode()])
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    first = [pid for pid in pids if mark in _read(f"/proc/{pid}/cmdline")]
    return sorted({*first, *(pid for pid in pids if _parent(pid) in first)})


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def _parent(pid: int) -> int:
    fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    return int(fields[1]) if len(fields) > 1 else 0


# -- what is looked at


def _sample(instance: Instance, workers: dict[str, Callable[[], list[int]]]) -> dict[tuple[str, str], float]:
    """Resident megabytes and open files by process, and the database's connections by state."""
    from yinuo.deploy.embedded import Server

    found: dict[tuple[str, str], float] = {}
    for kind, processes in workers.items():
        for number, pid in enumerate(processes(), start=1):
            found["mb", f"{kind} {number}"] = round(_resident(pid) / 2**20, 1)
            found["files", f"{kind} {number}"] = len(os.listdir(f"/proc/{pid}/fd"))
    with Server(instance.home).connect() as admin:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'yinuo' AND pid <> pg_backend_pid()"
        found["connections", "open"] = _number(admin.execute(query).fetchone())
        waiting = f"{query} AND state = 'idle in transaction' AND state_change < now() - interval '5 seconds'"
        found["connections", "idle in transaction for 5 s"] = _number(admin.execute(waiting).fetchone())
    return found


def _number(row: Any) -> int:
    return int(row[0])


def _resident(pid: int) -> int:
    return int(_read(f"/proc/{pid}/statm").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _growing(samples: dict[str, dict[tuple[str, str], float]]) -> list[str]:
    """What is larger at the end than in the middle by more than breathing: 5 % and 4 MB, or more than two files or
    connections.
    """
    grown = []
    for key, end in samples["end"].items():
        middle = samples["middle"].get(key)
        if middle is None:
            grown.append(f"{key[0]} {key[1]}: only at the end")
        elif end > middle + (max(middle * 0.05, 4) if key[0] == "mb" else 2):
            grown.append(f"{key[0]} {key[1]}: {middle} → {end}")
    return grown
