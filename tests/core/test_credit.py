"""附件2·第十七、十八、二十四条: the fold of credit events against a second, naive implementation."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.probe import DAY, a_pack
from yinuo.core.credit import COMMITMENT_FIELDS, CreditFact, CreditFold, EventError, apply, begin, fold
from yinuo.core.dated import Gap
from yinuo.core.grades import ScoreError
from yinuo.core.pack.types import Pack

PACK = a_pack()
D = Decimal


def event(type_: str, day: int = 0, project: str = "P1", **detail: Any) -> CreditFact:
    return CreditFact(DAY + timedelta(days=day), type_, project, detail)


def cycle(day: int = 0, **changes: Any) -> CreditFact:
    return event("cycle_completed", day, **({"all_kept": True, "commitments": 2, "project_class": "private"} | changes))


def points(result: CreditFold) -> list[Decimal]:
    return [e.points for e in result.events]


UNREPORTED = {"article": "46", "item": "unreported"}


def test_a_whole_cycle_kept_earns_two(pack: Pack) -> None:
    result = fold(D(80), [cycle()], pack)
    assert result.to_json() == {
        "events": [
            {"points": "2", "applied": True, "score": "82", "grade": "A-", "why": "cycle", "cites": ["doc#cycle"]}
        ],
        "score": "82",
        "grade": "A-",
    }


@pytest.mark.parametrize(
    ("changes", "earned"),
    [
        ({"all_kept": False}, 0),
        ({"commitments": 0}, 0),
        ({"commitments": 1}, 2),
        ({"project_class": "state_owned"}, 0),
        ({"project_class": "state_owned", "audit": "adverse"}, 0),
        ({"project_class": "state_owned", "audit": "clean"}, 2),
        ({"project_class": "government_funds"}, 0),
        ({"project_class": "public_works", "audit": "clean"}, 2),
        ({"project_class": "private", "audit": "adverse"}, 2),
    ],
)
def test_a_cycle_earns_only_with_promises_all_kept_and_for_public_money_a_clean_audit(
    pack: Pack, changes: dict[str, Any], earned: int
) -> None:
    (only,) = fold(D(80), [cycle(**changes)], pack).events
    assert (only.points, only.applied) == (earned, earned > 0)
    assert only.why
    assert only.cites == ("doc#cycle",)


@pytest.mark.parametrize(
    ("detail", "taken"),
    [
        ({"article": "46"}, -2),
        ({"article": "46", "item": "illegal_start"}, -2),
        (UNREPORTED, -1),
        ({"article": "50"}, -3),
        ({"article": "51"}, -3),
        ({"article": "52"}, -3),
    ],
)
def test_an_act_takes_what_its_article_says(pack: Pack, detail: dict[str, Any], taken: int) -> None:
    assert points(fold(D(80), [event("act", **detail)], pack)) == [taken]


@pytest.mark.parametrize("field", [None, *COMMITMENT_FIELDS])
def test_a_broken_promise_takes_one_and_two_in_the_grave_fields(pack: Pack, field: str | None) -> None:
    assert points(fold(D(80), [event("commitment_broken", field=field)], pack)) == [-1 if field is None else -2]


def test_unreported_information_costs_one_once_per_project(pack: Pack) -> None:
    events = [event("act", i, project, **UNREPORTED) for i, project in enumerate(["P1", "P1", "P2", "P1"])]
    result = fold(D(80), events, pack)
    assert points(result) == [-1, 0, -1, 0]
    assert [e.applied for e in result.events] == [True, False, True, False]
    assert "计满" in result.events[1].why


def test_a_repaired_report_is_not_charged_again(pack: Pack) -> None:
    result = fold(D(80), [event("act", 0, **UNREPORTED), event("repair", 1, of=0), event("act", 2, **UNREPORTED)], pack)
    assert points(result) == [-1, 1, 0]


@pytest.mark.parametrize(("because", "charged"), [(None, 0), ("repair", 0), ("objection", -1)])
def test_only_an_upheld_objection_frees_the_cap_for_the_next_report(
    pack: Pack, because: str | None, charged: int
) -> None:
    """A repaired report did happen, a report cancelled by an objection did not (附件2·第十八条、第二十四条)."""
    given = {"of": 0} if because is None else {"of": 0, "because": because}
    events = [
        event("act", 0, **UNREPORTED),
        event("repair", 1, **given),
        event("act", 2, **UNREPORTED),
        event("act", 3, **UNREPORTED),
    ]
    assert points(fold(D(80), events, pack)) == [-1, 1, charged, 0]


def test_an_objection_frees_the_cap_of_its_own_project_and_not_of_another(pack: Pack) -> None:
    events = [
        event("act", 0, "P1", **UNREPORTED),
        event("act", 0, "P2", **UNREPORTED),
        event("repair", 1, "P1", of=0, because="objection"),
        event("act", 2, "P2", **UNREPORTED),
        event("act", 2, "P1", **UNREPORTED),
    ]
    assert points(fold(D(80), events, pack)) == [-1, -1, 1, 0, -1]


def test_an_objection_upheld_twice_frees_the_cap_once(pack: Pack) -> None:
    twice = [event("repair", day, of=0, because="objection") for day in (1, 2)]
    events = [event("act", 0, **UNREPORTED), *twice, event("act", 3, **UNREPORTED), event("act", 4, **UNREPORTED)]
    result = fold(D(80), events, pack)
    assert points(result) == [-1, 1, 0, -1, 0]
    assert "异议成立" in result.events[1].why


def test_what_was_charged_nothing_before_the_objection_is_not_charged_afterwards(pack: Pack) -> None:
    """The second report was counted to nothing when it came; no point moves without the consent of three people."""
    events = [
        event("act", 0, **UNREPORTED),
        event("act", 1, **UNREPORTED),
        event("repair", 2, of=0, because="objection"),
    ]
    assert points(fold(D(80), events, pack)) == [-1, 0, 1]


def test_a_report_that_the_floor_swallowed_is_still_the_projects_one(pack: Pack) -> None:
    result = fold(
        D(0), [event("act", 0, **UNREPORTED), event("rebase", 1, score="50"), event("act", 2, **UNREPORTED)], pack
    )
    assert points(result) == [0, 50, 0]


def test_a_repair_gives_back_what_was_taken_and_only_once(pack: Pack) -> None:
    result = fold(D(1), [event("act", 0, article="50"), event("repair", 1, of=0), event("repair", 2, of=0)], pack)
    assert points(result) == [-1, 1, 0]
    assert [e.applied for e in result.events] == [True, True, False]


@pytest.mark.parametrize("of", [0, 2, 3])
def test_a_repair_of_a_gain_of_itself_or_of_a_later_event_gives_nothing(pack: Pack, of: int) -> None:
    result = fold(
        D(80), [cycle(0), event("act", 1, article="50"), event("repair", 2, of=of), event("act", 3, article="50")], pack
    )
    assert result.events[2].points == 0
    assert not result.events[2].applied
    assert result.score == 76


def test_a_repair_of_what_cost_nothing_is_refused(pack: Pack) -> None:
    result = fold(D(80), [event("act", 0, **UNREPORTED), event("act", 1, **UNREPORTED), event("repair", 2, of=1)], pack)
    assert points(result) == [-1, 0, 0]
    assert not result.events[2].applied


def test_a_repair_after_a_new_public_evaluation_gives_nothing_back(pack: Pack) -> None:
    """77, −3, then evaluated 79: the evaluation has replaced what was taken (附件2·第十六条、第二十四条)."""
    result = fold(
        D(77), [event("act", 0, article="50"), event("rebase", 1, score="79"), event("repair", 2, of=0)], pack
    )
    assert [one.score for one in result.events] == [74, 79, 79]
    assert not result.events[2].applied
    assert "以评价为准" in result.events[2].why


def test_an_objection_after_a_new_public_evaluation_stands_without_points_and_frees_the_cap(pack: Pack) -> None:
    result = fold(
        D(77),
        [
            event("act", 0, **UNREPORTED),
            event("rebase", 1, score="79"),
            event("repair", 2, of=0, because="objection"),
            event("act", 3, **UNREPORTED),
        ],
        pack,
    )
    assert points(result) == [-1, 3, 0, -1]
    assert [one.applied for one in result.events] == [True, True, True, True]


def test_what_was_given_back_under_the_earlier_reading_stays_given(pack: Pack) -> None:
    given = event("repair", 2, of=0, given_before_reading=True)
    result = fold(D(77), [event("act", 0, article="50"), event("rebase", 1, score="79"), given], pack)
    assert result.score == 82


def test_points_taken_on_top_of_an_evaluation_come_back(pack: Pack) -> None:
    result = fold(
        D(77), [event("rebase", 1, score="79"), event("act", 1, article="50"), event("repair", 2, of=1)], pack
    )
    assert result.score == 79


def test_a_new_public_evaluation_is_no_deduction_that_could_be_repaired(pack: Pack) -> None:
    result = fold(D(80), [event("rebase", 0, score="60"), event("repair", 1, of=0)], pack)
    assert points(result) == [-20, 0]


def test_the_score_is_clamped_after_each_event_and_the_points_are_the_change(pack: Pack) -> None:
    result = fold(
        D("99"),
        [cycle(0), event("act", 1, article="46"), event("rebase", 2, score="1.5"), event("act", 3, article="52")],
        pack,
    )
    assert points(result) == [1, -2, D("-96.5"), D("-1.5")]
    assert [e.score for e in result.events] == [100, 98, D("1.5"), 0]
    assert "实际变动 1" in result.events[0].why
    assert result.grade == "D-"


def test_events_are_taken_by_day_then_as_given_and_answered_in_the_order_given(pack: Pack) -> None:
    result = fold(D(99), [event("act", 5, article="46"), cycle(1), event("commitment_broken", 5)], pack)
    assert points(result) == [-2, 1, -1]
    assert [e.score for e in result.events] == [98, 100, 97]


def test_a_repair_names_its_event_by_its_place_in_the_list_given(pack: Pack) -> None:
    result = fold(D(80), [event("repair", 9, of=2), event("act", 1, article="46"), event("act", 2, article="50")], pack)
    assert points(result) == [3, -2, -3]


def test_a_company_without_evaluation_counts_from_the_packs_start_and_stays_unrated_until_one_comes(pack: Pack) -> None:
    result = fold(None, [event("act", 0, article="46"), event("rebase", 1, score="91")], pack)
    assert [e.score for e in result.events] == [73, 91]
    assert [e.grade for e in result.events] == ["unrated", "A"]
    assert fold(None, [], pack).to_json() == {"events": [], "score": "75", "grade": "unrated"}


@pytest.mark.parametrize("start", [D("-1"), D("100.01")])
def test_a_start_outside_the_range_is_an_error(pack: Pack, start: Decimal) -> None:
    with pytest.raises(ScoreError):
        fold(start, [], pack)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (event("act", article="47"), "article"),
        (event("act", article="50", item="other"), "item"),
        (event("act", article="46", item="nonsense"), "item"),
        (event("act", project="", article="46"), "project"),
        (event("commitment_broken", field="weather"), "field"),
        (event("rebase", score="101"), "score"),
        (event("rebase", score="many"), "score"),
        (event("rebase"), "score"),
        (event("repair"), "of"),
        (event("repair", of=0, because="mercy"), "because"),
        (event("praise"), "type"),
        (cycle(commitments=-1), "commitments"),
        (cycle(commitments=True), "commitments"),
        (cycle(all_kept="yes"), "all_kept"),
        (cycle(project_class="other"), "project_class"),
        (cycle(audit="unknown"), "audit"),
    ],
)
def test_a_wrong_event_is_refused_with_its_place_and_field(pack: Pack, bad: CreditFact, field: str) -> None:
    with pytest.raises(EventError) as error:
        fold(D(80), [cycle(-1), bad], pack)
    assert error.value.field == f"events[1].{field}"


def test_an_event_before_the_rules_is_a_gap(pack: Pack) -> None:
    with pytest.raises(Gap):
        fold(D(80), [CreditFact(date(2023, 2, 19), "act", "P", {"article": "46"})], pack)


def test_an_older_event_cannot_be_added_to_a_state(pack: Pack) -> None:
    state, _ = apply(begin(D(80), pack, DAY), event("act", 5, article="46"), pack)
    with pytest.raises(EventError, match="从头重算"):
        apply(state, event("act", 4, article="46"), pack)


# -- a second implementation


def naive(start: Decimal | None, events: list[CreditFact]) -> tuple[dict[int, Decimal], Decimal]:
    """Straight from the wording of the rules, on mutable dictionaries."""
    score = D(75) if start is None else start
    changed: dict[int, Decimal] = {}
    reported: set[str] = set()
    repaired: set[int] = set()
    settled: set[int] = set()
    charged_for: dict[str, int] = {}
    for place, fact in sorted(enumerate(events), key=lambda pair: (pair[1].on, pair[0])):
        detail, wish = fact.detail, D(0)
        if fact.type == "cycle_completed":
            public = detail["project_class"] != "private"
            if detail["all_kept"] and detail["commitments"] > 0 and (not public or detail.get("audit") == "clean"):
                wish = D(2)
        elif fact.type == "act" and detail.get("item") == "unreported":
            wish = D(0) if fact.project in reported else D(-1)
            if wish:
                charged_for[fact.project] = place
            reported.add(fact.project)
        elif fact.type == "act":
            wish = D(-2) if detail["article"] == "46" else D(-3)
        elif fact.type == "commitment_broken":
            wish = D(-1) if detail.get("field") is None else D(-2)
        elif fact.type == "rebase":
            wish = D(str(detail["score"])) - score
            settled |= changed.keys()
        elif fact.type == "repair":
            of = detail["of"]
            if (
                of in changed
                and of not in repaired
                and changed[of] < 0
                and events[of].type in ("act", "commitment_broken")
            ):
                wrong = detail["because"] == "objection"
                wish = D(0) if of in settled else -changed[of]
                if wrong or of not in settled:
                    repaired.add(of)
                if detail["because"] == "objection" and charged_for.get(events[of].project) == of:
                    reported.discard(events[of].project)
        before = score
        score = max(D(0), min(D(100), score + wish))
        changed[place] = score - before
    return changed, score


SCORES = st.decimals(min_value=0, max_value=100, places=1)
EVENTS = st.lists(
    st.builds(
        lambda day, project, type_and_detail: event(type_and_detail[0], day, project, **type_and_detail[1]),
        st.integers(0, 12),
        st.sampled_from(["P1", "P2", "P3"]),
        st.one_of(
            st.tuples(
                st.just("cycle_completed"),
                st.fixed_dictionaries({
                    "all_kept": st.booleans(),
                    "commitments": st.integers(0, 3),
                    "project_class": st.sampled_from(["private", "state_owned", "government_funds", "public_works"]),
                    "audit": st.sampled_from([None, "clean", "adverse"]),
                }),
            ),
            st.tuples(
                st.just("act"),
                st.sampled_from([{"article": a} for a in ("46", "50", "51", "52")] + [UNREPORTED, UNREPORTED]),
            ),
            st.tuples(
                st.just("commitment_broken"),
                st.fixed_dictionaries({"field": st.sampled_from([None, *COMMITMENT_FIELDS])}),
            ),
            st.tuples(st.just("rebase"), st.fixed_dictionaries({"score": SCORES})),
            st.tuples(
                st.just("repair"),
                st.fixed_dictionaries(
                    {"of": st.integers(0, 11), "because": st.sampled_from([None, "repair", "objection"])}
                ),
            ),
        ),
    ),
    max_size=12,
)  # fmt: skip


@given(st.none() | SCORES, EVENTS)
def test_the_fold_equals_the_naive_one(start: Decimal | None, events: list[CreditFact]) -> None:
    result = fold(start, events, PACK)
    changed, score = naive(start, events)
    assert result.score == score
    assert points(result) == [changed[i] for i in range(len(events))]


@given(st.none() | SCORES, EVENTS)
def test_adding_one_event_at_a_time_equals_the_fold(start: Decimal | None, events: list[CreditFact]) -> None:
    in_order = sorted(events, key=lambda fact: fact.on)
    state = begin(start, PACK, DAY)
    steps = []
    for fact in in_order:
        state, step = apply(state, fact, PACK)
        steps.append(step)
    whole = fold(start, in_order, PACK)
    assert whole.events == tuple(steps)
    assert whole.state == state


@given(SCORES, EVENTS)
def test_the_score_stays_in_range_and_the_points_add_up(start: Decimal, events: list[CreditFact]) -> None:
    result = fold(start, events, PACK)
    assert all(0 <= e.score <= 100 for e in result.events)
    assert start + sum(points(result)) == result.score
    assert all(e.points == 0 for e in result.events if not e.applied)
