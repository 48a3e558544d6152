"""The notice and the evaluation at the desk and in public: who sees what, figures that open, and a wording that is
kept.
"""

from __future__ import annotations

from typing import Any

from django.test import Client

from tests.apps.county import Company, County
from tests.apps.mapped import mapped
from tests.apps.test_onemap import guided
from tests.apps.test_reform import NIGHT, WORDED, lived
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.reform import actions
from yinuo.rooms.reform.models import Publication, ReformReport, ReportDraft

__all__ = ["company", "county", "lived", "mapped", "set_clock"]
pytestmark = begins_with(guided)


def test_a_notice_goes_from_the_desk_to_the_public_and_every_figure_opens(
    county: County, company: Company, lived: MapItem, set_clock: SetClock, django_assert_max_num_queries: Any
) -> None:
    assert "还没有公布过通报" in text_of(Client().get("/reform/"))
    actions.draft_due(NIGHT)
    report = ReformReport.objects.get(kind="quarter")
    url = f"/staff/reform/{report.pk}/"
    set_clock("2027-01-20 10:00")
    writer, office = desk(county, "comprehensive"), desk(county, "approver", lived.department.key)
    writer.get("/health")  # signed in, which is not what is counted
    with django_assert_max_num_queries(20):
        page = text_of(writer.get(url))
    assert "按期办结率" in page
    assert f"{lived.department.name}</b> 1 件事项亮红灯" in page
    assert signed_in(company.person).get(url).status_code == 403
    assert Client().get(url).status_code == 302
    assert office.post(url, {"do": "edit", "opening": "x"}).status_code == 403
    assert url in text_of(office.get("/staff/reform/"))

    # Every figure leads to its cases, and they to their pages.
    listed = f"{url}cases/?measure=on_time&hall={county.hall.pk}&department={lived.department_id}"
    assert listed.replace("&", "&amp;") in page
    cases = text_of(office.get(listed))
    assert f"/staff/items/{lived.pk}/" in cases
    assert lived.name not in text_of(office.get(f"{listed}&good=yes"))
    assert office.get(f"{url}cases/?measure=secrets").status_code == 403

    # Not worded it is not submitted, and the page says what is missing; a stale form keeps what was typed.
    draft = ReportDraft.objects.get(pk=report.pk)
    assert "请先写明总体情况" in text_of(writer.post(url, {"do": "submit", "version": draft.version}))
    words = {
        "do": "edit",
        "opening": "总体平稳，联系电话 13812345678。",
        "problems": "十个工作日内整改",
        "next_steps": "",
        "version": draft.version,
    }
    stale = writer.post(url, {**words, "version": draft.version + 1})
    assert (stale.status_code, "十个工作日内整改" in text_of(stale)) == (422, True)
    assert writer.post(url, words).status_code == 302
    assert writer.post(url, {"do": "submit", "version": draft.version + 1}).status_code == 302
    principal = desk(county, "principal")
    assert "同意公布" in text_of(principal.get(url))
    assert principal.post(url, {"do": "publish", "version": draft.version + 2}).status_code == 302

    made = Publication.objects.get()
    assert made.number in text_of(writer.get(url))
    with django_assert_max_num_queries(6):
        public = text_of(Client().get(f"/reform/{made.pk}/"))
    assert made.sha256 in public
    assert "总体平稳" in public
    assert "13812345678" not in public
    assert "/staff/" not in public
    assert "这些数字怎样算" in public
    assert f"/reform/{made.pk}/" in text_of(Client().get("/reform/"))
    assert Client().get(f"/reform/{made.pk}/paper/").content.startswith(b"%PDF")
    told = Client().get("/api/v1/reform/published").json()["items"]
    assert [row["number"] for row in told] == [made.number]
    assert Client().get(f"/api/v1/reform/published/{made.pk}").json()["sha256"] == made.sha256


def test_a_year_shows_each_score_with_its_parts_and_takes_a_departments_own_word(
    county: County, company: Company, lived: MapItem, set_clock: SetClock
) -> None:
    actions.draft_due(NIGHT)
    report = ReformReport.objects.get(kind="year")
    url = f"/staff/reform/{report.pk}/"
    set_clock("2027-01-06 10:00")
    office, writer = desk(county, "approver", lived.department.key), desk(county, "comprehensive")
    page = text_of(office.get(url))
    assert "交自评" in page
    assert "0% 不得分，60% 满分" in page
    assert "写明本部门一年的情况" in text_of(office.post(url, {"do": "self", "text": ""}))
    assert office.post(url, {"do": "self", "text": "积压已经清理。", "key": "k"}).status_code == 302
    assert "积压已经清理" in text_of(writer.get(url))
    early = writer.post(
        url,
        {
            "do": "edit",
            "opening": "一年",
            "problems": "整改",
            f"comment_d{lived.department_id}": "见效慢",
            "version": 1,
        },
    )
    assert early.status_code == 302
    assert "还没有自评，期限还没有到" in text_of(writer.post(url, {"do": "submit", "version": 2}))
    set_clock("2027-01-20 10:00")
    assert WORDED.year == 2027
    writer = desk(county, "comprehensive")
    assert writer.post(url, {"do": "submit", "version": 2}).status_code == 302
    assert desk(county, "principal").post(url, {"do": "publish", "version": 3}).status_code == 302
    public = text_of(Client().get(f"/reform/{Publication.objects.get().pk}/"))
    assert "积压已经清理" in public
    assert "见效慢" in public
