"""F-2: the code is taken over from the province's platform.

Whatever the platform does, a project has one code or none yet.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.apps.county import Company, County, at, facts
from yinuo.core.codes import make_project_code
from yinuo.engine.base import Actor
from yinuo.engine.trail.models import ChainRow, Entry
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.projects import codes, tasks
from yinuo.rooms.projects.actions import assign_code, decide_by_hand, file_project
from yinuo.rooms.projects.codes import ProvincialProvider
from yinuo.rooms.projects.models import FilingCertificate, Project

MORNING = at("2026-11-03 09:12")
LATER = at("2026-11-03 09:20")
CODE = make_project_code("2611", "622927", "04", "01", "12345")
OTHER = make_project_code("2611", "622927", "04", "01", "54321")
PATIENCE = 30
Answer = Callable[[BaseHTTPRequestHandler], None]


class Platform:
    """The province's platform on this machine: keeps what it was asked, answers as told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.gets = 0
        self.answer: Answer = says({"code": CODE})
        self.closing = threading.Event()
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                platform.asked.append((self.headers["Idempotency-Key"], self.headers["Authorization"], body))
                platform.answer(self)

            def do_GET(self) -> None:
                platform.gets += 1
                reply(self, 200, json.dumps({"code": CODE}).encode())

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/codes"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def keys(self) -> set[str]:
        return {key for key, _, _ in self.asked}


def reply(request: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


def says(answer: object) -> Answer:
    return lambda request: reply(request, 200, json.dumps(answer).encode())


PENDING = says({"pending": True})


@pytest.fixture
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """Asked with more patience than the house has: on a busy machine an answer that comes is not to be missed."""
    made = Platform()
    settings.YINUO_CODE_URL, settings.YINUO_CODE_TOKEN = made.url, "secret"
    monkeypatch.setattr("yinuo.rooms.projects.actions.filing.provider", lambda: ProvincialProvider(timeout=PATIENCE))
    yield made
    made.close()


def file(company: Company, **changes: Any) -> Project:
    return file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(**changes), pledged=True, at=MORNING
    ).project


def ask_again(project: Project) -> Project:
    return assign_code(actor=Actor.system(), project_id=project.pk, at=LATER)


def assert_pending(project: Project) -> None:
    """Filed, waiting for its code, and nothing that hangs on a code is there."""
    project = Project.objects.get(pk=project.pk)
    assert (project.state, project.code) == ("assigning", None)
    assert Project.objects.filter(unit_id=project.unit_id, name=project.name).count() == 1
    assert list(
        Entry.objects.filter(subject_kind="projects.project", subject_id=str(project.pk)).values_list("verb", flat=True)
    ) == ["projects.file"]
    assert not FilingCertificate.objects.filter(project=project).exists()
    assert not WorkItem.objects.filter(project_id=project.pk, kind="review").exists()


def assert_coded_once(project: Project, code: str) -> None:
    project = Project.objects.get(pk=project.pk)
    assert (project.state, project.code) == ("filed", code)
    assert FilingCertificate.objects.filter(project=project).count() == 1
    assert WorkItem.objects.filter(project_id=project.pk, kind="review").count() == 1
    assert Entry.objects.filter(verb="projects.assign_code", subject_id=str(project.pk)).count() == 1
    assert ChainRow.objects.filter(type="project.code_assigned", label=code).count() == 1


def test_a_code_given_at_once_is_the_projects_when_the_filing_returns(
    county: County, company: Company, platform: Platform
) -> None:
    project = file(company)
    assert_coded_once(project, CODE)
    [(key, authorisation, body)] = platform.asked
    assert authorisation == "Bearer secret"
    assert key.isascii()
    assert body == {"region": "622927", "department": "04", "kind": "01", "at": "2026-11-03T01:12:00+00:00"}
    # The job that comes late asks nobody.
    ask_again(project)
    assert len(platform.asked) == 1
    assert_coded_once(project, CODE)


def test_a_code_still_being_assigned_is_asked_for_again_in_the_same_words(
    county: County, company: Company, platform: Platform
) -> None:
    platform.answer = PENDING
    project = file(company)
    assert_pending(project)
    with pytest.raises(tasks.StillWaiting):
        tasks.fetch_code(project.pk)
    assert_pending(project)
    platform.answer = says({"code": CODE})
    tasks.fetch_code(project.pk)
    tasks.fetch_code(project.pk)
    assert_coded_once(project, CODE)
    assert len(platform.asked) == 3
    assert platform.asked[0] == platform.asked[1] == platform.asked[2]


def test_each_project_asks_with_a_key_of_its_own(county: County, company: Company, platform: Platform) -> None:
    platform.answer = PENDING
    for name in ("甲项目", "乙项目"):
        file(company, name=name)
    assert len(platform.keys) == 2


def test_a_code_another_project_has_is_not_given_twice(
    county: County, company: Company, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    first = file(company, name="甲项目")
    second = file(company, name="乙项目")
    assert_pending(second)
    assert f"{CODE}, given for" in caplog.text
    assert "is another project's" in caplog.text
    ask_again(second)
    assert_pending(second)
    assert len(platform.keys) == 2
    platform.answer = says({"code": OTHER})
    ask_again(second)
    assert_coded_once(first, CODE)
    assert_coded_once(second, OTHER)


def test_one_that_is_offered_anothers_code_holds_up_no_other(
    county: County, company: Company, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race: another project takes the code between the look and the write."""
    platform.answer = PENDING
    waiting = [file(company, name="甲项目"), file(company, name="乙项目")]
    platform.answer = says({"code": CODE})
    monkeypatch.setattr("yinuo.rooms.projects.actions.filing.ask_code", lambda project: CODE)
    tasks.sweep_codes(0)
    states = {Project.objects.get(pk=project.pk).code for project in waiting}
    assert states == {CODE, None}
    assert FilingCertificate.objects.count() == 1


def wrong_check() -> str:
    return CODE[:-1] + str((int(CODE[-1]) + 1) % 10)


GARBAGE: dict[str, Answer] = {
    "not json": lambda request: reply(request, 200, b"<html>502</html>"),
    "not text": lambda request: reply(request, 200, b"\xff\xfe\x00"),
    "a list": says([CODE]),
    "empty": says({}),
    "no string": says({"code": 20}),
    "null": says({"code": None}),
    "wrong check": says({"code": wrong_check()}),
    "another region": says({"code": make_project_code("2611", "622926", "04", "01", "12345")}),
    "old style": says({"code": "2016-622927-26-03-123456"}),
    "with a blank": says({"code": f"{CODE} "}),
    "pending, but not truly": says({"pending": "no"}),
    "nested too deep": lambda request: reply(request, 200, b"[" * 9000),
    "too long": lambda request: reply(request, 200, b'{"code": "' + CODE.encode() + b'"' + b" " * 20_000 + b"}"),
    "no such page": lambda request: reply(request, 404, json.dumps({"code": CODE}).encode()),
    "forbidden": lambda request: reply(request, 403),
    "cut short": lambda request: reply(request, 200, b'{"code"', **{"Content-Length": "500"}),
    "redirected": lambda request: reply(request, 302, Location="/codes"),
}


@pytest.mark.parametrize("what", sorted(GARBAGE))
def test_a_wrong_answer_is_logged_as_an_error_and_means_pending(
    county: County, company: Company, platform: Platform, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    platform.answer = GARBAGE[what]
    project = file(company)
    assert_pending(project)
    assert [(r.levelno, r.name) for r in caplog.records if r.name == codes.__name__] == [
        (logging.ERROR, codes.__name__)
    ]
    assert "secret" not in caplog.text
    assert platform.gets == 0
    platform.answer = says({"code": CODE})
    ask_again(project)
    assert_coded_once(project, CODE)
    assert len(platform.keys) == 1


def hang_up(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True


def not_http(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HELLO\r\n\r\n")


@pytest.mark.parametrize(
    "trouble",
    [lambda request: reply(request, 500), lambda request: reply(request, 503), hang_up, not_http],
    ids=["500", "503", "hung up", "not http"],
)
def test_trouble_on_the_way_means_pending_and_the_code_comes_when_it_is_over(
    county: County, company: Company, platform: Platform, caplog: pytest.LogCaptureFixture, trouble: Answer
) -> None:
    platform.answer = trouble
    project = file(company)
    assert_pending(project)
    assert [r.levelno for r in caplog.records if r.name == codes.__name__] == [logging.WARNING]
    platform.answer = says({"code": CODE})
    ask_again(project)
    assert_coded_once(project, CODE)
    assert len(platform.keys) == 1


def test_a_platform_that_is_down_stops_no_filing(county: County, company: Company, platform: Platform) -> None:
    platform.close()
    project = file(company)
    assert_pending(project)
    ask_again(project)
    assert_pending(project)


@pytest.mark.parametrize("how", ["silent", "dripping"])
def test_a_slow_platform_holds_a_filing_for_no_longer_than_its_limit(
    county: County, company: Company, platform: Platform, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """A byte now and then renews a socket's own time limit; the provider's counts from the first moment."""
    gave_up = threading.Event()

    def slow(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        pause = PATIENCE if how == "silent" else 0.02
        for _ in range(int(PATIENCE / pause)):
            if platform.closing.wait(pause):
                return
            try:
                request.wfile.write(b" ")
            except OSError:
                return
        gave_up.set()

    platform.answer = slow
    others = set(threading.enumerate())
    with monkeypatch.context() as hurried:
        hurried.setattr("yinuo.rooms.projects.actions.filing.provider", lambda: ProvincialProvider(timeout=0.3))
        project = file(company)
    assert not gave_up.is_set(), "the filing waited for the platform"
    assert_pending(project)
    platform.closing.set()
    for thread in set(threading.enumerate()) - others:
        thread.join(PATIENCE)
        assert not thread.is_alive(), thread
    platform.answer = says({"code": CODE})
    ask_again(project)
    assert_coded_once(project, CODE)
    assert len(platform.keys) == 1


def test_the_province_is_asked_where_the_settings_say_so_and_for_two_seconds(settings: Any) -> None:
    settings.YINUO_CODE_PROVIDER = "yinuo.rooms.projects.codes.ProvincialProvider"
    settings.YINUO_CODE_URL, settings.YINUO_CODE_TOKEN = "https://codes.example.gov.cn/", "secret"
    codes.provider.cache_clear()
    try:
        made = codes.provider()
    finally:
        codes.provider.cache_clear()
    assert isinstance(made, ProvincialProvider)
    assert (made.url, made.token, made.timeout) == ("https://codes.example.gov.cn/", "secret", 2)


def test_a_filing_approved_by_hand_waits_for_its_code_as_well(
    county: County, company: Company, platform: Platform
) -> None:
    held = file(company, declarations={"catalogue_class": "restricted"})
    assert platform.asked == []
    platform.answer = PENDING
    decide_by_hand(actor=county.actor("approver"), project_id=held.pk, approve=True, why="符合规定", at=LATER)
    assert Project.objects.get(pk=held.pk).state == "assigning"
    platform.answer = says({"code": CODE})
    ask_again(held)
    assert_coded_once(held, CODE)
    assert platform.asked[0] == platform.asked[1]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://codes.example.gov.cn/",
        "http://127.0.0.1.example.org/",
        "http://localhost.example.org/",
        "ftp://localhost/",
        "file:///etc",
    ],
)
def test_an_address_that_is_missing_or_not_encrypted_is_not_used(settings: Any, url: str) -> None:
    settings.YINUO_CODE_URL = ""
    with pytest.raises(ValueError, match="YINUO_CODE_URL"):
        ProvincialProvider(url, "x")
