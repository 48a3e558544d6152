"""好差评: once for every concluded application, by whoever it was done for; a bad one is seen to until it is closed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.apps.county import Company, County, at, new_company, new_county
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from yinuo.engine.base import Actor, Forbidden, Refused, Stale
from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import Light, WorkItem
from yinuo.rooms.onemap.actions import accept, apply_anew, decide
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.reviews import links, queries
from yinuo.rooms.reviews.actions import (
    answer_bad_review,
    appeal_bad_review,
    assign_bad_review,
    check_answer,
    close_bad_review,
    decide_appeal,
    give_review,
    review_by_link,
)
from yinuo.rooms.reviews.models import Channel, Rectification, ServiceReview
from yinuo.rooms.reviews.room import ReviewsWork

pytestmark = begins_with(guided)

DECIDED = at("2026-11-10 10:00")
LATER = at("2026-11-11 10:00")


def concluded(county: County, company: Company, granted: bool = True) -> MapItem:
    item = ready(guided(county, company))
    approver = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=approver, item_id=item.pk, at=at("2026-11-06 10:00"))
    reason: dict[str, Any] = {} if granted else {"reason_code": "refusal.planning_conflict"}
    decide(
        actor=approver, item_id=item.pk, granted=granted, document_number="积自然资〔2026〕1号",
        text="" if granted else "不符合规划", at=DECIDED, **reason,
    )  # fmt: skip
    return MapItem.objects.select_related("project", "department").get(pk=item.pk)


@pytest.fixture
def item(county: County, company: Company) -> MapItem:
    return concluded(county, company)


def good(company: Company, item: MapItem, **changes: Any) -> ServiceReview:
    return give_review(**{"actor": company.actor, "item_id": item.pk, "level": 5, "at": LATER, **changes})


def bad(company: Company, item: MapItem, **changes: Any) -> ServiceReview:
    return good(company, item, **{"level": 1, "text": "等了太久", **changes})


def code_of(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code


def test_a_concluded_matter_asks_for_a_review_by_a_link_that_needs_no_account(item: MapItem) -> None:
    told = Message.objects.filter(template="review_invited")
    assert {message.channel for message in told} == {"site", "sms"}
    token = links.token_of(item.present, Channel.LINK)
    texts = {message.channel: message.text for message in told}
    assert texts["sms"].endswith(f"：{settings.YINUO_ORIGIN}/reviews/{token}/")
    assert token not in texts["site"]
    assert {message.channel: message.url for message in told} == {
        "sms": f"/reviews/{token}/",
        "site": f"/items/{item.pk}/review/",
    }
    made = review_by_link(actor=Actor.public(), token=token, level=4, indicators=["服务态度", "没有的指标"], at=LATER)
    assert (made.channel, made.level, made.person_id, made.indicators) == ("link", 4, None, ["服务态度"])
    assert made.handler_id == item.handler_id


def test_it_is_given_once_for_each_application_whatever_the_channel(item: MapItem, company: Company) -> None:
    good(company, item)
    with pytest.raises(Refused) as again:
        review_by_link(
            actor=Actor.public(), token=links.token_of(item.present, Channel.COUNTER), level=1, text="差", at=LATER
        )
    assert code_of(again) == "reviews.once"
    assert ServiceReview.objects.get().level == 5


def test_a_new_application_is_reviewed_anew_and_its_old_link_is_over(county: County, company: Company) -> None:
    item = concluded(county, company, granted=False)
    token = links.token_of(item.present, Channel.LINK)
    good(company, item)
    apply_anew(actor=company.actor, item_id=item.pk, why="已改", at=LATER)
    old = (lambda: review_by_link(actor=Actor.public(), token=token, level=5, at=LATER), "reviews.link")
    for act, code in (old, (lambda: good(company, item), "reviews.not_concluded")):
        with pytest.raises(Refused) as refusal:
            act()
        assert code_of(refusal) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"level": 0}, "reviews.level"),
        ({"level": 6}, "reviews.level"),
        ({"level": 2}, "reviews.why"),
        ({"level": 1, "text": "  ", "indicators": ["别的"]}, "reviews.why"),
        ({"at": DECIDED + timedelta(days=61)}, "reviews.window"),
    ],
)
def test_what_is_no_review_is_refused(item: MapItem, company: Company, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        good(company, item, **changes)
    assert code_of(refusal) == code
    assert not ServiceReview.objects.exists()


def test_nothing_is_reviewed_before_it_is_concluded_nor_by_another_unit(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    with pytest.raises(Refused) as refusal:
        good(company, item)
    assert code_of(refusal) == "reviews.not_concluded"
    with pytest.raises(Forbidden):
        good(new_company("别家公司"), item)


@pytest.mark.parametrize("token", ["", "x", "1-1-l", "1-1-l.AAAA", "9999-1-l"])
def test_a_link_nobody_gave_out_opens_nothing(item: MapItem, token: str) -> None:
    with pytest.raises(Refused) as refusal:
        review_by_link(actor=Actor.public(), token=token, level=5, at=LATER)
    assert code_of(refusal) == "reviews.link"


def test_a_key_sent_twice_gives_one_review(item: MapItem, company: Company) -> None:
    first = good(company, item, idempotency_key="k")
    assert good(company, item, idempotency_key="k").pk == first.pk


def test_a_bad_review_is_assigned_rectified_checked_called_back_and_closed(
    item: MapItem, company: Company, county: County
) -> None:
    review = bad(company, item)
    supervisor, approver = county.actor("supervisor"), county.actor("approver", item.department.key)
    one: dict[str, Any] = {"review_id": review.pk, "at": LATER}
    assert WorkItem.objects.get(kind=ReviewsWork.ASSIGN).role == "supervisor"
    assign_bad_review(actor=supervisor, instruction="请核实为什么超时", **one)
    with pytest.raises(Refused, match="措施"):
        answer_bad_review(actor=approver, finding="true", measures=" ", answer="已改进", **one)
    answer_bad_review(actor=approver, finding="true", measures="增设窗口", answer="随便", **one)
    with pytest.raises(Refused, match="怎样修改"):
        check_answer(actor=supervisor, approved=False, **one)
    check_answer(actor=supervisor, approved=False, why="答复要写清楚改了什么", **one)
    answer_bad_review(actor=approver, finding="true", measures="增设窗口", answer="给您带来不便，已增设窗口。", **one)
    check_answer(actor=supervisor, approved=True, **one)
    [told] = Message.objects.filter(template="review_answered", channel="site")
    assert told.person_id == company.person.pk
    assert "已增设窗口" in told.body
    done = close_bad_review(actor=supervisor, call_back="satisfied", note="电话回访，满意", **one)
    assert (done.state, done.returned, done.closed_at) == ("closed", 1, LATER)
    kinds = WorkItem.objects.filter(subject_kind=Rectification._meta.label_lower).values_list("kind", "state")
    assert len(kinds) == 6
    assert {state for _, state in kinds} == {"done"}


def test_an_appeal_is_made_once_and_upheld_takes_the_review_out_of_the_count(
    item: MapItem, company: Company, county: County
) -> None:
    review = bad(company, item)
    supervisor, approver = county.actor("supervisor"), county.actor("approver", item.department.key)
    one: dict[str, Any] = {"review_id": review.pk, "at": LATER}
    assign_bad_review(actor=supervisor, instruction="请核实", **one)
    appeal_bad_review(actor=approver, why="评的不是我们", **one)
    decide_appeal(actor=supervisor, upheld=False, answer="评价属实", **one)
    with pytest.raises(Refused) as again:
        appeal_bad_review(actor=approver, why="再申诉", **one)
    assert code_of(again) == "reviews.appeal_once"
    [tally] = queries.tallies(supervisor, LATER.date(), LATER.date() + timedelta(days=1))
    assert (tally.total, tally.good, tally.bad) == (1, 0, 1)
    Rectification.objects.update(appeal="", state="assigned")
    appeal_bad_review(actor=approver, why="误点", **one)
    decide_appeal(actor=supervisor, upheld=True, answer="确系误评", **one)
    [tally] = queries.tallies(supervisor, LATER.date(), LATER.date() + timedelta(days=1))
    assert (tally.total, tally.bad) == (1, 0)


def test_its_clock_turns_red_and_reaches_supervisor_and_convener(
    item: MapItem, company: Company, county: County
) -> None:
    review = bad(company, item)
    assign_bad_review(actor=county.actor("supervisor"), review_id=review.pk, instruction="请核实", at=LATER)
    late = at("2026-11-19 10:00")
    tick(late)
    work = WorkItem.objects.get(kind=ReviewsWork.RECTIFY)
    assert work.light_at(late) == Light.RED
    assert Message.objects.filter(template="red", body__contains="差评").exists()


def test_those_reviewed_never_learn_who_spoke(item: MapItem, company: Company, county: County) -> None:
    """Neither from the work that waits for them, nor from what is told them, nor from the project's trail."""
    review = bad(company, item)
    assign_bad_review(actor=county.actor("supervisor"), review_id=review.pk, instruction="请核实", at=LATER)
    work = WorkItem.objects.get(kind=ReviewsWork.RECTIFY)
    assert (work.project_id, work.project_code, work.unit_id) == (None, "", None)
    names = (company.unit.name, company.person.name, item.project.name, item.project.code or "")
    for text in [
        work.title,
        work.subtitle,
        *Message.objects.filter(template="bad_review").values_list("body", flat=True),
    ]:
        assert not any(name in text for name in names)
    assert not Entry.objects.filter(verb__startswith="reviews.", project_code=item.project.code).exists()


def test_a_stale_form_writes_nothing(item: MapItem, company: Company, county: County) -> None:
    review = bad(company, item)
    with pytest.raises(Stale):
        assign_bad_review(
            actor=county.actor("supervisor"), review_id=review.pk, instruction="请核实", version=7, at=LATER
        )
    good_one = Rectification.objects.get()
    assert good_one.state == "new"


@pytest.mark.slow
def test_two_reviews_in_the_same_instant_are_one(committed_db: str) -> None:
    county, company = new_county(), new_company()
    item = concluded(county, company)

    def give(level: int) -> str:
        try:
            good(company, item, level=level)
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "given"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(give, [5, 4])) == ["given", "reviews.once"]
    assert ServiceReview.objects.count() == 1
