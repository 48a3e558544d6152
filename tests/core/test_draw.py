"""The draw: the same for everybody who repeats it, exact in its quotas, blind to the order of lists, and without a
forbidden pair.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yinuo.core.draw import DrawError, draw, parse, quota, seed_digest, short_of, substitute, verify, written_value

SEED = bytes(range(32))
VALUE = "01 05 12 19 23 30 07"
RATES = {"fewer": "0.05", "normal": "0.1", "more": "0.3"}


def announced(seed: bytes = SEED, **changes: Any) -> dict[str, Any]:
    """Twelve projects of every rate, six inspectors of each of two departments;
    one of each must not meet project P03.
    """
    return {
        "format": "yinuo-draw/1", "plan": "双随机2026-1", "departments": ["housing", "emergency"], "team": 2,
        "rates": RATES,
        "projects": [
            {"project": f"P{n:02}", "unit": f"U{n % 7}", "rate": rate} for n, rate in enumerate(list(RATES) * 12)
        ],
        "directed": [{"project": "Q1", "unit": "U1", "reason": "complaint"}],
        "inspectors": [{"number": f"{n:02}", "department": ["housing", "emergency"][n % 2]} for n in range(12)],
        "conflicts": [{"project": "P03", "inspector": "00"}, {"project": "P03", "inspector": "01"}],
        "public_value": {"source": "双色球", "issue": "2026137", "on": "2026-12-01", "digits": 14},
        "seed_sha256": seed_digest(seed), **changes,
    }  # fmt: skip


def naive(data: dict[str, Any], seed: bytes, value: str) -> dict[str, Any]:
    """The same said again from the description alone; shares no code with the module."""

    def sha(text: str) -> str:
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    data = {**data, "departments": sorted(data["departments"])}
    for name, keys in {
        "projects": "project",
        "directed": "project",
        "inspectors": "number",
        "conflicts": "project inspector",
    }.items():
        data[name] = sorted(data[name], key=lambda row: [row[key] for key in keys.split()])
    whole = sha(json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    key = sha("\n".join(["yinuo-draw/1", whole, seed.hex(), "".join(c for c in value if c.isdigit())]))
    chosen, quotas = list(data["directed"]), {}
    for rate in data["rates"]:
        left = [row for row in data["projects"] if row["rate"] == rate]
        exact = Decimal(len(left)) * Decimal(data["rates"][rate])
        take = 0
        if left and exact:
            take = max(1, int(exact.to_integral_value(ROUND_HALF_UP)))
        quotas[rate] = {"drawn": take, "of": len(left)}
        for _ in range(take):
            best = min(left, key=lambda row: sha(f"{key}\nproject\n{row['project']}"))
            left.remove(best)
            chosen.append(best)
    times: dict[str, int] = {}
    answer: dict[str, Any] = {"quotas": quotas, "projects": [], "directed": []}
    for row in sorted(chosen, key=lambda row: sha(f"{key}\nproject\n{row['project']}")):
        team: list[str] = []
        for department in data["departments"]:
            for _ in range(data["team"]):
                free = [
                    one["number"]
                    for one in data["inspectors"]
                    if one["department"] == department
                    and one["number"] not in team
                    and {"project": row["project"], "inspector": one["number"]} not in data["conflicts"]
                ]
                team.append(min(free, key=lambda n: (times.get(n, 0), sha(f"{key}\ninspector\n{row['project']}\n{n}"))))
        for number in team:
            times[number] = times.get(number, 0) + 1
        answer["directed" if "reason" in row else "projects"].append({**row, "inspectors": team})
    return answer


@st.composite
def draws(make: Any) -> tuple[dict[str, Any], bytes]:
    """Any pools a plan may have, with enough people everywhere."""
    seed = make(st.binary(min_size=32, max_size=32))
    departments = make(
        st.lists(st.sampled_from(["housing", "emergency", "ecology"]), min_size=1, max_size=3, unique=True)
    )
    team = make(st.integers(1, 3))
    numbers = [f"{n:02}" for n in range(len(departments) * (team + 2))]
    codes = make(st.lists(st.integers(0, 400), max_size=40, unique=True))
    rates = make(st.lists(st.sampled_from(sorted(RATES)), min_size=len(codes), max_size=len(codes)))
    pairs = make(st.lists(st.sampled_from(codes), max_size=8)) if codes else []
    return announced(
        seed,
        departments=departments,
        team=team,
        projects=[{"project": f"P{code}", "unit": "U", "rate": rate} for code, rate in zip(codes, rates, strict=True)],
        inspectors=[
            {"number": number, "department": departments[n % len(departments)]} for n, number in enumerate(numbers)
        ],
        conflicts=[
            {"project": f"P{code}", "inspector": n}
            for code in set(pairs)
            for n in make(st.sets(st.sampled_from(numbers), max_size=2))
        ],
    ), seed


@settings(max_examples=60, deadline=None)
@given(draws(), st.randoms(use_true_random=False))
def test_everybody_who_repeats_a_draw_gets_the_same_whatever_the_order_of_the_lists(
    made: tuple[dict[str, Any], bytes], chance: random.Random
) -> None:
    data, seed = made
    once = draw(parse(data), seed, VALUE).to_json()
    assert once == naive(data, seed, VALUE)
    for name in ("projects", "inspectors", "conflicts", "departments"):
        chance.shuffle(data[name])
    assert draw(parse(data), seed, VALUE).to_json() == once
    assert all(check.ok for check in verify({"announcement": data, "seed": seed.hex(), "value": VALUE, "result": once}))


@settings(max_examples=60, deadline=None)
@given(draws())
def test_quotas_are_exact_teams_whole_and_nobody_meets_whom_they_must_not(made: tuple[dict[str, Any], bytes]) -> None:
    data, seed = made
    announcement = parse(data)
    result = draw(announcement, seed, VALUE)
    drawn = Counter(team.listed.rate for team in result.projects)
    for rate, (taken, of) in result.quotas.items():
        assert taken == drawn[rate] == quota(of, RATES[rate])
        assert (taken >= 1) == (of >= 1)
    assert [team.listed.project for team in result.directed] == ["Q1"]
    for team in (*result.projects, *result.directed):
        assert len(set(team.inspectors)) == announcement.team * len(announcement.departments)
        assert Counter(announcement.inspectors[number] for number in team.inspectors) == dict.fromkeys(
            announcement.departments, announcement.team
        )
        assert not {(team.listed.project, number) for number in team.inspectors} & announcement.conflicts


@pytest.mark.parametrize(
    ("count", "rate", "drawn"),
    [
        (0, "0.1", 0),
        (1, "0.1", 1),
        (14, "0.1", 1),
        (15, "0.1", 2),
        (24, "0.1", 2),
        (25, "0.1", 3),
        (7, "1", 7),
        (5, "0", 0),
        (3, "0.99", 3),
        (9, "1/6", 2),
    ],
)
def test_a_half_is_rounded_up_and_nobody_has_no_chance(count: int, rate: str, drawn: int) -> None:
    assert quota(count, rate) == drawn


def test_every_project_and_every_inspector_has_the_same_chance() -> None:
    """Chi-square over 600 fixed seeds: 35 and 5 degrees of freedom, both far below the bound of one in ten thousand."""
    projects: Counter[str] = Counter()
    inspectors: Counter[str] = Counter()
    rounds = 600
    for n in range(rounds):
        seed = hashlib.sha256(str(n).encode()).digest()
        data = announced(seed, rates={"normal": "0.1"}, conflicts=[])
        data["projects"] = [{**row, "rate": "normal"} for row in data["projects"]]
        result = draw(parse(data), seed, VALUE)
        projects.update(team.listed.project for team in result.projects)
        inspectors.update(number for team in result.projects[:1] for number in team.inspectors)
    expected = rounds * 4 / 36
    assert sum((projects[f"P{n:02}"] - expected) ** 2 / expected for n in range(36)) < 77
    for side in (0, 1):
        numbers = [f"{n:02}" for n in range(side, 12, 2)]
        expected = rounds * 2 / 6
        assert sum((inspectors[number] - expected) ** 2 / expected for number in numbers) < 26


def test_seed_lists_and_public_value_each_decide() -> None:
    data = announced()
    first = draw(parse(data), SEED, VALUE).to_json()
    other = bytes(reversed(SEED))
    assert draw(parse(announced(other)), other, VALUE).to_json() != first
    assert draw(parse(data), SEED, VALUE.replace("07", "08")).to_json() != first
    assert draw(parse({**data, "plan": "双随机2026-2"}), SEED, VALUE).to_json() != first
    with pytest.raises(DrawError, match="与公布的散列值不符"):
        draw(parse(data), other, VALUE)


def test_a_public_value_is_its_digits_however_it_is_printed() -> None:
    assert (
        written_value("01 05,12，19、23 30+07", 14)
        == written_value("０１０５１２１９２３３００７", 14)
        == "01051219233007"
    )
    for text in ("1 5 12 19 23 30 7", "01 05 12 19 23 30", "01 05 12 19 23 30 xx", ""):
        with pytest.raises(DrawError, match="应为 14 位数字"):
            written_value(text, 14)


def test_a_file_that_was_touched_is_found_out() -> None:
    data = announced()
    file = {
        "announcement": data,
        "announcement_sha256": parse(data).digest(),
        "seed": SEED.hex(),
        "value": VALUE,
        "result": draw(parse(data), SEED, VALUE).to_json(),
    }
    failed = lambda changed: [check.check for check in verify({**file, **changed}) if not check.ok]  # noqa: E731
    assert failed({}) == []
    assert failed({"result": {**file["result"], "projects": []}}) == ["result"]
    assert failed({"announcement": {**data, "conflicts": []}}) == ["announcement", "result"]
    assert failed({"value": VALUE.replace("07", "08")}) == ["result"]
    assert failed({"seed": bytes(32).hex()}) == ["seed", "seed"]
    assert failed({"value": "7"}) == ["value"]


def test_too_few_inspectors_are_named_before_and_refused_at_the_draw() -> None:
    barred = [{"project": "Q1", "inspector": f"{n:02}"} for n in (0, 2, 4, 6, 8)]
    made = parse(announced(conflicts=barred))
    assert short_of(made) == [("Q1", "housing", 1)]
    with pytest.raises(DrawError, match=r"项目 Q1：housing 回避以后只剩 1 名检查人员，应有 2 名"):
        draw(made, SEED, VALUE)


def test_who_comes_in_for_somebody_is_drawn_as_well() -> None:
    made = parse(announced())
    asked = {"project": "P03", "department": "housing"}
    first = substitute(made, SEED, VALUE, out={"02"}, **asked)
    assert first not in {"00", "02"}
    assert substitute(made, SEED, VALUE, out={"02", first}, **asked) != first
    with pytest.raises(DrawError, match="没有可以替换"):
        substitute(made, SEED, VALUE, out=set(made.inspectors), **asked)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"format": "x"}, "format"), ({"plan": ""}, "plan"), ({"team": True}, "team"), ({"team": 0}, "team"),
        ({"rates": {"normal": 0.1}}, "rates.normal"), ({"rates": {"normal": "1.1"}}, "rates.normal"),
        ({"rates": {}}, "projects"), ({"departments": []}, "departments"),
        ({"projects": [{"project": "P", "unit": "U"}]}, "projects[0].rate"),
        ({"projects": [{"project": "Q1", "unit": "U", "rate": "more"}]}, "projects"),
        ({"projects": [{"project": "a\nb", "unit": "U", "rate": "more"}]}, "projects[0].project"),
        ({"inspectors": "x"}, "inspectors"),
        ({"inspectors": [{"number": "1", "department": "housing"}] * 2}, "inspectors"),
        ({"inspectors": [{"number": "1", "department": "x"}]}, "inspectors"),
        ({"conflicts": [{"project": "nobody", "inspector": "00"}]}, "conflicts"),
        ({"seed_sha256": "A" * 64}, "seed_sha256"),
        ({"public_value": {"source": "s", "issue": "1", "on": "heute", "digits": 14}}, "public_value.on"),
        (
            {"public_value": {"source": "s", "issue": "1", "on": date(2026, 1, 1).isoformat(), "digits": 0}},
            "public_value.digits",
        ),
    ],
)  # fmt: skip
def test_what_cannot_have_been_announced_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(DrawError) as refused:
        parse(announced(**changes))
    assert refused.value.field == field
