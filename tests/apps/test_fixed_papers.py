"""A paper is fixed when it is issued and made right after the commit: a later template, a fault or a killed worker
changes nothing of it.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.db import connection

from tests.apps import points
from tests.apps.county import Company, County, at, graded, new_company, new_county
from tests.apps.documents.samples import SAMPLES
from tests.apps.test_onemap import FILED, filed, guided
from tests.apps.test_together import together
from tests.apps.test_traps import jobs
from tests.beginnings import begins_with
from yinuo.config.tasks import dispatch
from yinuo.engine.base import Refused
from yinuo.engine.documents import actions, making, render, tasks, versions
from yinuo.engine.documents.actions import issue, signing_provider
from yinuo.engine.documents.making import make_due, paper_of
from yinuo.engine.documents.models import Document, PaperFault, StoredFile
from yinuo.engine.documents.render import PaperError
from yinuo.engine.documents.signing import verify_pdf
from yinuo.engine.infochain.models import LeafRecord
from yinuo.engine.register import shapes
from yinuo.engine.trail.models import ChainRow, Entry
from yinuo.rooms.onemap.room import MapPaper
from yinuo.rooms.onemap.shapes import ReceiptData
from yinuo.rooms.projects.actions import renew_certificates, terminate
from yinuo.rooms.projects.models import Project
from yinuo.rooms.projects.room import ProjectsPaper
from yinuo.rooms.projects.tasks import grade_changed, project_changed

LATER = at("2026-11-24 12:00")
MUCH_LATER = at("2027-03-01 09:00")


def receipt(project: Project, number: str, **changes: Any) -> Document:
    data = {**SAMPLES["receipt"], "number": number, **changes}
    return issue(
        kind=MapPaper.RECEIPT, subject=project, data=data, at=FILED, number=number, project_code=project.code or ""
    )


def words(content: bytes | memoryview) -> str:
    return "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(bytes(content))).pages)


def make_all(moment: datetime = LATER) -> int:
    return make_due(lambda: moment)


@pytest.fixture
def templates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The templates in a folder where a test may add a version."""
    for part in ("engine/documents/typst", "rooms/onemap/typst", "rooms/projects/typst"):
        shutil.copytree(versions.ROOT / part, tmp_path / part)
    here = {name: tmp_path / folder.relative_to(versions.ROOT) for name, folder in versions.folders().items()}
    monkeypatch.setattr(versions, "folders", lambda: here)
    monkeypatch.setattr(render, "ROOT", tmp_path)
    monkeypatch.setitem(shapes(), "receipt", dict(shapes()["receipt"]))
    render._compiler.cache_clear()
    yield tmp_path / "rooms"
    render._compiler.cache_clear()


class ReceiptWithNote(ReceiptData):
    note: str


def second_version(templates: Path) -> None:
    """A receipt with other words and one key more."""
    first = (templates / "onemap/typst/receipt" / "1.typ").read_text(encoding="utf-8")
    (templates / "onemap/typst/receipt" / "2.typ").write_text(
        first.replace("= 收件回执\n", "= 新版收件回执 #data.note\n"), encoding="utf-8"
    )
    shapes()["receipt"][2] = ReceiptWithNote


# -- a later template


def test_a_later_template_does_not_change_a_paper_issued_and_not_made_before_it(
    county: County, company: Company, templates: Path
) -> None:
    project = filed(county, company)
    old = receipt(project, "SJ-1")
    second_version(templates)
    new = receipt(project, "SJ-2", note="附注")
    assert (old.template_version, new.template_version) == (1, 2)
    assert make_all() == 3
    said = [words(paper_of(document=Document.objects.get(pk=row.pk), at=LATER).content) for row in (old, new)]
    assert ["新版收件回执附注" in one for one in said] == [False, True]
    assert "收件回执" in said[0]


def test_a_required_key_of_a_new_version_leaves_the_papers_of_the_old_one_openable(
    county: County, company: Company, templates: Path
) -> None:
    project = filed(county, company)
    old = receipt(project, "SJ-1")
    second_version(templates)
    assert paper_of(document=old, at=LATER).size > 10_000
    with pytest.raises(PaperError) as caught:
        receipt(project, "SJ-2")
    assert "缺少：note" in caught.value.said, "what could never be printed is not issued"
    assert not Document.objects.filter(number="SJ-2").exists()


# -- made by the job


@begins_with(guided)
def test_papers_are_there_without_anybody_opening_them_once_the_worker_has_run(
    county: County, company: Company
) -> None:
    guided(county, company)
    assert Document.objects.filter(file=None).count() == 2
    assert len(jobs("house.dispatch")) > 0
    dispatch()
    dispatch()
    assert len(jobs("documents.make_papers")) == 1, "one waiting job is enough"
    tasks.make_papers()
    assert not Document.objects.filter(file=None).exists()
    for document in Document.objects.all():
        assert Entry.objects.filter(verb="documents.sign", subject_id=str(document.pk)).count() == 1


def test_a_paper_is_signed_at_the_moment_it_is_made_and_dated_by_its_issue(county: County, company: Company) -> None:
    filed(county, company)
    make_all(LATER)
    document = Document.objects.get()
    assert document.file is not None
    report = verify_pdf(bytes(document.file.content), document.sha256, roots=signing_provider().roots(), at=LATER)
    assert (report.valid, report.signed_at, document.file.at) == (True, LATER, LATER)
    assert "2026年11月3日" in words(document.file.content)
    [leaf] = ChainRow.objects.filter(type="document.signed")
    assert leaf.at == LATER


def test_a_page_that_opens_a_paper_before_the_job_gets_the_paper_the_job_would_have_made(
    county: County, company: Company
) -> None:
    project = filed(county, company)
    opened = paper_of(document=Document.objects.get(), at=LATER)
    assert make_all(MUCH_LATER) == 0
    assert Document.objects.get().file == opened
    assert project.certificate.number in words(opened.content)


def test_two_who_make_a_paper_at_once_make_one_file_and_one_leaf(committed_db: str) -> None:
    filed(new_county(), new_company())
    document = Document.objects.get()
    pages = [lambda: paper_of(document=Document.objects.get(pk=document.pk), at=LATER)] * 3
    results = together(*pages, make_all, make_all)
    assert not [result for result in results if isinstance(result, Exception)]
    assert len({result.pk for result in results[:3]}) == 1
    assert StoredFile.objects.count() == 1
    assert ChainRow.objects.filter(type="document.signed").count() == 1


def test_a_worker_killed_while_it_signs_leaves_nothing_and_the_sweep_makes_the_paper(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed(new_county(), new_company())
    pdf = render.render_pdf("filing_certificate", Document.objects.get().data, FILED)
    monkeypatch.setattr("yinuo.engine.documents.typesetting.render_pdf", lambda *_, **__: pdf)
    connection.close()
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(actions, "record", lambda *_, **__: os._exit(9))
        make_all()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert (Document.objects.filter(file=None).count(), StoredFile.objects.count()) == (1, 0)
    tasks.sweep(0)
    assert len(jobs("documents.make_papers")) == 1
    tasks.make_papers()
    assert (Document.objects.filter(file=None).count(), StoredFile.objects.count()) == (0, 1)


# -- one that cannot be made


@pytest.fixture
def broken(county: County, company: Company, templates: Path) -> Document:
    """The oldest of three waiting papers: its template cannot be typeset."""
    project = filed(county, company)
    receipt(project, "SJ-1")
    receipt(project, "SJ-2")
    template = templates / "projects/typst/filing_certificate" / "2.typ"
    template.write_text("#nowhere\n" + template.read_text(encoding="utf-8"), encoding="utf-8")
    return Document.objects.get(kind=ProjectsPaper.CERTIFICATE)


def test_a_paper_that_cannot_be_made_is_noted_and_holds_up_no_other(broken: Document) -> None:
    assert make_all() == 3
    assert list(Document.objects.filter(file=None)) == [broken]
    fault = PaperFault.objects.get()
    assert (fault.document, fault.attempts, fault.first_at, "nowhere" in fault.said) == (broken, 1, LATER, True)
    assert make_all() == 0, "it waits"
    assert make_all(fault.retry_at) == 1
    again = PaperFault.objects.get()
    assert (again.attempts, again.first_at, again.last_at) == (2, LATER, fault.retry_at)
    assert again.retry_at - again.last_at > fault.retry_at - fault.last_at


def test_one_that_is_mended_is_made_and_its_fault_stays_as_a_note(broken: Document, templates: Path) -> None:
    make_all()
    template = templates / "projects/typst/filing_certificate" / "2.typ"
    template.write_text(template.read_text(encoding="utf-8").removeprefix("#nowhere\n"), encoding="utf-8")
    assert make_all(PaperFault.objects.get().retry_at) == 1
    assert PaperFault.objects.get().document.file is not None


def test_a_signing_service_that_is_away_is_a_fault_of_the_paper_not_of_the_page(
    county: County, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed(county, company)

    class Away:
        seal_words = ""

        def sign_pdf(self, *_: Any, **__: Any) -> bytes:
            raise ConnectionError("no route to host")

    monkeypatch.setattr(actions, "signing_provider", Away)
    with pytest.raises(Refused, match="请过几分钟再试") as caught:
        paper_of(document=Document.objects.get(), at=LATER)
    assert caught.value.status == 503
    assert "no route to host" in PaperFault.objects.get().said
    monkeypatch.setattr(actions, "signing_provider", signing_provider)
    assert paper_of(document=Document.objects.get(), at=LATER).size > 10_000, (
        "who opens it does not wait for the next try"
    )


def test_the_wait_of_a_hopeless_paper_ends_at_a_day(broken: Document) -> None:
    for _ in range(20):
        fault = PaperFault.objects.first()
        make_all(fault.retry_at if fault else LATER)
    fault = PaperFault.objects.get()
    assert (fault.attempts, fault.retry_at - fault.last_at) == (20, making.LONGEST_WAIT)


# -- the certificate


def certificates(project: Project) -> list[Document]:
    return list(Document.objects.filter(kind=ProjectsPaper.CERTIFICATE, subject_id=project.pk).order_by("id"))


def test_a_filing_issues_its_certificate_in_the_grade_of_the_moment(county: County, company: Company) -> None:
    [first] = certificates(filed(county, company))
    assert (first.data["grade"], first.issued_at, first.file) == ("A-", FILED, None)


def test_the_certificate_of_the_old_grade_keeps_its_own_bytes_also_when_nobody_opened_it_before(
    county: County, company: Company
) -> None:
    project = filed(county, company)
    graded(company.unit, "B")
    assert renew_certificates(company.unit.pk, LATER) == 1
    old, new = certificates(project)
    assert (old.data["grade"], new.data["grade"]) == ("A-", "B")
    make_all()
    first, second = (
        bytes(paper_of(document=Document.objects.get(pk=row.pk), at=MUCH_LATER).content) for row in (old, new)
    )
    assert "A-" in words(first)
    assert "A-" not in words(second)
    assert renew_certificates(company.unit.pk, MUCH_LATER) == 1
    assert certificates(project) == [old, new], "nothing changed, so nothing is issued"
    assert bytes(paper_of(document=Document.objects.get(pk=old.pk), at=MUCH_LATER).content) == first


def test_a_grade_that_changes_renews_the_certificates_by_a_job_after_the_commit(county: County) -> None:
    company = new_company(score="80.01")
    project = filed(county, company)
    points.take(county, company, project_code=project.code)
    [job] = jobs("projects.grade_changed")
    assert grade_changed(**job) == 1
    assert [row.data["grade"] for row in certificates(project)] == ["A-", "B"]


def test_a_project_that_ends_has_a_certificate_that_says_so_and_the_leaf_of_its_end_lists_none(
    county: County, company: Company
) -> None:
    project = filed(county, company)
    terminate(actor=company.actor, project_id=project.pk, why="不再建设", at=LATER)
    [job] = jobs("projects.project_changed")
    project_changed(**job)
    assert [row.data["watermark"] for row in certificates(project)] == [None, "已终止"]
    told = {field[1] for leaf in LeafRecord.objects.filter(subject__label=project.code) for field in leaf.fields}
    assert "number" in told
    assert "documents" not in told
