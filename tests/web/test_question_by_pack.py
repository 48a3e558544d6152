"""A county adds a question: its pack alone is changed, and the question is asked, kept, shown, taken and decided by."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.api.test_api import key_for, post
from tests.apps import elsewhere
from tests.apps.county import facts
from tests.web.test_unit_filing import begin, fill
from tests.web.unit_desk import Desk, new_desk, value_of
from yinuo.core.pack.check import check, errors
from yinuo.deploy.packs import FOLDER
from yinuo.engine.rules import pack
from yinuo.rooms.projects.models import Draft, Project

LABEL, AMOUNT = "使用液氨制冷", "液氨充装量"
WORDS = "说明冷库和车间用不用液氨制冷"
FACTS = f"""
[[fact]]
path = "operation.ammonia"
type = "flag"
label = "{LABEL}"
help = "冷库、速冻车间等"

[[fact]]
path = "operation.ammonia_tonnes"
type = "decimal"
label = "{AMOUNT}"
unit = "吨"
example = "3.5"
"""
QUESTIONS = f"""
[[question]]
fact = "operation.ammonia"
missing = "{WORDS}"

[[question]]
fact = "operation.ammonia_tonnes"
when = {{ fact = "operation.ammonia", is = true }}
readers = ["emergency"]
"""
PREDICATE = """
uses_ammonia = fact("operation.ammonia").is_true()
"""
MATTER = """
[[matter]]
id = "ammonia_review"
name = "液氨制冷安全条件审查"
department = "emergency"
stage = "construction_permit"
kind = "行政许可"
level = "county"
handling = "promised"
pre_start = true
completion = false
needed = "uses_ammonia"
kinds = ["filing", "verification", "approval"]
after = []
basis = ["jzb-2023-16#正文·三(二)"]
content = "审查液氨制冷的安全条件。"
conditions = ["符合安全条件"]
process = ["提交申请", "作出决定"]
fee = "不收费"
supervision = "建成后检查。"
result = "审查意见"
provenance = "source"
from = 2023-02-20
promised = [{ value = 10, unit = "working", from = 2023-02-20, cite = ["jzb-2023-16#正文·三(三)"], provenance = "source" }]
material = [{ id = "ammonia_plan", name = "液氨制冷安全方案" }]
"""  # noqa: E501
ROW = """
[[row]]
id = "negative.matter.64"
part = "matter"
row = 64
department = "县应急局"
department_id = "emergency"
matter = "液氨制冷安全条件审查"
sub_matter = "无"
kind = "行政许可"
matters = ["ammonia_review"]
when = "uses_ammonia"
from = 2023-02-20
cite = ["jzb-2023-16#正文·三(二)"]
"""
CASE = """
[[case]]
id = "negative.matter.64"
ask = "listed"
as_of = 2026-03-02
exercises = ["negative.matter.64"]
cite = ["jzb-2023-16#正文·三(二)"]
provenance = "source"
facts = {row = "negative.matter.64", project = {operation = {ammonia = true}}}
expect = {listed = true}
"""


def append(folder: Path, file: str, text: str) -> None:
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


@pytest.fixture(scope="module")
def county_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real pack, copied, with one question, what follows from it, and a rule that reads it."""
    folder = tmp_path_factory.mktemp("packs") / "jishishan"
    shutil.copytree(FOLDER / "jishishan", folder, ignore=shutil.ignore_patterns("__pycache__"))
    added = {
        "facts.toml": FACTS,
        "form.toml": QUESTIONS,
        "predicates.py": PREDICATE,
        "matters/emergency.toml": MATTER,
        "negative_list.toml": ROW,
        "cases/negative_list.toml": CASE,
    }
    for file, text in added.items():
        append(folder, file, text)
    path = folder / "form.toml"
    text, last = path.read_text(encoding="utf-8"), '  "operation.needs_telecom",\n'
    assert text.count(last) == 2
    ours = '  "operation.ammonia",\n  "operation.ammonia_tonnes",\n'
    step, topic, rest = text.split(last)
    assert topic.startswith("]\n")
    step += f'{last}{ours}]\nrequired = ["operation.ammonia"]'
    path.write_text(f"{step}{topic[1:]}{last}{ours}{rest}", encoding="utf-8")
    return folder


@pytest.fixture
def desk(county_pack: Path, db: None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    settings.YINUO_PACK_DIR = county_pack
    elsewhere.forget()
    yield new_desk(monkeypatch)
    elsewhere.forget()


def test_the_changed_pack_has_no_fault(county_pack: Path) -> None:
    assert [f"{fault.where} {fault.message}" for fault in errors(check(county_pack))] == []


def test_no_line_of_python_knows_the_question() -> None:
    found = [path for path in (FOLDER.parent).rglob("*.py") if "ammonia" in path.read_text(encoding="utf-8")]
    assert found == []


def test_the_form_asks_it_wants_an_answer_in_the_countys_words_and_keeps_it(desk: Desk) -> None:
    draft_id = begin(desk)
    url = f"/filing/{draft_id}/operation/"
    page = desk.get(url)
    assert LABEL in page and "冷库、速冻车间等" in page
    assert set(re.findall(r'name="operation.ammonia" value="([^"]*)"', page)) == {"true", "false"}
    assert AMOUNT not in page
    refused = desk.post(url, {"version": value_of(page, "version")}, status=200).content.decode()
    assert WORDS in refused
    there = desk.post(url, {"operation.ammonia": "true", "version": value_of(page, "version")})
    assert there.headers["Location"].endswith("operation/#id_operation.ammonia_tonnes")
    page = desk.get(url)
    assert AMOUNT in page and "例如 3.5" in page
    sent = {"operation.ammonia": "true", "operation.ammonia_tonnes": "4", "version": value_of(page, "version")}
    desk.post(url, sent)
    kept = Draft.objects.get().facts["operation"]
    assert (kept["ammonia"], kept["ammonia_tonnes"]) == (True, "4")


def test_the_check_before_sending_shows_it_and_the_filed_project_keeps_it(desk: Desk) -> None:
    draft_id = begin(desk)
    answers = {"operation.ammonia": "true", "operation.ammonia_tonnes": "4"}
    url = f"/filing/{draft_id}/operation/"
    desk.post(url, {**answers, "version": value_of(desk.get(url), "version")})
    fill(desk, draft_id, operation=answers)
    page = desk.get(f"/filing/{draft_id}/check/")
    assert re.search(rf"{LABEL}</dt>\s*<dd[^>]*>.{{0,40}}是", page, re.S)
    assert AMOUNT in page
    desk.post(f"/filing/{draft_id}/check/", {"pledge": "on", "version": value_of(page, "version")})
    project = Project.objects.get()
    assert project.facts["operation"]["ammonia"] is True
    shown = desk.official().get(f"/staff/projects/{project.pk}/").content.decode()
    assert LABEL in shown
    assert AMOUNT in shown


def test_a_change_of_the_project_asks_it_too(desk: Desk) -> None:
    made = post("/projects", {"facts": facts(operation={"ammonia": True}), "pledged": True}, key_for(desk.company))
    page = desk.get(f"/projects/{made.json()['project']['id']}/amend/operation/")
    assert LABEL in page and AMOUNT in page


def test_the_interface_takes_it_gives_it_back_and_refuses_what_is_none(desk: Desk) -> None:
    secret = key_for(desk.company)
    schema = Client().get("/api/v1/rules/project-schema").json()
    assert schema["properties"]["operation"]["properties"]["ammonia"]["title"] == LABEL
    wrong = post("/projects", {"facts": facts(operation={"ammonia": "很多"}), "pledged": True}, secret, key="wrong")
    assert wrong.status_code == 422
    assert LABEL in wrong.json()["errors"]["operation.ammonia"]
    made = post("/projects", {"facts": facts(operation={"ammonia": True}), "pledged": True}, secret)
    assert made.status_code == 201, made.content
    number = made.json()["project"]["id"]
    assert Project.objects.get(pk=number).facts["operation"]["ammonia"] is True
    changes = {"changes": {"operation": {"ammonia_tonnes": "4"}}, "reason": "设备调整"}
    assert post(f"/projects/{number}/amend", changes, secret, key="amend").status_code == 200
    assert Project.objects.get(pk=number).facts["operation"]["ammonia_tonnes"] == "4"


@pytest.mark.parametrize(
    ("ammonia", "needed", "listed"), [(True, "yes", True), (False, "no", False), (None, "unknown", None)]
)
def test_a_rule_decides_by_it(desk: Desk, ammonia: bool | None, needed: str, listed: bool | None) -> None:
    answer = post("/rules/screen", {"facts": facts(operation={"ammonia": ammonia})}).json()
    row: dict[str, Any] = next(row for row in answer["matters"] if row["id"] == "ammonia_review")
    assert (row["needed"], row["listed"]) == (needed, listed)
    assert ("operation.ammonia" in row["missing"]) is (ammonia is None)
    assert any(LABEL in why for why in row["why"])


def test_the_self_check_and_the_question_of_a_promise_ask_it(desk: Desk) -> None:
    page = Client().get("/check/operation/?kind=filing").content.decode()
    assert re.search(rf'value="ammonia"[^>]*><label[^>]*>{LABEL}', page)
    result = Client().get("/check/result/?kind=filing&y=ammonia&on=2026-11-06").content.decode()
    assert "液氨制冷安全条件审查" in result
    question = "/rules/ask/?matter=ammonia_review&kind=filing&grade=A&f.operation.ammonia="
    asked = Client().get(f"{question}yes").content.decode()
    assert 'name="f.operation.ammonia"' in asked
    assert "列入负面清单" in asked
    assert "不在负面清单" in Client().get(f"{question}no").content.decode()


def test_the_real_county_does_not_ask_it() -> None:
    assert "operation.ammonia" not in pack().facts
