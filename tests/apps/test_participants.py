"""Who builds with the company: reported, ended with a reason, reported again;
the site poster names who is there now.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.apps.county import Company, County, at
from tests.apps.killing import counts
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from yinuo.engine.base import Refused
from yinuo.engine.trail.models import Entry
from yinuo.rooms.projects.actions import end_participant, report_participant, terminate
from yinuo.rooms.projects.models import Participant, Project

pytestmark = begins_with(guided)

NOON = at("2026-11-06 12:00")
BUILDER: dict[str, Any] = {
    "role": "construction",
    "name": "甘肃第三建筑公司",
    "credit_code": "91620000710375659T",
    "qualification": "二级",
}


@pytest.fixture
def project(county: County, company: Company) -> Project:
    return guided(county, company)


def reported(company: Company, project: Project) -> Participant:
    return report_participant(actor=company.actor, project_id=project.pk, at=NOON, **BUILDER)


def test_one_that_left_stays_in_the_record_with_the_reason_and_may_come_back(
    company: Company, project: Project
) -> None:
    first = reported(company, project)
    ended = end_participant(actor=company.actor, participant_id=first.pk, why="合同解除 ", at=at("2026-12-01 09:00"))
    assert (ended.replaced_at, ended.ended_why) == (at("2026-12-01 09:00"), "合同解除")
    entry = Entry.objects.get(verb="projects.end_participant")
    assert (entry.project_code, entry.why) == (project.code, "合同解除")
    again = reported(company, project)
    assert again.pk != first.pk
    assert again.replaced_at is None


@pytest.mark.parametrize(
    ("why", "code"), [(" ", "projects.participant_why"), ("合同解除", "projects.participant_ended")]
)
def test_without_a_reason_or_a_second_time_it_is_refused(
    company: Company, project: Project, why: str, code: str
) -> None:
    row = reported(company, project)
    if code.endswith("ended"):
        end_participant(actor=company.actor, participant_id=row.pk, why="分包结束", at=NOON)
    before = counts()
    with pytest.raises(Refused) as refusal:
        end_participant(actor=company.actor, participant_id=row.pk, why=why, at=NOON)
    assert refusal.value.code == code
    assert counts() == before


def test_of_a_project_that_has_ended_nobody_is_taken_off(county: County, company: Company, project: Project) -> None:
    row = reported(company, project)
    terminate(actor=company.actor, project_id=project.pk, why="不再建设", at=NOON)
    with pytest.raises(Refused) as refusal:
        end_participant(actor=company.actor, participant_id=row.pk, why="合同解除", at=NOON)
    assert refusal.value.code == "projects.not_confirmed"
