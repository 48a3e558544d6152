"""Everything that is refused, sent back, objected to, broken and mended:
each refusal with its clause and what to do.
"""

from __future__ import annotations

from typing import Any

from yinuo.stories.journey import acts, breaking, entrance, handling, objecting
from yinuo.stories.journey.acts import clause
from yinuo.stories.journey.player import Player

# Of those it promises, hands in and has sent back; other packs need not have what these refusals are about.
NEEDS = ("eia_table", "engineering_planning_permit", "soil_conservation_plan")


def play(p: Player) -> None:
    acts.begun(p, "绿源有机肥", "河州建材")
    acts.score(p, "82")
    acts.score(p, "61", unit=1)
    p.later(1, "09:12")
    entrance.refused(p)
    p.later(1, "09:12")
    project = acts.file(p)
    entrance.filed_twice(p)
    entrance.reviewed_twice(p)
    acts.guide(p)
    view = acts.see_map(p)
    sent_back(p, {item["matter_id"]: item for item in view["items"]})
    promises = objecting.play(p, view)
    promises += rest(p)
    breaking.play(p, project, promises)


def sent_back(p: Player, items: dict[str, Any]) -> None:
    """Prerequisites, incomplete and incorrect send-back once each, resume without pause, a decision while paused."""
    ready = next(i for i in items.values() if i["look"] == "ready" and i["pre_start"] and not i["promisable"])
    waiting = next(i for i in items.values() if i["look"] == "wait" and i["pre_start"] and not i["promisable"])
    handler = p.handler(ready["matter_id"])
    p.later(1, "09:00")
    body = {"standard_version": "2023.1"}
    path = f"/items/{ready['id']}/commitments"
    p.post(
        p.owner,
        f"想对“{ready['name']}”作信用承诺",
        path,
        body,
        refused="commitments.not_promisable",
        law=["notice.period"],
    )
    handling.submit(p, waiting, refused="onemap.prerequisites")
    handling.submit(p, ready, only=1, refused="onemap.materials")
    handling.submit(p, ready, times=2)
    handling.decide(p, ready, refused="onemap.state")
    not_accepted(p, ready)
    handling.submit(p, ready)
    incomplete = _points("incomplete", "incomplete.material_missing", "附图", "补交坐标图", "缺少坐标图")
    handling.act(p, handler, ready, "补正告知：", "send-back", incomplete, law=["receipt.limit"], row="SendBack")
    p.later(1, "09:00")
    handling.submit(p, ready)
    handling.act(
        p,
        handler,
        ready,
        "再次补正告知：",
        "send-back",
        incomplete,
        refused="onemap.send_back_once",
        law=["receipt.limit"],
    )
    handling.accept(p, ready)
    handling.refuse_acceptance(p, ready, refused="onemap.state")
    handling.resume(p, ready, refused="onemap.state")
    incorrect = _points("incorrect", "incorrect.contradiction", "附图", "改正面积", "两处面积不一致")
    p.later(1, "09:00")
    handling.act(p, handler, ready, "退回修改：", "send-back", incorrect, law=[clause("正文·三(五)")], row="SendBack")
    handling.decide(p, ready, refused="onemap.state")
    p.later(1, "09:00")
    handling.submit(p, ready)
    p.later(0, "15:00")
    handling.decide(p, ready)
    handling.decide(p, ready, refused="onemap.state")
    handling.deliver(p, ready)


def not_accepted(p: Player, item: dict[str, Any]) -> None:
    """Refused before acceptance as another authority's, with the remedies; the company shows whose it is and applies
    again.
    """
    handling.refuse_acceptance(p, item, reason="incomplete.material_missing", refused="onemap.not_accepted_code")
    handling.refuse_acceptance(p, item)
    p.later(0, "16:00")
    handling.deliver(p, item)
    p.later(1, "09:00")
    why = {"why": "部门权责清单载明该事项由本部门办理，附清单页码"}
    handling.act(
        p, p.owner, item, "不予受理以后重新申请：", "apply-anew", why, law=[clause("正文·三(五)")], row="MapItem"
    )


def _points(kind: str, code: str, subject: str, request: str, reason: str) -> dict[str, Any]:
    return {"kind": kind, "points": [{"code": code, "subject": subject, "request": request}], "reason": reason}


def rest(p: Player) -> list[dict[str, Any]]:
    """What is left before start of work: promised where it may be, else handed in."""
    promises: list[dict[str, Any]] = []
    for _ in range(6):
        ready = [
            i for i in p.peek(p.owner, f"/projects/{p.project}/map")["items"] if i["look"] == "ready" and i["pre_start"]
        ]
        if not ready:
            break
        for item in ready:
            p.later(1, "09:00")
            if item["promisable"]:
                commitment = handling.promise(p, item)
                p.after(commitment["notice_until"], "09:30")
                promises.append(handling.decide_promise(p, commitment))
            else:
                handling.regular(p, item, paused=False)
    p.need(bool(acts.see_map(p, "落地")["landed_at"]), "项目没有落地")
    return promises
