"""The page on which a project's rules are moved to another day: asked for, shown, then decided."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.apps.county import Company, County
from tests.apps.killing import counts
from tests.apps.test_moving_rules import NO_EARTH_MOVED, TURN, WHY, in_force, new_rules
from tests.apps.test_onemap import guided
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, text_of
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project

__all__ = ["company", "county", "in_force", "new_rules", "set_clock"]


@pytest.fixture
def project(in_force: None, county: County, company: Company, set_clock: SetClock) -> Project:
    made = guided(county, company, **NO_EARTH_MOVED)
    set_clock("2026-11-09 12:00")
    return made


def url(project: Project) -> str:
    return f"/staff/projects/{project.pk}/rules/"


def form(project: Project, **changes: Any) -> dict[str, Any]:
    return {"to": TURN.isoformat(), "reason": WHY, "version": project.version, **changes}


def test_the_projects_page_leads_to_it(project: Project, county: County) -> None:
    page = text_of(desk(county, "general_convener").get(f"/staff/projects/{project.pk}/"))
    assert "适用 2026-11-03 的规则" in page
    assert url(project) in page


def test_asking_shows_what_would_change_and_writes_nothing(project: Project, county: County) -> None:
    convener = desk(county, "general_convener")
    assert "确认改变" not in text_of(convener.get(url(project)))
    before = counts()
    answer = convener.get(url(project), {"to": "2026-11-06"})
    page = text_of(answer)
    assert answer.status_code == 200
    for words in ("时限由 10 个工作日 改为 7 个工作日", "不再须办理，从“一张图”取消", "500 吨标准煤", "确认改变"):
        assert words in page
    assert counts() == before


def test_a_day_on_which_nothing_differs_says_so(project: Project, county: County) -> None:
    page = text_of(desk(county, "comprehensive").get(url(project), {"to": "2026-11-05"}))
    assert "没有变化" in page
    assert "这两天的规定对本项目没有差异" in page


def test_deciding_moves_it_and_the_record_stands_on_the_page(project: Project, county: County) -> None:
    convener = desk(county, "general_convener")
    answer = convener.post(url(project), form(project))
    assert (answer.status_code, answer["Location"]) == (302, f"/staff/projects/{project.pk}/")
    project.refresh_from_db()
    assert project.rules_on == TURN
    assert MapItem.objects.get(project=project, matter_id="eia_table").limit_value == 7
    page = text_of(convener.get(url(project)))
    assert f"2026-11-03 → 2026-11-06。{WHY}" in page


@pytest.mark.parametrize(
    ("to", "says"),
    [("2026-11-10", "今天以后"), ("2023-02-19", "没有规则可用"), ("2026-11-03", "已经适用"), ("昨天", "日期写作")],
)
def test_a_day_that_cannot_be_is_told_at_the_field(project: Project, county: County, to: str, says: str) -> None:
    answer = desk(county, "general_convener").get(url(project), {"to": to})
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert "确认改变" not in text_of(answer)


@pytest.mark.parametrize(
    ("changes", "says"), [({"reason": ""}, "写明为什么改变"), ({"version": 99}, "刚刚被别人改动过")]
)
def test_without_a_reason_or_by_an_old_form_nothing_moves_and_what_was_typed_stays(
    project: Project, county: County, changes: dict[str, Any], says: str
) -> None:
    answer = desk(county, "general_convener").post(url(project), form(project, **changes))
    assert answer.status_code == 422
    page = text_of(answer)
    assert says in page
    assert changes.get("reason", WHY) in page
    project.refresh_from_db()
    assert project.rules_on == date(2026, 11, 3)


@pytest.mark.parametrize("role", ["approver", "supervisor", "stage_convener", "principal", "administrator"])
def test_others_read_which_day_holds_and_may_not_move_it(project: Project, county: County, role: str) -> None:
    client = desk(county, role, stage="initiation" if role == "stage_convener" else "")
    page = text_of(client.get(url(project), {"to": "2026-11-06"}))
    assert "请联系本大厅总召集人" in page
    assert "确认改变" not in page
    assert client.post(url(project), form(project)).status_code == 403
    project.refresh_from_db()
    assert project.rules_on == date(2026, 11, 3)


def test_a_company_and_somebody_not_signed_in_do_not_get_in(project: Project, company: Company, client: Any) -> None:
    assert client.get(url(project)).status_code == 302
    from tests.web.staffdesk import signed_in

    assert signed_in(company.person).get(url(project)).status_code == 403


def test_the_page_asks_the_database_a_fixed_number_of_times(
    project: Project, county: County, django_assert_max_num_queries: Any
) -> None:
    convener = desk(county, "general_convener")
    convener.get(url(project), {"to": "2026-11-06"})
    with django_assert_max_num_queries(40):
        convener.get(url(project), {"to": "2026-11-06"})
