"""Who may do what in the database, and the tests' own way of using it."""

from __future__ import annotations

import threading

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.migrations import CreateModel
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model
from django.template import engines

from tests.conftest import OWN
from tests.database import TestDatabase
from yinuo.deploy import database
from yinuo.deploy.embedded import APP, OWNER
from yinuo.engine.base import AppendOnly, FixedWhenMade

Person = get_user_model()
GROWING = sorted(database.append_only_tables())


def test_every_append_only_model_of_the_rooms_is_found() -> None:
    declared = {model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnly)}
    assert declared
    assert declared <= set(GROWING)


@pytest.mark.django_db
def test_the_application_is_neither_owner_nor_superuser() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (APP, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["CREATE TABLE mine ()", "DROP TABLE trail_entry", "DELETE FROM django_migrations"]
)
def test_the_application_cannot_change_the_schema(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("table", GROWING)
def test_the_application_has_no_right_to_change_an_append_only_table(table: str) -> None:
    with connection.cursor() as cursor:
        for right, allowed in {
            "SELECT": True,
            "INSERT": True,
            "UPDATE": False,
            "DELETE": False,
            "TRUNCATE": False,
        }.items():
            cursor.execute("SELECT has_table_privilege(current_user, %s, %s)", [table, right])
            assert cursor.fetchone() == (allowed,), right


@pytest.mark.django_db
@pytest.mark.parametrize("model", list(database.models_with_fixed_columns()))
def test_the_application_may_change_the_columns_that_are_not_fixed_and_no_other(model: type[FixedWhenMade]) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(current_user, %s, 'DELETE')", [table])
        assert cursor.fetchone() == (False,)
        for field in model._meta.local_concrete_fields:
            cursor.execute("SELECT has_column_privilege(current_user, %s, %s, 'UPDATE')", [table, field.column])
            assert cursor.fetchone() == (field.name not in model.fixed and not field.primary_key,), field.name


def test_even_the_owner_cannot_change_an_issued_document_nor_give_it_another_file(
    committed_db: str, test_database: TestDatabase
) -> None:
    with test_database.server.connect(OWNER, committed_db) as owner:
        [(file,), (other,)] = owner.execute(
            "INSERT INTO documents_storedfile (sha256, name, content_type, size, content, at)"
            " SELECT 'x', '证.pdf', 'application/pdf', 1, 'x', now() FROM generate_series(1, 2) RETURNING id"
        ).fetchall()
        owner.execute(
            "INSERT INTO documents_document"
            " (kind, number, project_code, subject_kind, subject_id, data, template_version, issued_at, sha256, signer)"
            " VALUES ('receipt', '1', '', 'projects.project', 1, '{}', 1, now(), '', '')"
        )
        owner.execute("UPDATE documents_document SET project_code = '2611'")
        owner.execute("UPDATE documents_document SET file_id = %s, sha256 = 'x', signer = '局'", [file])
        owner.commit()
        for change in (
            "SET data = '{\"a\": 1}'",
            "SET template_version = 2",
            f"SET file_id = {other}",
            "SET signer = '另一局'",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation, match="不能"):
                owner.execute(f"UPDATE documents_document {change}")
            owner.rollback()
        for statement in ("DELETE FROM documents_document", "TRUNCATE documents_document CASCADE"):
            with pytest.raises(psycopg.errors.RestrictViolation, match="不能"):
                owner.execute(statement)
            owner.rollback()


def test_even_the_owner_cannot_change_an_append_only_row(committed_db: str, test_database: TestDatabase) -> None:
    with test_database.server.connect(OWNER, committed_db) as owner:
        owner.execute("INSERT INTO trail_seen (at, role, project_code, what) VALUES (now(), 'public', '', 'map')")
        for statement in (b"UPDATE trail_seen SET what = 'x'", b"DELETE FROM trail_seen", b"TRUNCATE trail_seen"):
            with pytest.raises(Exception, match="trail_seen 只能追加，不能修改或删除"):
                owner.execute(statement)
        assert owner.execute("SELECT what FROM trail_seen").fetchall() == [("map",)]


@pytest.mark.django_db
@pytest.mark.parametrize("table", GROWING)
def test_every_append_only_table_carries_both_triggers(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY tgname", [table]
        )
        assert [row[0] for row in cursor.fetchall() if row[0].startswith(database.GUARD)] == [
            "refuse_change_all",
            "refuse_change_row",
        ]


@pytest.mark.django_db
@pytest.mark.parametrize("model", list(database.models_moved_by_database()))
def test_what_the_database_writes_itself_the_application_may_not(model: type[Model]) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(current_user, %s, 'DELETE'), has_table_privilege(current_user, %s, 'TRUNCATE')",
            [table] * 2,
        )
        assert cursor.fetchone() == (False, False)
        for field in model._meta.local_concrete_fields:
            cursor.execute(
                "SELECT has_column_privilege(current_user, %(table)s, %(column)s, 'INSERT'), "
                "has_column_privilege(current_user, %(table)s, %(column)s, 'UPDATE')",
                {"table": table, "column": field.column},
            )
            free = field.name not in model.moved_by_database
            assert cursor.fetchone() == (free, free and not field.primary_key), field.name


@pytest.mark.django_db
def test_functions_that_run_as_the_owner_look_nowhere_but_where_the_application_cannot_write() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, r.rolname, p.proconfig FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
            " JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef AND n.nspname = 'public'"
        )
        assert cursor.fetchall() == [("credit_head_follows", OWNER, ["search_path=pg_catalog, pg_temp"])]


def test_with_one_role_for_both_the_triggers_still_stand_and_migrating_again_works(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "USER", OWNER)
    database.migrate()
    database.migrate()
    with connections["owner"].cursor() as cursor:
        cursor.execute("INSERT INTO trail_seen (at, role, project_code, what) VALUES (now(), 'public', '', 'map')")
        with pytest.raises(DatabaseError, match="只能追加"):
            cursor.execute("DELETE FROM trail_seen")


@pytest.mark.django_db
def test_chinese_text_is_cut_into_trigrams() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(show_trgm('供热管网改造'))")
        assert cursor.fetchone()[0] > 5


@pytest.mark.django_db
def test_the_migrations_say_all_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_rooms_first_migration_makes_each_table_at_once() -> None:
    """Django renders the tables around the one it touches anew for every operation: a field, an index, a constraint
    added later cost 25 s.
    """
    first = [
        migration
        for migration in MigrationLoader(None).disk_migrations.values()
        if type(migration).__module__.startswith("yinuo.")
    ]
    assert len(first) > 20
    later = [
        f"{one}: {step.describe()}"
        for one in first
        if one.initial
        for step in one.operations
        if type(step) is not CreateModel
    ]
    # An item names its application and an application its item: one of the two can only come after both tables.
    assert later == [
        "onemap.0001_initial: Add field application to MapItem",
        "onemap.0001_initial: Create constraint item_with_its_application on model MapItem",
    ]


@pytest.mark.django_db
def test_a_test_in_a_transaction_leaves_nothing_first_half() -> None:
    assert not Person.objects.filter(username="passing").exists()
    Person.objects.create_user("passing", name="过客")


@pytest.mark.django_db
def test_a_test_in_a_transaction_leaves_nothing_second_half() -> None:
    assert not Person.objects.filter(username="passing").exists()


def test_a_committing_test_is_seen_by_another_thread_and_by_no_other_test(committed_db: str) -> None:
    Person.objects.create_user("settler", name="住户")
    seen: list[bool] = []

    def look() -> None:
        seen.append(Person.objects.filter(username="settler").exists())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [True]


def test_a_committing_test_starts_from_a_clean_clone(committed_db: str) -> None:
    assert not Person.objects.exists()


def test_an_undefined_variable_in_our_own_template_raises() -> None:
    template = engines["django"].from_string("{{ nothing }}")
    template.template.origin.name = str(OWN / "yinuo/ui/templates/page.html")
    for node in template.template.nodelist:
        node.origin = template.template.origin
    with pytest.raises(Exception, match=r"nothing in .*page\.html"):
        template.render({})


def test_an_undefined_variable_in_a_template_of_a_library_is_empty() -> None:
    template = engines["django"].from_string("[{{ nothing }}]")
    # A checkout may be called like the package, and its libraries lie below it.
    template.template.origin.name = "/srv/yinuo/.venv/lib/django/contrib/admin/templates/page.html"
    for node in template.template.nodelist:
        node.origin = template.template.origin
    assert template.render({}) == "[]"
