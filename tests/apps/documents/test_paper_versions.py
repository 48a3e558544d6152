"""What is released of a paper stays: its template, what it imports, and the shape of its data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal, TypedDict

import pytest

from yinuo.engine.documents import versions
from yinuo.engine.register import paper_names, shapes

WHAT_TO_DO = (
    "文书的模板、数据或者字体变了。0.9.0 以前：看过样张以后运行 `python -m yinuo.engine.documents.versions`。"
    "自 0.9.0 起：已发布的版本不改，改动另存为新的版本（docs/papers.md）。"
)


def test_every_released_version_is_as_it_was_released() -> None:
    assert versions.changed(versions.registry()[1], versions.digests()) == [], WHAT_TO_DO


def test_every_version_there_is_is_registered() -> None:
    assert versions.registry()[1] == versions.digests(), WHAT_TO_DO


def test_every_kind_of_paper_has_a_template_for_each_version_and_no_version_is_left_out() -> None:
    assert paper_names().keys() <= shapes().keys()
    for kind, numbers in shapes().items():
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), kind
        assert all(versions.template(kind, number).is_file() for number in numbers), kind


def test_a_template_imports_a_version_by_its_number_so_that_what_is_shared_is_fixed_too() -> None:
    for file in (file for folder in versions.folders().values() for file in folder.glob("*.typ")):
        for path in re.findall(r'(?:import|include|read|image)\(?\s*"([^"]+)"', file.read_text(encoding="utf-8")):
            assert re.fullmatch(r"\.\./\w+/\d+\.typ", path), (file, path)
            assert (file.parent / path).is_file()


@pytest.mark.parametrize(
    ("known", "now", "moved"),
    [
        ({"a": {"1.typ": "x"}}, {"a": {"1.typ": "x", "2.typ": "y"}}, []),
        ({"a": {"1.typ": "x"}}, {"a": {"1.typ": "z"}}, ["a/1.typ"]),
        ({"a": {"1.typ": "x"}}, {}, ["a/1.typ"]),
    ],
)
def test_a_new_version_changes_nothing_released_but_an_edit_or_a_removal_does(
    known: Any, now: Any, moved: list[str]
) -> None:
    assert versions.changed(known, now) == moved


@pytest.mark.parametrize("fixed", [False, True])
def test_what_is_fixed_is_not_registered_with_another_digest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fixed: bool
) -> None:
    registry = tmp_path / "released.toml"
    monkeypatch.setattr(versions, "RELEASED", registry)
    versions.write("0.9.0" if fixed else "")
    assert versions.registry() == ("0.9.0" if fixed else "", versions.digests())
    registry.write_text(
        registry.read_text(encoding="utf-8").replace('"1.typ" = "', '"1.typ" = "0', 1), encoding="utf-8"
    )
    if fixed:
        with pytest.raises(SystemExit, match=r"自 0.9.0 起.*acceptance_notice/1\.typ"):
            versions.write()
    else:
        versions.write()
        assert versions.registry() == ("", versions.digests())


class Line(TypedDict):
    text: str


class Old(TypedDict):
    lines: list[Line]
    kind: Literal["a", "b"] | None


class Wider(Old):
    note: str


class LineOfTwo(Line):
    by: str


class Deeper(TypedDict):
    lines: list[LineOfTwo]
    kind: Literal["a", "b"] | None


def test_a_new_key_or_another_type_is_another_shape() -> None:
    assert versions.outline(Old) == {
        "lines": {"list": [{"text": "str"}]},
        "kind": {"either": [{"one of": ["a", "b"]}, None]},
    }
    assert versions.outline(Old) != versions.outline(Wider)
    assert versions.outline(Old) != versions.outline(Deeper)
