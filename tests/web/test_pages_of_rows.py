"""Where rows lead: to a page of whoever reads them, by its name, and to the address it has when it is read."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import include, path, set_urlconf

from tests.apps.test_completion import FIRST_OF_PERMIT, applied, inspect
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from tests.web import staffdesk
from tests.web.unit_desk import Desk, new_desk
from yinuo.deploy.checks import lost_pages
from yinuo.engine.notices.models import Message
from yinuo.engine.work.models import WorkItem

pytestmark = begins_with(guided)


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


@pytest.fixture
def rectification(desk: Desk) -> WorkItem:
    """What was not met at the verification waits for the company."""
    inspect(desk.county, applied(desk.county, desk.company), FIRST_OF_PERMIT)
    desk.moment("2027-07-13 10:00")
    return WorkItem.objects.get(kind="rectification")


def test_what_waits_for_the_company_leads_each_to_their_own_page(desk: Desk, rectification: WorkItem) -> None:
    page = desk.get("/projects/")
    assert f'href="/projects/{rectification.project_id}/completion/"' in page
    assert "去整改" in page
    convener = staffdesk.signed_in(desk.county.person("general_convener"))
    waiting = convener.get("/staff/?box=waiting").content.decode()
    own = f"/staff/completion/{rectification.project_id}/"
    assert f'href="{own}"' in waiting
    assert convener.get(own).status_code == 200


def test_the_database_refuses_what_waits_for_the_company_and_leads_it_nowhere(
    desk: Desk, rectification: WorkItem
) -> None:
    with pytest.raises(IntegrityError, match="work_unit_page"), transaction.atomic():
        WorkItem.objects.filter(pk=rectification.pk).update(unit_page="")


class Moved:
    """The platform with one page at another address."""

    urlpatterns = [
        path(
            "",
            include(
                ([path("verification/<int:project_id>/", lambda request, project_id: None, name="completion")], "unit")
            ),
        )
    ]


def test_rows_written_before_an_address_changed_lead_to_the_new_one(desk: Desk, rectification: WorkItem) -> None:
    assert rectification.unit_url == f"/projects/{rectification.project_id}/completion/"
    set_urlconf(Moved)
    try:
        assert rectification.unit_url == f"/verification/{rectification.project_id}/"
    finally:
        set_urlconf(None)


def test_a_message_names_the_address_of_the_day_it_is_sent(desk: Desk, rectification: WorkItem, settings: Any) -> None:
    message = Message.objects.filter(page="unit:project").first()
    assert message is not None
    message.body = "请看：{link}"
    settings.YINUO_ORIGIN = "https://moved.example.gov.cn"
    assert message.text == f"请看：https://moved.example.gov.cn/projects/{rectification.project_id}/"


def test_an_upgrade_names_the_pages_that_rows_have_and_the_program_has_not(desk: Desk, rectification: WorkItem) -> None:
    assert lost_pages() == []
    WorkItem.objects.filter(pk=rectification.pk).update(unit_page="unit:gone")
    Message.objects.filter(page="unit:project").update(page_args={"project": 1})
    first, second = sorted(lost_pages())
    assert "notices.Message" in first
    assert "unit:gone" in second
