"""Every paper is issued by the act it tells of, says what is so, and its signature covers the whole file."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pypdf
import pytest

from tests.apps.county import Company, County, at
from tests.apps.test_onemap import ANSWERED, guided
from yinuo.apps.documents.actions import paper_of, signing_provider
from yinuo.apps.documents.models import Document, DocumentKind
from yinuo.apps.documents.signing import verify_pdf
from yinuo.apps.onemap import queries
from yinuo.apps.onemap.models import GuidanceAnswer, MapItem
from yinuo.apps.projects.actions import report_participant, withdraw_filing
from yinuo.apps.projects.actions.papers import certificate_paper, site_poster
from yinuo.apps.projects.models import Project

LATER = at("2026-11-24 12:00")


def last(kind: DocumentKind, **about: Any) -> Document:
    found = Document.objects.filter(kind=kind, **about).order_by("-id").first()
    assert found is not None
    return found


def read(document: Document) -> str:
    """The signed paper's text, once its signature has been found sound and reaching to the last byte."""
    content = bytes(paper_of(document=document, at=LATER).content)
    report = verify_pdf(content, document.sha256, roots=signing_provider().roots(), at=LATER)
    assert report.valid, report.reasons
    assert report.covers_entire_file
    assert report.signer == (document.data.get("department") or document.data.get("issuer") or document.data.get("hall"))
    body = "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    assert "演示用章" in body, "signed by the trial's authority, and saying so"
    return body


def test_guidance_is_told_on_one_paper_when_the_map_is_drawn(county: County, company: Company) -> None:
    project = guided(county, company)
    body = read(last(DocumentKind.GUIDANCE, unit_id=company.unit.pk))
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
    withdraw_filing(actor=county.actor("approver"), project_id=project.pk, problem="建设地点位于生态保护红线内。", at=LATER)
    project = Project.objects.get(pk=project.pk)
    body = read(last(DocumentKind.WITHDRAWAL))
    assert "经核查，该项目存在下列问题：建设地点位于生态保护红线内。" in body
    assert project.certificate.number in body
    assert "《积石山县关于推行企业投资建设项目信用承诺制改革的若干意见》（积县政办发〔2023〕16号）正文三（二）" in body
    assert "60日内向积石山县人民政府申请行政复议" in body
    assert "《中华人民共和国行政诉讼法》（2017年修正）第四十六条" in body


def test_certificate_and_poster_are_made_once_and_anew_only_when_they_say_something_else(county: County, company: Company) -> None:
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
    document = last(DocumentKind.GUIDANCE)
    first = paper_of(document=document, at=LATER)
    again = paper_of(document=Document.objects.get(pk=document.pk), at=moment)
    assert (again.pk, bytes(again.content)) == (first.pk, bytes(first.content))
    assert first.name == f"辅导意见告知书 {document.number}.pdf"
