"""不来即享: what there is for everybody to read, what a unit is told by itself, and that whoever looked at its data is
on record.
"""

from __future__ import annotations

from django.test import Client

from tests.apps.county import Company, County
from tests.apps.mapped import mapped
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.engine.notices.models import Message
from yinuo.engine.rules import pack
from yinuo.engine.trail.models import Seen
from yinuo.rooms.projects.models import Project

__all__ = ["company", "county", "mapped", "set_clock"]
pytestmark = begins_with(guided)


def test_the_list_is_public_and_a_unit_is_told_what_it_gets_when_its_filing_is_confirmed(
    company: Company, mapped: Project, set_clock: SetClock
) -> None:
    page = text_of(Client().get("/benefits/"))
    for benefit in pack().benefits:
        assert benefit.name in page
    assert "信用等次为 A、B 的企业" in page
    told = Message.objects.get(template="benefits_held")
    assert (told.unit_id, told.url) == (company.unit.pk, f"/projects/{mapped.pk}/benefits/")
    assert "免费代办" in told.body
    assert not any(benefit.name in told.body for benefit in pack().benefits if benefit.provenance == "unverified")


def test_whoever_looks_at_a_companys_data_is_on_its_record(
    county: County, company: Company, mapped: Project, set_clock: SetClock
) -> None:
    set_clock("2026-11-06 10:00")
    client = desk(county, "supervisor")
    for path in (f"/staff/projects/{mapped.pk}/map/", f"/staff/units/{company.unit.pk}/credit/"):
        assert client.get(path).status_code == 200, path
    looked = list(Seen.objects.filter(unit_id=company.unit.pk).order_by("id").values_list("what", "role"))
    assert looked == [("map", "supervisor"), ("credit", "supervisor")]
    page = text_of(signed_in(company.person).get("/grants/"))
    assert "一张图" in page
    assert "信用记录" in page
    assert county.person("supervisor").name not in page
