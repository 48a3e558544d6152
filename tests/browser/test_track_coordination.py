"""“1+X” played by its roles: the case put, the stage's convener starts it, a meeting, a department's word, the
conclusion; the map tells.
"""

from __future__ import annotations

import pytest

from tests.apps.gaps import item_of
from tests.apps.test_onemap import guided, hand_in
from tests.browser.live import PHONE, Live, at, closing_time, live
from yinuo.rooms.onemap.actions import accept
from yinuo.rooms.onemap.models import Coordination, MapItem

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
SOIL = "soil_conservation"


def test_a_special_case_is_coordinated_and_the_map_tells_the_company(live: Live) -> None:
    company = live.company("积石山绿源有机肥有限公司", "79")
    item = item_of(guided(live.county, company))
    hand_in(company, item, at("2026-11-06 09:00"))
    accept(actor=live.county.actor("approver", SOIL), item_id=item.pk, at=at("2026-11-06 15:00"))
    live.county.person("stage_convener", "natural_resources", item.stage)
    live.county.person("approver", "housing")
    live.let_in()
    put(live, item)
    started(live, item)
    owner = live.sits(company.person, "2026-11-10 12:00", "coordination-map", PHONE)
    owner.go(f"/projects/{item.project_id}/map/")
    owner.reads("“1+X”协调中", "牵头", "如果今天恢复，应于", "1+X")
    owner.go(f"/items/{item.pk}/")
    owner.reads("“1+X”协调中")
    live.everybody_leaves()
    heard_and_concluded(live, item)
    assert MapItem.objects.get(pk=item.pk).state == "accepted"


def put(live: Live, item: MapItem) -> None:
    desk = live.official("approver", "2026-11-10 09:00", "coordination-put", SOIL)
    desk.go(f"/staff/items/{item.pk}/")
    desk.follow("提请“1+X”协调")
    desk.fill("需要协调的问题", "总平面与规划道路红线交叉，需要一并调整。")
    desk.tick("住建局")
    desk.press("提请协调")
    desk.reads("启动以前计时照常", "待牵头部门决定")
    live.everybody_leaves()


def started(live: Live, item: MapItem) -> None:
    head = live.official(
        "stage_convener", "2026-11-10 11:00", "coordination-start", "natural_resources", stage=item.stage
    )
    head.take("协调")
    head.reads("启动协调", "最长 10 个工作日", "红线交叉")
    head.press("启动协调")
    head.reads("受影响事项暂停计时", "因协调暂停")
    head.unfold("召集会议")
    head.fill("开会的日期", "2026-11-12")
    head.fill("时间", "09:30")
    head.fill("地点", "大厅三楼会议室")
    head.press("通知开会")
    head.reads("已通知参加的部门", "大厅三楼会议室")
    live.everybody_leaves()


def heard_and_concluded(live: Live, item: MapItem) -> None:
    made = Coordination.objects.get()
    other = live.official("approver", "2026-11-12 10:00", "coordination-opinion", "housing", size=PHONE)
    other.go("/staff/coordination/")
    other.follow("红线交叉")
    other.fill("本部门的意见", "不影响市政管线，同意微调。")
    other.press("提出意见")
    other.reads("意见已记下", "不影响市政管线")
    head = live.official(
        "stage_convener", "2026-11-13 15:00", "coordination-end", "natural_resources", stage=item.stage
    )
    head.go(f"/staff/coordination/{made.pk}/")
    head.fill("协调形成的意见", "总平面西移 1.5 米，各部门按新方案继续审查。")
    head.press("结束协调")
    head.reads("受影响事项恢复计时", "协调会议纪要")
    live.everybody_leaves()
