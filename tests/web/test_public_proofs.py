"""The proof of a certificate, as anybody takes it away, and the page that checks one without scripts."""

from __future__ import annotations

import base64
import html
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.apps.chaining import Log
from tests.apps.county import Company, at, facts, new_company, new_county
from yinuo.chain.leaves import read_proof, taken_out
from yinuo.chain.printed import PREFIX, base45, cbor, decode_base45, decode_cbor, proof_in
from yinuo.chain.signing import SigningKey
from yinuo.chain.verifier import COSIGNATURE, Note, Policy, Unverified
from yinuo.deploy.cli.scanning import code_in
from yinuo.engine.base import Actor
from yinuo.engine.documents.actions import signing_provider
from yinuo.engine.documents.making import paper_of
from yinuo.engine.documents.signing import verify_pdf
from yinuo.engine.infochain import keys, queries
from yinuo.engine.infochain.actions import take_cosignatures
from yinuo.rooms.projects.actions import certificate_paper, file_project
from yinuo.rooms.projects.models import Project

MORNING = at("2026-11-03 09:12")
NODE = SigningKey.generate("bank.example", COSIGNATURE)


@pytest.fixture(autouse=True)
def no_key_of_another_database() -> Iterator[None]:
    keys.forget()
    yield
    keys.forget()


@pytest.fixture
def company(db: None) -> Company:
    new_county()
    return new_company()


@pytest.fixture
def rules(company: Company, tmp_path: Path, settings: Any) -> str:
    """A log with one filing that no node has seen yet, and the rules it is checked by."""
    log = Log(tmp_path)
    settings.YINUO_CHAIN_HOME, settings.YINUO_CHAIN_POLICY = log.folder, log.folder / "policy"
    text = f"log {log.key.verifier}\nwitness {NODE.name} {NODE.verifier}\nquorum {NODE.name}\n"
    (log.folder / "policy").write_text(text)
    file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=MORNING)
    log.step()
    return text


def witness(rules: str) -> None:
    note = queries.checkpoint()
    assert note is not None
    body = bytes(Note(note.text, (*note.lines, NODE.cosign(note.text, 100))))
    take_cosignatures(actor=Actor.public(), body=body, policy=Policy.parse(rules.encode()), at=MORNING)


def address(company: Company) -> str:
    return f"/verify/{Project.objects.get().code}/{company.unit.credit_code}/"


def test_a_certificates_proof_is_taken_away_once_it_is_witnessed_and_shows_no_more_than_its_page(
    rules: str, company: Company
) -> None:
    visitor, project = Client(), Project.objects.get()
    early = visitor.get(address(company) + "proof")
    assert early.status_code == 422
    assert "等待节点见证" in early.content.decode()
    witness(rules)
    assert f'href="{address(company)}proof"' in visitor.get(address(company)).content.decode()
    proof = visitor.get(address(company) + "proof")
    assert proof.headers["Content-Disposition"] == f'attachment; filename="{project.code}.tlog-proof"'
    stated = read_proof(proof.content, Policy.parse(rules.encode()))
    assert stated.leaf.type == "approval.document"
    assert stated.fields == {"code": project.code, "number": project.certificate.number}
    assert visitor.get(f"/verify/{project.code}/91440300192203821A/proof").status_code == 404


def post(rules: str, content: bytes, **changes: str) -> tuple[int, str]:
    answer = Client().post(
        "/chain/verify/", {"file": SimpleUploadedFile("a.tlog-proof", content), "policy": rules, **changes}
    )
    return answer.status_code, answer.content.decode()


def test_without_scripts_the_server_checks_and_says_so(rules: str, company: Company) -> None:
    witness(rules)
    proof = Client().get(address(company) + "proof").content
    assert "<noscript>" in Client().get("/chain/verify/").content.decode()
    status, page = post(rules.replace("\n", "\r\n"), proof)
    assert status == 200
    assert "证明成立" in page.split("<template")[0]
    assert str(Project.objects.get().code) in page
    assert b"index 3" in proof
    _, bent = post(rules, proof.replace(b"index 3", b"index 1"))
    assert "证明不成立" in bent.split("<template")[0]
    assert "条目与检查点对不上" in bent


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "这个文件是空的"), (b"x" * 2_000_001, "这个文件太大"), (b"x", "这不是 .tlog-proof 文件")],
)
def test_what_is_no_proof_is_named(rules: str, content: bytes, said: str) -> None:
    assert said in post(rules, content)[1]


def test_neither_deep_data_nor_deep_rules_make_the_server_fail(rules: str, company: Company) -> None:
    witness(rules)
    deep = b"c2sp.org/tlog-proof@v1\nextra " + base64.b64encode(b"[" * 100_000) + b"\nindex 0\n\n"
    limit = sys.getrecursionlimit()
    try:
        # As some libraries do when they are loaded.
        sys.setrecursionlimit(100_000)
        assert post(rules, deep + bytes(queries.checkpoint() or b""))[0] == 200
    finally:
        sys.setrecursionlimit(limit)
    proof = Client().get(address(company) + "proof").content
    groups = "".join(f"group g{number} 1 {f'g{number - 1}' if number else NODE.name}\n" for number in range(3000))
    status, page = post(rules, proof, policy=rules.replace(f"quorum {NODE.name}", f"{groups}quorum g2999"))
    assert (status, "证明不成立" in page) == (200, True)


def test_rules_nobody_can_read_are_named_and_what_was_typed_stays(rules: str) -> None:
    _, page = post(rules, b"x", policy="quorum nobody")
    assert "见证规则读不懂" in page
    assert "quorum nobody" in page
    assert "填写见证规则" in post(rules, b"x", policy="")[1]


def test_the_certificate_carries_its_proof_under_its_signature(company: Company, rules: str, settings: Any) -> None:
    project = Project.objects.get()
    early = certificate_paper(project=project, at=MORNING)
    first = bytes(paper_of(document=early, at=MORNING).content)
    assert b"tlog-proof" not in first
    assert [("尚未经独立见证" in page, "离线核验码" in page) for page in words_of(first)] == [(True, False)]
    witness(rules)
    paper = certificate_paper(project=project, at=MORNING)
    assert paper.pk != early.pk
    assert certificate_paper(project=project, at=MORNING).pk == paper.pk
    pdf = bytes(paper_of(document=paper, at=MORNING).content)
    found = read_proof(taken_out(pdf), Policy.parse(rules.encode()))
    assert (found.leaf.type, found.fields) == ("project.code_assigned", {"code": project.code})
    report = verify_pdf(pdf, paper.sha256, roots=signing_provider().roots(), at=MORNING)
    assert report.valid, report
    answer = Client().post("/chain/verify/", {"file": SimpleUploadedFile("备案证.pdf", pdf), "policy": rules})
    assert "证明成立" in answer.content.decode()
    assert project.code in answer.content.decode()
    assert "背面印有离线核验码" in words_of(pdf)[0]
    assert "尚未经独立见证" not in words_of(pdf)[0]
    without = Client().post(
        "/chain/verify/", {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7\n%%EOF"), "policy": rules}
    )
    assert "这份 PDF 里没有附证明" in without.content.decode()


def words_of(pdf: bytes) -> list[str]:
    """The text of each page."""
    return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def test_the_certificates_back_is_a_code_that_is_checked_without_a_server(company: Company, rules: str) -> None:
    """Read as a camera reads it, off the drawn page."""
    project = Project.objects.get()
    witness(rules)
    pdf = bytes(paper_of(document=certificate_paper(project=project, at=MORNING), at=MORNING).content)
    _front, back = words_of(pdf)
    for words in ("本码证明", "本码不证明", str(project.code), "2026年11月3日", NODE.name, "/chain/verify/", "YINUO1:"):
        assert words in back, words
    text, policy = code_in(pdf), Policy.parse(rules.encode())
    stated = read_proof(proof_in(text.encode()), policy)
    assert (stated.leaf.type, stated.fields, list(stated.seen.witnesses)) == (
        "project.code_assigned",
        {"code": project.code},
        [NODE.name],
    )
    assert stated.leaf.issuer in back
    whole = decode_cbor(decode_base45(text.removeprefix(PREFIX)))
    for bent in every_part_bent(whole):
        with pytest.raises(Unverified):
            read_proof(proof_in((PREFIX + base45(cbor(bent))).encode()), policy)
    answer = Client().post("/chain/verify/", {"printed": f" {text}\r\n", "policy": rules})
    assert answer.headers["Permissions-Policy"].startswith("camera=(self)")
    page = answer.content.decode().split("<template")[0]
    assert ("证明成立" in page, str(project.code) in page) == (True, True)
    cut = Client().post("/chain/verify/", {"printed": text[:-30], "policy": rules}).content.decode()
    assert "离线核验码读不全" in cut
    assert text[:-30] in html.unescape(cut)
    photo = (
        Client()
        .post("/chain/verify/", {"file": SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n"), "policy": rules})
        .content.decode()
    )
    assert "服务器不认图片里的码" in photo
    assert "选择证明文件，或者粘贴" in Client().post("/chain/verify/", {"policy": rules}).content.decode()


def test_the_page_is_given_as_a_file_that_refers_to_nothing_else(rules: str) -> None:
    answer = Client().get("/chain/verify/alone.html")
    page = answer.content.decode()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert rules.splitlines()[1].split("+")[0] in page
    assert re.findall(r'(?:src|href|action)="(?!#)|url\(|@import', page) == []
    assert 'href="/chain/verify/alone.html"' in Client().get("/chain/verify/").content.decode()


def every_part_bent(whole: Any) -> Iterator[Any]:
    """The code with one of its parts changed, each in turn, however deep it stands."""
    if isinstance(whole, list):
        for at, part in enumerate(whole):
            yield from ([*whole[:at], bent, *whole[at + 1 :]] for bent in every_part_bent(part))
    elif isinstance(whole, int):
        yield whole + 1
    elif isinstance(whole, bytes) and whole:
        yield whole[:-1] + bytes([whole[-1] ^ 1])
        yield bytes([whole[0] ^ 128]) + whole[1:]
    elif isinstance(whole, str):
        yield whole + "x"


def test_without_a_node_the_certificate_says_so_and_has_no_back(company: Company, rules: str, settings: Any) -> None:
    settings.YINUO_CHAIN_POLICY.unlink()
    paper = certificate_paper(project=Project.objects.get(), at=MORNING)
    pages = words_of(bytes(paper_of(document=paper, at=MORNING).content))
    assert [("（尚未经独立见证）" in page, "离线核验码" in page) for page in pages] == [(True, False)]
