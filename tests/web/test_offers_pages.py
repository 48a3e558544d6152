"""承诺事项: a department sees what it offers, publishes from a day on, and finds again what it had planned."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests.apps.county import Company, County
from tests.apps.gaps import LACKING
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.engine.catalogue.models import CommitmentOffer, Tolerance
from yinuo.engine.rules import pack

__all__ = ["company", "county", "set_clock"]

MATTER, TODAY = "eia_table", date(2026, 11, 6)
LIST, ONE = "/staff/offers/", f"/staff/offers/{MATTER}/"
STOP = {"offered": "no", "from_on": "2027-01-01", "basis": "局务会〔2026〕12号"}


@pytest.fixture(autouse=True)
def _november(set_clock: SetClock) -> None:
    set_clock("2026-11-06 10:00")


def test_a_department_stops_opens_and_moves_its_promise_and_the_guide_follows(
    county: County, set_clock: SetClock
) -> None:
    principal = desk(county, "principal", "ecology")
    assert "已开办" in text_of(principal.get(LIST))
    answer = principal.post(ONE, STOP, follow=True)
    assert "已公布：2027年1月1日起停办承诺" in text_of(answer)
    assert "2027年1月1日起停办承诺" in text_of(principal.get(LIST))
    assert principal.post(ONE, {**STOP, "from_on": "2026-12-01"}).status_code == 302
    page = text_of(principal.get(ONE))
    assert "已安排：2026年12月1日起停办承诺" in page
    assert "已被代替" in page
    assert "局务会〔2026〕12号" in page
    assert "视项目可承诺" in text_of(Client().get(f"/guides/{MATTER}/"))
    set_clock("2026-12-15 10:00")
    principal = desk(county, "principal", "ecology")
    assert "未开办" in text_of(principal.get(LIST))
    guide = text_of(Client().get(f"/guides/{MATTER}/"))
    assert "尚未开办承诺" in guide
    assert "2027年1月1日起：停办" not in guide


def test_sent_twice_it_is_one_decision(county: County) -> None:
    approver = desk(county, "approver", "ecology")
    assert [approver.post(ONE, STOP).status_code for _ in range(2)] == [302, 302]
    assert CommitmentOffer.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"offered": ""}, "选择开办或者停办"),
        ({"offered": "perhaps"}, "选择"),
        ({"from_on": ""}, "填写生效日期"),
        ({"from_on": "明天"}, "生效日期"),
        ({"from_on": "2026-11-05"}, "生效日期不能早于今天"),
        ({"basis": ""}, "写明依据"),
        ({"basis": " "}, "写明依据"),
        ({"basis": "字" * 241}, "240"),
    ],
)
def test_what_is_missing_or_wrong_stays_on_the_page_with_its_reason(
    county: County, changes: dict[str, str], words: str
) -> None:
    answer = desk(county, "approver", "ecology").post(ONE, {**STOP, **changes})
    page = text_of(answer)
    assert answer.status_code == 422
    assert words in page
    assert changes.get("basis", STOP["basis"]).strip() in page
    assert not CommitmentOffer.objects.exists()


def test_a_matter_without_a_standard_cannot_be_opened_and_the_page_says_why(county: County) -> None:
    approver = desk(county, "approver", "natural_resources")
    own = [matter for matter in pack().matters_at(TODAY) if matter.department == "natural_resources"]
    bare = next(matter for matter in own if not matter.standards)
    assert "还没有承诺标准" in text_of(approver.get(LIST))
    url = f"/staff/offers/{bare.id}/"
    assert "还没有承诺标准，不能开办承诺" in text_of(approver.get(url))
    answer = approver.post(url, {**STOP, "offered": "yes"})
    assert answer.status_code == 422
    assert "这个事项还没有承诺标准，不能实行信用承诺" in text_of(answer)
    assert not CommitmentOffer.objects.exists()


def test_only_the_departments_own_deciders_reach_the_pages(county: County, company: Company) -> None:
    for url in (LIST, ONE):
        assert Client().get(url).status_code == 302
        assert signed_in(company.person).get(url).status_code == 403
        for role in ("general_convener", "supervisor", "comprehensive", "window"):
            assert desk(county, role).get(url).status_code == 403
    assert Client().post(ONE, STOP).status_code == 403
    stranger = desk(county, "approver", "meteorology")
    assert stranger.get(LIST).status_code == 200
    assert stranger.get(ONE).status_code == 403
    assert stranger.post(ONE, STOP).status_code == 403
    assert stranger.get("/staff/offers/no_such_matter/").status_code == 403
    assert not CommitmentOffer.objects.exists()


def test_the_list_costs_the_same_however_much_was_published(county: County, django_assert_num_queries: object) -> None:
    approver = desk(county, "approver", "ecology")
    approver.get(LIST)
    with django_assert_num_queries(7):  # type: ignore[operator]
        approver.get(LIST)
    approver.post(ONE, STOP)
    approver.post(ONE, {**STOP, "from_on": "2026-12-01"})
    approver.get(LIST)
    with django_assert_num_queries(7):  # type: ignore[operator]
        approver.get(LIST)


def test_the_account_menu_leads_whoever_decides_there_and_nobody_else(county: County) -> None:
    assert LIST in text_of(desk(county, "approver", "ecology").get("/staff/"))
    assert LIST not in text_of(desk(county, "supervisor").get("/staff/"))


def test_a_tolerance_planned_and_one_replaced_are_on_its_page(county: County) -> None:
    approver, url = desk(county, "approver", "soil_conservation"), "/staff/deficient/tolerances/soil_conservation_plan/"
    said = {"materials": [LACKING], "days": "8", "from_on": "2027-01-01", "basis": "局务会"}
    assert approver.post(url, said).status_code == 302
    assert "2027年1月1日起可以容缺" in text_of(approver.get("/staff/deficient/tolerances/"))
    assert approver.post(url, {**said, "from_on": "2026-12-01"}).status_code == 302
    page = text_of(approver.get(url))
    assert "已被代替" in page and "将生效" in page
    assert Tolerance.objects.filter(replaced_at__isnull=True).count() == 1
