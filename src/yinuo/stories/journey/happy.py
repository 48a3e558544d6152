"""A kept word: filing, map, agency, promises, decisions, landing, building, completion, points – and the certificate in
their colour.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from yinuo.core.grades import grade_of
from yinuo.stories.journey import acts, closing, handling
from yinuo.stories.journey.player import Player
from yinuo.stories.journey.tracks import agency

START = "79"
ROUNDS = 8


def play(p: Player) -> None:
    acts.begun(p, "绿源有机肥")
    acts.score(p, START)
    p.later(1, "09:12")
    project = acts.file(p)
    before = acts.verify(p, project)
    acts.review(p)
    acts.guide(p)
    served = agency.agreed(p, agency.set_up(p), plainly=True)
    promises = land(p)
    agency.confirmed(p, served)
    closing.build(p, promises)
    completion = closing.apply(p)
    done = closing.inspect(p, completion["id"])
    p.need(done["state"] == "passed", "竣工验收没有通过")
    owed = [
        item
        for item in p.peek(p.owner, f"/projects/{p.project}/map")["items"]
        if item["completion"] and item["state"] == "open"
    ]
    p.need(not owed, "竣工以后还有没有关闭的验收事项")
    gained = closing.carry_out(p, closing.proposal(p))
    acts.standing(p)
    after = acts.verify(p, project)
    for seal, score in ((before, Decimal(START)), (after, Decimal(START) + Decimal(gained["points"]))):
        said = grade_of(score, p.rules, p.today)
        p.need(
            (seal["grade"], seal["colour"]) == (said.grade, said.colour),
            f"备案证不是 {said.grade} 级、{said.colour} 色：{seal}",
        )


def land(p: Player) -> list[dict[str, Any]]:
    """Round by round: what may be promised is promised, the rest handed in meanwhile, until every matter before start
    is concluded.
    """
    promises: list[dict[str, Any]] = []
    paused = False
    view = acts.see_map(p)
    for _ in range(ROUNDS):
        ready = [item for item in view["items"] if item["look"] == "ready"]
        chosen = [item for item in ready if item["promisable"]]
        others = [item for item in ready if item["pre_start"] and not item["promisable"]]
        if not chosen and not others:
            break
        p.later(1, "09:00")
        signed = [handling.promise(p, item) for item in chosen]
        if signed:
            handling.see_zone(p)
        for item in others:
            handling.regular(p, item, paused=not paused)
            paused = True
        if signed:
            p.after(signed[-1]["notice_until"], "09:30")
            p.tick()
        for commitment in signed:
            promises.append(handling.decide_promise(p, commitment))
            handling.deliver(
                p, {"id": commitment["item"], "name": commitment["matter"], "matter_id": commitment["matter_id"]}
            )
        view = acts.see_map(p, "看一张图的进展")
    p.need(bool(view["landed_at"]), "项目没有落地")
    p.need(paused and bool(promises), "没有经过暂停恢复与信用承诺")
    return promises
