"""Nodes come and go, grants are given and withdrawn, and every search leaves a leaf (附件7·第十三条, 个人信息保护法
13、44、45).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from yinuo.chain.searching import Search
from yinuo.chain.verifier import COSIGNATURE, Unverified, VerifierKey
from yinuo.chain.words import FIELDS, OF_PROJECTS
from yinuo.core.calendar import TZ
from yinuo.core.codes import CodeError, check_credit_code
from yinuo.engine.base import NO_ROW, Actor, PageRef, Refused, check_version, forbid, save
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import AuthorisedPerson, ProjectUnit
from yinuo.engine.people.queries import persons_bound
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import Once, action, answered, claim, record, remember
from yinuo.rooms.grants import access
from yinuo.rooms.grants.models import Basis, ChainNode, ChainSearch, Grant, NodeKind
from yinuo.rooms.grants.queries import granted
from yinuo.rooms.projects.actions import lock
from yinuo.rooms.projects.models import Project

UNKNOWN = "没有这个项目，或者没有查询它的授权"


@action
def register_node(
    *,
    actor: Actor,
    name: str,
    kind: str,
    organisation: str,
    credit_code: str,
    key: str,
    at: datetime,
    idempotency_key: str = "",
) -> ChainNode:
    """`key`: the line `yinuo node init` printed. Raises Refused for a key that is none, or one already known."""
    if not access.can_keep_nodes(actor):
        raise forbid("只有系统管理员可以登记节点")
    given = [name, kind, organisation, credit_code, key]
    claimed = claim(actor, idempotency_key, "grants.register_node", given, at=at)
    if (known := answered(claimed)) is not None:
        return ChainNode.objects.get(pk=known)
    public = _need_node(name.strip(), kind, organisation.strip(), credit_code.strip().upper(), key.strip())
    made = ChainNode.objects.create(
        name=name.strip(),
        kind=kind,
        organisation=organisation.strip(),
        credit_code=credit_code.strip().upper(),
        public=public,
        registered_by_id=actor.person_id,
        registered_at=at,
    )
    record(
        actor,
        "grants.register_node",
        made,
        at=at,
        data={"name": made.name, "kind": made.kind, "organisation": made.organisation},
    )
    remember(claimed, made)
    return made


def _need_node(name: str, kind: str, organisation: str, credit_code: str, key: str) -> bytes:
    """The public key. Raises Refused naming every field at fault."""
    errors = {}
    if kind not in NodeKind.values:
        errors["kind"] = "请选择机构类别"
    if not organisation:
        errors["organisation"] = "请填写运行机构的名称"
    try:
        check_credit_code(credit_code)
    except CodeError as error:
        errors["credit_code"] = str(error)
    public = b""
    try:
        parsed = VerifierKey.parse(key)
        public = parsed.public
        if parsed.algorithm != COSIGNATURE:
            errors["key"] = "这是日志的公钥，不是节点的公钥；请填写 yinuo node init 打印的那一行"
        elif parsed.name != name:
            errors["name"] = f"公钥里写的节点名称是 {parsed.name}，与此不符"
    except Unverified:
        errors["key"] = "公钥读不懂；请填写 yinuo node init 打印的那一行，不要少字符"
    if public and ChainNode.objects.filter(public=public).exists():
        errors["key"] = "这把公钥已经登记过"
    if name and ChainNode.objects.filter(name=name).exists():
        errors["name"] = "已经有同名的节点"
    if errors:
        raise Refused("grants.node", "节点登记的内容需要改正", remedy="请改正后再提交", errors=errors)
    return public


@action
def retire_node(*, actor: Actor, node_id: int, why: str, at: datetime, version: int | None = None) -> ChainNode:
    """From now on its questions are not answered, whatever grants it has."""
    node = ChainNode.objects.select_for_update(no_key=True).get(pk=node_id)
    if not access.can_keep_nodes(actor):
        raise forbid("只有系统管理员可以停用节点")
    check_version(node, version)
    if node.retired_at is not None:
        raise Refused("grants.retired", "这个节点已经停用")
    node.retired_at, node.why, node.version = at, _need_why(why, "停用"), node.version + 1
    node.save(update_fields=["retired_at", "why", "version"])
    record(actor, "grants.retire_node", node, at=at, why=node.why)
    return node


@action
def consent(
    *,
    actor: Actor,
    node_id: int,
    until_at: datetime,
    basis_text: str,
    at: datetime,
    project_id: int | None = None,
    types: Sequence[str] = (),
    fields: Sequence[str] = (),
    idempotency_key: str = "",
) -> Grant:
    """The unit lets a node search its projects, or one of them.

    Given by a person whose authorisation covers signing.
    """
    unit_id = actor.unit_id or 0
    if not access.can_consent(actor, unit_id):
        raise forbid("只有本单位的经办人可以授权查询本单位的记录")
    given = [node_id, until_at.isoformat(), basis_text, project_id, list(types), list(fields)]
    claimed = claim(actor, idempotency_key, "grants.consent", given, at=at)
    if (known := answered(claimed)) is not None:
        return Grant.objects.get(pk=known)
    ProjectUnit.objects.select_for_update(no_key=True).get(pk=unit_id)
    if project_id is not None and not Project.objects.filter(pk=project_id, unit_id=unit_id).exists():
        raise forbid("只能授权查询本单位的项目")
    if not access.can_sign(_binding(actor, unit_id, at)):
        raise Refused(
            "grants.may_sign",
            "授权查询须由可以代表单位签署的经办人办理",
            remedy="请由授权范围含签署的同事办理，或者到大厅补充授权",
        )
    made = Grant(
        node=_live(node_id),
        unit_id=unit_id,
        project_id=project_id,
        basis=Basis.CONSENT,
        **_terms(at, until_at, basis_text, types, fields),
    )
    return _give(actor, made, "grants.consent", claimed, at)


@action
def order(
    *,
    actor: Actor,
    node_id: int,
    until_at: datetime,
    basis_text: str,
    at: datetime,
    project_id: int | None = None,
    types: Sequence[str] = (),
    fields: Sequence[str] = (),
    idempotency_key: str = "",
) -> Grant:
    """The hall's principal lets a department's or a supervising body's node search by its duty,
    named in `basis_text`.
    """
    node = _live(node_id)
    if not access.can_order(actor, node):
        raise forbid("法定查询由主要负责同志授权给审批部门、监督机构；金融机构须由单位自己授权")
    given = [node_id, until_at.isoformat(), basis_text, project_id, list(types), list(fields)]
    claimed = claim(actor, idempotency_key, "grants.order", given, at=at)
    if (known := answered(claimed)) is not None:
        return Grant.objects.get(pk=known)
    project = (
        Project.objects.filter(pk=project_id, hall_id=actor.hall_id or NO_ROW).first()
        if project_id is not None
        else None
    )
    if project_id is not None and project is None:
        raise forbid("只能授权查询本大厅的项目")
    made = Grant(
        node=node,
        hall_id=actor.hall_id,
        unit_id=project.unit_id if project else None,
        project=project,
        basis=Basis.STATUTE,
        **_terms(at, until_at, basis_text, types, fields),
    )
    return _give(actor, made, "grants.order", claimed, at)


def _terms(
    at: datetime, until_at: datetime, basis_text: str, types: Sequence[str], fields: Sequence[str]
) -> dict[str, object]:
    """Raises Refused naming every field at fault."""
    errors = {}
    longest = pack().integer("chain.grant_longest", at.astimezone(TZ).date())
    if until_at.tzinfo is None:
        raise Refused(
            "grants.terms", "期限须写明时区，如 2027-03-01T00:00:00+08:00", field="until", remedy="请改正后再提交"
        )
    if until_at <= at:
        errors["until"] = "期限须在今天以后"
    elif until_at > at + timedelta(days=longest + 1):
        errors["until"] = f"一次授权最长 {longest} 天，到期可以再授权"
    if not basis_text.strip():
        errors["basis_text"] = "请写明为什么授权、依据什么"
    if unknown := [one for one in types if one not in OF_PROJECTS]:
        errors["types"] = f"没有这类记录：{'、'.join(unknown)}"
    if unknown := [one for one in fields if one not in FIELDS]:
        errors["fields"] = f"没有这样的字段：{'、'.join(unknown)}"
    if errors:
        raise Refused("grants.terms", "授权的内容需要改正", remedy="请改正后再提交", errors=errors)
    return {
        "from_at": at,
        "until_at": until_at,
        "basis_text": basis_text.strip()[:300],
        "types": list(types),
        "fields": list(fields),
    }


def _give(actor: Actor, made: Grant, verb: str, claimed: Once | None, at: datetime) -> Grant:
    made.given_by_id = actor.required_person_id
    made.save()
    record(
        actor,
        verb,
        made,
        at=at,
        project_code=made.project.code or "" if made.project else "",
        why=made.basis_text,
        data={
            "grant": made.pk,
            "node": made.node.name,
            "until": made.until_at,
            "types": made.types,
            "fields": made.fields,
        },
        chain="data.granted",
    )
    remember(claimed, made)
    return made


@action
def withdraw(*, actor: Actor, grant_id: int, why: str, at: datetime, version: int | None = None) -> Grant:
    """At once: the next question is not answered under it. What was searched before stays on record."""
    grant = (
        Grant.objects.select_for_update(no_key=True, of=("self",)).select_related("node", "project").get(pk=grant_id)
    )
    if not access.can_withdraw(actor, grant):
        raise forbid("只有授权的一方可以撤回")
    check_version(grant, version)
    if not grant.holds(at):
        raise Refused("grants.over", "这项授权已经撤回或者到期，不用再撤回")
    grant.withdrawn_at, grant.withdrawn_by_id, grant.why = at, actor.person_id, _need_why(why, "撤回")
    save(grant, "withdrawn_at", "withdrawn_by", "why")
    code = grant.project.code or "" if grant.project else ""
    record(actor, "grants.withdraw", grant, at=at, project_code=code, why=grant.why, chain="data.withdrawn")
    return grant


@action
def search(*, asked: Search, signature: str, at: datetime) -> ChainSearch:
    """A node's question, noted before it is answered; sent twice it is one question.

    Raises: Forbidden for a signature that is not the node's and where nothing is granted, with one answer for a project
    that is none and one that may not be searched.
    """
    node = ChainNode.objects.filter(name=asked.node, retired_at__isnull=True).first()
    try:
        if node is None:
            raise Unverified("no such node")
        asked.check(signature, bytes(node.public), int(at.timestamp()))
    except Unverified as error:
        raise forbid(f"查询没有通过核验：节点没有登记，或者签名、时间不符（{error}）") from None
    found = Project.objects.filter(code=asked.code).values_list("pk", flat=True).first()
    if found is None:
        raise forbid(UNKNOWN)
    project = lock(found)
    grants = [one.pk for one in granted(node, project, at)]
    if not grants:
        raise forbid(UNKNOWN)
    known = ChainSearch.objects.filter(node=node, nonce=asked.nonce).first()
    if known is not None:
        if known.project_id != project.pk:
            raise Refused(
                "grants.nonce", "这个随机数已经用过，问的是别的项目", field="nonce", remedy="请换一个随机数重新提交"
            )
        return known
    made = ChainSearch.objects.create(
        node=node, project=project, unit_id=project.unit_id, nonce=asked.nonce, grants=grants, at=at
    )
    actor = Actor(None, "node", entrance="api", via=f"grants.node:{node.pk}")
    data = {"node": node.name, "organisation": node.organisation, "search": made.pk, "grants": grants}
    record(actor, "grants.search", made, at=at, project_code=project.code or "", data=data, chain="data.searched")
    _tell_first(made, grants, at)
    return made


def _tell_first(made: ChainSearch, grants: Sequence[int], at: datetime) -> None:
    """The unit hears of a node's first look at a project; every further one stands on its page."""
    if ChainSearch.objects.filter(node_id=made.node_id, project_id=made.project_id, pk__lt=made.pk).exists():
        return
    tell(
        "chain_searched",
        at=at,
        persons=persons_bound(made.unit_id, at.astimezone(TZ).date()),
        unit_id=made.unit_id,
        project_code=made.project.code or "",
        page=PageRef("unit:grants"),
        name=made.project.name,
        organisation=made.node.organisation,
    )


def _live(node_id: int) -> ChainNode:
    node = ChainNode.objects.select_for_update(no_key=True).get(pk=node_id)
    if node.retired_at is not None:
        raise Refused("grants.retired", "这个节点已经停用", field="node", remedy="请选择别的节点")
    return node


def _binding(actor: Actor, unit_id: int, at: datetime) -> AuthorisedPerson | None:
    rows = AuthorisedPerson.objects.filter(
        AuthorisedPerson.on(at.astimezone(TZ).date()), unit_id=unit_id, person_id=actor.person_id or NO_ROW
    )
    return rows.filter(confirmed_at__isnull=False).order_by("-may_sign").first()


def _need_why(why: str, what: str) -> str:
    if not why.strip():
        raise Refused("grants.why", f"请写明{what}的原因", field="why")
    return why.strip()[:200]
