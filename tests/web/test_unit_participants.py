"""Who builds with the company, on its page: taken off with a reason, told where, by nobody else."""

from __future__ import annotations

import pytest

from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from tests.web.unit_desk import Desk, new_desk
from yinuo.rooms.projects.models import Participant, Project

pytestmark = begins_with(guided)

SENT = {"role": "design", "name": "兰州黄河建筑设计院", "credit_code": "91620000710375659T"}


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


@pytest.fixture
def project(desk: Desk) -> Project:
    made = guided(desk.county, desk.company)
    desk.post(f"/projects/{made.pk}/participants/", SENT)
    return made


def test_one_is_taken_off_with_a_reason_and_stands_among_the_former(desk: Desk, project: Project) -> None:
    row = Participant.objects.get()
    here = f"/projects/{project.pk}/participants/"
    assert f"{here}{row.pk}/end/" in desk.get(here)
    page = desk.post(f"{here}{row.pk}/end/", {"why": ""}, status=200).content.decode()
    assert 'href="#id_why"' in page
    desk.post(f"{here}{row.pk}/end/", {"why": "合同解除"})
    page = desk.get(here)
    assert "不再参建的" in page
    assert "合同解除" in page
    assert f"{row.pk}/end/" not in page
    assert "兰州黄河建筑设计院" not in desk.get(f"/projects/{project.pk}/").split("办理经过")[0].split("参建单位")[1]


def test_nobody_else_takes_it_off(desk: Desk, project: Project) -> None:
    path = f"/projects/{project.pk}/participants/{Participant.objects.get().pk}/end/"
    assert desk.stranger().post(path, {"why": "x"}).status_code == 403
    assert desk.official().post(path, {"why": "x"}).status_code == 403
    desk.get(f"/projects/{project.pk}/participants/999999/end/", status=404)
    assert Participant.objects.get().replaced_at is None
