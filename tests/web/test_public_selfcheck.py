"""The self-check: few questions, every answer in the address, nothing kept."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.apps.county import County, at, new_county
from yinuo.core.fact_specs import ASKED_ELSEWHERE
from yinuo.engine.rules import pack
from yinuo.faces.projects import industry_words
from yinuo.site import guidebook, selfcheck_result
from yinuo.site.selfcheck_questions import TopicForm, asked
from yinuo.site.selfcheck_state import State, carried, leaf_of, path_of, read

NOW = at("2026-11-24 10:00")
DAY = date(2026, 11, 24)
TOPICS = pack().form.topics
FACTORY = {
    "kind": "filing",
    "industry": "2625",
    "total_investment": "3000",
    "land_area": "26667",
    "floor_area": "9000",
    "construction.building": True,
    "construction.municipal": False,
    "construction.highway": False,
    "site.heritage": "none",
    "site.new_construction_land": True,
    "eia": "table",
    "annual_energy": "500",
    "project_class": "private",
    "unit.type": "enterprise",
    "unit.grade": "A-",
    **{path: False for path, spec in carried().items() if path.startswith("declarations.") and spec.type == "flag"},
    "declarations.catalogue_class": "allowed",
}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def county(db: None) -> County:
    return new_county()


def url_of(**changes: Any) -> str:
    facts = {key: value for key, value in {**FACTORY, **changes}.items() if value is not None}
    return f"/check/result/{State(facts, DAY).query}"


def page(url: str, status: int = 200) -> str:
    answer = Client().get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return html.unescape(answer.content.decode())


def answer_of(**changes: Any) -> selfcheck_result.Result:
    facts = {key: value for key, value in {**FACTORY, **changes}.items() if value is not None}
    return selfcheck_result.result(State(facts, DAY), DAY, guidebook.offers(DAY))


# -- the address


def test_no_two_carried_facts_share_a_name() -> None:
    assert len(path_of()) == len(carried())
    assert not {"y", "n", "on", "q", "go", "yes", "rest", "finish"} & set(path_of())


def test_an_address_cannot_carry_who_the_project_is() -> None:
    state = read({"name": "某某公司", "address": "吹麻滩镇", "credit_code": "91440300708461136T", "secret": "x"}, DAY)
    assert state.facts == {}
    assert not any(
        path in carried()
        for path in ("name", "content", "site.address", "unit.name", "unit.credit_code", "declarations.secret")
    )


def test_state_and_address_are_two_forms_of_the_same() -> None:
    state = State({**FACTORY, "discharges": True, "water_intake": "0"}, DAY)
    again = read({key: values[0] for key, values in parse_qs(state.query[1:]).items()}, DAY)
    assert dict(again.facts) == dict(state.facts)
    assert again.on == DAY
    assert again.query == state.query


def test_what_an_address_says_wrongly_is_unknown_and_named() -> None:
    state = read(
        {"kind": "gift", "land_area": "-4", "y": "building.forest_land", "n": "building.nonsense", "on": "1999-01-01"},
        DAY,
    )
    assert state.facts == {"site.forest_land": True}
    assert set(state.unread) == {"办理类型", "用地面积", "房屋建筑工程", "规则日期"}


def test_a_full_answer_makes_an_address_that_can_be_sent() -> None:
    facts: dict[str, Any] = dict(FACTORY)
    for topic in TOPICS:
        flags = asked(topic, {"industry": "3021"}, DAY)[1] if topic.slug == "entries" else topic.flags
        facts |= {path: False for path in flags if path not in facts}
    assert len(f"https://example.test/check/result/{State(facts, DAY).query}") < 2000


# -- the questions


def test_every_question_is_one_some_rule_turns_on_or_places_the_project(db: None) -> None:
    fields = [path for topic in TOPICS for path in asked(topic, {}, DAY)[0]]
    flags = [path for topic in TOPICS for path in asked(topic, {}, DAY)[1]]
    read_by_rules = frozenset[str]().union(*(predicate.facts for predicate in pack().predicates.values()))
    assert set(flags) <= read_by_rules
    assert len(fields) == len(set(fields))
    here = {path for path in read_by_rules if not path.startswith(ASKED_ELSEWHERE)}
    assert here <= set(pack().form.topic_of)


def test_another_countys_rules_ask_other_questions(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = pack()
    kept = {key: matter for key, matter in rules.matters.items() if matter.needed in ("always", "occupies_forest_land")}
    schemes = tuple(row for row in rules.schemes if row.when is None)
    other = replace(rules, matters=kept, negative=(), schemes=schemes, lists=(), checks=())
    monkeypatch.setattr("yinuo.site.selfcheck_questions.pack", lambda: other)
    flags = [path for topic in TOPICS for path in asked(topic, {}, DAY)[1]]
    assert flags == ["site.forest_land"]


def test_what_matters_only_along_with_something_else_is_asked_once_that_holds() -> None:
    def questions(**facts: Any) -> list[str]:
        return [path for topic in TOPICS for found in asked(topic, State(facts, DAY).nested(), DAY) for path in found]

    assert "operation.hazardous_waste" in questions()
    assert "operation.hazardous_waste_over_year" not in questions()
    assert "operation.hazardous_waste_over_year" in questions(**{"operation.hazardous_waste": True})
    assert "construction.pipeline_kind" not in questions(kind="filing")
    assert "construction.pipeline_kind" in questions(kind="filing", **{"construction.road_excavation": True})
    assert len(questions(kind="filing", industry="2625")) < len(questions(kind="filing")) < 80


def test_no_page_shows_more_than_a_few_questions_until_a_part_is_opened(county: County) -> None:
    for topic in TOPICS:
        form = TopicForm(None, topic=topic, state=State({"kind": "filing", "industry": "2625"}, DAY), day=DAY)
        ticks = form.ticks() if form.flags else []
        in_sight = sum(len(part.options) for part in ticks if not part.title)
        assert len(list(form.shown())) + in_sight + sum(bool(part.title) for part in ticks) <= 14, topic.slug
        shown = [str(option.data["value"]) for part in ticks for option in part.options]
        assert sorted(shown) == sorted(leaf_of(path) for path in form.flags)


def test_a_part_in_which_something_is_ticked_stands_open_and_says_what_it_holds(county: County) -> None:
    folded = page("/check/site/?kind=filing")
    assert '<details class="fold"><summary>用林地、草原<small>占用林地、临时使用林地' in folded
    assert '<details class="fold" open><summary>用林地、草原' in page("/check/site/?kind=filing&y=grassland")


def test_what_is_ticked_in_a_part_and_then_folded_away_still_counts(county: County) -> None:
    answer = Client().get("/check/site/", {"go": "1", "kind": "filing", "yes": ["forest_land"], "rest": "no"})
    state = read({key: values[0] for key, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}, DAY)
    assert state.facts["site.forest_land"] is True
    assert state.facts["site.flood_area"] is False


def test_land_and_heritage_are_answered_as_in_the_filing(county: County) -> None:
    page = Client().get("/check/site/?kind=filing").content.decode()
    assert re.findall(r'name="site.heritage" value="([^"]*)"', page) == ["none", "protected", "possible"]
    assert "在可能埋藏文物的区域，或者不清楚" in page
    answers = {
        "go": "1",
        "kind": "filing",
        "land_area": "39",
        "land_area.unit": "mu",
        "site.heritage": "possible",
        "rest": "no",
    }
    answer = Client().get("/check/site/", answers)
    state = read({key: values[0] for key, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}, DAY)
    assert (state.facts["land_area"], state.facts["site.heritage"], state.unread) == ("26000", "possible", ())
    assert "国家重点公路工程" not in Client().get("/check/construction/?kind=filing&n=highway").content.decode()
    assert "国家重点公路工程" in Client().get("/check/construction/?kind=filing&y=highway").content.decode()


def test_each_page_leads_to_the_next_with_its_answers(county: County) -> None:
    client, url = Client(), "/check/"
    sent = [
        {"kind": "filing", "industry": "有机肥", "total_investment": "3，000", "yes": ["building"], "rest": "no"},
        {"land_area": "26667", "site.heritage": "none", "yes": ["new_construction_land"], "rest": "no"},
        {"construction.soil_disturbed_m2": "26667", "rest": "no"},
        {"eia": "table", "rest": "no"},
        {"unit.grade": "A-", "declarations.catalogue_class": "allowed", "rest": "no"},
    ]
    for answers in sent:
        before = client.get(url)
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', before.content.decode()))
        after = client.get(
            urlsplit(url).path, {**{key: html.unescape(value) for key, value in hidden.items()}, **answers, "go": "1"}
        )
        assert after.status_code == 302, after.content.decode()
        url = after.headers["Location"]
    assert urlsplit(url).path == "/check/result/"
    state = read({key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}, DAY)
    assert state.facts["industry"] == "2625"
    assert state.facts["total_investment"] == "3000"
    assert state.facts["construction.building"] is True
    assert state.facts["construction.highway"] is False
    assert state.facts["site.new_construction_land"] is True
    assert state.facts["site.forest_land"] is False
    assert state.facts["unit.grade"] == "A-"


def test_what_is_neither_ticked_nor_denied_stays_unknown(county: County) -> None:
    answer = Client().get("/check/", {"go": "1", "yes": ["building"], "rest": "unsure"})
    state = read({key: values[0] for key, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}, DAY)
    assert state.facts == {"construction.building": True}


def test_a_single_no_survives_a_page_that_is_unsure_of_the_rest(county: County) -> None:
    answer = Client().get("/check/site/", {"go": "1", "n": "forest_land", "yes": ["grassland"], "rest": "unsure"})
    state = read({key: values[0] for key, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}, DAY)
    assert state.facts == {"site.forest_land": False, "site.grassland": True}


def test_an_industry_in_words_that_may_be_several_is_asked_again(county: County) -> None:
    shown = page("/check/?go=1&industry=旅游接待")
    assert "可能是下面几个行业" in shown
    offered = re.findall(r'<input type="radio" name="industry" value="([^"]*)"', shown)
    assert offered == ["6110", "7861", "7862", "7869", ""]
    assert "没有认出这个行业" in page("/check/?go=1&industry=xyz")


def test_an_industry_recognised_stands_with_its_name(county: County) -> None:
    assert "0321 是鸡的饲养。写行业名称" in page("/check/?q=养鸡场 20 亩")


def test_a_wrong_number_is_told_at_its_field_and_what_was_typed_stays(county: County) -> None:
    shown = page("/check/site/?go=1&land_area=四十亩&kind=filing")
    assert "用地面积：应为不小于 0 的数字" in shown
    assert 'value="四十亩"' in shown
    assert 'name="kind" value="filing"' in shown


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("有机肥加工　吹麻滩镇　40 亩", {"land_area": "26667", "industry": "2625"}),
        (
            "投资3000万元 建筑面积9000平方米 光伏",
            {"total_investment": "3000", "floor_area": "9000", "industry": "4416"},
        ),
        ("1.2亿元的冷库", {"total_investment": "12000", "industry": "5930"}),
        ("你好", {}),
    ],
)
def test_one_line_is_understood_as_far_as_it_goes(text: str, facts: dict[str, str]) -> None:
    assert industry_words.guess(text) == facts


def test_the_line_from_the_home_page_fills_the_first_page(county: County) -> None:
    shown = page("/check/?q=有机肥加工 吹麻滩镇 40 亩")
    assert "认出来的已经填好" in shown
    assert 'value="2625"' in shown
    assert 'name="land_area" value="26667"' in shown


# -- the answer


def test_the_answer_names_matters_by_stage_with_promise_told_in_its_three_parts(county: County) -> None:
    shown = page(url_of())
    for words in ("建设项目环境影响报告表审批", "不在清单", "已公布开办", "可以承诺", "归口"):
        assert words in shown
    assert "附件1" in shown or "正文" in shown


def test_best_way_is_the_maps_own_plan_with_every_promise_taken(county: County) -> None:
    found = answer_of()
    assert found.best.working_days < found.regular.working_days
    assert found.best.landing_on < found.regular.landing_on
    # Review and guidance come before anything else may start.
    assert found.before_days == pack().integer("review.limit", DAY) + pack().integer("guidance.limit", DAY)


def test_a_red_grade_promises_nothing_and_lands_by_the_regular_way(county: County) -> None:
    found = answer_of(**{"unit.grade": "D"})
    assert found.promisable == 0
    assert found.best == found.regular
    assert any("不适用秒批秒办" in why for why, _links in found.stops)
    assert all(track.refused for track in found.tracks if track.name in ("代办服务", "模拟审批"))


def test_mock_approval_stands_among_the_tracks_with_what_speaks_for_and_against_it(county: County) -> None:
    def fit(**facts: Any) -> Any:
        return next(track.fit for track in answer_of(**facts).tracks if track.name == "模拟审批")

    known = {
        "mock.plan_conforms": True, "mock.inside_construction_land": True, "site.permanent_farmland": False,
        "mock.stability_risk": "low", "mock.land_formalities_done": False,
    }  # fmt: skip
    open_ = fit(**{"unit.grade": "A"})
    assert (open_.word, open_.against) == ("还有没说清的", ())
    assert "社会稳定风险评估结果" in open_.asked and "全程配合的联系人" not in open_.asked, (
        "what the application brings is not asked"
    )
    assert fit(**{**known, "unit.grade": "A", "mock.plan_conforms": False}).against == (
        "符合国土空间规划和控制性详细规划",
    )
    assert fit(**{"unit.grade": "D"}) is None, "a refused track is not weighed any further"
    assert fit() is not None, "told before the grade is"
    shown = page(url_of())
    assert "模拟审批" in shown and "到窗口申请时还要说清" in shown


def test_a_material_wanted_by_several_matters_is_named_once(county: County) -> None:
    found = answer_of()
    names = [(issuer, row.name) for issuer, rows in found.materials for row in rows]
    assert len(names) == len(set(names))
    wanted = sum(len(matter.materials) for matter in (line.matter for stage in found.stages for line in stage.lines))
    assert len(names) < wanted
    assert any(len(row.matters) > 1 for _issuer, rows in found.materials for row in rows)


def test_what_is_open_says_what_each_answer_would_change_and_following_it_changes_that(county: County) -> None:
    found = answer_of()
    forest = next(row for row in found.open if row.path == "site.forest_land")
    yes, no = forest.options
    assert any("林地" in name for name in yes.adds)
    assert no.adds == ()
    after = selfcheck_result.result(yes.state, DAY, guidebook.offers(DAY))
    assert after.count == found.count + len(yes.adds)
    assert "site.forest_land" not in [row.path for row in after.open]


def test_a_kind_of_project_adds_only_the_matters_of_that_kind(county: County) -> None:
    found = answer_of(kind=None)
    row = next(row for row in found.open if row.path == "kind")
    adds = {option.label: option.adds for option in row.options}
    assert adds["备案"] == ("企业投资项目备案",)
    assert adds["核准"] == ("企业投资项目核准",)
    assert all(name.startswith("政府投资项目") for name in adds["审批"])
    for option in row.options:
        assert selfcheck_result.result(option.state, DAY, guidebook.offers(DAY)).count == found.count + len(option.adds)


def test_an_unknown_declaration_is_told_with_both_ends_for_the_promise(county: County) -> None:
    found = answer_of(**{"declarations.public_body_building": None})
    row = next(row for row in found.open if row.path == "declarations.public_body_building")
    yes, no = row.options
    assert len(yes.bars) >= found.count - 2 - len(
        [1 for stage in found.stages for line in stage.lines if line.promisable is False]
    )
    assert yes.bars
    assert no.frees == yes.bars


def test_the_answer_can_be_taken_along_as_an_address_and_as_a_code_to_scan(county: County) -> None:
    shown = page(url_of())
    found = re.search(r'id="link" readonly value="http://testserver([^"]+)"', shown)
    assert found
    assert page(found[1]) == shown
    assert "<svg" in shown[shown.index("二维码") :]


def test_the_answer_by_an_earlier_days_rules_says_so(county: County) -> None:
    facts = State(FACTORY, date(2023, 3, 1)).query
    assert "这不是今天的规则" in page(f"/check/result/{facts}")
    sent_on = Client().get(f"/check/result/{State(FACTORY).query}")
    assert sent_on.status_code == 302
    assert sent_on.headers["Location"].endswith("on=2026-11-24")


def test_nothing_is_asked_of_an_empty_address(county: County) -> None:
    assert Client().get("/check/result/").headers["Location"] == "/check/"
    assert Client().get("/check/nowhere/?kind=filing").headers["Location"] == "/check/?kind=filing"


def test_the_check_writes_no_row_and_sets_no_cookie(county: County) -> None:
    client = Client()
    with CaptureQueriesContext(connection) as captured:
        for url in (
            "/check/",
            "/check/?q=光伏 40 亩",
            *(f"/check/{topic.slug}/?kind=filing" for topic in TOPICS),
            url_of(),
        ):
            answer = client.get(url)
            assert answer.status_code == 200, url
    assert {query["sql"].split()[0] for query in captured} <= {"SELECT"}
    assert not client.cookies


def test_the_answer_reads_little(county: County) -> None:
    client = Client()
    client.get(url_of())
    with CaptureQueriesContext(connection) as captured:
        client.get(url_of())
    # The halls, their departments' offers, and what the county's zones have to share.
    assert len(captured) == 3


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_check_takes_no_post(county: County, method: str) -> None:
    for url in ("/check/", "/check/site/", "/check/result/?kind=filing"):
        assert getattr(Client(), method)(url).status_code == 405
