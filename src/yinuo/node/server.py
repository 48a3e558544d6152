"""A node's own small web server: its checkpoint, its mirror, its state, and a witness's answer to who asks for it."""

from __future__ import annotations

import contextlib
import html
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from yinuo.chain.evidence import LIMIT, Told
from yinuo.chain.tree import Tile
from yinuo.chain.verifier import Checkpoint, Note, Unverified
from yinuo.chain.witness import add_checkpoint
from yinuo.node.mirror import TWIN, Alarm, Mirror
from yinuo.node.store import Evidence

BODY_LIMIT = 1_000_000
TIMEOUT_SECONDS = 10


@dataclass
class State:
    """What the following of the log last came to."""

    followed_at: int = 0
    error: str = ""
    alarm: bool = False


def fetcher(url: str, opener: Any = urllib.request.urlopen) -> Callable[[str], bytes]:
    """Reads below a log's address; an answer longer than a bundle can be is not read to its end."""

    def fetch(path: str) -> bytes:
        with opener(f"{url.rstrip('/')}/{path}", timeout=TIMEOUT_SECONDS) as answer:
            data: bytes = answer.read(20_000_000)
        return data

    return fetch


def deliver(url: str, note: bytes) -> None:
    """Hands the cosigned checkpoint to the log, for nodes that nobody can reach. Raises OSError."""
    request = urllib.request.Request(f"{url.rstrip('/')}/cosignatures", data=note, method="POST")  # noqa: S310 - the operator's own
    request.add_header("Content-Type", "text/plain; charset=utf-8")
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
        pass


def report(url: str, mirror: Mirror, told: int) -> int:
    """Tells the log's operator what this node holds against it, from the `told`-th piece on; how many have been told by
    now.

    Evidence is kept here whatever becomes of it there. What the operator refuses is not sent again. Raises OSError.
    """
    for one in mirror.store.evidence()[told:]:
        sent = Told(mirror.key.name, one.kind, one.text, one.at, one.seen, one.mine).signed_by(mirror.key)
        request = urllib.request.Request(f"{url.rstrip('/')}/evidence", data=sent, method="POST")  # noqa: S310 - the operator's own
        request.add_header("Content-Type", "application/json")
        try:
            if len(sent) <= LIMIT:
                urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS).close()  # noqa: S310
        except urllib.error.HTTPError as error:
            with error:
                if error.code >= 500:
                    return told
        told += 1
    return told


def follow(mirror: Mirror, url: str, state: State, stop: threading.Event, every: float) -> None:
    """Rounds until told to stop.

    A log that does not answer is asked again; an alarm stays until somebody has looked.
    """
    delivered: set[bytes] = set()
    told = 0
    while not stop.is_set():
        try:
            mirror.step(int(time.time()))
            mirror.step_twin(int(time.time()))
            state.followed_at, state.error = int(time.time()), ""
            notes = {note for note in (mirror.store.note(), mirror.store.twin_note()) if note}
            for note in notes - delivered:
                deliver(url, note)
            delivered = notes
        except Alarm as error:
            state.error, state.alarm = str(error), True
        except (Unverified, OSError, ValueError) as error:
            state.error = str(error)
        with contextlib.suppress(OSError):
            told = report(url, mirror, told)
        stop.wait(every if not state.error else max(every, 1.0))


def status_of(mirror: Mirror, state: State) -> dict[str, Any]:
    head = mirror.store.head()
    found = mirror.store.evidence()
    return {
        "name": mirror.key.name,
        "key": str(mirror.key.verifier),
        "log": str(mirror.pinned.log),
        "size": head.size,
        "root": head.root.hex(),
        "twin": str(mirror.pinned.twin) if mirror.pinned.twin else None,
        "twin_size": Checkpoint.parse(Note.parse(twin).text).size if (twin := mirror.store.twin_note()) else 0,
        "mirrored": mirror.store.mirrored(),
        "followed_at": state.followed_at,
        "error": state.error,
        "evidence": [{"at": one.at, "kind": one.kind, "text": one.text} for one in found],
    }


def serve(mirror: Mirror, state: State, host: str, port: int) -> ThreadingHTTPServer:
    """The server, bound and not yet running; port 0 = any free one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = TIMEOUT_SECONDS

        def do_GET(self) -> None:
            path = self.path.split("?")[0].lstrip("/")
            if path == "checkpoint":
                self._answer(200 if mirror.store.note() else 404, mirror.store.note())
            elif path == f"{TWIN}checkpoint":
                self._answer(200 if mirror.store.twin_note() else 404, mirror.store.twin_note())
            elif path == "status.json":
                self._answer(
                    200,
                    json.dumps(status_of(mirror, state), ensure_ascii=False, sort_keys=True).encode(),
                    "application/json",
                )
            elif path == "evidence.json":
                self._answer(
                    200,
                    json.dumps([_shown(one) for one in mirror.store.evidence()], ensure_ascii=False).encode(),
                    "application/json",
                )
            elif path == "":
                self._answer(200, _page(status_of(mirror, state)), "text/html; charset=utf-8")
            else:
                self._tile(path)

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint" or not length.isdigit() or int(length) > BODY_LIMIT:
                self.close_connection = True
                self._answer(404 if self.path != "/add-checkpoint" else 413, b"")
                return
            body = self.rfile.read(int(length))
            logs = {mirror.pinned.log.name: [mirror.pinned.log]}
            seconds = int(time.time())
            head = mirror.store.head()
            heads = {mirror.pinned.log.name: head} if head.size else {}
            answer = add_checkpoint(body, logs=logs, heads=heads, key=mirror.key, seconds=seconds)
            if answer.evidence:
                mirror.store.keep_evidence(Evidence(seconds, "submitted", answer.body, body, mirror.store.note()))
            if answer.head is not None and answer.head != head:
                # What this node signs it has seen whole: the entries come first, and the state with them.
                with contextlib.suppress(Alarm, Unverified, OSError):
                    mirror.step(seconds)
                if mirror.store.head() != answer.head:
                    self._answer(503, b"the entries of this checkpoint are not here yet\n")
                    return
            self._answer(answer.status, answer.body.encode(), answer.content_type)

        def _tile(self, path: str) -> None:
            twin = path.startswith(TWIN)
            try:
                tile = Tile.parse(path.removeprefix(TWIN))
                data = mirror.store.read_twin_tile(tile) if twin else mirror.store.read_tile(tile)
            except Unverified:
                data = b""
            self._answer(200 if data else 404, data, "application/octet-stream")

        def _answer(self, status: int, body: bytes, content_type: str = "text/plain; charset=utf-8") -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: who asks what is nobody's business here."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    return server


def _shown(one: Evidence) -> dict[str, Any]:
    return {**asdict(one), "seen": one.seen.decode("utf-8", "replace"), "mine": one.mine.decode("utf-8", "replace")}


def _page(status: dict[str, Any]) -> bytes:
    """The state for a person: plain, in one page, without anything fetched from elsewhere."""
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(status["followed_at"])) if status["followed_at"] else "尚未"
    rows = [
        ("节点", status["name"]),
        ("所跟随的日志", status["log"].split("+")[0]),
        ("已见证", f"{status['size']} 条"),
        ("树根", status["root"]),
        *([("国密并行树已见证", f"{status['twin_size']} 条")] if status["twin"] else []),
        ("最近一次核对", at),
        ("现状", status["error"] or "正常"),
        ("异常证据", f"{len(status['evidence'])} 件"),
    ]
    body = "".join(
        f"<tr><th scope=row>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>" for name, value in rows
    )
    faults = "".join(f"<li>{html.escape(one['kind'])}：{html.escape(one['text'])}</li>" for one in status["evidence"])
    style = (
        "body{font:16px/1.6 sans-serif;margin:2rem auto;max-width:48rem;padding:0 "
        "1rem}th{text-align:left;padding-right:1.5rem;white-space:nowrap}td{word-break:break-all}"
    )
    return (
        f"<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport "
        f"content='width=device-width'><title>信息链节点</title><style>{style}</style>"
        f"<h1>信息链节点</h1><table>{body}</table>{f'<h2>异常证据</h2><ul>{faults}</ul>' if faults else ''}</html>"
    ).encode()
