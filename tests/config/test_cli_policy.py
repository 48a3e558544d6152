"""The policy commands on the real pack: shapes and answers of the command's contract, exit codes, and one line for
wrong input.
"""

from __future__ import annotations

import io
import sys
import timeit
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.config.answers import Ask, answer, read_once, refused
from yinuo.core.calendar import WorkCalendar
from yinuo.core.dated import Span
from yinuo.core.pack.types import Limit
from yinuo.core.screen import screen, screen_filing
from yinuo.deploy.cli.planning import routes, scheme_of, stage_name, working_days
from yinuo.deploy.packs import directory

GOOD: dict[str, Any] = {
    "name": "冷链物流园", "kind": "filing", "project_class": "private", "region": "622927", "industry": "5930",
    "total_investment": "3200.50",
    "unit": {"type": "enterprise", "credit_code": "91620000710375659T", "score": 85.5},
    "site": {"address": "大河家镇", "heritage": "none", "forest_land": False, "state_land_supply": True},
    "land_area": 20000, "floor_area": 8000, "annual_energy": 300, "annual_coal": 0, "eia": "register",
    "construction": {"building": True, "pipeline_kind": "water", "pipelines_length_m": 80, "road_excavation": True},
    "declarations": {
        "secret": False, "national_security_or_major_layout": False, "catalogue_class": "encouraged",
        "foreign_restricted": False, "verification_catalogue": False, "two_high_or_overcapacity": False,
        "public_body_building": False,
    },
}  # fmt: skip


# -- grade, measures


def test_grade_answers_in_the_shape_of_the_contract(ask: Ask) -> None:
    assert answer(ask("policy", "grade", "80.5", "--json")) == {
        "grade": "A-", "class": "A", "colour": "green", "class_name": "优", "cites": ["jzb-2023-16#附件2·第十五条"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        ("100", "A"), ("90.01", "A"), ("90", "A-"), ("80.01", "A-"), ("80", "B"), ("75.01", "B"), ("75", "B-"),
        ("70.01", "B-"), ("70", "C+"), ("65.01", "C+"), ("65", "C"), ("60.01", "C"), ("60", "C-"), ("55.01", "C-"),
        ("55", "D"), ("40.01", "D"), ("40", "D-"), ("0", "D-"),
    ],
)  # fmt: skip
def test_the_countys_bands_are_half_open(ask: Ask, score: str, grade: str) -> None:
    assert answer(ask("policy", "grade", score, "--json"))["grade"] == grade


@pytest.mark.parametrize("score", ["100.01", "-0.01", "-1", "abc", "NaN", "Infinity"])
def test_a_score_out_of_range_is_wrong_input(ask: Ask, score: str) -> None:
    refused(ask("policy", "grade", score, "--json"), "分值")


def test_grade_for_people_says_class_and_basis(ask: Ask) -> None:
    code, out, _ = ask("policy", "grade", "60")
    assert code == 0
    assert "C- 级，中等次" in out
    assert "附件2·第十五条" in out


def test_measures_of_each_class_come_with_their_articles(ask: Ask) -> None:
    for grade, class_, commitment in [
        ("A-", "A", "allowed"),
        ("B", "B", "allowed"),
        ("C+", "C", "reduced"),
        ("D-", "D", "refused"),
    ]:
        data = answer(ask("policy", "measures", grade, "--json"))
        assert (data["grade"], data["class"]) == (grade, class_)
        assert {m["effect"]: m["value"] for m in data["measures"]}["commitment"] == commitment
        assert all(m["cites"] and m["text"] for m in data["measures"])
    agency = {m["effect"]: m["value"] for m in answer(ask("policy", "measures", "D", "--json"))["measures"]}["agency"]
    assert agency == "refused"


def test_an_unrated_company_has_the_measures_of_class_b(ask: Ask) -> None:
    assert answer(ask("policy", "measures", "unrated", "--json"))["class"] == "B"


def test_an_unknown_grade_is_wrong_input(ask: Ask) -> None:
    refused(ask("policy", "measures", "E"), "E")


# -- due

ACCEPTED = ("policy", "due", "--accepted", "2026-09-28T10:00", "--days", "5")


def test_due_answers_the_example_of_the_contract(ask: Ask) -> None:
    data = answer(ask(*ACCEPTED, "--now", "2026-10-09T17:59", "--json"))
    assert datetime.fromisoformat(data["due_at"]) == datetime.fromisoformat("2026-10-10T18:00+08:00")
    assert datetime.fromisoformat(data["yellow_at"]) == datetime.fromisoformat("2026-10-09T18:00+08:00")
    assert (data["light"], data["provisional"], data["days"]) == ("green", False, [])
    assert set(data) == {"due_at", "yellow_at", "light", "used_hours", "left_hours", "provisional", "days"}


@pytest.mark.parametrize(
    ("now", "light"),
    [
        ("2026-10-09T17:59:59", "green"),
        ("2026-10-09T18:00", "yellow"),
        ("2026-10-10T18:00", "yellow"),
        ("2026-10-10T18:00:01", "red"),
    ],
)
def test_the_light_turns_at_its_instants(ask: Ask, now: str, light: str) -> None:
    assert answer(ask(*ACCEPTED, "--now", now, "--json"))["light"] == light


def test_an_instant_with_another_offset_is_the_same_instant(ask: Ask) -> None:
    here = answer(ask(*ACCEPTED, "--now", "2026-10-09T17:00", "--json"))
    there = ask(
        "policy", "due", "--accepted", "2026-09-28T02:00Z", "--days", "5", "--now", "2026-10-09T09:00+00:00", "--json"
    )
    assert answer(there) == here


def test_the_proof_counts_up_to_the_limit(ask: Ask) -> None:
    data = answer(ask(*ACCEPTED, "--now", "2026-10-09T17:00", "--explain", "--json"))
    assert [day["on"] for day in data["days"] if day["working"]][1:] == [
        "2026-09-29",
        "2026-09-30",
        "2026-10-08",
        "2026-10-09",
        "2026-10-10",
    ]
    assert sum(Decimal(day["used_hours"]) for day in data["days"]) == 35
    assert data["days"][-1]["left_hours"] == "0"


def test_pauses_and_extensions_move_the_end(ask: Ask) -> None:
    def due(*words: str) -> str:
        return str(answer(ask(*ACCEPTED, "--now", "2026-10-20T09:00", "--json", *words))["due_at"])

    assert due("--pause", "2026-09-29T08:30..2026-09-30T08:30") == "2026-10-12T18:00:00+08:00"
    overlapping = ("--pause", "2026-09-29T08:30..2026-09-30T08:30", "--pause", "2026-09-29T10:00..2026-09-29T12:00")
    assert due(*overlapping) == "2026-10-12T18:00:00+08:00"
    assert due("--extend", "1", "--extend", "1") == "2026-10-13T18:00:00+08:00"


def test_an_open_pause_is_taken_as_if_it_ended_now(ask: Ask) -> None:
    words = ("--now", "2026-10-08T08:30", "--json")
    open_ = answer(ask(*ACCEPTED, "--pause", "2026-09-29T08:30..", *words))
    closed = answer(ask(*ACCEPTED, "--pause", "2026-09-29T08:30..2026-10-08T08:30", *words))
    assert open_ == closed
    assert open_["due_at"] == "2026-10-13T18:00:00+08:00"


def test_beyond_the_published_years_the_answer_is_provisional(ask: Ask) -> None:
    data = answer(
        ask("policy", "due", "--accepted", "2026-12-20T10:00", "--days", "30", "--now", "2026-12-21T10:00", "--json")
    )
    assert data["provisional"] is True


def test_calendar_days_run_through_days_off(ask: Ask) -> None:
    data = answer(ask(*ACCEPTED, "--unit", "calendar", "--now", "2026-09-29T10:00", "--json"))
    assert data["due_at"] == "2026-10-09T00:00:00+08:00"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--accepted", "yesterday", "--days", "5"), "--accepted"),
        (("--accepted", "2026-09-28T10:00", "--days", "-1"), "--days"),
        (("--accepted", "2026-09-28T10:00", "--days", "x"), "--days"),
        (("--accepted", "2026-09-28T10:00"), "--days"),
        (("--accepted", "2026-09-28T10:00", "--days", "5", "--unit", "weeks"), "--unit"),
        (("--accepted", "2026-09-28T10:00", "--days", "5", "--pause", "2026-09-29"), "--pause"),
        (("--accepted", "2026-09-28T10:00", "--days", "5", "--pause", "2026-09-30T10:00..2026-09-29T10:00"), "--pause"),
        (("--accepted", "2026-09-28T10:00", "--days", "5", "--extend", "0"), "--extend"),
        (("--accepted", "2026-09-28T10:00", "--days", "5", "--now", "soon"), "--now"),
        (("--accepted", "2026-09-28T10:00", "--days", "5", "--pack", "nowhere"), "--pack"),
        (("--accepted", "2026-09-28T10:00", "--days", "5", "--as-of", "2026-13-01"), "--as-of"),
    ],
)
def test_due_names_the_field_that_is_wrong(ask: Ask, words: tuple[str, ...], field: str) -> None:
    refused(ask("policy", "due", *words), field)


# -- screen


def test_screen_answers_in_the_shape_of_the_contract(ask: Ask, file: Callable[[Any], str]) -> None:
    data = answer(ask("policy", "screen", file(GOOD), "--json"))
    assert set(data) == {"instant", "stops", "contradictions", "decided_by", "missing", "matters"}
    assert (data["contradictions"], data["decided_by"]) == ([], "county")
    assert (data["instant"], data["stops"], data["missing"]) == (True, [], [])
    keys = {"id", "name", "department", "needed", "listed", "offered", "promisable", "why", "missing", "cites"}
    assert all(set(matter) == keys for matter in data["matters"])
    by_id = {matter["id"]: matter for matter in data["matters"]}
    permit = by_id["construction_permit"]
    assert (permit["needed"], permit["listed"], permit["promisable"], permit["department"]) == (
        "yes",
        True,
        False,
        "县住建局",
    )
    assert "jzb-2023-16#附件1·二·1" in permit["cites"]
    assert by_id["municipal_facility_works"]["listed"] is False


def test_a_stop_is_a_negative_answer(ask: Ask, file: Callable[[Any], str]) -> None:
    eliminated = GOOD | {"declarations": GOOD["declarations"] | {"catalogue_class": "eliminated"}}
    data = answer(ask("policy", "screen", file(eliminated), "--json"), 1)
    assert [stop["rule"] for stop in data["stops"]] == ["negative.project.2"]
    assert data["stops"][0]["cites"] == ["jzb-2023-16#附件1·一·2"]
    assert all(matter["promisable"] is False for matter in data["matters"])


def test_what_is_not_declared_is_asked_for(ask: Ask, file: Callable[[Any], str]) -> None:
    silent = {key: value for key, value in GOOD.items() if key != "declarations"}
    data = answer(ask("policy", "screen", file(silent), "--json"))
    assert data["instant"] is None
    assert set(data["missing"]) == {f"declarations.{name}" for name in GOOD["declarations"]}


def test_screen_reads_standard_input(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\ufeff{}".encode()), encoding="ascii"))
    assert answer(ask("policy", "screen", "-", "--json"))["instant"] is None


def test_screening_a_filing_by_the_countys_rules_takes_less_than_two_milliseconds() -> None:
    pack, day = read_once(directory("jishishan")), date(2026, 11, 24)
    assert screen_filing(GOOD, pack, day).outcome["instant"] is True
    assert min(timeit.repeat(lambda: screen_filing(GOOD, pack, day), number=20, repeat=5)) / 20 < 0.002


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"kind": "nonsense"}, ["kind", "filing"]),
        ({"unit": {"score": "101"}}, ["unit.score", "100"]),
        ({"unit": {"score": 50, "grade": "A"}}, ["unit.grade", "unit.score"]),
        ({"lnad_area": 5}, ["lnad_area", "land_area"]),
        ("{", ["input.json", "第 1 行"]),
        ("[]", ["input.json", "对象"]),
        ('{"kind": "filing", "kind": "approval"}', ["kind", "两次"]),
        ('{"land_area": NaN}', ["NaN"]),
    ],
)
def test_screen_names_what_is_wrong_with_the_facts(
    ask: Ask, file: Callable[[Any], str], content: Any, words: list[str]
) -> None:
    refused(ask("policy", "screen", file(content)), *words)


def test_a_file_that_is_not_there_is_wrong_input(ask: Ask, tmp_path: Path) -> None:
    refused(ask("policy", "screen", str(tmp_path / "none.json")), "none.json")


def test_a_day_before_the_rules_is_wrong_input(ask: Ask, file: Callable[[Any], str]) -> None:
    refused(ask("policy", "screen", file(GOOD), "--as-of", "2023-02-19"), "2023-02-19")


def test_screen_for_people_gives_reasons_with_their_basis(ask: Ask, file: Callable[[Any], str]) -> None:
    code, out, _ = ask("policy", "screen", file(GOOD))
    assert code == 0
    assert out.startswith("可以秒批秒办\n")
    assert "【需要】建筑工程施工许可（县住建局）：不可承诺" in out
    assert "积县政办发〔2023〕16号·附件1·二·1" in out


# -- plan


def test_plan_answers_in_the_shape_of_the_contract_and_keeps_prerequisites(
    ask: Ask, file: Callable[[Any], str]
) -> None:
    data = answer(ask("policy", "plan", file(GOOD), "--from", "2026-11-24", "--json"))
    assert {"landing_on", "working_days", "critical", "items", "faster"} <= set(data)
    items = {item["id"]: item for item in data["items"]}
    keys = {"id", "name", "stage", "pre_start", "starts_on", "ends_on", "working_days", "after", "route"}
    assert all(set(item) == keys for item in items.values())
    for item in items.values():
        assert item["starts_on"] == max([items[other]["ends_on"] for other in item["after"]], default="2026-11-24")
    assert data["landing_on"] == max(item["ends_on"] for item in items.values() if item["pre_start"])
    assert items[data["critical"][-1]]["ends_on"] == data["landing_on"]
    assert "construction_permit" in items
    assert all(other["id"] not in items and other["missing"] for other in data["undecided"])


def test_a_faster_route_saves_what_the_plan_says(ask: Ask, file: Callable[[Any], str]) -> None:
    path = file(GOOD)
    before = answer(ask("policy", "plan", path, "--from", "2026-11-24", "--json"))
    assert before["faster"]
    gains = [option["saves_working_days"] for option in before["faster"]]
    assert gains == sorted(gains, reverse=True)
    assert min(gains) > 0
    for option in before["faster"]:
        route = f"{option['id']}={option['route']}"
        after = answer(ask("policy", "plan", path, "--from", "2026-11-24", "--route", route, "--json"))
        assert before["working_days"] - after["working_days"] == option["saves_working_days"]
        assert {item["id"]: item["route"] for item in after["items"]}[option["id"]] == "commitment"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--route", "construction_permit=commitment"), ["--route", "construction_permit"]),
        (("--route", "nonsense=regular"), ["--route", "nonsense"]),
        (("--route", "construction_permit"), ["--route"]),
        (("--from", "soon"), ["--from"]),
    ],
)
def test_plan_names_what_is_wrong(
    ask: Ask, file: Callable[[Any], str], words: tuple[str, ...], named: list[str]
) -> None:
    refused(ask("policy", "plan", file(GOOD), *words), *named)


# -- points, hall


def test_points_answers_event_by_event(ask: Ask, file: Callable[[Any], str]) -> None:
    events = [
        {"on": "2026-01-05", "project": "P", "type": "act", "article": "46", "item": "unreported"},
        {"on": "2026-01-06", "project": "P", "type": "act", "article": "46", "item": "unreported"},
        {"on": "2026-01-07", "project": 7, "type": "commitment_broken", "field": "ecology"},
        {"on": "2026-01-08", "type": "repair", "of": 2},
        {
            "on": "2026-01-09",
            "project": "P",
            "type": "cycle_completed",
            "all_kept": True,
            "commitments": 1,
            "project_class": "private",
        },
        {"on": "2026-01-10", "type": "rebase", "score": 90.5},
    ]
    data = answer(ask("policy", "points", file({"start": "79", "events": events}), "--json"))
    assert [(e["points"], e["applied"], e["score"], e["grade"]) for e in data["events"]] == [
        ("-1", True, "78", "B"), ("0", False, "78", "B"), ("-2", True, "76", "B"), ("2", True, "78", "B"),
        ("2", True, "80", "B"),
        ("10.5", True, "90.5", "A"),
    ]  # fmt: skip
    assert (data["score"], data["grade"]) == ("90.5", "A")
    assert all(e["why"] and e["cites"] for e in data["events"])
    assert set(data["events"][0]) == {"points", "applied", "score", "grade", "why", "cites"}


def test_a_company_never_evaluated_starts_at_seventy_five(ask: Ask, file: Callable[[Any], str]) -> None:
    assert answer(ask("policy", "points", file({"start": None, "events": []}), "--json")) == {
        "events": [],
        "score": "75",
        "grade": "unrated",
    }


ACT = {"on": "2026-01-05", "project": "P", "type": "act", "article": "46"}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"start": "101", "events": []}, "101"),
        ({"start": "x", "events": []}, "start"),
        ({"start": "80"}, "events"),
        ({"start": "80", "events": [], "score": 1}, "score"),
        ({"start": "80", "events": [ACT, 5]}, "events[1]"),
        ({"start": "80", "events": [ACT | {"on": "2026-02-30"}]}, "events[0].on"),
        ({"start": "80", "events": [{"type": "act"}]}, "events[0].on"),
        ({"start": "80", "events": [ACT | {"article": "45"}]}, "events[0].article"),
        ({"start": "80", "events": [ACT | {"fiald": "ecology"}]}, "events[0].fiald"),
        ({"start": "80", "events": [ACT | {"type": "praise"}]}, "events[0].type"),
        ({"start": "80", "events": [ACT | {"type": ["act"]}]}, "events[0].type"),
        ({"start": "80", "events": [ACT, {"on": "2026-01-06", "type": "repair", "of": 2}]}, "events[1].of"),
        ({"start": "80", "events": [ACT, {"on": "2026-01-06", "type": "repair", "of": "0"}]}, "events[1].of"),
        ({"start": "80", "events": [ACT | {"on": "2023-01-01"}]}, "2023-01-01"),
    ],
)
def test_points_names_the_field_that_is_wrong(ask: Ask, file: Callable[[Any], str], data: Any, field: str) -> None:
    refused(ask("policy", "points", file(data), "--json"), field)


def test_hall_answers_by_month_quarter_and_region(ask: Ask, file: Callable[[Any], str]) -> None:
    events = [
        {"hall": "A", "on": "2026-01-10", "type": "review", "matter": "m1", "level": 4},
        {"hall": "A", "on": "2026-01-11", "type": "review", "matter": "m1", "level": 5},
        {"hall": "B", "on": "2026-03-02", "type": "light", "matter": "m2", "light": "yellow"},
        {"hall": "B", "on": "2026-03-03", "type": "light", "matter": "m2", "light": "red"},
        {
            "hall": "A",
            "on": "2026-04-01",
            "type": "landed",
            "project": "p",
            "kind": "filing",
            "days": 40,
            "approval_days": 30,
        },
        {"hall": "A", "on": "2026-04-02", "type": "track_praised", "project": "p", "track": "agency"},
        {"hall": "B", "on": "2026-04-03", "type": "manual", "points": "-0.25", "basis": "督查通报"},
    ]
    data = answer(ask("policy", "hall", file({"halls": ["A", "B"], "events": events}), "--json"))
    assert data["halls"]["A"] == {
        "months": {"2026-01": "100.1", "2026-02": "100.1", "2026-03": "100.1", "2026-04": "100.8"},
        "quarters": {"2026Q1": "100.1", "2026Q2": "100.8"},
    }
    assert data["halls"]["B"]["quarters"] == {"2026Q1": "99.6", "2026Q2": "99.75"}
    assert data["region"]["quarters"] == {"2026Q1": "99.85", "2026Q2": "100.28"}
    assert [point["points"] for point in data["points"]] == ["0.1", "0", "-0.1", "-0.3", "0.5", "0.3", "-0.25"]
    assert all(point["cites"] for point in data["points"])


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"events": []}, "halls"),
        ({"halls": [], "events": []}, "halls"),
        (
            {
                "halls": ["A"],
                "events": [{"hall": "Z", "on": "2026-01-01", "type": "review", "matter": "m", "level": 5}],
            },
            "events[0].hall",
        ),
        (
            {
                "halls": ["A"],
                "events": [{"hall": "A", "on": "2026-01-01", "type": "review", "matter": "m", "level": 9}],
            },
            "events[0].level",
        ),
    ],
)
def test_hall_names_the_field_that_is_wrong(ask: Ask, file: Callable[[Any], str], data: Any, field: str) -> None:
    refused(ask("policy", "hall", file(data), "--json"), field)


# -- codes


@pytest.mark.parametrize("code", ["2603-141124-89-05-346948", "2411-130202-89-01-637015", "2020-330327-48-01-167360"])
def test_real_project_codes_of_both_styles_are_valid(ask: Ask, code: str) -> None:
    data = answer(ask("code", "check", code, "--json"))
    assert data["valid"] is True
    assert data["style"] == ("old" if code.startswith("2020") else "current")


def test_a_made_up_project_code_is_a_negative_answer_with_its_reason(ask: Ask) -> None:
    data = answer(ask("code", "check", "2601-140100-89-01-123456", "--json"), 1)
    assert data["valid"] is False
    assert "校验码" in data["why"]


def test_credit_codes_are_checked_twice(ask: Ask) -> None:
    assert answer(ask("company", "check", "91620000710375659T", "--json")) == {
        "code": "91620000710375659T",
        "valid": True,
    }
    data = answer(ask("company", "check", "91620000710375659A", "--json"), 1)
    assert "第 18 位" in data["why"]


# -- calendar

NOTICE = {
    "year": 2027,
    "source": "某放假通知",
    "day": [
        {"on": "2027-01-01", "working": False, "name": "元旦"},
        {"on": "2027-01-03", "working": True, "name": "元旦调休上班"},
    ],
}


@pytest.fixture
def no_instance(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("YINUO_DATABASE_URL", raising=False)
    monkeypatch.setenv("YINUO_DATA", str(tmp_path / "nothing"))


@pytest.mark.usefixtures("no_instance")
def test_a_published_year_shows_its_days_with_their_notice(ask: Ask) -> None:
    data = answer(ask("calendar", "show", "2026", "--json"))
    days = {date.fromisoformat(day["on"]): day for day in data["days"]}
    assert len(days) == 365
    assert data["provisional"] is False
    assert data["working_days"] == sum(day["working"] for day in days.values())
    assert days[date(2026, 10, 10)]["working"] is True
    assert days[date(2026, 10, 1)]["working"] is False
    assert days[date(2026, 10, 1)]["cites"]


@pytest.mark.usefixtures("no_instance")
def test_an_unpublished_year_is_provisional(ask: Ask) -> None:
    assert answer(ask("calendar", "show", "2027", "--json"))["provisional"] is True


@pytest.mark.usefixtures("no_instance")
def test_without_an_instance_an_import_says_what_it_would_change(ask: Ask, file: Callable[[Any], str]) -> None:
    data = answer(ask("calendar", "import", file(NOTICE), "--json"))
    assert data["stored"] is False
    assert [day["on"] for day in data["changes"]] == ["2027-01-01", "2027-01-03"]


@pytest.mark.usefixtures("no_instance")
def test_a_notice_in_toml_reads_like_one_of_the_packs(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "notice.toml"
    path.write_text(
        'year = 2027\ncite = ["某通知"]\n[[day]]\non = 2027-10-09\nworking = true\nname = "国庆节调休上班"\n',
        encoding="utf-8",
    )
    data = answer(ask("calendar", "import", str(path), "--json"))
    assert data["changes"] == [{"on": "2027-10-09", "working": True, "name": "国庆节调休上班"}]


@pytest.mark.usefixtures("db")
def test_an_imported_notice_is_stored_and_shown(ask: Ask, file: Callable[[Any], str]) -> None:
    from yinuo.engine.work import clocks

    try:
        first = answer(ask("calendar", "import", file(NOTICE), "--json"))
        assert (first["stored"], len(first["changes"])) == (True, 2)
        shown = answer(ask("calendar", "show", "2027", "--json"))
        assert {day["on"]: day["working"] for day in shown["days"]}["2027-01-03"] is True
        assert shown["provisional"] is False
        assert answer(ask("calendar", "import", file(NOTICE), "--json"))["changes"] == []
    finally:
        clocks.forget_calendar()


@pytest.mark.usefixtures("no_instance")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"year": "2027"}, "year"),
        ({"source": ""}, "source"),
        ({"day": []}, "day"),
        ({"days": []}, "days"),
        ({"published": False}, "published"),
        ({"day": [{"on": "2026-12-31", "working": False, "name": "x"}]}, "day[0].on"),
        ({"day": [{"on": "2027-02-30", "working": False, "name": "x"}]}, "day[0].on"),
        ({"day": [{"on": "2027-02-03", "working": "no", "name": "x"}]}, "day[0].working"),
        ({"day": [{"on": "2027-02-03", "working": False}]}, "day[0].name"),
        ({"day": [{"on": "2027-02-03", "working": False, "name": "x", "note": ""}]}, "day[0].note"),
        ({"day": [{"on": "2027-02-03", "working": False, "name": "x"}] * 2}, "2027-02-03"),
    ],
)
def test_a_faulty_notice_is_refused_with_its_field(
    ask: Ask, file: Callable[[Any], str], changes: dict[str, Any], field: str
) -> None:
    refused(ask("calendar", "import", file(NOTICE | changes)), field)


# -- for people


def test_points_halls_plans_and_due_dates_are_told_in_lines(ask: Ask, file: Callable[[Any], str]) -> None:
    code, out, _ = ask("policy", "points", file({"start": "80", "events": [ACT]}))
    assert code == 0
    assert "-2 分 → 78 分（B）" in out
    assert "附件2·第十八条" in out
    review = {"hall": "A", "on": "2026-01-01", "type": "review", "matter": "m", "level": 5}
    code, out, _ = ask("policy", "hall", file({"halls": ["A"], "events": [review]}))
    assert code == 0
    assert "A：2026Q1 100.1" in out
    assert "附件7·第二十条" in out
    code, out, _ = ask("policy", "plan", file(GOOD), "--from", "2026-11-24")
    assert code == 0
    assert out.startswith("预计 20")
    assert "提前" in out
    assert "尚不知是否需要" in out
    code, out, _ = ask(*ACCEPTED, "--now", "2026-10-09T17:00", "--explain")
    assert code == 0
    assert "到期：2026-10-10 18:00" in out
    assert "国庆节调休上班" in out


# -- what a plan is made of


def test_a_limit_in_calendar_days_is_planned_as_the_working_days_it_holds() -> None:
    pack = read_once(directory("jishishan"))
    calendar = WorkCalendar.from_data(pack.calendar)
    span = Span(date(2023, 2, 20))
    assert working_days(Limit(9, "calendar", span, (), "source"), date(2026, 9, 30), calendar) == 2
    assert working_days(Limit(9, "working", span, (), "source"), date(2026, 9, 30), calendar) == 9


def test_a_construction_project_keeps_its_own_stages() -> None:
    pack, day = read_once(directory("jishishan")), date(2026, 11, 24)
    assert scheme_of({"construction": {"building": True}}, pack, day).id == "construction"
    assert scheme_of({"construction": {"building": False, "municipal": False}}, pack, day).id == "ordinary"
    assert scheme_of({}, pack, day).id == "ordinary"
    matter = pack.matters["construction_permit"]
    moved = replace(scheme_of({}, pack, day), moves={matter.id: "completion"})
    assert stage_name(matter, scheme_of({}, pack, day)) == "施工许可"
    assert stage_name(matter, moved) == "竣工验收"


def test_a_matter_that_may_be_promised_has_the_route_of_notice_and_decision() -> None:
    pack, day = read_once(directory("jishishan")), date(2026, 11, 24)
    calendar = WorkCalendar.from_data(pack.calendar)
    for one in screen(GOOD, pack, day).matters:
        ways = routes(pack.matters[one.id], one, pack, day, day, calendar)
        assert ("commitment" in ways) is (one.promisable is True)
        days = pack.integer("notice.period", day) + max(pack.integer("notice.decision_days", day), 1)
        assert ways.get("commitment", days) == days


# -- draw


def drawn_from(**changes: Any) -> dict[str, Any]:
    announcement = {
        "format": "yinuo-draw/1",
        "plan": "双随机2026-1",
        "departments": ["housing"],
        "team": 2,
        "rates": {"normal": "0.1"},
        "projects": [
            {"project": f"2611-622927-04-01-{n:06}", "unit": "91620000710375659T", "rate": "normal"} for n in range(20)
        ],
        "directed": [],
        "inspectors": [{"number": f"{n:02}", "department": "housing"} for n in range(4)],
        "conflicts": [],
        "public_value": {"source": "双色球", "issue": "2026137", "on": "2026-12-01", "digits": 14},
        "seed_sha256": sha256(bytes(32)).hexdigest(),
    }
    return {"announcement": announcement, "seed": bytes(32).hex(), "value": "01 05 12 19 23 30 07", **changes}


def test_a_draw_is_repeated_and_what_was_touched_is_found_out(ask: Ask, file: Callable[[Any], str]) -> None:
    data = answer(ask("policy", "draw", file(drawn_from()), "--json"))
    assert data["ok"] and data["short"] == [] and data["cites"]
    assert len(data["result"]["projects"]) == 2 == len(data["result"]["projects"][0]["inspectors"])
    whole = drawn_from(result=data["result"], announcement_sha256=data["announcement_sha256"])
    assert answer(ask("policy", "draw", file(whole), "--json"))["ok"]
    touched = answer(ask("policy", "draw", file({**whole, "result": {}}), "--json"), code=1)
    assert [one["check"] for one in touched["checks"] if not one["ok"]] == ["result"]
    code, out, _ = ask("policy", "draw", file({**whole, "seed": "11" * 32}))
    assert code == 1
    assert "不符：种子" in out


def test_what_is_no_draw_is_wrong_input(ask: Ask, file: Callable[[Any], str]) -> None:
    refused(ask("policy", "draw", file({"seed": ""}), "--json"), "announcement")
    refused(ask("policy", "draw", file(drawn_from(seed="x")), "--json"), "seed", "64 位")
    refused(ask("policy", "draw", file(drawn_from(more=1)), "--json"), "more")
    refused(ask("policy", "draw", file(drawn_from(announcement={"format": "?"})), "--json"), "format", "yinuo-draw/1")
