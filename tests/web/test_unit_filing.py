"""The filing form: secrecy first, one topic a page, saved as it goes, checked, sent once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apps.county import new_company
from tests.web.unit_desk import Desk, new_desk, signed_in, value_of
from yinuo.engine.rules import pack
from yinuo.engine.trail.models import Entry, Idempotency
from yinuo.faces.projects.steps import asked
from yinuo.rooms.projects.models import Draft, Project

ANSWERS: dict[str, dict[str, str]] = {
    "project": {
        "name": "年产5万吨有机肥加工项目",
        "kind": "filing",
        "project_class": "private",
        "content": "新建发酵车间 12000 平方米",
    },
    "industry": {"industry": "2625", "total_investment": "8,600"},
    "place": {
        "region": "622927",
        "site.address": "吹麻滩镇唐集工业集中区3号地块",
        "land_area": "26000",
        "floor_area": "20600",
    },
    "site": {"site.heritage": "none", "rest": "1"},
    "construction": {"construction.building": "true", "rest": "1"},
    "environment": {
        "eia": "table",
        "water_intake": "none",
        "discharges": "some",
        "uses_radiation": "false",
        "hazardous_chemicals": "none",
    },
    "operation": {"annual_energy": "800", "annual_coal": "３００", "rest": "1"},
    "declarations": {
        "declarations.national_security_or_major_layout": "false",
        "declarations.catalogue_class": "encouraged",
        "declarations.foreign_restricted": "false",
        "declarations.verification_catalogue": "false",
        "declarations.two_high_or_overcapacity": "false",
        "declarations.public_body_building": "false",
    },
    "schedule": {"planned_start_on": "2027-03-01", "planned_finish_on": "2028-06-30"},
}


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


def begin(desk: Desk) -> int:
    answer = desk.post("/filing/", {"secrecy": "none"})
    return int(answer.headers["Location"].split("/")[2])


def fill(desk: Desk, draft_id: int, **changes: dict[str, str]) -> None:
    """Goes through every page as a person would, following where each leads."""
    path = f"/filing/{draft_id}/project/"
    for _ in range(len(pack().form.steps) + 1):
        if path.endswith("/check/"):
            return
        slug = path.split("/")[3]
        page = desk.get(path)
        path = desk.post(
            path, {**ANSWERS[slug], **changes.get(slug, {}), "version": value_of(page, "version")}
        ).headers["Location"]
    raise AssertionError(path)


def test_before_the_declaration_nothing_is_stored_and_a_secret_project_leaves_no_trace(desk: Desk) -> None:
    assert "涉及国家秘密" in desk.get("/filing/")
    before = Entry.objects.count()
    page = desk.post("/filing/", {"secrecy": "classified", "name": "机密工程"}, status=200).content.decode()
    assert "不能在这里办理" in page
    assert "当面办理" in page
    assert "附件7·第二条" in page
    assert not Draft.objects.exists()
    assert Entry.objects.count() == before
    assert not Idempotency.objects.exists()


def test_the_declaration_has_to_be_given(desk: Desk) -> None:
    page = desk.post("/filing/", {}, status=200).content.decode()
    assert "先选择是否涉及国家秘密" in page
    assert 'href="#id_secrecy_0"' in page


def test_a_whole_filing_is_answered_with_code_and_certificate(desk: Desk) -> None:
    draft_id = begin(desk)
    fill(desk, draft_id)
    page = desk.get(f"/filing/{draft_id}/check/")
    assert "符合秒批秒办的条件" in page
    assert "2625 有机肥料及微生物肥料制造" in page
    assert "8\u00a0600 万元" in page
    answer = desk.post(f"/filing/{draft_id}/check/", {"pledge": "on", "version": value_of(page, "version")})
    project = Project.objects.get()
    done = desk.get(answer.headers["Location"])
    assert project.code is not None
    assert project.code in done
    assert project.certificate.number in done
    assert project.facts["water_intake"] == "0"
    assert project.facts["discharges"] is True
    assert project.facts["annual_coal"] == "300"
    assert project.facts["site"]["forest_land"] is False
    assert "confirmations" not in project.facts


def test_a_double_click_files_once(desk: Desk) -> None:
    draft_id = begin(desk)
    fill(desk, draft_id)
    sent = {"pledge": "on", "version": value_of(desk.get(f"/filing/{draft_id}/check/"), "version")}
    first = desk.post(f"/filing/{draft_id}/check/", sent).headers["Location"]
    assert desk.post(f"/filing/{draft_id}/check/", sent).headers["Location"] == first
    assert Project.objects.count() == 1
    assert desk.client.get(f"/filing/{draft_id}/project/").headers["Location"] == first


def test_a_project_on_the_list_is_told_so_before_and_after_sending(desk: Desk) -> None:
    draft_id = begin(desk)
    fill(desk, draft_id, declarations={"declarations.two_high_or_overcapacity": "true"})
    page = desk.get(f"/filing/{draft_id}/check/")
    assert "不能秒批" in page
    assert "负面清单第一部分第 5 项" in page
    desk.post(f"/filing/{draft_id}/check/", {"pledge": "on", "version": value_of(page, "version")})
    assert Project.objects.get().state == "manual"
    done = desk.get(f"/filing/{draft_id}/done/")
    assert "转人工办理" in done
    assert "附件1·一·5" in done


def test_what_is_missing_is_listed_with_the_way_to_it(desk: Desk) -> None:
    draft_id = begin(desk)
    page = desk.get(f"/filing/{draft_id}/check/")
    assert "填好这些就可以提交" in page
    assert f"/filing/{draft_id}/declarations/?back=check#id_declarations.catalogue_class_0" in page
    answer = desk.post(f"/filing/{draft_id}/check/", {"pledge": "on", "version": value_of(page, "version")}, status=200)
    assert "需要改正" in answer.content.decode()
    assert not Project.objects.exists()


def test_without_the_pledge_nothing_is_sent(desk: Desk) -> None:
    draft_id = begin(desk)
    fill(desk, draft_id)
    page = desk.post(f"/filing/{draft_id}/check/", {"version": "1"}, status=200).content.decode()
    assert "作出备案信用承诺后才能提交" in page
    assert not Project.objects.exists()


def test_a_check_of_answers_changed_meanwhile_is_shown_again(desk: Desk) -> None:
    draft_id = begin(desk)
    fill(desk, draft_id)
    answer = desk.post(f"/filing/{draft_id}/check/", {"pledge": "on", "version": "1"})
    assert answer.headers["Location"] == f"/filing/{draft_id}/check/"
    assert not Project.objects.exists()


def test_a_second_project_of_the_same_name_has_to_be_confirmed(desk: Desk) -> None:
    first = begin(desk)
    fill(desk, first)
    desk.post(
        f"/filing/{first}/check/", {"pledge": "on", "version": value_of(desk.get(f"/filing/{first}/check/"), "version")}
    )
    second = begin(desk)
    fill(desk, second)
    sent = {"pledge": "on", "version": value_of(desk.get(f"/filing/{second}/check/"), "version")}
    page = desk.post(f"/filing/{second}/check/", sent, status=200).content.decode()
    assert f"/projects/{Project.objects.get().pk}/" in page
    assert "这确实是另一个项目" in page
    desk.post(f"/filing/{second}/check/", {**sent, "another": "on"})
    assert Project.objects.count() == 2


@pytest.mark.parametrize(
    ("slug", "typed", "message"),
    [
        ("industry", {"total_investment": "八千六百"}, "应为不小于 0 的数字"),
        ("industry", {"industry": "甲乙丙丁"}, "没有认出这个行业"),
        ("place", {"site.address": "  "}, "填写详细地址"),
        ("schedule", {"planned_start_on": "2027-02-30"}, "填写日期"),
        ("schedule", {"planned_start_on": "2027-03-01", "planned_finish_on": "2027-01-01"}, "不能早于拟开工日期"),
        ("environment", {"discharges": "some", "discharges.amount": "很多"}, "应为不小于 0 的数字"),
    ],
)
def test_bad_input_is_named_at_its_field_and_stays_typed(
    desk: Desk, slug: str, typed: dict[str, str], message: str
) -> None:
    draft_id = begin(desk)
    page = desk.post(
        f"/filing/{draft_id}/{slug}/", {**ANSWERS[slug], **typed, "version": "1"}, status=200
    ).content.decode()
    assert message in page
    name, text = list(typed.items())[-1]
    assert f'href="#id_{name}"' in page
    assert text.strip() in page
    assert Draft.objects.get().version == 1


def test_saved_for_later_wants_nothing_but_keeps_what_is_right(desk: Desk) -> None:
    draft_id = begin(desk)
    assert (
        desk.post(f"/filing/{draft_id}/project/", {"name": "冷链仓储", "version": "1", "later": "1"}).headers[
            "Location"
        ]
        == "/projects/"
    )
    assert "冷链仓储" in desk.get("/projects/")
    assert 'value="冷链仓储"' in desk.get(f"/filing/{draft_id}/project/")


def test_two_tabs_on_different_pages_merge_and_on_the_same_page_the_later_is_warned(desk: Desk) -> None:
    draft_id = begin(desk)
    desk.post(f"/filing/{draft_id}/project/", {**ANSWERS["project"], "version": "1"})
    desk.post(f"/filing/{draft_id}/industry/", {**ANSWERS["industry"], "version": "1"})
    assert Draft.objects.get().facts["name"] == ANSWERS["project"]["name"]
    stale = {"industry": "2625", "total_investment": "9000", "version": "1"}
    page = desk.post(f"/filing/{draft_id}/industry/", stale, status=200).content.decode()
    assert "刚刚被别人改动过" in page
    assert "8\u00a0600 万元" in page
    assert 'value="9000"' in page
    desk.post(f"/filing/{draft_id}/industry/", {**stale, "version": value_of(page, "version")})
    assert Draft.objects.get().facts["total_investment"] == "9000"


def test_a_fact_is_asked_only_where_an_answer_turns_on_it(desk: Desk) -> None:
    draft_id = begin(desk)
    desk.post(f"/filing/{draft_id}/industry/", {**ANSWERS["industry"], "version": "1"})
    assert "环评行业类别" not in desk.get(f"/filing/{draft_id}/environment/")
    desk.post(f"/filing/{draft_id}/industry/", {"industry": "7711", "total_investment": "500", "version": "2"})
    assert "环评行业类别" in desk.get(f"/filing/{draft_id}/environment/")


def test_what_a_clerk_confirms_is_never_asked() -> None:
    assert not [path for step in pack().form.steps for path in step.paths if path.startswith("confirmations.")]


def test_every_fact_the_rules_of_a_filing_miss_is_asked_on_some_page(desk: Desk) -> None:
    from django.utils import timezone

    from yinuo.core.facts import UNKNOWN, look_up
    from yinuo.core.screen import screen

    facts: dict[str, Any] = {"kind": "filing", "declarations": {"secret": False}}
    missing = set(screen(facts, pack(), timezone.localdate()).missing)
    for matter in screen(facts, pack(), timezone.localdate()).matters:
        missing |= set(matter.missing)
    here = {path for step in pack().form.steps for path in asked(step, facts, timezone.localdate())}
    # What follows from an answer is asked with it.
    roads = {**facts, "construction": {"highway": True, "waterway": True}}
    form = pack().form
    here |= {
        path
        for path in asked(form.by_slug["construction"], roads, timezone.localdate())
        if (when := form.question(path).when) and when.fact in here
    }
    unasked = {
        path
        for path in missing - here
        if not path.startswith(("unit.", "confirmations.")) and look_up(facts, path) is UNKNOWN
    }
    assert unasked == set()


def test_a_filing_page_is_for_signed_in_companies_and_a_draft_for_its_own(desk: Desk) -> None:
    draft_id = begin(desk)
    from django.test import Client

    for path in ("/filing/", f"/filing/{draft_id}/project/", f"/filing/{draft_id}/check/", f"/filing/{draft_id}/done/"):
        assert Client().get(path).headers["Location"].startswith("/accounts/login/")
        assert desk.official().get(path).status_code == 403
    stranger = desk.stranger()
    for path in (f"/filing/{draft_id}/project/", f"/filing/{draft_id}/check/", f"/filing/{draft_id}/done/"):
        assert stranger.get(path).status_code == 403
        assert stranger.post(path).status_code in (403, 405)
    assert stranger.get("/filing/999999/project/").status_code == 404


def test_a_company_with_a_red_grade_is_told_before_sending(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = new_desk(monkeypatch, score="45")
    draft_id = begin(desk)
    fill(desk, draft_id)
    page = desk.get(f"/filing/{draft_id}/check/")
    assert "转人工办理" in page
    assert "D 级" in page


def test_a_project_to_be_verified_gets_its_code_but_no_certificate(desk: Desk) -> None:
    draft_id = begin(desk)
    fill(desk, draft_id, project={"kind": "verification"})
    page = desk.get(f"/filing/{draft_id}/check/")
    assert "再按核准、审批程序办理" in page
    desk.post(f"/filing/{draft_id}/check/", {"pledge": "on", "version": value_of(page, "version")})
    done = desk.get(f"/filing/{draft_id}/done/")
    assert str(Project.objects.get().code) in done
    assert "下载信用备案证" not in done


def test_pages_of_the_form_take_a_fixed_number_of_queries(desk: Desk, django_assert_num_queries: Any) -> None:
    draft_id = begin(desk)
    fill(desk, draft_id)
    desk.get(f"/filing/{draft_id}/check/")  # who works in the hall is read once in half a minute
    with django_assert_num_queries(5):
        desk.get(f"/filing/{draft_id}/site/")
    with django_assert_num_queries(6):
        desk.get(f"/filing/{draft_id}/check/")


def test_another_company_of_the_same_person_does_not_open_the_draft(desk: Desk) -> None:
    draft_id = begin(desk)
    other = new_company("积石山新禾农业有限公司")
    assert signed_in(other.person).get(f"/filing/{draft_id}/check/").status_code == 403
