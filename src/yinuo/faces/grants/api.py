"""Authorised search of the information chain (附件7·第十三条): nodes, grants, and the question a node signs with its
own key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from yinuo.chain.searching import Search
from yinuo.engine.infochain.queries import policy
from yinuo.rooms.grants import access, actions, queries
from yinuo.rooms.grants.models import Basis, ChainNode, ChainSearch, Grant, NodeKind
from yinuo.ui.api import WhyIn, actor_of, key_if_any
from yinuo.ui.api_shapes import Shape

router = Router(tags=["信息链查询"])
# PostgreSQL's integers end there.
Id = Field(ge=1, le=2**63 - 1)


class NodeIn(Schema):
    """`key`: the line `yinuo node init` printed; `kind`: department, bank, supervision."""

    name: str
    kind: str
    organisation: str
    credit_code: str
    key: str


class GrantIn(Schema):
    """`types`: kinds of record, none = all; `fields`: names of fields, none = all of them.

    `until_at` has its offset.
    """

    node_id: int = Id
    project_id: int | None = Field(None, ge=1, le=2**63 - 1)
    types: list[str] = []
    fields: list[str] = []
    until_at: datetime
    basis_text: str


class SearchIn(Schema):
    """`seconds` since 1970; `nonce` of 16 to 64 characters, never used again; `signature` as in chain/searching.py."""

    node: str
    code: str
    nonce: str
    seconds: int = Field(ge=0, le=2**53 - 1)
    signature: str


class ChainNodeOut(Shape):
    id: int
    name: str
    kind: NodeKind
    organisation: str
    credit_code: str
    registered_at: datetime
    retired_at: datetime | None
    why: str
    version: int


class GrantOut(Shape):
    """`types`: kinds of record, none = all; `fields`: names of fields, none = all of them."""

    node: str
    organisation: str
    id: int
    unit_id: int | None
    project_id: int | None
    types: list[str]
    fields: list[str]
    basis: Basis
    basis_text: str
    from_at: datetime
    until_at: datetime
    withdrawn_at: datetime | None
    why: str
    version: int


class ChainSearchOut(Shape):
    id: int
    node: str
    organisation: str
    code: str | None
    at: datetime


class ChainSearchesOut(Shape):
    searches: list[ChainSearchOut]
    after: int | None


class LeafOut(Shape):
    """A leaf of the log: its entry, what the grants disclose of it, and its proof once it is witnessed."""

    index: int
    entry: str
    disclosures: list[str]
    proof: str


class FoundLeavesOut(Shape):
    """Every leaf of the project, oldest first; `waiting`: how many are not in the log yet."""

    search: int
    code: str
    key: str
    leaves: list[LeafOut]
    waiting: int


def node_out(row: ChainNode) -> dict[str, Any]:
    names = ("id", "name", "kind", "organisation", "credit_code", "registered_at", "retired_at", "why", "version")
    return {name: getattr(row, name) for name in names}


def grant_out(row: Grant) -> dict[str, Any]:
    names = (
        "id",
        "unit_id",
        "project_id",
        "types",
        "fields",
        "basis",
        "basis_text",
        "from_at",
        "until_at",
        "withdrawn_at",
        "why",
        "version",
    )
    return {
        "node": row.node.name,
        "organisation": row.node.organisation,
        **{name: getattr(row, name) for name in names},
    }


def search_out(row: ChainSearch) -> dict[str, Any]:
    return {
        "id": row.pk,
        "node": row.node.name,
        "organisation": row.node.organisation,
        "code": row.project.code,
        "at": row.at,
    }


@router.get("/chain/nodes", response=list[ChainNodeOut], summary="登记的节点")
def nodes(request: HttpRequest) -> list[dict[str, Any]]:
    return [node_out(row) for row in queries.nodes()]


@router.post("/chain/nodes", response={201: ChainNodeOut}, summary="登记节点")
def register(request: HttpRequest, body: NodeIn) -> Status[dict[str, Any]]:
    made = actions.register_node(
        actor=actor_of(request), idempotency_key=key_if_any(request), at=timezone.now(), **body.dict()
    )
    return Status(201, node_out(made))


@router.post("/chain/nodes/{node_id}/retire", response=ChainNodeOut, summary="停用节点")
def retire(request: HttpRequest, node_id: int, body: WhyIn) -> dict[str, Any]:
    done = actions.retire_node(
        actor=actor_of(request), node_id=node_id, why=body.why, version=body.version, at=timezone.now()
    )
    return node_out(done)


@router.get("/chain/grants", response=list[GrantOut], summary="查询授权：本单位的，或者本大厅的法定授权")
def grants(request: HttpRequest) -> list[dict[str, Any]]:
    actor = actor_of(request)
    rows = (
        queries.of_unit(actor.unit_id)
        if actor.unit_id and access.can_consent(actor, actor.unit_id)
        else queries.orders(actor)
    )
    return [grant_out(row) for row in rows]


@router.post("/chain/grants", response={201: GrantOut}, summary="授权查询：单位同意，或者主要负责同志依法定职责")
def give(request: HttpRequest, body: GrantIn) -> Status[dict[str, Any]]:
    actor, given = actor_of(request), body.dict()
    key, now = key_if_any(request), timezone.now()
    if actor.role == "unit":
        return Status(201, grant_out(actions.consent(actor=actor, idempotency_key=key, at=now, **given)))
    made = actions.order(actor=actor, idempotency_key=key, at=now, **given)
    return Status(201, grant_out(made))


@router.post("/chain/grants/{grant_id}/withdraw", response=GrantOut, summary="撤回授权")
def withdraw(request: HttpRequest, grant_id: int, body: WhyIn) -> dict[str, Any]:
    done = actions.withdraw(
        actor=actor_of(request), grant_id=grant_id, why=body.why, version=body.version, at=timezone.now()
    )
    return grant_out(done)


@router.get("/chain/searches", response=ChainSearchesOut, summary="谁查询过：本单位的，或者本大厅的项目")
def searches(request: HttpRequest, after: int = 0) -> dict[str, Any]:
    actor = actor_of(request)
    own = actor.unit_id and access.can_consent(actor, actor.unit_id)
    page = queries.searches_of_unit(actor.unit_id or 0, after) if own else queries.searches_of_hall(actor, after)
    return {"searches": [search_out(row) for row in page.searches], "after": page.after or None}


@router.post(
    "/chain/search", response=FoundLeavesOut, auth=None, summary="节点查询一个项目的全部记录（以节点密钥签名）"
)
def search(request: HttpRequest, body: SearchIn) -> dict[str, Any]:
    """The node's own signature is its key to this door; the question is noted before it is answered."""
    asked, now = Search(body.node, body.code, body.nonce, body.seconds), timezone.now()
    made = actions.search(asked=asked, signature=body.signature, at=now)
    return queries.answer(made, policy(), now)
