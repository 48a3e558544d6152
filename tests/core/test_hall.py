"""附件7·第十八、二十、二十一条: a hall's score against a second, naive implementation."""

import calendar
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.probe import EVER, a_pack, a_parameter
from yinuo.core.credit import EventError
from yinuo.core.dated import Gap
from yinuo.core.hall import HallFact, HallState, apply, fold
from yinuo.core.pack.types import Pack

PACK = a_pack()
D = Decimal
START = date(2026, 1, 15)


def event(type_: str, on: date = START, hall: str = "A", **detail: Any) -> HallFact:
    return HallFact(hall, on, type_, detail)


def only(pack: Pack, fact: HallFact) -> Decimal:
    return fold(["A"], [fact], pack).points[0].points


@pytest.mark.parametrize(("level", "points"), [(5, "0.1"), (4, "0.1"), (3, "0"), (2, "-0.5"), (1, "-0.5")])
def test_reviews_count_by_the_levels_the_pack_calls_good_and_bad(pack: Pack, level: int, points: str) -> None:
    assert only(pack, event("review", matter="m", level=level)) == D(points)


@pytest.mark.parametrize(
    ("kind", "days", "approval_days", "points"),
    [
        ("filing", 40, 40, "0.5"), ("filing", 41, 41, "0"), ("filing", 200, 90, "0"), ("filing", 200, 91, "-1"),
        ("verification", 90, 90, "0.5"), ("verification", 91, 91, "0"), ("approval", 90, 10, "0.5"),
        ("approval", 200, 200, "0"),
    ],
)  # fmt: skip
def test_landing_counts_by_kind_and_days(pack: Pack, kind: str, days: int, approval_days: int, points: str) -> None:
    assert only(pack, event("landed", project="p", kind=kind, days=days, approval_days=approval_days)) == D(points)


@pytest.mark.parametrize(
    ("track", "points"),
    [("agency", "0.3"), ("standard_land", "0.3"), ("mock", "0.2"), ("deficient", "0.2"), ("land_list", "0.2")],
)
def test_praised_tracks_count_as_named(pack: Pack, track: str, points: str) -> None:
    assert only(pack, event("track_praised", project="p", track=track)) == D(points)


def test_a_light_counts_once_per_matter_and_red_does_not_undo_yellow(pack: Pack) -> None:
    lights = ["yellow", "yellow", "red", "red"]
    result = fold(
        ["A"], [event("light", START + timedelta(i), matter="m", light=light) for i, light in enumerate(lights)], pack
    )
    assert [point.points for point in result.points] == [D("-0.1"), 0, D("-0.3"), 0]
    assert result.halls["A"].months == {"2026-01": D("99.6")}
    assert "只计一次" in result.points[1].why


def test_a_track_of_a_project_counts_once_but_two_tracks_count_both(pack: Pack) -> None:
    tracks = ["mock", "mock", "agency"]
    result = fold(["A"], [event("track_praised", project="p", track=track) for track in tracks], pack)
    assert [point.points for point in result.points] == [D("0.2"), 0, D("0.3")]


def test_points_by_hand_count_each_time_with_their_basis(pack: Pack) -> None:
    result = fold(
        ["A"], [event("manual", points="-0.7", basis="通报"), event("manual", points="-0.7", basis="通报")], pack
    )
    assert [point.points for point in result.points] == [D("-0.7"), D("-0.7")]
    assert "通报" in result.points[0].why
    assert result.points[0].cites == ("doc#manual",)


def test_a_quarter_begins_anew_and_months_without_events_stand_too(pack: Pack) -> None:
    events = [
        event("light", date(2026, 5, 3), matter="m2", light="red"),
        event("review", date(2026, 1, 2), matter="m1", level=5),
        event("review", date(2026, 3, 31), matter="m3", level=1),
        event("manual", date(2026, 7, 1), hall="B", points="1", basis="表扬"),
    ]
    result = fold(["A", "B"], events, pack).to_json()
    assert result["halls"]["A"] == {
        "months": {
            "2026-01": "100.1",
            "2026-02": "100.1",
            "2026-03": "99.6",
            "2026-04": "100",
            "2026-05": "99.7",
            "2026-06": "99.7",
            "2026-07": "100",
        },
        "quarters": {"2026Q1": "99.6", "2026Q2": "99.7", "2026Q3": "100"},
    }
    assert result["halls"]["B"]["months"]["2026-07"] == "101"
    assert result["region"]["months"]["2026-01"] == "100.05"
    assert result["region"]["quarters"] == {"2026Q1": "99.8", "2026Q2": "99.85", "2026Q3": "100.5"}
    assert [(point["index"], point["points"]) for point in result["points"]] == [
        (0, "-0.3"),
        (1, "0.1"),
        (2, "-0.5"),
        (3, "1"),
    ]


def test_halls_without_events_have_no_months(pack: Pack) -> None:
    assert fold(["A"], [], pack).to_json() == {
        "halls": {"A": {"months": {}, "quarters": {}}},
        "region": {"months": {}, "quarters": {}},
        "points": [],
    }


@pytest.mark.parametrize(("places", "mean"), [(0, "100"), (1, "100.5"), (2, "100.48"), (4, "100.475")])
def test_the_mean_is_rounded_half_up_at_the_packs_places(places: int, mean: str) -> None:
    pack = replace(
        PACK, parameters={**PACK.parameters, "hall.mean_places": a_parameter("hall.mean_places", places, "count")}
    )
    by_hand = [event("manual", points="0.95", basis=basis) for basis in ("x", "y")]
    assert fold(["A", "B", "C", "D"], by_hand, pack).to_json()["region"]["months"] == {"2026-01": mean}


def test_the_month_in_which_the_rules_begin_stands(pack: Pack) -> None:
    assert fold(["A"], [event("review", EVER.from_on, matter="m", level=5)], pack).to_json()["halls"]["A"][
        "months"
    ] == {"2023-02": "100.1"}
    with pytest.raises(Gap):
        fold(["A"], [event("review", EVER.from_on - timedelta(1), matter="m", level=5)], pack)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (event("review", matter="m", level=6), "level"),
        (event("review", matter="m", level=True), "level"),
        (event("review", level=5), "matter"),
        (event("light", matter="m", light="green"), "light"),
        (event("landed", project="p", kind="other", days=1, approval_days=1), "kind"),
        (event("landed", project="p", kind="filing", days=-1, approval_days=1), "days"),
        (event("landed", project="p", kind="filing", days=1), "approval_days"),
        (event("track_praised", project="p", track="regional"), "track"),
        (event("manual", points="1", basis=" "), "basis"),
        (event("manual", points="x", basis="b"), "points"),
        (event("review", hall="Z", matter="m", level=5), "hall"),
        (event("party"), "type"),
    ],
)
def test_a_wrong_event_is_refused_with_its_place_and_field(pack: Pack, bad: HallFact, field: str) -> None:
    with pytest.raises(EventError) as error:
        fold(["A"], [event("review", matter="fine", level=5), bad], pack)
    assert error.value.field == f"events[1].{field}"


@pytest.mark.parametrize("halls", [[], ["A", "A"]])
def test_no_hall_or_the_same_twice_is_refused(pack: Pack, halls: list[str]) -> None:
    with pytest.raises(EventError, match="halls"):
        fold(halls, [], pack)


# -- a second implementation

WORTH = {
    ("light", "yellow"): "-0.1",
    ("light", "red"): "-0.3",
    ("track_praised", "agency"): "0.3",
    ("track_praised", "standard_land"): "0.3",
    ("track_praised", "mock"): "0.2",
    ("track_praised", "deficient"): "0.2",
    ("track_praised", "land_list"): "0.2",
}


def worth(fact: HallFact) -> Decimal:
    detail = fact.detail
    if fact.type == "review":
        return {5: D("0.1"), 4: D("0.1"), 3: D(0), 2: D("-0.5"), 1: D("-0.5")}[detail["level"]]
    if fact.type == "manual":
        return D(detail["points"])
    if fact.type != "landed":
        return D(WORTH[fact.type, detail.get("light") or detail["track"]])
    if detail["kind"] != "filing":
        return D("0.5") if detail["days"] <= 90 else D(0)
    return (D("0.5") if detail["days"] <= 40 else D(0)) + (D(-1) if detail["approval_days"] > 90 else D(0))


def naive_months(hall: str, events: list[HallFact]) -> dict[str, Decimal]:
    """Every month asked anew over the whole list."""
    counted: list[HallFact] = []
    for fact in sorted((fact for fact in events if fact.hall == hall), key=lambda fact: fact.on):
        same = [
            f
            for f in counted
            if f.type == fact.type != "manual"
            and all(f.detail.get(name) == fact.detail.get(name) for name in ("matter", "project", "light", "track"))
        ]
        if not same:
            counted.append(fact)
    months = {}
    first, last = min(f.on for f in events), max(f.on for f in events)
    day = first.replace(day=1)
    while day <= last:
        end = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        begin = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        months[f"{day:%Y-%m}"] = D(100) + sum((worth(f) for f in counted if begin <= f.on <= end), D(0))
        day = end + timedelta(1)
    return months


SUBJECTS = st.sampled_from(["1", "2", "3"])
DAYS = st.integers(0, 120)
DETAILS = st.one_of(
    st.tuples(st.just("review"), st.fixed_dictionaries({"matter": SUBJECTS, "level": st.integers(1, 5)})),
    st.tuples(
        st.just("light"), st.fixed_dictionaries({"matter": SUBJECTS, "light": st.sampled_from(["yellow", "red"])})
    ),
    st.tuples(
        st.just("landed"),
        st.fixed_dictionaries(
            {
                "project": SUBJECTS,
                "kind": st.sampled_from(["filing", "verification", "approval"]),
                "days": st.sampled_from([39, 40, 41, 89, 90, 91]),
                "approval_days": st.sampled_from([39, 89, 90, 91]),
            }
        ),
    ),
    st.tuples(
        st.just("track_praised"),
        st.fixed_dictionaries(
            {"project": SUBJECTS, "track": st.sampled_from([t for kind, t in WORTH if kind == "track_praised"])}
        ),
    ),
    st.tuples(
        st.just("manual"),
        st.fixed_dictionaries({"points": st.sampled_from(["0.5", "-1", "0.25"]), "basis": st.just("b")}),
    ),
)
EVENTS = st.lists(
    st.builds(
        lambda hall, day, what: HallFact(hall, date(2025, 11, 20) + timedelta(day), *what),
        st.sampled_from(["A", "B", "C"]),
        st.integers(0, 250),
        DETAILS,
    ),
    min_size=1,
    max_size=25,
)


@given(EVENTS)
def test_the_fold_equals_the_naive_one(events: list[HallFact]) -> None:
    result = fold(["A", "B", "C"], events, PACK)
    expected = {hall: naive_months(hall, events) for hall in "ABC"}
    for hall in "ABC":
        scores = result.halls[hall]
        assert scores.months == expected[hall]
        for quarter, score in scores.quarters.items():
            inside = [m for m in expected[hall] if m[:4] == quarter[:4] and (int(m[5:]) + 2) // 3 == int(quarter[-1])]
            assert score == expected[hall][max(inside)]
    for month, mean in result.region.months.items():
        assert mean == (sum(expected[hall][month] for hall in "ABC") / D(3)).quantize(D("0.0001"), ROUND_HALF_UP)


@given(EVENTS)
def test_adding_one_event_at_a_time_equals_the_fold(events: list[HallFact]) -> None:
    in_order = sorted(events, key=lambda fact: fact.on)
    whole = fold(["A", "B", "C"], in_order, PACK)
    states = {hall: HallState(hall) for hall in "ABC"}
    for place, fact in enumerate(in_order):
        states[fact.hall], point = apply(states[fact.hall], fact, PACK)
        assert replace(point, index=place) == whole.points[place]
    for hall, state in states.items():
        if state.last_on is not None:
            assert state.score == whole.halls[hall].months[f"{state.last_on:%Y-%m}"]


def test_an_older_event_or_another_halls_cannot_be_added_to_a_state(pack: Pack) -> None:
    state, _ = apply(HallState("A"), event("review", START, matter="m", level=5), pack)
    with pytest.raises(EventError, match="从头重算"):
        apply(state, event("review", START - timedelta(1), matter="n", level=5), pack)
    with pytest.raises(EventError, match="hall"):
        apply(state, event("review", START, hall="B", matter="n", level=5), pack)
