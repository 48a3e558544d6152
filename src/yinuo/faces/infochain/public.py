"""The log as the specifications serve it, and a page that says in words how far it can be trusted (附件7·第十三条)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page, require_POST, require_safe

from yinuo.chain.evidence import LIMIT
from yinuo.chain.policies import lint, weights
from yinuo.chain.tree import WIDTH, Tile
from yinuo.chain.verifier import Checkpoint, Unverified, encode64
from yinuo.engine.base import Actor, Refused
from yinuo.engine.infochain import queries
from yinuo.engine.infochain.actions import take_cosignatures, take_evidence
from yinuo.engine.infochain.books import MAIN, TWIN, Book

TEXT, BYTES = "text/plain; charset=utf-8", "application/octet-stream"
BODY_LIMIT = 100_000
FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
@conditional_page
def page(request: HttpRequest) -> HttpResponse:
    """Size, root, who has witnessed it, and what that proves and does not."""
    policy = queries.policy()
    status = queries.status(policy)
    nodes = [(name, status.witnesses.get(name, 0)) for name in policy.witnesses] if policy else []
    root = Checkpoint.parse(status.checkpoint.text).root.hex() if status.checkpoint else ""
    context = {
        "status": status,
        "root": root,
        "nodes": nodes,
        "weights": weights(policy) if policy and policy.quorum != "none" else None,
        "faults": lint(policy) if policy and policy.quorum != "none" else [],
        "log": queries.log_key(),
        "twin": queries.twin_key() if status.twin else None,
    }
    return render(request, "public/chain.html", context)


def _book(twin: bool) -> Book:
    return TWIN if twin else MAIN


@require_safe
def checkpoint(request: HttpRequest, twin: bool = False) -> HttpResponse:
    """The published head (tlog-checkpoint), with the nodes' signatures it has by now."""
    note = queries.checkpoint(book=_book(twin))
    answer = HttpResponse(bytes(note) if note else b"", content_type=TEXT, status=200 if note else 404)
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def tile(request: HttpRequest, path: str, twin: bool = False) -> HttpResponse:
    """A tile or a bundle of entries (tlog-tiles); what is served once never changes."""
    try:
        wanted = Tile.parse(f"tile/{path}")
    except Unverified:
        return HttpResponse(status=404, content_type=TEXT)
    book = _book(twin)
    data = queries.served(wanted, book.published(), book)
    answer = HttpResponse(data, content_type=BYTES, status=200 if data else 404)
    answer["Cache-Control"] = (
        FOR_EVER if data and wanted.width == WIDTH else "public, max-age=60" if data else "no-store"
    )
    return answer


@require_safe
def policy_file(request: HttpRequest, twin: bool = False) -> HttpResponse:
    """The policy in force, as whoever checks a proof needs it; for the twin the same nodes asked about its own key."""
    policy = queries.policy()
    text = "" if policy is None else queries.twin_policy_text() if twin else queries.policy_text()
    return HttpResponse(text, content_type=TEXT, status=200 if text else 404)


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The keys a node is begun with.

    Compare them with what the operator gave you another way: this page alone proves nothing.
    """
    log, platform = queries.log_key(), queries.platform_key()
    if log is None or platform is None:
        return HttpResponse(status=404, content_type=TEXT)
    twin = queries.twin_key()
    more = f"twin {twin}\n" if twin else ""
    return HttpResponse(f"log {log}\nplatform {encode64(platform)}\n{more}", content_type=TEXT)


@csrf_exempt
@require_POST
def cosignatures(request: HttpRequest) -> HttpResponse:
    """A node that nobody can reach brings its signature: the checkpoint with its line below."""
    if int(request.headers.get("Content-Length") or 0) > BODY_LIMIT:
        return HttpResponse("提交的内容太大\n", content_type=TEXT, status=413)
    try:
        kept = take_cosignatures(actor=Actor.public(), body=request.body, policy=queries.policy(), at=timezone.now())
    except Refused as refusal:
        return HttpResponse(f"{refusal}\n", content_type=TEXT, status=422)
    return HttpResponse(f"{kept}\n", content_type=TEXT)


@csrf_exempt
@require_POST
def evidence(request: HttpRequest) -> HttpResponse:
    """A node reports what this log did.

    Kept for those who watch over it; the node keeps it too, and may show it to anybody.
    """
    if int(request.headers.get("Content-Length") or 0) > LIMIT:
        return HttpResponse("提交的内容太大\n", content_type=TEXT, status=413)
    try:
        made = take_evidence(actor=Actor.public(), body=request.body, policy=queries.policy(), at=timezone.now())
    except Refused as refusal:
        return HttpResponse(f"{refusal}\n", content_type=TEXT, status=422)
    return HttpResponse(f"{int(made)}\n", content_type=TEXT)
