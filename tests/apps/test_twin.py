"""The log's twin in SM3 and SM2: grown beside the log, begun later, standing still, made anew, and never signed
otherwise than before.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client, override_settings

from tests.apps.chaining import Log
from tests.apps.county import Company, County, at, facts
from yinuo.chain import sm
from yinuo.chain.leaves import parse
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.sm import sm3
from yinuo.chain.sm_signing import Sm2SigningKey
from yinuo.chain.tree import Tile, append, check_bundle
from yinuo.chain.verifier import (
    COSIGNATURE,
    SM2,
    Checkpoint,
    Note,
    Policy,
    Proof,
    Unverified,
    VerifierKey,
    check_proof,
    hash_leaf,
)
from yinuo.deploy import checks
from yinuo.deploy import sequencer as process
from yinuo.deploy.cli import chain as command
from yinuo.deploy.cli.chain import _verified
from yinuo.engine.base import Actor, Refused
from yinuo.engine.documents.making import paper_of
from yinuo.engine.infochain import keys, queries, sealed, sequencer, twinning
from yinuo.engine.infochain.actions import take_cosignatures
from yinuo.engine.infochain.audit import audit
from yinuo.engine.infochain.books import TWIN
from yinuo.engine.infochain.models import LeafRecord, LogEntry, LogHead, TwinCheckpoint, TwinHead, TwinTile
from yinuo.engine.infochain.recovering import recover
from yinuo.engine.infochain.twinning import Twin, opened
from yinuo.engine.trail.actions import action, enter
from yinuo.node.mirror import Alarm, Mirror, Pinned
from yinuo.node.store import Store
from yinuo.rooms.projects.actions import certificate_paper, file_project

pytest.importorskip("gmssl_pyx", reason="no wheel of gmssl-pyx for this machine")
MORNING, NOON = at("2026-11-03 09:12"), at("2026-11-03 12:00")
ORIGIN = "county.example/log/sm3"


@pytest.fixture(autouse=True)
def no_key_of_another_database() -> Iterator[None]:
    keys.forget()
    yield
    keys.forget()


@pytest.fixture
def log(db: None, tmp_path: Path) -> Iterator[Log]:
    with override_settings(YINUO_CHAIN_HOME=tmp_path, YINUO_CHAIN_POLICY=tmp_path / "policy"):
        yield Log(tmp_path)


@pytest.fixture
def twin(log: Log) -> Twin:
    return opened(log.folder, ORIGIN)


@action
def write(count: int, label: str = "甲") -> None:
    for number in range(count):
        enter("test.said", f"{label}{number % 5}", {"number": number}, at=MORNING)


def root_of_entries(size: int) -> bytes:
    return root_of(
        [bytes(entry) for entry in LogEntry.objects.order_by("index").values_list("entry", flat=True)[:size]]
    )


def root_of(entries: list[bytes]) -> bytes:
    return append(0, {}.__getitem__, [hash_leaf(entry, sm3) for entry in entries], sm3).root


def head() -> TwinHead:
    return TwinHead.objects.get(pk=1)


def test_the_twin_grows_in_the_same_round_over_the_same_entries_and_is_signed_with_sm2(log: Log, twin: Twin) -> None:
    for count in (3, 1, 300):
        write(count)
        log.step(twin=twin)
        size = LogHead.objects.get().size
        note = queries.checkpoint(book=TWIN)
        assert note is not None
        assert note.signed_by([twin.key.verifier]) == {twin.key.verifier: None}
        assert Checkpoint.parse(note.text) == Checkpoint(ORIGIN, size, root_of_entries(size))
        assert twin.lock.path.read_bytes() == bytes(Note.parse(head().note.encode()))
        assert head().published == size == 3 + (count > 0 and size - 3)
    assert sequencer.idle(twin=True)
    assert TwinCheckpoint.objects.count() == 3
    report = audit(log.key.verifier, twin.key.verifier)
    assert report.clean
    assert report.twin == 304
    # A round with nothing new signs nothing, and the main tree is what it would be alone.
    log.step(twin=twin)
    assert TwinCheckpoint.objects.count() == 3
    assert bytes(LogHead.objects.get().root) != bytes(head().root)


def test_switched_on_later_it_catches_up_in_parts_before_it_signs_anything(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(40)
    log.step()
    monkeypatch.setattr(twinning, "CATCH_UP", 15)
    twin = opened(tmp_path, ORIGIN)
    assert not sequencer.idle(twin=True)
    for built in (15, 30):
        log.step(twin=twin)
        assert (head().size, head().note, TwinCheckpoint.objects.count()) == (built, "", 0)
        assert not sequencer.idle(twin=True)
        assert queries.checkpoint(book=TWIN) is None
    # Meanwhile the log goes on.
    write(10)
    log.step(twin=twin)
    assert (head().size, LogHead.objects.get().size) == (45, 50)
    log.step(twin=twin)
    assert TwinCheckpoint.objects.get().size == 50
    assert bytes(head().root) == root_of_entries(50)
    assert sequencer.idle(twin=True)


def test_switched_off_it_says_since_when_it_stands_still_and_goes_on_when_switched_on_again(
    log: Log, twin: Twin, client: Client
) -> None:
    write(4)
    log.step(twin=twin)
    twinning.stand_still(NOON)
    twinning.stand_still(at("2026-11-05 12:00"))
    write(6)
    log.step()
    told = queries.status(queries.policy()).twin
    assert told == queries.TwinStatus(4, 4, 6, 0, NOON, "")
    page = client.get("/chain/").content.decode()
    assert "2026年11月3日 12:00" in page
    assert str(twin.key.verifier).replace("+", "&#x2B;") in page or str(twin.key.verifier) in page
    assert audit(log.key.verifier, twin.key.verifier).clean
    log.step(twin=twin)
    told = queries.status(queries.policy()).twin
    assert told == queries.TwinStatus(10, 10, 0, 0, None, "")
    assert "起停用" not in client.get("/chain/").content.decode()


def test_what_is_wrong_with_the_twin_is_noted_on_it_and_never_holds_up_the_log(log: Log, twin: Twin) -> None:
    write(300)
    log.step(twin=twin)
    good = twin.lock.path.read_bytes()

    def refused(match: str) -> None:
        before = LogHead.objects.get().size
        write(2)
        log.step(twin=twin)
        assert LogHead.objects.get().published == before + 2
        assert match in head().refused
        assert head().published == 300
        assert sequencer.idle(twin=True)

    # Another history under the twin's own key, as a restored lock file would show it; then none at all; then a longer
    # one.
    twin.lock.path.write_bytes(bytes(sign_checkpoint(Checkpoint(ORIGIN, 300, bytes(32)), twin.key)))
    refused("不是接着它写下来的")
    twin.lock.path.unlink()
    refused("不见了")
    twin.lock.path.write_bytes(bytes(sign_checkpoint(Checkpoint(ORIGIN, 900, bytes(32)), twin.key)))
    refused("不是接着它写下来的")
    twin.lock.path.write_bytes(good)
    tile = TwinTile.objects.get(level=0, index=0)
    TwinTile.objects.filter(pk=tile.pk).update(data=bytes(tile.data)[:-1] + bytes([bytes(tile.data)[-1] ^ 1]))
    edge = TWIN.edges.objects.get(level=1)
    TWIN.edges.objects.filter(pk=1).update(data=bytes(32))
    refused("rebuild-twin")
    faults = audit(log.key.verifier, twin.key.verifier).faults
    assert "国密并行树树块 tile/0/000 与条目不符（第 255 条）" in faults
    assert "国密并行树第 1 层边缘的树块与条目不符" in faults
    assert edge.level == 1
    # Made anew out of the entries, it goes on from what it had signed.
    assert twinning.tear_down() == 300
    write(1)
    log.step(twin=twin)
    assert (head().refused, head().published) == ("", 309)
    assert audit(log.key.verifier, twin.key.verifier).clean


def test_entries_changed_behind_its_back_are_not_signed_again(log: Log, twin: Twin) -> None:
    """The tree is made anew out of entries that are no longer those it had signed."""
    write(5)
    log.step(twin=twin)
    twinning.tear_down()
    twin.lock.write(sign_checkpoint(Checkpoint(ORIGIN, 5, bytes(32)), twin.key))
    log.step(twin=twin)
    assert "不是接着它写下来的" in head().refused
    assert head().size == 0
    assert TwinCheckpoint.objects.count() == 1


def test_power_lost_before_the_lock_file_is_made_good_at_the_next_round(
    log: Log, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    for count in (2, 3):
        write(count)
        with monkeypatch.context() as dark:
            dark.setattr(twinning, "publish", lambda _: (_ for _ in ()).throw(OSError("power lost")))
            with pytest.raises(OSError, match="power lost"):
                log.step(twin=twin)
        assert head().published < head().size
        assert not sequencer.idle(twin=True)
        log.step(twin=twin)
        assert head().published == head().size == LogHead.objects.get().size
    assert TwinCheckpoint.objects.count() == 2


def test_the_private_key_lies_encrypted_and_is_never_replaced_by_another(log: Log, twin: Twin, tmp_path: Path) -> None:
    path = tmp_path / twinning.KEY_FILE
    assert isinstance(twin.key, Sm2SigningKey)
    text = path.read_text()
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    for shown in (twin.key.private.hex(), twin.key.private.decode("latin-1")):
        assert shown not in text
    assert opened(tmp_path, "another/origin").key == twin.key
    assert twinning.known_key(tmp_path) == twin.key.verifier
    with (
        override_settings(SECRET_KEY="another secret of another instance"),
        pytest.raises(Unverified, match="SECRET_KEY"),
    ):
        opened(tmp_path, ORIGIN)
    # The public half of one key before the private half of another.
    other = Sm2SigningKey.generate(ORIGIN)
    path.unlink()
    assert sealed.write_new(path, twinning.PURPOSE, str(twin.key.verifier), other.private)
    with pytest.raises(Unverified, match="does not belong"):
        opened(tmp_path, ORIGIN)
    assert not sealed.write_new(path, twinning.PURPOSE, str(other.verifier), other.private)
    path.write_text("nonsense")
    assert twinning.known_key(tmp_path) is None
    write(1)
    log.step(twin=twin)
    path.unlink()
    with pytest.raises(twinning.Unfit, match="不见了"):
        opened(tmp_path, ORIGIN)


def test_checkpoints_of_the_twin_can_be_neither_changed_nor_removed(log: Log, twin: Twin) -> None:
    write(1)
    log.step(twin=twin)
    for change in (lambda: TwinCheckpoint.objects.update(note="x"), TwinCheckpoint.objects.all().delete):
        with pytest.raises(Exception, match=r"permission denied|只能追加"), transaction.atomic():
            change()


def test_a_node_follows_the_twin_out_of_its_own_entries_and_its_signature_counts(
    county: County, log: Log, twin: Twin, client: Client, tmp_path: Path
) -> None:
    def fetch(path: str) -> bytes:
        answer = client.get(f"/chain/{path}")
        if answer.status_code != 200:
            raise OSError(f"{path}: {answer.status_code}")
        return answer.content

    platform = queries.platform_key()
    assert platform is not None
    bank = SigningKey.generate("bank.example", COSIGNATURE)
    node = Mirror(Store(tmp_path / "node.db"), fetch, bank, Pinned(log.key.verifier, platform, twin.key.verifier))
    rules = f"log {log.key.verifier}\nwitness bank {bank.verifier}\nquorum bank\n"
    (tmp_path / "policy").write_text(rules)
    write(7)
    log.step(twin=twin)
    # It has not mirrored the entries yet, so it says nothing of the twin; then it does, once.
    assert node.step_twin(100) is None
    assert node.step(100) is not None
    note = node.step_twin(100)
    assert note is not None
    assert node.step_twin(101) is None
    assert note.signed_by([bank.verifier]) == {bank.verifier: 100}
    assert client.get("/chain/keys").content.decode().splitlines()[2] == f"twin {twin.key.verifier}"

    # The platform takes the signature at the door of the others; then the twin's proof stands beside the main one.
    leaf = LeafRecord.objects.order_by("id").first()
    assert leaf is not None
    with pytest.raises(queries.NotYet):
        queries.prove(leaf, queries.policy(), book=TWIN)
    assert take_cosignatures(actor=Actor.public(), body=bytes(note), policy=queries.policy(), at=NOON) == 1
    assert take_cosignatures(actor=Actor.public(), body=bytes(note), policy=queries.policy(), at=NOON) == 0
    strange = str(Checkpoint(ORIGIN, 7, bytes(32)))
    with pytest.raises(Refused, match="不是本日志"):
        take_cosignatures(
            actor=Actor.public(),
            body=bytes(Note(strange, (bank.cosign(strange, 1),))),
            policy=queries.policy(),
            at=NOON,
        )
    proven = queries.prove(leaf, queries.policy(), book=TWIN)
    served_rules = client.get("/chain/sm3/policy").content
    policy = Policy.parse(served_rules)
    assert [key.algorithm for key in policy.logs] == [SM2]
    check_proof(proven.entry, Proof.parse(bytes(proven.proof)), policy)
    with pytest.raises(Unverified, match="another root"):
        check_proof(proven.entry.replace(b"said", b"lied"), proven.proof, policy)
    told = queries.status(queries.policy()).twin
    assert told is not None
    assert told.witnessed_size == 7
    assert _verified(bytes(proven.proof), policy)["log"] == ORIGIN

    # Whoever mirrors the twin alone finds it whole.
    data = fetch("sm3/tile/entries/000.p/7")
    assert len(check_bundle(TWIN.tree(7), 0, data)) == 7
    assert Tile.parse("tile/0/000.p/7").path == "tile/0/000.p/7"
    assert fetch("sm3/tile/0/000.p/7") == TWIN.read(Tile(0, 0, 7))
    assert client.get("/chain/sm3/tile/0/000.p/8").status_code == 404
    node.store.close()


def test_a_node_raises_the_alarm_over_a_twin_that_is_of_other_entries(log: Log, twin: Twin, tmp_path: Path) -> None:
    served: dict[str, bytes] = {}
    platform = queries.platform_key()
    assert platform is not None
    bank = SigningKey.generate("bank.example", COSIGNATURE)

    def fetch(path: str) -> bytes:
        if path in served:
            return served[path]
        if path == "checkpoint":
            return bytes(queries.checkpoint() or b"")
        return queries.served(Tile.parse(path), queries.published())

    node = Mirror(Store(tmp_path / "node.db"), fetch, bank, Pinned(log.key.verifier, platform, twin.key.verifier))
    write(4)
    log.step(twin=twin)
    node.step(100)
    stranger = Sm2SigningKey.generate(ORIGIN)
    for key, size, why, error in (
        (stranger, 4, "not signed", Unverified),
        (twin.key, 4, "不是同样的条目", Alarm),
        (twin.key, 2, "不是同样的条目", Alarm),
    ):
        served["sm3/checkpoint"] = bytes(sign_checkpoint(Checkpoint(ORIGIN, size, bytes(32)), key))
        with pytest.raises(error, match=why):
            node.step_twin(101)
    assert [one.kind for one in node.store.evidence()] == ["twin", "twin"]
    assert node.store.twin_note() == b""
    served["sm3/checkpoint"] = bytes(queries.checkpoint(book=TWIN) or b"")
    assert node.step_twin(102) is not None
    assert Checkpoint.parse(Note.parse(node.store.twin_note()).text).size == 4
    # A shorter one than was signed before is an old copy, or worse.
    served["sm3/checkpoint"] = bytes(sign_checkpoint(Checkpoint(ORIGIN, 2, root_of_entries(2)), twin.key))
    with pytest.raises(Unverified, match="were seen before"):
        node.step_twin(103)
    node.store.close()


def test_the_papers_carry_the_twins_proof_beside_the_main_one(
    county: County, company: Company, log: Log, twin: Twin
) -> None:
    project = file_project(
        actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=MORNING
    ).project
    log.step(twin=twin)
    data = bytes(paper_of(document=certificate_paper(project=project, at=NOON), at=NOON).content)
    both = Policy((log.key.verifier, twin.key.verifier), {}, {}, "none")
    told = _verified(data, both)
    assert told["log"] == log.key.name
    assert told["also"] == [ORIGIN]
    assert told["fields"]["code"] == project.code
    only = Policy((log.key.verifier,), {}, {}, "none")
    assert _verified(data, only)["also"] == []
    alone = Policy((VerifierKey.parse(str(twin.key.verifier)),), {}, {}, "none")
    assert _verified(data, alone)["log"] == ORIGIN
    assert parse(queries.prove(queries.leaves_of(project.code or "")[1], only).entry).type == "project.code_assigned"
    bent = data.replace(b"\n" + str(LogHead.objects.get().size).encode() + b"\n", b"\n999\n")
    with pytest.raises(Unverified):
        _verified(bent, both)


def test_the_setting_decides_and_what_cannot_be_signed_is_said_before_and_after_the_start(
    log: Log, twin: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(2)
    with override_settings(YINUO_CHAIN_TWIN=True, YINUO_CHAIN_TWIN_ORIGIN=ORIGIN):
        log.step(twin=process.twin_now())
        assert head().published == 2
        assert checks.twin() == []
        with monkeypatch.context() as without:
            without.setattr(sm, "library", lambda: None)
            (fault,) = checks.twin()
            assert "gmssl-pyx" in fault.msg
            assert process.twin_now() is None
            assert "gmssl-pyx" in head().refused
        (tmp_path / twinning.KEY_FILE).unlink()
        assert process.twin_now() is None
        assert "不见了" in head().refused
    with override_settings(YINUO_CHAIN_TWIN=False):
        assert process.twin_now() is None
        assert head().stopped_at is not None
        assert checks.twin() == []


def test_the_commands_tell_of_the_twin_and_make_it_anew(
    log: Log, twin: Twin, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "instance", contextlib.nullcontext)
    assert command.rebuild_twin() == 0
    assert "没有国密并行树" in capsys.readouterr().out
    write(3)
    log.step(twin=twin)
    assert command.status() == 0
    assert "国密并行树：已写入 3 条，还差 0 条" in capsys.readouterr().out
    assert command.rebuild_twin() == 0
    twinning.stand_still(NOON)
    assert command.status() == 0
    said = capsys.readouterr().out
    assert "丢掉了 3 条的树块" in said
    assert "还差 3 条，已见证 0 条，自2026年11月3日起停用" in said
    log.step(twin=twin)
    assert audit(log.key.verifier, twin.key.verifier).clean
    assert TwinCheckpoint.objects.count() == 1
    twinning.note_refusal("锁定文件不见了", NOON)
    assert command.status(as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["twin"]["refused"] == "锁定文件不见了"


def test_after_an_older_backup_the_twin_comes_to_the_root_it_had_signed_before_it_signs_again(
    log: Log, twin: Twin
) -> None:
    write(3)
    log.step(twin=twin)
    lost: list[bytes] = []
    with contextlib.suppress(InterruptedError), transaction.atomic():
        write(4)
        log.step(twin=twin)
        lost += [bytes(entry) for entry in LogEntry.objects.order_by("index").values_list("entry", flat=True)]
        raise InterruptedError
    signed = twin.lock.path.read_bytes()
    assert (head().size, twin.lock.read()) == (3, Checkpoint(ORIGIN, 7, root_of(lost)))
    with pytest.raises(sequencer.Behind):
        log.step(twin=twin)
    note = Note.parse(log.lock.path.read_bytes())
    recover(note=note, fetch=lambda low, high: lost[low:high], log=log.key.verifier, lock=log.lock, at=NOON)
    log.step(twin=twin)
    assert (head().refused, head().published) == ("", 7)
    assert Note.parse(twin.lock.path.read_bytes()).text == Note.parse(signed).text
    # What the lost entries said is gone with the database; neither tree and no checkpoint has a fault.
    assert [
        fault for fault in audit(log.key.verifier, twin.key.verifier).faults if "树" in fault or "检查点" in fault
    ] == []
