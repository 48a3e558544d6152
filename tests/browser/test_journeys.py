"""One project's whole life through the pages, at a desk, with a thumb, and without a script.

Who is who, what each sees and does next is the person's; only what would repeat what was shown already is called
directly.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.apps.county import Company
from tests.apps.test_completion import external
from tests.apps.test_onemap import guided
from tests.browser.live import PHONE, AtTheBrowser, Live, at, closing_time, live
from tests.browser.walking import advise, file, hand_in
from yinuo.engine.work.actions import tick
from yinuo.rooms.commitments.models import Commitment
from yinuo.rooms.onemap.actions import answer_guidance
from yinuo.rooms.onemap.models import GuidanceAnswer, MapItem
from yinuo.rooms.projects.models import Project

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOIL, PERMIT = "生产建设项目水土保持方案审批", "建设工程规划许可证核发"


@dataclass
class Life:
    """One company's project, and the people who come to it."""

    live: Live
    company: Company
    name: str = "年产5万吨有机肥加工项目"
    story: str = "life"

    def owner(self, moment: str) -> AtTheBrowser:
        return self.live.sits(self.company.person, moment, f"{self.story}-{moment[2:10]}-unit")

    def official(self, role: str, moment: str, department: str = "development_reform") -> AtTheBrowser:
        return self.live.official(role, moment, f"{self.story}-{moment[2:10]}-{department}-{role}", department)

    @property
    def project(self) -> Project:
        return Project.objects.get(unit=self.company.unit)

    def item(self, name: str) -> MapItem:
        return MapItem.objects.select_related("department").get(project=self.project, name=name)


SCRIPTS = pytest.mark.parametrize("script", [True, False], ids=["with", "without"])


@SCRIPTS
def test_one_projects_whole_life(live: Live, script: bool) -> None:
    live.script = script
    company = live.company("积石山绿源有机肥有限公司", "79")
    life = Life(live, company) if script else Life(live, company, "高标准设施蔬菜大棚加工项目", "noscript")
    regular, promised = one_matter_the_regular_way, one_matter_on_a_promise
    for act in (
        filed_in_seconds,
        reviewed_and_guided,
        regular,
        promised,
        landed_and_built,
        verified_point_by_point,
        credit_with_consent,
    ):
        act(life)
        live.everybody_leaves()


def filed_in_seconds(life: Life) -> None:
    desk = life.owner("2026-11-03 09:12")
    desk.go("/projects/")
    desk.reads("还没有项目")
    file(desk, project={"项目名称": life.name})
    desk.reads("备案成功", "项目代码", str(life.project.code), "在 1 个工作日内复核")
    assert desk.paper("下载信用备案证").startswith(b"%PDF")
    desk.follow("查看项目")
    desk.reads("等备案机关复核")
    certificate(life, "2026-11-03 09:20", "g-blue", "B")


def certificate(life: Life, moment: str, colour: str, grade: str) -> None:
    """What anybody sees who scans the certificate."""
    citizen = life.live.anybody(moment, f"{life.story}-{moment[2:10]}-verify")
    citizen.go(f"/verify/{life.project.code}/{life.company.unit.credit_code}/")
    citizen.reads("真实有效", life.name)
    paper = citizen.page.get_by_role("region", name="投资项目信用备案证")
    assert colour in str(paper.get_attribute("class")).split()
    assert f"信用等级{grade}" in "".join(paper.inner_text().split())


def reviewed_and_guided(life: Life) -> None:
    desk = life.official("approver", "2026-11-03 15:00")
    desk.take(life.name)
    desk.reads("申报的信息", "规则怎样判断")
    desk.press("复核确认")
    desk.reads("已复核确认")
    company = life.owner("2026-11-04 09:00")
    company.go(f"/projects/{life.project.pk}/map/")
    company.reads("各部门正在前期辅导")
    for answer in GuidanceAnswer.objects.filter(answered_at=None).select_related("department").order_by("id"):
        advise(life.official("approver", "2026-11-05 10:00", answer.department.key), life.name)
    company.travel("2026-11-06 09:00")
    company.go("/projects/")
    company.follow("一张图")
    company.reads(SOIL, PERMIT, "可承诺", "预计落地")


def one_matter_the_regular_way(life: Life) -> None:
    """Handed in, accepted, paused for experts, resumed, decided, delivered."""
    company = life.owner("2026-11-06 09:00")
    company.go(f"/projects/{life.project.pk}/map/?view=list")
    company.follow(SOIL)
    company.follow("去申报")
    hand_in(company)
    company.reads("已收到材料，回执编号", "收件审查", "11月13日 18:00 前办结")
    desk = life.official("approver", "2026-11-06 15:00", life.item(SOIL).department.key)
    desk.take(SOIL, life.name)
    desk.press("受理")
    desk.reads("已受理", "暂停计时")
    desk.travel("2026-11-09 08:30")
    desk.take(SOIL, life.name)
    desk.unfold("暂停计时")
    desk.fill("暂停的事由", "专家评审")
    desk.fill("具体情况", "组织专家评审水土保持方案", desk.form("暂停计时"))
    desk.press("暂停计时")
    desk.reads("已暂停计时")
    company.travel("2026-11-10 09:00")
    company.go(f"/items/{life.item(SOIL).pk}/")
    company.reads("专家评审", "自动恢复")
    desk.travel("2026-11-11 08:30")
    desk.go(f"/staff/items/{life.item(SOIL).pk}/")
    desk.press("恢复计时")
    desk.reads("已恢复计时")
    desk.travel("2026-11-12 10:00")
    desk.take(SOIL, life.name)
    desk.choose("决定", "准予许可")
    desk.fill("决定书文号", f"积水保〔2026〕{life.project.pk}号")
    desk.press("作出决定")
    desk.reads("已准予许可")
    desk.choose("送达方式", "在线送达")
    desk.press("记录送达")
    desk.reads("已记录送达")


def one_matter_on_a_promise(life: Life) -> None:
    """Signed, published, objected to, answered, decided the morning after the notice."""
    company = life.owner("2026-11-06 10:00")
    company.go(f"/items/{life.item(PERMIT).pk}/")
    company.follow("去承诺")
    company.reads("承诺标准", "您要承诺的")
    assert company.download(f"{company.path}letter/").startswith(b"%PDF")
    company.tick("已经读过承诺书")
    company.press("签署并公示")
    company.reads("承诺书已签署，正在公示")
    receipt = objected(life)
    desk = life.official("approver", "2026-11-10 09:00", "natural_resources")
    desk.take("异议", life.name)
    desk.choose("异议是否成立", "不成立，承诺继续")
    desk.fill("答复的理由和依据", "经现场核实，退界距离符合规划条件。")
    desk.press("答复")
    desk.reads("已答复")
    citizen = life.live.anybody("2026-11-10 12:00", "life-26-11-10-citizen")
    citizen.go(f"/objections/{receipt}/")
    citizen.reads("异议已答复", "退界距离符合规划条件")
    commitment = Commitment.objects.get(project=life.project)
    tick(at("2026-11-16 09:00"))
    desk.travel("2026-11-16 09:30")
    desk.take(PERMIT, life.name)
    if "/staff/commitments/" not in desk.path:
        desk.follow("看承诺、公示和异议")
    desk.fill("决定书文号", f"建字第6229272026{life.project.pk:05}号")
    desk.press("按承诺决定")
    desk.reads("已按承诺作出决定")
    commitment.refresh_from_db()
    assert commitment.state == "decided"


def objected(life: Life) -> str:
    """A citizen without an account: from the zone to a receipt."""
    citizen = life.live.anybody("2026-11-09 10:00", "life-26-11-09-citizen")
    citizen.go("/")
    citizen.go("/zone/")
    citizen.follow(PERMIT)
    citizen.reads("正在公示", life.company.unit.name)
    citizen.press("提交异议", expect=422)
    citizen.reads("写下您的异议和理由")
    citizen.fill("异议内容", "退界不足，影响我家采光。")
    citizen.press("提交异议")
    citizen.reads("请记下回执编号")
    return citizen.path.strip("/").split("/")[-1]


def landed_and_built(life: Life) -> None:
    """The other matters by the approval system; then the four reports."""
    for item in (
        MapItem.objects.filter(project=life.project, pre_start=True).exclude(state="granted").order_by("position")
    ):
        external(life.project, item.matter_id, at("2026-11-20 09:00"))
    company = life.owner("2026-11-24 17:00")
    company.go("/projects/")
    company.reads("报送开工建设信息")
    report(company, life, "开工建设", "2026-11-24")
    company.travel("2027-03-31 17:00")
    report(company, life, "建设进度", "2027-03-31", 形象进度="60", 说明="主体结构封顶")
    report(company, life, "完成投资", "2027-03-31", 累计完成投资="5,200")
    company.travel("2027-06-30 17:00")
    report(company, life, "竣工", "2027-06-30")
    company.reads("2027年6月30日", "60%", "5\u00a0200 万元")


def report(company: AtTheBrowser, life: Life, kind: str, on: str, **more: str) -> None:
    company.go(f"/projects/{life.project.pk}/report/")
    company.follow(kind, exact=True)
    company.fill({"开工建设": "哪天开工", "竣工": "哪天竣工"}.get(kind, "截至哪天"), on)
    for label, value in more.items():
        company.fill(label, value)
    company.press("报送")
    company.reads(f"已报送{kind}信息")


def verified_point_by_point(life: Life) -> None:
    """Second guidance, then each requirement of each promise; everything kept."""
    company = life.owner("2027-07-05 09:00")
    company.go(f"/projects/{life.project.pk}/")
    company.follow("竣工验收")
    company.press("申请竣工验收")
    company.reads("已申请竣工验收", "各部门正在说明哪些要验收")
    advise(life.official("approver", "2027-07-06 15:00", "natural_resources"), life.name)
    for answer in GuidanceAnswer.objects.filter(answered_at=None).select_related("department").order_by("id"):
        rows = [{**row, "needed": "no"} for row in answer.matters]
        actor = life.live.county.actor("approver", answer.department.key)
        answer_guidance(actor=actor, answer_id=answer.pk, matters=rows, at=at("2027-07-06 16:00"))
    desk = life.official("approver", "2027-07-12 10:00", "natural_resources")
    desk.take(life.name, "核验")
    while (forms := desk.forms("记录核验结果")).count():
        form = forms.first
        desk.choose("核验结果", "达到要求", form)
        if form.get_by_label("验收意见文号").count():
            desk.fill("验收意见文号", f"验〔2027〕{life.project.pk}号", form)
        desk.press("记录核验结果", within=form)
    desk.reads("已竣工", "已达到要求 4 / 4")
    company.travel("2027-07-12 15:00")
    company.go(f"/projects/{life.project.pk}/completion/")
    company.reads("验收通过", "项目可以投入使用")


def credit_with_consent(life: Life) -> None:
    """Two points more: consented by the principal, carried out by the convener; and the certificate turns green."""
    principal = life.official("principal", "2027-07-13 09:30")
    principal.go("/staff/credit/")
    principal.follow(life.company.unit.name)
    principal.reads("79 分，B 级", "81 分，A- 级")
    principal.fill("审签意见", "情况属实，同意")
    principal.press("同意")
    principal.reads("已同意，转总召集人执行")
    convener = life.official("general_convener", "2027-07-13 15:00")
    convener.go("/staff/credit/")
    convener.follow(life.company.unit.name)
    convener.press("执行")
    convener.reads("已执行")
    certificate(life, "2027-07-13 16:00", "g-green", "A-")
    company = life.owner("2027-07-13 16:00")
    company.go("/credit/")
    company.reads("81 分")


def test_a_company_and_an_approver_with_nothing_but_a_phone(live: Live) -> None:
    live.script = True
    company = live.company("甘肃保安腰刀文旅有限公司")
    project = guided(live.county, company, name="大河家镇乡村旅游接待中心")
    phone = live.sits(company.person, "2026-11-06 09:00", "phone-unit", PHONE, thumbs=True)
    phone.go("/projects/")
    phone.reads("大河家镇乡村旅游接待中心", PERMIT)
    phone.follow("一张图")
    assert not phone.page.locator(".wires").is_visible()
    phone.follow(PERMIT, exact=True)
    phone.reads("办事指南", "10 个工作日")
    phone.follow("去承诺")
    phone.tick("已经读过承诺书")
    phone.press("签署并公示")
    phone.reads("正在公示")
    soil = MapItem.objects.select_related("department").get(project=project, name=SOIL)
    phone.go(f"/items/{soil.pk}/submit/")
    hand_in(phone)
    approver = live.official(
        "approver", "2026-11-06 15:00", "phone-approver", soil.department.key, size=PHONE, thumbs=True
    )
    approver.take(SOIL, project.name)
    approver.press("受理")
    approver.reads("已受理", "剩 16 个工作日")
