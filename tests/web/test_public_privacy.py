"""Nothing personal on any public page: a county full of names, telephones, identity numbers and addresses is crawled
link by link.

Published on purpose: who handles a matter and the office's telephone, in the matter's guide (附件7·第七条:
办理人员及联系方式); the company's name, credit code and grade.
"""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client
from django.utils import timezone

from tests.web.populated import NOW, Populated, taken_back
from yinuo.core.masking import masked
from yinuo.engine.catalogue import queries as catalogue
from yinuo.engine.people.models import Department, Person, ProjectUnit
from yinuo.rooms.commitments.models import Commitment, Objection, PaperSigning
from yinuo.rooms.onemap.models import Application, MapItem
from yinuo.rooms.projects.models import Project

PHONE, IDENTITY, MAIL = "13812345678", "622927198803124517", "xiaoyun.ma@example.cn"
CANARY = f"联系人 {PHONE}，身份证 {IDENTITY}，邮箱 {MAIL}"
REPRESENTATIVE, CLERK, OBJECTOR, SIGNER = "祁维新", "妥文秀", "唐永固", "汪守诚"
NAMES = (REPRESENTATIVE, CLERK, OBJECTOR, SIGNER)
MOBILE = re.compile(r"(?<![\w-])1[3-9]\d{9}(?![\w-])", re.ASCII)
ID_NUMBER = re.compile(r"(?<!\w)\d{6}(?:19|20)\d{9}[\dX](?!\w)", re.ASCII)
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+", re.ASCII)
# What leads away from the public pages: signing in, the unit's and the staff's desks.
ELSEWHERE = (
    "/accounts/",
    "/filing/",
    "/staff/",
    "/projects/",
    "/static/",
    "/styleguide/",
    "/library/",
    "/credit/",
    "/admin/",
)
GUIDES, ANSWERS = 6, 12


@pytest.fixture
def populated(filled: Populated, monkeypatch: pytest.MonkeyPatch) -> Iterator[Populated]:
    """Every place that holds a person or takes free text holds a canary."""
    with taken_back(filled) as made:
        put_canaries()
        monkeypatch.setattr(timezone, "now", lambda: NOW)
        yield made


def put_canaries() -> None:
    handlers = Person.objects.filter(handles__isnull=False).values("pk")
    Person.objects.exclude(pk__in=handlers).update(name=CLERK)
    Person.objects.update(phone=PHONE, email=MAIL)
    ProjectUnit.objects.update(legal_representative=REPRESENTATIVE, address=f"{REPRESENTATIVE}家 {PHONE}")
    Objection.objects.update(name=OBJECTOR, contact=PHONE, text=f"{OBJECTOR} {CANARY}", answer=f"答复。{CANARY}")
    for project in Project.objects.all():
        facts = {
            **project.facts,
            "content": f"建厂房。{CANARY}",
            "site": {**project.facts["site"], "address": f"吹麻滩镇 {CANARY}"},
        }
        Project.objects.filter(pk=project.pk).update(facts=facts, name=Concat("name", Value(f" {PHONE}")))
    for row in Commitment.objects.all():
        Commitment.objects.filter(pk=row.pk).update(
            requirements=[*row.requirements, CANARY], promises=[*row.promises, CANARY]
        )
    on_paper(Commitment.objects.latest("id"))
    MapItem.objects.update(guidance_note=CANARY)
    Application.objects.update(result_text=CANARY, again_why=CANARY)


def on_paper(commitment: Commitment) -> None:
    """As if it had been brought to the window, signed by hand."""
    assert commitment.letter.file
    scan, clerk = commitment.letter.file, Person.objects.order_by("id")[0]
    paper = PaperSigning.objects.create(
        scan=scan,
        scan_sha256=scan.sha256,
        code="0",
        signer=SIGNER,
        capacity="authorised",
        authority=f"{SIGNER} {PHONE}",
        signed_on=NOW.date(),
        clerk=clerk,
        via="window.visit:1",
        at=NOW,
    )
    Commitment.objects.filter(pk=commitment.pk).update(signed_by=None, paper=paper)


def crawl(start: list[str]) -> dict[str, str]:
    """Every public page that can be reached by links, of alike ones (guides, answers of the self-check) a few."""
    client, seen, pages, queue = Client(), set(start), {}, deque(start)
    taken = {"guide": 0, "check": 0}
    while queue:
        url = queue.popleft()
        answer = client.get(url)
        if answer.status_code in (301, 302):
            found = [answer.headers["Location"]]
        else:
            assert answer.status_code == 200, (url, answer.status_code)
            text = html.unescape(answer.content.decode())
            pages[url] = text
            found = re.findall(r'(?:href|action)="([^"#]+)', text)
        for link in found:
            target = urldefrag(urljoin(url, html.unescape(link)))[0]
            path = urlsplit(target).path
            if path.endswith("/proof"):
                continue  # a file that waits for the nodes; tests/web/test_public_proofs.py reads it
            if not target.startswith("/") or path.startswith(ELSEWHERE) or target in seen:
                continue
            kind = "guide" if re.match(r"/guides/.+", path) else "check" if path.startswith("/check/") else ""
            if kind:
                taken[kind] += 1
                if taken[kind] > {"guide": GUIDES, "check": ANSWERS}[kind]:
                    continue
            seen.add(target)
            queue.append(target)
    return pages


def test_the_page_of_a_promise_on_paper_says_so_without_a_name_and_without_its_scan(populated: Populated) -> None:
    paper = PaperSigning.objects.get()
    page = Client().get(f"/zone/{paper.commitments.get().pk}/").content.decode()
    assert "签字并加盖公章，综合窗口核对原件收件" in page
    assert SIGNER not in page
    assert f"/files/{paper.scan_id}/" not in page
    assert Client().get(f"/files/{paper.scan_id}/").status_code == 302
    other = Commitment.objects.filter(paper=None).first()
    assert other is not None
    assert "电子签名" in Client().get(f"/zone/{other.pk}/").content.decode()


def test_no_public_page_shows_anybody(populated: Populated) -> None:
    receipts = [
        f"/receipts/{populated.receipt_no}/",
        *(f"/objections/{row.receipt_no}/" for row in populated.objections),
    ]
    pages = crawl(["/", "/search/?q=有限公司", "/search/?q=项目", "/zone/feed/", "/check/?q=有机肥 40 亩", *receipts])
    kinds = {urlsplit(url).path.split("/")[1] for url in pages}
    assert kinds >= {
        "",
        "zone",
        "verify",
        "guides",
        "rules",
        "search",
        "check",
        "companies",
        "receipts",
        "objections",
        "about",
        "accessibility",
    }
    assert sum(url.startswith("/verify/") for url in pages) > 3
    assert sum(url.startswith("/zone/") for url in pages) > 6
    leaks = []
    for url, text in pages.items():
        leaks += [(url, name) for name in NAMES if name in text]
        leaks += [(url, hit) for pattern in (MOBILE, ID_NUMBER, ADDRESS) for hit in pattern.findall(text)]
    assert not leaks


def test_the_canaries_are_where_they_would_be_seen(populated: Populated) -> None:
    """The crawl can fail: the same texts, masked, stand on the pages."""
    project = populated.projects["running"]
    shown = Client().get(f"/verify/{project.code}/{project.unit.credit_code}/").content.decode()
    assert "138****5678" in shown
    assert "622*************17" in shown
    assert "x***@example.cn" in shown
    assert "138****5678" in Client().get(f"/objections/{populated.objections[1].receipt_no}/").content.decode()


def test_a_guide_names_the_handler_and_the_offices_telephone_as_the_document_demands(populated: Populated) -> None:
    Department.objects.filter(key="ecology").update(phone="0930-7721234")
    handler = populated.county.handle("eia_table")
    Person.objects.filter(pk=handler.pk).update(name="祁得胜")
    catalogue.forget()
    shown = Client().get("/guides/eia_table/").content.decode()
    assert "祁得胜" in shown
    assert "0930-7721234" in shown
    assert PHONE not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("联系马先生 13600009999。", "联系马先生 136****9999。"),
        ("+86 136-0000-9999", "136****9999"),
        ("身份证62292719880312451X", "身份证622*************1X"),
        ("a.b@example.com.cn", "a***@example.com.cn"),
        # Codes, office telephones and amounts are no personal data.
        ("2611-622927-04-01-123452", "2611-622927-04-01-123452"),
        ("91622927MA7XY4K2XM", "91622927MA7XY4K2XM"),
        ("91440300708461136T", "91440300708461136T"),
        ("0930-7721234", "0930-7721234"),
        ("总投资 13600009999.5", "总投资 13600009999.5"),
    ],
)
def test_free_text_is_masked_and_codes_are_not(text: str, shown: str) -> None:
    assert masked(text) == shown
