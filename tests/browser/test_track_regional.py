"""区域评估 through the pages, by everybody whose business it is: from the zone's first question to the project that
shares the result.
"""

from __future__ import annotations

import pytest

from tests.apps.county import Company
from tests.apps.regions import in_zone
from tests.apps.test_onemap import guided
from tests.browser.live import PHONE, Live, at, closing_time, live
from yinuo.engine.catalogue.models import RegionalResult
from yinuo.engine.people.models import Department
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.actions import open_draft
from yinuo.rooms.projects.models import Project
from yinuo.rooms.regional.models import RegionalAssessment

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
SOIL = "soil_conservation_plan"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ZONE = "吹麻滩工业园区"


def test_a_zone_is_assessed_once_and_a_project_there_shares_the_result(live: Live) -> None:
    entered(live)
    found = asked(live)
    commissioned(live, found)
    result = published(live, found)
    company = live.company("积石山绿源有机肥有限公司")
    found_by_everybody(live)
    project = settled(live, company)
    shared(live, company, project, result)
    withdrawn(live, company, project, result)


def entered(live: Live) -> None:
    """The general convener enters the zone with its committee."""
    Department.objects.create(
        hall=live.county.hall, key="zone-chuimatan", name=f"{ZONE}管理委员会", short_name="园区管委会"
    )
    convener = live.official("general_convener", "2026-09-01 08:40", "regional-convener", "government_services")
    convener.go("/staff/zones/")
    convener.reads("没有正在进行的评估")
    convener.follow("登记园区")
    convener.press("登记", expect=422)
    for label, value in (
        ("名称", ZONE),
        ("代号", "chuimatan"),
        ("主体单位", f"{ZONE}管理委员会"),
        ("设立依据", "县政府批复〔2024〕3号"),
    ):
        convener.fill(label, value)
    convener.choose("类别", "产业园区")
    convener.fill("设立日期", "2024-01-01")
    convener.press("登记")
    convener.reads(f"已登记{ZONE}")


def asked(live: Live) -> RegionalAssessment:
    """The committee asks the departments before anybody is commissioned;
    part three of the list is shown with its rows.
    """
    body = live.official("zone", "2026-09-01 09:00", "regional-body", "zone-chuimatan", size=PHONE)
    body.go("/staff/zones/")
    body.follow("组织区域评估")
    body.unfold("不作区域评估的事项")
    body.reads("建设项目压覆重要矿床", "附件1·三·1")
    body.fill("评估事项", "生产建设项目水土保持方案审批")
    body.fill("评估评审的内容和具体要求", "防治分区、措施布设和监测要求")
    body.press("征求意见")
    body.reads("已征求部门意见", "等待答复")
    soil = live.official("approver", "2026-09-02 10:00", "regional-opinion", "soil_conservation")
    soil.take("征求意见")
    soil.fill("意见", "无意见")
    soil.press("提出意见")
    soil.reads("意见已提出")
    return RegionalAssessment.objects.get()


def commissioned(live: Live, found: RegionalAssessment) -> None:
    """A qualified institution is commissioned, its report taken in with conditions and validity,
    and sent for approval.
    """
    body = live.official("zone", "2026-09-03 09:00", "regional-commission", "zone-chuimatan")
    body.go(f"/staff/assessments/{found.pk}/")
    for label, value in (
        *(("评估机构", "甘肃陇原水保工程咨询有限公司"), ("统一社会信用代码", "91620000710375659T"), ("资质", "四星级")),
        *(("评估费用（元）", "180000"), ("每个项目应返还（元）", "6000")),
    ):
        body.fill(label, value)
    body.choose("费用由谁负担", "应由申请人开展，财政先行垫付")
    body.press("委托")
    body.reads("已委托评估机构")
    body.travel("2026-10-09 09:00")
    body.go(f"/staff/assessments/{found.pk}/")
    body.press("保存报告", expect=422)
    for label, value in (
        *(
            ("报告名称", f"{ZONE}水土保持区域评估报告"),
            ("报告编号", "GSLY-2026-017"),
            ("报告日期", "2026-09-28"),
            ("适用范围", "规划范围内"),
        ),
        *(("行业", "13 26"), ("用地面积最多（平方米）", "50000"), ("项目仍须做到", "施工前报送措施实施计划")),
        *(("生效日期", "2026-10-12"), ("最后有效的一天", "2029-10-11")),
    ):
        body.fill(label, value)
    body.page.locator("input[type=file]").set_input_files(
        {"name": "报告.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    body.press("保存报告")
    body.reads("报告已保存", "用地面积不超过 50000 平方米")
    body.press("报送审查")
    body.reads("已报送审查")


def published(live: Live, found: RegionalAssessment) -> RegionalResult:
    """Returned once, mended, approved, published."""
    soil = live.official("approver", "2026-10-09 15:00", "regional-approve", "soil_conservation")
    soil.take("审查区域评估报告")
    soil.unfold("退回修改")
    soil.fill("理由", "适用范围不清")
    soil.press("退回修改")
    body = live.official("zone", "2026-10-10 09:00", "regional-mend", "zone-chuimatan")
    body.go(f"/staff/assessments/{found.pk}/")
    body.reads("报告被退回修改", "适用范围不清")
    body.fill("适用范围", "园区规划范围内新建、扩建的一般工业项目")
    body.press("保存报告")
    body.press("报送审查")
    soil.travel("2026-10-12 10:00")
    soil.go(f"/staff/assessments/{found.pk}/")
    soil.fill("批准文号", "积水保〔2026〕9号")
    soil.press("批准报告")
    soil.reads("报告已批准")
    body.travel("2026-10-12 15:00")
    body.go(f"/staff/assessments/{found.pk}/")
    body.press("公布结果")
    body.reads("结果已公布")
    return RegionalResult.objects.get()


def found_by_everybody(live: Live) -> None:
    citizen = live.anybody("2026-10-13 10:00", "regional-citizen", PHONE)
    citizen.go("/regional/")
    citizen.reads(ZONE, "积水保〔2026〕9号")
    citizen.follow("生产建设项目水土保持方案审批")
    citizen.reads("用地面积不超过 50000 平方米", "施工前报送措施实施计划", "2029年10月11日")
    result = RegionalResult.objects.get()
    assert citizen.download(f"/regional/{result.pk}/report/") == PDF
    assert citizen.download(f"/regional/{result.pk}/paper/").startswith(b"%PDF")


def settled(live: Live, company: Company) -> Project:
    """The filing form offers the zone by its name; the departments bring the project to its map."""
    draft = open_draft(
        actor=company.actor,
        unit_id=company.unit.pk,
        facts={"declarations": {"secret": False}},
        at=at("2026-11-02 09:00"),
    )
    person = live.sits(company.person, "2026-11-02 09:10", "regional-filing")
    person.go(f"/filing/{draft.pk}/place/")
    person.reads(ZONE, "不在园区内")
    return guided(live.county, company, **in_zone())


def shared(live: Live, company: Company, project: Project, result: RegionalResult) -> None:
    """The map shows the matter as done by the result; its page says by which, and what is still to be done."""
    item = MapItem.objects.get(project=project, matter_id=SOIL)
    for size, story in ((None, "regional-shared"), (PHONE, "regional-shared-phone")):
        person = live.sits(company.person, "2026-11-09 09:00", story, **({"size": size} if size else {}))
        person.go(f"/items/{item.pk}/")
        person.reads("已共享", result.title, "施工前报送措施实施计划")
        person.go(f"/projects/{project.pk}/map/")
        person.reads("区域评估")


def withdrawn(live: Live, company: Company, project: Project, result: RegionalResult) -> None:
    """Out of use for the next; whoever shared it keeps it."""
    soil = live.official("approver", "2026-11-10 09:00", "regional-withdraw", "soil_conservation")
    soil.go(f"/staff/assessments/{result.assessment_id}/")
    soil.unfold("撤回结果")
    soil.fill("撤回的理由", "防治分区调整")
    soil.press("撤回结果")
    soil.reads("结果已撤回")
    citizen = live.anybody("2026-11-10 10:00", "regional-withdrawn")
    citizen.go(f"/regional/{result.pk}/")
    citizen.reads("这份结果已不再使用", "防治分区调整")
    assert MapItem.objects.get(project=project, matter_id=SOIL).state == "exempt"
