"""区域评估 on the pages: everybody's, the zone body's desk, the departments', the company's (附件3)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.apps.county import BEGAN, Company, County, at, new_company, new_county, new_person
from tests.apps.regions import in_zone, new_result, new_zone
from tests.apps.test_onemap import guided
from tests.apps.test_regional_process import PDF, SOIL, begin, commission, heard, published, submitted
from tests.web.unit_desk import value_of
from yinuo.engine.catalogue.models import RegionalResult, Zone
from yinuo.engine.people.models import Membership, Person
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.regional.models import FeeEntry, RegionalAssessment

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOW = at("2026-11-10 10:00")


@pytest.fixture
def county(db: None) -> County:
    return new_county()


@pytest.fixture
def company(county: County) -> Company:
    return new_company()


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def of_zone(zone: Zone) -> Client:
    member = Membership.objects.filter(department=zone.body, role="zone").select_related("person").first()
    if member is None:
        member = Membership.objects.create(
            person=new_person("管委会干部"), department=zone.body, role="zone", from_on=BEGAN
        )
    return as_(member.person)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def press(client: Client, path: str, do: str, **values: Any) -> Any:
    """Presses a button of an assessment's page with what its form opened with."""
    version = value_of(text(client.get(path)), f"{do}-version")
    return client.post(
        path, {"do": do, f"{do}-version": version, **{f"{do}-{name}": value for name, value in values.items()}}
    )


# -- everybody


def test_everybody_finds_the_results_by_place_and_matter(
    county: County, client: Client, django_assert_max_num_queries: Any
) -> None:
    zone, other = new_zone(county), new_zone(county, "liuji", "刘集园区")
    soil = new_result(zone, SOIL, {"industries": ["26"], "most": {"land_area": 50000}})
    new_result(other, "eia_table")
    with django_assert_max_num_queries(4):
        page = text(client.get("/regional/"))
    for words in (
        "吹麻滩工业园区",
        "刘集园区",
        soil.document_number,
        "用地面积不超过 50000 平方米",
        "建设项目压覆重要矿床",
    ):
        assert words in page
    found = text(client.get("/regional/", {"zone": "chuimatan", "matter": SOIL}))
    assert soil.document_number in found
    assert 'id="zone-liuji"' not in found
    assert soil.document_number in text(client.get("/regional/", {"q": "大河家路"}))
    assert "没有符合条件的结果" in text(client.get("/regional/", {"q": "查无此地"}))


def test_the_list_is_whole_where_nothing_is_there(county: County, client: Client) -> None:
    assert "还没有登记园区" in text(client.get("/regional/"))


def test_a_result_shows_conditions_duties_report_and_paper(county: County, client: Client) -> None:
    result = published(county, new_zone(county))
    page = text(client.get(f"/regional/{result.pk}/"))
    for words in (
        "国标行业代码以 26 开头",
        "施工前十日报送措施实施计划",
        "GSLY-2026-017",
        "2029年10月11日",
        result.report_file.sha256,
    ):
        assert words in page
    assert client.get(f"/regional/{result.pk}/report/").content == PDF
    assert client.get(f"/regional/{result.pk}/paper/").content.startswith(b"%PDF")
    assert client.get("/regional/999999/").status_code == 404


def test_a_withdrawn_an_updated_and_an_expired_result_say_so(county: County, client: Client) -> None:
    zone = new_zone(county)
    withdrawn = new_result(zone, SOIL, withdrawn_at=NOW, withdrawn_why="基础数据失实")
    expired = new_result(zone, "eia_table", to_on=date(2026, 11, 10))
    assert "基础数据失实" in text(client.get(f"/regional/{withdrawn.pk}/"))
    assert "已过有效期" in text(client.get(f"/regional/{expired.pk}/"))
    page = text(client.get("/regional/"))
    assert "不再使用的结果 2 份" in page


# -- the body's desk and the departments


def test_the_body_s_desk_shows_its_zones_and_nobody_else_runs_them(
    county: County, django_assert_max_num_queries: Any
) -> None:
    zone = new_zone(county)
    begin(zone)
    client = of_zone(zone)
    client.get("/staff/zones/")
    with django_assert_max_num_queries(12):
        page = text(client.get("/staff/zones/"))
    assert "组织区域评估" in page
    assert "部门提出意见" in page
    other = as_(county.person("approver", "ecology"))
    assert other.get(f"/staff/zones/{zone.pk}/begin/").status_code == 403
    assert Client().get("/staff/zones/").status_code == 302


def test_an_assessment_is_begun_once_though_the_form_is_sent_twice(county: County) -> None:
    zone = new_zone(county)
    client = of_zone(zone)
    path = f"/staff/zones/{zone.pk}/begin/"
    key = value_of(text(client.get(path)), "key")
    empty = client.post(path, {"key": key})
    assert empty.status_code == 422
    assert "选择评估事项" in text(empty)
    data = {"key": key, "matter_id": SOIL, "requirements": "防治分区、措施布设"}
    first, again = client.post(path, data), client.post(path, data)
    assert first.status_code == again.status_code == 302
    assert RegionalAssessment.objects.count() == 1
    assert "已有一项区域评估" in text(client.post(path, {**data, "key": "another"}))


def test_a_department_gives_its_opinion_and_the_body_commissions(county: County) -> None:
    zone = new_zone(county)
    found = begin(zone)
    path = f"/staff/assessments/{found.pk}/"
    body, soil = of_zone(zone), as_(county.person("approver", "soil_conservation"))
    assert soil.post(path, {"do": "opinion", "opinion-text": ""}).status_code == 422
    assert soil.post(path, {"do": "opinion", "opinion-text": "无意见"}).status_code == 302
    values = {
        "institution": "甘肃陇原水保工程咨询有限公司",
        "institution_code": "91620000710375659T",
        "qualification": "四星级",
        "payer": "applicant",
        "cost": "180000",
        "share": "6000",
    }
    wrong = press(body, path, "commission", **{**values, "institution_code": "91620000710375659X"})
    assert wrong.status_code == 422
    assert "统一社会信用代码有误" in text(wrong)
    assert press(body, path, "commission", **values).status_code == 302
    assert "180\u00a0000 元" in text(body.get(path))


def test_the_report_form_puts_the_conditions_together_and_keeps_the_file(county: County) -> None:
    zone = new_zone(county)
    found = begin(zone)
    heard(county, found)
    commission(found)
    path, body = f"/staff/assessments/{found.pk}/", of_zone(zone)
    values = {
        "title": "水土保持区域评估报告", "report_number": "GS-1", "report_on": "2026-11-01", "scope": "全区",
        "industries": "13 26、30", "land_area": "50000", "eia": ["table"], "obligations": "报送计划\n\n统一弃渣",
        "from_on": "2026-11-10", "last_on": "2029-11-09", "excluded_1": "takes_water", "why_1": "直接取水",
        "law_1": "《水法》第四十八条",
    }  # fmt: skip
    assert "请上传评估评审报告" in text(press(body, path, "report", **values))
    assert "不适用的情形要选定条件" in text(press(body, path, "report", **{**values, "why_1": ""}))
    assert press(body, path, "report", **values, file=SimpleUploadedFile("报告.pdf", PDF)).status_code == 302
    found.refresh_from_db()
    assert found.conditions == {
        "industries": ["13", "26", "30"],
        "most": {"land_area": 50000},
        "one_of": {"eia": ["table"]},
        "excluded": [{"predicate": "takes_water", "why": "直接取水", "law": "《水法》第四十八条"}],
    }
    assert (found.obligations, found.to_on) == (["报送计划", "统一弃渣"], date(2029, 11, 10))
    page = text(body.get(path))
    assert (
        press(
            body, path, "report", **{**values, "title": "改过的报告", "kept": value_of(page, "report-kept")}
        ).status_code
        == 302
    )
    found.refresh_from_db()
    assert found.title == "改过的报告"
    assert press(body, path, "submit").status_code == 302


def test_the_department_approves_and_the_body_publishes(county: County, client: Client) -> None:
    zone = new_zone(county)
    found = submitted(county, zone)
    path = f"/staff/assessments/{found.pk}/"
    soil, body = as_(county.person("approver", "soil_conservation")), of_zone(zone)
    assert "批准报告" in text(soil.get(path))
    assert "批准报告" not in text(body.get(path))
    assert press(soil, path, "approve", document_number="").status_code == 422
    assert press(soil, path, "approve", document_number="积水保〔2026〕9号", text="同意").status_code == 302
    assert press(body, path, "publish").status_code == 302
    result = RegionalResult.objects.get()
    assert "积水保〔2026〕9号" in text(client.get(f"/regional/{result.pk}/"))
    late = soil.post(path, {"do": "approve", "approve-version": "3", "approve-document_number": "x"}, follow=True)
    assert "这一步已经办过" in text(late)
    assert press(soil, path, "withdraw", why="基础数据失实").status_code == 302
    assert "基础数据失实" in text(client.get(f"/regional/{result.pk}/"))


def test_zones_are_entered_and_closed_by_the_hall(county: County) -> None:
    body = new_zone(county).body
    convener = as_(county.person("general_convener", "government_services"))
    data = {
        "name": "大河家物流园",
        "key": "dahejia",
        "kind": "logistics",
        "body_id": body.pk,
        "basis": "县政府批复〔2025〕3号",
        "from_on": "2025-01-01",
        "place": "",
    }
    assert convener.post("/staff/zones/new/", {}).status_code == 422
    assert convener.post("/staff/zones/new/", data).status_code == 302
    assert "已经用过" in text(convener.post("/staff/zones/new/", data))
    zone = Zone.objects.get(key="dahejia")
    assert convener.post(f"/staff/zones/{zone.pk}/", {"why": "区划调整"}).status_code == 302
    zone.refresh_from_db()
    assert zone.to_on == NOW.date()
    assert as_(county.person("approver", "ecology")).get("/staff/zones/new/").status_code == 403


def test_the_ledger_says_that_companies_are_not_charged(county: County, company: Company) -> None:
    published(county, new_zone(county))
    project = guided(county, company, **in_zone())
    staff = as_(county.person("approver", "housing"))
    page = text(staff.get("/staff/regional/fees/"))
    assert "180\u00a0000" in page
    assert "不向项目单位收取" in page
    fee = text(staff.get(f"/staff/projects/{project.pk}/regional-fee/"))
    assert "国务院令第722号" in fee
    assert "登记缴款书" not in fee


def test_where_companies_are_charged_the_permit_shows_the_amount_and_its_settling(
    county: County, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(county, new_zone(county))
    project = guided(county, company, **in_zone())
    monkeypatch.setattr("yinuo.rooms.regional.queries.charges", lambda day: True)
    staff = as_(county.person("approver", "housing"))
    permit = MapItem.objects.get(project=project, matter_id="construction_permit")
    assert "应返还财政 <b>6\u00a0000</b> 元" in text(as_(company.person).get(f"/items/{permit.pk}/"))
    assert "登记缴款书" in text(staff.get(f"/staff/items/{permit.pk}/"))
    path = f"/staff/projects/{project.pk}/regional-fee/"
    key = value_of(text(staff.get(path)), "key")
    assert "应返还 6,000.00 元" in text(staff.post(path, {"key": key, "amount": "1", "voucher": "缴1"}))
    assert staff.post(path, {"key": key + "b", "amount": "6000", "voucher": "缴1"}).status_code == 302
    assert FeeEntry.objects.filter(kind="settled", voucher="缴1").count() == 1
    assert "已缴清" in text(as_(company.person).get(f"/items/{permit.pk}/"))


# -- the company


def test_a_shared_matter_shows_its_result_and_what_is_still_to_be_done(county: County, company: Company) -> None:
    result = new_result(new_zone(county), SOIL)
    project = guided(county, company, **in_zone())
    item = MapItem.objects.get(project=project, matter_id=SOIL)
    page = text(as_(company.person).get(f"/items/{item.pk}/"))
    for words in ("已共享", result.title, "施工前十日内报送施工组织设计", f"/regional/{result.pk}/"):
        assert words in page
    assert "区域评估" in text(as_(company.person).get(f"/projects/{project.pk}/map/"))
    assert "已共享" in text(as_(county.person("approver", "soil_conservation")).get(f"/staff/items/{item.pk}/"))


def test_a_misfit_tells_why_and_an_unknown_what_to_fill_in(county: County, company: Company) -> None:
    zone = new_zone(county)
    new_result(zone, SOIL, {"most": {"land_area": 20000}})
    new_result(zone, "eia_table", {"one_of": {"discharge_permit": ["none"]}})
    project = guided(county, company, **in_zone())
    client = as_(company.person)
    misfit = MapItem.objects.get(project=project, matter_id=SOIL)
    unknown = MapItem.objects.get(project=project, matter_id="eia_table")
    assert "不符合“用地面积不超过 20000 平方米”" in text(client.get(f"/items/{misfit.pk}/"))
    assert "先在项目信息里补齐：排污许可管理类别" in text(client.get(f"/items/{unknown.pk}/"))
    answer = client.post(f"/items/{misfit.pk}/share/", {"version": misfit.version, "key": "k"})
    assert answer.status_code == 422
    assert "不能共享区域评估结果" in text(answer)


def test_the_company_takes_a_later_result_over_from_the_comparison_of_ways(county: County, company: Company) -> None:
    zone = new_zone(county)
    project = guided(county, company, **in_zone())
    item = MapItem.objects.get(project=project, matter_id=SOIL)
    client = as_(company.person)
    assert "共享这份结果" not in text(client.get(f"/items/{item.pk}/"))
    result = new_result(zone, SOIL)
    assert f"/items/{item.pk}/share/" in text(client.get(f"/projects/{project.pk}/map/routes/{item.pk}/"))
    path = f"/items/{item.pk}/share/"
    page = text(client.get(path))
    data = {"version": value_of(page, "version"), "key": value_of(page, "key")}
    assert as_(new_company("旁人有限公司").person).post(path, data).status_code == 403
    assert client.post(path, data).status_code == 302
    assert client.post(path, data).status_code == 302
    item.refresh_from_db()
    assert (item.state, item.shared_id) == ("exempt", result.pk)
