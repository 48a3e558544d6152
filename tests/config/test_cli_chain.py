"""`yinuo chain verify`: a proof in a file, checked without a server and without a database."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import segno

from yinuo.chain.leaves import build, canonical, disclosure, subject_of
from yinuo.chain.printed import packed
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.tree import Tree, append
from yinuo.chain.verifier import COSIGNATURE, Checkpoint, Note, Proof, hash_leaf
from yinuo.deploy.cli import main

LOG, NODE = SigningKey.generate("county.example/log"), SigningKey.generate("bank.example", COSIGNATURE)
SHOWN = disclosure(bytes(16), "code", "2611-622927-04-01-123456")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A proof, and the policy it is checked under."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    leaf = build(
        type="project.basic",
        subject=subject_of(b"k" * 32, "2611-622927-04-01-123456"),
        n=1,
        prev=None,
        disclosures=[SHOWN],
        documents=[],
        issuer="发展和改革局",
        private=Ed25519PrivateKey.generate(),
        at="2026-11-24T12:00:00+08:00",
    )
    entries = [b"another", leaf.entry(), b"a third"]
    grown = append(0, {}.__getitem__, [hash_leaf(entry) for entry in entries])
    tree = Tree(grown.size, dict(grown.tiles).__getitem__)
    note = sign_checkpoint(Checkpoint(LOG.name, grown.size, grown.root), LOG)
    note = Note(note.text, (*note.lines, NODE.cosign(note.text, 1)))
    extra = canonical({"entry": leaf.entry().decode(), "disclosures": [SHOWN]})
    proof, policy = tmp_path / "p.tlog-proof", tmp_path / "policy"
    proof.write_bytes(bytes(Proof(1, tuple(tree.inclusion(1)), note, extra)))
    policy.write_text(f"log {LOG.verifier}\nwitness bank {NODE.verifier}\nquorum bank\n", encoding="utf-8")
    return proof, policy


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["chain", *arguments])
    told = capsys.readouterr()
    return int(end.value.code or 0), told.out, told.err


def test_a_good_proof_tells_what_it_proves(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ask(capsys, "verify", str(files[0]), "--policy", str(files[1]), "--json")
    told = json.loads(out)
    assert code == 0
    assert told["valid"] is True
    assert told["witnesses"] == ["bank"]
    assert told["fields"] == {"code": "2611-622927-04-01-123456"}
    assert (told["index"], told["log_size"], told["issuer"]) == (1, 3, "发展和改革局")
    code, out, _ = ask(capsys, "verify", str(files[0]), "--policy", str(files[1]))
    lines = out.splitlines()
    assert (code, lines[0]) == (0, "成立：是")
    assert {
        "记录种类：项目基本信息",
        "签发：发展和改革局",
        "见证的节点：bank",
        "另一棵树：无",
        "公开的字段：项目代码 2611-622927-04-01-123456",
    } <= {*lines}


def test_a_file_that_is_not_there_and_a_folder_are_told_in_chinese(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    policy = ("--policy", str(files[1]))
    for path, why in ((files[0].with_name("nowhere"), "没有文件"), (files[0].parent, "是文件夹，这里要一个文件")):
        code, out, err = ask(capsys, "verify", str(path), *policy)
        assert (code, out) == (2, "")
        assert err.startswith("错误：文件 的值不对：")
        assert why in err


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ((b"index 1", b"index 2"), "对不上"),
        ((b"county.example/log\n3\n", b"county.example/log\n4\n"), "签名与内容不符"),
        ((b"@v1", b"@v2"), "不是 .tlog-proof"),
        (("— bank.example".encode(), "— bonk.example".encode()), "见证的节点不够"),
        ((b"extra ", b"index "), "不成其形式"),
    ],
)
def test_a_changed_proof_is_refused_in_words(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str], change: tuple[bytes, bytes], why: str
) -> None:
    data = files[0].read_bytes()
    assert change[0] in data
    files[0].write_bytes(data.replace(*change, 1))
    code, out, _ = ask(capsys, "verify", str(files[0]), "--policy", str(files[1]))
    assert code == 1
    assert "成立：否" in out
    assert why in out


def test_a_field_that_is_not_the_entry_s_is_refused(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    proof = Proof.parse(files[0].read_bytes())
    extra = json.loads(proof.extra or b"")
    extra["disclosures"] = [disclosure(bytes(16), "code", "别的项目")]
    files[0].write_bytes(bytes(Proof(proof.index, proof.hashes, proof.checkpoint, canonical(extra))))
    code, out, _ = ask(capsys, "verify", str(files[0]), "--policy", str(files[1]))
    assert (code, "摘要不符" in out) == (1, True)


def test_a_policy_that_cannot_be_read_is_wrong_input(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    files[1].write_text("quorum nobody\n", encoding="utf-8")
    code, _, err = ask(capsys, "verify", str(files[0]), "--policy", str(files[1]))
    assert code == 2
    assert "--policy" in err
    assert len(err.strip().splitlines()) == 1


def test_the_printed_code_is_taken_as_text_as_a_picture_and_from_a_scanned_page(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    text = packed(Proof.parse(files[0].read_bytes()))
    folder = files[0].parent
    (folder / "code.txt").write_text(f"{text}\n", encoding="ascii")
    segno.make(text, error="m").save(str(folder / "code.png"), scale=4, border=4)
    Image.open(folder / "code.png").convert("L").save(folder / "code.pdf")
    Image.new("L", (300, 300), 255).save(folder / "empty.png")
    Image.new("L", (300, 300), 255).save(folder / "empty.pdf")
    (folder / "broken.png").write_bytes((folder / "code.png").read_bytes()[:200])
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\n")
    (folder / "bent.txt").write_text(text[:-3] + "000", encoding="ascii")

    def told(name: str) -> tuple[int, dict[str, object]]:
        code, out, _ = ask(capsys, "verify", str(folder / name), "--policy", str(files[1]), "--json")
        return code, json.loads(out)

    for name in ("code.txt", "code.png", "code.pdf"):
        code, found = told(name)
        assert (code, found["fields"]) == (0, {"code": "2611-622927-04-01-123456"}), name
    for name, why in (
        ("empty.png", "没有找到"),
        ("empty.pdf", "没有找到"),
        ("broken.png", "打不开"),
        ("broken.pdf", "打不开"),
    ):
        code, found = told(name)
        assert (code, why in str(found["why"])) == (1, True), (name, found)
    code, found = told("bent.txt")
    assert (code, found["valid"]) == (1, False)
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    code, found = told("code.png")
    assert (code, "yinuo[scan]" in str(found["why"])) == (1, True)
