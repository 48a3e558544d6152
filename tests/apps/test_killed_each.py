"""Every action of every room, killed anywhere: nothing of it is left, or all.

An action with a row in a permission matrix is killed there (test_permissions.py). What has no row is killed here, by
name (`once` in the other files), or as a step of an action that has one.
"""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.apps import points, test_credit_access
from tests.apps.chaining import Log
from tests.apps.county import graded, new_company, new_county
from tests.apps.killing import survives
from tests.apps.matrix.accounts import NUMBER, proof
from tests.apps.test_onemap import PDF
from tests.apps.test_permissions import MAY, REFUSED_IN_THE_MATRIX, ROOMS, STEPS, public_actions, standing, world
from tests.apps.world import NOON, World
from yinuo.chain.evidence import Told
from yinuo.chain.searching import Search
from yinuo.chain.signing import SigningKey
from yinuo.chain.verifier import COSIGNATURE, Note, Policy
from yinuo.core.codes import make_credit_code
from yinuo.engine.base import Actor
from yinuo.engine.documents import actions as documents
from yinuo.engine.infochain import actions as infochain
from yinuo.engine.infochain.queries import checkpoint
from yinuo.engine.notices.actions import mark_read, warn_of_expiring_keys
from yinuo.engine.notices.models import Message
from yinuo.engine.people import actions as people
from yinuo.engine.people.models import AuthorisedPerson
from yinuo.engine.trail.models import Entry
from yinuo.engine.work.actions import Limits, add_tag, open_item
from yinuo.rooms.accounts import actions as accounts
from yinuo.rooms.accounts.models import Purpose
from yinuo.rooms.accounts.province import Claims
from yinuo.rooms.grants import actions as grants
from yinuo.rooms.grants.models import ChainNode
from yinuo.rooms.onemap.actions import applying
from yinuo.rooms.onemap.actions.common import page_of, words
from yinuo.rooms.onemap.actions.mocking import begin_conversion
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects import actions as projects
from yinuo.rooms.reviews import actions as reviews
from yinuo.rooms.reviews import links
from yinuo.rooms.reviews.models import Channel

if TYPE_CHECKING:
    pass

Act = Callable[[], object]
PASSWORD = "hua-jiao-2026"

__all__ = ["standing", "world"]

# Killed by name in another file: the trail's verb is the action's name, but for these.
VERBS = {
    "commitments.raise_objection": "commitments.object",
    "commitments.decide_on_commitment": "commitments.decide",
    "commitments.propose_cycle": "credit.propose",
    "commitments.close_promise": "commitments.close",
    "onemap.take_over": "commitments.carry_over",
    "commitments.review_commitment": "commitments.review",
    "commitments.check_audit": "credit.propose",
    "projects.stop_building": "commitments.consent_ruling",
    "projects.lift_stop": "commitments.consent_ruling",
    "onemap.revoke": "commitments.consent_ruling",
    "onemap.open_completion_guidance": "commitments.apply_completion",
    "onemap.begin_promise": "commitments.commit",
    "onemap.end_notice": "commitments.close_notice",
    "onemap.leave_promise": "commitments.to_regular",
    "documents.issue_signed": "commitments.commit",
    "projects.complete": "commitments.record_finding",
    "work.extend": "onemap.extend",
    "onemap.extend_item": "onemap.extend",
    "onemap.give_up": "deficient.give_up",
}


def _paper(world: World, _: pytest.MonkeyPatch) -> Act:
    document = projects.certificate_paper(project=world.project, at=NOON)
    return lambda: documents.make_paper(document_id=document.pk, at=NOON)


def _certificate(world: World, _: pytest.MonkeyPatch) -> Act:
    graded(world.company.unit, "B")
    return lambda: projects.certificate_paper(project=world.project, at=NOON)


def _poster(world: World, _: pytest.MonkeyPatch) -> Act:
    return lambda: projects.site_poster(project=world.project, at=NOON)


def _read(world: World, _: pytest.MonkeyPatch) -> Act:
    return lambda: mark_read(message=Message.objects.filter(read_at=None).earliest("id"), at=NOON)


def _expiring(world: World, _: pytest.MonkeyPatch) -> Act:
    key: dict[str, Any] = {"person": world.company.person, "unit": world.company.unit, "name": "机器", "at": NOON}
    people.issue_key(actor=world.actor("system"), expires_at=NOON + timedelta(days=1), **key)
    return lambda: warn_of_expiring_keys(at=NOON)


def _waiting_for_its_code(world: World, _: pytest.MonkeyPatch) -> Act:
    class Busy:
        def assign(self, request: object) -> None:
            """Still at it."""

    with pytest.MonkeyPatch.context() as province:
        province.setattr("yinuo.rooms.projects.actions.filing.provider", Busy)
        project = world.file("赋码中的项目")
    assert project.code is None
    return lambda: projects.assign_code(actor=Actor.system(), project_id=project.pk, at=NOON)


def _cosigned(world: World, _: pytest.MonkeyPatch) -> Act:
    log = Log(Path(tempfile.mkdtemp()))
    log.step(NOON)
    node = SigningKey.generate("bank.example", COSIGNATURE)
    policy = Policy((log.key.verifier,), {"bank.example": node.verifier}, {}, "bank.example")
    note = checkpoint()
    assert note is not None
    body = bytes(Note(note.text, (*note.lines, node.cosign(note.text, 1))))
    return lambda: infochain.take_cosignatures(actor=Actor.public(), body=body, policy=policy, at=NOON)


def _reported(world: World, _: pytest.MonkeyPatch) -> Act:
    node = SigningKey.generate("bank.example", COSIGNATURE)
    policy = Policy((), {"bank": node.verifier}, {}, "bank")
    body = Told(node.name, "fork", "两个不同的树根", 1, b"seen", b"mine").signed_by(node)
    return lambda: infochain.take_evidence(actor=Actor.public(), body=body, policy=policy, at=NOON)


def _converting(world: World, _: pytest.MonkeyPatch) -> Act:
    applying.begin(MapItem.objects.get(pk=world.item.pk), received_at=NOON, state="mock_granted")
    MapItem.objects.filter(pk=world.item.pk).update(mock=True)
    item = MapItem.objects.select_related("project").get(pk=world.item.pk)
    open_item(
        actor=Actor.system(),
        kind=MapWork.MOCK_CONVERSION,
        about=words(item, unit_page=page_of(item)),
        limits=Limits(None),
        rules_on=item.project.rules_on,
        at=NOON,
        department_id=item.department_id,
        hall_id=item.project.hall_id,
        waits_for="unit",
    )
    return lambda: begin_conversion(actor=Actor.system(), item=item, at=NOON)


def _tagged(world: World, _: pytest.MonkeyPatch) -> Act:
    world.accepted()
    work = world.clock()
    return lambda: add_tag(item=work, tag="绿色通道")


def _by_link(world: World, _: pytest.MonkeyPatch) -> Act:
    world.granted()
    token = links.token_of(MapItem.objects.get(pk=world.item.pk).present, Channel.LINK)
    return lambda: reviews.review_by_link(actor=Actor.public(), token=token, level=1, text="等了太久", at=NOON)


def _searched(world: World, _: pytest.MonkeyPatch) -> Act:
    bank = SigningKey.generate("bank.example", COSIGNATURE)
    grants.register_node(
        actor=Actor.system(), name=bank.name, kind="bank", organisation="某银行",
        credit_code=make_credit_code("622927", "62292702"), key=str(bank.verifier), at=NOON,
    )  # fmt: skip
    AuthorisedPerson.objects.filter(unit=world.company.unit).update(may_sign=True)
    until = NOON + timedelta(days=9)
    grants.consent(
        actor=world.company.actor, node_id=ChainNode.objects.get().pk, until_at=until, basis_text="申请贷款", at=NOON
    )
    asked = Search(bank.name, world.project.code or "", "n" * 20, int(NOON.timestamp()))
    return lambda: grants.search(asked=asked, signature=asked.signed_by(bank), at=NOON)


def _code_asked(world: World, _: pytest.MonkeyPatch) -> Act:
    return lambda: accounts.ask_code(phone=NUMBER, purpose=Purpose.JOIN, at=NOON)


def _joined(world: World, _: pytest.MonkeyPatch) -> Act:
    proved = proof(NUMBER, Purpose.JOIN, NOON)
    return lambda: accounts.join(proof_id=proved, name="马新来", password=PASSWORD, at=NOON)


def _password_reset(world: World, _: pytest.MonkeyPatch) -> Act:
    accounts.join(proof_id=proof(NUMBER, Purpose.JOIN, NOON), name="马新来", password=PASSWORD, at=NOON)
    proved = proof(NUMBER, Purpose.RESET, NOON)
    return lambda: accounts.reset_password(proof_id=proved, name="马新来", password=PASSWORD[::-1], at=NOON)


def _invitation_accepted(world: World, _: pytest.MonkeyPatch) -> Act:
    letter = documents.store_upload(
        actor=world.company.actor, name="委托书.pdf", content=PDF, unit_id=world.company.unit.pk, at=NOON
    )
    _, secret = accounts.invite(
        actor=world.company.actor,
        unit_id=world.company.unit.pk,
        name="马接手",
        phone=NUMBER,
        basis="委托书",
        letter_id=letter.pk,
        may_sign=True,
        from_on=NOON.date(),
        to_on=None,
        at=NOON,
    )
    proved = proof(NUMBER, Purpose.INVITED, NOON)
    return lambda: accounts.accept(secret=secret, proof_id=proved, password=PASSWORD, at=NOON)


def _came_by_province(world: World, _: pytest.MonkeyPatch) -> Act:
    said = Claims("马新来", NUMBER, make_credit_code("622927", "00000080"), "积石山县新来食品有限公司", "马新来", False)
    return lambda: accounts.accept_platform_login(person_id=None, claims=said, issuer="省统一身份认证", at=NOON)


# What the matrices leave out because the page, or nobody, asks who may.
ASKING_NOBODY: dict[str, Callable[[World, pytest.MonkeyPatch], Act]] = {
    "documents.make_paper": _paper,
    "grants.search": _searched,
    "infochain.take_cosignatures": _cosigned,
    "infochain.take_evidence": _reported,
    "projects.certificate_paper": _certificate,
    "projects.site_poster": _poster,
    "projects.assign_code": _waiting_for_its_code,
    "notices.mark_read": _read,
    "notices.warn_of_expiring_keys": _expiring,
    "reviews.review_by_link": _by_link,
    "onemap.begin_conversion": _converting,
    "work.add_tag": _tagged,
    "accounts.ask_code": _code_asked,
    "accounts.join": _joined,
    "accounts.reset_password": _password_reset,
    "accounts.accept": _invitation_accepted,
    "accounts.accept_platform_login": _came_by_province,
}


@pytest.mark.parametrize("action", sorted(ASKING_NOBODY))
def test_what_asks_nobody_killed_half_way_is_not_there_and_can_be_had(
    world: World, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert survives(ASKING_NOBODY[action](world, monkeypatch)) >= 2


@pytest.mark.parametrize("action", sorted(test_credit_access.ALLOWED.keys() - {"import_scores", "send_public"}))
def test_a_killed_step_of_credit_moves_nothing(db: None, action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    town = test_credit_access.World(new_county(), new_company())
    act = town.prepare(action)
    role, where = next((role, sorted(wheres)[-1]) for role, wheres in test_credit_access.ALLOWED[action].items())
    actor = town.actor(action, role, where)
    # A file is there before the step that hands it in: it was an action of its own.
    file = points.file_of(actor)
    monkeypatch.setattr(test_credit_access, "file_of", lambda _: file)
    before = Entry.objects.count()
    assert survives(lambda: act(actor)) >= 3
    assert Entry.objects.count() > before


# -- nothing is left out


def killed_by_name() -> set[str]:
    """The verbs that `once("room.verb", …)` kills anywhere in these tests."""
    files = sorted(Path(__file__).parent.glob("test_killed*.py"))
    calls = [
        node
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "once" and isinstance(call.args[0], ast.Constant)
    }


def test_every_action_of_every_room_is_killed() -> None:
    """An action that is not: give it a row in the permission matrix, or kill it with `once("room.verb", …)` in a
    test_killed_….py.
    """
    by_row = {action.split(" ")[0] for action in MAY} - REFUSED_IN_THE_MATRIX
    by_row |= {f"credit.{action}" for action in test_credit_access.ALLOWED} | set(ASKING_NOBODY)
    by_name = killed_by_name()
    every = set().union(*(public_actions(room) for room in ROOMS))
    missing = {action for action in every - by_row - set(STEPS) if VERBS.get(action, action) not in by_name}
    assert missing == set()
    assert {
        action for action in [*STEPS, *VERBS, *ASKING_NOBODY, *REFUSED_IN_THE_MATRIX] if action not in every
    } == set()
    assert set(STEPS.values()) <= by_row
