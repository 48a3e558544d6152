"""双随机、一公开 walked by its roles: announced, drawn, repeated in somebody's own browser, recorded on a phone,
answered, published.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.apps.inspecting import LEAD, VALUE, begun, confirmed, inspectors
from tests.browser.live import PHONE, Live, closing_time, live
from tests.core.test_draw import VALUE as ANY_VALUE
from tests.core.test_draw import announced as any_announcement
from yinuo.core.draw import draw, parse
from yinuo.engine.people.models import Person
from yinuo.rooms.inspections.models import RandomInspection
from yinuo.rooms.inspections.questions import questions_of

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_draw_is_announced_repeated_by_anybody_and_followed_to_its_result(live: Live) -> None:
    company = live.company("积石山绿源有机肥有限公司", "79")
    confirmed(live.county, company)
    inspectors(live.county, LEAD, 2)
    plan = begun(live.county)
    live.let_in()
    lead = live.official("approver", "2026-11-09 10:00", "inspections-plan", LEAD)
    lead.go(f"/staff/inspections/plans/{plan.pk}/")
    lead.press("公布计划和名录")
    lead.reads("名录、比例和种子的散列值从现在起不能再改", "公布的期限还没有满")
    lead.travel("2026-11-13 09:00")
    lead.go(f"/staff/inspections/plans/{plan.pk}/")
    lead.fill("开奖号码", VALUE)
    lead.tick("已与公开的开奖公告核对无误")
    lead.press("抽取")
    lead.reads("抽中的检查人员已经收到消息", "随机")
    live.everybody_leaves()
    repeated(live, plan.pk)
    row = RandomInspection.objects.select_related("plan", "project").get()
    visited(live, row)
    owner = live.sits(company.person, "2026-11-17 09:00", "inspections-company", PHONE)
    owner.go(f"/inspections/{row.pk}/")
    owner.reads("责令 5 个工作日内改正", "公示牌没有设在显著位置")
    owner.fill("怎样改正的", "已经移到大门右侧。")
    owner.press("报告")
    owner.reads("已提交", "待复查")
    live.everybody_leaves()
    lead = live.official("approver", "2026-11-17 10:00", "inspections-publish", LEAD)
    lead.go(f"/staff/inspections/{row.pk}/")
    lead.press("公示")
    lead.reads("结果已公示")
    public = live.anybody("2026-11-17 11:00", "inspections-public", PHONE)
    public.go(f"/random-inspections/{plan.pk}/")
    public.reads("责令限期改正")
    public.not_said("公示牌没有设在显著位置")
    live.everybody_leaves()


def repeated(live: Live, plan_id: int) -> None:
    """The page's own script comes to the same; and so it does for draws of every kind, and finds what was touched."""
    public = live.anybody("2026-11-13 10:00", "inspections-draw")
    public.go(f"/random-inspections/{plan_id}/")
    public.reads("按公布的内容、种子和公共随机值重算的结果")
    public.page.get_by_role("button", name="在我的浏览器里重算").click()
    public.page.get_by_text("您的浏览器算出的项目和检查人员与公布的完全相同").wait_for()
    check = (
        "async (file) => { const js = await import('/static/js/draw.js'); try { return await js.check(file) } catch "
        "(error) { return error.message } }"
    )
    for number in range(4):
        file = any_file(number)
        assert public.page.evaluate(check, file) is True
        assert public.page.evaluate(check, {**file, "result": {**file["result"], "directed": []}}) is False
    assert "种子" in public.page.evaluate(check, {**any_file(0), "seed": "11" * 32})
    live.everybody_leaves()


def any_file(number: int) -> dict[str, Any]:
    seed = hashlib.sha256(str(number).encode()).digest()
    told = any_announcement(seed, rates={"fewer": "1/16", "normal": "0.1", "more": "0.3"}, team=1 + number % 3)
    made = parse(told)
    value = "".join(one for one in ANY_VALUE if one.isdigit())
    return {
        "announcement": told, "announcement_sha256": made.digest(), "seed": seed.hex(), "value": value,
        "result": draw(made, seed, value).to_json(),
    }  # fmt: skip


def visited(live: Live, row: RandomInspection) -> None:
    first, second = (
        Person.objects.get(pk=one.inspector.person_id) for one in row.members.select_related("inspector").order_by("id")
    )
    keys = [one.key for one in questions_of(row)]
    site = live.sits(first, "2026-11-16 15:00", "inspections-site", PHONE)
    site.go(f"/staff/inspections/{row.pk}/")
    for key in keys:
        site.page.locator(f"input[name='{key}-answer'][value='{'no' if key == keys[0] else 'yes'}']").check()
    site.page.locator(f"[name='{keys[0]}-note']").fill("公示牌没有设在显著位置")
    site.choose("检查结果", "发现问题，责令限期改正")
    site.fill("几个工作日内改正", "5")
    site.fill("检查情况", "现场查看，公示牌设在工棚内。")
    site.press("记录并签名")
    site.reads("等其他检查人员签名", "还没有签齐")
    live.everybody_leaves()
    other = live.sits(second, "2026-11-16 16:00", "inspections-sign")
    other.go(f"/staff/inspections/{row.pk}/")
    other.press("签名")
    other.reads("已签名", "责令改正中")
    live.everybody_leaves()
