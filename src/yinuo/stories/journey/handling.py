"""One matter's way to its decision: on a promise, or by handing in."""

from __future__ import annotations

import hashlib
from typing import Any

from yinuo.stories.journey.acts import clause
from yinuo.stories.journey.player import PUBLIC, Player, Who, moment

Item = dict[str, Any]


def number(p: Player, word: str) -> str:
    """A document number nobody has used."""
    return f"{word}〔{p.today.year}〕{p.project}-{len(p.steps) + 1}号"


# -- on a promise


def promise(p: Player, item: Item) -> Item:
    """Read, signed, published: the letter is proved whole by its signature and by its digest."""
    standard = p.peek(PUBLIC, f"/guides/{item['matter_id']}?as_of={p.rules_on}")["standard"]
    draft = p.download(p.owner, f"/items/{item['id']}/commitment-letter")
    p.need(draft.startswith(b"%PDF"), "承诺书预览不是 PDF")

    def shown(answer: Any) -> list[str]:
        return [
            (
                f"承诺书 {answer['letter_number']}，{len(answer['requirements'])} 项要求；"
                f"公示至 {moment(answer['notice_until'])}"
            ),
            f"SHA-256 {answer['letter_sha256'][:16]}…",
        ]

    made = p.post(
        p.owner,
        f"以信用承诺办理“{item['name']}”：签署承诺书并公示",
        f"/items/{item['id']}/commitments",
        {"standard_version": standard["version"], "version": item["version"]},
        law=["notice.period", "commitment.legal_effect"],
        row="Commitment",
        shows=shown,
    )
    check_letter(p, made)
    return dict(made)


def check_letter(p: Player, commitment: Item) -> None:
    paper = p.download(p.owner, f"/commitments/{commitment['id']}/letter")
    digest = hashlib.sha256(paper).hexdigest()

    def shown(answer: Any) -> list[str]:
        whole = "覆盖全文" if answer["covers_entire_file"] else "未覆盖全文"
        return [
            (
                f"签名{'有效' if answer['valid'] else '无效'}，{whole}；签署单位 "
                f"{answer['signer']}（{answer['signer_id']}）"
            )
        ]

    path = f"/commitments/{commitment['id']}/letter/check"
    report = p.get(p.owner, "核验承诺书的签名与摘要", path, law=["commitment.legal_effect"], shows=shown)
    p.need(report["valid"] and digest == commitment["letter_sha256"], "承诺书没有通过核验")


def see_zone(p: Player) -> None:
    def shown(answer: Any) -> list[str]:
        return [
            f"{row['matter']}：{row['state_label']}，还可提出异议 {row['days_left']} 个工作日"
            for row in answer["items"]
            if row["days_left"]
        ]

    p.get(PUBLIC, "查看信用承诺专区", "/zone", law=[clause("正文·一(二)")], shows=shown)


def decide_promise(p: Player, commitment: Item, refused: str = "") -> Item:
    def shown(answer: Any) -> list[str]:
        return [f"已按承诺直接决定（{moment(answer['decided_at'])}）"]

    made = p.post(
        p.handler(commitment["matter_id"]),
        f"公示期满，按承诺决定“{commitment['matter']}”" if not refused else f"按承诺决定“{commitment['matter']}”",
        f"/commitments/{commitment['id']}/decide",
        {"document_number": number(p, "承诺字"), "text": "按承诺直接作出决定"},
        law=["notice.decision_days"],
        refused=refused,
        shows=shown,
    )
    return dict(made)


# -- by handing in


def submit(p: Player, item: Item, *, refused: str = "", key: str = "", only: int | None = None, times: int = 1) -> Item:
    """The material in one go; `only` = hand in the first so many and leave the rest out;
    `times` = clicks with one key.
    """
    materials = item["materials"][:only]
    rows = [{"id": row["id"], "file": p.upload(p.owner, f"{row['name'][:40]}.pdf")} for row in materials]
    body = {"materials": rows, "note": "材料一次交齐"}
    key = key or ("双击" if times > 1 else "")

    def shown(answer: Any) -> list[str]:
        return [f"第 {answer['number']} 次报送，{len(rows)} 份材料，回执 {answer['receipt_no']}"]

    path, made = f"/items/{item['id']}/submissions", {}
    for click in range(times):
        what = f"报送“{item['name']}”的材料" + (f"（第 {click + 1} 次点击）" if times > 1 else "")
        made = p.post(
            p.owner,
            what,
            path,
            body,
            law=["receipt.limit"],
            refused=refused,
            key=ascii_key(key),
            row="Submission",
            shows=shown,
        )
    return dict(made)


def ascii_key(key: str) -> str:
    """Header values are plain: a key in words becomes its digest."""
    return hashlib.sha256(key.encode()).hexdigest()[:32] if key else ""


def act(p: Player, who: Who, item: Item, what: str, verb: str, body: Item | None = None, **options: Any) -> Any:
    """A verb on an item, told with the state it leaves."""
    options.setdefault("shows", _state)
    return p.post(who, f"{what}“{item['name']}”", f"/items/{item['id']}/{verb}", body or {}, **options)


STATES = {
    "accepted": "办理中",
    "paused": "暂停",
    "granted": "已办结",
    "refused": "不予许可",
    "not_accepted": "不予受理",
    "open": "未申报",
    "received": "已收件",
}


def _state(answer: Any) -> list[str]:
    return [STATES.get(answer["state"], answer["state"])] if "state" in answer else []


def accept(p: Player, item: Item) -> None:
    act(p, p.handler(item["matter_id"]), item, "受理", "accept", law=["receipt.limit"])


def refuse_acceptance(p: Player, item: Item, *, reason: str = "not_accepted.not_competent", refused: str = "") -> None:
    body = {"reason_code": reason, "document_number": number(p, "不受字"), "text": "不属于本部门职权范围"}
    laws = list(p.rules.reasons[reason].cites)
    act(
        p,
        p.handler(item["matter_id"]),
        item,
        "不予受理：",
        "refuse-acceptance",
        body,
        law=laws,
        refused=refused,
        row="Document",
    )


# Those of the pack's pauses that a procedure of their own begins and ends.
PROCEDURES = ("coordination", "correction", "deficient_gap")


def pause(p: Player, item: Item) -> None:
    """For the first reason of the pack that an approver may give."""
    reason = next(reason for reason in p.rules.pauses if reason.id not in PROCEDURES and p.today in reason.span)
    body = {"reason": reason.id, "note": f"{reason.label}，已通知项目单位"}
    act(p, p.handler(item["matter_id"]), item, f"{reason.label}，暂停计时：", "pause", body, law=list(reason.cites))


def resume(p: Player, item: Item, refused: str = "") -> None:
    act(
        p,
        p.handler(item["matter_id"]),
        item,
        "恢复计时：",
        "resume",
        {"note": "已经完成"},
        law=[clause("正文·三(六)")],
        refused=refused,
    )


def decide(p: Player, item: Item, refused: str = "") -> None:
    text = number(p, "审字")
    body = {"granted": True, "document_number": text, "text": "符合法定条件，准予许可"}
    handler = p.handler(item["matter_id"])

    def shown(answer: Any) -> list[str]:
        return [f"准予许可，文号 {text}"]

    act(p, handler, item, "作出决定：", "decide", body, law=[clause("正文·三(六)")], refused=refused, shows=shown)


def deliver(p: Player, item: Item) -> None:
    act(
        p,
        p.handler(item["matter_id"]),
        item,
        "送达决定：",
        "deliver",
        {"note": "在线送达"},
        law=["delivery.limit"],
        shows=None,
    )


def regular(p: Player, item: Item, *, paused: bool) -> None:
    """Handed in, accepted, decided and delivered within the promised limit; with an expert review in between where
    asked for.
    """
    p.later(0, "10:00")
    submit(p, item)
    p.later(0, "15:00")
    accept(p, item)
    p.later(1, "09:00")
    if paused:
        pause(p, item)
        p.later(2, "09:00")
        resume(p, item)
    p.later(0, "16:00")
    decide(p, item)
    p.later(0, "17:00")
    deliver(p, item)
