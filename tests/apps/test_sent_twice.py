"""What only adds rows is sent once however often it arrives: one key, one row, the same answer; and old keys are let
go.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.apps.county import Company, County, at, facts
from tests.apps.killing import counts
from tests.apps.points import ACT, file_of
from tests.apps.test_commitments import item_of, promise
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from yinuo.engine.base import Actor, Refused
from yinuo.engine.trail.actions import forget_answers, once, request_hash, unit_of_work
from yinuo.engine.trail.models import Entry, Idempotency
from yinuo.engine.work.actions import remind
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.commitments.actions import raise_objection
from yinuo.rooms.credit.actions import propose_points
from yinuo.rooms.projects.actions import ask_question, open_draft, report_progress, terminate
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)

NOON = at("2026-11-06 12:00")
Send = Callable[..., Any]


def report(county: County, company: Company, project: Project) -> Send:
    report_progress(actor=company.actor, project_id=project.pk, kind="start", on=NOON.date(), at=NOON)
    return lambda key, percent=30: report_progress(
        actor=company.actor, project_id=project.pk, kind="progress", on=NOON.date(), percent=percent,
        invested=Decimal("120.5"), at=NOON, idempotency_key=key,
    )  # fmt: skip


def question(county: County, company: Company, project: Project) -> Send:
    return lambda key, text="环评要多久？": ask_question(
        actor=company.actor, project_id=project.pk, text=text, at=NOON, idempotency_key=key
    )


def draft(county: County, company: Company, project: Project) -> Send:
    return lambda key, name="又一个项目": open_draft(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(name=name), at=NOON, idempotency_key=key
    )


def proposal(county: County, company: Company, project: Project) -> Send:
    approver = county.actor("approver", "natural_resources")
    photo = file_of(approver)
    return lambda key, basis="检查笔录": propose_points(
        actor=approver, unit_id=company.unit.pk, project_code="", project_id=project.pk, type="act", on=NOON.date(),
        data=ACT, basis=basis, evidence=[photo], at=NOON, idempotency_key=key,
    )  # fmt: skip


def reminder(county: County, company: Company, project: Project) -> Send:
    hand_in(company, ready(project), at("2026-11-06 09:00"))
    item, supervisor = WorkItem.objects.get(kind="receipt"), county.actor("supervisor")
    return lambda key, note="请加快": remind(actor=supervisor, item=item, note=note, at=NOON, idempotency_key=key)


SENT = {
    "a report": report,
    "a question": question,
    "a draft": draft,
    "a proposal of points": proposal,
    "a reminder": reminder,
}
OTHER: dict[str, Any] = {
    "a report": 40,
    "a question": "土地呢？",
    "a draft": "第三个项目",
    "a proposal of points": "另一份笔录",
    "a reminder": "再快些",
}


@pytest.fixture
def project(county: County, company: Company) -> Project:
    return guided(county, company)


@pytest.mark.parametrize("what", sorted(SENT))
def test_sent_again_with_its_key_it_is_the_same_row_and_nothing_is_written(
    county: County, company: Company, project: Project, what: str
) -> None:
    send = SENT[what](county, company, project)
    first = send("k1")
    before = counts()
    assert send("k1").pk == first.pk
    assert counts() == before


@pytest.mark.parametrize("what", sorted(SENT))
def test_with_another_key_or_none_it_is_another_row(
    county: County, company: Company, project: Project, what: str
) -> None:
    send = SENT[what](county, company, project)
    made = {send("k1").pk, send("k2").pk, send("").pk}
    assert len(made) == 3


@pytest.mark.parametrize("what", sorted(SENT))
def test_a_key_used_for_something_else_is_refused_and_leaves_nothing(
    county: County, company: Company, project: Project, what: str
) -> None:
    send = SENT[what](county, company, project)
    send("k1")
    before = counts()
    with pytest.raises(Refused) as refusal:
        send("k1", OTHER[what])
    assert refusal.value.code == "idempotency.reused"
    assert counts() == before


def test_one_key_for_two_verbs_is_refused_though_the_bodies_look_alike(
    county: County, company: Company, project: Project
) -> None:
    with unit_of_work():
        once(company.actor, "k", request_hash(["projects.draft", [project.pk, "甲"]]), at=NOON)
    with pytest.raises(Refused, match="请求编号"):
        ask_question(actor=company.actor, project_id=project.pk, text="甲", at=NOON, idempotency_key="k")


def test_a_repeated_report_is_answered_though_the_project_has_ended_meanwhile(
    county: County, company: Company, project: Project
) -> None:
    send = report(county, company, project)
    first = send("k1")
    terminate(actor=company.actor, project_id=project.pk, why="不建了", at=NOON)
    assert send("k1").pk == first.pk
    with pytest.raises(Refused, match="竣工前才能办理"):
        send("k2")


def test_two_people_without_an_account_who_use_one_key_do_not_meet(
    county: County, company: Company, project: Project
) -> None:
    commitment = promise(company, item_of(project))

    def send(text: str, key: str = "k") -> Any:
        return raise_objection(
            actor=Actor.public(),
            commitment_id=commitment.pk,
            text=text,
            name="",
            contact="",
            at=at("2026-11-09 09:00"),
            idempotency_key=key,
        )

    mine, yours = send("这块地有争议"), send("噪声太大")
    assert mine.receipt_no != yours.receipt_no
    assert send("这块地有争议").pk == mine.pk
    assert send("噪声太大").pk == yours.pk


def test_somebody_with_an_account_still_hears_that_a_key_was_used(company: Company) -> None:
    with unit_of_work():
        once(company.actor, "k", request_hash("甲"), at=NOON)
    with unit_of_work(), pytest.raises(Refused, match="请求编号"):
        once(company.actor, "k", request_hash("乙"), at=NOON)


# -- letting go


def old(days: int, number: int = 0) -> Idempotency:
    return Idempotency.objects.create(
        actor_key="unit:1:1",
        key=f"{days}-{number}",
        request_hash="0" * 64,
        status=201,
        answer={"id": 1},
        at=NOON - timedelta(days=days),
    )


def test_a_key_is_kept_to_the_last_instant_of_its_term_and_then_let_go(db: None, settings: Any) -> None:
    settings.YINUO_IDEMPOTENCY_DAYS = 30
    kept, gone = old(30), old(31)
    assert forget_answers(NOON) == 1
    assert list(Idempotency.objects.values_list("pk", flat=True)) == [kept.pk]
    assert forget_answers(NOON + timedelta(microseconds=1)) == 1
    assert not Idempotency.objects.filter(pk=gone.pk).exists()


def test_how_long_is_the_operators_choice(db: None, settings: Any) -> None:
    old(8)
    settings.YINUO_IDEMPOTENCY_DAYS = 9
    assert forget_answers(NOON) == 0
    settings.YINUO_IDEMPOTENCY_DAYS = 7
    assert forget_answers(NOON) == 1


def test_many_are_let_go_batch_by_batch(db: None) -> None:
    for number in range(7):
        old(90, number)
    assert forget_answers(NOON, batch=3) == 7
    assert not Idempotency.objects.exists()


def test_what_was_done_under_the_key_stays_on_the_trail(county: County, company: Company, project: Project) -> None:
    first = question(county, company, project)("k1")
    assert forget_answers(NOON + timedelta(days=365)) >= 1
    assert Entry.objects.filter(verb="projects.ask_question", subject_id=str(first.pk)).exists()
    first.refresh_from_db()
    assert first.text == "环评要多久？"


def test_a_proposal_whose_evidence_was_uploaded_again_is_still_the_same_one(
    county: County, company: Company, project: Project
) -> None:
    approver = county.actor("approver", "natural_resources")

    def send(content: bytes = b"%PDF-1.4") -> Any:
        return propose_points(
            actor=approver,
            unit_id=company.unit.pk,
            project_code="",
            project_id=project.pk,
            type="act",
            on=NOON.date(),
            data=ACT,
            basis="检查笔录",
            evidence=[file_of(approver, content=content)],
            at=NOON,
            idempotency_key="k",
        )

    assert send().pk == send().pk
    with pytest.raises(Refused, match="请求编号"):
        send(b"%PDF-1.5")
