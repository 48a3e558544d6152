from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.apps.county import Company, County
from tests.apps.test_commitments import DEPARTMENT, answer, approve, in_trouble, object_to, promised
from tests.apps.test_completion import FIRST_OF_PERMIT, applied, inspect, pending
from tests.apps.test_onemap import PDF, guided
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.faces.commitments.staff_completion import key_of
from yinuo.rooms.commitments.models import Commitment, CompletionVerification, Finding

pytestmark = begins_with(guided)

__all__ = ["company", "county", "set_clock"]


def url_of(commitment: Commitment) -> str:
    return f"/staff/commitments/{commitment.pk}/"


@begins_with(promised)
def test_a_promise_shows_letter_notice_and_requirements_and_no_decision_before_its_end(
    county: County, company: Company, set_clock: SetClock, django_assert_max_num_queries: Any
) -> None:
    commitment = promised(county, company)
    set_clock("2026-11-10 09:00")
    client = desk(county, "approver", DEPARTMENT)
    client.get(url_of(commitment))
    with django_assert_max_num_queries(15):
        page = text_of(client.get(url_of(commitment)))
    for text in commitment.requirements:
        assert text in page
    assert "公示期间" in page
    assert "按承诺决定" not in page
    early = client.post(url_of(commitment), {"version": commitment.version, "document_number": "建字1号"})
    assert early.status_code == 422
    assert "期满前不能直接决定" in text_of(early)


@begins_with(promised)
def test_after_the_notice_the_department_decides_on_the_promise(
    county: County, company: Company, set_clock: SetClock
) -> None:
    commitment = promised(county, company)
    set_clock("2026-11-16 09:00")
    client = desk(county, "approver", DEPARTMENT)
    assert "按承诺决定" in text_of(client.get(url_of(commitment)))
    assert "填写决定书文号" in text_of(client.post(url_of(commitment), {"version": commitment.version}))
    done = client.post(url_of(commitment), {"version": commitment.version, "document_number": "建字〔2026〕8号"})
    assert done.status_code == 302
    commitment.refresh_from_db()
    assert commitment.state == "decided"


@begins_with(promised)
def test_an_item_on_a_promise_leads_to_it(county: County, company: Company, set_clock: SetClock) -> None:
    commitment = promised(county, company)
    set_clock("2026-11-10 09:00")
    assert url_of(commitment) in text_of(
        desk(county, "approver", DEPARTMENT).get(f"/staff/items/{commitment.item_id}/")
    )


@begins_with(promised)
def test_an_objection_is_answered_by_its_department_which_alone_reads_who_objected(
    county: County, company: Company, set_clock: SetClock
) -> None:
    commitment = promised(county, company)
    objection = object_to(commitment)
    set_clock("2026-11-11 09:00")
    url = f"/staff/objections/{objection.pk}/"
    other = desk(county, "supervisor")
    assert "马小林" not in text_of(other.get(url))
    assert other.post(url, {"version": 1, "upheld": "no", "answer": "x"}).status_code == 403
    client = desk(county, "approver", DEPARTMENT)
    assert "马小林" in text_of(client.get(url))
    assert "有异议没有答复" in text_of(client.get(url_of(commitment)))
    assert "写明答复的理由和依据" in text_of(client.post(url, {"version": objection.version, "upheld": "no"}))
    assert client.post(url, {"version": objection.version, "upheld": "no", "answer": "退界符合"}).status_code == 302
    objection.refresh_from_db()
    assert (objection.state, objection.answer) == ("rejected", "退界符合")
    assert "退界符合" in text_of(client.get(url))


@begins_with(promised)
def test_an_objection_answered_meanwhile_is_told_so(county: County, company: Company, set_clock: SetClock) -> None:
    objection = object_to(promised(county, company))
    moment = set_clock("2026-11-11 09:00")
    seen = objection.version
    answer(county, objection, moment, upheld=True)
    told = desk(county, "approver", DEPARTMENT).post(
        f"/staff/objections/{objection.pk}/", {"version": seen, "upheld": "no", "answer": "我的答复"}
    )
    assert told.status_code == 422
    assert "刚刚被别人改动过" in text_of(told)


def test_a_difficulty_offers_help_first_and_an_opinion_only_afterwards(
    county: County, company: Company, set_clock: SetClock
) -> None:
    difficulty = in_trouble(county, company)
    set_clock("2026-12-02 09:00")
    url = f"/staff/difficulties/{difficulty.pk}/"
    client = desk(county, "approver", DEPARTMENT)
    page = text_of(client.get(url))
    assert 'value="helped"' in page
    assert 'value="handling_opinion"' not in page
    assert 'value="terminate"' not in page
    assert (
        client.post(url, {"version": difficulty.version, "outcome": "handling_opinion", "text": "x"}).status_code == 422
    )
    assert client.post(url, {"version": difficulty.version, "outcome": "helped", "text": "协调供地"}).status_code == 302
    assert 'value="handling_opinion"' in text_of(client.get(url))
    assert (
        desk(county, "approver", "ecology").post(url, {"version": 2, "outcome": "helped", "text": "x"}).status_code
        == 403
    )
    assert url in text_of(client.get(f"/staff/commitments/{difficulty.commitment_id}/"))


@begins_with(promised)
def test_pages_of_promises_are_for_the_halls_staff(county: County, company: Company, set_clock: SetClock) -> None:
    commitment = promised(county, company)
    objection = object_to(commitment)
    for url in (
        url_of(commitment),
        f"/staff/objections/{objection.pk}/",
        f"/staff/completion/{commitment.project_id}/",
    ):
        assert Client().get(url).status_code == 302
        assert signed_in(company.person).get(url).status_code == 403
        assert desk(county, "administrator").get(url).status_code == 200
    assert desk(county, "approver").get("/staff/commitments/999999/").status_code == 404


# -- completion


@pytest.fixture
def completion(county: County, company: Company, set_clock: SetClock) -> CompletionVerification:
    made = applied(county, company)
    set_clock("2027-07-12 10:00")
    return made


def place(completion: CompletionVerification) -> str:
    return f"/staff/completion/{completion.project_id}/"


def test_each_department_sees_a_form_at_its_own_requirements_only(
    county: County, completion: CompletionVerification, django_assert_max_num_queries: Any
) -> None:
    points = pending(completion)
    client = desk(county, "approver", DEPARTMENT)
    client.get(place(completion))
    with django_assert_max_num_queries(15):
        page = text_of(client.get(place(completion)))
    own = {key_of(point) for point in points if point.department.key == DEPARTMENT}
    foreign = {key_of(point) for point in points} - own
    assert own
    assert foreign
    assert all(f'value="{key}"' in page for key in own)
    assert not any(f'value="{key}"' in page for key in foreign)
    key = next(iter(foreign))
    assert client.post(place(completion), {"do": key, f"{key}-met": "yes"}).status_code == 403
    assert not Finding.objects.exists()


def test_a_finding_is_recorded_with_its_evidence_and_a_fault_needs_a_note(
    county: County, completion: CompletionVerification
) -> None:
    point = next(point for point in pending(completion) if point.department.key == DEPARTMENT and point.commitment)
    key, client = key_of(point), desk(county, "approver", DEPARTMENT)
    bad = client.post(place(completion), {"do": key, f"{key}-met": "no"})
    assert bad.status_code == 422
    assert "写明没有达到要求的情况" in text_of(bad)
    fake = SimpleUploadedFile("照片.pdf", b"not a pdf", content_type="application/pdf")
    wrong = client.post(
        place(completion), {"do": key, f"{key}-met": "no", f"{key}-note": "少建一层", f"{key}-files": fake}
    )
    assert wrong.status_code == 422
    assert "照片.pdf" in text_of(wrong)
    good = SimpleUploadedFile("照片.pdf", PDF, content_type="application/pdf")
    done = client.post(
        place(completion), {"do": key, f"{key}-met": "no", f"{key}-note": "少建一层", f"{key}-files": good}
    )
    assert done.status_code == 302
    finding = Finding.objects.get()
    assert (finding.met, finding.note, finding.evidence[0].name) == (False, "少建一层", "照片.pdf")
    assert "少建一层" in text_of(client.get(place(completion)))


def test_a_verification_of_its_own_gets_its_document(county: County, completion: CompletionVerification) -> None:
    point = next(point for point in pending(completion) if point.commitment is None)
    key, client = key_of(point), desk(county, "approver", point.department.key)
    assert "填写验收意见的文号" in text_of(client.post(place(completion), {"do": key, f"{key}-met": "yes"}))
    form = {"do": key, f"{key}-met": "yes", f"{key}-document_number": "验〔2027〕9号"}
    assert client.post(place(completion), form).status_code == 302
    point.item.refresh_from_db()
    assert point.item.present.document_number == "验〔2027〕9号"


def test_a_serious_fault_is_called_by_the_department_that_found_it(
    county: County, completion: CompletionVerification
) -> None:
    inspect(county, completion, FIRST_OF_PERMIT)
    assert completion.state == "rectifying"
    form = {"do": "fail", "fail-version": completion.version, "fail-reason": "拒不整改"}
    assert desk(county, "approver", "ecology").post(place(completion), form).status_code == 403
    client = desk(county, "approver", DEPARTMENT)
    assert "情节严重" in text_of(client.get(place(completion)))
    assert client.post(place(completion), form).status_code == 302
    completion.refresh_from_db()
    assert completion.state == "failed"


@begins_with(promised)
def test_a_project_that_has_not_applied_says_so(county: County, company: Company, set_clock: SetClock) -> None:
    commitment = promised(county, company)
    approve(county, commitment)
    set_clock("2026-11-20 09:00")
    client = desk(county, "approver", DEPARTMENT)
    url = f"/staff/completion/{commitment.project_id}/"
    assert "还没有申请竣工验收" in text_of(client.get(url))
    assert client.post(url, {"do": "fail"}).status_code == 403


@begins_with(None)
def test_an_audit_is_handed_in_by_the_company_and_checked_on_the_completions_page(
    county: County, company: Company, set_clock: SetClock
) -> None:
    completion = applied(county, company, project_class="state_owned")
    set_clock("2027-07-12 12:00")
    unit, own = signed_in(company.person), f"/projects/{completion.project_id}/audit/"
    assert "还没有提交" in text_of(unit.get(f"/projects/{completion.project_id}/completion/"))
    bad = unit.post(own, {"auditor": "某会计师事务所", "number": "审1"})
    assert bad.status_code == 422 and "选择审计结论" in text_of(bad)
    form = {"auditor": "某会计师事务所", "number": "审1", "on": "2027-07-10", "conclusion": "clean"}
    assert "请上传审计报告" in text_of(unit.post(own, form))
    file = SimpleUploadedFile("审计报告.pdf", PDF, content_type="application/pdf")
    assert unit.post(own, {**form, "files": file}).status_code == 302
    assert "待核对" in text_of(unit.get(own))
    filing = desk(county, "approver", "development_reform")
    page = text_of(filing.get(place(completion)))
    assert "某会计师事务所" in page and 'value="audit"' in page
    assert 'value="audit"' not in text_of(desk(county, "approver", DEPARTMENT).get(place(completion)))
    check = {"do": "audit", "audit-version": 1, "audit-accept": "no", "audit-conclusion": "clean"}
    assert "写明退回的理由" in text_of(filing.post(place(completion), check))
    assert filing.post(place(completion), {**check, "audit-note": "缺签字页"}).status_code == 302
    page = text_of(unit.get(own))
    assert "已退回" in page and "缺签字页" in page and "提交新的报告" in page
