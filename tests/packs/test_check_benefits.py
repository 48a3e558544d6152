"""Faults of benefits.toml, each at its file and line."""

from __future__ import annotations

import pytest

from tests.packs.copies import Copy

BENEFIT = """[[benefit]]
id = "benefit.one"
name = "免费代办"
department = "housing"
when = "always"
classes = ["A"]
text = "免费"
how = "自动"
from = 2026-01-01
cite = ["example-2026-1#第五条"]
provenance = "source"
"""
CASE = """[[case]]
id = "benefits.one"
ask = "benefits"
as_of = 2026-03-02
exercises = ["benefit.one"]
cite = ["example-2026-1#第五条"]
provenance = "source"
facts = {grade = "A", project = {}}
expect = {benefits = {"benefit.one" = {holds = "yes"}}}
"""


def with_benefit(template: Copy, benefit: str = BENEFIT, case: str = CASE) -> list[tuple[str, int, str]]:
    template.append("benefits.toml", benefit)
    template.append("cases/benefits.toml", case)
    return [(fault.file, fault.line, fault.code) for fault in template.errors()]


def test_a_benefit_with_its_case_is_fine(template: Copy) -> None:
    assert with_benefit(template) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "marker"),
    [
        ('department = "housing"', 'department = "houses"', "unknown-department", "[[benefit]]"),
        ('when = "always"', 'when = "alwayz"', "unknown-predicate", "when ="),
        ('classes = ["A"]', 'classes = ["A", "Z"]', "unknown-class", "[[benefit]]"),
        ('how = "自动"\n', "", "reason-text", "[[benefit]]"),
        ('department = "housing"\n', "", "missing-key", "[[benefit]]"),
        ('department = "housing"', 'department = "housing"\noffice = "税务机关"', "missing-key", "department ="),
        ('cite = ["example-2026-1#第五条"]', 'cite = ["example-2026-1#第五百条"]', "unknown-citation", "cite ="),
        ('provenance = "source"\n', "", "missing-key", "[[benefit]]"),
    ],
)
def test_each_fault_of_a_benefit_is_found_at_its_line(
    template: Copy, old: str, new: str, code: str, marker: str
) -> None:
    assert BENEFIT.count(old) == 1
    found = with_benefit(template, BENEFIT.replace(old, new))
    assert ("benefits.toml", template.line("benefits.toml", marker), code) in found


def test_a_benefit_no_case_shows_at_work_is_a_fault(template: Copy) -> None:
    assert [
        code
        for _, _, code in with_benefit(template, case=CASE.replace('exercises = ["benefit.one"]', "exercises = []"))
    ] == ["unexercised"]


def test_a_case_that_claims_it_and_does_not_get_it_is_a_fault(template: Copy) -> None:
    refused = CASE.replace('grade = "A"', 'grade = "D"').replace('holds = "yes"', 'holds = "no"')
    assert [code for _, _, code in with_benefit(template, case=refused)] == ["unexercised"]


def test_a_wrong_expectation_fails_its_case(template: Copy) -> None:
    assert [code for _, _, code in with_benefit(template, case=CASE.replace('holds = "yes"', 'holds = "no"'))] == [
        "case-failed"
    ]
