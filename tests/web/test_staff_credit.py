from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.apps.county import Company, County, at
from tests.apps.points import carry_out, file_of, head, propose
from tests.apps.test_onemap import PDF, filed
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.engine.feeds.actions import place_entries
from yinuo.engine.people.models import Membership
from yinuo.rooms.credit.actions import ask_relief, ask_review, decide_relief
from yinuo.rooms.credit.models import PointProposal

__all__ = ["company", "county", "set_clock"]


@pytest.fixture
def proposal(county: County, company: Company, set_clock: SetClock) -> PointProposal:
    set_clock("2026-11-10 15:00")
    return propose(county, company)


def url_of(proposal: PointProposal) -> str:
    return f"/staff/credit/{proposal.pk}/"


def actions_on(page: str) -> set[str]:
    return {part.split('"')[0] for part in page.split('name="do" value="')[1:]}


def test_each_role_finds_what_waits_for_it_in_its_queue(county: County, proposal: PointProposal) -> None:
    assert url_of(proposal) in text_of(desk(county, "principal").get("/staff/credit/"))
    assert url_of(proposal) not in text_of(desk(county, "general_convener").get("/staff/credit/"))
    assert url_of(proposal) in text_of(desk(county, "general_convener").get("/staff/credit/?view=all"))
    assert url_of(proposal) in text_of(desk(county, "approver", "natural_resources").get("/staff/credit/"))
    assert url_of(proposal) not in text_of(desk(county, "approver", "ecology").get("/staff/credit/"))
    assert url_of(proposal) in text_of(desk(county, "supervisor").get("/staff/credit/"))


def test_the_queue_takes_a_fixed_number_of_queries(
    county: County, company: Company, proposal: PointProposal, django_assert_max_num_queries: Any
) -> None:
    for article in ("50", "51", "52"):
        propose(county, company, data={"article": article})
    client = desk(county, "principal")
    client.get("/staff/credit/")
    with django_assert_max_num_queries(6):
        page = text_of(client.get("/staff/credit/"))
    assert page.count(company.unit.name) >= 4


def test_a_proposal_shows_clause_evidence_and_the_score_before_and_after(
    county: County, proposal: PointProposal, django_assert_max_num_queries: Any
) -> None:
    client = desk(county, "principal")
    client.get(url_of(proposal))
    with django_assert_max_num_queries(15):
        page = text_of(client.get(url_of(proposal)))
    assert "附件2·第十八条" in page
    assert "现场照片" in page
    assert "86 分，A- 级" in page
    assert "84 分，A- 级" in page
    assert actions_on(page) == {"consent", "refuse"}


def test_three_people_take_it_to_the_end_and_each_is_offered_only_their_step(
    county: County, company: Company, proposal: PointProposal
) -> None:
    principal, convener = desk(county, "principal"), desk(county, "general_convener")
    proposer = desk(county, "approver", "natural_resources")
    assert actions_on(text_of(convener.get(url_of(proposal)))) == set()
    assert convener.post(url_of(proposal), {"do": "execute", "execute-version": proposal.version}).status_code == 403
    assert actions_on(text_of(proposer.get(url_of(proposal)))) == {"withdraw"}
    done = principal.post(
        url_of(proposal), {"do": "consent", "consent-version": proposal.version, "consent-note": "同意"}
    )
    assert done.status_code == 302
    proposal.refresh_from_db()
    assert actions_on(text_of(convener.get(url_of(proposal)))) == {"execute"}
    assert convener.post(url_of(proposal), {"do": "execute", "execute-version": proposal.version}).status_code == 302
    assert head(company).score == 84
    assert "已执行" in text_of(convener.get(url_of(proposal)))
    assert convener.post(url_of(proposal), {"do": "execute", "execute-version": proposal.version}).status_code == 403


def test_one_person_in_two_roles_does_not_consent_to_their_own_proposal(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-10 15:00")
    own = propose(county, company)
    person = county.person("approver", "natural_resources")
    principal = county.person("principal")
    Membership.objects.filter(person=principal, role="principal").update(person=person)
    client = signed_in(person)
    both = Membership.objects.get(person=person, role="principal")
    client.post("/act-as/", {"hat": f"m{both.pk}"})
    told = client.post(url_of(own), {"do": "consent", "consent-version": own.version})
    assert told.status_code == 422
    assert "提出加减分的人不能自己审签" in text_of(told)


def test_a_refusal_and_a_withdrawal_give_their_reasons(
    county: County, company: Company, proposal: PointProposal
) -> None:
    principal = desk(county, "principal")
    assert "写明不同意的理由" in text_of(
        principal.post(url_of(proposal), {"do": "refuse", "refuse-version": proposal.version})
    )
    stale = principal.post(url_of(proposal), {"do": "refuse", "refuse-version": 99, "refuse-reason": "证据不足"})
    assert "刚刚被别人改动过" in text_of(stale)
    done = principal.post(
        url_of(proposal), {"do": "refuse", "refuse-version": proposal.version, "refuse-reason": "证据不足"}
    )
    assert done.status_code == 302
    assert head(company).score == 86


def test_an_approver_proposes_points_for_an_act_with_evidence(
    county: County, company: Company, set_clock: SetClock
) -> None:
    project = filed(county, company)
    set_clock("2026-11-10 15:00")
    client = desk(county, "approver", "natural_resources")
    page = text_of(client.get("/staff/credit/propose/"))
    assert "违反法律法规擅自开工建设（第四十六条，−2 分）" in page
    form: dict[str, Any] = {"code": project.code, "act": "illegal_start", "on": "2026-11-09", "basis": "现场检查笔录"}
    without = client.post("/staff/credit/propose/", form)
    assert without.status_code == 422
    assert "附证据" in text_of(without)
    file = SimpleUploadedFile("笔录.pdf", PDF, content_type="application/pdf")
    wrong = client.post("/staff/credit/propose/", {**form, "code": "2611-622927-04-01-000000", "files": file})
    page = text_of(wrong)
    assert "没有这个代码的项目" in page
    assert "已上传" in page
    kept = page.split('name="kept" value="')[1].split('"')[0]
    done = client.post("/staff/credit/propose/", {**form, "kept": kept})
    assert done.status_code == 302
    made = PointProposal.objects.get()
    assert made.evidence[0].file == int(kept)
    assert (made.data, made.expected_points) == ({"act": "illegal_start", "article": "46", "item": "illegal_start"}, -2)


def test_files_of_somebody_else_are_not_taken_as_evidence(
    county: County, company: Company, set_clock: SetClock
) -> None:
    project = filed(county, company)
    set_clock("2026-11-10 15:00")
    first = desk(county, "approver", "ecology")
    file = SimpleUploadedFile("笔录.pdf", PDF, content_type="application/pdf")
    page = text_of(
        first.post(
            "/staff/credit/propose/",
            {"code": "x", "act": "prohibited", "on": "2026-11-09", "basis": "b", "files": file},
        )
    )
    kept = page.split('name="kept" value="')[1].split('"')[0]
    form = {"code": project.code, "act": "illegal_start", "on": "2026-11-09", "basis": "笔录", "kept": kept}
    assert desk(county, "approver", "natural_resources").post("/staff/credit/propose/", form).status_code == 422


@pytest.mark.parametrize("role", ["principal", "general_convener", "supervisor", "administrator"])
def test_only_approvers_propose(county: County, company: Company, set_clock: SetClock, role: str) -> None:
    assert desk(county, role).get("/staff/credit/propose/").status_code == 403


def test_a_units_history_names_each_clause_and_what_the_grade_gets(
    county: County, company: Company, proposal: PointProposal, django_assert_max_num_queries: Any
) -> None:
    carry_out(county, proposal)
    client = desk(county, "supervisor")
    url = f"/staff/units/{company.unit.pk}/credit/"
    client.get(url)
    with django_assert_max_num_queries(12):
        page = text_of(client.get(url))
    assert "违法擅自开工建设" in page
    assert "附件2·第十八条" in page
    assert "其他行政许可事项可优先办理" in page
    assert "84" in page
    assert signed_in(company.person).get(url).status_code == 403
    assert Client().get(url).status_code == 302


def test_a_relief_is_decided_by_the_department_that_proposed_the_points(
    county: County, company: Company, proposal: PointProposal, set_clock: SetClock
) -> None:
    event = carry_out(county, proposal)
    asked = ask_relief(
        actor=company.actor,
        event_id=event.pk,
        kind="repair",
        text="已整改",
        evidence=[file_of(company.actor, name="整改照片.pdf")],
        at=at("2026-11-12 09:00"),
    )
    set_clock("2026-11-13 09:00")
    url = f"/staff/reliefs/{asked.pk}/"
    assert url in text_of(desk(county, "approver", "natural_resources").get("/staff/credit/"))
    other = desk(county, "approver", "ecology")
    assert "由提出扣分的部门办理" in text_of(other.get(url))
    assert other.post(url, {"version": asked.version, "accept": "yes", "answer": "同意"}).status_code == 403
    client = desk(county, "approver", "natural_resources")
    assert "整改照片" in text_of(client.get(url))
    assert "写明办理意见和理由" in text_of(client.post(url, {"version": asked.version, "accept": "yes"}))
    assert client.post(url, {"version": asked.version, "accept": "yes", "answer": "已整改到位"}).status_code == 302
    assert PointProposal.objects.filter(type="repair", state="proposed").exists()
    assert "恢复分值审签执行中" in text_of(client.get(f"/staff/units/{company.unit.pk}/credit/"))


def test_evaluations_are_checked_then_confirmed_by_the_body_that_manages_credit(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-10 15:00")
    for role in ("approver", "principal", "supervisor"):
        assert desk(county, role).get("/staff/credit/evaluations/").status_code == 403
    clerk = desk(county, "comprehensive")
    assert "/staff/credit/evaluations/" in text_of(clerk.get("/staff/credit/"))
    page = text_of(clerk.get("/staff/credit/evaluations/"))
    assert "还没有导入过" in page and "附件2·第十六条" in page
    assert "统一社会信用代码" in clerk.get("/staff/credit/evaluations/table/").content.decode("utf-8-sig")
    bad = clerk.post(
        "/staff/credit/evaluations/", {"source": "省平台", "file": SimpleUploadedFile("表.csv", "甲,乙\n1,2".encode())}
    )
    assert bad.status_code == 422 and "表头缺少" in text_of(bad)
    table = (
        f"统一社会信用代码,评价分值,评价日期\n{company.unit.credit_code},72,2026-11-09\n123,80,2026-11-09\n".encode()
    )
    answer = clerk.post(
        "/staff/credit/evaluations/", {"source": "省平台", "file": SimpleUploadedFile("评价.csv", table)}
    )
    path = answer["Location"]
    page = text_of(clerk.get(path))
    assert "可导入 1" in page and "不能导入 1" in page and "应为 18 位" in page
    assert "应为 18 位" not in text_of(clerk.get(f"{path}?only=imported"))
    assert head(company).score == 86
    for _ in range(2):
        assert clerk.post(path).status_code == 302
    assert head(company).score == 72
    page = text_of(clerk.get(path))
    assert "已导入" in page and "确认导入" not in page
    assert clerk.get(f"/staff/export/evaluations/?batch={path.split('/')[-2]}&as=csv").status_code == 200
    assert "72 分，2026年11月9日，省平台" in text_of(clerk.get(f"/staff/units/{company.unit.pk}/credit/"))


def test_a_review_waits_for_the_body_that_manages_credit_and_the_proposal_names_the_act(
    county: County, company: Company, set_clock: SetClock
) -> None:
    set_clock("2026-11-10 15:00")
    event = carry_out(county, propose(county, company, data={"act": "unreported_completion"}))
    relief = ask_relief(
        actor=company.actor, event_id=event.pk, kind="objection", text="已报送", at=at("2026-11-10 13:00")
    )
    judge = county.actor("approver", "natural_resources")
    decide_relief(actor=judge, relief_id=relief.pk, accept=False, answer="没有收到", at=at("2026-11-10 14:00"))
    review = ask_review(actor=company.actor, relief_id=relief.pk, text="有回执", at=at("2026-11-10 14:30"))
    path = f"/staff/reliefs/{review.pk}/"
    assert path not in text_of(desk(county, "approver", "natural_resources").get("/staff/credit/"))
    clerk = desk(county, "comprehensive")
    assert path in text_of(clerk.get("/staff/credit/"))
    page = text_of(clerk.get(path))
    assert "没有收到" in page and "不服的理由" in page
    assert (
        desk(county, "approver", "natural_resources")
        .post(path, {"accept": "yes", "answer": "x", "version": 1})
        .status_code
        == 403
    )
    clerk.post(path, {"accept": "yes", "answer": "回执属实", "version": review.version})
    back = PointProposal.objects.get(type="repair")
    assert "回执属实" in text_of(desk(county, "principal").get(url_of(back)))
    first = PointProposal.objects.get(type="act")
    page = text_of(desk(county, "principal").get(url_of(first)))
    assert "没有按规定报送竣工信息" in page and "甘发改投资〔2023〕489号" in page
    form = text_of(desk(county, "approver", "natural_resources").get("/staff/credit/propose/"))
    assert "投资建设产业政策禁止投资建设的项目（第五十二条，−3 分）" in form
    assert "单个项目最多 1 分" in form


def test_what_the_credit_platform_is_told_is_listed_sent_and_taken_away(
    county: County, company: Company, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock("2026-11-10 15:00")
    here = "/staff/credit/public/"
    assert desk(county, "approver").get(here).status_code == 403
    clerk = desk(county, "comprehensive")
    assert "还没有可共享的信用信息" in text_of(clerk.get(here)) and here in text_of(clerk.get("/staff/credit/"))
    carry_out(county, propose(county, company, data={"act": "illegal_start"}))
    place_entries()
    page = text_of(clerk.get(here))
    assert "违反法律法规擅自开工建设" in page and "由平台从开放接口" in page and "现在送出" not in page
    assert clerk.post(here).status_code == 422

    class Platform:
        def send(self, key: str, body: dict[str, Any]) -> str:
            return "收到"

    monkeypatch.setattr("yinuo.faces.credit.staff_public.platform", Platform)
    assert "现在送出（1 条未送达）" in text_of(clerk.get(here))
    assert desk(county, "supervisor").post(here).status_code == 403
    assert clerk.post(here).status_code == 302
    page = text_of(clerk.get(f"{here}?kind=points"))
    assert "已送达" in page and "全部送达" in page
    assert "违反法律法规" not in text_of(clerk.get(f"{here}?kind=ruling"))
    table = b"".join(clerk.get("/staff/export/public-credit/?as=csv"))
    assert "第四十六条" in table.decode("utf-8-sig")
