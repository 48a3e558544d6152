"""Loading: typed, exact, with places, and the same hash for the same files only."""

from __future__ import annotations

import shutil
import time
from datetime import date
from datetime import time as clock
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from yinuo.core.dated import Gap
from yinuo.core.facts import ALWAYS
from yinuo.core.pack.faults import PackError
from yinuo.core.pack.load import load, pack_hash
from yinuo.core.pack.types import Pack

PACKS = Path(__file__).resolve().parents[3] / "src/yinuo/packs"
DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load(PACKS / "_template")


def copy(tmp_path: Path) -> Path:
    shutil.copytree(PACKS / "_template", tmp_path / "p", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "p"


def test_records_are_typed_and_know_their_place(pack: Pack) -> None:
    road = pack.matters["road_occupation"]
    text = (PACKS / "_template/matters/housing.toml").read_text(encoding="utf-8").splitlines()
    assert road.where == f"matters/housing.toml:{text.index('[[matter]]') + 1}"
    limit = road.statutory_at(DAY)
    assert limit is not None
    assert (limit.value, limit.unit, limit.extendable_by) == (20, "working", 10)
    assert limit.where == f"matters/housing.toml:{text.index('[[matter.statutory]]') + 1}"
    assert road.after == ("filing",)
    assert [material.main for material in road.materials] == [True, False]


def test_numbers_are_exact(pack: Pack) -> None:
    assert pack.share("light.warn_share", DAY) == Fraction(1, 5)
    assert pack.share("kpi.commitment_share", DAY) == Fraction(3, 5)
    assert pack.decimal("credit.score_max", DAY) == Decimal(100)
    assert pack.integer("guidance.limit", DAY) == 2
    assert next(rule.points for rule in pack.hall_rules if rule.id == "hall.6.good_review") == Decimal("0.1")


def test_toml_fractions_are_read_as_decimals(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    hall = folder / "hall.toml"
    hall.write_text(hall.read_text(encoding="utf-8").replace('points = "0.1"', "points = 0.1"), encoding="utf-8")
    assert next(rule.points for rule in load(folder).hall_rules if rule.id == "hall.6.good_review") == Decimal("0.1")


def test_predicates_are_known_by_name(pack: Pack) -> None:
    assert pack.predicates["always"] is ALWAYS
    assert pack.predicates["occupies_road"]({"construction": {"road_excavation": True}}).value is True
    assert pack.predicates["occupies_road"]({}).missing == {"construction.road_excavation"}


def test_the_calendar_holds_days_years_and_hours(pack: Pack) -> None:
    assert pack.calendar.published_years == {2026}
    assert pack.calendar.days[date(2026, 10, 10)].working
    assert pack.calendar.hours[0].hours == ((clock(9), clock(12)), (clock(13, 30), clock(17, 30)))


def test_a_parameter_before_its_first_value_is_a_gap(pack: Pack) -> None:
    with pytest.raises(Gap, match=r"guidance\.limit"):
        pack.integer("guidance.limit", date(2025, 12, 31))


def test_the_hash_changes_with_every_byte_and_name_and_with_nothing_else(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    before = pack_hash(folder)
    assert before == load(folder).hash == pack_hash(PACKS / "_template")
    (folder / "__pycache__").mkdir()
    (folder / "CHANGELOG.md").write_text("x", encoding="utf-8")
    assert pack_hash(folder) == before
    (folder / "pauses.toml").rename(folder / "pause.toml")
    renamed = pack_hash(folder)
    (folder / "pause.toml").rename(folder / "pauses.toml")
    (folder / "predicates.py").write_bytes((folder / "predicates.py").read_bytes() + b"\n")
    assert len({before, renamed, pack_hash(folder)}) == 3


def test_two_packs_keep_their_own_predicates(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    first = load(folder)
    file = folder / "predicates.py"
    file.write_text(file.read_text(encoding="utf-8").replace('"gas", ', ""), encoding="utf-8")
    second = load(folder)
    facts = {"construction": {"pipeline_kind": "gas", "pipelines_length_m": 50}}
    assert [p.condition("short_pipeline", DAY)(facts).value for p in (first, second)] == [True, False]
    assert not list(folder.rglob("*.pyc"))


def test_loading_stops_at_a_fault_and_names_its_place(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    file = folder / "pauses.toml"
    text = file.read_text(encoding="utf-8").replace("longest = 30", "longest = -1")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load(folder)
    assert caught.value.line == text.splitlines().index("longest = -1") + 1
    assert caught.value.file == str(file)
    assert "不小于 0" in caught.value.message


def test_a_folder_without_pack_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"pack\.toml"):
        load(tmp_path)


def test_the_county_s_pack_loads_within_a_second_of_processor_time() -> None:
    begun = time.process_time()
    pack = load(PACKS / "jishishan")
    assert time.process_time() - begun < 1
    assert len(pack.negative) == 74
