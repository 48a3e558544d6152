"""A visit: opened when the clerk has looked at the visitor's papers, closed with a receipt of everything done in it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from yinuo.core.calendar import TZ
from yinuo.engine.base import NO_ROW, Actor, PageRef, Refused, check_version, column_length, forbid
from yinuo.engine.documents.actions import issue
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import AuthorisedPerson, InForce, ProjectUnit
from yinuo.engine.people.queries import persons_bound
from yinuo.engine.trail.actions import action, answered, claim, record, remember, unit_of_work
from yinuo.rooms.window import access, identity, papers, queries
from yinuo.rooms.window.models import Authority, IdentityKind, Visit
from yinuo.rooms.window.room import WindowPaper

TOLD_MOST = 3


@action
def open_visit(
    *,
    actor: Actor,
    unit_id: int,
    visitor: str,
    identity_kind: str,
    identity_number: str,
    authority: str,
    purpose: str,
    at: datetime,
    letter_no: str = "",
    binding_id: int | None = None,
    idempotency_key: str = "",
) -> Visit:
    """From here the clerk acts for the unit; it is told at once, so that somebody who came without its knowledge is
    found out.

    The number of the identity document is checked and forgotten. Raises: Refused (another visitor is still here; a
    paper is wanting).
    """
    if not access.can_open(actor):
        raise forbid("只有综合窗口人员可以登记来访")
    number = identity.normal(identity_kind, identity_number)
    shown = identity.digest(identity_kind, number)
    claimed = claim(
        actor, idempotency_key, "window.open_visit", [unit_id, visitor, identity_kind, shown, authority, purpose], at=at
    )
    if (known := answered(claimed)) is not None:
        return Visit.objects.get(pk=known)
    unit = ProjectUnit.objects.get(pk=unit_id)
    _need_free(actor, at)
    texts = _checked(visitor, identity_kind, authority, letter_no, purpose)
    binding = _binding(unit, authority, binding_id, texts["visitor"], at)
    if authority == Authority.LEGAL:
        _need_legal_representative(unit, texts["visitor"])
    visit = Visit(
        clerk_id=actor.required_person_id,
        department_id=actor.required_department_id,
        hall_id=actor.required_hall_id,
        unit=unit,
        receipt_no=f"W{at.astimezone(TZ):%y%m%d}{secrets.token_hex(5).upper()}",
        identity_kind=identity_kind,
        identity_masked=identity.masked(number),
        identity_digest=shown,
        authority=authority,
        binding=binding,
        opened_at=at,
        ends_at=queries.end_of(at),
        **texts,
    )
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
    except IntegrityError as error:
        raise _busy() from error
    seen = {"unit": unit.pk, "authority": authority, "identity_kind": identity_kind, "receipt_no": visit.receipt_no}
    record(actor, "window.open_visit", visit, at=at, why=visit.purpose, data=seen)
    tell(
        "window_opened",
        at=at,
        persons=_persons(visit, at),
        unit_id=unit.pk,
        visitor=visit.visitor,
        authority=visit.get_authority_display(),
        purpose=visit.purpose,
        hall=visit.department.hall.name,
        phone=f"（{visit.department.phone}）" if visit.department.phone else "",
    )
    remember(claimed, visit)
    return visit


def _need_free(actor: Actor, at: datetime) -> None:
    """Raises Refused while the clerk has another visitor; one forgotten yesterday is closed first."""
    open_one = Visit.objects.filter(clerk_id=actor.person_id, closed_at__isnull=True).first()
    if open_one is None:
        return
    if at < open_one.ends_at:
        raise _busy(open_one)
    close_forgotten(open_one.pk, at)


def _busy(visit: Visit | None = None) -> Refused:
    whose = f"{visit.unit.name}的来访还没有结束" if visit else "您还有一个来访没有结束"
    data = {"visit": visit.pk} if visit else {}
    return Refused("window.visit_open", whose, remedy="请先结束那个来访、打印回执，再接待下一位", data=data)


def _checked(visitor: str, identity_kind: str, authority: str, letter_no: str, purpose: str) -> dict[str, str]:
    if identity_kind not in IdentityKind.values:
        raise Refused("window.identity_kind", "请选择证件种类", field="identity_kind")
    if authority not in Authority.values:
        raise Refused("window.authority", "请选择来访人凭什么代表单位", field="authority")
    texts = {
        "visitor": visitor.strip(),
        "letter_no": letter_no.strip() if authority == Authority.LETTER else "",
        "purpose": purpose.strip(),
    }
    wanted = {"visitor": "请填写来访人姓名", "purpose": "请写明来办什么"} | (
        {"letter_no": "请填写授权委托书的编号或者日期"} if authority == Authority.LETTER else {}
    )
    for field, message in wanted.items():
        if not texts[field]:
            raise Refused(f"window.{field}", message, field=field)
    for field, text in texts.items():
        longest = column_length(Visit, field)
        if "\x00" in text or len(text) > longest:
            raise Refused("window.too_long", f"最多 {longest} 字", field=field)
    return texts


def _binding(
    unit: ProjectUnit, authority: str, binding_id: int | None, visitor: str, at: datetime
) -> AuthorisedPerson | None:
    if authority != Authority.AUTHORISED:
        return None
    bound = AuthorisedPerson.objects.filter(InForce.on(at.astimezone(TZ).date()), unit=unit, confirmed_at__isnull=False)
    found = bound.select_related("person").filter(pk=binding_id or NO_ROW).first()
    if found is None:
        raise Refused(
            "window.binding", "请选择是哪一位经办人", field="binding_id", remedy="授权已结束的，请选“持授权委托书”"
        )
    if found.person.name != visitor:
        raise Refused(
            "window.binding_name",
            f"经办人是{found.person.name}，与来访人姓名不符",
            field="visitor",
            remedy="请核对证件上的姓名",
        )
    return found


def _need_legal_representative(unit: ProjectUnit, visitor: str) -> None:
    if unit.legal_representative and unit.legal_representative != visitor:
        raise Refused(
            "window.legal_representative",
            "来访人与登记的法定代表人姓名不符",
            field="visitor",
            remedy="请核对证件；法定代表人已变更的，请先凭营业执照更正单位信息",
        )


def _persons(visit: Visit, at: datetime) -> list[Any]:
    """Who of the unit is told by SMS; not the one who stands at the counter."""
    here = visit.binding.person_id if visit.binding else None
    return [person for person in persons_bound(visit.unit_id, at.astimezone(TZ).date()) if person.pk != here]


@action
def close_visit(*, actor: Actor, visit_id: int, at: datetime, version: int | None = None) -> Visit:
    """The visitor leaves with a receipt; pressed twice it is closed once.

    Raises: Forbidden for another clerk's visitor.
    """
    visit = _locked(visit_id)
    if not access.can_act_in(actor, visit):
        raise forbid("只能结束自己接待的来访")
    if visit.closed_at is not None:
        return visit
    check_version(visit, version)
    return _close(actor, visit, at) if at < visit.ends_at else _close(Actor.system(), visit, at, forgotten=True)


def close_left_open(now: datetime, batch: int = 200) -> int:
    """Every visit nobody has closed by the end of its day; returns how many. Each is its own transaction."""
    due = Visit.objects.filter(closed_at__isnull=True, ends_at__lte=now).order_by("ends_at", "id")
    return sum(_forgotten(pk, now) for pk in list(due.values_list("id", flat=True)[:batch]))


def _forgotten(visit_id: int, now: datetime) -> int:
    with unit_of_work():
        return close_forgotten(visit_id, now)


def close_forgotten(visit_id: int, now: datetime) -> int:
    """1 = it was closed by this call."""
    visit = _locked(visit_id)
    if visit.closed_at is not None or now < visit.ends_at:
        return 0
    _close(Actor.system(), visit, now, forgotten=True)
    return 1


def _locked(visit_id: int) -> Visit:
    return (
        Visit.objects.select_for_update(no_key=True, of=("self",))
        .select_related("unit", "clerk", "department__hall", "binding")
        .get(pk=visit_id)
    )


def _close(actor: Actor, visit: Visit, at: datetime, *, forgotten: bool = False) -> Visit:
    """The end of a locked visit: it ended when its day did, whenever that is noticed."""
    visit.closed_at, visit.unclosed, visit.version = min(at, visit.ends_at), forgotten, visit.version + 1
    visit.save(update_fields=["closed_at", "unclosed", "version"])
    done = papers.lines(queries.done_in(visit))
    data = papers.receipt(visit, done)
    issue(
        kind=WindowPaper.RECEIPT,
        subject=visit,
        data=data,
        at=visit.closed_at,
        number=visit.receipt_no,
        unit_id=visit.unit_id,
    )
    record(
        actor,
        "window.close_visit",
        visit,
        at=at,
        data={"unit": visit.unit_id, "receipt_no": visit.receipt_no, "lines": len(done)},
    )
    named = [f"{line['what']}{'：' + line['about'] if line['about'] else ''}" for line in done]
    tell(
        "window_closed",
        at=at,
        persons=_persons(visit, at),
        unit_id=visit.unit_id,
        page=PageRef("public:receipt", receipt_no=visit.receipt_no),
        visitor=visit.visitor,
        receipt=visit.receipt_no,
        what="；".join(named[:TOLD_MOST]) + (f"等 {len(named)} 件" if len(named) > TOLD_MOST else "")
        if named
        else "没有办理事项",
    )
    return visit
