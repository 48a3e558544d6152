"""双随机、一公开 on its pages: planned, announced, drawn, recorded, answered and published, and what the public may
read when.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.apps.county import Company, County, at, new_company
from tests.apps.inspecting import LEAD, VALUE, a_drawn_inspection, announced, confirmed, inspectors, those_of
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.core.draw import draw, parse, seed_digest, verify
from yinuo.engine.people.models import Person
from yinuo.rooms.inspections.models import Avoidance, InspectionPlan, Inspector, RandomInspection
from yinuo.rooms.inspections.questions import questions_of

__all__ = ["company", "county", "set_clock"]
PLANS = "/staff/inspections/plans/"


def sent(client: Client, url: str, **values: Any) -> Any:
    return client.post(url, values)


def test_a_plan_is_written_announced_and_drawn_at_a_desk_and_the_public_follows(
    county: County, company: Company, set_clock: SetClock, django_assert_max_num_queries: Any
) -> None:
    project = confirmed(county, company)
    inspectors(county)
    set_clock("2026-11-09 09:00")
    lead, public = desk(county, "approver", LEAD), Client()
    values = {
        "title": "第四季度抽查",
        "subject": "施工安全和质量",
        "from_on": "2026-11-13",
        "until_on": "2026-12-11",
        "issue": "2026131",
        "value_on": "2026-11-10",
        "key": "k1",
    }
    refused = sent(lead, f"{PLANS}new/", **{**values, "value_on": "2026-11-09"})
    assert refused.status_code == 422
    assert "须用今天以后开奖的一期" in text_of(refused) and 'value="第四季度抽查"' in text_of(refused)
    for _ in range(2):
        assert sent(lead, f"{PLANS}new/", **values).status_code == 302
    plan = InspectionPlan.objects.get()
    page = f"{PLANS}{plan.pk}/"
    assert "草" not in text_of(public.get("/random-inspections/"))
    assert public.get(f"/random-inspections/{plan.pk}/").status_code == 404
    assert desk(county, "approver", "emergency").get(page).status_code == 403
    assert desk(county, "window").get("/staff/inspections/").status_code == 403
    assert (
        sent(lead, page, do="directed", version=1, project_code=project.code, reason="key", note="重点项目").status_code
        == 302
    )
    row = plan.directed.get()
    assert "重点项目" in text_of(lead.get(page))
    assert sent(lead, page, do="remove", version=2, directed=row.pk).status_code == 302
    assert sent(lead, page, do="announce", version=1).status_code == 422
    assert sent(lead, page, do="announce", version=3).status_code == 302
    with django_assert_max_num_queries(16):
        shown = text_of(public.get(f"/random-inspections/{plan.pk}/"))
    plan.refresh_from_db()
    assert plan.announcement_sha256 in shown and plan.seed_sha256 in shown and project.name in shown
    assert not any(person.name in shown for person in Person.objects.filter(name__contains="检查员"))
    assert "公布的期限还没有满" in text_of(lead.get(page))
    assert json.loads(public.get(f"/random-inspections/{plan.pk}/draw.json").content).keys() == {
        "plan", "title", "announcement", "announcement_sha256",
    }  # fmt: skip
    set_clock("2026-11-13 09:00")
    lead = desk(county, "approver", LEAD)
    for changes, words in [({"value": "1 2"}, "应为 14 位数字"), ({"sure": ""}, "核对以后才能抽取")]:
        again = sent(lead, page, **{"do": "draw", "version": 4, "value": VALUE, "sure": "on", **changes})
        assert (again.status_code, words in text_of(again)) == (422, True)
    assert sent(lead, page, do="draw", version=4, value=VALUE, sure="on").status_code == 302
    file = json.loads(public.get(f"/random-inspections/{plan.pk}/draw.json").content)
    assert all(check.ok for check in verify(file))
    shown = text_of(public.get(f"/random-inspections/{plan.pk}/"))
    assert shown.count("符合") == 4 and file["seed"] in shown
    assert all(
        one.inspector.person.name in shown
        for one in RandomInspection.objects.get().members.select_related("inspector__person")
    )
    assert sent(lead, page, do="draw", version=5, value=VALUE, sure="on").status_code == 403
    row = RandomInspection.objects.get()
    left = row.members.order_by("id")[0]
    values = {"do": "replace", "version": 1, "member": left.pk, "why": "出差，电话 13900001111"}
    assert sent(lead, f"/staff/inspections/{row.pk}/", **values).status_code == 302
    shown = text_of(public.get(f"/random-inspections/{plan.pk}/"))
    assert "已替换：出差" in shown and "13900001111" not in shown and "逾期" not in shown
    assert "第四季度抽查" in text_of(lead.get("/staff/inspections/?view=plans"))
    assert project.name in text_of(lead.get("/staff/inspections/?view=all"))


def test_a_visit_is_recorded_on_site_and_nothing_typed_is_lost(
    county: County, company: Company, set_clock: SetClock
) -> None:
    row = a_drawn_inspection(county, company)
    set_clock("2026-11-16 15:00")
    first, second = (signed_in(Person.objects.get(pk=actor.person_id)) for actor in those_of(row))
    page, unit = f"/staff/inspections/{row.pk}/", signed_in(company.person)
    keys = [one.key for one in questions_of(row)]
    form = {
        "do": "record",
        "version": 1,
        "on": "2026-11-16",
        "outcome": "rectify",
        "rectify_days": "5",
        "summary": "看了现场",
    }
    form |= {f"{key}-answer": "yes" for key in keys} | {f"{keys[0]}-answer": "no"}
    back = first.post(page, form)
    assert back.status_code == 422
    assert "不符合的，请写明情况" in text_of(back) and "看了现场" in text_of(back)
    assert "还没有检查" in text_of(unit.get(f"/inspections/{row.pk}/"))
    assert first.post(page, form | {f"{keys[0]}-note": "没有公示"}).status_code == 302
    assert "没有公示" not in text_of(unit.get(f"/inspections/{row.pk}/"))
    assert second.post(page, {"do": "sign", "version": 2}).status_code == 302
    assert "没有公示" in text_of(unit.get(f"/inspections/{row.pk}/"))
    assert unit.post(f"/inspections/{row.pk}/", {"text": ""}).status_code == 422
    assert unit.post(f"/inspections/{row.pk}/", {"text": "已经公示"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "reinspection"
    assert "已经公示" in text_of(first.get(page))
    assert signed_in(new_company("别的公司").person).get(f"/inspections/{row.pk}/").status_code == 403
    assert row.project.name in text_of(unit.get("/inspections/"))
    public = Client()
    own = f"/companies/{company.unit.credit_code}/"
    assert "双随机检查的结果" not in text_of(public.get(own))
    assert first.post(page, {"do": "publish", "version": row.version}).status_code == 302
    assert "责令限期改正" in text_of(public.get(own))
    assert "责令限期改正" in text_of(public.get(f"/random-inspections/{row.plan_id}/"))
    assert "没有公示" not in text_of(public.get(f"/random-inspections/{row.plan_id}/"))
    points = first.post(page, {"do": "points", "about": "act-illegal_start", "basis": "检查记录"})
    assert points.status_code == 302
    assert row.plan.title in text_of(desk(county, "supervisor").get(f"/staff/projects/{row.project_id}/"))


def test_inspectors_are_kept_by_who_answers_for_them(county: County, company: Company, set_clock: SetClock) -> None:
    own = county.person("approver", LEAD)
    office = own.memberships.get().department_id
    set_clock("2026-11-09 09:00")
    principal, page = desk(county, "principal", LEAD), "/staff/inspections/inspectors/"
    assert sent(principal, page, do="register", who="", certificate_no="").status_code == 422
    assert sent(principal, page, do="register", who=f"{own.pk}-{office}", certificate_no="甘E1").status_code == 302
    made = Inspector.objects.get()
    assert (
        sent(
            desk(county, "supervisor"), page, do="register", who=f"{own.pk}-{office}", certificate_no="甘E1"
        ).status_code
        == 403
    )
    avoid = {
        f"a{made.pk}-credit_code": company.unit.credit_code,
        f"a{made.pk}-interest": "kin",
        f"a{made.pk}-note": "妻兄任经理",
    }
    assert signed_in(own).post(page, {"do": f"avoid:{made.pk}", **avoid}).status_code == 302
    assert "妻兄任经理" in text_of(principal.get(page))
    assert "妻兄任经理" not in text_of(desk(county, "supervisor").get(page))
    row = Avoidance.objects.get()
    assert signed_in(own).post(page, {"do": f"lift:{row.pk}"}).status_code == 403
    assert [principal.post(page, {"do": f"lift:{number}"}).status_code for number in ("²", "٣", "9" * 30)] == [403] * 3
    assert principal.post(page, {"do": f"lift:{row.pk}"}).status_code == 302
    set_clock("2026-11-10 09:00")
    principal = desk(county, "principal", LEAD)
    assert principal.post(page, {"do": f"end:{made.pk}", f"e{made.pk}-why": "退休"}).status_code == 302
    made.refresh_from_db()
    assert made.to_on == date(2026, 11, 10)
    assert "还没有登记检查人员" in text_of(principal.get(page))


def test_a_plan_that_was_made_void_stays_readable_with_its_reason(
    county: County, company: Company, set_clock: SetClock
) -> None:
    confirmed(county, company)
    inspectors(county)
    plan = announced(county)
    set_clock("2026-11-16 18:01")
    assert "应当在 2026年11月16日 18:00 以前抽取" in text_of(Client().get(f"/random-inspections/{plan.pk}/"))
    assert "逾期未抽取" in text_of(desk(county, "approver", LEAD).get(f"{PLANS}{plan.pk}/"))
    set_clock("2026-11-10 09:00")
    lead = desk(county, "approver", LEAD)
    assert sent(lead, f"{PLANS}{plan.pk}/", do="void", version=2, why="").status_code == 422
    assert sent(lead, f"{PLANS}{plan.pk}/", do="void", version=2, why="名录有误，另订计划").status_code == 302
    shown = text_of(Client().get(f"/random-inspections/{plan.pk}/"))
    assert "名录有误，另订计划" in shown and plan.announcement_sha256 in shown
    # What would have been drawn is nobody's secret.
    file = json.loads(Client().get(f"/random-inspections/{plan.pk}/draw.json").content)
    assert seed_digest(bytes.fromhex(file["seed"])) == plan.seed_sha256
    assert draw(parse(file["announcement"]), bytes.fromhex(file["seed"]), VALUE).projects
    assert Client().get(f"/random-inspections/{plan.pk}/nothing.tlog-proof").status_code == 404
    assert at("2026-11-10 09:00") == InspectionPlan.objects.get().void_at


@pytest.mark.parametrize(
    "path", ["/staff/inspections/", f"{PLANS}new/", "/staff/inspections/inspectors/", "/inspections/"]
)
def test_who_is_not_signed_in_is_asked_to(db: None, path: str) -> None:
    assert Client().get(path).status_code == 302
