"""Promises under objection: nothing is decided before the notice ends or while an objection is open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yinuo.stories.journey import handling
from yinuo.stories.journey.player import PUBLIC, Player


def play(p: Player, view: dict[str, Any]) -> list[dict[str, Any]]:
    """An objection stops the decision, rejected it goes on, upheld it leads to the regular way."""
    ready = {item["matter_id"]: item for item in view["items"] if item["look"] == "ready" and item["promisable"]}
    p.later(1, "09:00")
    first, second = (handling.promise(p, item) for item in list(ready.values())[:2])
    handling.decide_promise(p, first, refused="commitments.in_notice")
    _last_day_but_one(p, first)
    receipts = [
        _object(p, commitment, text) for commitment, text in ((first, "担心异味影响"), (second, "退界不足，影响采光"))
    ]
    p.after(first["notice_until"], "09:30")
    p.tick()
    handling.decide_promise(p, first, refused="commitments.objection_open")
    p.post(
        PUBLIC,
        "公示期满后再提异议",
        f"/commitments/{first['id']}/objections",
        {"text": "太迟"},
        refused="commitments.notice_over",
        law=["notice.period"],
    )
    _answer(p, first, receipts[0], upheld=False)
    _answer(p, second, receipts[1], upheld=True)
    handling.decide_promise(p, second, refused="commitments.state")
    kept = handling.decide_promise(p, first)
    item = next(i for i in p.peek(p.owner, f"/projects/{p.project}/map")["items"] if i["id"] == second["item"])
    _promise_again(p, item)
    handling.regular(p, item, paused=False)
    return [kept]


def _last_day_but_one(p: Player, commitment: dict[str, Any]) -> None:
    """The working day before the notice's last: still not decided."""
    last = datetime.fromisoformat(commitment["notice_until"]).astimezone(p.now.tzinfo).date()
    while p.calendar.next_working(p.today) < last:
        p.later(1, "16:00")
    handling.decide_promise(p, commitment, refused="commitments.in_notice")


def _object(p: Player, commitment: dict[str, Any], text: str) -> dict[str, Any]:
    answer = p.post(
        PUBLIC,
        f"对公示中的承诺“{commitment['matter']}”提出异议",
        f"/commitments/{commitment['id']}/objections",
        {"text": text, "name": "马小林", "contact": "13900001111"},
        law=["notice.period", "objection.answer_limit"],
        row="Objection",
        shows=lambda a: [f"回执 {a['receipt_no']}"],
    )
    return dict(answer)


def _answer(p: Player, commitment: dict[str, Any], receipt: dict[str, Any], *, upheld: bool) -> None:
    body = {
        "upheld": upheld,
        "answer": "经现场核对，" + ("退界不足，异议成立" if upheld else "符合防护距离，异议不成立"),
    }
    what = f"答复异议：{'成立，转常规办理' if upheld else '不成立'}"
    p.post(
        p.handler(commitment["matter_id"]),
        what,
        f"/objections/{receipt['id']}/answer",
        body,
        law=["objection.answer_limit"],
    )
    p.get(
        PUBLIC,
        "凭回执查看答复",
        f"/objections/{receipt['receipt_no']}",
        shows=lambda a: [f"{a['state_label']}：{a['answer']}"],
    )


def _promise_again(p: Player, item: dict[str, Any]) -> None:
    version = p.peek(PUBLIC, f"/guides/{item['matter_id']}?as_of={p.rules_on}")["standard"]["version"]
    body = {"standard_version": version}
    path = f"/items/{item['id']}/commitments"
    p.post(
        p.owner,
        f"异议成立后再对“{item['name']}”作承诺",
        path,
        body,
        refused="commitments.upheld",
        law=["notice.period"],
    )
