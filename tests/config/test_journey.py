"""`yinuo journey` as its readers meet it: both journeys end to end on an instance of their own, and what it says when a
step goes wrong.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.database import home

PATIENCE = 300


def command(*arguments: str, folder: Path | None = None) -> subprocess.Popen[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("YINUO_", "DJANGO_"))}
    if folder is not None:
        environment["TMPDIR"] = str(folder)
    program = [sys.executable, "-W", "error", "-c", "from yinuo.deploy.cli import main; main()", "journey", *arguments]
    return subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


class Played:
    """A journey that has ended."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.output, self.complaints = process.communicate(timeout=PATIENCE)
        self.code = process.returncode

    @property
    def result(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(self.output)
        return made

    @property
    def steps(self) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = self.result["steps"]
        return steps


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A temporary folder that the database's account can pass through."""
    made = home().with_name(f"journey-{os.getpid()}")
    made.mkdir(parents=True)
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def played(folder: Path) -> dict[str, Played]:
    """Both journeys and the one of the untouched template, each on an instance of its own, side by side."""
    flags = {"happy": (), "unhappy": ("--unhappy",), "template": ("--pack", "_template")}
    processes = {name: command(*given, "--json", folder=folder) for name, given in flags.items()}
    return {name: Played(process) for name, process in processes.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["happy", "unhappy", "template"])
def test_every_step_goes_as_it_should_and_tells_clause_row_and_time(played: dict[str, Played], name: str) -> None:
    journey = played[name]
    assert journey.code == 0, journey.complaints + journey.output[-2000:]
    assert journey.result["ok"] is True
    assert journey.result["journey"] == name.replace("template", "happy")
    steps = journey.steps
    assert [step["number"] for step in steps] == list(range(1, len(steps) + 1))
    for step in steps:
        assert step["ok"] is True
        assert float(step["ms"]) > 0
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d\+08:00", step["at"])
        assert bool(step["refused"]) == (step["status"] >= 400)
    # The template's invented document has hardly any articles: a step that cites one of the real county's tells none
    # there.
    without_clause = [step["what"] for step in steps if not step["cites"] and name != "template"]
    assert all(
        any(word in what for word in ("到期处理", "点击", "同一请求编号", "凭回执")) for what in without_clause
    ), without_clause
    assert not any("#" in cite for step in steps for cite in step["cites"]), "a citation is not written out"


@pytest.mark.slow
def test_nothing_of_the_instances_stays_behind(played: dict[str, Played], folder: Path) -> None:
    assert list(folder.iterdir()) == []


@pytest.mark.slow
def test_the_happy_journey_goes_from_filing_to_a_green_certificate(played: dict[str, Played]) -> None:
    steps = played["happy"].steps
    assert not [step for step in steps if step["refused"]]
    verbs = [entry.split()[1] for step in steps for entry in step["trail"]]
    stations = [
        "projects.file",
        "projects.assign_code",
        "projects.issue_certificate",
        "onemap.confirm_review",
        "onemap.answer_guidance",
        "onemap.draw",
        "commitments.commit",
        "onemap.submit_materials",
        "onemap.accept",
        "onemap.pause",
        "onemap.resume",
        "onemap.grant",
        "onemap.deliver",
        "commitments.close_notice",
        "commitments.decide",
        "onemap.land",
        "projects.report_start",
        "projects.report_participant",
        "projects.report_investment",
        "commitments.report_fulfilment",
        "projects.report_completion",
        "commitments.apply_completion",
        "onemap.completion_ready",
        "commitments.record_finding",
        "commitments.pass_completion",
        "credit.propose",
        "credit.consent",
        "credit.grade_changed",
        "credit.execute",
    ]
    first = [verbs.index(station) for station in stations]
    assert first == sorted(first)
    assert "work.red" not in verbs, "somebody was late"
    scans = [step["outcome"][0] for step in steps if "/verify/" in step["request"]]
    assert ("底色蓝，字母 B" in scans[0], "底色绿，字母 A" in scans[-1]) == (True, True)
    rows = {row.split(" #")[0] for step in steps for row in step["rows"]}
    assert {
        "Project",
        "Commitment",
        "Submission",
        "ProgressReport",
        "Participant",
        "Finding",
        "PointProposal",
        "CreditEvent",
    } <= rows


@pytest.mark.slow
def test_the_untouched_template_goes_the_whole_way_and_names_nothing_of_another_county(
    played: dict[str, Played],
) -> None:
    journey = played["template"]
    verbs = [entry.split()[1] for step in journey.steps for entry in step["trail"]]
    stations = [
        "projects.issue_certificate",
        "onemap.draw",
        "agency.sign",
        "commitments.commit",
        "commitments.decide",
        "onemap.land",
        "agency.end",
        "commitments.pass_completion",
        "credit.execute",
    ]
    first = [verbs.index(station) for station in stations]
    assert first == sorted(first)
    assert re.findall("积石山|积县|临夏|甘肃|吹麻滩", journey.output) == []


@pytest.mark.slow
def test_the_unhappy_journey_meets_every_refusal(played: dict[str, Played]) -> None:
    steps = played["unhappy"].steps
    refused = {step["refused"] for step in steps if step["refused"]}
    assert refused >= {
        "projects.secret",
        "projects.secrecy_undeclared",
        "projects.incomplete",
        "projects.pledge",
        "projects.duplicate",
        "access.forbidden",
        "people.credit_code",
        "idempotency.reused",
        "stale",
        "onemap.not_filed",
        "onemap.prerequisites",
        "onemap.materials",
        "onemap.state",
        "onemap.send_back_once",
        "onemap.not_accepted_code",
        "commitments.not_promisable",
        "commitments.in_notice",
        "commitments.objection_open",
        "commitments.notice_over",
        "commitments.upheld",
        "commitments.report_first",
        "credit.state",
        "credit.evidence",
        "credit.relief_open",
        "credit.nothing_taken",
    }
    for step in steps:
        if step["refused"]:
            assert step["outcome"][0].startswith("拒绝：")
    told = " ".join(line for step in steps for line in step["outcome"])
    assert "转人工办理：" in told, "the negative list did not hold the project"
    for points in ("-2 分", "-1 分", "恢复第"):
        assert points in told
    colours = [re.findall("底色(.)", step["outcome"][0])[0] for step in steps if "/verify/" in step["request"]]
    assert colours == ["绿", "蓝", "绿"]


# -- what is asked for wrongly, and what goes wrong


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--track", "agency", "--unhappy"), "不能与 --unhappy 一起用"),
        (("--track", "atlantis"), "没有专项“atlantis”"),
        (("--pack", "atlantis"), "没有名为“atlantis”的规则包"),
        (("--track", "mock", "--pack", "_template"), "engineering_planning_permit"),
        (("--unhappy", "--pack", "_template"), "没有这一段要用的事项或部门"),
        (("--url", "ftp://localhost"), "应以 http:// 或 https:// 开头"),
        (("--url", "http://127.0.0.1:9"), "连不上"),
    ],
)
def test_what_cannot_be_played_is_said_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    journey = Played(command(*arguments))
    assert journey.code == 2
    assert said in journey.complaints
    assert arguments[0] in journey.complaints
    assert len(journey.complaints.splitlines()) == 1


class Other(BaseHTTPRequestHandler):
    """Something that answers, but not as a training instance should."""

    cast: tuple[int, Any] = (404, {})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self._say(*(self.cast if self.path.endswith("/cast") else (500, {})))

    def do_GET(self) -> None:
        self._say(200, [])

    def _say(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def other() -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Other,), {}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def url(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def test_an_instance_in_earnest_is_not_played_on(other: Any) -> None:
    journey = Played(command("--url", url(other)))
    assert journey.code == 2
    assert "YINUO_TRAINING=1" in journey.complaints


def test_another_instances_key_opens_no_cast(other: Any) -> None:
    other.RequestHandlerClass.cast = (403, {"message": "只有持有本培训实例密钥的人可以取得演示人员"})
    journey = Played(command("--url", url(other)))
    assert journey.code == 2
    assert "密钥" in journey.complaints


def test_a_step_that_goes_wrong_ends_the_journey_and_is_named(other: Any) -> None:
    people = [
        {"role": role, "department": "development_reform", "name": role, "key": "k"}
        for role in ("administrator", "principal")
    ]
    units = [{"name": "甲", "credit_code": "914403001922038216", "key": "k"}]
    other.RequestHandlerClass.cast = (201, {"units": units, "staff": people})
    journey = Played(command("--url", url(other), "--json"))
    assert journey.code == 1
    assert journey.result["ok"] is False
    assert journey.result["wrong"].startswith("第 1 步")
    assert (journey.steps[0]["ok"], journey.steps[0]["status"]) == (False, 500)
