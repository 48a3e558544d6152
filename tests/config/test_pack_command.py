"""`yinuo pack` from the outside: answers, exit codes, one line on stderr for wrong input."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from yinuo.deploy.cli import main
from yinuo.deploy.packs import FOLDER

TEMPLATE = FOLDER / "_template"
HEARD = 'longest = 30\nlongest_unit = "working"\nstops_statutory = true\nfrom = '


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(TEMPLATE, tmp_path / "county", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "county"


class Yinuo:
    """Runs the command and keeps what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = ""
        self.err = ""

    def __call__(self, *arguments: str | Path) -> int:
        with pytest.raises(SystemExit) as end:
            main(["pack", *map(str, arguments)])
        self.out, self.err = self._capsys.readouterr()
        assert isinstance(end.value.code, int)
        return end.value.code

    def json(self, *arguments: str | Path) -> Any:
        self(*arguments, "--json")
        return json.loads(self.out)


@pytest.fixture
def yinuo(capsys: pytest.CaptureFixture[str]) -> Yinuo:
    return Yinuo(capsys)


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def test_a_good_pack_passes_and_its_notices_are_told(yinuo: Yinuo, folder: Path) -> None:
    assert yinuo("check", folder) == 0
    assert f"{folder}/sources/example-2026-1.toml:1: 提示 unverified" in yinuo.out
    assert "没有问题，2 处提示" in yinuo.out


def test_a_fault_is_told_with_its_place_and_ends_with_1(yinuo: Yinuo, folder: Path) -> None:
    edit(folder, "pauses.toml", "longest = 30\n", "")
    assert yinuo("check", folder) == 1
    assert yinuo.out.startswith(f"{folder}/pauses.toml:1: 问题 missing-key：缺少 longest")
    answer = yinuo.json("check", folder)
    assert answer["valid"] is False
    assert answer["errors"] == 1
    assert answer["faults"][0] == {
        "file": "pauses.toml",
        "line": 1,
        "code": "missing-key",
        "message": "缺少 longest",
        "severity": "error",
    }


@pytest.mark.parametrize(
    "arguments", [("check", "nowhere"), ("show", "review.limit", "--as-of", "yesterday"), ("new", "Großkreis")]
)
def test_wrong_input_is_one_line_and_ends_with_2(yinuo: Yinuo, arguments: tuple[str, ...]) -> None:
    assert yinuo(*arguments) == 2
    assert yinuo.err.count("\n") == 1
    assert yinuo.out == ""


def test_a_folder_without_pack_is_wrong_input(yinuo: Yinuo, tmp_path: Path) -> None:
    assert yinuo("check", tmp_path) == 2
    assert "pack.toml" in yinuo.err


def test_a_new_pack_passes_the_check_under_its_own_name(yinuo: Yinuo, tmp_path: Path) -> None:
    assert yinuo("new", "second_county", "--into", tmp_path) == 0
    assert yinuo("check", tmp_path / "second_county") == 0
    assert 'id = "second_county"' in (tmp_path / "second_county/pack.toml").read_text(encoding="utf-8")
    assert yinuo("new", "second_county", "--into", tmp_path) == 2


def test_a_parameter_is_shown_as_of_a_day_with_its_article(yinuo: Yinuo, folder: Path) -> None:
    assert yinuo("show", "guidance.limit", "--pack", folder, "--as-of", "2026-03-02") == 0
    assert "2 个工作日" in yinuo.out
    assert "示政发〔2026〕1号·第四条" in yinuo.out
    assert yinuo("show", "guidance.limit", "--pack", folder, "--as-of", "2025-12-31") == 1
    assert "没有生效的规定" in yinuo.out


def test_a_matter_is_shown_whole(yinuo: Yinuo, folder: Path) -> None:
    answer = yinuo.json("show", "road_occupation", "--pack", folder, "--as-of", "2026-03-02")
    said = {row["key"].partition(".")[2]: row["says"] for row in answer["says"]}
    assert said["statutory"] == "20 个工作日，可延长 10"
    assert said["promised"] == "5 个工作日"
    assert said["offer"] == "实行"
    assert answer["where"] == "matters/housing.toml:1"


def test_an_unknown_id_names_the_nearest_known_one(yinuo: Yinuo, folder: Path) -> None:
    assert yinuo("show", "guidance.limits", "--pack", folder) == 2
    assert "是否指 guidance.limit" in yinuo.err


def test_a_difference_says_from_when_for_whom_and_by_which_article(yinuo: Yinuo, folder: Path, tmp_path: Path) -> None:
    second = tmp_path / "second"
    shutil.copytree(folder, second)
    ended = (
        'value = 5\nunit = "working"\nfrom = 2026-01-01\nto = 2026-07-01\ncite = '
        '["example-2026-1#第四条"]\nprovenance = "source"\n'
    )
    after = ended.replace("value = 5", "value = 3").replace("from = 2026-01-01\nto = 2026-07-01", "from = 2026-07-01")
    before = ended.replace("to = 2026-07-01\n", "")
    edit(second, "matters/housing.toml", before, f"{ended}\n[[matter.promised]]\n{after}")
    changes = yinuo.json("diff", folder, second)["changes"]
    assert [(c["from"], c["to"], c["before"], c["after"]) for c in changes] == [
        ("2026-07-01", None, "5 个工作日", "3 个工作日")
    ]
    assert changes[0]["whom"] == "须办理“占用挖掘城市道路审批”的备案类项目"
    assert changes[0]["cites"] == ["example-2026-1#第四条"]
    assert yinuo("diff", folder, second) == 0
    assert yinuo.out.startswith("自 2026-07-01 起\n")
    assert yinuo.json("diff", folder, folder)["changes"] == []


def test_a_condition_that_changed_its_meaning_is_a_difference(yinuo: Yinuo, folder: Path, tmp_path: Path) -> None:
    second = tmp_path / "second"
    shutil.copytree(folder, second)
    edit(second, "predicates.py", '"gas", ', "")
    changes = yinuo.json("diff", folder, second)["changes"]
    assert [change["key"] for change in changes] == ["row:negative.matter.1"]
    assert "供气" in changes[0]["before"]
    assert "供气" not in changes[0]["after"]


def test_a_threshold_that_moved_is_a_difference_wherever_a_condition_reads_it(
    yinuo: Yinuo, folder: Path, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    shutil.copytree(folder, second)
    moved = (
        'to = 2026-07-01\nvalue = 100\ncite = ["example-2026-1#附件"]\n\n[[parameter.value]]\nfrom = '
        "2026-07-01\nvalue = 200"
    )
    edit(second, "parameters/thresholds.toml", "value = 100", moved)
    changes = {change["key"]: change for change in yinuo.json("diff", folder, second)["changes"]}
    assert changes.keys() == {"row:negative.matter.1", "parameter:threshold.pipeline_length"}
    row = changes["row:negative.matter.1"]
    assert row["from"] == "2026-07-01"
    assert "管线长度不超过 100 米" in row["before"]
    assert "管线长度不超过 200 米" in row["after"]


def test_a_pack_ended_earlier_and_begun_later_differs_only_in_between(
    yinuo: Yinuo, folder: Path, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    shutil.copytree(folder, second)
    edit(second, "pauses.toml", f"{HEARD}2026-01-01", f"{HEARD}2026-04-01")
    changes = yinuo.json("diff", folder, second)["changes"]
    assert [(c["key"], c["from"], c["to"], c["after"]) for c in changes] == [
        ("pause:expert_review", "2026-01-01", "2026-04-01", None)
    ]


def test_a_release_fixes_the_values_until_the_version_moves(yinuo: Yinuo, folder: Path) -> None:
    assert yinuo.json("release", folder)["released"] is True
    assert yinuo.json("release", folder)["released"] is False
    edit(folder, "pauses.toml", "longest = 30", "longest = 31")
    assert yinuo("release", folder) == 1
    assert "已经发布，不得改动" in yinuo.err
    edit(folder, "pauses.toml", "longest = 31", "longest = 30")
    with (folder / "pauses.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[[pause]]\nid = "hearing"\nlabel = "听证"\nlongest = 30\nlongest_unit = '
            '"working"\nstops_statutory = true\n'
        )
        file.write('from = 2026-05-01\ncite = ["example-2026-1#第四条"]\n')
    assert yinuo("release", folder) == 1
    assert "version" in yinuo.err
    edit(folder, "pack.toml", '"2026.1"', '"2026.2"')
    answer = yinuo.json("release", folder)
    assert (answer["previous"], answer["pack"]["version"]) == ("2026.1", "2026.2")


def test_a_pack_with_faults_is_not_released(yinuo: Yinuo, folder: Path) -> None:
    edit(folder, "pauses.toml", "longest = 30\n", "")
    assert yinuo("release", folder) == 1
    assert not (folder / "released.json").exists()


def test_the_schema_of_project_facts_is_printed(yinuo: Yinuo) -> None:
    assert yinuo("schema") == 0
    assert json.loads(yinuo.out)["properties"]["total_investment"]["title"] == "总投资"


def test_the_schema_kept_in_the_repository_is_the_one_the_program_prints(yinuo: Yinuo) -> None:
    kept = (Path(__file__).resolve().parents[2] / "schema/project.schema.json").read_text(encoding="utf-8")
    assert yinuo("schema") == 0
    assert kept == yinuo.out, "run: make schema"


def test_the_operators_pack_is_the_default_of_every_question(
    yinuo: Yinuo, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YINUO_PACK", str(folder))
    assert yinuo.json("check")["pack"] == "county"
    assert yinuo.json("show", "guidance.limit")["pack"]["id"] == "template"
    assert yinuo.json("show", "guidance.limit", "--pack", "jishishan")["pack"]["id"] == "jishishan"
    for command in (["policy", "grade", "86"], ["calendar", "show", "2026"]):
        with pytest.raises(SystemExit):
            main([*command, "--json"])
        answer = json.loads(capsys.readouterr().out)
        assert "jishishan" not in json.dumps(answer), command
        assert command[0] != "policy" or answer["grade"] == "A"
    monkeypatch.setenv("YINUO_PACK", "")
    assert yinuo.json("show", "guidance.limit")["pack"]["id"] == "jishishan"
