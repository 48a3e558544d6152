"""Grants as each side sees them, and the answer to a node's question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from yinuo.chain.verifier import Policy, encode64
from yinuo.engine.base import NO_ROW, Actor, forbid
from yinuo.engine.infochain import queries as infochain
from yinuo.engine.infochain.models import LeafRecord, Subject
from yinuo.rooms.grants import access
from yinuo.rooms.grants.models import Basis, ChainNode, ChainSearch, Grant
from yinuo.rooms.projects.models import Project
from yinuo.rooms.projects.queries import visible

PAGE = 40


def nodes(*, live: bool = False) -> QuerySet[ChainNode]:
    rows = ChainNode.objects.order_by("retired_at", "kind", "name")
    return rows.filter(retired_at__isnull=True) if live else rows


def node(node_id: int) -> ChainNode:
    """Raises ChainNode.DoesNotExist."""
    return ChainNode.objects.get(pk=node_id)


def one(grant_id: int) -> Grant:
    """Raises Grant.DoesNotExist."""
    return Grant.objects.select_related("node", "project", "unit").get(pk=grant_id)


def grantable(actor: Actor) -> QuerySet[Project]:
    """The projects a grant of the actor may name: the unit's own or the hall's, once they have a code; newest first."""
    return visible(actor).filter(code__isnull=False).order_by("-id")


def of_unit(unit_id: int) -> list[Grant]:
    """Those the unit gave and those by statute that name it or one of its projects, newest first."""
    return list(Grant.objects.filter(unit_id=unit_id).select_related("node", "project", "given_by").order_by("-id"))


def orders(actor: Actor) -> list[Grant]:
    """The hall's grants by statute, newest first. Raises Forbidden."""
    if not access.can_see_orders(actor):
        raise forbid("法定查询的授权由主要负责同志管理、监督员查看")
    rows = Grant.objects.filter(basis=Basis.STATUTE, hall_id=actor.hall_id or NO_ROW)
    return list(rows.select_related("node", "project", "unit", "given_by").order_by("-id"))


@dataclass(frozen=True, slots=True)
class Page:
    """`after` opens the next page, 0 = no more."""

    searches: Sequence[ChainSearch]
    after: int


def searches_of_unit(unit_id: int, after: int = 0) -> Page:
    return _page(ChainSearch.objects.filter(unit_id=unit_id), after)


def searches_of_hall(actor: Actor, after: int = 0) -> Page:
    """What was searched of the hall's projects, by whom. Raises Forbidden."""
    if not access.can_see_orders(actor):
        raise forbid("查询记录由主要负责同志和监督员查看")
    return _page(ChainSearch.objects.filter(project__hall_id=actor.hall_id or NO_ROW), after)


def _page(rows: QuerySet[ChainSearch], after: int) -> Page:
    rows = rows.select_related("node", "project__unit").order_by("-id")
    found = list((rows.filter(pk__lt=after) if after else rows)[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else 0)


def granted(node: ChainNode, project: Project, at: datetime) -> list[Grant]:
    """The grants under which the node may search the project now."""
    rows = Grant.objects.filter(node=node, withdrawn_at__isnull=True, from_at__lte=at, until_at__gt=at).order_by("id")
    return [one for one in rows if _covers(one, project)]


def _covers(grant: Grant, project: Project) -> bool:
    if grant.project_id is not None:
        return grant.project_id == project.pk
    return grant.unit_id == project.unit_id if grant.unit_id is not None else grant.hall_id == project.hall_id


def answer(search: ChainSearch, policy: Policy | None, at: datetime) -> dict[str, Any]:
    """Every leaf of the project in the log, oldest first, and of it what the grants allow to be seen; with its proof
    once witnessed.

    Of the grants the search was noted under, those that still hold.
    `key` lets the node see that the leaves' subject is the project it asked for; `waiting`: leaves not in the log yet.
    Raises Forbidden where the private side was erased.
    """
    code = search.project.code or ""
    subject = Subject.objects.filter(label=code).first()
    if subject is None or subject.key is None:
        raise forbid("这个项目的链下内容已依法删除，不能再查询")
    grants = [one for one in granted(search.node, search.project, at) if one.pk in search.grants]
    found = infochain.history(code, policy, lambda record: _shown(grants, record))
    leaves = [
        {
            "index": one.index,
            "entry": one.entry.decode(),
            "disclosures": list(one.disclosures),
            "proof": bytes(one.proof).decode() if one.proof else "",
        }
        for one in found
    ]
    key = encode64(bytes(subject.key))
    return {"search": search.pk, "code": code, "key": key, "leaves": leaves, "waiting": subject.n - len(leaves)}


def _shown(grants: Sequence[Grant], record: LeafRecord) -> list[str]:
    """The names of the fields of one leaf that one of the grants allows."""
    allowing = [one for one in grants if not one.types or record.type in one.types]
    return [name for _, name, _ in record.fields or [] if any(not one.fields or name in one.fields for one in allowing)]


def lapsed(grant: Grant, at: datetime) -> str:
    """In words why a grant does not hold, “” while it does."""
    if grant.withdrawn_at is not None:
        return "已撤回"
    if grant.node.retired_at is not None:
        return "节点已停用"
    return "" if at < grant.until_at else "已到期"
