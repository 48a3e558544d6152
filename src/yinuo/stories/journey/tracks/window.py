"""At the window: a visitor is noted, the clerk acts for the visitor's unit, documents are taken, and the visit ends
with a receipt.

Other tracks use it where the clause has the company come to the counter: `come`, then `.clerk` as whoever acts, then
`leave`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yinuo.stories.journey import acts, handling
from yinuo.stories.journey.facts import facts
from yinuo.stories.journey.player import Player, Who

COMPANY = "绿源有机肥"
# Belongs to nobody: the birthday lies in the future, the check character is right.
IDENTITY = "622927209901010016"
VISITOR = "马建国"
NOTHING: dict[str, Any] = {"documents": [], "signature": "paper"}


@dataclass(frozen=True, slots=True)
class Visit:
    """An open visit; `clerk` acts for the visitor's unit."""

    id: int
    receipt_no: str
    clerk: Who


def play(p: Player) -> None:
    """A project filed and a matter handed in at the counter, the decision taken against signature."""
    acts.begun(p, COMPANY)
    acts.score(p, "79")
    p.later(1, "09:12")
    filed(p)
    acts.review(p)
    acts.guide(p)
    view = acts.see_map(p)
    item = next(row for row in view["items"] if row["look"] == "ready" and row["pre_start"])
    p.later(1, "09:30")
    visit = come(p, "交材料")
    p.owner = visit.clerk
    handling.submit(p, item)
    p.owner = p.unit()
    leave(p, visit)
    p.later(0, "15:00")
    handling.accept(p, item)
    p.later(1, "10:00")
    handling.decide(p, item)
    p.later(0, "15:20")
    visit = come(p, "领证")
    taken = take(p, visit)
    p.need(all(row["delivered"] for row in taken["documents"]), "签收没有当作送达")
    leave(p, visit)
    p.post(
        p.unit(),
        "企业要再领一次（没有来访）",
        f"/window/visits/{visit.id}/handouts",
        NOTHING,
        refused="access.forbidden",
    )


def filed(p: Player) -> None:
    """At the window, as online; what is no longer one's visit opens nothing."""
    visit = come(p, "备案新项目")
    sent = {"facts": facts(p), "pledged": True}
    answer = p.post(
        visit.clerk, "窗口代申报备案项目", "/projects", sent, law=["filing.instant_kinds"], follow=acts.project_filed
    )
    p.need(bool(answer["project"]["code"]), "没有当场赋码")
    p.owner = p.unit()
    again = {"unit": _unit(p, 0), "visitor": "另一个人", "identity_kind": "passport", "identity_number": "E00000000"}
    rest = {"authority": "letter", "letter_no": "授权委托书", "purpose": "插队"}
    p.post(
        p.office("window"), "上一位没走，登记下一位", "/window/visits", {**again, **rest}, refused="window.visit_open"
    )
    done = leave(p, visit)
    p.need(any(line["project_code"] == answer["project"]["code"] for line in done["done"]), "回执没有列出备案的项目")
    p.get(visit.clerk, "来访结束以后再以该单位名义查询", "/projects", refused="access.forbidden")


def come(p: Player, purpose: str, unit: int = 0) -> Visit:
    """Somebody of the unit with its letter of authorisation comes to the counter."""
    window = p.office("window")
    body = {
        "unit": _unit(p, unit),
        "visitor": VISITOR,
        "identity_kind": "resident",
        "identity_number": IDENTITY,
        "authority": "letter",
        "letter_no": f"授权委托书（{p.today.isoformat()}）",
        "purpose": purpose,
    }
    made = p.post(
        window, f"登记来访：{p.units[unit]['name']}，{purpose}", "/window/visits", body, row="Visit", shows=_noted
    )
    return Visit(made["id"], made["receipt_no"], Who(f"综合窗口代{p.units[unit]['name']}", window.key, made["via"]))


def leave(p: Player, visit: Visit) -> dict[str, Any]:
    """The visit ends; the answer lists what was done in it."""
    path = f"/window/visits/{visit.id}/close"
    return dict(p.post(p.office("window"), "结束来访，出回执", path, {}, shows=_done))


def take(p: Player, visit: Visit, what: str = "领取决定书，签收") -> dict[str, Any]:
    """The visitor takes whatever waits for the unit, and signs."""
    ready = p.peek(p.office("window"), f"/window/visits/{visit.id}/documents")
    body = {"documents": [row["id"] for row in ready if row["awaited"]], "signature": "paper"}
    p.need(bool(body["documents"]), "没有等着送达的决定")
    return dict(p.post(p.office("window"), what, f"/window/visits/{visit.id}/handouts", body, row="Handout"))


def _unit(p: Player, number: int) -> int:
    return int(p.peek(p.office("window"), f"/window/units?search={p.units[number]['credit_code']}")[0]["id"])


def _noted(answer: dict[str, Any]) -> list[str]:
    return [f"来访人 {answer['visitor']}，证件 {answer['identity_masked']}，回执 {answer['receipt_no']}"]


def _done(answer: dict[str, Any]) -> list[str]:
    lines = [f"{line['what']}{'：' + line['about'] if line['about'] else ''}" for line in answer["done"]]
    return [f"回执 {answer['receipt_no']}", *lines]
