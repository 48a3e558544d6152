"""Who may do what: every role × every action × own or other, through the actions themselves.

The rows stand in tests/apps/matrix, a file for each room. Credit has its own matrix (test_credit_access.py),
commitments and completion theirs (test_commitments.py, test_completion.py).
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import transaction

import yinuo
from tests.apps import test_credit_access
from tests.apps.county import new_company, new_county
from tests.apps.killing import counts, survives
from tests.apps.world import ACTORS, Act, World
from yinuo.engine.base import ROLES, Actor, Forbidden, Refused
from yinuo.engine.catalogue import queries as catalogue
from yinuo.engine.work import clocks

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from tests.database import TestDatabase


ROOMS_ABOVE = (
    *("reviews", "grants", "window", "mock", "deficient", "regional", "land", "agency"),
    *("inspections", "oversight", "halls", "reform"),
)
WITH_A_MATRIX = (
    "people",
    "infochain",
    "catalogue",
    "work",
    "documents",
    "accounts",
    "projects",
    "onemap",
    *ROOMS_ABOVE,
)
ROOMS = (*WITH_A_MATRIX, "notices", "credit", "commitments")
SOURCE = Path(yinuo.__file__).parent

# A module for each room, furnished alike. MAY: one row per action, who may; everybody else is refused and leaves no
# row.
# INNER: steps of other actions; they ask nobody, so nothing but an action may call them. act_of(world, action): the
# action ready to be done.
MATRICES = [importlib.import_module(f"tests.apps.matrix.{room}") for room in WITH_A_MATRIX]
MAY: dict[str, set[str]] = {action: who for matrix in MATRICES for action, who in matrix.MAY.items()}
INNER: set[str] = set().union(*(matrix.INNER for matrix in MATRICES))
# Done by the clock, for everybody alike.
BY_THE_CLOCK = {"notices.warn_of_expiring_keys"}
# Papers and marks: the page that gives them asks who may see (tests/web).
ASKED_BY_THE_PAGE = {"documents.make_paper", "projects.certificate_paper", "projects.site_poster", "notices.mark_read"}
# Matrices of the rooms above, and what is said of their other actions elsewhere.
IN_OTHER_FILES = {
    "test_commitments.py": {
        *("commit", "to_regular", "report_fulfilment", "report_difficulty"),
        *("decide_on_commitment", "answer_objection", "review_commitment"),
    },
    "test_closing.py": {"close_promise"},
    "test_rulings.py": {
        "propose_ruling",
        "consent_ruling",
        "refuse_ruling",
        "deliver_ruling",
        "ask_lift",
        "refuse_lift",
    },
    "test_completion.py": {
        "apply_completion",
        "apply_again",
        "record_finding",
        "fail_completion",
        "propose_cycle",
        "hand_in_audit",
        "check_audit",
        "handle_difficulty",
    },
}
# A step asks nobody and has no row; it is killed inside an action that takes it, and is seen there.
STEPS = {
    "documents.issue": "onemap.accept",
    "documents.issue_unlisted": "projects.file_project",
    "onemap.conclude": "onemap.decide",
    "onemap.accept_with_gap": "deficient.sign_gap_commitment",
    "onemap.fill_gap": "deficient.supply_gap",
    "onemap.hand_over": "onemap.deliver",
    "people.bind_confirmed": "accounts.admit",
    "accounts.bind_proven": "window.bind_visitor",
    "accounts.send_password_link": "window.bind_visitor",
    "work.open_item": "projects.file_project",
    "work.hand_over": "projects.pass_question",
    "work.close": "onemap.accept",
    "work.pause": "onemap.pause_item",
    "work.resume": "onemap.resume_item",
    "work.cancel_of_project": "projects.withdraw_filing",
    "projects.end_project": "projects.terminate",
    "onemap.enter_mock": "mock.distribute",
    "onemap.end_mock": "mock.withdraw",
    "onemap.leave_mock": "mock.register_land",
    "onemap.take_in_contract": "land.settle_project",
    "commitments.promise_in_contract": "land.settle_project",
    "commitments.commit_on_paper": "window.take_promise",
    "reviews.service_ended": "agency.end_by_wish",
    "oversight.look_at": "oversight.record_life",
}
# The law of the matrix's matter allows no extension: test_killed_promises.py has one that does.
REFUSED_IN_THE_MATRIX = {"onemap.extend_item"}
READS = {"commitments.preview_letter", "window.print_letter"}
OPEN_TO_EVERYBODY = {
    "commitments.raise_objection",
    "reviews.review_by_link",
    "infochain.take_cosignatures",
    "infochain.take_evidence",
    "grants.search",
    # Whoever has the telephone in hand, or the link.
    "accounts.ask_code",
    "accounts.join",
    "accounts.reset_password",
    "accounts.accept",
    "accounts.accept_platform_login",
}


def act_of(world: World, action: str) -> Act:
    """The action ready to be done, everything in place but its actor."""
    found: Act = next(matrix for matrix in MATRICES if action in matrix.MAY).act_of(world, action)
    return found


# -- the matrix


def furnished() -> World:
    return World(new_county(), new_company())


@pytest.fixture(scope="module")
def standing(test_database: TestDatabase, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One world for all matrices: made once in a database of its own, every test takes back what it did."""
    with django_db_blocker.unblock():
        name, made = test_database.built(furnished)
        with test_database.pointing_at(name):
            yield made


@pytest.fixture
def world(standing: World) -> Iterator[World]:
    known = dict(standing.county.people)
    with transaction.atomic():
        yield standing
        transaction.set_rollback(True)
    standing.county.people = known
    standing.item.refresh_from_db()
    # Nothing that was taken back is remembered.
    clocks.forget_calendar()
    catalogue.forget()


@contextmanager
def steps_noted(seen: set[str]) -> Iterator[None]:
    """Adds the steps that run inside, by the names of their functions."""
    codes = {_function(name).__wrapped__.__code__: name for room in ROOMS for name in public_actions(room)}

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code in codes:
            seen.add(codes[frame.f_code])

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(before)


def _function(name: str) -> Any:
    room, function = name.split(".")
    package = importlib.import_module(f"{apps.get_app_config(room).name}.actions")
    places = [package]
    if hasattr(package, "__path__"):
        places += [
            importlib.import_module(f"{package.__name__}.{info.name}")
            for info in pkgutil.iter_modules(package.__path__)
        ]
    return next(vars(place)[function] for place in places if function in vars(place))


class Undone(Exception):
    """Takes back what an allowed action did."""


def refusal(act: Act, actor: Actor) -> str:
    """“forbidden”, or what came instead; nothing is taken back, so that a row left behind is seen."""
    try:
        act(actor)
    except Forbidden:
        return "forbidden"
    except Refused as other:
        return f"refused: {other}"
    return "done"


def outcome(act: Act, actor: Actor) -> str:
    """“forbidden”, “refused” (for another reason) or “done”; what was done is taken back."""
    try:
        with transaction.atomic():
            act(actor)
            raise Undone
    except Forbidden:
        return "forbidden"
    except Refused as refusal:
        return f"refused: {refusal}"
    except Undone:
        return "done"


@pytest.mark.parametrize("action", sorted(MAY))
def test_each_action_is_open_to_those_the_table_names_alone_and_leaves_all_or_nothing(
    world: World, action: str
) -> None:
    act = act_of(world, action)
    before = counts()
    for name in sorted(set(ACTORS) - MAY[action]):
        assert refusal(act, world.actor(name)) == "forbidden", name
    assert counts() == before
    found = {name: outcome(act, world.actor(name)) for name in sorted(MAY[action])}
    assert "forbidden" not in found.values(), found
    # Nothing passes for “allowed” only because the thing was in the wrong state – but for what the matter's law does
    # not allow.
    done = next((name for name in found if found[name] == "done"), None)
    assert done or action in REFUSED_IN_THE_MATRIX, found
    if done:
        actor, seen = world.actor(done), set[str]()
        with steps_noted(seen) if action in STEPS.values() else nullcontext():
            assert survives(lambda: act(actor)) >= 2
        assert {step for step, outer in STEPS.items() if outer == action} <= seen


def test_the_actors_of_the_matrix_have_every_role() -> None:
    assert {name.split()[0] for name in ACTORS} == set(ROLES)
    assert set().union(*MAY.values()) <= set(ACTORS)


# -- nothing is left out


def public_actions(room: str) -> set[str]:
    """The public functions of a room that are marked as writes."""
    package = importlib.import_module(f"{apps.get_app_config(room).name}.actions")
    modules = [package]
    if hasattr(package, "__path__"):
        modules += [
            importlib.import_module(f"{package.__name__}.{info.name}")
            for info in pkgutil.iter_modules(package.__path__)
        ]
    return {
        f"{room}.{name}"
        for module in modules
        for name, value in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and hasattr(value, "__wrapped__") and value.__module__ == module.__name__
    }


def actions_with_an_actor_but_no_mark(room: str) -> set[str]:
    package = importlib.import_module(f"{apps.get_app_config(room).name}.actions")
    exported = getattr(package, "__all__", [name for name in vars(package) if not name.startswith("_")])
    functions = [vars(package)[name] for name in exported if inspect.isfunction(vars(package)[name])]
    return {
        f"{room}.{function.__name__}"
        for function in functions
        if function.__module__.startswith(package.__name__)
        and "actor" in inspect.signature(function).parameters
        and not hasattr(function, "__wrapped__")
    }


def test_every_action_of_every_room_stands_in_a_matrix() -> None:
    known = {action.split(" ")[0] for action in MAY} | INNER | ASKED_BY_THE_PAGE | OPEN_TO_EVERYBODY | BY_THE_CLOCK
    known |= {f"credit.{name}" for name in test_credit_access.ALLOWED}
    for names in IN_OTHER_FILES.values():
        known |= {f"commitments.{name}" for name in names}
    found = set().union(*(public_actions(room) | actions_with_an_actor_but_no_mark(room) for room in ROOMS)) - READS
    assert found == known, {"in no matrix": sorted(found - known), "no longer there": sorted(known - found)}


def test_no_function_takes_an_actor_without_being_an_action() -> None:
    """But for what writes nothing, and what commits row by row on purpose: each row is an action of its own."""
    unmarked = set().union(*(actions_with_an_actor_but_no_mark(room) for room in ROOMS))
    assert unmarked == READS | {"credit.import_scores", "credit.send_public"}


@pytest.mark.parametrize("file", sorted(IN_OTHER_FILES))
def test_the_matrices_of_the_rooms_above_name_their_actions(file: str) -> None:
    """In the matrix itself, or where somebody is seen to be forbidden."""
    tree = ast.parse((Path(__file__).parent / file).read_text(encoding="utf-8"))
    places: list[ast.AST] = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and "belongs_to_its_role" in node.name
    ]
    assert len(places) == 1
    places += [
        node for node in ast.walk(tree) if isinstance(node, ast.With) and "Forbidden" in ast.unparse(node.items[0])
    ]
    calls = [node for place in places for node in ast.walk(place) if isinstance(node, ast.Call)]
    called = {node.func.id for node in calls if isinstance(node.func, ast.Name)}
    assert IN_OTHER_FILES[file] <= called, sorted(IN_OTHER_FILES[file] - called)


def test_no_page_and_no_interface_calls_a_step_that_asks_nobody() -> None:
    inner = {name.split(".")[1] for name in INNER}
    found = []
    for path in sorted(path for floor in ("ui", "faces", "site") for path in (SOURCE / floor).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and ".actions" in f"{node.module}.":
                found += [f"{path.name}: {alias.name}" for alias in node.names if alias.name in inner]
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "actions"
                and node.attr in inner
            ):
                found.append(f"{path.name}: {node.attr}")
    assert found == []
