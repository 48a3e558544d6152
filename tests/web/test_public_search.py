"""Everything published is found by part of its name or by its code; a company's page shows its credit as far as it is
public.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.apps.county import new_company
from tests.web.populated import NOW, Populated, file_at
from yinuo.engine.people.models import ProjectUnit
from yinuo.rooms.projects.models import Project
from yinuo.site import published as registers


def page(url: str, status: int = 200) -> str:
    answer = Client().get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def leads_to(text: str) -> str:
    answer = Client().get("/search/", {"q": text})
    assert answer.status_code == 302, text
    return answer.headers["Location"]


def test_a_code_of_any_kind_leads_straight_to_its_page(populated: Populated) -> None:
    project = populated.projects["running"]
    code = project.unit.credit_code
    assert leads_to(project.code or "") == f"/verify/{project.code}/{code}/"
    assert leads_to(f" {(code or '').lower()} ") == f"/companies/{code}/"
    assert leads_to(populated.receipt_no.lower()) == f"/receipts/{populated.receipt_no}/"
    receipt = populated.objections[0].receipt_no
    assert leads_to(receipt) == f"/objections/{receipt}/"


def test_a_code_of_nothing_published_says_so(populated: Populated) -> None:
    unit = populated.projects["held"].unit
    assert "没有查到这个单位" in page(f"/search/?q={unit.credit_code}")
    assert "没有找到" in page("/search/?q=S2611240000000000")


def test_part_of_a_name_finds_projects_companies_notices_and_guides(populated: Populated) -> None:
    shown = page("/search/?q=绿源")
    assert "积石山绿源有机肥有限公司" in shown
    assert "正在公示的承诺" in shown
    assert "没有找到" not in shown
    assert "办事指南" in page("/search/?q=规划许可")
    # A project is found by its company's name as well.
    assert populated.projects["running"].name in shown


def test_every_word_must_be_found(populated: Populated) -> None:
    found, _more = registers.projects_named("绿源 项目")
    assert populated.projects["running"].pk in [line.id for line in found]
    assert registers.projects_named("绿源 没有这个词") == ([], 0)


def test_latin_letters_are_found_in_either_case(populated: Populated) -> None:
    Project.objects.filter(pk=populated.projects["running"].pk).update(name="LED 灯具生产线")
    assert [line.name for line in registers.projects_named("led")[0]] == ["LED 灯具生产线"]


def test_signs_of_a_pattern_are_taken_as_letters(populated: Populated) -> None:
    assert registers.projects_named("%") == ([], 0)
    assert registers.companies_named("_") == ([], 0)


def test_what_is_not_published_is_not_found(populated: Populated) -> None:
    assert "没有找到" in page(f"/search/?q={populated.projects['held'].name}")
    assert "没有找到" in page("/search/?q=红崖建材")


def test_long_lists_are_turned_by_the_last_row_seen(populated: Populated) -> None:
    company = new_company("积石山长名册有限公司", "80")
    for number in range(23):
        file_at(company, "2027-07-12 09:00", name=f"长名册第{number}号项目")
    first = page("/search/?q=长名册&in=projects")
    assert first.count("长名册第") == registers.SIZE
    lines, after = registers.projects_named("长名册")
    assert after == lines[-1].id
    second = page(f"/search/?q={quote('长名册')}&in=projects&after={after}")
    assert second.count("长名册第") == 3
    assert "回到开头" in second
    assert "往下" not in second
    overview = page("/search/?q=长名册")
    assert overview.count("长名册第") == 5
    assert "看全部项目" in overview


def test_a_companys_page_shows_grade_certificates_and_promises_and_no_person(populated: Populated) -> None:
    unit = populated.projects["running"].unit
    shown = page(f"/companies/{unit.credit_code}/")
    assert unit.name in shown
    assert "信用等级" in shown
    assert "证书底色为绿色" in shown
    assert populated.projects["running"].certificate.number in shown
    assert "建设工程规划许可证核发" in shown
    for secret in ("马晓云", "13600009999", unit.legal_representative):
        assert not secret or secret not in shown
    # The score behind the grade is the company's own matter.
    alone = rf"(?<!\d){unit.credit.score.normalize()}(?!\d)"
    assert not re.search(alone, re.sub(r"[\w-]*\d{6}[\w-]*", "", shown))


def test_an_unrated_company_has_a_white_badge(populated: Populated) -> None:
    unit = populated.projects["unrated"].unit
    assert "grade g-white" in page(f"/companies/{unit.credit_code}/")


def test_promises_are_counted_by_what_became_of_them(populated: Populated) -> None:
    found = registers.company(populated.projects["completed"].unit.credit_code or "", NOW)
    assert found is not None
    assert (found.promises.waiting, found.promises.pending, found.promises.kept + found.promises.broken) == (0, 0, 2)
    running = registers.company(populated.projects["running"].unit.credit_code or "", NOW)
    assert running is not None
    assert running.promises.waiting == 2


@pytest.mark.parametrize("code", ["9162292799999998X3", "nonsense"])
def test_a_company_nobody_knows_is_not_found(populated: Populated, code: str) -> None:
    assert Client().get(f"/companies/{code}/").status_code == 404


def test_a_company_with_nothing_published_has_no_page(populated: Populated) -> None:
    assert Client().get(f"/companies/{populated.projects['held'].unit.credit_code}/").status_code == 404


def test_pages_read_a_fixed_number_of_rows(populated: Populated) -> None:
    client = Client()
    code = populated.projects["running"].unit.credit_code
    for url, most in (
        (f"/companies/{code}/", 5),
        ("/search/?q=有限公司&in=projects", 1),
        ("/search/?q=有限公司&in=companies", 1),
    ):
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        assert len(captured) == most, url


def test_lists_read_no_facts_and_no_person(populated: Populated) -> None:
    with CaptureQueriesContext(connection) as captured:
        registers.projects_named("有限")
        registers.companies_named("有限")
    assert ProjectUnit.objects.exists()
    for query in captured:
        selected = query["sql"].split(" FROM ")[0]
        assert '"facts"' not in selected
        assert "legal" not in selected
        assert "phone" not in selected
