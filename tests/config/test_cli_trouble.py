"""What the policy commands say to a slip of the pen: one line naming the field, never a trace, and a date as people
read it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.config.answers import Ask, answer, refused

ACCEPTED = ("policy", "due", "--accepted", "2026-09-28T10:00", "--days", "5")


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--accepted", "2026-09-28T10:00", "--days", "100000"), "--days"),
        (("--accepted", "2026-09-28T10:00", "--days", "99999999999999999999"), "--days"),
        (("--accepted", "2026-09-28T10:00", "--days", "99999999999999999999", "--unit", "calendar"), "--days"),
        (("--accepted", "2026-09-28T10:00", "--days", "5", "--extend", "100000"), "--extend"),
        (("--accepted", "9999-12-31T10:00", "--days", "5"), "--accepted"),
        (("--accepted", "0001-01-01T00:00+14:00", "--days", "5"), "--accepted"),
        (("--accepted", "2026-09-28T10:00", "--days", "5", "--now", "9999-12-31T23:00-12:00"), "--now"),
        (("--accepted", "2026-09-28T10:00", "--days", "5", "--now", ""), "--now"),
        (("--accepted", "2026-09-28T10:00", "--days", "5", "--pause", "2026-09-29T10:00..9999-12-31T10:00"), "--pause"),
        (("--accepted", "2022-01-01T10:00", "--days", "5"), "--accepted"),
        (("--accepted", "2022-01-01T10:00", "--days", "5", "--as-of", "2026-01-01"), "--accepted"),
    ],
)
def test_an_instant_no_calendar_reaches_is_wrong_input(ask: Ask, words: tuple[str, ...], field: str) -> None:
    refused(ask("policy", "due", *words), field)


def test_a_plan_no_calendar_reaches_is_wrong_input(ask: Ask, file: Callable[[Any], str]) -> None:
    refused(ask("policy", "plan", file({"kind": "filing"}), "--from", "9999-12-31"), "--from")


def test_a_day_that_ends_at_midnight_is_told_as_that_day(ask: Ask) -> None:
    words = (*ACCEPTED[:-1], "30", "--unit", "calendar", "--now", "2026-09-29T10:00")
    assert answer(ask(*words, "--json"))["due_at"] == "2026-10-29T00:00:00+08:00"
    assert ask(*words)[1].startswith("到期：2026-10-28 24:00\n")


@pytest.mark.parametrize(
    "words",
    [("grade", "86"), ("measures", "A"), ("screen", "FILE"), ("plan", "FILE"), ("points", "FILE"), (*ACCEPTED[1:],)],
)
def test_a_day_before_the_rules_and_no_day_at_all_name_the_option(
    ask: Ask, file: Callable[[Any], str], words: tuple[str, ...]
) -> None:
    path = file({"events": []} if words[0] == "points" else {"kind": "filing"})
    words = tuple(path if word == "FILE" else word for word in words)
    refused(ask("policy", *words, "--as-of", "2023-02-19"), "--as-of", "2023-02-20")
    refused(ask("policy", *words, "--as-of", ""), "--as-of")


@pytest.mark.parametrize("command", ["points", "hall"])
def test_an_event_before_the_rules_names_its_own_day(ask: Ask, file: Callable[[Any], str], command: str) -> None:
    act = {"on": "2023-02-19", "project": "P", "type": "act", "article": "46"}
    review = {"on": "2023-02-19", "hall": "A", "type": "review", "matter": "m", "level": 5}
    data = {"events": [act]} if command == "points" else {"halls": ["A"], "events": [review]}
    refused(ask("policy", command, file(data)), "events[0].on", "2023-02-20")


@pytest.mark.parametrize("points", ["1e400", 10**30, "0.0000001"])
def test_points_by_hand_stay_within_reason(ask: Ask, file: Callable[[Any], str], points: Any) -> None:
    event = {"on": "2026-01-05", "hall": "A", "type": "manual", "points": points, "basis": "督查"}
    refused(ask("policy", "hall", file({"halls": ["A"], "events": [event]})), "events[0].points")


@pytest.mark.parametrize("project", [True, {"code": 1}, ["P"]])
def test_a_project_is_named_by_a_word_or_a_number(ask: Ask, file: Callable[[Any], str], project: Any) -> None:
    event = {"on": "2026-01-05", "project": project, "type": "act", "article": "46"}
    refused(ask("policy", "points", file({"start": "80", "events": [event]})), "events[0].project")


def test_a_wrong_value_is_shown_as_it_was_written(ask: Ask, file: Callable[[Any], str]) -> None:
    event = {"on": "2026-01-05", "hall": "A", "type": "review", "matter": "m", "level": 4.5}
    assert ask("policy", "hall", file({"halls": ["A"], "events": [event]}))[2].endswith("整数：4.5\n")
    refused(ask("policy", "hall", file({"halls": ["A"], "events": [event | {"level": None}]})), "null")


def test_a_hall_has_a_name(ask: Ask, file: Callable[[Any], str]) -> None:
    refused(ask("policy", "hall", file({"halls": [" "], "events": []})), "halls")


@pytest.mark.parametrize("command", ["policy", "pack", "calendar", "code", "company"])
def test_a_group_alone_asks_in_one_line_what_to_do(ask: Ask, command: str) -> None:
    refused(ask(command), command)
    assert len(ask(command)[2]) < 100


def test_the_colour_is_told_in_chinese(ask: Ask) -> None:
    assert "底色绿色" in ask("policy", "grade", "86")[1]


def test_a_new_pack_answers_in_json_too(ask: Ask, tmp_path: Path) -> None:
    data = answer(ask("pack", "new", "linxia_city", "--into", str(tmp_path), "--json"))
    assert data == {"id": "linxia_city", "folder": str(tmp_path / "linxia_city")}


def _in_gbk(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"}
    return subprocess.run(
        [sys.executable, "-c", "from yinuo.deploy.cli import main; main()", *words],
        env=environment, input=given, capture_output=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_json_is_utf8_on_a_terminal_that_is_not() -> None:
    given = json.dumps({"halls": ["县政务大厅"], "events": []}, ensure_ascii=False).encode()
    done = _in_gbk("policy", "hall", "-", "--json", given=given)
    assert (done.returncode, done.stderr) == (0, b"")
    assert list(json.loads(done.stdout.decode())["halls"]) == ["县政务大厅"]


@pytest.mark.slow
def test_standard_input_that_is_not_utf8_is_wrong_input() -> None:
    done = _in_gbk("policy", "hall", "-", "--json", given="县".encode("gbk"))
    assert (done.returncode, done.stdout) == (2, b"")
    assert "标准输入" in done.stderr.decode("gbk")
