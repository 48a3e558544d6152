"""A new company, from the home page to its certificate, with nobody at a keyboard but whom the way needs: by the page
and at the window.
"""

from __future__ import annotations

import re

import pytest

from tests.browser.live import DESKTOP, PHONE, AtTheBrowser, Live, closing_time, live
from tests.browser.walking import PDF, fill_filing
from yinuo.core.codes import make_credit_code
from yinuo.engine.notices.models import Message
from yinuo.engine.people.models import AuthorisedPerson, Person
from yinuo.rooms.accounts.models import Admission
from yinuo.rooms.projects.models import Project

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "hua-jiao-2026"


def code_to(phone: str) -> str:
    """What the telephone shows."""
    found = re.search(r"验证码 (\d{6})", Message.objects.filter(template="code", phone=phone).latest("queued_at").body)
    assert found
    return found[1]


def paper(desk: AtTheBrowser, name: str, title: str) -> None:
    desk.page.locator(f"input[name={name}]").set_input_files(
        {"name": f"{title}.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )


def files(desk: AtTheBrowser, name: str) -> Project:
    """From the company's home to the certificate."""
    desk.follow("备案一个项目")
    desk.choose("涉及国家秘密", "不涉及")
    desk.press("继续")
    fill_filing(desk, project={"项目名称": name})
    desk.tick("本单位作出上述备案信用承诺")
    desk.press("提交备案")
    made = Project.objects.get(name=name)
    assert made.code
    desk.reads(made.code)
    assert desk.paper("下载信用备案证").startswith(b"%PDF")
    return made


def comes_to_join(live: Live, phone: str, name: str) -> AtTheBrowser:
    boss = live.anybody("2026-11-03 09:00", "entrance-boss", PHONE)
    boss.begin("/")
    boss.follow("备案一个项目")
    boss.follow("注册账号")
    boss.fill("手机号", phone)
    boss.press("获取验证码")
    boss.fill("短信验证码", code_to(phone))
    boss.fill("姓名", name)
    boss.fill("登录密码", PASSWORD)
    boss.press("注册")
    boss.reads("绑定单位")
    return boss


def test_online_with_the_hall_comparing_the_papers(live: Live) -> None:
    live.official("window", "2026-11-03 09:00", "entrance-clerk", "government_services")
    boss = comes_to_join(live, "13993010001", "韩新来")
    unit = "积石山县河湾食品有限公司"
    boss.fill("统一社会信用代码", make_credit_code("622927", "80000001"))
    boss.fill("单位名称", unit)
    boss.fill("法定代表人", "马河湾")
    paper(boss, "licence", "执照")
    paper(boss, "letter", "委托书")
    boss.press("提交，等大厅核对")
    boss.reads("等政务大厅核对", unit)
    assert boss.clicks <= 6
    clerk = live.official("window", "2026-11-03 10:00", "entrance-clerk", "government_services")
    clerk.begin("/staff/window/")
    clerk.follow("个单位在线申请入驻")
    clerk.follow(unit)
    clerk.press("通过，马上生效")
    clerk.reads(f"{unit}：已通过")
    assert clerk.clicks == 3
    assert Admission.objects.get(unit_name=unit).binding_id
    boss.go("/start/")
    files(boss, "河湾食品加工项目")
    assert boss.clicks <= 17


def test_at_the_window_an_account_on_the_spot(live: Live) -> None:
    phone, unit = "13993010002", "积石山县大墩腰刀有限公司"
    clerk = live.official("window", "2026-11-03 14:40", "entrance-window", "government_services", size=DESKTOP)
    clerk.begin("/staff/window/units/new/")
    clerk.fill("统一社会信用代码", make_credit_code("622927", "80000002"))
    clerk.fill("单位名称", unit)
    clerk.fill("法定代表人", "马老板")
    clerk.press("登记，接着登记来访")
    clerk.fill("来访人姓名", "马老板")
    clerk.page.locator("[name=identity_kind]").select_option("passport")
    clerk.fill("证件号码", "E12345678")
    clerk.choose("凭什么代表这个单位", "法定代表人本人")
    clerk.fill("来办什么", "开通账号")
    clerk.press("登记，开始办理")
    clerk.follow("开通或者找回账号")
    clerk.fill("来访人的手机号", phone)
    clerk.press("发送验证码")
    clerk.fill("短信验证码", code_to(phone))
    clerk.press("身份和委托书已核对，开通")
    clerk.reads("已经可以代表", "139****0002")
    assert clerk.clicks == 5
    assert AuthorisedPerson.objects.get(person__phone=phone).may_sign
    clerk.press("结束来访，出回执")
    boss = live.anybody("2026-11-03 15:00", "entrance-boss-window", PHONE)
    boss.begin(Message.objects.filter(template="password_link", phone=phone).latest("queued_at").url)
    boss.fill("新密码", PASSWORD)
    boss.fill("再输一遍新密码", PASSWORD)
    boss.press("设置新密码")
    boss.go("/accounts/login/")
    boss.fill("手机号或者登录名", phone)
    boss.fill("密码", PASSWORD)
    boss.press("登录")
    files(boss, "腰刀展销中心项目")
    assert boss.clicks <= 14


def test_password_lost_telephone_changed_colleague_invited_and_the_last_who_stays(live: Live) -> None:
    company = live.company("积石山绿源有机肥有限公司")
    phone, other, third = "13993010003", "13993010004", "13993010005"
    Person.objects.filter(pk=company.person.pk).update(phone=phone, phone_verified_at="2026-01-01T00:00:00Z")
    lost = live.anybody("2026-11-04 09:00", "entrance-lost", PHONE)
    lost.begin("/accounts/login/")
    lost.follow("忘记密码")
    lost.fill("手机号", phone)
    lost.press("获取验证码")
    lost.fill("短信验证码", code_to(phone))
    lost.fill("姓名", company.person.name)
    lost.fill("新的登录密码", PASSWORD)
    lost.press("设置新密码")
    lost.fill("手机号或者登录名", phone)
    lost.fill("密码", PASSWORD)
    lost.press("登录")
    assert lost.clicks == 4
    lost.travel("2026-11-04 09:05")
    lost.go("/account/")
    lost.onward(lambda: lost.page.locator("a[href='/account/phone/']").click())
    lost.fill("新手机号", other)
    lost.press("获取验证码")
    lost.fill("原手机号收到的验证码", code_to(phone))
    lost.fill("新手机号收到的验证码", code_to(other))
    lost.press("确认")
    lost.reads("手机号已更换", "139****0004")
    lost.go("/persons/")
    lost.follow("终止")
    lost.reads("您是最后一位经办人")
    lost.follow("授权接手的人")
    lost.fill("姓名", "马接手")
    lost.fill("手机号", third)
    lost.fill("授权依据", "授权委托书〔2026〕3号")
    paper(lost, "letter", "授权委托书")
    lost.press("提交授权")
    lost.reads("等对方接受邀请", "马接手")
    colleague = live.anybody("2026-11-04 09:20", "entrance-colleague", PHONE)
    colleague.begin(Message.objects.filter(template="invited", phone=third).latest("queued_at").url)
    colleague.press("获取验证码")
    colleague.fill("短信验证码", code_to(third))
    colleague.fill("登录密码", PASSWORD)
    colleague.press("开通账号，接受邀请")
    colleague.reads("政务大厅核对委托书以后生效")
    assert colleague.clicks == 2
    convener = live.official("general_convener", "2026-11-04 10:00", "entrance-convener")
    convener.go("/staff/people/")
    convener.reads("马接手")
    convener.forms("确认").first.get_by_role("button").first.click()
    convener.page.wait_for_load_state()
    lost.travel("2026-11-04 10:10")
    lost.go("/accounts/login/?next=/persons/")
    lost.fill("手机号或者登录名", other)
    lost.fill("密码", PASSWORD)
    lost.press("登录")
    lost.onward(lambda: lost.page.locator(f"a[href='/persons/{company.binding.pk}/end/']").click())
    lost.fill("为什么终止", "离职")
    lost.press("终止授权")
    assert not AuthorisedPerson.objects.filter(person=company.person, to_on__isnull=True).exists()
