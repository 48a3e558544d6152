"""Keys come and go, and a subject's private side is erased; each leaves its trace."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from yinuo.chain.evidence import parse as parse_evidence
from yinuo.chain.verifier import Checkpoint as Head
from yinuo.chain.verifier import Note, Policy, Unverified
from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.infochain import access, keys
from yinuo.engine.infochain.audit import Report
from yinuo.engine.infochain.books import MAIN, TWIN
from yinuo.engine.infochain.models import AuditRun, Evidence, IssuerKey, LeafRecord, Subject
from yinuo.engine.infochain.sealing import KEY_ADDED, KEY_REVOKED, key_row
from yinuo.engine.people.models import Department
from yinuo.engine.trail.actions import action, current, record


@action
def begin(*, actor: Actor, at: datetime) -> IssuerKey:
    """The platform's own key, made at the first start;
    nodes are told of it when they begin, so no leaf speaks of it.
    """
    if not access.can_keep_keys(actor):
        raise forbid("只有系统管理员可以管理签名密钥")
    known = IssuerKey.objects.filter(department_id__isnull=True, retired_at__isnull=True).first()
    if known is not None:
        return known
    key = keys.new_key(None, at)
    key.save()
    record(actor, "infochain.begin", key, at=at, data={"kid": key.kid})
    return key


@action
def add_key(*, actor: Actor, department_id: int, at: datetime) -> IssuerKey:
    """The department's first key; one that has a key rotates it."""
    department = Department.objects.get(pk=department_id)
    if not access.can_keep_keys_of(actor, department):
        raise forbid("只有本大厅的系统管理员可以管理签名密钥")
    if IssuerKey.objects.filter(department=department, retired_at__isnull=True).exists():
        raise Refused(
            "infochain.has_key", "这个部门已经有在用的签名密钥", field="department", remedy="如需更换，请使用“更换密钥”"
        )
    return _add(actor, department, "infochain.add_key", at)


def _add(actor: Actor, department: Department, verb: str, at: datetime, why: str = "") -> IssuerKey:
    key = keys.new_key(department, at)
    key.save()
    current().add(key_row(KEY_ADDED, key, at))
    current().dispatch = True
    record(actor, verb, key, at=at, why=why, data={"issuer": key.issuer, "kid": key.kid})
    return key


@action
def rotate_key(*, actor: Actor, key_id: int, reason: str, at: datetime) -> IssuerKey:
    """Retires a key and puts a new one in its place; the old one's revocation enters the log once no process can hold
    it.
    """
    key = IssuerKey.objects.select_for_update(no_key=True, of=("self",)).select_related("department").get(pk=key_id)
    if not access.can_keep_keys_of(actor, key.department):
        raise forbid("只有本大厅的系统管理员可以管理签名密钥")
    if not reason.strip():
        raise Refused("infochain.reason", "请写明更换密钥的原因", field="reason")
    if key.department is None:
        raise Refused(
            "infochain.platform_key",
            "平台自己的密钥由各节点记录在案，不能在这里更换",
            field="key",
            remedy="请按《信息链》的说明另行办理",
        )
    if key.retired_at is not None:
        raise Refused("infochain.retired", "这把密钥已经停用", field="key", remedy="请刷新页面查看在用的密钥")
    key.retired_at, key.reason = at, reason.strip()
    key.save(update_fields=["retired_at", "reason"])
    return _add(actor, key.department, "infochain.rotate_key", at, why=key.reason)


@action
def revoke_retired_keys(*, actor: Actor, at: datetime) -> int:
    """Writes the revocation of every key retired long enough ago; how many. Run twice it changes nothing."""
    if not access.can_keep_keys(actor):
        raise forbid("只有系统管理员可以管理签名密钥")
    before = at - timedelta(seconds=keys.REVOKED_AFTER_SECONDS)
    due = IssuerKey.objects.select_for_update(no_key=True, skip_locked=True).filter(
        retired_at__lte=before, revoked_at__isnull=True
    )
    rows = list(due.order_by("id"))
    for key in rows:
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
        current().add(key_row(KEY_REVOKED, key, at, key.reason))
        record(actor, "infochain.revoke_retired_keys", key, at=at, why=key.reason, data={"kid": key.kid})
    return len(rows)


@action
def erase(*, actor: Actor, label: str, why: str, at: datetime) -> int:
    """Empties a subject's key and salts (个人信息保护法 47): what its leaves say can no longer be told, and the tree
    stands untouched.

    How many leaves were emptied; the act itself stays on the trail.
    """
    if not access.can_keep_keys(actor):
        raise forbid("只有系统管理员可以删除链下内容")
    if not why.strip():
        raise Refused("infochain.reason", "请写明删除的依据", field="why")
    subject = Subject.objects.select_for_update(no_key=True).filter(label=label).first()
    if subject is None:
        raise Refused("infochain.unknown", "信息链上没有这个项目", field="label", remedy="请核对项目代码")
    subject.key = None
    subject.save(update_fields=["key"])
    emptied = LeafRecord.objects.filter(subject=subject, fields__isnull=False).update(fields=None)
    record(actor, "infochain.erase", subject, at=at, why=why.strip(), data={"leaves": emptied})
    return emptied


@action
def take_cosignatures(*, actor: Actor, body: bytes, policy: Policy | None, at: datetime) -> int:
    """Keeps what the nodes of the policy signed below a checkpoint of ours or of its twin; how many lines were new.
    Sent twice it changes nothing.

    Whoever holds a node's key may hand its signature in: the signature is its own proof.
    Raises: Refused for what is no checkpoint, none of ours, or signed by no node of the policy.
    """
    try:
        note = Note.parse(body)
        head = Head.parse(note.text)
        signed = note.signed_by(policy.witnesses.values()) if policy else {}
    except Unverified as error:
        raise Refused("infochain.cosignature", f"这不是可用的见证：{error}", field="body") from None
    rows = [(book, row) for book in (MAIN, TWIN) if (row := book.checkpoints.objects.filter(pk=head.size).first())]
    book, row = next(
        ((book, row) for book, row in rows if Note.parse(row.note.encode()).text == note.text), (MAIN, None)
    )
    if row is None:
        raise Refused(
            "infochain.checkpoint", "这不是本日志发布的检查点", field="body", remedy="请先取得最新的检查点，再提交见证"
        )
    if not signed or policy is None:
        raise Refused(
            "infochain.witness",
            "签名的节点不在见证规则里",
            field="body",
            remedy="请联系平台运行者把节点的公钥加入见证规则",
        )
    kept = 0
    for name, key in policy.witnesses.items():
        seconds = signed.get(key)
        line = next((line for line in note.lines if (line.name, line.id) == (key.name, key.id)), None)
        if seconds is not None and line is not None:
            _, made = book.cosignatures.objects.get_or_create(
                checkpoint=row, witness=name, defaults={"line": str(line), "seconds": seconds, "at": at}
            )
            kept += made
    return kept


EVIDENCE_LIMIT = 100


@action
def take_evidence(*, actor: Actor, body: bytes, policy: Policy | None, at: datetime) -> bool:
    """Keeps what a node of the policy reports of this log; whether it was new. Sent twice it changes nothing.

    Raises: Refused for what is no evidence, not signed by a node of the policy, or one report more than is kept of a
    node.
    """
    try:
        told, signature = parse_evidence(body)
        known = policy.witnesses.items() if policy else ()
        witness, key = next(((name, key) for name, key in known if key.name == told.node), ("", None))
        if key is None:
            raise Unverified("not a node of the policy")
        told.check(signature, key.public)
    except Unverified as error:
        raise Refused("infochain.evidence", f"这不是见证规则里的节点送来的证据：{error}", field="body") from None
    if Evidence.objects.filter(digest=told.digest).exists():
        return False
    if Evidence.objects.filter(witness=witness).count() >= EVIDENCE_LIMIT:
        raise Refused(
            "infochain.evidence_full",
            "这个节点送来的证据已经很多，请先由人查看",
            field="body",
            remedy="请联系平台运行者",
        )
    row, made = Evidence.objects.get_or_create(
        digest=told.digest,
        defaults={
            "witness": witness[:80],
            "kind": told.kind,
            "text": told.text[:1000],
            "seconds": told.seconds,
            "seen": told.seen,
            "mine": told.mine,
            "signature": signature,
            "at": at,
        },
    )
    if made:
        record(actor, "infochain.take_evidence", row, at=at, data={"witness": row.witness, "kind": row.kind})
    return made


FAULTS_KEPT = 20


@action
def keep_audit(*, actor: Actor, report: Report, milliseconds: int, at: datetime) -> AuditRun:
    """Notes that an audit was made and what it found; the values of the rows it speaks of stay where they are."""
    if not access.can_keep_keys(actor):
        raise forbid("只有系统管理员可以登记审计结果")
    faults = [re.sub("“[^”]*”", "“…”", fault)[:300] for fault in report.faults[:FAULTS_KEPT]]
    run = AuditRun.objects.create(
        at=at,
        milliseconds=milliseconds,
        entries=report.entries,
        leaves=report.leaves,
        rows=report.rows,
        fault_count=len(report.faults),
        faults=faults,
    )
    record(actor, "infochain.keep_audit", run, at=at, data={"entries": report.entries, "faults": len(report.faults)})
    return run
