"""Every kind of fault is found, at its file and line."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.packs.copies import Copy

HOUSING = "matters/housing.toml"
PROCEDURE = "parameters/procedure.toml"
CASES = "cases/rules.toml"


@dataclass(frozen=True)
class Spoilt:
    """One text replaced; the fault expected on the line of `marker` (of `at`, if it shows elsewhere)."""

    file: str
    old: str
    new: str
    code: str
    marker: str
    says: str = ""
    at: str = ""


HEAD = "pack.toml"
REFUSED = 'class = "D"\neffect = "commitment"'
HOURS = "calendars/hours.toml"
SPOILT = {
    "an unknown key": Spoilt(HOUSING, 'fee = "不收费"', 'fees = "不收费"', "unknown-key", "fees =", "是否指 fee"),
    "a key written twice": Spoilt(
        HOUSING, 'fee = "不收费"', 'fee = "不收费"\nfee = "收费" # again', "duplicate-key", "# again",
    ),
    "broken TOML": Spoilt(HOUSING, 'fee = "不收费"', "fee = 不收费", "syntax", "fee ="),
    "a wrong type": Spoilt(HOUSING, "pre_start = true", 'pre_start = "yes"', "wrong-type", "pre_start"),
    "an unknown choice": Spoilt(HOUSING, 'level = "county"', 'level = "village"', "wrong-type", "level ="),
    "a missing key": Spoilt(HOUSING, 'stage = "construction_permit"\n', "", "missing-key", "[[matter]]", "stage"),
    "a matter without basis": Spoilt(
        HOUSING, 'basis = ["example-2026-1#第二条"]\n', "", "missing-citation", "[[matter]]", "basis",
    ),
    "a parameter without unit": Spoilt(
        PROCEDURE,
        'label = "前期辅导反馈期限"\nunit = "working_days"',
        'label = "前期辅导反馈期限"',
        "missing-unit",
        '"guidance.limit"',
        at="before",
    ),
    "a limit without unit": Spoilt(
        HOUSING, 'value = 20\nunit = "working"', "value = 20", "missing-unit", "[[matter.statutory]]", "unit",
    ),
    "a value that does not fit its unit": Spoilt(
        "parameters/credit.toml", 'value = "100"', 'value = "hundred"', "wrong-type", "hundred",
    ),
    "a fraction of a day": Spoilt(HOUSING, "value = 20", "value = 20.5", "wrong-type", "20.5"),
    "a citation to no source": Spoilt(
        HOURS, "example-2026-1#第四条", "example-2026-9#第四条", "unknown-citation", "2026-9",
    ),
    "a citation to no article": Spoilt(HOURS, "#第四条", "#第四十条", "unknown-citation", "第四十条", "没有列出条文"),
    "a citation without article": Spoilt(
        HOURS, "example-2026-1#第四条", "example-2026-1", "unknown-citation", "cite =",
    ),
    "an end before its beginning": Spoilt(
        HOURS, "from = 2026-01-01", "from = 2026-01-01\nto = 2025-01-01", "wrong-type", "to =",
    ),
    "an unknown predicate": Spoilt(
        HOUSING, '"occupies_road"', '"occupies_roads"', "unknown-predicate", "occupies_roads", "是否指",
    ),
    "a predicate that reads an unknown fact": Spoilt(
        "predicates.py", "construction.road_excavation", "construction.road_digging", "unknown-fact", "road_digging"
    ),
    "a predicate that reaches beyond conditions": Spoilt(
        "predicates.py", "from yinuo.core.facts", "import os\nfrom yinuo.core.facts", "predicate-code", "import os"
    ),
    "a predicate file that opens files": Spoilt(
        "predicates.py", 'fact("construction.road_excavation")', 'fact(open("x").read())', "predicate-code", "open("
    ),
    "a predicate file that cannot run": Spoilt(
        "predicates.py", 'fact("construction.road_excavation")', "facts", "predicate-code", "occupies_road ="
    ),
    "a predicate file that cannot be read": Spoilt(
        "predicates.py", "occupies_road =", "occupies road =", "syntax", "occupies road",
    ),
    "a number of a legal text in a condition": Spoilt(
        "predicates.py", 'parameter("threshold.pipeline_length")', "100", "predicate-number", "pipelines_length_m",
        "不能写数字 100"
    ),
    "a number hidden in a text": Spoilt(
        "predicates.py", 'parameter("threshold.pipeline_length")', '"100"', "predicate-number", "pipelines_length_m",
        "le 只能与"
    ),
    "a bound given by a name": Spoilt(
        "predicates.py", 'parameter("threshold.pipeline_length")', "len(__doc__ or '')", "predicate-number",
        "pipelines_length_m", "le 只能与"
    ),
    "a comparison under another name": Spoilt(
        "predicates.py",
        "occupies_road = ",
        'longer = fact("construction.pipelines_length_m").gt\noccupies_road = ',
        "predicate-number",
        "longer =",
        "gt 只能与",
    ),
    "a condition that names an unknown parameter": Spoilt(
        "predicates.py", "threshold.pipeline_length", "threshold.pipe_length", "unknown-parameter", "short_pipeline =",
        "是否指 threshold.pipeline_length"
    ),
    "a condition that compares with another unit": Spoilt(
        "parameters/thresholds.toml",
        'unit = "metres"',
        'unit = "square_metres"',
        "wrong-unit",
        "short_pipeline =",
        "单位 米）与参数 threshold.pipeline_length（单位 平方米",
        at="predicates",
    ),
    "a condition that compares with a text": Spoilt(
        "parameters/thresholds.toml", 'unit = "metres"', 'unit = "text"', "wrong-unit", "short_pipeline =", "单位 text",
        at="predicates"
    ),
    "a threshold of two values": Spoilt(
        "parameters/thresholds.toml", "value = 100", "value = [100, 200]", "wrong-type", "[[parameter.value]]",
        "只有一个值",
    ),
    "a predicate defined twice": Spoilt(
        "predicates.py", "occupies_road = ", "short_pipeline = occupies_road = ", "duplicate-id", "occupies_road"
    ),
    "a reason without text": Spoilt(
        "reasons.toml", 'text = "不符合法定条件、标准"', 'text = ""', "reason-text", 'text = ""',
    ),
    "a point rule without text": Spoilt(
        "points.toml", 'text = "完成全部承诺事项，加 2 分"\n', "", "reason-text", "credit.5.cycle", at="before",
    ),
    "an unknown department": Spoilt(
        HOUSING, 'department = "housing"', 'department = "house"', "unknown-department", "[[matter]]", "housing",
    ),
    "an unknown stage": Spoilt(
        HOUSING, '"construction_permit"', '"construction"', "unknown-stage", "[[matter]]", "construction_permit",
    ),
    "a part played by nobody": Spoilt(
        HEAD, 'window_department = "government_services"', "", "missing-role", "[roles]", "综合窗口",
    ),
    "a part played by an unknown department": Spoilt(
        HEAD, '"government_services"', '"services"', "unknown-department", "[roles]", "departments.toml"
    ),
    "a part played by an unknown matter": Spoilt(
        HEAD, 'filing_matter = "filing"', 'filing_matter = "fling"', "unknown-matter", "[roles]", "是否指 filing"
    ),
    "a part played by an unknown source": Spoilt(
        HEAD, 'document = "example-2026-1"', 'document = "x"', "unknown-citation", "[roles]",
    ),
    "a part nobody knows": Spoilt(
        HEAD, "market_department", "markets_department", "unknown-key", "markets_department", "market_department",
    ),
    "a filing that not every project needs": Spoilt(
        "matters/development_reform.toml", 'needed = "always"', 'needed = "occupies_road"', "wrong-role", "[[matter]]",
        "filing_matter"
    ),
    "a parameter that names an unknown department": Spoilt(
        "parameters/land.toml", '"natural_resources"', '"natural_resource"', "unknown-department",
        "[[parameter.value]]", "是否指 natural_resources"
    ),
    "a parameter that names an unknown matter": Spoilt(
        "parameters/mock.toml", '["land_supply"]', '["land"]', "unknown-matter", "value = [\"land", at="value"
    ),
    "a parameter that names an unknown class": Spoilt(
        "parameters/credit.toml", 'value = "A"', 'value = "Z"', "unknown-class", 'value = "Z"', at="value"
    ),
    "a parameter that names an unknown handling": Spoilt(
        "parameters/tracks.toml", '"reported_upward"', '"reported_upwards"', "unknown-handling", '"reported_upwards"',
        at="value"
    ),
    "a region of five digits": Spoilt(
        "parameters/place.toml", '"000001"', '"00001"', "wrong-type", '"00001"', "六位", at="value",
    ),
    "a pause the program needs": Spoilt(
        "pauses.toml", 'id = "coordination"', 'id = "coordinating"', "missing-pause", "", "coordination", at="top",
    ),
    "a reason the program needs": Spoilt(
        "reasons.toml", 'id = "not_accepted.not_needed"', 'id = "not_accepted.other"', "missing-reason", "",
        "not_needed", at="top"
    ),
    "a colour no certificate has": Spoilt(
        "grades.toml", '"green"', '"gold"', "wrong-type", '"gold"', "green、blue、yellow、red",
    ),
    "a grade the project's facts do not know": Spoilt(
        "grades.toml", 'grade = "A"', 'grade = "AAA"', "wrong-type", '"AAA"', "A、A-",
    ),
    "a prerequisite that does not exist": Spoilt(
        HOUSING, 'after = ["filing"]', 'after = ["file"]', "unknown-matter", "[[matter]]", "filing",
    ),
    "a matter that waits for itself": Spoilt(
        HOUSING, 'after = ["filing"]', 'after = ["road_occupation"]', "cycle", "[[matter]]",
    ),
    "a negative row of an unknown matter": Spoilt(
        "negative_list.toml", '["road_occupation"]', '["road"]', "unknown-matter", "negative.matter.1\"", at="before"
    ),
    "a matter that names an unknown row": Spoilt(
        HOUSING, "negative_rows = [1]", "negative_rows = [9]", "unknown-row", "[[matter]]",
    ),
    "a promised matter without any limit": Spoilt(
        "matters/development_reform.toml", 'handling = "instant"', 'handling = "promised"', "missing-limit",
        "[[matter]]"
    ),
    "a promise longer than the law": Spoilt(
        HOUSING, "value = 5", "value = 21", "promised-longer", "[[matter.promised]]",
    ),
    "an id written twice": Spoilt(
        "reasons.toml", "not_accepted.not_competent", "incomplete.material_missing", "duplicate-id", "", at="last",
    ),
    "two rows of one number": Spoilt(
        "negative_list.toml", 'part = "project"', 'part = "matter"', "duplicate-id", "negative.matter.1\"", at="before"
    ),
    "an exception that always holds": Spoilt(
        "negative_list.toml", 'when = "short_pipeline"', 'when = "always"', "exception", "[[row.exception]]",
        "永远不起作用"
    ),
    "bands with a hole": Spoilt(
        "grades.toml", "low = 60", "low = 61", "band", 'grade = "A"', "60 至 61 没有等级", at="before",
    ),
    "bands that overlap": Spoilt(
        "grades.toml", "high = 60", "high = 65", "band", 'grade = "A"', "60 至 65 有两个等级", at="before",
    ),
    "bands that end too early": Spoilt(
        "grades.toml", "high = 100", "high = 99", "band", 'grade = "A"', "到 100 分止", at="before",
    ),
    "bands that begin too late": Spoilt(
        "grades.toml", "low = 0", "low = 1", "band", 'grade = "D"', "从 0 分起", at="before",
    ),
    "a lowest band that is not the lowest": Spoilt(
        "grades.toml", "high = 100", "high = 100\nlowest = true", "band", 'grade = "A"', at="before",
    ),
    "a class without colour": Spoilt(
        "grades.toml", 'class = "A"', 'class = "B"', "band", 'grade = "A"', "底色", at="before",
    ),
    "point rules that leave an event out": Spoilt(
        "points.toml", 'type = "act"\npoints', 'type = "act"\nmatch = {article = "46"}\npoints', "rule-gap", "",
        "article=50", at="top"
    ),
    "point rules of equal weight": Spoilt(
        "points.toml",
        'type = "act"\npoints',
        'type = "act"\nmatch = {item = "unreported", article = ["46", "50"]}\npoints',
        "rule-ambiguous",
        "credit.5.unreported",
        at="before",
    ),
    "a point rule of an unknown type": Spoilt(
        "points.toml", '"cycle_completed"', '"cycle_done"', "unknown-type", "credit.5.cycle", at="before",
    ),
    "hall rules that leave a light out": Spoilt(
        "hall.toml", 'type = "light"', 'type = "light"\nmatch = {light = "red"}', "rule-gap", "", "light=yellow",
        at="top"
    ),
    "hall rules that both hold": Spoilt(
        "hall.toml", 'type = "review"\nmatch = {rating = "bad"}', 'type = "review"', "rule-ambiguous",
        "hall.6.bad_review", at="before"
    ),
    "a class that is not told whether it may promise": Spoilt(
        "measures.toml", REFUSED, REFUSED.replace("D", "A"), "gap", "", "等次 D", at="top",
    ),
    "a measure that contradicts another": Spoilt(
        "measures.toml", REFUSED, REFUSED.replace("D", "A"), "overlap", "measure.5.refused", at="before",
    ),
    "a rule that no case exercises": Spoilt(
        CASES, 'exercises = ["negative.project.1"]\n', "", "unexercised", "negative.project.1", at="negative",
    ),
    "a rule whose cases do not use it": Spoilt(
        CASES, 'exercises = ["measure.5.refused"]', 'exercises = ["measure.5.commitment"]', "unexercised", "",
        "measure.5.refused", at="measures"
    ),
    "a case that exercises nothing known": Spoilt(
        CASES, '["measure.5.refused"]', '["measure.5.refusal"]', "unknown-rule", '"measures.d"', at="before",
    ),
    "a case with a wrong answer": Spoilt(
        CASES, 'grade = "D", colour = "red"', 'grade = "A", colour = "red"', "case-failed", '"grade.just_d"',
        "应为 'A'，实为 'D'", at="before",
    ),
    "a case of an unknown fact": Spoilt(
        CASES, "pipelines_length_m = 101", "pipeline_m = 101", "unknown-fact", '"road.listed"', at="before",
    ),
    "a required parameter left out": Spoilt(
        PROCEDURE, 'id = "guidance.limit"', 'id = "guide.limit"', "missing-parameter", "", "guidance.limit",
        at="pack.toml",
    ),
    "a required parameter in another unit": Spoilt(
        PROCEDURE,
        'label = "前期辅导反馈期限"\nunit = "working_days"',
        'label = "前期辅导反馈期限"\nunit = "calendar_days"',
        "wrong-type",
        '"guidance.limit"',
        at="before",
    ),
    "a day of another year": Spoilt(
        "calendars/2026.toml", "on = 2026-10-10", "on = 2027-10-10", "wrong-type", "2027-10-10",
    ),
    "office hours out of order": Spoilt(
        "calendars/hours.toml", '["09:00", "12:00"]', '["12:00", "09:00"]', "wrong-type", "spans",
    ),
}  # fmt: skip


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT.keys())
def test_each_kind_of_fault_is_named_with_file_and_line(template: Copy, spoilt: Spoilt) -> None:
    template.replace(spoilt.file, spoilt.old, spoilt.new)
    file, line = spoilt.file, 1
    if spoilt.at == "before":
        line = template.line(file, f"id = {spoilt.marker}" if spoilt.marker.startswith('"') else spoilt.marker) - 1
    elif spoilt.at == "last":
        text = (template.folder / file).read_text(encoding="utf-8").splitlines()
        line = max(number for number, row in enumerate(text, 1) if row.startswith("[["))
    elif spoilt.at == "value":
        # The table of the value begins two lines above it.
        line = template.line(file, spoilt.marker) - 2
    elif spoilt.at == "negative":
        file, line = "negative_list.toml", template.line("negative_list.toml", "negative.project.1") - 1
    elif spoilt.at == "measures":
        file, line = "measures.toml", template.line("measures.toml", "measure.5.refused") - 1
    elif spoilt.at == "predicates":
        file, line = "predicates.py", template.line("predicates.py", spoilt.marker)
    elif spoilt.at == "pack.toml":
        file = "pack.toml"
    elif spoilt.at != "top":
        line = template.line(file, spoilt.marker)
    found = [fault for fault in template.errors() if fault.code == spoilt.code]
    assert (file, line) in {(fault.file, fault.line) for fault in found}, template.errors()
    assert any(spoilt.says in fault.message for fault in found if (fault.file, fault.line) == (file, line))


def test_a_threshold_that_no_case_exercises_is_named_where_it_stands(template: Copy) -> None:
    for rule in ("negative.matter.1", "negative.matter.1.short_pipeline"):
        template.replace(CASES, f'"{rule}", "threshold.pipeline_length"', f'"{rule}"')
    line = template.line("parameters/thresholds.toml", "[[parameter]]")
    assert [(f.code, f.file, f.line) for f in template.errors()] == [
        ("unexercised", "parameters/thresholds.toml", line)
    ]


def test_a_condition_may_compare_with_nothing_and_one(template: Copy) -> None:
    template.append("predicates.py", 'on_land = fact("land_area").gt(0)\nsome_money = fact("total_investment").ge(1)\n')
    assert template.errors() == []


def test_all_faults_are_found_at_once(template: Copy) -> None:
    template.replace(HOUSING, 'level = "county"', 'level = "village"')
    template.replace(HOURS, "#第四条", "#第四十条")
    template.replace("grades.toml", "low = 60", "low = 61")
    assert {fault.code for fault in template.errors()} == {"wrong-type", "unknown-citation", "band"}


def test_a_broken_record_causes_no_further_faults(template: Copy) -> None:
    template.replace(
        PROCEDURE,
        'label = "前期辅导反馈期限"\nunit = "working_days"',
        'label = "前期辅导反馈期限"\nunit = "fortnights"',
    )
    assert {fault.code for fault in template.errors()} == {"wrong-type"}


def test_a_circle_of_prerequisites_is_told_once_with_its_way(template: Copy) -> None:
    template.replace(
        "matters/development_reform.toml", 'kinds = ["filing"]', 'kinds = ["filing"]\nafter = ["road_occupation"]'
    )
    assert [(f.code, f.file) for f in template.errors()] == [("cycle", "matters/development_reform.toml")]
    assert "filing" in template.errors()[0].message
    assert "road_occupation" in template.errors()[0].message


def test_an_empty_list_of_citations_is_no_citation(template: Copy) -> None:
    template.replace(HOURS, 'cite = ["example-2026-1#第四条"]', "cite = []")
    assert [(f.code, f.line) for f in template.errors()] == [("missing-citation", template.line(HOURS, "cite = []"))]


def test_a_file_without_a_place_in_a_pack_is_a_fault(template: Copy) -> None:
    (template.folder / "parametres").mkdir()
    template.append("parametres/x.toml", "a = 1")
    assert [(f.code, f.file, f.line) for f in template.errors()] == [("unknown-file", "parametres/x.toml", 1)]


def test_a_folder_without_pack_is_told_so(template: Copy) -> None:
    (template.folder / "pack.toml").unlink()
    assert [(f.code, f.file) for f in template.errors()] == [("missing-file", "pack.toml")]
