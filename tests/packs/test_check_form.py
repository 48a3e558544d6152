"""The facts, the form and the rules must fit: what one needs and another lacks is told with file, line and remedy."""

from __future__ import annotations

import pytest

from tests.packs.copies import Copy
from yinuo.core.fact_specs import ENGINE_FACTS
from yinuo.core.pack.check import Fault
from yinuo.core.pack.load import load

COLD_STORE = """
[[fact]]
path = "cold_store"
type = "flag"
label = "建冷库"
"""


def the_fault(template: Copy) -> Fault:
    faults = template.errors()
    assert len(faults) == 1, [f"{fault.where} {fault.code} {fault.message}" for fault in faults]
    return faults[0]


def test_the_template_asks_what_the_program_and_its_rules_need(template: Copy) -> None:
    pack = load(template.folder)
    assert template.errors() == []
    assert ENGINE_FACTS.keys() <= pack.facts.keys()
    assert len(pack.form.steps) >= 5 and len(pack.form.topics) >= 4


def test_a_fact_on_the_form_that_nothing_reads_is_a_fault_at_the_fact(template: Copy) -> None:
    template.append("facts.toml", COLD_STORE)
    template.replace("form.toml", 'facts = ["eia"]\n\n[[step]]', 'facts = ["eia", "cold_store"]\n\n[[step]]')
    fault = the_fault(template)
    assert (fault.file, fault.line) == ("facts.toml", template.line("facts.toml", '"cold_store"') - 1)
    assert fault.code == "never-read"
    assert "readers" in fault.message


def test_a_department_that_reads_the_answer_is_reader_enough(template: Copy) -> None:
    template.append("facts.toml", COLD_STORE)
    template.replace("form.toml", 'facts = ["eia"]\n\n[[step]]', 'facts = ["eia", "cold_store"]\n\n[[step]]')
    template.append("form.toml", '[[question]]\nfact = "cold_store"\nreaders = ["housing"]\n')
    assert template.errors() == []
    template.replace("form.toml", 'readers = ["housing"]', 'readers = ["houses"]')
    fault = the_fault(template)
    assert (fault.code, fault.file) == ("unknown-department", "form.toml")


def test_a_fact_that_rules_read_and_no_step_asks_is_a_fault_at_the_condition(template: Copy) -> None:
    template.replace("form.toml", 'facts = ["site.state_land_supply"]\n', 'facts = ["floor_area"]\n')
    template.replace("form.toml", '  "land_area",\n  "floor_area",\n]\nrequired', '  "land_area",\n]\nrequired')
    fault = the_fault(template)
    assert (fault.file, fault.code) == ("predicates.py", "never-asked")
    assert fault.line == template.line("predicates.py", "supplies_state_land =")
    assert "site.state_land_supply" in fault.message


def test_a_fact_a_filing_must_have_and_no_step_asks_is_a_fault_where_the_rule_says_so(template: Copy) -> None:
    template.append("facts.toml", COLD_STORE)
    template.replace("parameters/procedure.toml", '["name", "kind", "unit.type"]', '["name", "kind", "cold_store"]')
    fault = the_fault(template)
    assert (fault.file, fault.code) == ("parameters/procedure.toml", "never-asked")


def test_without_what_a_project_begins_with_nobody_could_file(template: Copy) -> None:
    template.replace("form.toml", 'facts = ["industry", "total_investment"]', 'facts = ["industry"]')
    template.replace("form.toml", 'required = ["industry", "total_investment"]', 'required = ["industry"]')
    fault = the_fault(template)
    assert (fault.file, fault.code) == ("facts.toml", "never-asked")
    assert "total_investment" in fault.message


@pytest.mark.parametrize("words", ["", "选择产业结构调整目录类别", "填写产业结构调整目录类别"])
def test_a_required_question_has_words_of_its_own(template: Copy, words: str) -> None:
    template.replace("form.toml", "对照产业结构调整指导目录，选择属于哪一类", words)
    fault = the_fault(template)
    assert (fault.file, fault.code) == ("form.toml", "missing-words")
    assert fault.line == template.line("form.toml", f'missing = "{words}"') - 2


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        (
            'facts = ["site.state_land_supply"]',
            'facts = ["site.state_land_suply"]',
            'title = "选址情况"',
            "unknown-fact",
        ),
        ('fact = "land_area"\nmu', 'fact = "land_areas"\nmu', 'fact = "land_areas"', "unknown-fact"),
        ("mu = true", 'when = { fact = "flor_area", is = true }', "when = { fact", "unknown-fact"),
        ("mu = true", 'when = { fact = "site.state_land_supply", is = "yes" }', "when = { fact", "wrong-type"),
        ("mu = true", 'when = { fact = "kind", is = ["filed"] }', "when = { fact", "wrong-type"),
        ("mu = true", 'when = { fact = "content", is = ["x"] }', "when = { fact", "wrong-type"),
        (
            "mu = true",
            'when = { fact = "declarations.catalogue_class", is = ["allowed"] }',
            "when = { fact",
            "never-asked",
        ),
        ("mu = true", "long = true", 'fact = "land_area"', "wrong-type"),
        ('fact = "eia"\nhint', 'fact = "eia"\nmu = true\nhint', 'fact = "eia"', "wrong-type"),
        ('fact = "eia"\nhint', 'fact = "eia"\ncareful = { tables = "x" }\nhint', 'fact = "eia"', "wrong-type"),
        ('fact = "unit.grade"\n', 'fact = "unit.name"\n', 'fact = "unit.name"', "never-asked"),
        ('id = "schedule"', 'id = "industry"', 'title = "建设计划"', "duplicate-id"),
        ('facts = ["eia"]\n\n[[step]]', 'facts = ["eia", "region"]\n\n[[step]]', 'title = "环境影响"', "duplicate-id"),
        (
            'facts = ["eia"]\n\n[[step]]',
            'facts = ["eia", "unit.grade"]\n\n[[step]]',
            'title = "环境影响"',
            "asked-elsewhere",
        ),
        ('title = "建成以后"\nask', 'titel = "建成以后"\nask', "titel =", "unknown-key"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_with_its_line(
    template: Copy, old: str, new: str, line: str, code: str
) -> None:
    template.replace("form.toml", old, new)
    places = {(fault.file, fault.code): fault.line for fault in template.errors()}
    assert ("form.toml", code) in places
    assert abs(places["form.toml", code] - template.line("form.toml", line)) <= 2


def test_the_self_check_asks_nothing_that_tells_who_it_is(template: Copy) -> None:
    template.replace("form.toml", 'facts = ["eia"]\n\n[[topic]]', 'facts = ["eia", "site.address"]\n\n[[topic]]')
    fault = the_fault(template)
    assert (fault.file, fault.code) == ("form.toml", "asked-elsewhere")


def test_two_facts_of_the_self_check_never_share_a_name_in_the_address(template: Copy) -> None:
    template.append("facts.toml", COLD_STORE.replace('"cold_store"', '"construction.eia"'))
    template.append("form.toml", '[[question]]\nfact = "construction.eia"\nreaders = ["housing"]\n')
    template.replace("form.toml", 'facts = ["eia"]\n\n[[topic]]', 'facts = ["eia", "construction.eia"]\n\n[[topic]]')
    assert {fault.code for fault in template.errors()} == {"duplicate-id"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('type = "date"\nlabel = "拟开工日期"', 'type = "day"\nlabel = "拟开工日期"', "wrong-type"),
        ('type = "date"\nlabel = "拟开工日期"', 'type = "text"\nlabel = "拟开工日期"', "wrong-type"),
        ('type = "date"\nlabel = "拟开工日期"', 'type = "date"\nlabel = "拟开工日期"\nunit = "天"', "wrong-type"),
        ('path = "site.address"', 'path = "place.address"', "unknown-group"),
        ('path = "site.address"', 'path = "site.Address"', "wrong-type"),
        ('verification = "核准"\n', "", "missing-choice"),
        ('path = "mock.contacts"', 'path = "mock.people"', "missing-fact"),
        ("pattern = '\\d{6}'", "pattern = '(\\d{6}'", "wrong-type"),
        ('help = "六位行政区划代码"\n', "", "missing-words"),
    ],
)
def test_a_fact_that_cannot_be_is_told(template: Copy, old: str, new: str, code: str) -> None:
    template.replace("facts.toml", old, new)
    found = [fault for fault in template.errors() if fault.file == "facts.toml"]
    assert code in {fault.code for fault in found}
    assert all(fault.line >= 1 and fault.message for fault in found)


@pytest.mark.parametrize(("file", "code"), [("facts.toml", "missing-fact"), ("form.toml", "missing-form")])
def test_a_pack_without_the_file_is_told_what_to_write(template: Copy, file: str, code: str) -> None:
    (template.folder / file).unlink()
    assert code in {fault.code for fault in template.errors() if fault.file == file}
