"""Reviews on the pages: the unit's, the link's without an account, the hall's, the counter's code."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.apps.county import Company, County, at, new_company
from tests.apps.test_onemap import guided
from tests.apps.test_reviews import DECIDED, LATER, bad, concluded, good
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.reviews import links
from yinuo.rooms.reviews.models import Channel, Rectification, ServiceReview

pytestmark = begins_with(guided)

__all__ = ["company", "county", "set_clock"]


@pytest.fixture
def item(county: County, company: Company, set_clock: SetClock) -> MapItem:
    made = concluded(county, company)
    set_clock("2026-11-11 10:00")
    return made


def test_the_unit_reviews_from_the_matters_page_once(item: MapItem, company: Company) -> None:
    client, url = signed_in(company.person), f"/items/{item.pk}/review/"
    assert url in text_of(client.get(f"/items/{item.pk}/"))
    page = text_of(client.get(url))
    assert "非常满意" in page
    refused = client.post(url, {"level": "1"})
    assert "请选择或者写明哪里不满意" in text_of(refused)
    sent = client.post(url, {"level": "4", "indicators": ["服务态度"], "text": "很耐心", "key": "k"})
    assert (sent.status_code, sent["Location"]) == (302, url)
    again = client.post(url, {"level": "1", "text": "改主意了", "key": "k2"})
    assert "这次办理已经评价过" in text_of(again)
    shown = text_of(client.get(url))
    assert "很耐心" in shown
    assert 'name="level"' not in shown
    assert signed_in(new_company("别家公司").person).get(url).status_code in (403, 404)


def test_a_link_needs_no_account_names_no_project_and_serves_once(item: MapItem) -> None:
    visitor, url = Client(), f"/reviews/{links.token_of(item.present, Channel.LINK)}/"
    page = text_of(visitor.get(url))
    assert item.name in page
    assert item.project.name not in page
    assert item.project.unit.name not in page
    assert visitor.post(url, {"level": "1", "text": "等了太久"}).status_code == 302
    assert "评价已经收到" in text_of(visitor.get(url))
    assert "这次办理已经评价过" in text_of(visitor.post(url, {"level": "5"}))
    assert ServiceReview.objects.get().person_id is None
    assert visitor.get("/reviews/1-1-l.AAAA/").status_code == 422


def test_a_bad_review_is_seen_to_on_its_page_step_by_step(item: MapItem, company: Company, county: County) -> None:
    review = bad(company, item)
    url = f"/staff/reviews/{review.pk}/"
    supervisor, approver = desk(county, "supervisor"), desk(county, "approver", item.department.key)
    assert url in text_of(supervisor.get("/staff/"))
    assert url in text_of(supervisor.get("/staff/reviews/"))

    def step(client: Client, do: str, **values: Any) -> None:
        version = Rectification.objects.get().version
        answer = client.post(url, {"do": do, "version": version, **values})
        assert (answer.status_code, answer["Location"]) == (302, url), text_of(answer)

    step(supervisor, "assign", instruction="请核实")
    page = text_of(approver.get(url))
    assert "核实整改" in page
    for secret in (company.unit.name, company.person.name, item.project.name):
        assert secret not in page.split('class="fresh"')[0], "what waits next is another matter"
    assert company.unit.name in text_of(supervisor.get(url))
    assert approver.post(url, {"do": "answer", "version": 2, "finding": "true", "answer": "已改"}).status_code == 422
    step(approver, "answer", finding="true", measures="增设窗口", answer="已改进")
    step(supervisor, "check", approved="no", why="写具体些")
    assert "写具体些" in text_of(approver.get(url))
    step(approver, "answer", finding="true", measures="增设窗口", answer="已增设两个窗口")
    step(supervisor, "check", approved="yes")
    step(supervisor, "close", call_back="satisfied", note="电话回访")
    assert Rectification.objects.get().state == "closed"
    assert "差评都已经办结" in text_of(supervisor.get("/staff/reviews/"))
    assert "已增设两个窗口" in text_of(signed_in(company.person).get(f"/items/{item.pk}/review/"))


def test_a_department_appeals_and_the_supervisor_decides(item: MapItem, company: Company, county: County) -> None:
    url = f"/staff/reviews/{bad(company, item).pk}/"
    supervisor, approver = desk(county, "supervisor"), desk(county, "approver", item.department.key)
    supervisor.post(url, {"do": "assign", "version": 1, "instruction": "请核实"})
    approver.post(url, {"do": "appeal", "version": 2, "why": "误点"})
    assert approver.post(url, {"do": "answer", "version": 3}).status_code == 403
    supervisor.post(url, {"do": "decide", "version": 3, "upheld": "yes", "answer": "确系误评"})
    assert Rectification.objects.get().state == "set_aside"


@pytest.mark.parametrize(
    ("role", "key", "status"), [("supervisor", "government_services", 200), ("approver", "meteorology", 403)]
)
def test_others_do_not_read_it(
    item: MapItem, company: Company, county: County, role: str, key: str, status: int
) -> None:
    review = good(company, item)
    assert desk(county, role, key).get(f"/staff/reviews/{review.pk}/").status_code == status


def test_the_lists_cost_the_same_however_many_there_are(
    item: MapItem, company: Company, county: County, django_assert_num_queries: Any
) -> None:
    good(company, item)
    client = desk(county, "supervisor")
    client.get("/staff/reviews/?view=all")
    with django_assert_num_queries(7):
        client.get("/staff/reviews/?view=all")


def test_the_counter_shows_a_code_for_what_is_concluded(item: MapItem, county: County, company: Company) -> None:
    url = f"/staff/items/{item.pk}/review-code/"
    page = text_of(desk(county, "approver", item.department.key).get(url))
    assert "<svg" in page
    assert desk(county, "approver", "meteorology").get(url).status_code == 403
    review = good(company, item)
    assert review.at == LATER > DECIDED
    assert "已经评价过" in text_of(desk(county, "approver", item.department.key).get(url))
    assert at("2026-11-11 10:00") == LATER
