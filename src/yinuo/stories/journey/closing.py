"""From the first sod to the settled credit: reports, completion, points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yinuo.stories.journey import acts
from yinuo.stories.journey.acts import clause
from yinuo.stories.journey.handling import number
from yinuo.stories.journey.player import Player, moment

REPORT_LAW = [clause("附件2·第十八条")]
BUILDERS = (
    ("survey", "中地工程勘察"),
    ("design", "正和建筑设计"),
    ("construction", "兴隆建设工程"),
    ("supervision", "信诚工程监理"),
)
Unmet = Callable[[dict[str, Any]], bool]


def report(p: Player, kind: str, what: str, **more: Any) -> None:
    body = {"kind": kind, "on": p.today.isoformat(), **more}
    p.post(p.owner, what, f"/projects/{p.project}/reports", body, law=REPORT_LAW, row="ProgressReport")


def builders(p: Player) -> None:
    """The units the company chose itself, reported (正文·三(七))."""
    from yinuo.core.codes import make_credit_code

    for place, (role, trade) in enumerate(BUILDERS, start=1):
        name = f"{p.place}{trade}有限公司"
        code = make_credit_code(acts.region(p), f"{place * 1_234_567:08d}")
        body = {"role": role, "name": name, "credit_code": code, "qualification": "乙级"}
        p.post(
            p.owner,
            f"报备参建单位：{name}",
            f"/projects/{p.project}/participants",
            body,
            law=[clause("正文·三(七)")],
            row="Participant",
        )


def build(p: Player, promises: list[dict[str, Any]]) -> None:
    """Start, builders, progress, investment, what was done for each promise, completion."""
    p.later(60, "17:00")
    report(p, "start", "报送开工信息")
    builders(p)
    p.later(150, "17:00")
    report(p, "progress", "报送建设进度", percent=60, text="主体结构封顶")
    report(p, "investment", "报送完成投资", invested="5200")
    for commitment in promises:
        files = [p.upload(p.owner, "履约照片.pdf")]
        body = {"text": f"“{commitment['matter']}”的各项要求按承诺落实", "evidence": files}
        path = f"/commitments/{commitment['id']}/fulfilment"
        p.post(
            p.owner,
            f"报告履约情况：{commitment['matter']}",
            path,
            body,
            law=[clause("正文·三(四)")],
            row="FulfilmentReport",
        )
    p.later(180, "17:00")
    report(p, "progress", "报送建设进度", percent=100)
    report(p, "completion", "报送竣工信息")


def apply(p: Player, **body: Any) -> dict[str, Any]:
    """Completion applied for, and the second guidance answered: every verification on the map is needed."""
    p.later(1, "09:00")
    answer = p.post(
        p.owner,
        "申请竣工验收",
        f"/projects/{p.project}/completion",
        body,
        law=[clause("正文·三(八)")],
        row="CompletionVerification",
    )
    acts.guide(p, "completion", lambda matter: "yes")
    return dict(answer)


def inspect(p: Player, completion: int, unmet: Unmet = lambda point: False) -> dict[str, Any]:
    """Every point still open verified, promise by promise, in the map's order; returns the completion as it stands
    then.
    """
    p.later(3, "10:00")
    for point in p.peek(p.owner, f"/projects/{p.project}/completion")["points"]:
        if not point["pending"]:
            continue
        bad = unmet(point)
        who = p.approver(point["department"])
        body: dict[str, Any] = {"met": not bad, "note": "现场与承诺不符" if bad else "", "document_number": ""}
        if point["commitment"]:
            body |= {"commitment_id": point["commitment"], "requirement": point["requirement"]}
            what = f"核验承诺 #{point['commitment']} 第 {point['requirement'] + 1} 项：{point['text']}"
        else:
            body |= {"item_id": point["item"], "document_number": number(p, "验字")}
            what = f"核验：{point['text']}"
        shown = ["未达到要求：现场与承诺不符"] if bad else ["达到要求"]
        p.post(
            who,
            what,
            f"/completions/{completion}/findings",
            body,
            law=["verification.limit"],
            row="Finding",
            shows=lambda answer, shown=shown: shown,
        )
    now = p.get(
        p.owner, "查看竣工验收结果", f"/projects/{p.project}/completion", law=[clause("正文·三(八)")], shows=_result
    )
    return dict(now)


def out_of_turn(p: Player, completion: int) -> None:
    """A verification whose prerequisites are not concluded is not decided."""
    points = p.peek(p.owner, f"/projects/{p.project}/completion")["points"]
    last = [point for point in points if point["item"] and not point["commitment"]][-1]
    body = {"item_id": last["item"], "met": True, "document_number": number(p, "验字")}
    path = f"/completions/{completion}/findings"
    p.post(
        p.approver(last["department"]),
        f"前置事项没有办结就办“{last['text']}”",
        path,
        body,
        refused="onemap.prerequisites",
        law=["verification.limit"],
    )


RESULTS = {
    "passed": "通过，可以投入使用",
    "rectifying": "限期整改",
    "failed": "未通过",
    "inspection": "验收中",
    "guidance": "二次辅导中",
}


def _result(answer: Any) -> list[str]:
    until = f"，至 {moment(answer['rectify_until'])[:10]}" if answer["rectify_until"] else ""
    return [f"第 {answer['round']} 轮：{RESULTS[answer['state']]}{until}"]


# -- points


def proposal(p: Player, unit: int = 0, about: str = "") -> dict[str, Any]:
    """The one proposal that waits for the principal, or the one whose basis names `about`."""

    def shown(answer: Any) -> list[str]:
        return [
            f"#{row['id']} {row['basis']}：预计 {row['expected_points']} 分；依据 {'、'.join(row['cites'])}"
            for row in answer["items"]
        ]

    path = f"/credit/proposals?state=proposed&unit={p.units[unit]['credit_code']}"
    answer = p.get(p.office("principal"), "查看待审签的加减分", path, law=[clause("附件2·第十九条")], shows=shown)
    found = [row for row in answer["items"] if about in row["basis"]]
    p.need(len(found) == 1, f"应有一条待审签的加减分，实际 {len(found)} 条")
    return dict(found[0])


def carry_out(p: Player, found: dict[str, Any]) -> dict[str, Any]:
    """Consented by the principal, carried out by the general convener: two further people."""
    p.later(1, "09:30")
    path = f"/credit/proposals/{found['id']}"
    consented = p.post(
        p.office("principal"),
        f"审签同意加减分 #{found['id']}",
        f"{path}/consent",
        {"note": "情况属实，同意", "version": found["version"]},
        law=[clause("附件2·第十九条"), clause("附件7·第十二条")],
        row="PointProposal",
    )

    def shown(answer: Any) -> list[str]:
        return [
            (
                f"{answer['why']}：{answer['points']} 分，现为 {answer['score_after']} 分（{answer['grade_before']} "
                f"→ {answer['grade_after']}）"
            )
        ]

    p.later(0, "15:00")
    event = p.post(
        p.office("general_convener"),
        f"执行加减分 #{found['id']}",
        f"{path}/execute",
        {"version": consented["version"]},
        law=[clause("附件2·第十九条"), clause("附件7·第九条")],
        row="CreditEvent",
        shows=shown,
    )
    return dict(event)
