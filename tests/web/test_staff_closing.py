"""The page on which a department settles a promise whose project has ended, and what unit and public read of it."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.apps.county import Company, County
from tests.apps.test_closing import DEPARTMENT, end, given, rectifying
from tests.apps.test_onemap import PDF, guided
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.rooms.commitments.models import Closing

__all__ = ["company", "county", "set_clock"]
pytestmark = begins_with(guided)


def test_a_promise_of_an_ended_project_is_settled_with_evidence_and_told_to_its_unit(
    county: County, company: Company, set_clock: SetClock
) -> None:
    commitment = end(company, rectifying(county, company))
    set_clock("2026-12-09 09:00")
    client, url = desk(county, "approver", DEPARTMENT), f"/staff/commitments/{commitment.pk}/closing/"
    assert "项目终止，认定承诺" in text_of(client.get("/staff/"))
    assert url in client.get(f"/staff/commitments/{commitment.pk}/").content.decode()
    assert desk(county, "approver", "health").get(url).status_code == 403
    assert signed_in(company.person).get(url).status_code == 403
    page = text_of(client.get(url))
    assert "没有需要继续履行的内容" not in page  # being rectified, it is kept or broken
    assert commitment.requirements[0] in page
    public = Client()
    assert "项目已终止，待认定" in text_of(public.get(f"/zone/{commitment.pk}/"))
    own = signed_in(company.person)
    assert "承诺待认定" in text_of(own.get(f"/items/{commitment.item_id}/commit/"))
    assert "报告履约困难" not in text_of(own.get(f"/items/{commitment.item_id}/commit/"))

    sent: dict[str, Any] = {"outcome": "broken", "text": "北侧退界不足 1.2 米", "version": commitment.version}
    bad = client.post(url, sent)
    assert bad.status_code == 422
    assert "认定未履行须附证据" in text_of(bad)
    done = client.post(url, {**sent, "files": SimpleUploadedFile("现场笔录.pdf", PDF)})
    assert done.status_code == 302
    made = Closing.objects.get()
    assert (made.outcome, len(made.evidence)) == ("broken", 1)
    assert "北侧退界不足" in text_of(client.get(f"/staff/commitments/{commitment.pk}/"))
    assert "部门认定：北侧退界不足" in text_of(own.get(f"/items/{commitment.item_id}/commit/"))
    public_page = text_of(public.get(f"/zone/{commitment.pk}/"))
    assert "未履行" in public_page
    assert "北侧退界不足" not in public_page


def test_a_promise_that_ran_may_be_released(county: County, company: Company, set_clock: SetClock) -> None:
    commitment = end(company, given(county, company))
    set_clock("2026-12-09 09:00")
    client, url = desk(county, "approver", DEPARTMENT), f"/staff/commitments/{commitment.pk}/closing/"
    sent = {"outcome": "released", "text": "没有开工，现场核查无建设", "version": commitment.version}
    assert client.post(url, sent).status_code == 302
    commitment.refresh_from_db()
    assert commitment.state == "cancelled"
    assert client.post(url, sent).status_code == 422
