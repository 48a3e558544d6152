"""Who may do what in `window`; see test_permissions.py, whose table this is a part of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.apps.county import at
from tests.apps.matrix.accounts import NUMBER, proof
from tests.apps.test_onemap import PDF
from yinuo.engine.base import Actor
from yinuo.engine.documents.actions import store_upload
from yinuo.rooms.accounts.models import Purpose
from yinuo.rooms.commitments import papers
from yinuo.rooms.commitments.actions.promise import may_be_promised, turn_of
from yinuo.rooms.onemap.actions.common import day_of
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.window import actions, queries
from yinuo.rooms.window.models import Visit

if TYPE_CHECKING:
    from tests.apps.world import World

MAY: dict[str, set[str]] = {
    "window.open_visit": {"window", "window abroad"},
    # A visit is its clerk's: a colleague has not looked at the visitor's papers (tests/apps/test_window.py).
    "window.close_visit": {"window"},
    "window.hand_out": {"window"},
    "window.take_promise": {"window"},
    "window.bind_visitor": {"window"},
}
INNER: set[str] = {"commitments.commit_on_paper"}
CAME, LEFT = at("2026-11-06 15:00"), at("2026-11-06 15:20")


def act_of(world: World, action: str) -> Callable[[Actor], object]:
    """The action ready to be done, everything in place but its actor."""
    if action == "window.open_visit":
        return lambda actor: came(world, actor)
    if action == "window.hand_out":
        world.granted()
        visit = came(world, world.actor("window"))
        decision = queries.to_hand_out(world.company.unit.pk, world.county.hall.pk)[0].document
        return lambda actor: actions.hand_out(
            actor=actor,
            visit_id=visit.pk,
            document_ids=[decision.pk],
            signature="paper",
            at=LEFT,
            idempotency_key="take",
        )
    visit = came(world, world.actor("window"))
    if action == "window.take_promise":
        said = signed(world, visit)
        return lambda actor: actions.take_promise(
            actor=actor, visit_id=visit.pk, at=LEFT, idempotency_key="paper", **said
        )
    if action == "window.bind_visitor":
        proof_id = proof(NUMBER, Purpose.WINDOW, CAME)
        letter = store_upload(
            actor=queries.acting_in(visit), name="委托书.pdf", content=PDF, unit_id=visit.unit_id, at=CAME
        )
        said = {"proof_id": proof_id, "letter_id": letter.pk, "may_sign": True, "to_on": None}
        return lambda actor: actions.bind_visitor(actor=actor, visit_id=visit.pk, at=LEFT, **said)
    return lambda actor: actions.close_visit(actor=actor, visit_id=visit.pk, at=LEFT)


def came(world: World, clerk: Actor) -> Visit:
    return actions.open_visit(
        actor=clerk,
        unit_id=world.company.unit.pk,
        visitor="马建国",
        identity_kind="passport",
        identity_number="E12345678",
        authority="letter",
        letter_no="授〔2026〕3号",
        purpose="领证",
        at=CAME,
    )


def signed(world: World, visit: Visit) -> dict[str, Any]:
    """A letter on a matter that may be promised, signed and scanned."""
    item = MapItem.objects.get(project=world.project, matter_id="engineering_planning_permit")
    scan = store_upload(actor=queries.acting_in(visit), name="承诺书.pdf", content=PDF, unit_id=visit.unit_id, at=CAME)
    return {
        "item_id": item.pk,
        "code": code_of(item, day_of(CAME)),
        "scan_id": scan.pk,
        "signer": "马晓云",
        "capacity": "authorised",
        "authority": "授〔2026〕5号",
        "signed_on": day_of(CAME),
        "agreed": True,
    }


def code_of(item: MapItem, on: date) -> str:
    """The check code as it stands on the paper."""
    _, standard = may_be_promised(item, LEFT)
    return papers.code_of(item, standard, on, turn_of(item))
