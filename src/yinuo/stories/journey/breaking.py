"""A promise broken, and what credit makes of it: points taken by three people, and given back after rectification."""

from __future__ import annotations

from typing import Any

from yinuo.stories.journey import acts, closing
from yinuo.stories.journey.acts import clause
from yinuo.stories.journey.player import Player, Who


def play(p: Player, project: dict[str, Any], promises: list[dict[str, Any]]) -> None:
    grave, slight = promises
    who = p.handler(grave["matter_id"])
    path, law = f"/projects/{p.project}/completion", [clause("正文·三(八)")]
    p.post(p.owner, "没有报送竣工就申请验收", path, {}, refused="commitments.report_first", law=law)
    closing.build(p, promises)
    completion = break_both(p, [grave["id"], slight["id"]])
    closing.carry_out(p, closing.proposal(p, about=slight["matter"]))
    found = closing.proposal(p, about=grave["matter"])
    three_people(p, found)
    refuse(p, found)
    need_colour(p, project, "green")
    propose_again(p, who, found)
    closing.carry_out(p, closing.proposal(p))
    need_colour(p, project, "blue")
    again(p, completion)
    p.need(closing.inspect(p, completion)["state"] == "passed", "整改合格后没有通过")
    waiting = f"/credit/proposals?state=proposed&unit={p.units[0]['credit_code']}"
    none = p.get(
        p.office("principal"), "违过诺的周期没有加分", waiting, law=[clause("附件2·第十七条")], shows=_how_many
    )
    p.need(not none["items"], "违过诺的项目仍提出了加分")
    repair(p, who)
    need_colour(p, project, "green")


def _how_many(answer: Any) -> list[str]:
    return [f"待审签 {len(answer['items'])} 条"]


def break_both(p: Player, broken: list[int]) -> int:
    """Not met, rectified, not met again: failed, and each promise with a requirement not met is broken."""
    completion = int(closing.apply(p)["id"])
    closing.out_of_turn(p, completion)

    def unmet(point: dict[str, Any]) -> bool:
        return point["commitment"] in broken and point["requirement"] == 0

    p.need(closing.inspect(p, completion, unmet)["state"] == "rectifying", "没有进入整改")
    again(p, completion)
    p.need(closing.inspect(p, completion, unmet)["state"] == "failed", "整改后仍未达到，却没有认定未通过")
    return completion


def need_colour(p: Player, project: dict[str, Any], colour: str) -> None:
    seal = acts.verify(p, project)
    p.need(seal["colour"] == colour, f"备案证应为{acts.COLOURS[colour]}色，实际 {seal['colour']}")


def again(p: Player, completion: int) -> None:
    p.later(10, "09:00")
    body = {"text": "已按整改意见落实"}
    p.post(
        p.owner, "整改后再次申请验收", f"/completions/{completion}/apply-again", body, law=["verification.repeat_limit"]
    )


def three_people(p: Player, found: dict[str, Any]) -> None:
    path = f"/credit/proposals/{found['id']}"
    law = [clause("附件2·第十九条")]
    p.post(
        p.approver(found["department"]), "提出的人自己审签", f"{path}/consent", {}, refused="access.forbidden", law=law
    )
    p.post(p.office("general_convener"), "没有审签就执行", f"{path}/execute", {}, refused="credit.state", law=law)


def refuse(p: Player, found: dict[str, Any]) -> None:
    path, law = f"/credit/proposals/{found['id']}", [clause("附件2·第十九条"), clause("附件7·第十二条")]
    p.post(
        p.office("principal"), "不同意却不写理由", f"{path}/refuse", {"reason": " "}, refused="credit.reason", law=law
    )
    body = {"reason": "证据不充分，请补充现场检查记录"}
    p.post(p.office("principal"), "主要负责同志不同意", f"{path}/refuse", body, law=law, row="PointProposal")
    p.post(p.office("general_convener"), "未获同意就执行", f"{path}/execute", {}, refused="credit.state", law=law)


def propose_again(p: Player, who: Who, found: dict[str, Any]) -> None:
    """With the evidence that was missing, by the promise's own department."""
    body = {
        "project": p.project,
        "type": found["type"],
        "on": p.today.isoformat(),
        "data": found["data"],
        "basis": f"现场检查记录〔{p.today.year}〕7号：{found['basis']}",
    }
    law = [clause("附件2·第十八条")]
    p.post(p.owner, "企业自己来提加减分", "/credit/proposals", body, refused="access.forbidden", law=law)
    p.post(who, "再次提出扣分，没有附证据", "/credit/proposals", body, refused="credit.evidence", law=law)
    body["evidence"] = [p.upload(who, "现场检查记录.pdf")]
    p.post(who, "补充证据，再次提出扣分", "/credit/proposals", body, law=law, row="PointProposal", shows=_expected)


def _expected(answer: Any) -> list[str]:
    return [f"预计 {answer['expected_points']} 分"]


def repair(p: Player, department: Who) -> None:
    """After rectification the company gets back exactly what was taken, once."""
    mine = acts.standing(p)
    event = mine["history"][0]
    body: dict[str, Any] = {"event": event["id"], "kind": "repair", "text": "已整改到位，复查合格"}
    law = ["credit.repair", "repair.decide_limit"]
    p.later(1, "09:00")
    p.post(p.unit(1), "另一家单位来申请修复", "/credit/reliefs", body, refused="access.forbidden", law=law)
    p.post(p.unit(), "申请分值修复，没有附证明", "/credit/reliefs", body, refused="credit.evidence", law=law)
    body["evidence"] = [p.upload(p.unit(), "整改复查意见.pdf")]
    relief = p.post(p.unit(), "申请分值修复", "/credit/reliefs", body, law=law, row="CreditRelief")
    p.post(p.unit(), "再点一次", "/credit/reliefs", body, refused="credit.relief_open", law=law)
    p.later(2, "10:00")
    answer = {"accept": True, "answer": "复查合格，同意恢复分值"}
    p.post(
        department, "办理修复申请：同意", f"/credit/reliefs/{relief['id']}/decide", answer, law=law, row="CreditRelief"
    )
    restored = closing.carry_out(p, closing.proposal(p))
    p.need(float(restored["points"]) == -float(event["points"]), "恢复的分值与扣去的不同")
    p.post(p.unit(), "对同一次扣分再申请修复", "/credit/reliefs", body, refused="credit.nothing_taken", law=law)
    acts.standing(p)
