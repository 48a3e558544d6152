from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.apps.county import Company, County, at
from tests.apps.test_completion import built
from tests.apps.test_onemap import filed, guided
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.engine.rules import pack
from yinuo.faces.onemap.staff_guidance import GuidanceForm
from yinuo.rooms.commitments.actions.completion import apply_completion
from yinuo.rooms.onemap.actions import confirm_review
from yinuo.rooms.onemap.models import GuidanceAnswer, MapItem
from yinuo.rooms.projects.models import Project

__all__ = ["company", "county", "set_clock"]


@pytest.fixture
def project(county: County, company: Company, set_clock: SetClock) -> Project:
    set_clock("2026-11-04 09:00")
    made = filed(county, company)
    return confirm_review(actor=county.actor("approver"), project_id=made.pk, at=at("2026-11-03 15:00"))


def asked(key: str) -> GuidanceAnswer:
    return GuidanceAnswer.objects.select_related("department", "guidance").get(
        department__key=key, answered_at__isnull=True
    )


def url_of(answer: GuidanceAnswer) -> str:
    return f"/staff/guidance/{answer.pk}/"


def filled(answer: GuidanceAnswer, **changes: str) -> dict[str, Any]:
    """The form as the page proposes it, a perhaps answered with no."""
    form = GuidanceForm(
        rows=answer.matters, others={}, whole=answer.guidance.kind == "pre_start", initial={"version": answer.version}
    )
    data: dict[str, Any] = {"version": answer.version}
    for name in form.fields:
        value = form.initial.get(name, "")
        data[name] = "no" if name.endswith("-needed") and value == "" else "" if value is None else value
    return {**data, **changes}


def test_every_proposed_matter_is_prefilled_with_why_basis_and_whether_it_may_be_promised(
    county: County, project: Project, django_assert_max_num_queries: Any
) -> None:
    answer = asked("natural_resources")
    client = desk(county, "approver", "natural_resources")
    client.get(url_of(answer))
    with django_assert_max_num_queries(10):
        page = text_of(client.get(url_of(answer)))
    for row in answer.matters:
        assert row["name"] in page
        assert f'name="{row["matter_id"]}-needed"' in page
    assert "可以承诺" in page
    assert "不能承诺" in page
    assert "附件1·二" in page
    assert "依据：" in page


def test_an_answer_is_sent_once_and_shown_afterwards(county: County, project: Project) -> None:
    answer = asked("natural_resources")
    client = desk(county, "approver", "natural_resources")
    form = filled(answer)
    assert client.post(url_of(answer), form).status_code == 302
    answer.refresh_from_db()
    assert answer.answered_by == county.person("approver", "natural_resources")
    assert all(row["needed"] in ("yes", "no") for row in answer.matters)
    page = text_of(client.get(url_of(answer)))
    assert "需要办理" in page
    assert 'name="version"' not in page
    assert client.post(url_of(answer), form).status_code == 403


def test_what_the_handler_changes_reaches_the_map(county: County, project: Project) -> None:
    answer = asked("natural_resources")
    row = next(row for row in answer.matters if row["needed"] == "yes" and row["materials"])
    name = row["matter_id"]
    others = [part["id"] for part in row["materials"]][1:]
    changed = filled(
        answer,
        **{f"{name}-days": "7", f"{name}-level": "prefecture", f"{name}-note": "请先测量", f"{name}-more": "地勘报告"},
    )
    changed[f"{name}-materials"] = others
    assert desk(county, "approver", "natural_resources").post(url_of(answer), changed).status_code == 302
    for rest in GuidanceAnswer.objects.filter(answered_at__isnull=True).select_related("department", "guidance"):
        assert desk(county, "approver", rest.department.key).post(url_of(rest), filled(rest)).status_code == 302
    item = MapItem.objects.get(project=project, matter_id=name)
    assert (item.limit_value, item.level, item.guidance_note) == (7, "prefecture", "请先测量")
    assert [part["name"] for part in item.materials][-1] == "地勘报告"
    assert [part["id"] for part in item.materials][:-1] == others


def test_errors_stand_at_their_matter_and_what_was_typed_stays(county: County, project: Project) -> None:
    answer = asked("natural_resources")
    row = next(row for row in answer.matters if row["needed"] == "yes")
    name = row["matter_id"]
    bad = filled(answer, **{f"{name}-needed": "", f"{name}-days": "999", f"{name}-note": "打了很多字"})
    told = desk(county, "approver", "natural_resources").post(url_of(answer), bad)
    page = text_of(told)
    assert told.status_code == 422
    assert f"选择是否需要办理“{row['name']}”" in page
    assert f"“{row['name']}”的办理时限应为 0 到 365" in page
    assert f'href="#id_{name}-needed_0"' in page
    assert "打了很多字" in page
    answer.refresh_from_db()
    assert answer.answered_at is None


def test_another_matter_of_the_department_is_added_without_losing_what_was_typed(
    county: County, project: Project
) -> None:
    answer = asked("natural_resources")
    taken = {row["matter_id"] for row in answer.matters}
    matters = pack().matters_at(project.rules_on)
    extra = next(
        m.id for m in matters if m.department == "natural_resources" and m.id not in taken and "filing" in m.kinds
    )
    foreign = next(m.id for m in matters if m.department == "ecology")
    first = answer.matters[0]["matter_id"]
    client = desk(county, "approver", "natural_resources")
    typed = filled(answer, **{f"{first}-note": "保留这句话", f"{first}-needed": ""})
    page = text_of(client.post(url_of(answer), {**typed, "add": "1", "extra": extra}))
    assert "本次增加" in page
    assert "保留这句话" in page
    assert "需要修改" not in page
    assert f'name="added" value="{extra}"' in page
    assert f'name="added" value="{foreign}"' not in text_of(
        client.post(url_of(answer), {**typed, "add": "1", "extra": foreign})
    )
    whole = {
        **filled(answer),
        "added": [extra],
        f"{extra}-needed": "yes",
        f"{extra}-level": "county",
        f"{extra}-unit": "working",
    }
    assert client.post(url_of(answer), {**whole, f"{extra}-days": "5"}).status_code == 302
    answer.refresh_from_db()
    assert [row["days"] for row in answer.matters if row["matter_id"] == extra] == [5]


def test_what_a_matter_may_wait_for_never_makes_a_circle(county: County, project: Project) -> None:
    answer = asked("natural_resources")
    page = text_of(desk(county, "approver", "natural_resources").get(url_of(answer)))
    land = next(row for row in answer.matters if row["matter_id"] == "land_use_planning_permit")
    assert "engineering_planning_permit" in {row["matter_id"] for row in answer.matters}
    choices = page.split(f'name="{land["matter_id"]}-after"')[1:]
    assert not any('value="engineering_planning_permit"' in part.split(">")[0] for part in choices)


@pytest.mark.parametrize(
    ("role", "department"),
    [("approver", "ecology"), ("principal", "natural_resources"), ("supervisor", "development_reform")],
)
def test_only_approvers_of_the_department_answer(county: County, project: Project, role: str, department: str) -> None:
    answer = asked("natural_resources")
    client = desk(county, role, department)
    assert "还没有反馈" in text_of(client.get(url_of(answer)))
    assert client.post(url_of(answer), filled(answer)).status_code == 403
    answer.refresh_from_db()
    assert answer.answered_at is None


def test_guidance_is_for_staff(company: Company, project: Project) -> None:
    answer = asked("natural_resources")
    assert Client().get(url_of(answer)).status_code == 302
    assert signed_in(company.person).get(url_of(answer)).status_code == 403


@begins_with(guided)
def test_second_guidance_asks_only_whether_and_why(county: County, company: Company, set_clock: SetClock) -> None:
    done = built(county, company)
    apply_completion(actor=company.actor, project_id=done.pk, at=at("2027-07-05 09:00"))
    set_clock("2027-07-05 10:00")
    for answer in (
        GuidanceAnswer.objects.filter(answered_at__isnull=True).select_related("department", "guidance").order_by("id")
    ):
        client = desk(county, "approver", answer.department.key)
        page = text_of(client.get(url_of(answer)))
        assert "二次辅导意见" in page
        assert "-days" not in page
        assert client.post(url_of(answer), filled(answer)).status_code == 302
    assert not GuidanceAnswer.objects.filter(answered_at__isnull=True).exists()
