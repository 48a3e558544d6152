"""A node asks the platform for a project's records, and checks the answer against its own mirror."""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from yinuo.chain.searching import Found, Search, check_answer
from yinuo.chain.verifier import Unverified
from yinuo.node.mirror import Mirror

TIMEOUT_SECONDS = 20
ANSWER_LIMIT = 20_000_000
CATCH_UP_SECONDS = 5
Post = Callable[[str, bytes], bytes]


class Declined(Exception):
    """The platform did not answer the question; the message is its own."""


def post(url: str, body: bytes) -> bytes:
    """Raises Declined with what the platform says, OSError when it does not answer."""
    request = urllib.request.Request(url, data=body, method="POST")  # noqa: S310 - the operator's own address
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            data: bytes = answer.read(ANSWER_LIMIT)
            return data
    except urllib.error.HTTPError as error:
        raise Declined(_words(error.read(100_000)) or f"平台答复 {error.code}") from None


def _words(body: bytes) -> str:
    try:
        told = json.loads(body)
        return f"{told['message']}{'。' + told['remedy'] if told.get('remedy') else ''}"
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def search(mirror: Mirror, url: str, code: str, *, seconds: int, send: Post = post, nonce: str = "") -> list[Found]:
    """The records of a project, every one of them checked to be in the log as this node has mirrored it, none left out.

    `url`: the log's address, below which the platform's API is found. Raises: Declined, Unverified, OSError.
    """
    asked = Search(mirror.key.name, code, nonce or secrets.token_urlsafe(24), seconds)
    body = {
        "node": asked.node,
        "code": code,
        "nonce": asked.nonce,
        "seconds": seconds,
        "signature": asked.signed_by(mirror.key),
    }
    base = url.rstrip("/").removesuffix("/chain")
    data = send(f"{base}/api/v1/chain/search", json.dumps(body).encode())
    try:
        answer: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise Unverified("the answer is not JSON") from None
    _catch_up(mirror, answer)
    return check_answer(
        code, answer, mirror.store.entry, lambda subject: (mirror.store.last_of(subject) or (0, b""))[0]
    )


def _catch_up(mirror: Mirror, answer: Any) -> None:
    """What the answer shows and this node has not mirrored yet is fetched first;
    what never comes is told by the check.
    """
    try:
        highest = max((int(one["index"]) for one in answer["leaves"]), default=-1)
    except (KeyError, TypeError, ValueError):
        return
    until = time.monotonic() + CATCH_UP_SECONDS
    while mirror.store.mirrored() <= highest and time.monotonic() < until:
        if mirror.step(int(time.time())) is None:
            time.sleep(0.2)
