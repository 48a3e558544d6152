"""Every paper is issued by the act it tells of, says what is so, and its signature covers the whole file."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pypdf
import pytest
from django.test import Client

from tests.apps.county import Company, County, at, facts, new_company
from tests.apps.test_completion import FIRST_OF_PERMIT, UNTIL, applied, inspect
from tests.apps.test_onemap import ANSWERED, guided, hand_in, ready
from tests.beginnings import begins_with
from yinuo.engine.documents.actions import signing_provider
from yinuo.engine.documents.making import paper_of
from yinuo.engine.documents.models import Document
from yinuo.engine.documents.signing import verify_pdf
from yinuo.engine.rules import pack
from yinuo.rooms.commitments.actions import apply_again, fail_completion
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.commitments.room import CommitmentsPaper
from yinuo.rooms.onemap import queries
from yinuo.rooms.onemap.actions import accept, decide, deliver, send_back
from yinuo.rooms.onemap.models import GuidanceAnswer, MapItem, Submission
from yinuo.rooms.onemap.room import MapPaper
from yinuo.rooms.projects.actions import decide_by_hand, file_project, report_participant, withdraw_filing
from yinuo.rooms.projects.actions.papers import certificate_paper, site_poster
from yinuo.rooms.projects.models import Project
from yinuo.rooms.projects.room import ProjectsPaper

pytestmark = begins_with(guided)

HANDED_IN = at("2026-11-06 10:00")
LATER = at("2026-11-24 12:00")


def last(kind: str, **about: Any) -> Document:
    found = Document.objects.filter(kind=kind, **about).order_by("-id").first()
    assert found is not None
    return found


def read(document: Document) -> str:
    """The signed paper's text, once its signature has been found sound and reaching to the last byte."""
    content = bytes(paper_of(document=document, at=LATER).content)
    report = verify_pdf(content, document.sha256, roots=signing_provider().roots(), at=LATER)
    assert report.valid, report.reasons
    assert report.covers_entire_file
    assert report.signer == (
        document.data.get("department") or document.data.get("issuer") or document.data.get("hall")
    )
    body = "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    assert "演示用章" in body, "signed by the trial's authority, and saying so"
    return body


def test_guidance_is_told_on_one_paper_when_the_map_is_drawn(county: County, company: Company) -> None:
    project = guided(county, company)
    body = read(last(MapPaper.GUIDANCE, unit_id=company.unit.pk))
    items = list(MapItem.objects.filter(project=project))
    assert all("".join(item.name.split()) in body for item in items)
    plan = queries.map_of(project.pk, ANSWERED).plan
    assert plan is not None
    landing = plan.landing_on
    assert f"预计于{landing.year}年{landing.month}月{landing.day}日落地，还需{plan.working_days}个工作日" in body
    assert f"{GuidanceAnswer.objects.filter(guidance__project=project).count()}个部门作出反馈" in body
    assert f"其中{sum(item.promisable for item in items)}项可以选择信用承诺制办理" in body


def test_a_withdrawn_filing_has_its_decision_with_problem_law_and_remedies(county: County, company: Company) -> None:
    project = guided(county, company)
    withdraw_filing(
        actor=county.actor("approver"), project_id=project.pk, problem="建设地点位于生态保护红线内。", at=LATER
    )
    project = Project.objects.get(pk=project.pk)
    body = read(last(ProjectsPaper.WITHDRAWAL))
    assert "经核查，该项目存在下列问题：建设地点位于生态保护红线内。" in body
    assert project.certificate.number in body
    assert "《积石山县关于推行企业投资建设项目信用承诺制改革的若干意见》（积县政办发〔2023〕16号）正文三（二）" in body
    assert "60日内向积石山县人民政府申请行政复议" in body
    assert "《中华人民共和国行政诉讼法》（2017年修正）第四十六条" in body


@begins_with(None)
def test_a_unit_that_is_no_enterprise_has_a_plain_proof_without_grade_or_ground(county: County) -> None:
    """附件2·第二条: 信用备案证 is for enterprises; an agency's filing, agreed to by hand, is proved without one."""
    bureau = new_company("积石山县水务局", None, type="agency", code="11622927013904156X")
    filing = file_project(
        actor=bureau.actor, unit_id=bureau.unit.pk, facts=facts(name="水务大厦"), pledged=True, at=ANSWERED
    )
    assert filing.project.state == "manual"
    decide_by_hand(
        actor=county.actor("approver"), project_id=filing.project.pk, approve=True, why="自筹资金", at=ANSWERED
    )
    project = Project.objects.get(pk=filing.project.pk)
    body = read(certificate_paper(project=project, at=LATER))
    assert "投资项目备案证明" in body and project.certificate.number in body
    assert "信用备案证" not in body and "未评级" not in body and "底色" not in body
    page = Client().get(f"/verify/{project.code}/11622927013904156X/").content.decode()
    assert "投资项目备案证明" in page and "真实有效" in page
    assert "信用备案证" not in page and "未评级" not in page


def test_certificate_and_poster_are_made_once_and_anew_only_when_they_say_something_else(
    county: County, company: Company
) -> None:
    project = guided(county, company)
    certificate = certificate_paper(project=project, at=LATER)
    assert certificate_paper(project=project, at=LATER) == certificate
    assert "投资项目信用备案证" in read(certificate)
    large, small = (site_poster(project=project, at=LATER, paper=paper) for paper in ("a3", "a4"))
    assert large != small
    assert site_poster(project=project, at=LATER) == large
    assert site_poster(project=project, at=LATER, paper="a4") == small
    report_participant(
        actor=company.actor,
        project_id=project.pk,
        role="design",
        name="兰州黄河建筑设计院有限公司",
        credit_code="91110000710925462X",
        qualification="甲级",
        at=LATER,
    )
    assert site_poster(project=project, at=LATER) not in (large, small)


def test_a_poster_is_nobodys_declaration_and_bears_neither_signature_nor_seal(county: County, company: Company) -> None:
    project = guided(county, company)
    poster = site_poster(project=project, at=LATER)
    content = bytes(paper_of(document=poster, at=LATER).content)
    assert not pypdf.PdfReader(io.BytesIO(content)).get_fields()
    assert not verify_pdf(content, None, roots=signing_provider().roots(), at=LATER).valid


@pytest.mark.parametrize("moment", [LATER, at("2027-03-01 09:00")])
def test_a_paper_is_made_once_whenever_it_is_asked_for(county: County, company: Company, moment: datetime) -> None:
    guided(county, company)
    document = last(MapPaper.GUIDANCE)
    first = paper_of(document=document, at=LATER)
    again = paper_of(document=Document.objects.get(pk=document.pk), at=moment)
    assert (again.pk, bytes(again.content)) == (first.pk, bytes(first.content))
    assert first.name == f"辅导意见告知书 {document.number}.pdf"


# -- over the counter


def test_who_hands_in_gets_a_receipt_whose_code_leads_to_the_progress_without_login(
    county: County, company: Company
) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, HANDED_IN)
    submission = Submission.objects.get(application__item=item)
    receipt = last(MapPaper.RECEIPT)
    body = read(receipt)
    assert receipt.number == submission.receipt_no
    assert receipt.data["verify_url"].endswith(f"/receipts/{submission.receipt_no}/")
    for words in (
        submission.receipt_no,
        company.person.name,
        "不表示已经受理",
        "2026年11月13日前",
        *(row.name for row in submission.materials),
    ):
        assert "".join(words.split()) in body


def test_what_is_corrected_gets_a_receipt_of_its_own_without_a_new_term_of_answer(
    county: County, company: Company
) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, HANDED_IN)
    handler = county.actor("approver", item.department.key)
    accept(actor=handler, item_id=item.pk, at=HANDED_IN)
    code = next(name for name in pack().reasons if name.startswith("incorrect."))
    points = [{"code": code, "subject": "申请表", "request": "更正面积"}]
    send_back(actor=handler, item_id=item.pk, kind="incorrect", points=points, reason="面积不一致", at=HANDED_IN)
    hand_in(company, item, LATER)
    assert Document.objects.filter(kind=MapPaper.RECEIPT).count() == 2
    body = read(last(MapPaper.RECEIPT))
    assert "对已受理申请的更正" in body
    assert "答复期限" not in body
    notice = read(last(MapPaper.SUPPLEMENT))
    assert "更正面积" in notice
    assert "《中华人民共和国行政许可法》第三十二条" in notice


def test_a_delivery_has_its_record_with_way_time_and_who_delivered(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, HANDED_IN)
    handler = county.actor("approver", item.department.key)
    accept(actor=handler, item_id=item.pk, at=HANDED_IN)
    decide(actor=handler, item_id=item.pk, granted=True, document_number="积许〔2026〕7号", text="", at=HANDED_IN)
    deliver(actor=handler, item_id=item.pk, how="综合窗口直接送达", at=LATER)
    body = read(last(MapPaper.DELIVERY))
    person = county.person("approver", item.department.key)
    for words in (
        "综合窗口直接送达",
        "积许〔2026〕7号",
        f"准予行政许可决定书（{item.name}）",
        "2026年11月24日12:00",
        person.name,
    ):
        assert "".join(words.split()) in body


def test_a_refusal_names_law_by_title_and_both_remedies(county: County, company: Company) -> None:
    item = ready(guided(county, company))
    hand_in(company, item, HANDED_IN)
    handler = county.actor("approver", item.department.key)
    accept(actor=handler, item_id=item.pk, at=HANDED_IN)
    code = next(name for name in pack().reasons if name.startswith("refusal."))
    decide(
        actor=handler,
        item_id=item.pk,
        granted=False,
        document_number="积不许〔2026〕1号",
        text="不符合规划",
        at=HANDED_IN,
        reason_code=code,
    )
    body = read(last(MapPaper.DECISION))
    assert "不予行政许可决定书" in body
    assert "不符合规划" in body
    assert "《中华人民共和国行政复议法》第二十条" in body
    assert "主席令" not in body


# -- completion


@begins_with(applied)
def test_a_passed_completion_has_its_opinion_with_every_requirement(county: County, company: Company) -> None:
    completion = inspect(county, applied(county, company))
    assert completion.state == "passed"
    second = last(MapPaper.GUIDANCE)
    assert second.data["kind"] == "completion"
    told = read(second)
    assert "需要验收1项" in told
    assert "无需验收的手续" in told
    body = read(last(CommitmentsPaper.COMPLETION))
    assert "通过竣工验收，可以投入使用" in body
    assert "共2项，已履行2项" in body
    for commitment in Commitment.objects.filter(project=completion.project):
        assert all("".join(text.split()) in body for text in commitment.requirements)


@begins_with(applied)
def test_each_failed_round_has_an_opinion_of_its_own_that_says_what_was_not_met(
    county: County, company: Company
) -> None:
    completion = inspect(county, applied(county, company), unmet=FIRST_OF_PERMIT)
    assert completion.state == "rectifying"
    assert not Document.objects.filter(kind=CommitmentsPaper.COMPLETION).exists()
    fail_completion(
        actor=county.actor("approver", "natural_resources"),
        completion_id=completion.pk,
        reason="情节严重，拒不整改",
        at=UNTIL,
    )
    first = last(CommitmentsPaper.COMPLETION)
    body = read(first)
    for words in ("不得投入使用", "现场与承诺不符", "情节严重，拒不整改", "提起行政诉讼", "共2项，已履行1项"):
        assert words in body
    apply_again(actor=company.actor, completion_id=completion.pk, text="已经整改", at=UNTIL)
    inspect(county, completion, moment=UNTIL)
    second = last(CommitmentsPaper.COMPLETION)
    assert second.number != first.number
    assert "可以投入使用" in read(second)
