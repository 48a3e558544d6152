"""Machines' keys: for one role, one unit or another system; with an end, and revoked at once."""

from __future__ import annotations

import secrets
from datetime import datetime

from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.people import access
from yinuo.engine.people.actions.common import day_of
from yinuo.engine.people.models import ApiKey, AuthorisedPerson, InForce, Membership, Person, ProjectUnit
from yinuo.engine.people.queries import key_digest
from yinuo.engine.trail.actions import action, record

# Enough to tell one's keys apart, too little to guess one by.
PREFIX_LENGTH = 9


@action
def issue_key(
    *,
    actor: Actor,
    person: Person,
    name: str,
    expires_at: datetime,
    at: datetime,
    unit: ProjectUnit | None = None,
    membership: Membership | None = None,
) -> tuple[ApiKey, str]:
    """A machine's key for what its person may do; the secret is shown once and never kept.

    For one of the person's roles, for a unit they are bound to, or – by an administrator alone – for another system.
    """
    if actor.role != "system" and not _may_issue(actor, unit, membership):
        raise forbid()
    bound = AuthorisedPerson.objects.filter(InForce.on(day_of(at)), person=person, confirmed_at__isnull=False)
    if (membership is not None and membership.person_id != person.pk) or (
        unit is not None and not bound.filter(unit=unit).exists()
    ):
        raise Refused(
            "people.key_person",
            f"{person.name}没有这个角色或者单位授权",
            field="person",
            remedy="请先授予角色或者确认绑定",
        )
    if not name.strip():
        raise Refused("people.key_name", "请写明密钥的用途", field="name", remedy="例如：财政系统查询进度")
    if expires_at <= at:
        raise Refused("people.key_expiry", "到期时间应晚于现在", field="expires_at")
    secret = "yk_" + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        person=person,
        unit=unit,
        membership=membership,
        name=name.strip(),
        prefix=secret[:PREFIX_LENGTH],
        digest=key_digest(secret),
        issued_at=at,
        expires_at=expires_at,
    )
    record(actor, "people.issue_key", key, at=at, data={"person": person.pk, "expires_at": expires_at})
    return key, secret


def _may_issue(actor: Actor, unit: ProjectUnit | None, membership: Membership | None) -> bool:
    if membership is not None:
        return access.can_manage_hall(actor, membership.department.hall_id)
    return access.can_manage_unit(actor, unit) if unit is not None else actor.role == "administrator"


@action
def revoke_key(*, actor: Actor, key_id: int, at: datetime, why: str) -> ApiKey:
    """From this moment the key opens nothing; its person may do it too, for a lost key cannot wait.

    Again, it changes nothing.
    """
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("unit", "membership__department").get(pk=key_id)
    own = actor.person_id is not None and actor.person_id == key.person_id
    if actor.role != "system" and not own and not _may_issue(actor, key.unit, key.membership):
        raise forbid("只有密钥的持有人、总召集人和管理员可以停用")
    if key.revoked_at is None:
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
        record(actor, "people.revoke_key", key, at=at, why=why, data={"person": key.person_id, "prefix": key.prefix})
    return key
