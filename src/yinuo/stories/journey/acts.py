"""From the company's score to the drawn map: the acts every journey begins with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from yinuo.stories.journey.facts import facts
from yinuo.stories.journey.player import PUBLIC, Player, moment

EVALUATED = timedelta(days=18)
COLOURS = {"green": "绿", "blue": "蓝", "yellow": "黄", "red": "红", "white": "白"}


def clause(place: str) -> str:
    """An article of the county's own document, for what is no parameter of the pack; told where the pack's document has
    it.
    """
    return f"#{place}"


def region(p: Player) -> str:
    return str(p.rules.parameter("place.region", p.today).value)


def project_filed(answer: Any) -> int:
    return int(answer["project"]["id"])


def score(p: Player, points: str, unit: int = 0) -> None:
    """The public platform's evaluation is taken in as an event."""
    rows = [{"credit_code": p.units[unit]["credit_code"], "score": points, "on": (p.today - EVALUATED).isoformat()}]
    answer = p.post(
        p.office("administrator"),
        f"导入{p.units[unit]['name']}的公共信用综合评价 {points} 分",
        "/credit/scores",
        {"source": "年度企业公共信用综合评价", "rows": rows},
        law=["credit.rebase", clause("附件2·第十六条")],
    )
    p.need(answer[0]["outcome"] == "imported", "评价没有导入")
    standing(p, unit)


def standing(p: Player, unit: int = 0) -> dict[str, Any]:
    """What the company has and gets today."""

    def shown(answer: Any) -> list[str]:
        head = (
            f"{answer['score']} 分，{answer['grade']} 级（{answer['class_name']}，"
            f"{COLOURS.get(answer['colour'], '白')}）"
        )
        last = answer["history"][0]
        return [
            head,
            f"最近变动：CreditEvent #{last['id']} {last['name']}",
            *(measure["text"] for measure in answer["measures"][:2]),
        ]

    answer = p.get(
        p.unit(unit), "查看本单位的信用分、等级与措施", f"/credit/units/{p.units[unit]['credit_code']}", shows=shown
    )
    return dict(answer)


def file(p: Player, unit: int = 0, **changes: Any) -> dict[str, Any]:
    """A filing that qualifies: code and certificate in one request."""

    def shown(answer: Any) -> list[str]:
        project = answer["project"]
        return [f"秒批秒办：项目代码 {project['code']}，信用备案证 {project['certificate']}"]

    answer = p.post(
        p.unit(unit),
        "申报备案项目，作出备案信用承诺",
        "/projects",
        {"facts": facts(p, **changes), "pledged": True},
        law=["filing.instant_kinds"],
        follow=project_filed,
        shows=shown,
    )
    p.need(answer["project"]["instant"] and answer["project"]["code"], "没有当场赋码、批复")
    return dict(answer["project"])


def verify(p: Player, project: dict[str, Any], unit: int = 0) -> dict[str, Any]:
    """What anybody sees who scans the certificate's QR code."""

    def shown(answer: Any) -> list[str]:
        seal = answer["certificate"]
        kept = [f"{row['matter']}：{row['state']}／{row['fulfilment']}" for row in answer["commitments"]]
        colour = COLOURS[seal["colour"]]
        return [
            (
                f"{answer['state_label']}；备案证底色{colour}，字母 {seal['letter']}（{seal['grade']} 级，"
                f"{seal['class_name']}）"
            ),
            *kept,
        ]

    answer = p.get(
        PUBLIC,
        "扫备案证二维码核验",
        f"/verify/{project['code']}/{p.units[unit]['credit_code']}",
        law=[clause("附件2·第十三条")],
        shows=shown,
    )
    return dict(answer["certificate"])


def review(p: Player) -> None:
    p.later(0, "15:00")
    path = f"/projects/{p.project}/confirm-review"
    p.post(p.filing_unit(), "一个工作日内复核确认，转各部门辅导", path, law=["review.limit", clause("正文·三(三)")])


def guide(p: Player, kind: str = "pre_start", needed: Callable[[dict[str, Any]], str] | None = None) -> None:
    """Every department asked answers within its two working days; where the facts leave it open, `needed` decides."""
    p.later(1, "10:00")
    first = kind == "pre_start"
    for row in p.peek(p.owner, f"/projects/{p.project}/guidance"):
        if row["answered_at"] or row["kind"] != kind:
            continue
        decide = needed or (lambda matter: "no" if matter["needed"] == "unknown" else matter["needed"])
        matters = [{**matter, "needed": decide(matter)} for matter in row["matters"]]
        names = "、".join(matter["name"] for matter in matters if matter["needed"] == "yes") or "无"
        p.post(
            p.approver(row["department"]),
            "反馈前期辅导意见" if first else "反馈二次辅导意见",
            f"/guidance/{row['id']}",
            {"matters": matters, "version": row["version"]},
            law=["guidance.limit" if first else "completion.guidance.limit"],
            shows=lambda answer, names=names: [f"需要办理：{names}"],
        )


def see_map(p: Player, what: str = "打开一张图") -> dict[str, Any]:
    def shown(answer: Any) -> list[str]:
        names = {item["matter_id"]: item["name"] for item in answer["items"]}
        faster = [
            f"“{names[row['id']]}”改{ROUTES.get(row['route'], row['route'])}，提前 {row['saves_working_days']} 个工作日"
            for row in answer["faster"]
        ]
        landed = (
            [f"{moment(answer['landed_at'])[:10]} 已落地"]
            if answer["landed_at"]
            else [f"预计 {answer['landing_on']} 落地"]
        )
        chain = [f"关键链：{' → '.join(names[name] for name in answer['critical'])}"] if answer["critical"] else []
        return [f"{answer['total']} 个事项，已办结 {answer['done']} 个，{landed[0]}", *chain, *faster]

    answer = p.get(p.owner, what, f"/projects/{p.project}/map", law=[clause("正文·三(三)")], shows=shown)
    return dict(answer)


ROUTES = {"commitment": "走信用承诺", "regular": "常规办理", "regional": "用区域评估成果"}


def begun(p: Player, *trades: str) -> None:
    """Fresh companies of the place, by what they do, on the day the journey begins."""
    p.gather(*(f"{p.place}{trade}有限公司" for trade in trades))
