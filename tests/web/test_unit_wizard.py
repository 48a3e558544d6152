"""The filing form across windows, earlier projects and the self-check:
nothing typed is lost, nothing taken silently.
"""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.apps.county import at, facts
from tests.web.test_unit_filing import ANSWERS, begin, fill
from tests.web.unit_desk import Desk, new_desk, value_of
from yinuo.core.screen import screen
from yinuo.engine.rules import pack
from yinuo.faces.projects.steps import asked
from yinuo.rooms.projects.actions import decide_by_hand, file_project
from yinuo.rooms.projects.models import Draft, Project


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


def opened(desk: Desk, draft_id: int, slug: str) -> dict[str, str]:
    """The hidden fields of a step as a window has them."""
    page = desk.get(f"/filing/{draft_id}/{slug}/")
    return {"version": value_of(page, "version"), "seen": html.unescape(value_of(page, "seen"))}


def known() -> dict[str, Any]:
    facts: dict[str, Any] = Draft.objects.get().facts
    return facts


# -- two windows


def test_two_windows_that_change_different_fields_of_one_page_are_merged_and_told(desk: Desk) -> None:
    draft_id = begin(desk)
    desk.post(f"/filing/{draft_id}/industry/", {**ANSWERS["industry"], **opened(desk, draft_id, "industry")})
    first, second = opened(desk, draft_id, "industry"), opened(desk, draft_id, "industry")
    desk.post(f"/filing/{draft_id}/industry/", {"industry": "2629", "total_investment": "8600", **first})
    desk.post(f"/filing/{draft_id}/place/", {**ANSWERS["place"], **opened(desk, draft_id, "place")})
    answer = desk.post(f"/filing/{draft_id}/industry/", {"industry": "2625", "total_investment": "9000", **second})
    assert (known()["industry"], known()["total_investment"]) == ("2629", "9000")
    page = desk.get(answer.headers["Location"])
    assert "两边的内容已经合在一起" in page
    assert "国标行业" in page


def test_a_field_both_windows_changed_is_shown_with_both_answers_and_nothing_is_saved(desk: Desk) -> None:
    draft_id = begin(desk)
    desk.post(f"/filing/{draft_id}/industry/", {**ANSWERS["industry"], **opened(desk, draft_id, "industry")})
    first, second = opened(desk, draft_id, "industry"), opened(desk, draft_id, "industry")
    desk.post(f"/filing/{draft_id}/industry/", {"industry": "2629", "total_investment": "9100", **first})
    before = known()
    page = desk.post(
        f"/filing/{draft_id}/industry/", {"industry": "2625", "total_investment": "9000", **second}, status=200
    ).content.decode()
    assert known() == before
    assert "在别处改成了不同的内容" in page
    assert "9\u00a0100 万元" in page
    assert 'value="9000"' in page
    # 只在那边改过的，直接换成那边的。
    assert re.search(r'name="industry"[^>]*value="2629"|value="2629"[^>]*name="industry"', page)
    again = {
        "industry": "2629",
        "total_investment": "9000",
        "version": value_of(page, "version"),
        "seen": html.unescape(value_of(page, "seen")),
    }
    desk.post(f"/filing/{draft_id}/industry/", again)
    assert (known()["industry"], known()["total_investment"]) == ("2629", "9000")


def test_an_answer_taken_away_in_one_window_stays_away(desk: Desk) -> None:
    draft_id = begin(desk)
    desk.post(f"/filing/{draft_id}/place/", {**ANSWERS["place"], **opened(desk, draft_id, "place")})
    first, second = opened(desk, draft_id, "place"), opened(desk, draft_id, "place")
    desk.post(f"/filing/{draft_id}/place/", {**ANSWERS["place"], "floor_area": "", **first})
    desk.post(f"/filing/{draft_id}/place/", {**ANSWERS["place"], "land_area": "30000", **second})
    assert (known()["land_area"], known()["floor_area"]) == ("30000", None)


@pytest.mark.parametrize("seen", ["", "不是 JSON", "[1]", '"x"'])
def test_a_window_that_does_not_say_what_it_saw_is_refused_as_a_whole(desk: Desk, seen: str) -> None:
    draft_id = begin(desk)
    desk.post(f"/filing/{draft_id}/industry/", {**ANSWERS["industry"], "version": "1"})
    sent = {"industry": "2629", "total_investment": "9000", "version": "1", "seen": seen}
    assert "刚刚被别人改动过" in desk.post(f"/filing/{draft_id}/industry/", sent, status=200).content.decode()


# -- earlier projects


def earlier_project(desk: Desk, **changes: Any) -> Project:
    return file_project(
        actor=desk.company.actor,
        unit_id=desk.company.unit.pk,
        facts=facts(**changes),
        pledged=True,
        at=at("2026-11-03 09:12"),
    ).project


def test_earlier_answers_are_offered_and_taken_only_when_asked_for(desk: Desk) -> None:
    project = earlier_project(desk)
    draft_id = begin(desk)
    page = desk.get(f"/filing/{draft_id}/place/")
    assert "以前填过" in page
    assert "积石山县吹麻滩镇唐集工业集中区3号地块" in page
    assert value_of(page, "site.address") == ""
    page = desk.get(f"/filing/{draft_id}/place/?take={project.pk}")
    assert value_of(page, "site.address") == "积石山县吹麻滩镇唐集工业集中区3号地块"
    assert "继续以后才保存" in page
    assert "site" not in known()


def test_what_is_already_answered_is_not_offered_again_and_equal_answers_are_offered_once(desk: Desk) -> None:
    earlier_project(desk)
    earlier_project(desk, name="二期")
    draft_id = begin(desk)
    assert desk.get(f"/filing/{draft_id}/industry/").count("?take=") == 1
    desk.post(f"/filing/{draft_id}/industry/", {**ANSWERS["industry"], **opened(desk, draft_id, "industry")})
    assert "以前填过" not in desk.get(f"/filing/{draft_id}/industry/")


def test_another_companys_answers_are_never_offered(desk: Desk) -> None:
    project = earlier_project(desk)
    stranger = desk.stranger()
    draft_id = int(stranger.post("/filing/", {"secrecy": "none"}).headers["Location"].split("/")[2])
    for path in ("", f"?take={project.pk}"):
        page = stranger.get(f"/filing/{draft_id}/place/{path}").content.decode()
        assert "唐集工业集中区3号地块" not in page


# -- from the self-check

CARRIED = "?f.industry=2625&f.total_investment=8600&f.site.ecological_redline=false&f.water_intake=none&f.eia=table"


def test_a_self_check_becomes_a_filing_without_retyping(desk: Desk) -> None:
    page = desk.get(f"/filing/{CARRIED}")
    assert "自查的回答会带过来" in page
    assert not Draft.objects.exists()
    desk.post("/filing/", {"secrecy": "none", "carried": html.unescape(value_of(page, "carried"))})
    assert (known()["industry"], known()["total_investment"], known()["water_intake"]) == ("2625", "8600", "0")
    assert known()["site"] == {"ecological_redline": False}
    assert known()["declarations"] == {"secret": False}
    assert "已带入自查时的 5 项回答" in desk.get(f"/filing/{Draft.objects.get().pk}/project/")


def test_the_declaration_sent_twice_begins_one_draft(desk: Desk) -> None:
    sent = {"secrecy": "none", "key": value_of(desk.get("/filing/"), "key")}
    assert desk.post("/filing/", sent).headers["Location"] == desk.post("/filing/", sent).headers["Location"]
    assert Draft.objects.count() == 1


def test_a_secret_project_leaves_nothing_of_its_self_check(desk: Desk) -> None:
    page = desk.get(f"/filing/{CARRIED}")
    answer = desk.post(
        "/filing/", {"secrecy": "classified", "carried": html.unescape(value_of(page, "carried"))}, status=200
    )
    assert "2625" not in answer.content.decode()
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "f.declarations.secret=true&f.declarations.truthful=true",
        "f.unit.grade=A&f.confirmations.eia_brewing=true",
        "f.eia=nonsense&f.total_investment=many&f.industry=%00&f.site.ecological_redline=perhaps",
        "f.content=" + "长" * 2001 + "&f.name=" + "长" * 161,
        "f.=1&f=2&unknown=3",
    ],
)
def test_what_may_not_or_cannot_be_carried_is_left_out(desk: Desk, query: str) -> None:
    desk.get(f"/filing/?{query}")
    desk.post("/filing/", {"secrecy": "none", "carried": query})
    assert known() == {"kind": "filing", "declarations": {"secret": False}}


def test_a_stranger_signs_in_first_and_keeps_the_answers_in_the_address() -> None:
    answer = Client().get(f"/filing/{CARRIED}")
    assert "f.industry%3D2625" in answer.headers["Location"]


# -- progress, the check, and refusals


def test_every_step_tells_how_far_one_is(desk: Desk) -> None:
    draft_id = begin(desk)
    page = desk.get(f"/filing/{draft_id}/project/")
    assert re.search(r"第 1 步，共 \d 步", page)
    assert "还没填" in page
    desk.post(f"/filing/{draft_id}/project/", {**ANSWERS["project"], **opened(desk, draft_id, "project")})
    page = desk.get(f"/filing/{draft_id}/industry/")
    assert "填好了" in page
    assert f"/filing/{draft_id}/check/" in page


def test_the_check_folds_what_may_stay_open_into_one_line_a_group(desk: Desk) -> None:
    draft_id = begin(desk)
    fill(desk, draft_id)
    page = desk.get(f"/filing/{draft_id}/check/")
    assert ">未填<" not in page
    assert page.count("没有填，可以不填") <= 9
    assert "登记信息，不用再填" in page
    assert desk.company.person.name in page


def test_what_stands_in_the_way_names_clause_and_the_answer_it_turned_on(desk: Desk) -> None:
    draft_id = begin(desk)
    fill(desk, draft_id, declarations={"declarations.two_high_or_overcapacity": "true"})
    page = desk.get(f"/filing/{draft_id}/check/")
    assert "根据这里的回答" in page
    assert f"/filing/{draft_id}/declarations/?back=check#id_declarations.two_high_or_overcapacity_0" in page
    assert "附件1" in page


def test_a_filing_refused_by_hand_says_why_and_where_to_turn(desk: Desk) -> None:
    draft_id = begin(desk)
    fill(desk, draft_id, declarations={"declarations.two_high_or_overcapacity": "true"})
    page = desk.get(f"/filing/{draft_id}/check/")
    desk.post(f"/filing/{draft_id}/check/", {"pledge": "on", "version": value_of(page, "version")})
    project = Project.objects.get()
    decide_by_hand(
        actor=desk.county.actor("approver"),
        project_id=project.pk,
        approve=False,
        why="属于产能过剩行业",
        at=at("2026-11-06 10:00"),
    )
    page = desk.get(f"/filing/{draft_id}/done/")
    for words in (
        "不予备案",
        "属于产能过剩行业",
        "60 日内申请行政复议",
        "6 个月内提起行政诉讼",
        "第三十八条",
        "重新申报",
    ):
        assert words in page


# -- what few projects have


def test_what_few_projects_have_is_folded_says_how_it_stands_and_opens_where_something_holds(desk: Desk) -> None:
    draft_id = begin(desk)
    desk.post(f"/filing/{draft_id}/project/", {**ANSWERS["project"], **opened(desk, draft_id, "project")})
    here = f"/filing/{draft_id}/site/"
    page = desk.get(here)
    assert '<details class="fold"><summary>用林地、草原<small>占用林地、临时使用林地、' in page
    names = set(re.findall(r'name="(site\.[a-z_]+)"', page))
    assert names == set(asked(pack().form.by_slug["site"], known(), date(2026, 11, 6)))
    desk.post(
        here, {"site.heritage": "none", "site.forest_land": "true", "rest": "1", **opened(desk, draft_id, "site")}
    )
    page = desk.get(here)
    assert '<details class="fold" open><summary>用林地、草原<small>是：占用林地</small>' in page
    assert '<details class="fold"><summary>靠近河道、水源或者灌溉设施<small>都不涉及：在河道管理范围内、' in page


# -- the industry in words


TRAVEL = ("6110", "7861", "7862", "7869")


def test_an_industry_is_filed_in_words_or_chosen_among_what_they_may_mean(desk: Desk) -> None:
    draft_id = begin(desk)
    path = f"/filing/{draft_id}/industry/"
    typed = {**opened(desk, draft_id, "industry"), "total_investment": "3000"}
    page = desk.post(path, {**typed, "industry": "旅游接待"}, status=200).content.decode()
    assert "可能是下面几个行业" in page
    assert "国标行业<span" not in page
    assert re.findall(r'<input type="radio" name="industry" value="([^"]*)"', page) == [*TRAVEL, ""]
    assert "填写国标行业" in desk.post(path, {**typed, "industry": ""}, status=200).content.decode()
    assert "没有认出这个行业" in desk.post(path, {**typed, "industry": "xyz"}, status=200).content.decode()
    desk.post(path, {**typed, "industry": "养鸡"})
    assert Draft.objects.get(pk=draft_id).facts["industry"] == "0321"
    assert "0321 是鸡的饲养。" in desk.get(path)


# -- land, heritage, and what follows from an answer


@pytest.mark.parametrize(
    ("typed", "unit", "kept", "told"),
    [
        ("39", "mu", "26000", "合 39 亩"),
        ("10", "mu", "6666.67", "合 10 亩"),
        ("1,234.5", "mu", "823000", "合 1 234.5 亩"),
        ("2.6", "ha", "26000", "合 39 亩"),
        ("26000", "m2", "26000", "合 39 亩"),
        ("26000", "", "26000", "合 39 亩"),
    ],
)
def test_land_is_measured_in_what_people_say_and_kept_in_square_metres(
    desk: Desk, typed: str, unit: str, kept: str, told: str
) -> None:
    draft_id = begin(desk)
    path = f"/filing/{draft_id}/place/"
    desk.post(path, {**ANSWERS["place"], **opened(desk, draft_id, "place"), "land_area": typed, "land_area.unit": unit})
    assert Draft.objects.get().facts["land_area"] == kept
    page = desk.get(path).replace("\u2009", " ").replace("\u202f", " ").replace("\xa0", " ")
    assert told in page
    assert value_of(page, "land_area") == kept
    assert re.search(r'name="land_area.unit" value="m2"[^>]* checked', page)


@pytest.mark.parametrize("typed", ["三十亩", "-1", "1e3"])
def test_an_area_that_is_no_number_comes_back_as_it_was_typed(desk: Desk, typed: str) -> None:
    draft_id = begin(desk)
    sent = {**ANSWERS["place"], **opened(desk, draft_id, "place"), "land_area": typed, "land_area.unit": "mu"}
    page = desk.post(f"/filing/{draft_id}/place/", sent, status=200).content.decode()
    assert "用地面积：应为不小于 0 的数字" in page
    assert value_of(page, "land_area") == typed
    assert re.search(r'name="land_area.unit" value="mu"[^>]* checked', page)


def test_whoever_does_not_know_of_heritage_takes_the_answer_that_keeps_its_matter(desk: Desk) -> None:
    draft_id = begin(desk)
    path = f"/filing/{draft_id}/site/"
    page = desk.get(path)
    assert re.findall(r'name="site.heritage" value="([^"]*)"', page) == ["none", "protected", "possible"]
    assert "在可能埋藏文物的区域，或者不清楚" in page
    desk.post(path, {"site.heritage": "possible", "rest": "1", **opened(desk, draft_id, "site")})
    facts = {**known(), "kind": "filing"}
    relics = pack().matters["cultural_relics_permit"]
    answer = next(row for row in screen(facts, pack(), date(2026, 11, 6)).matters if row.id == relics.id)
    assert (answer.needed, answer.promisable) == ("yes", False)
    assert "在可能埋藏文物的区域，或者不清楚" in desk.get(f"/filing/{draft_id}/check/")


@pytest.mark.parametrize(("work", "key"), [("highway", "国家重点公路工程"), ("waterway", "国家重点水运工程")])
def test_national_key_works_are_asked_of_roads_and_waterways_alone(desk: Desk, work: str, key: str) -> None:
    draft_id = begin(desk)
    path = f"/filing/{draft_id}/construction/"
    page = desk.get(path)
    assert "国家重点公路工程" not in page and "国家重点水运工程" not in page
    sent = {**opened(desk, draft_id, "construction"), "construction.building": "true", "rest": "1"}
    assert "/environment/" in desk.post(path, sent).headers["Location"]
    answer = desk.post(path, {**sent, **opened(desk, draft_id, "construction"), f"construction.{work}": "true"})
    asked_for = f"construction.national_key_{work}"
    assert answer.headers["Location"] == f"{path}#id_{asked_for}_0"
    page = desk.get(path)
    assert key in page and "这一页还有问题要回答" in page
    again = {**sent, **opened(desk, draft_id, "construction"), f"construction.{work}": "true", asked_for: "true"}
    assert "/environment/" in desk.post(path, again).headers["Location"]
    assert known()["construction"][f"national_key_{work}"] is True


# -- signed out in the middle of it


def test_a_form_that_came_after_signing_out_says_so_and_leads_back_to_its_page(desk: Desk) -> None:
    draft_id = begin(desk)
    page, gone = f"/filing/{draft_id}/project/", Client()
    answer = gone.post(page, {"name": "有机肥厂"}, headers={"Referer": f"http://testserver{page}?again=1"})
    assert answer.status_code == 403
    shown = answer.content.decode()
    assert "登录已过期，没有提交" in shown
    assert "有机肥厂" not in shown, "what was typed is in the browser alone"
    assert f'href="/accounts/login/?next=/filing/{draft_id}/project/%3Fagain%3D1"' in shown
    assert 'href="/accounts/login/?next=/signed-in/" target="_blank"' in shown
    astray = gone.post(page, {}, headers={"Referer": "https://elsewhere.example/x/"}).content.decode()
    assert f'href="/accounts/login/?next={page}"' in astray
    assert gone.get(page).headers["Location"] == f"/accounts/login/?next={page}"
