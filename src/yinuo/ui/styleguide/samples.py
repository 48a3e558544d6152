"""Invented data for the style guide: names, projects and figures stand for nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from yinuo.engine.people.contact import Contact
from yinuo.ui.components.shapes import (
    Account,
    Card,
    Cell,
    Column,
    Event,
    Fact,
    InboxRow,
    MapStage,
    NavGroup,
    NavItem,
    PrintLine,
    RankRow,
    Row,
    Task,
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a proof, as the clock gives it."""

    on: date
    working: bool
    paused_hours: Decimal
    used_hours: Decimal
    left_hours: Decimal
    source: str
    cites: tuple[str, ...] = ()
    provisional: bool = False


def frame() -> dict[str, Any]:
    """What the page's frame shows."""
    return {
        "county": "积石山县",
        "contact": Contact("积石山县政务大厅", "0930-0000099", "吹麻滩镇", "工作日 08:30—12:00、14:30—18:00"),
        "phase": "demonstration",
        "nav": [
            NavItem("我的项目", "#", current=True),
            NavItem("办事指南", "#"),
            NavItem("承诺专区", "#"),
            NavItem("信用", "#"),
        ],
        "account": Account("马晓云", "积石山绿源有机肥有限公司", [NavItem("我的资料", "#"), NavItem("消息", "#")]),
        "breadcrumbs": [NavItem("首页", "#"), NavItem("组件")],
    }


def lists() -> dict[str, Any]:
    """Lists, tables and navigation."""
    return {
        "rows": [
            Row("项目名称", "年产 5 万吨有机肥加工项目", "#"),
            Row("项目代码", "2611-622927-04-01-123452"),
            Row("建设地点", "", "#"),
        ],
        "tasks": [
            Task("填写备案信息", "已完成", "", "#"),
            Task("签信用承诺书", "待办", "blue", "#", "签名后进入公示"),
            Task("申报开工", "还不能办", "", "", "等：建筑工程施工许可"),
            Task("补正环评材料", "要改", "red", "#"),
        ],
        "columns": [
            Column("项目与事项"),
            Column("项目单位"),
            Column("总投资（万元）", "number"),
            Column("公示止", "date"),
            Column("操作", "action"),
        ],
        "lines": [
            [
                Cell("环境影响报告表审批", "#", "年产 5 万吨有机肥加工项目"),
                "积石山绿源有机肥有限公司",
                "8\u00a0600",
                "2026-11-26",
                Cell("看承诺", "#"),
            ],
            [
                Cell("建设工程规划许可证", "#", "大河家镇乡村旅游接待中心"),
                "甘肃保安腰刀文旅有限公司",
                "1\u00a0250",
                "2026-11-30",
                Cell("看承诺", "#"),
            ],
        ],
        "score_columns": [Column("月份"), Column("得分", "number")],
        "score_rows": [["7月", "98.6"], ["8月", "99.2"], ["9月", "97.9"], ["10月", "101.3"], ["11月", "103.4"]],
        "pace_columns": [Column("月份"), Column("常规办理", "number"), Column("信用承诺", "number")],
        "pace_rows": [["8月", "41", "12"], ["9月", "38", "17"], ["10月", "44", "25"], ["11月", "29", "31"]],
        "views": [
            NavItem("一张图", "#", current=True),
            NavItem("列表", "#"),
            NavItem("时间轴", "#"),
            NavItem("打印", "#"),
        ],
        "groups": [
            NavGroup(
                "",
                [
                    NavItem("我的", "#", current=True, count=14),
                    NavItem("本部门", "#", count=31),
                    NavItem("超期", "#", count=1, alarm=True),
                    NavItem("前期辅导", "#", count=3),
                ],
            ),
            NavGroup("我存的筛选", [NavItem("A 级优先", "#", count=4)]),
        ],
        "events": [
            Event(
                datetime(2026, 11, 24, 1, 12, tzinfo=UTC),
                "进入公示",
                "公示期 5 个工作日，任何人可以提出异议。",
                "州生态环境局积石山分局",
                "#",
                "notice",
            ),
            Event(datetime(2026, 11, 20, 8, 0, tzinfo=UTC), "暂停计时", "专家评审", "陈玉梅", state="paused"),
            Event(date(2026, 11, 3), "备案，当场赋码", who="积石山绿源有机肥有限公司"),
        ],
        "days": [
            Day(date(2026, 9, 28), True, Decimal(0), Decimal(0), Decimal(35), "受理当日不计入"),
            Day(date(2026, 9, 29), True, Decimal(0), Decimal(7), Decimal(28), "工作日"),
            Day(
                date(2026, 9, 30),
                True,
                Decimal("3.5"),
                Decimal("3.5"),
                Decimal("24.5"),
                "工作日",
                ("xzxkf#第四十五条",),
            ),
            Day(date(2026, 10, 1), False, Decimal(0), Decimal(0), Decimal("24.5"), "国庆节"),
        ],
        "rank": [
            RankRow("永靖县政务大厅", "104.6", 96, "#"),
            RankRow("临夏市政务大厅", "103.1", 90),
            RankRow("积石山县政务大厅", "101.9", 84, own=True),
        ],
        "lines_print": [
            PrintLine("项目代码", "2611-622927-04-01-123452"),
            PrintLine("项目单位", "积石山绿源有机肥有限公司"),
        ],
        "made_at": datetime(2026, 11, 24, 2, 0, tzinfo=UTC),
    }


def board() -> dict[str, Any]:
    """A small map with every state, its facts and an inbox."""
    path = "建设工程规划许可证"
    stages = [
        MapStage(
            "立项",
            "县发展改革局",
            [
                Card(
                    "filing",
                    "企业投资项目备案",
                    "#",
                    "done",
                    tags=["秒批"],
                    who="县发展改革局 · 马成",
                    when="11月3日 09:12 · 用时 4 秒",
                    action="评价",
                    action_url="#",
                    on_path=True,
                ),
                Card(
                    "site",
                    "建设项目用地预审与选址意见书",
                    "#",
                    "done",
                    who="县自然资源局 · 杨国栋",
                    when="11月11日 · 5 个工作日",
                    on_path=True,
                ),
                Card(
                    "hazard",
                    "地质灾害危险性评估",
                    "#",
                    "done",
                    word="免办",
                    tags=["区域评估"],
                    who="唐集工业集中区管委会",
                    when="共享 2025 年区域评估成果",
                    action="查看成果",
                    action_url="#",
                ),
            ],
            3,
            3,
        ),
        MapStage(
            "用地规划建设许可",
            "县自然资源局",
            [
                Card(
                    "land",
                    "建设用地规划许可证",
                    "#",
                    "red",
                    word="超期 3 个工作小时",
                    who="县自然资源局 · 杨国栋",
                    when="应于 11月24日 12:00 办结",
                    problem="已启动协调：11月24日 15:00 会商",
                    action="查看",
                    action_url="#",
                ),
                Card(
                    "planning",
                    path,
                    "#",
                    "yellow",
                    who="县自然资源局 · 赵永红",
                    when="明天 18:00 前 · 11月25日",
                    action="补充材料",
                    action_url="#",
                    on_path=True,
                    changed="变为预警",
                ),
                Card(
                    "eia",
                    "环境影响报告表审批",
                    "#",
                    "notice",
                    tags=["承诺"],
                    who="州生态环境局积石山分局 · 祁志强",
                    when="公示还剩 2 个工作日",
                    action="看承诺",
                    action_url="#",
                ),
                Card(
                    "soil",
                    "水土保持方案审批",
                    "#",
                    "paused",
                    who="县水土保持工作站 · 陈玉梅",
                    when="专家评审中 · 已停 3 个工作日",
                    action="看原因",
                    action_url="#",
                ),
            ],
            0,
            4,
        ),
        MapStage(
            "施工许可",
            "县住房城乡建设局",
            [
                Card(
                    "fire",
                    "建设工程消防设计审查",
                    "#",
                    "wait",
                    who="县住房城乡建设局 · 王建平",
                    when="等：建设工程规划许可证",
                    on_path=True,
                ),
                Card(
                    "air",
                    "应建防空地下室报建",
                    "#",
                    "green",
                    tags=["并行"],
                    who="县住房城乡建设局 · 韩梅",
                    when="剩 4 个工作日 · 11月30日 18:00",
                    action="查看",
                    action_url="#",
                ),
                Card(
                    "energy",
                    "固定资产投资项目节能审查",
                    "#",
                    "ready",
                    tags=["可承诺"],
                    who="县发展改革局 · 马成",
                    when="现在可以申报",
                    action="去办理",
                    action_url="#",
                ),
            ],
            0,
            3,
        ),
        MapStage(
            "竣工验收",
            "县住房城乡建设局",
            [
                Card("joint", "联合竣工验收", "#", "wait", who="县住房城乡建设局 牵头", when="开工后办理"),
                Card("old", "节水设施验收", "#", "ended", who="县水务局", when="项目变更后不再需要"),
            ],
            0,
            1,
        ),
    ]
    facts = [
        Fact("预计落地", "2026年12月29日", note="还需 25 个工作日", url="#", link="怎么算的", main=True),
        Fact(
            "决定工期的一串事项", "", chain=["规划许可证", "消防设计审查", "施工许可"], note="其余事项并行，不影响落地"
        ),
        Fact("已办结", 4, unit="/ 14", done=4, total=14),
        Fact("可以更快", "提前 4 个工作日", note="建设工程规划许可证改走承诺制", url="#", link="比较两条路"),
    ]
    wires = ["M128 218V236", "M256 299H284V299H312", "M568 299H596V155H624"]
    return {
        "stages": stages,
        "facts": facts,
        "wires": wires,
        "inbox": _inbox(path),
    }


def _inbox(path: str) -> list[InboxRow]:
    return [
        InboxRow(
            "1",
            "建设用地规划许可证",
            "#",
            "red",
            "超期 3 个工作小时",
            "积石山县建材物流园一期",
            "积石山宏达建材有限公司",
            "C+",
            ["已启动协调"],
            100,
            80,
            "应于 11月24日 12:00 办结",
        ),
        InboxRow(
            "2",
            path,
            "#",
            "yellow",
            "明天 18:00 前",
            "年产 5 万吨有机肥加工项目",
            "积石山绿源有机肥有限公司",
            "A-",
            [],
            86,
            80,
            "11月25日 18:00 止 · 共 5 个工作日",
        ),
        InboxRow(
            "3",
            "建设项目用地预审与选址意见书",
            "#",
            "green",
            "剩 3 个工作日",
            "唐集工业集中区标准厂房",
            "积石山县城投公司",
            "unrated",
            ["窗口收件"],
            40,
            80,
            "11月27日 18:00 止",
        ),
        InboxRow(
            "4",
            "建设工程规划条件核实",
            "#",
            "paused",
            "暂停",
            "吹麻滩镇集中供热二期",
            "县住建局",
            "",
            ["专家评审"],
            52,
            80,
            "已停 3 个工作日",
            "看原因",
            "",
            True,
        ),
    ]
