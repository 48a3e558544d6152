"""Every released version comes up under this program: its rows, jobs and log are whole, and its projects go on."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections

from scripts.release_dump import LARGEST, NOW, SECRET, migration_digests
from tests.apps.county import facts
from tests.database import TestDatabase
from yinuo.deploy import upgrade
from yinuo.deploy.backup import DUMP, HOME, read
from yinuo.deploy.binaries import locate, service_account
from yinuo.deploy.embedded import SUPERUSER
from yinuo.deploy.releases import Kind, ordered, standing
from yinuo.engine.base import Actor
from yinuo.engine.documents.actions import make_paper
from yinuo.engine.documents.models import Document
from yinuo.engine.infochain import queries
from yinuo.engine.infochain.audit import audit
from yinuo.engine.people.models import AuthorisedPerson, Membership, ProjectUnit
from yinuo.engine.people.queries import actor_of_binding, actor_of_membership
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import WorkItem
from yinuo.rooms.credit.models import CreditEvent
from yinuo.rooms.credit.relying import rely_on
from yinuo.rooms.onemap.actions import accept, confirm_review
from yinuo.rooms.onemap.models import GuidanceAnswer, MapItem
from yinuo.rooms.projects.actions import ask_question, file_project
from yinuo.rooms.projects.models import Project

HERE = Path(__file__).resolve().parent
RELEASED: dict[str, dict[str, str]] = json.loads((HERE / "released.json").read_text(encoding="utf-8"))
DUMPS = {file.name.removesuffix(".tar.xz"): file for file in (HERE / "dumps").glob("*.tar.xz")}
VERSIONS = sorted(DUMPS, key=ordered)
MIGRATIONS = sorted((HERE.parents[1] / "src" / "yinuo").glob("**/migrations/0*.py"))
LATER = NOW + timedelta(hours=1)
NEXT = {"notices": "tests.upgrade.next_notices"}
# What an upgrade itself writes: the release, the migration of the tests, and that an audit was made.
WRITTEN = {"yinuo_release", "django_migrations", "infochain_auditrun", "trail_entry"}
# Django's own lists of the models there are; later releases add some.
LISTS = {"auth_permission", "django_content_type"}


def test_every_released_version_has_left_a_small_instance() -> None:
    assert sorted(RELEASED, key=ordered) == VERSIONS
    assert all(file.stat().st_size <= LARGEST for file in DUMPS.values())


@pytest.mark.parametrize("version", RELEASED)
def test_a_released_migration_is_never_changed(version: str) -> None:
    """Who needs another schema writes a new migration: a released one has been applied and is not read again."""
    now = migration_digests()
    assert {name: now.get(name) for name in RELEASED[version]} == RELEASED[version]


@pytest.mark.parametrize("file", MIGRATIONS, ids=lambda file: "/".join(file.parts[-3:]))
def test_a_migration_names_no_module_that_may_move(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imported = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    imported += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert [name for name in imported if name.startswith("yinuo") and name != "yinuo.core.ids"] == []


@pytest.mark.parametrize(
    "file",
    [file for file in MIGRATIONS if not file.name.startswith("0001")],
    ids=lambda file: "/".join(file.parts[-3:]),
)
def test_a_forward_migration_says_what_it_locks_and_how_long(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    (migration,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Migration"]
    notes = [
        node for node in migration.body if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "note"
    ]
    assert len(notes) == 1, "write `note`: which table is locked, and how long at a million rows"
    assert len(ast.literal_eval(notes[0].value)) > 10


# -- a released instance, upgraded


@dataclass
class Upgraded:
    """A released instance's database before and after the upgrade to this program and one forward migration of the
    tests.
    """

    rows: dict[str, int]
    jobs: list[Any]
    log: list[Any]
    done: upgrade.Upgrade
    backup: Path


def counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


def jobs() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, task_name, queue_name, args, status, attempts FROM procrastinate_jobs ORDER BY id")
        return cursor.fetchall()


def log() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT index, entry FROM infochain_logentry ORDER BY index")
        entries = [(index, hashlib.sha256(bytes(entry)).hexdigest()) for index, entry in cursor.fetchall()]
        cursor.execute("SELECT size, note FROM infochain_loghead")
        return [*cursor.fetchall(), *entries]


@pytest.fixture(scope="module", params=VERSIONS)
def upgraded(
    request: pytest.FixtureRequest,
    test_database: TestDatabase,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Upgraded]:
    place = tmp_path_factory.mktemp("released")
    with tarfile.open(DUMPS[request.param]) as tar:
        for member in tar:
            target = place / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(tar.extractfile(member).read())  # type: ignore[union-attr]
    assert (place / HOME / "secret_key").read_text(encoding="utf-8") == SECRET == settings.SECRET_KEY
    name = f"run_{os.getpid()}_released"
    server = test_database.server
    server.create_database(name)
    program = locate(service_account()).bin / "pg_restore"
    subprocess.run(
        [program, "--exit-on-error", "--single-transaction", "-d", server.url(SUPERUSER, name), place / DUMP],
        check=True,
    )
    patch = pytest.MonkeyPatch()
    patch.setattr(settings, "YINUO_CHAIN_HOME", place / HOME / "chain")
    patch.setattr(settings, "MIGRATION_MODULES", NEXT)
    with django_db_blocker.unblock(), test_database.pointing_at(name):
        before = counts(), jobs(), log()
        assert standing(connections["owner"]).kind is Kind.OLDER
        yield Upgraded(*before, upgrade.bring_up(lambda line: None, target=place / "before.tar"), place / "before.tar")
    patch.undo()
    test_database.done_with(name)


@pytest.mark.slow
def test_it_comes_up_whole(upgraded: Upgraded) -> None:
    assert standing(connections["owner"]).kind is Kind.CURRENT
    now = counts()
    kept = upgraded.rows.keys() - WRITTEN - LISTS
    assert {table: now[table] for table in kept} == {table: upgraded.rows[table] for table in kept}
    assert all(now[table] > upgraded.rows[table] for table in WRITTEN)
    assert upgraded.jobs == jobs()
    assert upgraded.log == log()[: len(upgraded.log)]


@pytest.mark.slow
def test_the_audit_finds_nothing(upgraded: Upgraded) -> None:
    assert upgraded.done.faults == []


@pytest.mark.slow
def test_the_forward_migration_has_changed_the_rows_it_should(upgraded: Upgraded) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE weight = 2) = count(*) FILTER (WHERE project_code = '') FROM notices_message"
        )
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT count(*) FROM notices_message WHERE weight = 2")
        assert cursor.fetchone()[0] > 0


@pytest.mark.slow
def test_the_backup_before_it_is_the_released_instance(upgraded: Upgraded) -> None:
    assert {name.removeprefix("public."): count for name, count in read(upgraded.backup).rows.items()} == upgraded.rows


# -- and goes on: three projects take their next step, a new one is filed


def officer(department_id: int) -> Actor:
    return actor_of_membership(
        Membership.objects.filter(department_id=department_id, role="approver", to_on=None).order_by("id")[0]
    )


@pytest.mark.slow
def test_a_filing_that_waits_for_its_review_is_confirmed_and_goes_to_the_departments(upgraded: Upgraded) -> None:
    waiting = WorkItem.objects.filter(kind="review", state="running").order_by("id")[0]
    confirm_review(actor=officer(waiting.department_id), project_id=waiting.project_id, at=LATER)
    assert GuidanceAnswer.objects.filter(guidance__project_id=waiting.project_id).exists()
    waiting.refresh_from_db()
    assert waiting.state == "done"


@pytest.mark.slow
def test_an_application_received_is_accepted_and_its_clock_runs(upgraded: Upgraded) -> None:
    item = MapItem.objects.filter(state="received", project__state="confirmed").order_by("id")[0]
    accept(actor=officer(item.department_id), item_id=item.pk, at=LATER)
    item.refresh_from_db()
    assert (item.state, item.application.accepted_at) == ("accepted", LATER)
    clock = WorkItem.objects.get(subject_kind="onemap.mapitem", subject_id=item.pk, kind="limit", state="running")
    assert clock.due_at is not None and clock.due_at > LATER
    paper = make_paper(document_id=Document.objects.filter(kind="acceptance_notice").latest("id").pk, at=LATER)
    assert paper is not None and bytes(paper.content).startswith(b"%PDF")


@pytest.mark.slow
def test_a_paper_still_waiting_is_made_by_the_template_it_was_issued_with(upgraded: Upgraded) -> None:
    for kind in sorted(set(Document.objects.filter(file=None).values_list("kind", flat=True))):
        document = Document.objects.filter(file=None, kind=kind).order_by("id")[0]
        paper = make_paper(document_id=document.pk, at=LATER)
        assert paper is not None and bytes(paper.content).startswith(b"%PDF"), kind


@pytest.mark.slow
def test_a_company_asks_and_another_project_is_filed(upgraded: Upgraded) -> None:
    binding = AuthorisedPerson.objects.filter(unit__name="积石山绿源有机肥有限公司").order_by("id")[0]
    company = actor_of_binding(binding)
    told = facts(name="升级以后申报的项目", unit={"credit_code": binding.unit.credit_code})
    filing = file_project(actor=company, unit_id=binding.unit_id, facts=told, pledged=True, at=LATER)
    assert filing.project.code
    running = Project.objects.filter(unit=binding.unit, state="confirmed").order_by("id")[0]
    asked = ask_question(actor=company, project_id=running.pk, text="升级以后还能提问吗？", at=LATER)
    assert WorkItem.objects.filter(kind="question", subject_id=asked.pk, state="running").exists()


@pytest.mark.slow
def test_every_change_of_points_has_found_its_leaf_and_every_grade_is_relied_on(upgraded: Upgraded) -> None:
    assert CreditEvent.objects.exists()
    assert not CreditEvent.objects.filter(leaf=None).exists()
    for unit in ProjectUnit.objects.filter(credit__isnull=False):
        assert rely_on(unit, LATER).score == unit.credit.score, unit.name
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="permission denied"):
        cursor.execute("UPDATE credit_credithead SET grade = 'A'")


@pytest.mark.slow
def test_the_clocks_go_on_and_the_audit_still_finds_nothing(upgraded: Upgraded) -> None:
    ten_days = NOW + timedelta(days=10)
    while tick(ten_days):
        pass
    assert not WorkItem.objects.filter(state="running", next_transition_at__lte=ten_days).exists()
    assert audit(queries.log_key()).faults == []
