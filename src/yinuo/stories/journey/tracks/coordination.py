"""“1+X”: a case declined, one started; clocks stand still from the start to the conclusion, and the departments are
heard.
"""

from __future__ import annotations

from typing import Any

from yinuo.stories.journey import acts, handling
from yinuo.stories.journey.acts import clause
from yinuo.stories.journey.player import Player, moment

COMPANY = "绿源有机肥"
SOIL, PLAN = "soil_conservation_plan", "engineering_planning_permit"
NEEDS = (SOIL, PLAN)
LAW = [clause("附件6·四(二)3"), clause("附件7·第十条")]


def play(p: Player) -> None:
    acts.begun(p, COMPANY)
    acts.score(p, "79")
    p.later(1, "09:12")
    acts.file(p)
    acts.review(p)
    acts.guide(p)
    p.later(1, "09:00")
    soil, plan = item(p, SOIL), item(p, PLAN)
    for one in (soil, plan):
        handling.submit(p, one)
    p.later(0, "15:00")
    for one in (soil, plan):
        handling.accept(p, one)
    p.later(1, "09:00")
    declined(p, soil)
    made = started(p, soil, plan)
    heard(p, soil, made)
    concluded(p, soil, made)


def item(p: Player, matter: str) -> dict[str, Any]:
    return dict(
        next(row for row in p.peek(p.owner, f"/projects/{p.project}/map")["items"] if row["matter_id"] == matter)
    )


def declined(p: Player, soil: dict[str, Any]) -> None:
    """Asked for, and answered that it is no special case: no clock has stopped."""
    due = item(p, SOIL)["due_at"]
    handler, convener = p.handler(SOIL), p.office("general_convener")
    path = f"/items/{soil['id']}/coordinate"
    asked = p.post(
        handler, "提请协调：弃渣场选址", path, {"issue": "弃渣场选址需与自然资源局衔接"}, row="Coordination", law=LAW
    )
    path = f"/coordinations/{asked['id']}"
    p.post(handler, "审批人员自己启动协调", f"{path}/start", {}, refused="access.forbidden", law=LAW)
    p.post(
        convener,
        "召集人不启动，写明理由",
        f"{path}/decline",
        {"why": "两部门直接沟通即可"},
        law=["coordination.start_limit"],
    )
    p.need(item(p, SOIL)["due_at"] == due, "没有启动的协调不应影响计时")


def started(p: Player, soil: dict[str, Any], plan: dict[str, Any]) -> dict[str, Any]:
    handler, convener = p.handler(SOIL), p.office("general_convener")
    body = {"issue": "总平面与规划道路红线交叉，两项审批需要一并调整。", "items": [plan["id"]]}
    path = f"/items/{soil['id']}/coordinate"
    asked = p.post(handler, "提请协调：红线交叉", path, body, row="Coordination", law=LAW)
    p.post(handler, "同一事项再提一次", path, body, refused="onemap.coordinating", law=LAW)
    p.later(0, "11:00")
    made = p.post(
        convener, "启动“1+X”协调，受影响事项暂停计时", f"/coordinations/{asked['id']}/start", {}, law=LAW, shows=_shown
    )
    p.need(all(row["state"] == "paused" for row in made["items"]), "受影响事项没有暂停")
    handling.decide(p, soil, refused="onemap.state")
    handling.resume(p, soil, refused="onemap.in_coordination")
    return dict(made)


def heard(p: Player, soil: dict[str, Any], made: dict[str, Any]) -> None:
    path, convener = f"/coordinations/{made['id']}", p.office("general_convener")
    when = p.now.replace(hour=16, minute=0).isoformat()
    p.post(convener, "召集协调会议", f"{path}/meeting", {"meeting_at": when, "place": "大厅三楼会议室"}, law=LAW)
    p.later(0, "16:30")
    for matter, text in ((SOIL, "同意随总平面调整水土保持措施。"), (PLAN, "道路红线可以微调。")):
        p.post(p.handler(matter), "参加部门提出意见", f"{path}/opinion", {"text": text}, law=LAW)


def concluded(p: Player, soil: dict[str, Any], made: dict[str, Any]) -> None:
    p.later(2, "10:00")
    body = {"conclusion": "总平面西移 1.5 米，各部门按调整后的方案继续审查。"}
    done = p.post(
        p.office("general_convener"),
        "形成意见，恢复计时，印发纪要",
        f"/coordinations/{made['id']}/conclude",
        body,
        law=LAW,
        shows=_shown,
    )
    p.need(all(row["state"] == "accepted" for row in done["items"]), "协调结束没有恢复计时")
    p.later(0, "15:00")
    handling.decide(p, soil)


def _shown(answer: dict[str, Any]) -> list[str]:
    until = [f"最迟 {moment(answer['ends_by'])} 恢复计时"] if answer["state"] == "running" else []
    return [f"{answer['state_label']}，牵头：{answer['lead']}", *until]
