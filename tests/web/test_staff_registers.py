"""Registers as files, and the next thing after a decision."""

from __future__ import annotations

from datetime import datetime

from tests.apps.county import Company, County, at
from tests.apps.points import carry_out, propose
from tests.apps.test_onemap import filed
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from tests.web.test_staff_exports import sheet
from yinuo.engine.people.actions import delegate

__all__ = ["company", "county", "set_clock"]


def test_people_are_taken_away_with_what_they_handle_and_who_stands_in(
    county: County, company: Company, set_clock: SetClock
) -> None:
    colleague = county.add("approver", "development_reform").person
    delegate(
        actor=county.actor("approver"),
        person=county.person("approver"),
        substitute=colleague,
        from_on=at("2026-11-05 00:00").date(),
        to_on=at("2026-11-08 00:00").date(),
        reason="培训",
        at=at("2026-11-05 09:00"),
    )
    set_clock("2026-11-05 10:00")
    head, *rows = sheet(desk(county, "general_convener").get("/staff/export/people/"))
    found = [dict(zip(head, row, strict=True)) for row in rows]
    away = [row for row in found if row["代班人"]]
    assert [(row["姓名"], row["代班人"], row["代班至（不含）"]) for row in away] == [
        (county.person("approver").name, colleague.name, datetime(2026, 11, 8))
    ]
    assert "企业投资项目备案" in away[0]["办理的事项"]
    assert {row["角色"] for row in found} >= {"审批办理人员", "总召集人"}
    assert desk(county, "supervisor").get("/staff/export/people/").status_code == 403


def test_a_companys_credit_is_taken_away_event_by_event(county: County, company: Company, set_clock: SetClock) -> None:
    set_clock("2026-11-12 15:00")
    carry_out(county, propose(county, company))
    client = desk(county, "supervisor")
    assert f"/staff/export/unit-credit/?unit={company.unit.pk}" in text_of(
        client.get(f"/staff/units/{company.unit.pk}/credit/")
    )
    head, *rows = sheet(client.get(f"/staff/export/unit-credit/?unit={company.unit.pk}"))
    last = dict(zip(head, rows[0], strict=True))
    assert (last["变动（分）"], last["变动后分值"], last["变动后等级"]) == (-2, 84, "A-")
    assert isinstance(last["整改期限"], datetime)
    assert len(sheet(client.get("/staff/export/unit-credit/?unit=nonsense"))) == 1
    assert signed_in(company.person).get(f"/staff/export/unit-credit/?unit={company.unit.pk}").status_code == 403


def test_after_a_review_the_projects_page_leads_on_to_the_next_thing(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-03 15:00")
    first, second = filed(county, company), filed(county, company, name="第二个项目")
    client = desk(county, "approver")
    form = {"do": "confirm", "confirm-version": first.version}
    page = text_of(client.post(f"/staff/projects/{first.pk}/review/", form, follow=True))
    assert f'href="/staff/projects/{second.pk}/review/" rel="next"' in page
    assert 'rel="next"' not in text_of(desk(county, "supervisor").get(f"/staff/projects/{first.pk}/"))
