"""A unit's question: laid before the convener with a clock, passed on without stopping it, answered, told
(附件7·第九条).
"""

from __future__ import annotations

import pytest

from tests.apps.county import Company, County, at
from tests.apps.killing import counts
from tests.apps.mapped import mapped
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from yinuo.engine.base import Forbidden, Refused
from yinuo.engine.notices.models import Message
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.projects import queries
from yinuo.rooms.projects.actions import (
    answer_question,
    ask_question,
    pass_question,
    publish_answer,
    terminate,
    withdraw_answer,
)
from yinuo.rooms.projects.models import Project, Question

__all__ = ["mapped"]
pytestmark = begins_with(guided)

ASKED = at("2026-11-09 10:00")
DUE = at("2026-11-11 18:00")


@pytest.fixture
def project(county: County, company: Company, mapped: Project) -> Project:
    for role in ("general_convener", "supervisor"):
        county.actor(role)
    county.actor("approver", "ecology")
    return mapped


def asked(company: Company, project: Project, text: str = "环评要多久？") -> Question:
    return ask_question(actor=company.actor, project_id=project.pk, text=text, at=ASKED)


def clock(question: Question) -> WorkItem:
    return WorkItem.objects.get(kind="question", subject_id=question.pk)


def test_a_question_waits_for_the_convener_with_the_limit_of_the_pack(
    county: County, company: Company, project: Project
) -> None:
    question = asked(company, project)
    work = clock(question)
    assert (work.role, work.department, work.hall_id, work.url) == (
        "general_convener", None, county.hall.pk, f"/staff/questions/{question.pk}/"
    )  # fmt: skip
    assert (work.limit_value, work.due_at) == (2, DUE)
    assert Message.objects.filter(template="question", person=county.person("general_convener")).exists()


def test_passing_it_on_hands_over_the_same_clock_and_tells_the_department(
    county: County, company: Company, project: Project
) -> None:
    question = asked(company, project)
    pass_question(
        actor=county.actor("general_convener"),
        question_id=question.pk,
        department_key="ecology",
        at=at("2026-11-10 09:00"),
    )
    work = clock(question)
    assert work.department is not None
    assert (work.role, work.department.key, work.due_at, work.state) == ("approver", "ecology", DUE, "running")
    assert Message.objects.filter(template="question", person=county.person("approver", "ecology")).exists()
    before = counts()
    pass_question(
        actor=county.actor("general_convener"),
        question_id=question.pk,
        department_key="ecology",
        at=at("2026-11-10 09:01"),
    )
    assert counts() == before


def test_the_answer_stops_the_clock_and_the_asker_hears_of_it(
    county: County, company: Company, project: Project
) -> None:
    question = asked(company, project)
    pass_question(
        actor=county.actor("general_convener"),
        question_id=question.pk,
        department_key="ecology",
        at=at("2026-11-10 09:00"),
    )
    answer_question(
        actor=county.actor("approver", "ecology"),
        question_id=question.pk,
        answer="七个工作日",
        at=at("2026-11-10 15:00"),
    )
    work = clock(question)
    assert (work.state, work.outcome, work.closed_at) == ("done", "answered", at("2026-11-10 15:00"))
    told = Message.objects.filter(template="answer")
    assert {message.person_id for message in told if message.person_id} == {company.person.pk}
    assert all(message.url == f"/projects/{project.pk}/questions/" for message in told)


@pytest.mark.parametrize(("moment", "light"), [("2026-11-11 18:00", "yellow"), ("2026-11-11 18:01", "red")])
def test_a_question_nobody_answers_turns_yellow_and_then_red(
    county: County, company: Company, project: Project, moment: str, light: str
) -> None:
    question = asked(company, project)
    tick(at(moment))
    assert clock(question).announced == light
    assert Entry.objects.filter(verb=f"work.{light}", subject_id=str(clock(question).pk)).exists()


def test_a_project_that_ends_leaves_no_question_on_the_clock_and_it_may_still_be_answered(
    county: County, company: Company, project: Project
) -> None:
    question = asked(company, project)
    terminate(actor=company.actor, project_id=project.pk, why="不建了", at=at("2026-11-10 09:00"))
    assert clock(question).state == "cancelled"
    answered = answer_question(
        actor=county.actor("general_convener"), question_id=question.pk, answer="两天", at=at("2026-11-10 10:00")
    )
    assert answered.answer == "两天"


@pytest.mark.parametrize(("text", "code"), [("  ", "projects.answer"), ("七天", "projects.answered")])
def test_an_empty_or_a_second_answer_is_refused(
    county: County, company: Company, project: Project, text: str, code: str
) -> None:
    question, convener = asked(company, project), county.actor("general_convener")
    if text.strip():
        answer_question(actor=convener, question_id=question.pk, answer="两天", at=DUE)
    before = counts()
    with pytest.raises(Refused) as refusal:
        answer_question(actor=convener, question_id=question.pk, answer=text, at=DUE)
    assert refusal.value.code == code
    assert counts() == before


def test_only_the_department_it_was_passed_to_may_answer(county: County, company: Company, project: Project) -> None:
    question = asked(company, project)
    with pytest.raises(Forbidden):
        answer_question(actor=county.actor("approver", "ecology"), question_id=question.pk, answer="七天", at=DUE)


def test_an_answer_is_published_in_words_that_name_nobody_and_withdrawn(
    county: County, company: Company, project: Project
) -> None:
    question, convener = asked(company, project), county.actor("general_convener")
    said = {"text": "验收要多久？", "answer": "七个工作日。"}

    def publish(**other: str) -> None:
        publish_answer(actor=convener, question_id=question.pk, at=DUE, **{**said, **other})

    with pytest.raises(Refused, match="还没有答复"):
        publish()
    answer_question(actor=convener, question_id=question.pk, answer="七天", at=DUE)
    before = counts()
    naming = (company.unit.name, project.name, project.code or "", company.person.name, "13600009999", "a@example.cn")
    for field in said:
        for words in (" ", *(f"{name} 的事" for name in naming)):
            with pytest.raises(Refused) as refusal:
                publish(**{field: words})
            assert (refusal.value.code, set(refusal.value.errors)) == ("projects.publish_words", {field})
    assert (counts(), queries.published_answers().questions) == (before, [])
    publish()
    assert [(row.pk, row.public_text, row.public_answer) for row in queries.published_answers().questions] == [
        (question.pk, "验收要多久？", "七个工作日。")
    ]
    assert queries.published_answers("eia_table").questions == []
    with pytest.raises(Refused, match="已经公开"):
        publish()
    with pytest.raises(Refused, match="为什么撤回"):
        withdraw_answer(actor=convener, question_id=question.pk, why=" ", at=DUE)
    withdraw_answer(actor=convener, question_id=question.pk, why="规定变了", at=DUE)
    assert queries.published_answers().questions == []
    with pytest.raises(Refused, match="没有公开"):
        withdraw_answer(actor=convener, question_id=question.pk, why="规定变了", at=DUE)
    question.refresh_from_db()
    assert (question.answer, question.public_text) == ("七天", "验收要多久？"), (
        "the asker's answer stays, and the words for a new try"
    )


def test_unanswered_ones_come_as_they_fall_due_and_page_by_page(
    county: County, company: Company, project: Project
) -> None:
    made = [asked(company, project, f"问题{number}").pk for number in range(5)]
    convener = county.actor("general_convener")
    first = queries.questions(convener, size=2)
    second = queries.questions(convener, size=2, after=first.after)
    third = queries.questions(convener, size=2, after=second.after)
    assert [row.pk for page in (first, second, third) for row in page.questions] == made
    assert third.after == 0
    for pk in made[:2]:
        answer_question(actor=convener, question_id=pk, answer="好", at=DUE)
    assert [row.pk for row in queries.questions(convener).questions] == made[2:]
    assert [row.pk for row in queries.questions(convener, answered=True).questions] == made[1::-1]


def test_each_sees_the_questions_that_concern_them(county: County, company: Company, project: Project) -> None:
    mine, passed = asked(company, project, "一").pk, asked(company, project, "二").pk
    pass_question(actor=county.actor("general_convener"), question_id=passed, department_key="ecology", at=ASKED)

    def seen(actor: object) -> set[int]:
        return {row.pk for row in queries.questions(actor).questions}  # type: ignore[arg-type]

    assert (
        seen(company.actor)
        == seen(county.actor("general_convener"))
        == seen(county.actor("supervisor"))
        == {mine, passed}
    )
    assert seen(county.actor("approver", "ecology")) == {passed}
    assert seen(county.actor("approver", "water")) == set()


# -- about a matter


def test_one_about_a_matter_lies_with_its_department_at_once_and_the_convener_may_still_pass_it_on(
    county: County, company: Company, project: Project
) -> None:
    question = ask_question(
        actor=company.actor, project_id=project.pk, text="要多久？", matter_id="eia_table", at=ASKED
    )
    work = clock(question)
    assert question.department is not None
    assert question.department.key == "ecology"
    assert (work.role, work.department_id, work.due_at) == ("approver", question.department_id, DUE)
    told = Message.objects.filter(template="question").values_list("person", flat=True)
    assert set(told) == {county.person("approver", "ecology").pk}
    county.actor("approver", "water")
    passed = pass_question(
        actor=county.actor("general_convener"), question_id=question.pk, department_key="water", at=ASKED
    )
    assert passed.department is not None
    assert passed.department.key == "water"


def test_a_matter_that_is_none_is_refused_and_asks_nobody(county: County, company: Company, project: Project) -> None:
    before = counts()
    with pytest.raises(Refused) as refusal:
        ask_question(actor=company.actor, project_id=project.pk, text="要多久？", matter_id="nothing", at=ASKED)
    assert (refusal.value.code, refusal.value.field) == ("projects.question_matter", "matter_id")
    assert counts() == before
