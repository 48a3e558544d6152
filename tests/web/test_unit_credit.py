"""The company's credit page: where the score comes from, what it brings, and how points come back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.apps.county import at
from tests.apps.points import propose, take
from tests.web.unit_desk import Desk, new_desk, pdf
from yinuo.rooms.credit.actions import ask_relief, decide_relief
from yinuo.rooms.credit.models import CreditRelief


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch, "2026-11-12 09:00")


def test_score_grade_and_what_it_brings_are_shown_with_their_clauses(desk: Desk) -> None:
    page = desk.get("/credit/")
    for words in ("86 分", "A-", "优", "附件2·第十五条", "附件2·第二十条", "公共信用综合评价"):
        assert words in page


def test_an_unrated_company_reads_what_holds_for_it(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    page = new_desk(monkeypatch, score=None).get("/credit/")
    assert "还没有公共信用综合评价" in page
    assert "75 分起算" in page


def test_each_event_shows_points_clause_and_the_score_after(desk: Desk) -> None:
    take(desk.county, desk.company)
    page = desk.get("/credit/")
    assert "违规扣分 −2 分 → 84 分（A-）" in page
    assert "附件2·第十八条" in page
    assert "申请恢复分值" in page


def test_a_proposal_is_not_shown_before_it_is_carried_out(desk: Desk) -> None:
    propose(desk.county, desk.company)
    assert "违规扣分" not in desk.get("/credit/")


def test_a_repair_is_asked_for_with_evidence(desk: Desk) -> None:
    event = take(desk.county, desk.company)
    path = f"/credit/{event.pk}/relief/"
    page = desk.post(path, {"kind": "repair", "text": "已停工补办"}, status=200).content.decode()
    assert "须附整改到位的证明" in page
    assert 'href="#id_files"' in page
    desk.post(path, {"kind": "repair", "text": "已停工补办", "files": pdf("整改.pdf", b"r")})
    made = CreditRelief.objects.get()
    assert made.kind == "repair"
    assert made.evidence[0].name == "整改.pdf"
    page = desk.get("/credit/")
    assert "申请办理中" in page
    assert "等部门答复" in page
    page = desk.post(path, {"kind": "objection", "text": "再申请"}, status=200).content.decode()
    assert "已有申请正在办理" in page


def test_an_objection_needs_its_reason_but_no_evidence(desk: Desk) -> None:
    event = take(desk.county, desk.company)
    path = f"/credit/{event.pk}/relief/"
    desk.post(path, {"kind": "objection", "text": ""}, status=200)
    desk.post(path, {"kind": "objection", "text": "当日已取得许可"})
    assert CreditRelief.objects.get().kind == "objection"


def test_an_evaluation_cannot_be_repaired(desk: Desk) -> None:
    from yinuo.rooms.credit.models import CreditEvent

    event = CreditEvent.objects.get(unit=desk.company.unit)
    page = desk.post(
        f"/credit/{event.pk}/relief/", {"kind": "objection", "text": "评价不对"}, status=200
    ).content.decode()
    assert "没有扣分" in page


def test_credit_pages_are_for_the_own_company(desk: Desk) -> None:
    event = take(desk.county, desk.company)
    stranger = desk.stranger()
    assert "违规扣分" not in stranger.get("/credit/").content.decode()
    assert stranger.get(f"/credit/{event.pk}/relief/").status_code == 403
    assert stranger.post(f"/credit/{event.pk}/relief/", {"kind": "objection", "text": "替人申请"}).status_code == 403
    for path in ("/credit/", f"/credit/{event.pk}/relief/"):
        assert Client().get(path).headers["Location"].startswith("/accounts/login/")
        assert desk.official().get(path).status_code == 403
    assert desk.client.get("/credit/999999/relief/").status_code == 404


def test_the_credit_page_takes_the_same_queries_however_long_the_history(
    desk: Desk, django_assert_num_queries: Any
) -> None:
    take(desk.county, desk.company)
    desk.get("/credit/")  # the working calendar is read once a minute
    with django_assert_num_queries(14):
        desk.get("/credit/")
    take(desk.county, desk.company, at=at("2026-11-11 12:00"), project_code="2611-622927-04-01-123457")
    with django_assert_num_queries(14):
        desk.get("/credit/")


def test_a_refused_application_is_taken_to_review_from_the_page(desk: Desk) -> None:
    event = take(desk.county, desk.company)
    relief = ask_relief(
        actor=desk.company.actor, event_id=event.pk, kind="objection", text="有误", at=at("2026-11-12 09:00")
    )
    path = f"/credit/reliefs/{relief.pk}/review/"
    assert path not in desk.get("/credit/")
    judge = desk.county.actor("approver", "natural_resources")
    decide_relief(actor=judge, relief_id=relief.pk, accept=False, answer="证据充分", at=at("2026-11-12 09:00"))
    page = desk.get("/credit/")
    assert path in page and "2026年11月26日" in page
    assert "经手过这次扣分和原申请的人不参加" in desk.get(path)
    assert "写" in desk.post(path, {"text": ""}, status=422).content.decode()
    desk.post(path, {"text": "照片不是本项目", "files": pdf("照片.pdf", b"r")})
    review = CreditRelief.objects.get(kind="review")
    assert (review.of_id, review.evidence[0].name) == (relief.pk, "照片.pdf")
    page = desk.get("/credit/")
    assert "复核" in page and path not in page
