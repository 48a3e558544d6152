from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.apps.county import Company, County, at, new_person
from tests.apps.test_onemap import filed, guided, hand_in, ready
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.engine.catalogue.models import MatterHandler
from yinuo.engine.people.actions import ask_binding
from yinuo.engine.people.models import AuthorisedPerson, Delegation, Department, Membership
from yinuo.engine.people.queries import actor_of_binding
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.onemap.actions import accept, confirm_review, pause_item

__all__ = ["company", "county", "set_clock"]


@pytest.mark.parametrize("role", ["approver", "principal", "stage_convener", "supervisor", "comprehensive"])
def test_people_are_managed_by_the_general_convener_and_the_administrator_alone(
    county: County, set_clock: SetClock, role: str
) -> None:
    assert desk(county, role).get("/staff/people/").status_code == 403
    assert desk(county, role).post("/staff/people/", {"do": "end", "id": "1"}).status_code == 403
    assert Client().get("/staff/people/").status_code == 302
    for manager in ("general_convener", "administrator"):
        assert desk(county, manager).get("/staff/people/").status_code == 200


def test_the_page_shows_who_works_where_and_handles_what(
    county: County, company: Company, set_clock: SetClock, django_assert_max_num_queries: Any
) -> None:
    for key in ("ecology", "natural_resources", "water", "emergency"):
        if Department.objects.filter(key=key).exists():
            county.actor("approver", key)
    client = desk(county, "general_convener")
    client.get("/staff/people/")
    with django_assert_max_num_queries(9):
        page = text_of(client.get("/staff/people/"))
    assert "natural_resources-approver" in page
    assert "企业投资项目备案" in page
    assert company.person.name not in page


def test_a_persons_items_are_all_given_to_a_colleague_at_once(
    county: County, company: Company, set_clock: SetClock
) -> None:
    filed(county, company)
    filed(county, company, name="第二个项目")
    leaving, colleague = county.person("approver"), county.add("approver", "development_reform").person
    client = desk(county, "general_convener")
    form = {"person": leaving.pk, "to": colleague.pk, "why": "调离"}
    assert "接办的人不能是原来的办理人" in text_of(client.post("/staff/reassign/", {**form, "to": leaving.pk}))
    preview = text_of(client.post("/staff/reassign/", form))
    assert "会转交 2" in preview
    assert "第二个项目" in preview
    assert set(WorkItem.objects.filter(kind="review").values_list("assignee_id", flat=True)) == {leaving.pk}
    assert f"已把{leaving.name}的 2 件转交给{colleague.name}" in text_of(
        client.post("/staff/reassign/", {**form, "sure": "1"}, follow=True)
    )
    assert set(WorkItem.objects.filter(kind="review").values_list("assignee_id", flat=True)) == {colleague.pk}


def test_a_handler_and_a_role_are_given_and_a_role_is_ended(county: County, set_clock: SetClock) -> None:
    person = county.person("approver", "natural_resources")
    client = desk(county, "general_convener")
    handler = {"do": "handler", "handler-matter": "land_use_planning_permit", "handler-person": person.pk}
    assert client.post("/staff/people/", handler).status_code == 302
    assert MatterHandler.objects.filter(matter_id="land_use_planning_permit", person=person, to_on=None).exists()
    foreign = client.post("/staff/people/", {**handler, "handler-matter": "eia_table"})
    assert foreign.status_code == 422
    office = Department.objects.get(key="natural_resources")
    role = {"do": "role", "role-person": person.pk, "role-department": office.pk, "role-role": "stage_convener"}
    assert "阶段召集人须选择阶段" in text_of(client.post("/staff/people/", role))
    assert client.post("/staff/people/", {**role, "role-stage": "land_planning"}).status_code in (302, 422)
    assert client.post("/staff/people/", {**role, "role-role": "principal"}).status_code == 302
    made = Membership.objects.get(person=person, role="principal")
    assert client.post("/staff/people/", {"do": "end", "id": made.pk}).status_code == 302
    made.refresh_from_db()
    assert made.to_on == at("2026-11-05 10:00").date()
    assert client.post("/staff/people/", {"do": "end", "id": "999999"}).status_code == 403
    assert client.post("/staff/people/", {"do": "nonsense"}).status_code == 403


def test_a_binding_is_confirmed_with_or_without_the_right_to_sign(
    county: County, company: Company, set_clock: SetClock
) -> None:
    person = new_person("马新办")
    asker = AuthorisedPerson(person=person, unit=company.unit)
    binding = ask_binding(
        actor=actor_of_binding(asker),
        person=person,
        unit=company.unit,
        basis="授权委托书〔2026〕3号",
        at=at("2026-11-05 09:00"),
    )
    client = desk(county, "administrator")
    page = text_of(client.get("/staff/people/"))
    assert "马新办" in page
    assert "授权委托书〔2026〕3号" in page
    assert client.post("/staff/people/", {"do": "confirm", "id": binding.pk}).status_code == 302
    binding.refresh_from_db()
    assert binding.confirmed_at is not None
    assert binding.may_sign is False
    assert "马新办" not in text_of(client.get("/staff/people/")).split("各部门人员")[0].split("<form")[0]


def test_ones_own_absence_is_arranged_with_a_colleague_for_days_named_inclusively(
    county: County, set_clock: SetClock
) -> None:
    colleague = county.add("approver", "development_reform").person
    stranger = county.person("approver", "ecology")
    client = desk(county, "approver")
    form = {"substitute": colleague.pk, "from_on": "2026-11-25", "to_on": "2026-11-27", "reason": "培训"}
    assert client.post("/staff/delegation/", {**form, "substitute": stranger.pk}).status_code == 422
    assert "结束日期应晚于开始日期" in text_of(client.post("/staff/delegation/", {**form, "to_on": "2026-11-20"}))
    assert client.post("/staff/delegation/", form).status_code == 302
    made = Delegation.objects.get()
    assert (made.substitute, str(made.to_on)) == (colleague, "2026-11-28")
    assert "11月25日至11月27日" in text_of(client.get("/staff/delegation/"))
    assert "11月25日至11月27日由" in text_of(client.get("/staff/"))


# -- the hall


@pytest.mark.parametrize(
    ("role", "status"), [("approver", 403), ("principal", 403), ("supervisor", 200), ("comprehensive", 200)]
)
def test_the_hall_is_looked_at_by_conveners_supervisors_and_management(
    county: County, company: Company, set_clock: SetClock, role: str, status: int
) -> None:
    assert desk(county, role).get("/staff/hall/").status_code == status
    assert signed_in(company.person).get("/staff/hall/").status_code == 403
    assert Client().get("/staff/hall/").status_code == 302


def test_the_hall_counts_lights_by_department_and_lists_what_is_due(
    county: County, company: Company, set_clock: SetClock, django_assert_max_num_queries: Any
) -> None:
    project = filed(county, company)
    confirm_review(actor=county.actor("approver"), project_id=project.pk, at=at("2026-11-03 15:00"))
    filed(county, company, name="还没有复核的项目")
    set_clock("2026-11-05 10:00")
    client = desk(county, "general_convener")
    client.get("/staff/hall/")
    with django_assert_max_num_queries(10):
        page = text_of(client.get("/staff/hall/"))
    assert "超期，需要协调 1" in page
    due = WorkItem.objects.filter(kind="guidance").count()
    assert f"今天到期 {due}" in page
    assert "还没有复核的项目" in page
    assert "各部门的灯" in page
    assert "前期辅导意见" not in text_of(desk(county, "stage_convener", stage="completion").get("/staff/hall/"))


@begins_with(guided)
def test_a_pause_that_ended_itself_is_counted_as_running_before_the_ticker_comes(
    county: County, company: Company, set_clock: SetClock
) -> None:
    item = ready(guided(county, company))
    handler = county.actor("approver", item.department.key)
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=handler, item_id=item.pk, at=at("2026-11-06 15:00"))
    pause_item(actor=handler, item_id=item.pk, reason="consult_departments", note="征求意见", at=at("2026-11-09 08:30"))
    set_clock("2026-11-20 09:00")
    assert "超期，需要协调 0" in text_of(desk(county, "supervisor").get("/staff/hall/"))
    set_clock("2027-03-01 09:00")
    assert "超期，需要协调 1" in text_of(desk(county, "supervisor").get("/staff/hall/"))
    tick(at("2027-03-01 09:00"))
    assert "超期，需要协调 1" in text_of(desk(county, "supervisor").get("/staff/hall/"))


def test_an_absence_may_be_arranged_for_some_matters_and_kinds_of_work_only(
    county: County, set_clock: SetClock
) -> None:
    set_clock("2026-11-24 09:00")
    own, there = county.person("approver", "natural_resources"), county.add("approver", "natural_resources").person
    client = signed_in(own)
    page = text_of(client.get("/staff/delegation/"))
    assert "只代办哪些事项" in page and "建设项目用地预审" in page
    form = {"substitute": there.pk, "from_on": "2026-11-25", "to_on": "2026-11-27", "reason": "培训"}
    refused = client.post("/staff/delegation/", {**form, "matters": ["eia_table"]})
    assert refused.status_code == 422 and "培训" in text_of(refused), "another department's matter is none of theirs"
    assert (
        client.post("/staff/delegation/", {**form, "matters": ["land_pre_review"], "kinds": ["limit"]}).status_code
        == 302
    )
    row = Delegation.objects.get()
    assert (row.matters, row.kinds, row.projects) == (["land_pre_review"], ["limit"], [])
    assert "只代办：" in text_of(client.get("/staff/delegation/"))
