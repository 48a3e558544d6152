"""不予受理 (行政许可法 32): before acceptance, on paper, told apart from what is incomplete and from what is refused on
review.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection

from tests.apps.county import Company, County, at, new_company, new_county
from tests.apps.granted import grant_all
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from yinuo.engine.base import Forbidden, Refused, Stale
from yinuo.engine.documents.models import Document
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import Department
from yinuo.engine.trail.models import ChainRow
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.figures import queries as figures
from yinuo.rooms.figures.queries import Pick
from yinuo.rooms.figures.scope import Scope
from yinuo.rooms.onemap import queries
from yinuo.rooms.onemap.actions import accept, apply_anew, deliver, enter_remedy, refuse_acceptance
from yinuo.rooms.onemap.actions.applying import next_number
from yinuo.rooms.onemap.models import Application, MapItem
from yinuo.rooms.onemap.room import MapPaper
from yinuo.rooms.onemap.sweeping import stuck
from yinuo.rooms.reviews.actions import give_review

pytestmark = begins_with(guided)

HANDED, REFUSED, ANEW = at("2026-11-06 09:00"), at("2026-11-06 15:00"), at("2026-11-10 09:00")
ELSEWHERE = "not_accepted.not_competent"


def handed(county: County, company: Company) -> MapItem:
    item = ready(guided(county, company))
    hand_in(company, item, HANDED)
    item.refresh_from_db()
    return item


def other(item: MapItem) -> Department:
    return Department.objects.filter(hall=item.project.hall).exclude(pk=item.department_id).order_by("id")[0]


def refuse(county: County, item: MapItem, **changes: Any) -> MapItem:
    said: dict[str, Any] = {
        "reason_code": ELSEWHERE,
        "document_number": "不受〔2026〕1号",
        "text": "由水务部门审批",
        "at": REFUSED,
    }
    return refuse_acceptance(
        actor=county.actor("approver", item.department.key), item_id=item.pk, **{**said, **changes}
    )


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as found:
        act()
    return found.value.code


def test_the_decision_names_reason_clause_competent_department_and_remedies_and_is_delivered(
    county: County, company: Company
) -> None:
    item = handed(county, company)
    competent, item_office = other(item), item.department_id
    done = refuse(county, item, referred_to=competent.key)
    assert (done.state, done.present.document_number, done.present.ended_at) == (
        "not_accepted",
        "不受〔2026〕1号",
        REFUSED,
    )
    paper = Document.objects.get(kind=MapPaper.NON_ACCEPTANCE)
    assert paper.unit_id == company.unit.pk and paper.data["competent"]["name"] == competent.name
    assert (
        "第三十二条" in paper.data["basis"][0]
        and paper.data["remedies"]["review_term"]
        and paper.data["remedies"]["suit_term"]
    )
    assert WorkItem.objects.get(kind="receipt", subject_id=item.pk).outcome == "not accepted"
    assert not WorkItem.objects.filter(kind="limit", subject_id=item.pk).exists(), "what is not accepted has no limit"
    assert ChainRow.objects.filter(type="approval.document", label=item.project.code, at=REFUSED).exists()
    assert set(Message.objects.filter(template="not_accepted").values_list("channel", flat=True)) == {"site", "sms"}
    card = next(card for card in queries.map_of(item.project_id, REFUSED).cards if card.item.pk == item.pk)
    assert card.look == "not_accepted"
    assert stuck(item.project_id) == []
    deliver(actor=county.actor("approver", item.department.key), item_id=item.pk, how="在线送达", at=ANEW)
    assert not WorkItem.objects.filter(subject_kind="onemap.mapitem", subject_id=item.pk, state="running").exists()
    remedy = enter_remedy(
        actor=company.actor,
        item_id=item.pk,
        kind="reconsideration",
        body="县人民政府",
        filed_on=ANEW.date(),
        text="应当受理",
        at=ANEW,
    )
    assert remedy.document_number == "不受〔2026〕1号"
    assert give_review(actor=company.actor, item_id=item.pk, level=3, at=ANEW).application.item_id == item.pk
    apply_anew(actor=company.actor, item_id=item.pk, why="向有权机关申请", at=ANEW)
    item = MapItem.objects.get(pk=item.pk)
    assert (item.state, next_number(item), item.department_id, item.application) == ("open", 2, competent.pk, None)
    past = Application.objects.get(item=item)
    assert (past.outcome, past.document_number, past.result_text) == (
        "not_accepted",
        "不受〔2026〕1号",
        "由水务部门审批",
    )
    year = Scope((item.project.hall_id,), date(2026, 1, 1), date(2027, 1, 1))
    assert [(one.place, one.office_id) for one in figures.every("decisions", year, ANEW, Pick())] == [
        (past.pk, item_office)
    ]
    hand_in(company, item, ANEW)
    assert WorkItem.objects.get(kind="receipt", subject_id=item.pk, state="running").department_id == competent.pk


def test_what_needs_no_permit_holds_nothing_up_and_can_still_be_asked_for_again(
    county: County, company: Company
) -> None:
    item = handed(county, company)
    last = MapItem.objects.filter(project=item.project, pre_start=True).exclude(pk=item.pk)
    grant_all(last, HANDED, "准")
    done = refuse(county, item, reason_code="not_accepted.not_needed", text="占地不足，依法不需要办理")
    assert (done.state, done.not_needed, done.decided, done.project.landed_at) == ("exempt", True, True, REFUSED)
    assert queries.applicable(county.actor("approver", item.department.key), done)["deliver"]
    apply_anew(actor=company.actor, item_id=item.pk, why="扩大占地，需要办理", at=ANEW)
    item = MapItem.objects.select_related("project").get(pk=item.pk)
    assert (item.state, item.project.landed_at, item.not_needed) == ("open", None, False)


def test_it_is_refused_where_it_is_no_refusal_to_accept(county: County, company: Company) -> None:
    item = handed(county, company)
    for changes, code in (
        ({"reason_code": "incomplete.material_missing"}, "onemap.not_accepted_code"),
        ({"reason_code": ""}, "onemap.not_accepted_code"),
        ({"document_number": " "}, "onemap.document_number"),
        ({"text": ""}, "onemap.text"),
        ({"referred_to": item.department.key}, "onemap.referred_to"),
        ({"referred_to": "nowhere"}, "onemap.referred_to"),
        ({"reason_code": "not_accepted.not_needed", "referred_to": other(item).key}, "onemap.referred_to"),
        ({"at": at("2026-11-14 09:00")}, "onemap.receipt_lapsed"),
    ):
        assert refusal(lambda changes=changes: refuse(county, item, **changes)) == code  # type: ignore[misc]
    with pytest.raises(Forbidden):
        refuse_acceptance(
            actor=county.actor("approver", other(item).key),
            item_id=item.pk,
            reason_code=ELSEWHERE,
            document_number="1",
            text="x",
            at=REFUSED,
        )
    with pytest.raises(Stale):
        refuse(county, item, version=99)
    assert MapItem.objects.get(pk=item.pk).state == "received"
    accept(actor=county.actor("approver", item.department.key), item_id=item.pk, at=REFUSED)
    assert refusal(lambda: refuse(county, item)) == "onemap.state", "an accepted matter is granted or refused on review"
    assert not Document.objects.filter(kind=MapPaper.NON_ACCEPTANCE).exists()


@pytest.mark.slow
def test_two_who_accept_and_refuse_acceptance_at_once_leave_one_truth(committed_db: str) -> None:
    county, company = new_county(), new_company()
    item = handed(county, company)
    handler = county.actor("approver", item.department.key)

    def act(which: int) -> str:
        try:
            if which:
                accept(actor=handler, item_id=item.pk, at=REFUSED)
            else:
                refuse(county, item)
        except Refused as stopped:
            return stopped.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(act, [0, 1])) == ["done", "onemap.state"]
    item.refresh_from_db()
    papers = set(
        Document.objects.filter(subject_id=item.pk, kind__in=["non_acceptance", "acceptance_notice"]).values_list(
            "kind", flat=True
        )
    )
    assert papers == ({"non_acceptance"} if item.state == "not_accepted" else {"acceptance_notice"})
