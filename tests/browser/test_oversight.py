"""A warning through the pages: seen by the supervisor, explained by the company, ordered, put right, checked and
closed.
"""

from __future__ import annotations

import pytest

from tests.apps.test_onemap import guided
from tests.browser.live import PHONE, Live, at, closing_time, live
from tests.browser.walking import material
from yinuo.rooms.oversight.models import AnomalyWarning

__all__ = ["closing_time", "live"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_start_seen_before_its_approvals_is_warned_of_answered_put_right_and_closed(live: Live) -> None:
    company = live.company("积石山绿源有机肥有限公司")
    project = guided(live.county, company)
    watcher = live.official("supervisor", "2026-11-06 09:30", "oversight-supervisor", "government_services", size=PHONE)
    watcher.go(f"/staff/projects/{project.pk}/records/")
    watcher.reads("还没有监管记录")
    watcher.follow("开工线索")
    watcher.press("登记", expect=422)
    watcher.reads("请选择来源", "请填写发现的情况")
    watcher.fill("来源", "巡查")
    watcher.fill("发现的情况", "基坑已经开挖，没有围挡。")
    watcher.press("登记")
    watcher.reads("开工线索已登记", "未批先建")
    live.everybody_leaves()

    made = AnomalyWarning.objects.select_related("department").get()
    assert made.department is not None
    owner = live.sits(company.person, "2026-11-06 10:00", "oversight-unit", PHONE)
    owner.go(f"/projects/{project.pk}/")
    owner.reads("预警：未批先建")
    owner.follow("看预警和处置")
    owner.fill("说明情况", "施工队提前进场，已经叫停。")
    owner.press("提交说明")
    owner.reads("已收到您的说明")
    live.everybody_leaves()

    office = live.official("approver", "2026-11-06 11:00", "oversight-office", made.department.key)
    office.go(f"/staff/projects/{project.pk}/map/")
    office.follow("看预警和处置")
    office.reads("施工队提前进场，已经叫停。")
    office.fill("改正什么、达到什么要求", "停止开挖，回填并设置围挡。")
    office.fill("改正的期限（工作日）", "5")
    office.press("责令改正")
    office.reads("已责令改正", "项目单位改正到")
    live.everybody_leaves()

    owner = live.sits(company.person, "2026-11-09 10:00", "oversight-unit")
    owner.go(f"/warnings/{made.pk}/")
    owner.reads("请限期改正", "停止开挖，回填并设置围挡。")
    form = owner.form("报告")
    owner.fill("改正的情况", "已经回填并设置围挡。", form)
    form.locator("input[type=file]").set_input_files(material("整改照片"))
    owner.press("报告", within=form)
    owner.reads("已收到改正情况")
    live.everybody_leaves()

    office = live.official("approver", "2026-11-10 09:00", "oversight-office", made.department.key, size=PHONE)
    office.go(f"/staff/warnings/{made.pk}/")
    office.choose("处置的结果", "已纠正")
    office.fill("处置的情况和理由", "现场核查，已经改正到位。")
    office.press("办结预警")
    office.reads("预警已办结", "已纠正")
    made.refresh_from_db()
    assert (made.outcome, made.closed_at) == ("corrected", at("2026-11-10 09:00"))
    live.everybody_leaves()
