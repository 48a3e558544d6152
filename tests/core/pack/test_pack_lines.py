"""The line locator agrees with what tomllib reads, whatever way the text is written."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from yinuo.core.pack.lines import Lines, Path

TEXT = '''# comment with = and [brackets]
top = 1
long = """
[not.a.table]
key = 2
"""

[[matter]]
id = "x" # comment
limits = [
  {value = 1, unit = "working"},
  # between
  {value = 2, unit = 'calendar'},
]
[[matter.step]]
name = "a#b]["
[matter.moves]
"quoted key" = "s"
dotted.inner = 2023-02-20
[[matter]]
id = "y"
[[matter.step]]
name = "c"
[[matter.step]]
name = "d"
'''


def line_of(text: str, needle: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if needle in line)


def test_tables_keys_and_elements_have_their_own_lines() -> None:
    lines = Lines(TEXT)
    wanted = {
        ("top",): "top = 1",
        ("long",): "long =",
        ("matter", 0, "id"): 'id = "x"',
        ("matter", 0, "limits", 1, "unit"): "value = 2,",
        ("matter", 0, "step", 0, "name"): 'name = "a#b]["',
        ("matter", 0, "moves", "quoted key"): '"quoted key"',
        ("matter", 0, "moves", "dotted", "inner"): "dotted.inner",
        ("matter", 1, "id"): 'id = "y"',
        ("matter", 1, "step", 0, "name"): 'name = "c"',
        ("matter", 1, "step", 1, "name"): 'name = "d"',
    }
    assert {path: lines.of(path) for path in wanted} == {path: line_of(TEXT, needle) for path, needle in wanted.items()}


def test_an_absent_key_has_the_line_of_its_table() -> None:
    assert Lines(TEXT).of(("matter", 1, "step", 1, "absent")) == len(TEXT.splitlines()) - 1
    assert Lines(TEXT).of(("nowhere",)) == 1


NAMES = st.text("abcdefgh", min_size=1, max_size=4)
VALUES = st.recursive(
    st.one_of(st.integers(0, 99), st.booleans(), st.text('ab#[]{}=,."\\ ', max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
PADDING = st.sampled_from(["", "\n", "# a = [ {\n", "\n\n"])


def write(value: Any, gap: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + "".join(f"\n{gap}{write(item, gap)}," for item in value) + "\n]"
    return (
        "{" + ", ".join(f"{key} = {write(item, '')}" for key, item in value.items()) + "}"
        if not _multiline(value)
        else '"flat"'
    )


def _multiline(value: Any) -> bool:
    """TOML wants an inline table on one line: one that holds a list (which we break) is left out."""
    return any(isinstance(item, list) or (isinstance(item, dict) and _multiline(item)) for item in value.values())


@given(st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), min_size=1, max_size=4), PADDING)
def test_every_key_of_every_record_stands_on_the_line_found_for_it(records: list[dict[str, Any]], gap: str) -> None:
    rows: list[str] = []
    wanted: dict[Path, int] = {}
    for number, record in enumerate(records):
        rows.append(f"{gap}[[row]]")
        for key, value in record.items():
            wanted[("row", number, key)] = "\n".join(rows).count("\n") + 2
            rows.append(f"{key} = {write(value, gap)}")
    text = "\n".join(rows) + "\n"
    assert len(tomllib.loads(text)["row"]) == len(records)
    lines = Lines(text)
    assert {path: lines.of(path) for path in wanted} == wanted
