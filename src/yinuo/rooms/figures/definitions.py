"""What each figure counts, of which day, and what it leaves out: one sentence, said under the figure, by the API and in
docs/figures.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """`case` names one case, `counter` how cases are counted, `parts` and `marks` say in words how a case counts."""

    title: str
    text: str
    case: str
    counter: str
    parts: Mapping[str, str]
    marks: Mapping[str, str]


KEPT = {"on_time": "按时", "late": "超期", "untimed": "没有期限"}
LIGHTS = {"red": "红灯", "yellow": "黄灯", "green": "绿灯", "paused": "暂停", "unit": "等项目单位"}

DEFINITIONS: Mapping[str, Definition] = {
    "promises": Definition(
        "清单外事项承诺办理率",
        "时段内准予的负面清单以外的事项，不论部门是否已公布实行承诺制，其中按信用承诺办理的占多少；以决定之日计，只数改革已覆盖的项目类型，备案本身不算。",
        "准予的事项",
        "件",
        {
            "promised": "按信用承诺办理",
            "regular": "可以承诺而按常规办理",
            "barred": "部门没有公布实行，或者该单位、该项目不能承诺",
        },
        {},
    ),
    "coverage": Definition(
        "新备案项目“一张图”覆盖率",
        "时段内备案的项目，已有“一张图”的占应有的多少；以备案之日计，还在复核、辅导期限以内的另列而不计入分母，没有“一张图”就撤回、终止的不计。",
        "备案项目",
        "个",
        {"covered": "已有“一张图”", "in_time": "还在复核、辅导期限以内", "missing": "过了期限仍没有"},
        {},
    ),
    "landings": Definition(
        "从立项到落地的天数",
        "时段内落地的项目，从备案、核准、审批立项到最后一个开工前事项办结的自然日，含企业自己的时间；以落地之日计，有开工前事项按信用承诺准予的算“按承诺”，其余算“常规”。",
        "落地的项目",
        "个",
        {"commitment": "按承诺", "regular": "常规"},
        {"before": "在所选日期以前立项", "after": "自所选日期起立项"},
    ),
    "decisions": Definition(
        "事项用时和按时办结率",
        "时段内作出决定的申请，从收件到决定的自然日，含公示和暂停；以决定之日计，共享区域评估结果的和备案本身不计。按时看决定所结束的那一只钟，没有期限的（如不予受理）不计入按时率。",
        "作出决定的申请",
        "件",
        KEPT,
        {key: f"法定{words}" for key, words in KEPT.items()},
    ),
    "runs": Definition(
        "计时的天数",
        "时段内开着的事项办理时钟，各计它在时段以内的自然日，含暂停；收件审查的时钟不计，还没有办结的计到现在。",
        "计时的事项时钟",
        "只",
        {"running": "计时中", "paused": "暂停", "done": "已办结", "cancelled": "已取消"},
        {},
    ),
    "pauses": Definition(
        "暂停的时间占多少",
        "时段内事项办理时钟停着的自然日，占它们开着的自然日的多少；跨出时段的只计时段以内的部分，由谁暂停看按下暂停的人，系统代为暂停的没有办理人。",
        "暂停",
        "次",
        {},
        {},
    ),
    "open": Definition(
        "现在的灯",
        "此刻还没有办完的待办，按此刻的灯；等项目单位的和暂停计时的另列，不随时段变化。",
        "在办的待办",
        "件",
        LIGHTS,
        {},
    ),
    "lights": Definition(
        "时段内的灯",
        "时段内亮过黄灯、红灯的事项，每件每种灯只计第一次，记在当时的办理人名下（与大厅评分同一口径）；绿灯是时段内计过时、到时段末没有亮过灯的事项。",
        "事项的灯",
        "件",
        LIGHTS,
        {},
    ),
    "reviews": Definition(
        "好差评",
        "时段内给出的评价，好评占全部评价的多少；以评价之日计，申诉成立的仍是评价而不算差评。",
        "评价",
        "条",
        {"good": "好评", "fair": "基本满意", "bad": "差评", "set_aside": "申诉成立，不计差评"},
        {"open": "整改中", "closed": "已办结"},
    ),
    "warnings": Definition(
        "异常预警",
        "时段内发现的预警，以发现之日计；办结用时是从发现到办结的自然日，没有办结的不计用时。",
        "预警",
        "条",
        {},
        {},
    ),
    "projects": Definition(
        "投资项目",
        "时段内立项、没有撤回和终止的项目，按国标行业门类和所处阶段计个数和总投资；以立项之日计，总投资以万元计，按最近一次变更后的数。",
        "立项的项目",
        "个",
        {"preparing": "前期手续", "landed": "已落地，待开工", "building": "在建", "completed": "已竣工"},
        {},
    ),
}
