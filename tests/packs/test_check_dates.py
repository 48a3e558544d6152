"""Over every boundary day of a pack there is exactly one value, and what was released stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packs.copies import Copy
from yinuo.core.pack.check import check, errors
from yinuo.core.pack.load import load
from yinuo.core.pack.released import FILE, snapshot

PROCEDURE = "parameters/procedure.toml"
GUIDANCE = 'label = "前期辅导反馈期限"\nunit = "working_days"\n\n[[parameter.value]]\nfrom = 2026-01-01\nvalue = 2\n'


def _guidance(first: str, second: str) -> str:
    """The guidance limit with an end, and a second value from another day on."""
    return GUIDANCE.replace("value = 2", f"to = {first}\nvalue = 2") + (
        f'cite = ["example-2026-1#第四条"]\n\n[[parameter.value]]\nfrom = {second}\nvalue = 3 # new\n'
    )


def test_a_new_value_that_begins_where_the_old_one_ends_is_fine(template: Copy) -> None:
    template.replace(PROCEDURE, GUIDANCE, _guidance("2026-07-01", "2026-07-01"))
    assert template.errors() == []


@pytest.mark.parametrize(
    ("second", "code", "day"), [("2026-07-02", "gap", "2026-07-01"), ("2026-06-30", "overlap", "2026-06-30")]
)
def test_a_day_too_late_is_a_gap_and_a_day_too_early_an_overlap(
    template: Copy, second: str, code: str, day: str
) -> None:
    template.replace(PROCEDURE, GUIDANCE, _guidance("2026-07-01", second))
    (fault,) = template.errors()
    first_value = template.line(PROCEDURE, "to = 2026-07-01") - 2
    second_value = template.line(PROCEDURE, "# new") - 2
    assert (fault.code, fault.file, fault.line) == (code, PROCEDURE, first_value if code == "gap" else second_value)
    assert "guidance.limit" in fault.message
    assert day in fault.message


def test_a_parameter_that_ends_without_successor_is_a_gap(template: Copy) -> None:
    template.replace(PROCEDURE, GUIDANCE, GUIDANCE.replace("value = 2", "to = 2027-01-01\nvalue = 2"))
    assert [(f.code, "2027-01-01" in f.message) for f in template.errors()] == [("gap", True)]


def test_a_parameter_may_say_that_it_starts_later(template: Copy) -> None:
    template.append(
        PROCEDURE,
        '[[parameter]]\nid = "later.limit"\nlabel = "后来的期限"\nunit = "working_days"\nstarts = 2026-05-01\n\n'
        '[[parameter.value]]\nfrom = 2026-05-01\nvalue = 3\ncite = ["example-2026-1#第四条"]\n',
    )
    assert template.errors() == []
    template.replace(PROCEDURE, "starts = 2026-05-01\n", "")
    assert [f.code for f in template.errors()] == ["gap"]


def test_a_limit_must_hold_as_long_as_its_matter(template: Copy) -> None:
    template.replace(
        "matters/housing.toml", 'value = 5\nunit = "working"', 'value = 5\nunit = "working"\nto = 2026-09-01'
    )
    (fault,) = template.errors()
    assert (fault.code, fault.line) == ("gap", template.line("matters/housing.toml", "[[matter.promised]]"))


def test_a_matter_that_ends_needs_no_limit_afterwards(template: Copy) -> None:
    template.replace(
        "matters/housing.toml", 'value = 5\nunit = "working"', 'value = 5\nunit = "working"\nto = 2026-09-01'
    )
    template.replace(
        "matters/housing.toml",
        'provenance = "source"\nfrom = 2026-01-01\n\n',
        'provenance = "source"\nfrom = 2026-01-01\nto = 2026-09-01\n\n',
    )
    assert template.errors() == []


@pytest.mark.parametrize("file", ["grades.toml", "schemes.toml", "calendars/hours.toml"])
def test_grades_stages_and_office_hours_must_not_end(template: Copy, file: str) -> None:
    template.replace(file, "from = 2026-01-01", "from = 2026-01-01\nto = 2030-01-01")
    assert "gap" in {f.code for f in template.errors() if f.file == file}


def _release(template: Copy) -> None:
    (template.folder / FILE).write_text(snapshot(load(template.folder)), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "label"),
    [
        (PROCEDURE, GUIDANCE, GUIDANCE.replace("value = 2", "value = 3"), "guidance.limit"),
        ("matters/housing.toml", "value = 20", "value = 19", "法定时限"),
        ("points.toml", 'points = "2"', 'points = "3"', "credit.5.cycle"),
        ("pauses.toml", "longest = 30", "longest = 31", "expert_review"),
    ],
)
def test_a_released_value_must_not_be_edited(template: Copy, file: str, old: str, new: str, label: str) -> None:
    _release(template)
    assert template.errors() == []
    template.replace(file, old, new)
    changed = [f for f in template.errors() if f.code == "released-changed"]
    assert [(f.file, label in f.message) for f in changed] == [(file, True)]


def test_a_released_value_must_not_vanish(template: Copy) -> None:
    _release(template)
    template.replace(PROCEDURE, GUIDANCE, GUIDANCE.replace("from = 2026-01-01", "from = 2025-12-31"))
    (fault,) = template.errors()
    assert (fault.code, fault.file, fault.line) == (
        "released-changed",
        FILE,
        template.line(FILE, "parameter:guidance.limit@2026-01-01"),
    )


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        (
            'path = "construction.road_excavation"',
            'path = "construction.road_works"',
            "fact:construction.road_excavation",
        ),
        ('water = "供水"\n', 'tap = "供水"\n', "choice:construction.pipeline_kind.water"),
    ],
)
def test_a_released_fact_or_choice_that_projects_keep_must_not_be_renamed(
    template: Copy, old: str, new: str, key: str
) -> None:
    _release(template)
    template.replace("facts.toml", old, new)
    (fault,) = [f for f in template.errors() if f.code == "released-changed"]
    assert (fault.file, fault.line) == (FILE, template.line(FILE, f'"{key}"'))
    assert "已有的项目保存着它" in fault.message


def test_a_released_fact_keeps_its_type_and_may_get_other_words_and_more_choices(template: Copy) -> None:
    _release(template)
    template.replace("facts.toml", 'label = "管线长度"', 'label = "管线总长"')
    template.replace("facts.toml", 'water = "供水"\n', 'water = "供水"\npower = "供电"\n')
    assert template.errors() == []
    template.replace("facts.toml", 'label = "管线总长"\nunit = "米"', 'label = "管线总长"\nunit = "平方米"')
    changed = [f for f in template.errors() if f.code == "released-changed"]
    assert [(f.file, "换一个 path" in f.message) for f in changed] == [("facts.toml", True)]


def test_a_released_value_may_end_and_be_followed(template: Copy) -> None:
    _release(template)
    template.replace(PROCEDURE, GUIDANCE, _guidance("2026-07-01", "2026-07-01"))
    assert template.errors() == []


def test_words_and_citations_of_a_released_value_may_be_corrected(template: Copy) -> None:
    _release(template)
    template.replace("measures.toml", "可以选择信用承诺制审批", "可以选择按信用承诺制办理")
    assert template.errors() == []


def test_a_released_record_that_cannot_be_read_is_a_fault(template: Copy) -> None:
    (template.folder / FILE).write_text("{", encoding="utf-8")
    assert [(f.code, f.file) for f in template.errors()] == [("syntax", FILE)]


def test_what_is_not_verified_is_a_notice_and_no_error(template: Copy) -> None:
    template.replace(
        "matters/housing.toml", 'basis = ["example-2026-1#第二条"]', 'basis = ["example-2026-1#第二条"] # here'
    )
    template.replace(
        "matters/housing.toml",
        'provenance = "source"\nfrom = 2026-01-01\n\n',
        'provenance = "unverified"\nfrom = 2026-01-01\n\n',
    )
    faults = check(template.folder)
    assert errors(faults) == []
    notices = [f for f in faults if f.severity == "notice" and f.file == "matters/housing.toml"]
    assert [(f.code, f.line) for f in notices] == [("unverified", 1)]


def test_the_county_s_pack_has_no_fault() -> None:
    folder = Path(__file__).resolve().parents[2] / "src/yinuo/packs/jishishan"
    assert errors(check(folder)) == []
