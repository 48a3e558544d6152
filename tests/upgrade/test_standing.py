"""How a database stands to this program: told in plain words, and nothing is changed where it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, connections

from tests.database import TestDatabase
from yinuo import __version__
from yinuo.deploy import database, releases, upgrade
from yinuo.deploy.backup import BackupError
from yinuo.deploy.binaries import DatabaseError
from yinuo.deploy.embedded import OWNER
from yinuo.deploy.releases import Kind, UnfitDatabase, ordered, standing

AT = datetime(2026, 12, 2, 10, tzinfo=UTC)
NEXT = {"notices": "tests.upgrade.next_notices"}


@pytest.fixture
def owner(committed_db: str) -> Any:
    return connections["owner"]


@pytest.fixture
def nothing(test_database: TestDatabase, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database in which nothing is."""
    name = f"run_empty_{test_database.clone()}"
    test_database.server.create_database(name)
    with django_db_blocker.unblock(), test_database.pointing_at(name):
        yield name
    test_database.done_with(name)


def change(sql: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql)


def schema() -> tuple[Any, ...]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
        )
        columns = cursor.fetchall()
        cursor.execute("SELECT version, finished_at IS NOT NULL FROM yinuo_release ORDER BY id")
        return columns, cursor.fetchall()


@pytest.mark.parametrize(
    ("less", "more"),
    [("0.9.0", "0.9.1"), ("0.9.9", "0.10.0"), ("0.10.0.dev0", "0.10.0"), ("0.9.1", "0.10.0.dev0"), ("0.99.9", "1.0.0")],
)
def test_versions_are_compared_by_their_numbers(less: str, more: str) -> None:
    assert ordered(less) < ordered(more)


@pytest.mark.parametrize("other", ["", "0.9", "v0.9.0", "0.9.0-rc1", "next"])
def test_what_is_no_version_is_not_compared(other: str) -> None:
    with pytest.raises(ValueError, match="no version"):
        ordered(other)


def test_this_program_has_a_version() -> None:
    assert ordered(__version__) >= (0, 9, 0, 0)


@pytest.mark.slow
def test_an_empty_database_is_set_up_also_when_the_first_start_was_interrupted(
    nothing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("the power is gone")

    owner = connections["owner"]
    assert standing(owner).kind is Kind.EMPTY
    with monkeypatch.context() as broken:
        broken.setattr(database, "secure_append_only", fail)
        with pytest.raises(RuntimeError):
            database.migrate()
    assert standing(owner).kind is Kind.EMPTY
    database.migrate()
    found = standing(owner)
    assert (found.kind, found.release, found.pending, found.why) == (Kind.CURRENT, __version__, (), "")
    assert schema()[1] == [(__version__, True)]


def test_a_current_database_is_migrated_again_without_a_trace(owner: Any) -> None:
    before = schema()
    database.migrate()
    assert schema() == before


def test_a_database_of_the_former_release_is_older_and_its_steps_are_named(
    owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "MIGRATION_MODULES", NEXT)
    found = standing(owner)
    assert (found.kind, found.release, found.pending) == (Kind.OLDER, __version__, ("notices.0999_message_weight",))
    ((name, note),) = releases.notes(owner, found.pending)
    assert name == "notices.0999_message_weight"
    assert "一百万行" in note


def test_a_release_without_migrations_is_noted_too(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "__version__", "9.9.9")
    change("UPDATE yinuo_release SET version = '9.9.8'")
    found = standing(owner)
    assert (found.kind, found.release, found.pending) == (Kind.OLDER, "9.9.8", ())
    database.migrate(backup="/backups/a.tar")
    assert standing(owner).kind is Kind.CURRENT
    with owner.cursor() as cursor:
        cursor.execute("SELECT version, previous, backup FROM yinuo_release ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone() == ("9.9.9", "9.9.8", "/backups/a.tar")


def refused(owner: Any) -> str:
    """What is said of it; the upgrade refuses it and changes nothing."""
    before = schema()
    found = standing(owner)
    for attempt in (lambda: upgrade.bring_up(lambda line: None), found.refuse_unfit):
        with pytest.raises(UnfitDatabase) as refusal:
            attempt()
    assert refusal.value.exit_code == 2
    assert schema() == before
    return f"{found.kind}：{refusal.value}"


def test_a_database_used_by_a_newer_program_is_refused(owner: Any) -> None:
    change("INSERT INTO yinuo_release (version, previous, migrations, backup, began_at, finished_at) "
           "SELECT '99.0.0', version, migrations, '/b/1.tar', now(), now() FROM yinuo_release")  # fmt: skip
    said = refused(owner)
    assert said.startswith("newer：这个数据库已经由 99.0.0 使用")
    assert "请安装 99.0.0 或者更新的版本" in said
    assert "yinuo restore /b/1.tar --force" in said


def test_a_database_with_migrations_this_program_does_not_know_is_refused(owner: Any) -> None:
    change("INSERT INTO django_migrations (app, name, applied) VALUES ('notices', '0099_later', now())")
    change("UPDATE yinuo_release SET migrations = migrations || ARRAY['notices.0099_later']")
    assert "notices.0099_later" in (said := refused(owner))
    assert said.startswith("newer")


def test_rows_of_a_library_no_longer_installed_do_not_matter(owner: Any) -> None:
    change("INSERT INTO django_migrations (app, name, applied) VALUES ('gone', '0001_initial', now())")
    change("UPDATE yinuo_release SET migrations = migrations || ARRAY['gone.0001_initial']")
    assert standing(owner).kind is Kind.CURRENT


def test_a_database_whose_upgrade_broke_off_is_refused_and_the_backup_is_named(owner: Any) -> None:
    with owner.cursor() as cursor:
        releases.begin(cursor, previous=__version__, backup="/b/2.tar", at=AT)
    said = refused(owner)
    assert said.startswith(f"half：数据库从 {__version__} 升级到 {__version__} 时中断")
    assert "yinuo restore /b/2.tar --force" in said
    upgrade.bring_up(lambda line: None, resume=True)
    assert standing(owner).kind is Kind.CURRENT
    assert [finished for _, finished in schema()[1]] == [True, True]


@pytest.mark.parametrize("place", ["_rebuild", "_audit"])
def test_an_upgrade_killed_after_the_migration_is_gone_on_with_by_the_next_start(
    owner: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, place: str
) -> None:
    def fail() -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(settings, "MIGRATION_MODULES", NEXT)
    with monkeypatch.context() as broken:
        broken.setattr(upgrade, place, fail)
        with pytest.raises(RuntimeError):
            upgrade.bring_up(lambda line: None, target=tmp_path / "before.tar")
    found = standing(owner)
    assert (found.kind, found.audited) == (Kind.CURRENT, False)
    done: list[str] = []
    monkeypatch.setattr(upgrade, "_rebuild", lambda: done.append("rebuild") or 3)
    monkeypatch.setattr(upgrade, "_audit", lambda: done.append("audit") or ["a fault"])
    again = upgrade.bring_up(lambda line: None)
    assert (done, again.rebuilt, again.faults, again.backup) == (["rebuild", "audit"], 3, ["a fault"], None)
    assert standing(owner).audited
    assert upgrade.bring_up(lambda line: None).faults == [] and done == ["rebuild", "audit"]


def test_an_upgrade_of_another_release_is_not_gone_on_with(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "__version__", "9.9.9")
    change(
        "INSERT INTO yinuo_release (version, previous, migrations, backup, began_at) VALUES ('9.9.8', '9.9.7', "
        "'{}', '', now())"
    )
    assert "用 9.9.8 的程序" in refused(owner)
    with pytest.raises(UnfitDatabase):
        upgrade.bring_up(lambda line: None, resume=True)


def test_a_database_migrated_past_the_upgrade_is_refused(owner: Any) -> None:
    """What an old program left when it failed at HEAD on 2026-12-02: new rows in django_migrations, the release not
    finished.
    """
    change("INSERT INTO django_migrations (app, name, applied) VALUES ('notices', '0002_by_hand', now())")
    assert "notices.0002_by_hand" in (said := refused(owner))
    assert said.startswith("half")


def test_a_database_that_lacks_a_column_of_an_edited_first_migration_is_refused(owner: Any) -> None:
    change("ALTER TABLE notices_message DROP COLUMN error")
    assert "缺少 notices_message.error" in refused(owner)


def test_a_database_of_before_the_first_release_is_refused(owner: Any) -> None:
    change("DROP TABLE yinuo_release")
    with pytest.raises(UnfitDatabase, match=r"0\.9\.0 是第一个发布的版本"):
        upgrade.bring_up(lambda line: None)


def test_a_database_of_a_development_version_before_the_first_release_is_refused(
    owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releases, "__version__", "0.9.1")
    change("UPDATE yinuo_release SET version = '0.9.0.dev0'")
    assert "没有升级的办法" in (said := refused(owner))
    assert said.startswith("unreleased")


def test_somebody_elses_database_is_refused(nothing: str) -> None:
    change("CREATE TABLE customers (id int)")
    with pytest.raises(UnfitDatabase, match="不是一诺的数据库"):
        upgrade.bring_up(lambda line: None)


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(settings, "MIGRATION_MODULES", NEXT)
    before = schema()
    with monkeypatch.context() as broken:
        broken.setattr(database, "secure_append_only", fail)
        with pytest.raises(RuntimeError):
            database.migrate()
    assert schema() == before
    assert standing(owner).kind is Kind.OLDER
    database.migrate()
    assert schema() != before


def test_nobody_may_work_on_the_database_while_it_is_upgraded(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MIGRATION_MODULES", NEXT)
    monkeypatch.setattr(upgrade, "SESSIONS_END_WITHIN_SECONDS", 0)
    before = schema()
    elsewhere = connection.copy("default")
    elsewhere.connect()
    with pytest.raises(DatabaseError, match=r"还有 1 个连接.*没有改动任何东西"):
        upgrade.bring_up(lambda line: None)
    elsewhere.close()
    assert schema() == before


def test_without_room_for_the_backup_nothing_is_upgraded(
    owner: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(settings, "MIGRATION_MODULES", NEXT)
    monkeypatch.setattr(upgrade.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 1000}))
    with pytest.raises(BackupError, match="空间不够"):
        upgrade.bring_up(lambda line: None, target=tmp_path / "before.tar")
    assert standing(owner).kind is Kind.OLDER


def test_the_application_reads_what_the_release_is_and_cannot_change_it(committed_db: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM yinuo_release")
        assert cursor.fetchall() == [(__version__,)]
    for statement in (
        "UPDATE yinuo_release SET version = '99.0.0'",
        "DELETE FROM yinuo_release",
        "TRUNCATE yinuo_release",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_owner_of_the_tables_is_the_one_who_notes_the_release(owner: Any) -> None:
    with owner.cursor() as cursor:
        cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'yinuo_release'")
        assert cursor.fetchone() == (OWNER,)
