"""A node beside a log with a twin: it grows the SM3 tree out of its own entries, in parts, serves what it signed, and
hands both in.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
import typer

from tests.node.test_mirror import LOG, PLATFORM, County, key_name, public
from tests.node.test_server import ask
from yinuo.chain import sm
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.sm_signing import Sm2SigningKey
from yinuo.chain.tree import Tile, append
from yinuo.chain.verifier import COSIGNATURE, Checkpoint, Note, Unverified, encode64, hash_leaf
from yinuo.node import command, mirror, server
from yinuo.node.mirror import Mirror, Pinned
from yinuo.node.server import State, serve
from yinuo.node.store import Store

pytest.importorskip("gmssl_pyx", reason="no wheel of gmssl-pyx for this machine")
TWIN = Sm2SigningKey.generate(f"{LOG.name}/sm3")


class CountyWithTwin(County):
    def fetch(self, path: str) -> bytes:
        return self.twin_checkpoint() if path == "sm3/checkpoint" else super().fetch(path)

    def twin_checkpoint(self) -> bytes:
        grown = append(0, {}.__getitem__, [hash_leaf(entry, sm.sm3) for entry in self.entries], sm.sm3)
        return bytes(sign_checkpoint(Checkpoint(TWIN.name, grown.size, grown.root), TWIN))


@pytest.fixture
def county() -> CountyWithTwin:
    made = CountyWithTwin()
    made.write(key_name("发展和改革局"), "一诺平台", "key.added")
    for n in range(300):
        made.write(f"项目{n % 7}")
    return made


def test_the_twin_is_followed_in_parts_served_and_handed_in(
    county: CountyWithTwin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "TWIN_PART", 70)
    key = SigningKey.generate("bank.example", COSIGNATURE)
    bank = Mirror(Store(tmp_path / "node.db"), county.fetch, key, Pinned(LOG.verifier, public(PLATFORM), TWIN.verifier))
    here = serve(bank, State(), "127.0.0.1", 0)
    threading.Thread(target=here.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{here.server_port}"
    assert ask(f"{url}/sm3/checkpoint")[0] == 404
    delivered: list[bytes] = []
    monkeypatch.setattr(server, "deliver", lambda _, note: delivered.append(note))
    stop = threading.Event()

    def rounds(seconds: float) -> bool:
        county.write("项目1")
        return len(delivered) >= 4 and not stop.set()

    monkeypatch.setattr(stop, "wait", rounds)
    server.follow(bank, "http://log.example", State(), stop, 1.0)
    assert sorted({Checkpoint.parse(Note.parse(note).text).origin for note in delivered}) == [LOG.name, TWIN.name]
    assert len(delivered) == len(set(delivered)) == 4
    status, body, _ = ask(f"{url}/sm3/checkpoint")
    note = Note.parse(body)
    assert (status, set(note.signed_by([TWIN.verifier, key.verifier]))) == (200, {TWIN.verifier, key.verifier})
    size = Checkpoint.parse(note.text).size
    assert size == 302
    first = ask(f"{url}/sm3/tile/0/000")[1]
    assert first == b"".join(hash_leaf(entry, sm.sm3) for entry in county.entries[:256])
    assert ask(f"{url}/sm3/tile/entries/000")[1] == ask(f"{url}/tile/entries/000")[1]
    assert bank.store.read_twin_tile(Tile(1, 0, 1)) == ask(f"{url}/sm3/tile/1/000.p/1")[1]
    told = json.loads(ask(f"{url}/status.json")[1])
    assert (told["twin"], told["twin_size"]) == (str(TWIN.verifier), size)
    assert "国密并行树已见证" in ask(f"{url}/")[1].decode()
    here.shutdown()
    here.server_close()
    bank.store.close()


def test_a_node_learns_of_the_twin_at_its_beginning_or_later_and_never_of_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = encode64(public(PLATFORM))

    def init(name: str, twin: str = "") -> Path:
        folder = tmp_path / name
        command.init(folder, f"{name}.example", "http://log.example/chain", str(LOG.verifier), platform, twin)
        return folder

    def twin_of(folder: Path) -> object:
        made, _ = command.opened(folder)
        made.store.close()
        return made.pinned.twin

    early, late = init("early", str(TWIN.verifier)), init("late")
    assert (twin_of(early), twin_of(late)) == (TWIN.verifier, None)
    before = json.loads((late / "node.json").read_text())
    command.follow_twin(late, str(TWIN.verifier))
    command.follow_twin(late, str(TWIN.verifier))
    assert twin_of(late) == TWIN.verifier
    assert json.loads((late / "node.json").read_text()) == before | {"twin": str(TWIN.verifier)}
    assert oct((late / "node.json").stat().st_mode & 0o777) == "0o600"
    other = Sm2SigningKey.generate(f"{LOG.name}/sm3")
    for key in (str(other.verifier), str(LOG.verifier), "nonsense"):
        with pytest.raises(typer.BadParameter):
            command.follow_twin(late, key)
    with pytest.raises(typer.BadParameter):
        init("wrong", str(LOG.verifier))
    assert twin_of(late) == TWIN.verifier
    assert command.status(late) == 0
    assert "国密并行树 0 条" in capsys.readouterr().out
    with pytest.raises(Unverified):
        Pinned(LOG.verifier, public(PLATFORM), Sm2SigningKey.generate(LOG.name).verifier)
