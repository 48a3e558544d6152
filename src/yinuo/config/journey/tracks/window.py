"""At the window: a visitor is noted, the clerk acts for the visitor's unit, documents are taken, and the visit ends with a receipt.

Other tracks use it where the clause has the company come to the counter: `come`, then `.clerk` as whoever acts, then `leave`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yinuo.config.journey.player import Player, Who

# Belongs to nobody: the birthday lies in the future, the check character is right.
IDENTITY = "622927209901010016"
VISITOR = "马建国"


@dataclass(frozen=True, slots=True)
class Visit:
    """An open visit; `clerk` acts for the visitor's unit."""

    id: int
    receipt_no: str
    clerk: Who


def come(p: Player, purpose: str, unit: int = 0) -> Visit:
    """Somebody of the unit with its letter of authorisation comes to the counter."""
    window = p.office("window")
    found = p.peek(window, f"/window/units?search={p.units[unit]['credit_code']}")
    body = {
        "unit": found[0]["id"],
        "visitor": VISITOR,
        "identity_kind": "resident",
        "identity_number": IDENTITY,
        "authority": "letter",
        "letter_no": f"授权委托书（{p.today.isoformat()}）",
        "purpose": purpose,
    }
    made = p.post(window, f"登记来访：{p.units[unit]['name']}，{purpose}", "/window/visits", body, row="Visit", shows=_noted)
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


def _noted(answer: dict[str, Any]) -> list[str]:
    return [f"来访人 {answer['visitor']}，证件 {answer['identity_masked']}，回执 {answer['receipt_no']}"]


def _done(answer: dict[str, Any]) -> list[str]:
    lines = [f"{line['what']}{'：' + line['about'] if line['about'] else ''}" for line in answer["done"]]
    return [f"回执 {answer['receipt_no']}", *lines]
