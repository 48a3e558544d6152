"""正文·三(二), 附件1: instant or not, and what may be promised; unknown is never false."""

import timeit
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.probe import DAY, REQUIRED, a_measure, a_pack, a_parameter, county_facts
from yinuo.core.dated import Gap, RuleError, Span
from yinuo.core.decision import Decision
from yinuo.core.facts import Predicate, all_of, any_of, fact, not_
from yinuo.core.grades import ScoreError
from yinuo.core.pack.types import Pack
from yinuo.core.screen import MatterAnswer, promisable, screen, screen_filing
from yinuo.core.wording import in_words

PACK = a_pack()

GOOD: dict[str, Any] = {
    "name": "冷库", "kind": "filing", "industry": "1311", "total_investment": "800",
    "unit": {"type": "enterprise", "credit_code": "91620000710375659T", "grade": "B"},
    "site": {"forest_land": False},
    "declarations": {"secret": False, "national_security_or_major_layout": False},
    "construction": {"pipeline_kind": "water", "pipelines_length_m": 100},
    "energy_review_level": "county",
}  # fmt: skip


def project(**changes: Any) -> dict[str, Any]:
    """The good project with dotted paths changed; None takes a fact away."""
    facts = deepcopy(GOOD)
    for path, value in changes.items():
        *groups, name = path.split("__")
        inner = facts
        for group in groups:
            inner = inner.setdefault(group, {})
        inner[name] = value
    return facts


def matter(id_: str, facts: dict[str, Any], pack: Pack = PACK, **more: Any) -> MatterAnswer:
    (hit,) = [answer for answer in screen(facts, pack, DAY, **more).matters if answer.id == id_]
    return hit


# -- instant filing


def test_a_complete_private_filing_off_the_list_is_instant(pack: Pack) -> None:
    answer = screen(project(), pack, DAY)
    assert (answer.instant, answer.stops, answer.missing) == (True, (), ())


@pytest.mark.parametrize(
    ("changes", "rule", "words"),
    [
        ({"declarations__secret": True}, "filing.secret_refused", "涉密"),
        ({"kind": "verification"}, "filing.instant_kinds", "核准"),
        ({"kind": "approval"}, "filing.instant_kinds", "审批"),
        ({"unit__type": "agency"}, "filing.unit_types", "机关"),
        ({"declarations__national_security_or_major_layout": True}, "negative.project.1", "第 1 项"),
        ({"unit__grade": "D"}, "filing.red_classes", "D 级"),
        ({"unit__grade": None, "unit__score": "40"}, "filing.red_classes", "D- 级"),
    ],
)
def test_one_rule_against_it_stops_the_filing_and_is_named_with_its_article(
    changes: dict[str, Any], rule: str, words: str
) -> None:
    answer = screen(project(**changes), PACK, DAY)
    assert answer.instant is False
    (stop,) = answer.stops
    assert stop.rule == rule
    assert words in stop.why
    assert stop.cites
    assert answer.missing == ()


def test_every_rule_against_it_is_named(pack: Pack) -> None:
    answer = screen(project(kind="approval", unit__grade="D", unit__type="institution"), pack, DAY)
    assert [stop.rule for stop in answer.stops] == ["filing.instant_kinds", "filing.unit_types", "filing.red_classes"]


@pytest.mark.parametrize(("score", "instant"), [("55", False), ("55.01", True), ("0", False), ("100", True)])
def test_a_red_score_stops_up_to_its_bound(score: str, instant: bool) -> None:
    assert screen(project(unit__grade=None, unit__score=score), PACK, DAY).instant is instant


def test_an_unrated_company_is_not_stopped_whatever_its_measures(pack: Pack) -> None:
    assert screen(project(unit__grade="unrated"), pack, DAY).instant is True
    strict = replace(
        pack, parameters={**pack.parameters, "credit.unrated_class": a_parameter("credit.unrated_class", "D")}
    )
    assert screen(project(unit__grade="unrated"), strict, DAY).instant is True
    assert matter("plain", project(unit__grade="unrated"), strict).promisable is False


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("declarations__secret", {"declarations.secret"}),
        ("declarations__national_security_or_major_layout", {"declarations.national_security_or_major_layout"}),
        ("unit__grade", {"unit.grade", "unit.score"}),
        ("unit__type", {"unit.type"}),
        ("kind", {"kind"}),
        ("name", {"name"}),
        ("total_investment", {"total_investment"}),
    ],
)
def test_an_absent_fact_is_asked_for_and_never_taken_for_no(path: str, missing: set[str]) -> None:
    answer = screen(project(**{path: None}), PACK, DAY)
    assert answer.instant is None
    assert set(answer.missing) == missing
    assert answer.stops == ()


def test_a_stop_decides_whatever_else_is_unknown(pack: Pack) -> None:
    answer = screen({"declarations": {"secret": True}}, pack, DAY)
    assert answer.instant is False
    assert answer.missing == ()


def test_nothing_known_is_nothing_decided(pack: Pack) -> None:
    answer = screen({}, pack, DAY)
    assert answer.instant is None
    assert set(REQUIRED) <= set(answer.missing)


def test_the_filing_alone_answers_as_the_whole_screening(pack: Pack) -> None:
    for facts in (project(), project(unit__grade="D"), project(kind=None)):
        decision, whole = screen_filing(facts, pack, DAY), screen(facts, pack, DAY)
        told = whole.to_json()
        assert decision.outcome == {key: told[key] for key in ("instant", "stops", "contradictions", "decided_by")}
        assert decision.missing == whole.missing
        assert decision.complete is (whole.instant is not None)
        assert Decision.from_json(decision.to_json()).to_json() == decision.to_json()


def test_the_filings_trace_holds_what_determined_it_with_the_facts_used(pack: Pack) -> None:
    stopped = screen_filing(project(unit__grade="D"), pack, DAY)
    (step,) = stopped.trace
    assert (step.rule, step.outcome, step.facts) == ("filing.red_classes", False, {"unit.grade": "D"})
    passed = screen_filing(project(), pack, DAY)
    assert {step.rule for step in passed.trace} >= {
        "filing.instant_kinds",
        "negative.project.1",
        "filing.required_facts",
    }
    assert {read.id for read in passed.parameters} >= {"filing.red_classes", "filing.required_facts"}


def test_a_day_before_the_rules_is_a_gap(pack: Pack) -> None:
    with pytest.raises(Gap):
        screen_filing(project(), pack, date(2023, 2, 19))


@pytest.mark.parametrize("unit", [{"grade": "E"}, {"score": "101"}, {"grade": "A", "score": "50"}])
def test_a_grade_that_cannot_be_is_an_error(unit: dict[str, str]) -> None:
    with pytest.raises(ScoreError):
        screen(project(unit={**unit, "type": "enterprise"}), PACK, DAY)


def test_a_grade_and_a_score_that_agree_are_fine(pack: Pack) -> None:
    assert screen(project(unit__score="80"), pack, DAY).instant is True


# -- promises


def test_off_the_list_and_offered_is_promisable(pack: Pack) -> None:
    answer = matter("plain", project())
    assert (answer.needed, answer.listed, answer.offered, answer.promisable, answer.missing) == (
        "yes",
        False,
        True,
        True,
        (),
    )
    assert answer.department == "某局"
    assert all("（某政发〔2023〕1号·" in sentence for sentence in answer.why)


def test_off_the_list_and_not_offered_is_not_promisable(pack: Pack) -> None:
    answer = matter("unoffered", project())
    assert (answer.listed, answer.offered, answer.promisable) == (False, False, False)


@pytest.mark.parametrize("offered", [None, {"unoffered": False}, {"unoffered": True}])
def test_every_step_of_an_answer_about_a_promise_names_its_article(offered: dict[str, bool] | None) -> None:
    decision = promisable("unoffered", project(), PACK, DAY, offered=offered)
    assert all(step.cites for step in decision.trace)
    (step,) = [step for step in decision.trace if step.rule == "offer.unoffered"]
    assert step.cites == ("doc#自主确定",)


def test_where_departments_do_not_choose_whatever_is_off_the_list_may_be_promised(pack: Pack) -> None:
    name = "commitment.department_chooses"
    all_offered = replace(pack, parameters={**pack.parameters, name: a_parameter(name, False, "flag", "自主确定")})
    assert matter("unoffered", project(), all_offered).promisable is True
    assert matter("permit", project(), all_offered).promisable is False


def test_the_argument_overrides_what_the_pack_says_is_offered(pack: Pack) -> None:
    assert matter("unoffered", project(), offered={"unoffered": True}).promisable is True
    assert matter("plain", project(), offered={"plain": False}).promisable is False
    assert matter("plain", project(), offered={"unoffered": True}).promisable is True


@pytest.mark.parametrize("id_", ["permit", "by_number"])
def test_a_listed_matter_is_not_promisable(id_: str) -> None:
    answer = matter(id_, project())
    assert (answer.listed, answer.promisable) == (True, False)
    assert any(cite.startswith("doc#附件1·二·") for cite in answer.cites)


@pytest.mark.parametrize(
    ("changes", "listed", "missing"),
    [
        ({"construction__pipelines_length_m": 100}, False, set()),
        ({"construction__pipelines_length_m": "100.5", "construction__simple_technique": False}, True, set()),
        ({"construction__pipelines_length_m": "100.5"}, None, {"construction.simple_technique"}),
        ({"construction__pipelines_length_m": 101, "construction__simple_technique": True}, False, set()),
        (
            {"construction": {}},
            None,
            {"construction.pipeline_kind", "construction.pipelines_length_m", "construction.simple_technique"},
        ),
    ],
)
def test_an_exception_readmits_where_it_holds_and_asks_where_it_is_unknown(
    changes: dict[str, Any], listed: bool | None, missing: set[str]
) -> None:
    answer = matter("pipeline", project(**changes))
    assert (answer.listed, set(answer.missing)) == (listed, missing)
    assert answer.promisable is (None if listed is None else not listed)


@pytest.mark.parametrize(("level", "listed"), [("county", False), ("province", True), (None, None)])
def test_a_row_with_a_condition_binds_only_there(level: str | None, listed: bool | None) -> None:
    answer = matter("energy", project(energy_review_level=level))
    assert answer.listed is listed
    assert answer.missing == (("energy_review_level",) if level is None else ())


def test_what_a_clerk_must_confirm_stays_open_and_says_so(pack: Pack) -> None:
    answer = matter("eia", project())
    assert (answer.listed, answer.promisable, answer.missing) == (None, None, ("confirmations.eia_142",))


def test_a_row_outside_regional_assessment_does_not_hinder_a_promise(pack: Pack) -> None:
    assert matter("plain", project()).listed is False


def test_a_project_on_part_one_may_promise_nothing(pack: Pack) -> None:
    answer = screen(project(declarations__national_security_or_major_layout=True), pack, DAY)
    assert answer.matters
    assert all(m.promisable is False for m in answer.matters)
    plain = next(m for m in answer.matters if m.id == "plain")
    assert plain.listed is False
    assert "doc#附件1·一·1" in plain.cites


def test_an_undeclared_part_one_leaves_promises_open_but_not_for_listed_matters(pack: Pack) -> None:
    facts = project(declarations__national_security_or_major_layout=None)
    assert matter("plain", facts).promisable is None
    assert matter("plain", facts).missing == ("declarations.national_security_or_major_layout",)
    assert matter("permit", facts).promisable is False
    assert matter("permit", facts).missing == ()


@pytest.mark.parametrize(
    ("kind", "may"), [("filing", True), ("verification", False), ("approval", False), (None, None)]
)
def test_only_the_packs_kinds_may_promise(kind: str | None, may: bool | None) -> None:
    assert matter("plain", project(kind=kind)).promisable is may


@pytest.mark.parametrize(
    ("grade", "may"), [("A", True), ("B-", True), ("C+", True), ("D", False), ("unrated", True), (None, None)]
)
def test_the_grade_decides_with_the_measures(grade: str | None, may: bool | None) -> None:
    answer = matter("plain", project(unit__grade=grade))
    assert answer.promisable is may
    assert any("减少或者取消" in sentence for sentence in answer.why) is (grade == "C+")
    assert set(answer.missing) == ({"unit.grade", "unit.score"} if grade is None else set())


def test_a_class_without_a_word_on_promises_is_a_fault_of_the_pack(pack: Pack) -> None:
    silent = replace(pack, measures=(a_measure("B", "agency", "allowed"),))
    with pytest.raises(RuleError, match="commitment"):
        screen(project(), silent, DAY)


@pytest.mark.parametrize(("forest", "needed"), [(True, "yes"), (False, "no"), (None, "unknown")])
def test_a_matter_is_needed_where_its_condition_holds(forest: bool | None, needed: str) -> None:
    answer = matter("forest", project(site__forest_land=forest))
    assert answer.needed == needed
    assert "林地" in answer.why[0]
    assert answer.missing == (("site.forest_land",) if forest is None else ())


def test_a_matter_on_request_is_not_needed_by_itself(pack: Pack) -> None:
    answer = matter("asked", project())
    assert answer.needed == "no"
    assert "依申请" in answer.why[0]


def test_matters_of_other_kinds_and_other_days_are_left_out(pack: Pack) -> None:
    ids = {answer.id for answer in screen(project(), pack, DAY).matters}
    assert "verification_only" not in ids
    assert "later" not in ids
    assert "verification_only" in {answer.id for answer in screen(project(kind="verification"), pack, DAY).matters}
    assert "later" in {answer.id for answer in screen(project(), pack, date(2027, 1, 1)).matters}


def test_a_condition_the_pack_does_not_know_is_an_error(pack: Pack) -> None:
    broken = replace(pack, matters={"x": replace(pack.matters["plain"], needed="nonsense")})
    with pytest.raises(RuleError, match="nonsense"):
        screen(project(), broken, DAY)


def test_one_matter_asked_alone_answers_as_the_whole_screening(pack: Pack) -> None:
    facts = project(construction__pipelines_length_m=500)
    for answer in screen(facts, pack, DAY).matters:
        decision = promisable(answer.id, facts, pack, DAY)
        assert decision.outcome == {"listed": answer.listed, "offered": answer.offered, "promisable": answer.promisable}
        assert decision.complete is (answer.promisable is not None)
        assert Decision.from_json(decision.to_json()).to_json() == decision.to_json()


def test_the_side_that_lost_is_kept(pack: Pack) -> None:
    readmitted = promisable("pipeline", project(), pack, DAY)
    assert [step.rule for step in readmitted.overridden] == ["negative.matter.3"]
    facts = project(construction__pipelines_length_m=500, construction__simple_technique=False)
    bound = promisable("pipeline", facts, pack, DAY)
    assert [step.rule for step in bound.trace] == ["negative.matter.3"]
    assert [step.rule for step in bound.overridden] == ["negative.matter.3.short", "negative.matter.3.simple"]


def test_a_decision_records_the_parameters_its_conditions_were_compared_with(pack: Pack) -> None:
    for length, ok in ((100, True), (101, None)):
        facts = project(construction__pipelines_length_m=length)
        (read,) = [
            read for read in promisable("pipeline", facts, pack, DAY).parameters if read.id == "pipeline.longest"
        ]
        assert (read.value, read.unit, read.cites) == (100, "metres", ("doc#管线",))
        assert promisable("pipeline", facts, pack, DAY).outcome["promisable"] is ok
        assert "pipeline.longest" in {read.id for read in screen(facts, pack, DAY).parameters}
    unknown = project(construction__pipelines_length_m=None)
    assert "pipeline.longest" not in {read.id for read in promisable("pipeline", unknown, pack, DAY).parameters}


def test_a_condition_reads_the_parameter_of_the_day(pack: Pack) -> None:
    name, turn = "pipeline.longest", date(2026, 7, 1)
    old = pack.parameters[name].values[0]
    values = (replace(old, span=Span(old.span.from_on, turn)), replace(old, span=Span(turn), value="50.5"))
    changed = replace(pack, parameters={**pack.parameters, name: replace(pack.parameters[name], values=values)})
    facts = project(construction__pipelines_length_m=51)
    before, after = (changed.condition("pipeline_within", day) for day in (date(2026, 6, 30), turn))
    assert (before(facts).value, after(facts).value) == (True, False)
    assert in_words(before, county_facts()) == "管线类型为供水或者供气，并且管线长度不超过 100 米"
    assert in_words(after, county_facts()) == "管线类型为供水或者供气，并且管线长度不超过 50.5 米"
    assert changed.condition("pipeline_within", date(2030, 1, 1)) is after
    with pytest.raises(Gap, match=name):
        changed.condition("pipeline_within", date(2023, 2, 19))


def test_a_condition_with_a_parameter_cannot_be_asked_without_a_day(pack: Pack) -> None:
    with pytest.raises(RuleError, match=r"pipeline\.longest"):
        pack.predicates["pipeline_within"](project())


def test_parameters_go_with_a_condition_into_its_negation_and_alternatives(pack: Pack) -> None:
    within = pack.predicates["pipeline_within"]
    longer = replace(pack, predicates={"longer": any_of(not_(within), fact("site.forest_land").is_true())}).condition(
        "longer", DAY
    )
    verdict = longer(project(construction__pipelines_length_m=101))
    assert (verdict.value, verdict.parameters) == (True, {"pipeline.longest"})
    assert longer(project()).value is False
    assert longer.bounds == {("construction.pipelines_length_m", "pipeline.longest")}


def test_the_grade_given_goes_before_the_facts(pack: Pack) -> None:
    assert promisable("plain", project(), pack, DAY, grade="D").outcome["promisable"] is False
    assert promisable("plain", project(unit__grade="D"), pack, DAY, grade="A").outcome["promisable"] is True


@pytest.mark.parametrize("id_", ["nonsense", "later"])
def test_a_matter_that_is_not_there_on_the_day_is_an_error(id_: str) -> None:
    with pytest.raises(RuleError, match=id_):
        promisable(id_, project(), PACK, DAY)


# -- whatever the facts

PATHS = {
    "kind": ["filing", "verification"],
    "unit__type": ["enterprise", "agency"],
    "unit__grade": ["A", "C", "D", "unrated"],
    "declarations__secret": [True, False],
    "declarations__national_security_or_major_layout": [True, False],
    "name": ["n"],
    "site__forest_land": [True, False],
    "energy_review_level": ["county", "state"],
    "construction__simple_technique": [True, False],
    "construction__pipelines_length_m": [1, 1000],
    "total_investment": [1],
}
CHANGES = st.fixed_dictionaries({path: st.sampled_from([None, *values]) for path, values in PATHS.items()})


@given(CHANGES, st.sampled_from(sorted(PATHS)), st.data())
def test_learning_a_fact_never_turns_a_decided_answer_round(
    changes: dict[str, Any], path: str, data: st.DataObject
) -> None:
    before = screen(project(**(changes | {path: None})), PACK, DAY)
    after = screen(project(**(changes | {path: data.draw(st.sampled_from(PATHS[path]))})), PACK, DAY)
    assert before.instant in (None, after.instant)
    later = {answer.id: answer for answer in after.matters}
    for answer in before.matters:
        if answer.id in later:
            assert answer.listed in (None, later[answer.id].listed)
            assert answer.promisable in (None, later[answer.id].promisable)
            assert answer.needed in ("unknown", later[answer.id].needed)


@given(CHANGES)
def test_what_is_open_names_what_is_missing_and_what_is_decided_names_nothing(changes: dict[str, Any]) -> None:
    answer = screen(project(**changes), PACK, DAY)
    assert bool(answer.missing) is (answer.instant is None)
    assert bool(answer.stops) is (answer.instant is False)
    for one in answer.matters:
        undecided = one.needed == "unknown" or one.listed is None or one.promisable is None
        assert bool(one.missing) is undecided


# -- words and time


@pytest.mark.parametrize(
    ("predicate", "words"),
    [
        (fact("eia").one_of("table", "report"), "环境影响评价类别为报告表或者报告书"),
        (fact("site.forest_land").is_true(), "占用林地"),
        (fact("construction.major_seismic").is_true(), "属于重大建设工程（抗震）"),
        (all_of(fact("land_area").gt(0), fact("kind").equals("filing")), "有用地面积，并且办理类型为备案"),
        (
            any_of(
                fact("site.forest_land").is_true(), all_of(fact("land_area").gt(0), fact("industry").starts_with("13"))
            ),
            "占用林地，或者有用地面积且国标行业代码以 13 开头",
        ),
        (fact("construction.pipeline_kind").equals("gas"), "管线类型为供气"),
    ],
)
def test_a_condition_is_told_in_the_words_of_the_form(predicate: Predicate, words: str) -> None:
    assert in_words(predicate, county_facts()) == words


def test_screening_a_filing_takes_less_than_two_milliseconds(pack: Pack) -> None:
    facts = project()
    assert min(timeit.repeat(lambda: screen_filing(facts, pack, DAY), number=20, repeat=5)) / 20 < 0.002


def test_secrecy_is_not_asked_where_the_pack_does_not_refuse_it(pack: Pack) -> None:
    open_pack = replace(
        pack,
        parameters={**pack.parameters, "filing.secret_refused": a_parameter("filing.secret_refused", False, "flag")},
    )
    assert screen(project(declarations__secret=None), open_pack, DAY).instant is True
