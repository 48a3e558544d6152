"""What the house promises about itself that no import can show."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from yinuo.core.pack.load import load
from yinuo.deploy import packs

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "src" / "yinuo"
# The styleguide shows examples, as a picture would.
SHOWN = SOURCE / "ui" / "styleguide"


def _texts(*floors: str) -> list[Path]:
    endings = {".py", ".html", ".typ", ".css", ".js"}
    return [
        file
        for floor in floors
        for file in (SOURCE / floor).rglob("*")
        if file.suffix in endings and not file.is_relative_to(SHOWN)
    ]


def test_only_deploy_names_a_pack() -> None:
    names = re.compile("|".join(packs.names()), re.IGNORECASE)
    naming = [
        str(file.relative_to(SOURCE))
        for file in _texts("core", "engine", "rooms", "ui", "faces", "site")
        if names.search(file.read_text(encoding="utf-8"))
    ]
    assert naming == []


def test_nothing_below_deploy_names_what_the_pack_names_by_its_roles() -> None:
    roles = load(packs.directory(packs.DEFAULT)).roles
    ids = [
        roles.filing_department,
        roles.window_department,
        roles.filing_matter,
        roles.land_supply_matter,
        roles.document,
    ]
    named = re.compile(rf"\b({'|'.join(ids)})\b")
    found = {
        f"{file.relative_to(SOURCE)}: {name}"
        for file in _texts("core", "engine", "rooms", "ui", "faces", "site")
        for name in named.findall(file.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_every_known_pack_is_there() -> None:
    for name in packs.names():
        assert (packs.directory(name) / "pack.toml").is_file()


def test_a_pack_can_be_given_as_a_folder_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").touch()
    assert packs.directory(str(tmp_path)) == tmp_path
    with pytest.raises(packs.UnknownPack, match="没有名为“atlantis”的规则包；可用：jishishan"):
        packs.directory("atlantis")


def test_every_dependency_is_locked_with_its_hash() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {re.split(r"[\[<>=!~ ;]", requirement, maxsplit=1)[0].lower() for requirement in wanted} - {project["name"]}
    # The anchor's library has a lock of its own: who only runs the platform fetches none of it.
    lock = "".join((REPOSITORY / f"requirements{extra}.lock").read_text(encoding="utf-8") for extra in ("", "-anchor"))
    locked = dict(re.findall(r"^([\w.-]+)==[^\n]*\\\n    --hash=(sha256:[0-9a-f]{64})", lock, re.MULTILINE))
    assert names <= {name.lower() for name in locked}, names - set(locked)
    pinned = re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)
    assert set(pinned) == set(locked), "a version without a hash"


def test_both_readmes_name_the_two_commands_and_each_other() -> None:
    for own, other in (("README.md", "README.en.md"), ("README.en.md", "README.md")):
        text = (REPOSITORY / own).read_text(encoding="utf-8")
        assert "make run" in text
        assert "make test" in text
        assert f"]({other})" in text


def test_every_variable_an_operator_may_set_is_in_both_readmes() -> None:
    used: set[str] = set()
    for file in (SOURCE / "config/settings.py", SOURCE / "deploy/paths.py", SOURCE / "deploy/secret.py"):
        used |= set(re.findall(r'"(YINUO_[A-Z_]+)"', file.read_text(encoding="utf-8")))
    for own in ("README.md", "README.en.md"):
        text = (REPOSITORY / own).read_text(encoding="utf-8")
        missing = {name for name in used if f"`{name}`" not in text and not name.startswith("YINUO_SMTP_")}
        assert not missing, own


def test_a_built_package_carries_every_file_of_the_packs() -> None:
    patterns = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "package-data"
    ]["yinuo"]
    carried = {file for pattern in patterns for file in SOURCE.glob(pattern)}
    kept = {file for file in (SOURCE / "packs").rglob("*") if file.is_file() and "__pycache__" not in file.parts}
    assert any(file.name == "predicates.py" for file in kept)
    assert kept - carried == set()
