"""A proof checked where it is: the browser's verifier says yes and no exactly where the one an auditor reads does, and
sends nothing.
"""

from __future__ import annotations

import base64
import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Browser, Page, Route

from tests.browser.chromium import DESKTOP, PHONE, axe_faults, chromium, give_file, picture, sideways
from tests.browser.photographs import photograph
from tests.chain import naive
from yinuo.chain.leaves import build, canonical, disclosure, read_proof, subject_of, taken_out
from yinuo.chain.printed import LETTERS, PREFIX, base45, cbor, decode_base45, decode_cbor, packed, unpacked
from yinuo.chain.signing import SigningKey, sign_checkpoint
from yinuo.chain.verifier import (
    COSIGNATURE,
    SM2,
    Checkpoint,
    Note,
    Policy,
    Proof,
    Unverified,
    VerifierKey,
    encode64,
    hash_leaf,
    hash_node,
)
from yinuo.config.middleware import POLICY as CONTENT_POLICY
from yinuo.engine.infochain.words import FIELDS, OTHERWISE, TYPES, WORDS
from yinuo.site.proofs import ProofForm, alone

pytestmark = pytest.mark.browser

ORIGIN = "https://yinuo.test"
LOG = SigningKey.generate("county.example/log")
NODES = [SigningKey.generate(name, COSIGNATURE) for name in ("department.example", "bank.example", "watch.example")]
ISSUER = Ed25519PrivateKey.generate()
# The log's twin signs with SM2 (the point of GB/T 32918.5-2017, annex A.2).
TWIN = VerifierKey(
    f"{LOG.name}/sm3",
    SM2,
    bytes.fromhex(
        "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
    ),
)
RULES = "".join(
    [
        f"log {LOG.verifier}\n",
        *(f"witness {key.name} {key.verifier}\n" for key in NODES),
        f"group two 2 {' '.join(key.name for key in NODES)}\n",
        "quorum two\n",
    ]
)
CODE = "2611-622927-04-01-123456"


def proof(size: int = 7, index: int = 3, witnesses: int = 2, **changes: Any) -> Proof:
    """An entry's proof in a log of `size` entries, seen by so many nodes."""
    shown = [
        disclosure(bytes(range(16)), "code", CODE),
        disclosure(bytes(range(1, 17)), "name", "年产 5 万吨有机肥加工项目"),
    ]
    leaf = build(
        type="project.code_assigned",
        subject=subject_of(b"k" * 32, CODE),
        n=1,
        prev=None,
        disclosures=shown,
        documents=[],
        issuer="积石山县发展和改革局",
        private=ISSUER,
        at="2026-11-24T19:40:00+08:00",
    )
    entry = leaf.entry()
    entries = [entry if number == index else f"entry {number}".encode() for number in range(size)]
    text = str(Checkpoint(LOG.name, size, naive.mth(entries)))
    note = sign_checkpoint(Checkpoint.parse(text), LOG)
    note = Note(note.text, (*note.lines, *(node.cosign(note.text, 1764000000) for node in NODES[:witnesses])))
    extra = {"entry": entry.decode(), "disclosures": shown, **changes}
    return Proof(index, tuple(naive.path(index, entries)), note, canonical(extra))


def nested(groups: int) -> str:
    """Groups of one, each in the next, the first around the group of two."""
    return "".join(f"group g{number} 1 {f'g{number - 1}' if number else 'two'}\n" for number in range(groups))


def python_says(data: bytes, rules: str) -> bool:
    try:
        read_proof(taken_out(data), Policy.parse(rules.encode("utf-8", "surrogateescape")))
    except Unverified:
        return False
    return True


def cases() -> Iterator[tuple[str, bytes, str]]:
    """Good proofs, and each with something bent: every line, many single bytes, other rules."""
    whole = bytes(proof())
    for size, index in ((1, 0), (2, 1), (7, 3), (8, 7), (300, 256)):
        yield f"entry {index} of {size}", bytes(proof(size, index)), RULES
    for count in (0, 1, 3):
        yield f"{count} nodes", bytes(proof(witnesses=count)), RULES
    lines = whole.split(b"\n")
    for number in range(len(lines)):
        yield f"line {number} left out", b"\n".join(lines[:number] + lines[number + 1 :]), RULES
        yield f"line {number} twice", b"\n".join([*lines[:number], lines[number], *lines[number:]]), RULES
    chance = random.Random(16)
    for at in sorted(chance.sample(range(len(whole)), 150)):
        yield f"byte {at} changed", whole[:at] + bytes([whole[at] ^ chance.choice((1, 2, 32))]) + whole[at + 1 :], RULES
    yield "a PDF with its proof", b"%PDF-1.7\n1 0 obj\nstream\n" + whole + b"\r\nendstream\n\xff\xfe%%EOF", RULES
    yield "a PDF without one", b"%PDF-1.7\n%%EOF", RULES
    yield "a PDF that breaks off", b"%PDF-1.7\nstream\n" + whole, RULES
    entry = proof()
    yield "no entry", bytes(Proof(entry.index, entry.hashes, entry.checkpoint)), RULES
    yield (
        "a field that is not in the entry",
        bytes(proof(disclosures=[disclosure(bytes(16), "code", "another")])),
        RULES,
    )
    yield "extra data too deep", bytes(Proof(entry.index, entry.hashes, entry.checkpoint, b"[" * 100_000)), RULES
    yield "disclosures are no list", bytes(proof(disclosures=3)), RULES
    yield "another number", bytes(Proof(4, entry.hashes, entry.checkpoint, entry.extra)), RULES
    yield "too long", bytes(Proof(entry.index, (*entry.hashes, bytes(32)), entry.checkpoint, entry.extra)), RULES
    weak = f"log {LOG.name}+00000000+{encode64(bytes([1]) + bytes(32))}\nquorum none\n"
    for name, rules in (
        ("empty rules", ""),
        ("no witness asked", f"log {LOG.verifier}\nquorum none\n"),
        ("another log", f"log {SigningKey.generate('other.example/log').verifier}\nquorum none\n"),
        ("three of three", RULES.replace("group two 2", "group two all")),
        ("any of them", RULES.replace("group two 2", "group two any")),
        ("four of three", RULES.replace("group two 2", "group two 4")),
        ("a member twice", RULES.replace("group two 2", f"group two 2 {NODES[0].name}")),
        ("two quorums", RULES + "quorum two\n"),
        ("a comment and blanks", "# 见证规则\n\n \t" + RULES.replace(" ", "\t ")),
        ("carriage returns", RULES.replace("\n", "\r\n")),
        ("a key of small order", weak),
        ("groups in groups", RULES.replace("quorum two", nested(99) + "quorum g98")),
        ("groups too deep", RULES.replace("quorum two", nested(101) + "quorum g100")),
        ("the log as a witness", RULES.replace(str(NODES[0].verifier), str(LOG.verifier))),
        ("the twin's key beside the log's", RULES + f"log {TWIN}\n"),
        ("the twin's key as a witness", RULES + f"witness twin {TWIN}\n"),
        ("a name taken", RULES + f"witness two {NODES[0].verifier}\n"),
    ):
        yield name, whole, rules


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """The page as it is served, answered from memory; at the end nothing may have been said on the console or sent
    anywhere.
    """
    form = ProofForm(initial={"policy": RULES})
    words = {"errors": WORDS, "otherwise": OTHERWISE, "types": TYPES, "fields": FIELDS}
    body = render_to_string(
        "public/proof.html", {"form": form, "told": None, "why": "", "words": words, "county": "积石山县"}
    )
    said: list[str] = []

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).split("?")[0]
        if route.request.method != "GET":
            said.append(f"sent to {path}")
        if path == "/chain/verify/":
            route.fulfill(
                body=body, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": CONTENT_POLICY}
            )
        else:
            give_file(route)

    context = browser.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, reduced_motion="reduce")
    opened = context.new_page()
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.route(f"{ORIGIN}/**", answer)
    opened.goto(f"{ORIGIN}/chain/verify/")
    yield opened
    context.close()
    assert said == []


JUDGE = """async (cases) => {
  const { checkProof, takenOut, Unverified } = await import("/static/js/proof.js"), found = [];
  for (const [data, rules] of cases) {
    try {
      await checkProof(takenOut(Uint8Array.from(atob(data), (char) => char.charCodeAt(0))), rules); found.push(true);
    }
    catch (error) { if (!(error instanceof Unverified)) throw error; found.push(false); }
  }
  return found;
}"""


def test_the_browser_says_yes_and_no_where_the_auditors_verifier_does(page: Page) -> None:
    every = list(cases())
    found = page.evaluate(JUDGE, [[base64.b64encode(data).decode(), rules] for _, data, rules in every])
    said = dict(zip([name for name, _, _ in every], found, strict=True))
    known = {name: python_says(data, rules) for name, data, rules in every}
    assert {name: verdict for name, verdict in said.items() if verdict != known[name]} == {}
    assert [known[name] for name in ("entry 256 of 300", "1 nodes", "three of three", "any of them")] == [
        True,
        False,
        False,
        True,
    ]
    assert known["a PDF with its proof"]
    assert sum(known.values()) < 23


JUDGE_PRINTED = """async ([texts, rules]) => {
  const { checkProof, Unverified } = await import("/static/js/proof.js"),
    { unpacked } = await import("/static/js/printed.js"), found = [];
  for (const text of texts) {
    try { await checkProof(await unpacked(text), rules); found.push(true); }
    catch (error) { if (!(error instanceof Unverified)) throw error; found.push(false); }
  }
  return found;
}"""


def printed_cases() -> list[str]:
    """Good codes; each with a letter changed; and codes that spell the same in another way or are of another form."""
    chance, one = random.Random(45), packed(proof())
    whole = decode_cbor(decode_base45(one.removeprefix(PREFIX)))
    texts = [packed(proof(size, index)) for size, index in ((1, 0), (7, 3), (300, 256))] + [
        f" \n{one}\r\n",
        packed(proof(witnesses=1)),
    ]
    for at in sorted(chance.sample(range(len(one)), 120)):
        texts.append(one[:at] + chance.choice(LETTERS) + one[at + 1 :])
    texts += [
        one[:-1],
        one[:-2],
        one[:-3],
        one + "0",
        one + "00",
        f"\f{one}",
        one.lower(),
        "",
        PREFIX,
        "HC1:BB8",
        PREFIX + "GGW",
    ]
    leaf, shown, index, path, note = whole
    for other in (
        *([[*leaf[:at], *leaf[at + 1 :]], shown, index, path, note] for at in range(len(leaf))),
        *([[*leaf[:at], 1 << 53, *leaf[at + 1 :]], shown, index, path, note] for at in range(len(leaf))),
        *([[*leaf[:at], b"x" * 32, *leaf[at + 1 :]], shown, index, path, note] for at in range(len(leaf))),
        *([*whole[:at], *whole[at + 1 :]] for at in range(5)),
        *([*whole[:4], [*note[:at], 1 << 63, *note[at + 1 :]]] for at in range(5)),
        [leaf, shown, 1 << 63, path, note],
        [leaf, shown, index, path[1:], note],
        [leaf, [[b"short", *shown[0][1:]], *shown[1:]], index, path, note],
        [leaf, [[*shown[0][:2], "e\u0301"], *shown[1:]], index, path, note],
        [leaf, shown[::-1], index, path, note],
        [leaf, shown, index, path, [*note[:3], [""], note[4]]],
        [leaf, shown, index, path, [*note[:3], ["a\nb"], note[4]]],
        [leaf, shown, index, path, [*note[:4], [[LOG.name, note[4][0][1]], *note[4][1:]]]],
        [leaf, shown, index, path, [*note[:4], [[name, data[:4]] for name, data in note[4]]]],
        [[*leaf[:5], [[b"d" * 32, 1 << 53]], *leaf[6:]], shown, index, path, note],
        [[[[[[]]]]]],
        b"",
    ):
        texts.append(PREFIX + base45(cbor(other)))
    plain = cbor(whole)
    texts += [
        PREFIX + base45(data)
        for data in (plain + b"\0", plain[:-1], b"\x98\x05" + plain[1:], b"\x9f" + plain[1:] + b"\xff", b"\xf6")
    ]
    return texts


def test_the_browser_reads_a_printed_code_exactly_as_the_auditors_verifier_does(page: Page) -> None:
    texts = printed_cases()

    def known(text: str) -> bool:
        try:
            read_proof(unpacked(text), Policy.parse(RULES.encode()))
        except Unverified:
            return False
        return True

    ours = [known(text) for text in texts]
    found = page.evaluate(JUDGE_PRINTED, [texts, RULES])
    assert [text for text, mine, its in zip(texts, ours, found, strict=True) if mine != its] == []
    assert ours[:5] == [True, True, True, True, False]
    assert sum(ours) < 12


# A detector and a camera as a phone has them: Chromium on Linux has neither. The first picture shows nothing yet.
PHONE_PARTS = """text => {
  let looks = 0;
  globalThis.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() {
      looks += 1; return looks === 1 ? [] : [{ rawValue: "https://yinuo.test/verify/" }, { rawValue: text }];
    }
  };
  const canvas = document.createElement("canvas"), drawn = canvas.getContext("2d");
  setInterval(() => drawn.fillRect(0, 0, 9, 9), 50);
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: async () => canvas.captureStream() } });
}"""


def test_a_printed_code_is_pasted_photographed_or_held_before_the_camera(page: Page) -> None:
    text, verdict = packed(proof()), page.locator("#verdict")
    page.get_by_label("或者离线核验码的文字").fill(text)
    page.get_by_role("button", name="核对").click()
    verdict.get_by_text("证明成立").wait_for()
    assert CODE in verdict.inner_text()
    page.get_by_label("或者离线核验码的文字").fill(text[:-2])
    page.get_by_role("button", name="核对").click()
    verdict.get_by_text("离线核验码读不全").wait_for()
    page.get_by_label("或者离线核验码的文字").fill("")
    choose(page, PIXEL, "image/png")
    verdict.get_by_text("图片里没有找到离线核验码").wait_for()
    page.add_init_script(f"({PHONE_PARTS})({json.dumps(text)})")
    page.reload()
    choose(page, b"broken", "image/png")
    verdict.get_by_text("图片里没有找到离线核验码").wait_for()
    page.reload()
    choose(page, PIXEL, "image/png")
    verdict.get_by_text("图片里没有找到离线核验码").wait_for()
    choose(page, PIXEL, "image/png")
    verdict.get_by_text("证明成立").wait_for()
    page.reload()
    camera = page.get_by_role("button", name="用摄像头扫码")
    camera.click()
    verdict.get_by_text("证明成立").wait_for()
    assert page.locator("video").is_hidden()
    assert page.get_by_label("或者离线核验码的文字").input_value() == text
    for size in (DESKTOP, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert axe_faults(page) == []
        assert sideways(page) == 0
        picture(page, f"printed-{size[0]}")


# A camera before which somebody holds the photograph, once a blank wall has been seen. Nothing but the page's own
# reader.
# Held by a hand over the code: no two frames are alike, now nearer and now farther, never quite straight.
CAMERA = """photograph => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1080, height: 1440 }),
    drawn = canvas.getContext("2d");
  const picture = new Image();
  picture.src = `data:image/jpeg;base64,${photograph}`;
  let frames = 0;
  setInterval(() => {
    const zoom = 0.8 + 0.15 * Math.sin(++frames / 9);
    drawn.setTransform(1, 0, 0, 1, 540, 720);
    drawn.rotate(0.05 * Math.sin(frames / 5));
    drawn.scale(zoom, zoom);
    if (frames > 10) drawn.drawImage(picture, -0.5 * picture.width, -0.4 * picture.height);
    else drawn.fillRect(0, 0, 9, 9);
  }, 50);
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: async () => canvas.captureStream() } });
}"""


@pytest.mark.parametrize(
    ("width", "slant", "turn", "blur"),
    [(2400, 0.15, 5, 1.0), (3400, 0.2, 95, 1.8), (1500, 0.1, -8, 0.8), (5000, 0.05, 180, 2.5)],
    ids=["as usual", "sideways and blurred", "a cheap camera", "more pixels than a canvas should hold"],
)
def test_a_photograph_of_the_printed_code_is_read_by_browsers_without_a_detector(
    page: Page, width: int, slant: float, turn: float, blur: float
) -> None:
    assert page.evaluate("globalThis.BarcodeDetector") is None
    choose(page, photograph(packed(million()), width=width, slant=slant, turn=turn, blur=blur), "image/jpeg")
    page.locator("#verdict").get_by_text("证明成立").wait_for()


def test_the_printed_code_is_read_before_a_camera_by_browsers_without_a_detector(page: Page) -> None:
    taken = photograph(packed(million()), width=1800, slant=0.05, turn=3, blur=0.8)
    page.add_init_script(f"({CAMERA})({json.dumps(base64.b64encode(taken).decode())})")
    page.reload()
    page.get_by_role("button", name="用摄像头扫码").click()
    page.locator("#verdict").get_by_text("证明成立").wait_for()
    assert page.locator("video").is_hidden()


def million() -> Proof:
    """As many hashes as an entry among a million needs, and three nodes: the largest code that is printed."""
    whole = proof(witnesses=3)
    path = [bytes([number]) * 32 for number in range(20)]
    root = hash_leaf(entry_of(whole))
    for number, sibling in enumerate(path):
        root = hash_node(sibling, root) if 3 >> number & 1 else hash_node(root, sibling)
    note = sign_checkpoint(Checkpoint(LOG.name, 1 << 20, root), LOG)
    note = Note(note.text, (*note.lines, *(node.cosign(note.text, 1764000000) for node in NODES)))
    return Proof(3, tuple(path), note, whole.extra)


def entry_of(whole: Proof) -> bytes:
    extra = json.loads(whole.extra)
    return str(extra["entry"]).encode()


def pixel() -> bytes:
    drawn = io.BytesIO()
    segno.make("1").save(drawn, kind="png")
    return drawn.getvalue()


PIXEL = pixel()


def choose(page: Page, data: bytes, kind: str = "text/plain") -> None:
    page.get_by_label("证明文件").set_input_files({"name": "a.tlog-proof", "mimeType": kind, "buffer": data})
    page.get_by_role("button", name="核对").click()


def test_a_good_proof_is_told_in_words_and_a_bent_one_with_what_is_wrong(page: Page) -> None:
    choose(page, bytes(proof()))
    verdict = page.locator("#verdict")
    verdict.get_by_text("证明成立").wait_for()
    told = verdict.inner_text()
    for words in (
        "项目赋码",
        "积石山县发展和改革局",
        "2026年11月24日 19:40:00",
        "第 4 条，共 7 条",
        CODE,
        "年产 5 万吨有机肥加工项目",
    ):
        assert words in told
    assert all(node.name in told for node in NODES[:2])
    for size in (DESKTOP, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert axe_faults(page) == []
        assert sideways(page) == 0
        picture(page, f"proof-yes-{size[0]}")
    choose(page, bytes(proof(witnesses=1)))
    verdict.get_by_text("证明不成立").wait_for()
    assert "见证的节点不够" in verdict.inner_text()
    assert axe_faults(page) == []
    picture(page, f"proof-no-{PHONE[0]}")


def test_the_page_kept_as_a_file_checks_without_any_network(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yinuo.site.proofs.queries.policy_text", lambda: RULES)
    answer = alone(RequestFactory().get("/chain/verify/alone.html"))
    assert 'attachment; filename="yinuo-verify.html"' in answer["Content-Disposition"]
    kept = tmp_path / "yinuo-verify.html"
    kept.write_bytes(answer.content)
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, reduced_motion="reduce", offline=True
    )
    page, asked, said = context.new_page(), list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(kept.as_uri())
    verdict = page.locator("#verdict")
    page.get_by_role("button", name="核对").click()
    verdict.get_by_text("请选择证明文件").wait_for()
    choose(page, bytes(proof()))
    verdict.get_by_text("证明成立").wait_for()
    page.get_by_label("或者离线核验码的文字").fill(packed(proof(witnesses=1)))
    page.get_by_role("button", name="核对").click()
    verdict.get_by_text("见证的节点不够").wait_for()
    page.get_by_label("或者离线核验码的文字").fill(packed(proof()))
    page.get_by_role("button", name="核对").click()
    verdict.get_by_text("证明成立").wait_for()
    assert CODE in verdict.inner_text()
    page.get_by_label("或者离线核验码的文字").fill("")
    choose(page, photograph(packed(proof(witnesses=1))), "image/jpeg")
    verdict.get_by_text("见证的节点不够").wait_for()
    assert {url.split(":")[0] for url in asked} <= {"file", "data", "blob"}
    assert said == []
    page.evaluate("fetch('https://yinuo.test/').catch(() => {})")
    assert any("Content Security Policy" in text for text in said)
    assert sideways(page) == 0
    picture(page, "proof-alone")
    context.close()
