"""Two people at once, a request sent twice at once, a process killed in the middle: nothing lost, nothing doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.apps.county import Company, County, at, facts, new_company, new_county
from tests.apps.test_onemap import ANSWERED, FILED, REVIEWED, hand_in, ready
from yinuo.engine.base import Actor, Refused
from yinuo.engine.people.queries import actor_of_membership
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import Reminder, WorkItem
from yinuo.rooms.onemap.actions import accept, answer_guidance, confirm_review, decide
from yinuo.rooms.onemap.models import Guidance, GuidanceAnswer, MapItem
from yinuo.rooms.projects.actions import (
    answer_question,
    ask_question,
    file_project,
    publish_answer,
    withdraw_answer,
)
from yinuo.rooms.projects.models import Project, Question


@pytest.fixture
def stage(committed_db: str) -> tuple[County, Company]:
    county = new_county()
    return county, new_company()


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Runs all at the same instant, each on a connection of its own; answers in order, exceptions as values."""
    results: list[Any] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(index: int, act: Callable[[], Any]) -> None:
        try:
            gate.wait()
            results[index] = act()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, act)) for index, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def reviewed(county: County, company: Company, name: str) -> Project:
    project = file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(name=name), pledged=True, at=FILED
    ).project
    return confirm_review(actor=county.actor("approver"), project_id=project.pk, at=REVIEWED)


def answers_of(county: County, project: Project) -> list[Callable[[], Any]]:
    acts: list[Callable[[], Any]] = []
    for answer in GuidanceAnswer.objects.filter(guidance__project=project, answered_at__isnull=True).select_related(
        "department"
    ):
        rows = [{**row, "needed": "no" if row["needed"] == "unknown" else row["needed"]} for row in answer.matters]
        actor = county.actor("approver", answer.department.key)
        acts.append(
            lambda actor=actor, pk=answer.pk, rows=rows: answer_guidance(
                actor=actor, answer_id=pk, matters=rows, at=ANSWERED
            )
        )
    return acts


def test_departments_answering_in_the_same_instant_draw_the_map_once(stage: tuple[County, Company]) -> None:
    county, company = stage
    for number in range(6):
        project = reviewed(county, company, f"同时辅导{number}")
        results = together(*answers_of(county, project))
        assert not [result for result in results if isinstance(result, Exception)]
        assert Guidance.objects.get(project=project).merged_at == ANSWERED
        matters = list(MapItem.objects.filter(project=project).values_list("matter_id", flat=True))
        assert len(matters) == len(set(matters)) > 8
        assert Entry.objects.filter(verb="onemap.draw", project_code=project.code).count() == 1


def test_one_request_sent_by_eight_hands_at_once_files_one_project(stage: tuple[County, Company]) -> None:
    _, company = stage

    def send() -> Any:
        return file_project(
            actor=company.actor,
            unit_id=company.unit.pk,
            facts=facts(),
            pledged=True,
            at=FILED,
            idempotency_key="同一次点击",
        ).project.pk

    results = together(*[send] * 8)
    assert len(set(results)) == 1, results
    assert Project.objects.count() == 1
    assert Entry.objects.filter(verb="projects.file").count() == 1


def test_codes_stay_unique_when_the_provider_repeats_itself_under_eight_writers(
    stage: tuple[County, Company], monkeypatch: Any
) -> None:
    """A provider that draws from only twelve codes: eight writers still get eight different ones."""
    from yinuo.rooms.projects import codes

    _, company = stage
    monkeypatch.setattr(codes.secrets, "randbelow", lambda limit: __import__("random").randrange(60))

    def send(number: int) -> Any:
        return file_project(
            actor=company.actor, unit_id=company.unit.pk, facts=facts(name=f"项目{number}"), pledged=True, at=FILED
        ).project.code

    results = together(*[lambda number=number: send(number) for number in range(8)])
    assert not [result for result in results if isinstance(result, Exception)]
    assert len(set(results)) == 8


def test_two_approvers_deciding_at_once_leave_one_decision(stage: tuple[County, Company]) -> None:
    county, company = stage
    project = reviewed(county, company, "同时决定")
    for act in answers_of(county, project):
        act()
    item = ready(project)
    first = county.actor("approver", item.department.key)
    second = actor_of_membership(county.add("approver", item.department.key))
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=first, item_id=item.pk, at=at("2026-11-06 10:00"))

    def say(actor: Actor, granted: bool, number: str) -> Any:
        return decide(
            actor=actor,
            item_id=item.pk,
            granted=granted,
            document_number=number,
            text="不符合条件",
            reason_code="refusal.conditions_not_met",
            at=at("2026-11-09 10:00"),
        )

    results = together(lambda: say(first, True, "甲〔2026〕1号"), lambda: say(second, False, "甲〔2026〕2号"))
    refused = [result for result in results if isinstance(result, Refused)]
    assert len(refused) == 1, results
    assert Entry.objects.filter(verb__in=["onemap.grant", "onemap.refuse"], subject_id=str(item.pk)).count() == 1
    assert WorkItem.objects.filter(kind="delivery", subject_id=item.pk).count() == 1


def test_two_tickers_tell_each_light_once(stage: tuple[County, Company]) -> None:
    county, company = stage
    for number in range(4):
        reviewed(county, company, f"双时钟{number}")
    late = at("2026-12-31 09:00")
    together(lambda: tick(late), lambda: tick(late), lambda: tick(late))
    lights = list(Reminder.objects.values_list("item_id", "light"))
    assert lights
    assert len(lights) == len(set(lights))
    assert Entry.objects.filter(verb="work.red").count() == WorkItem.objects.filter(announced="red").count()


def test_an_answer_published_or_withdrawn_by_several_at_once_is_so_once_in_the_words_of_whoever_won(
    stage: tuple[County, Company],
) -> None:
    county, company = stage
    project, convener = reviewed(county, company, "同时公开"), county.actor("general_convener")
    question = ask_question(actor=company.actor, project_id=project.pk, text="要多久？", at=ANSWERED).pk
    answer_question(actor=convener, question_id=question, answer="七天", at=ANSWERED)

    def publish(words: str) -> Callable[[], Question]:
        return lambda: publish_answer(
            actor=convener, question_id=question, text="验收要多久？", answer=words, at=ANSWERED
        )

    def withdraw(why: str) -> Callable[[], Question]:
        return lambda: withdraw_answer(actor=convener, question_id=question, why=why, at=ANSWERED)

    for number in range(1, 4):
        for verb, acts, refusal in (
            ("publish", [publish(f"第 {hand} 人的答复。") for hand in range(4)], "projects.published"),
            ("withdraw", [withdraw(f"第 {hand} 人的理由") for hand in range(4)], "projects.not_published"),
        ):
            results = together(*acts)
            won = [result for result in results if isinstance(result, Question)]
            assert [result.code for result in results if isinstance(result, Refused)] == [refusal] * 3, results
            kept, told = (
                Question.objects.get(pk=question),
                Entry.objects.filter(verb=f"projects.{verb}_answer").order_by("id"),
            )
            assert (len(won), told.count()) == (1, number)
            assert (kept.public_answer, kept.published_at) == (
                won[0].public_answer,
                ANSWERED if verb == "publish" else None,
            )
            words = told[number - 1].data["answer"] if verb == "publish" else told[number - 1].why
            assert words == (kept.public_answer if verb == "publish" else f"第 {results.index(won[0])} 人的理由")
