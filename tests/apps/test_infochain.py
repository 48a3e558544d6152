from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from tests.apps.chaining import ORIGIN, Log
from tests.apps.county import Company, County, at, facts, new_company
from yinuo.chain.leaves import check_disclosure, check_follows, check_signature, parse
from yinuo.chain.signing import sign_checkpoint
from yinuo.chain.verifier import Checkpoint as Head
from yinuo.chain.verifier import Note, Policy, Proof, Unverified, check_proof
from yinuo.engine.base import Actor, Forbidden, Refused
from yinuo.engine.infochain import actions, keys, queries, tasks
from yinuo.engine.infochain.audit import audit
from yinuo.engine.infochain.models import (
    Checkpoint,
    IssuerKey,
    LeafRecord,
    LogEdge,
    LogEntry,
    LogHead,
    Subject,
)
from yinuo.engine.infochain.sequencer import Behind
from yinuo.engine.infochain.storage import HeadLock
from yinuo.engine.people.models import Department
from yinuo.engine.trail.models import ChainRow
from yinuo.rooms.projects.actions import file_project
from yinuo.rooms.projects.models import FilingCertificate, Project

MORNING = at("2026-11-03 09:12")
ADMIN = Actor.system()


@pytest.fixture(autouse=True)
def no_key_of_another_database() -> Iterator[None]:
    keys.forget()
    yield
    keys.forget()


@pytest.fixture
def company(county: County) -> Company:
    """Unrated: of the score the others begin with nothing was ever told the chain."""
    return new_company(score=None)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def file(company: Company, name: str = "") -> Project:
    given = facts(name=name) if name else facts()
    return file_project(actor=company.actor, unit_id=company.unit.pk, facts=given, pledged=True, at=MORNING).project


def policy(log: Log) -> Policy:
    return Policy((log.key.verifier,), {}, {}, "none")


def test_a_filing_leaves_three_signed_leaves_that_follow_each_other(county: County, company: Company) -> None:
    project = file(company)
    rows = [parse(bytes(row.entry)) for row in ChainRow.objects.filter(label=project.code).order_by("id")]
    assert [leaf.type for leaf in rows] == ["project.basic", "project.code_assigned", "approval.document"]
    assert [leaf.n for leaf in rows] == [1, 2, 3]
    before = None
    for leaf in rows:
        check_follows(leaf, before)
        check_signature(leaf, bytes(IssuerKey.objects.get(kid=leaf.kid).public))
        before = leaf
    assert Subject.objects.get(label=project.code).n == 3


def test_no_entry_holds_anything_of_the_project(county: County, company: Company) -> None:
    project = file(company)
    unit = company.unit
    private = [
        project.code,
        project.name,
        unit.name,
        unit.credit_code,
        project.certificate.number,
        company.person.name,
        company.person.phone,
    ]
    for row in ChainRow.objects.filter(label=project.code):
        text = bytes(row.entry).decode()
        assert not [word for word in private if word and word in text]


def test_the_filing_department_vouches_once_it_has_a_key(county: County, company: Company) -> None:
    assert {parse(bytes(row.entry)).issuer for row in _filed(company)} == {keys.PLATFORM}
    tasks.give_keys(MORNING)
    keys.forget()
    assert {parse(bytes(row.entry)).issuer for row in _filed(company, "第二个项目")} == {
        Department.objects.get(key="development_reform", hall=county.hall).name
    }


def _filed(company: Company, name: str = "") -> list[ChainRow]:
    project = file(company, name)
    return list(ChainRow.objects.filter(label=project.code))


def test_the_sequencer_gives_every_leaf_its_place_and_signs_the_head(
    county: County, company: Company, log: Log
) -> None:
    file(company)
    waiting = ChainRow.objects.count()
    done = log.step()
    assert done is not None
    assert (done.entries, done.size) == (waiting, waiting)
    assert not ChainRow.objects.exists()
    assert list(LogEntry.objects.order_by("index").values_list("index", flat=True)) == list(range(waiting))
    note = queries.checkpoint()
    assert note is not None
    assert note.signed_by([log.key.verifier])
    assert Head.parse(note.text).origin == ORIGIN
    assert log.step() == type(done)(0, waiting)
    assert Checkpoint.objects.count() == 1
    assert audit(log.key.verifier).faults == []


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_batches_of_any_size_lead_to_the_same_log(county: County, company: Company, log: Log, batch: int) -> None:
    for n in range(3):
        file(company, f"第{n}个项目")
    total = ChainRow.objects.count()
    while ChainRow.objects.exists():
        log.step(batch=batch)
    assert LogHead.objects.get().size == total
    assert audit(log.key.verifier).faults == []


def test_a_leaf_is_proven_with_the_fields_that_may_be_shown(county: County, company: Company, log: Log) -> None:
    project = file(company)
    record = queries.leaves_of(project.code or "")[0]
    with pytest.raises(queries.NotYet):
        queries.prove(record, policy(log))
    log.step()
    proven = queries.prove(record, policy(log), show=["code", "kind"])
    read = Proof.parse(bytes(proven.proof))
    check_proof(proven.entry, read, policy(log))
    leaf = parse(proven.entry)
    assert dict(check_disclosure(leaf, one) for one in proven.disclosures) == {"code": project.code, "kind": "filing"}
    with pytest.raises(Unverified):
        check_proof(proven.entry.replace(b"project.basic", b"project.other"), read, policy(log))


def test_the_lock_file_is_written_in_place_only_within_a_sector_and_over_a_head_as_long(tmp_path: Path) -> None:
    log, file = Log(tmp_path), tmp_path / "head"
    heads = {size: sign_checkpoint(Head(ORIGIN, size, bytes([size % 251]) * 32), log.key) for size in (8, 9, 10, 99)}
    written = []
    for note in heads.values():
        log.lock.write(note)
        assert file.read_bytes() == bytes(note)
        assert log.lock.read() == Head.parse(note.text)
        written.append(file.stat().st_ino)
    assert written[0] == written[1] != written[2] == written[3]
    long = Note(heads[99].text + "x" * 512 + "\n", heads[99].lines)
    file.write_bytes(bytes(long))
    before = file.stat().st_ino
    log.lock.write(long)
    assert file.stat().st_ino != before
    assert [one.name for one in tmp_path.glob("head*")] == ["head"]


def test_a_database_behind_its_lock_file_signs_nothing(county: County, company: Company, log: Log) -> None:
    file(company)
    log.step()
    older = log.lock.path.read_bytes()
    file(company, "第二个项目")
    log.step()
    newer = log.lock.path.read_bytes()
    size = LogHead.objects.get().size
    forged = Log(log.folder)
    forged.lock.path.write_bytes(newer.replace(f"\n{size}\n".encode(), f"\n{size + 1}\n".encode()))
    with pytest.raises(Behind, match="旧备份"):
        forged.step()
    # Another root for a size that is there.
    other = Head(ORIGIN, size, bytes(32))
    forged.lock.path.write_bytes(bytes(sign_checkpoint(other, log.key)))
    with pytest.raises(Behind):
        forged.step()
    log.lock.path.unlink()
    with pytest.raises(Behind, match="不见了"):
        log.step()
    # An older lock file than the log is what a crash leaves behind, and is fine.
    log.lock.path.write_bytes(older)
    file(company, "第三个项目")
    assert log.step() is not None
    assert audit(log.key.verifier).clean


def test_an_edge_or_a_head_changed_since_the_last_round_is_not_signed_on(
    county: County, company: Company, log: Log
) -> None:
    """In the very process that grew it, which does not hash what it reads again unchanged."""
    file(company)
    log.step()
    size, before = LogHead.objects.get().size, Checkpoint.objects.count()
    file(company, "第二个项目")
    for change in (
        lambda: LogEdge.objects.filter(level=0).update(data=bytes(32 * size)),
        lambda: LogHead.objects.update(root=bytes(32)),
        lambda: LogHead.objects.update(size=size - 1, published=size - 1),
        LogEdge.objects.all().delete,
    ):
        with transaction.atomic():
            change()
            with pytest.raises(Behind, match="树"):
                log.step()
            transaction.set_rollback(True)
    assert Checkpoint.objects.count() == before
    assert log.step() is not None
    assert audit(log.key.verifier).clean


def test_publishing_alone_does_not_wait_for_the_disk(committed_db: str, tmp_path: Path) -> None:
    """Were it to last beyond its own statement, the next round's entries could be lost after their head was signed."""
    from tests.apps.county import new_company, new_county

    new_county()
    log, company = Log(tmp_path), new_company()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")
        for name in ("第一个项目", "第二个项目"):
            file(company, name)
            log.step()
            cursor.execute("SELECT current_setting('synchronous_commit'), published = size FROM infochain_loghead")
            assert cursor.fetchone() == ("on", True)
    connection.close()


def test_power_lost_between_the_commit_and_the_lock_file_is_made_good_at_the_next_round(
    county: County, company: Company, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the very first round, when there is no lock file yet, and later, when there is an older one."""
    for name in ("第一个项目", "第二个项目"):
        file(company, name)
        with monkeypatch.context() as dark:
            dark.setattr(type(log.lock), "write", lambda *_: (_ for _ in ()).throw(OSError("power lost")))
            with pytest.raises(OSError, match="power lost"):
                log.step()
        before = LogHead.objects.get()
        assert before.published < before.size
        assert queries.checkpoint() is None or Head.parse(queries.checkpoint().text).size == before.published  # type: ignore[union-attr]
        done = log.step()
        assert done is not None
        assert (done.entries, done.size) == (0, before.size)
        assert LogHead.objects.get().published == before.size
        assert Head.parse(Note.parse(log.lock.path.read_bytes()).text).size == before.size
    assert audit(log.key.verifier).clean


def test_a_changed_business_row_is_found_and_named(county: County, company: Company, log: Log) -> None:
    project = file(company)
    log.step()
    assert audit(log.key.verifier).clean
    Project.objects.filter(pk=project.pk).update(name="改过的名称")
    assert audit(log.key.verifier).faults == [
        f"{project.code}：项目名称现为“改过的名称”，日志里是“{project.name}”（项目基本信息）"
    ]


def test_a_changed_record_entry_or_tile_is_found(county: County, company: Company, log: Log) -> None:
    file(company)
    log.step()
    record = LeafRecord.objects.order_by("id").last()
    assert record is not None
    fields = [[salt, name, "另一个值"] for salt, name, value in record.fields]
    LeafRecord.objects.filter(pk=record.pk).update(fields=fields)
    found = audit(log.key.verifier).faults
    assert any("摘要不符" in fault for fault in found)


def test_the_application_can_neither_change_nor_remove_an_entry(county: County, company: Company, log: Log) -> None:
    file(company)
    log.step()
    for change in (
        lambda: LogEntry.objects.filter(index=0).update(entry=b"x"),
        LogEntry.objects.all().delete,
        Checkpoint.objects.all().delete,
    ):
        with pytest.raises(Exception, match=r"permission denied|只能追加"), transaction.atomic():
            change()


def test_an_erased_subject_tells_nothing_and_the_tree_stands(county: County, company: Company, log: Log) -> None:
    project = file(company)
    log.step()
    with pytest.raises(Forbidden):
        actions.erase(actor=company.actor, label=project.code or "", why="x", at=MORNING)
    with pytest.raises(Refused, match="依据"):
        actions.erase(actor=ADMIN, label=project.code or "", why=" ", at=MORNING)
    with pytest.raises(Refused, match="没有这个项目"):
        actions.erase(actor=ADMIN, label="nothing", why="个人信息保护法第四十七条", at=MORNING)
    assert actions.erase(actor=ADMIN, label=project.code or "", why="个人信息保护法第四十七条", at=MORNING) == 3
    assert Subject.objects.get(label=project.code).key is None
    assert queries.prove(queries.leaves_of(project.code or "")[0], policy(log)).disclosures == ()
    assert audit(log.key.verifier).clean


def test_keys_come_and_go_and_each_is_on_record(county: County, company: Company, log: Log) -> None:
    assert tasks.give_keys(MORNING) > 10
    assert tasks.give_keys(MORNING) == 0
    department = Department.objects.get(key="development_reform", hall=county.hall)
    with pytest.raises(Refused, match="已经有"):
        actions.add_key(actor=ADMIN, department_id=department.pk, at=MORNING)
    old = IssuerKey.objects.get(department=department)
    with pytest.raises(Refused, match="原因"):
        actions.rotate_key(actor=ADMIN, key_id=old.pk, reason=" ", at=MORNING)
    with pytest.raises(Forbidden):
        actions.rotate_key(actor=company.actor, key_id=old.pk, reason="到期", at=MORNING)
    new = actions.rotate_key(actor=ADMIN, key_id=old.pk, reason="到期更换", at=MORNING)
    with pytest.raises(Refused, match="停用"):
        actions.rotate_key(actor=ADMIN, key_id=old.pk, reason="到期更换", at=MORNING)
    assert actions.revoke_retired_keys(actor=Actor.system(), at=at("2026-11-03 09:13")) == 0
    assert actions.revoke_retired_keys(actor=Actor.system(), at=at("2026-11-03 09:15")) == 1
    assert actions.revoke_retired_keys(actor=Actor.system(), at=at("2026-11-03 09:16")) == 0
    keys.forget()
    project = file(company)
    log.step()
    assert {
        parse(bytes(entry.entry)).kid
        for entry in LogEntry.objects.filter(
            outbox_id__in=LeafRecord.objects.filter(subject__label=project.code).values("outbox_id")
        )
    } == {new.kid}
    types = [
        parse(bytes(row.entry)).type
        for row in LogEntry.objects.filter(
            outbox_id__in=LeafRecord.objects.filter(subject__label=f"key:{old.kid}").values("outbox_id")
        ).order_by("index")
    ]
    assert types == ["key.added", "key.revoked"]
    assert audit(log.key.verifier).clean


def test_the_platform_s_own_key_is_not_changed_here(county: County, company: Company) -> None:
    file(company)
    own = IssuerKey.objects.get(department__isnull=True)
    with pytest.raises(Refused, match="节点"):
        actions.rotate_key(actor=ADMIN, key_id=own.pk, reason="x", at=MORNING)


def test_a_private_key_is_kept_encrypted(county: County, company: Company) -> None:
    file(company)
    row = IssuerKey.objects.get(department__isnull=True)
    private = keys.open_private(bytes(row.private), row.kid)
    assert private.private_bytes_raw() not in bytes(row.private)
    assert private.public_key().public_bytes_raw() == bytes(row.public)


def test_an_action_that_fails_leaves_no_leaf(county: County, company: Company) -> None:
    file(company)
    before = (ChainRow.objects.count(), LeafRecord.objects.count())
    with pytest.raises(Refused):
        file(company)  # the same name once more
    assert (ChainRow.objects.count(), LeafRecord.objects.count()) == before


def test_a_rival_sequencer_finds_nothing_to_do(committed_db: str, tmp_path: Path) -> None:
    from tests.apps.county import new_company, new_county
    from yinuo.engine.infochain.sequencer import ADVISORY

    new_county()
    company = new_company()
    log = Log(tmp_path)
    file(company)
    rival = connections.create_connection("default")
    try:
        with rival.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY])
        assert log.step() is None
        with rival.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY])
    finally:
        rival.close()
    done = log.step()
    assert done is not None
    assert done.size == LogEntry.objects.count() > 0
    connection.close()


def test_a_rival_waits_until_the_lock_file_holds_what_was_committed(
    committed_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it could sign on, and then have its newer head in the file overwritten by the older one."""
    from tests.apps.county import new_company, new_county
    from yinuo.engine.infochain.sequencer import ADVISORY

    new_county()
    log, free, write = Log(tmp_path), [], HeadLock.write
    file(new_company())

    def slowly(lock: HeadLock, note: Note) -> None:
        rival = connections.create_connection("default")
        with rival.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY])
            free.append(cursor.fetchone()[0])
        rival.close()
        write(lock, note)

    monkeypatch.setattr(HeadLock, "write", slowly)
    log.step()
    assert free == [False]
    connection.close()


def test_served_tiles_end_at_the_published_head(county: County, company: Company, log: Log) -> None:
    from yinuo.chain.tree import ENTRIES, Tile, Tree, check_bundle

    file(company)
    log.step()
    size = queries.published()
    tree = Tree(size, lambda tile: queries.served(tile, size))
    assert tree.root() == bytes(LogHead.objects.get().root)
    data = queries.served(Tile(ENTRIES, 0, size), size)
    assert len(check_bundle(tree, 0, data)) == size
    assert queries.served(Tile(0, 0, size + 1), size) == b""
    assert queries.served(Tile(ENTRIES, 0, size), size - 1) == b""
    assert queries.served(Tile(1, 0, 1), size) == b""
    assert FilingCertificate.objects.count() == 1
