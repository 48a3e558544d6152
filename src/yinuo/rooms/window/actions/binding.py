"""An account over the counter: the visitor whose papers the clerk has compared acts for the unit online from now on, or
again.
"""

from __future__ import annotations

from datetime import date, datetime

from yinuo.engine.base import Actor, Refused, forbid
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.people.models import AuthorisedPerson
from yinuo.engine.trail.actions import action, answered, claim, record, remember
from yinuo.rooms.accounts.actions import bind_proven
from yinuo.rooms.window import access, queries
from yinuo.rooms.window.models import Authority, Visit


@action
def bind_visitor(
    *,
    actor: Actor,
    visit_id: int,
    proof_id: int | None,
    letter_id: int | None,
    may_sign: bool,
    to_on: date | None,
    at: datetime,
    idempotency_key: str = "",
) -> AuthorisedPerson:
    """The visitor is who the visit says; their telephone has been proved. `letter_id`: the letter's scan, in the unit's
    library.

    By the authority of the visit: the legal representative signs for the unit and needs no letter; who holds a letter
    needs its scan; a registered person gets back into their account, and acts as far as before. Raises: Forbidden
    (another clerk's visit), Refused.
    """
    said = [visit_id, proof_id, letter_id, may_sign, to_on]
    claimed = claim(actor, idempotency_key, "window.bind_visitor", said, at=at)
    if (known := answered(claimed)) is not None:
        return AuthorisedPerson.objects.get(pk=known)
    if not access.can_act_in(actor, Visit.objects.get(pk=visit_id)):
        raise forbid("只能为自己接待的来访人开通账号")
    visit = Visit.objects.select_for_update(no_key=True, of=("self",)).get(pk=visit_id)
    if not queries.is_open(visit, at):
        raise Refused("window.visit_over", "这个来访已经结束，不能再开通账号", remedy="请重新登记来访")
    by_letter = visit.authority == Authority.LETTER
    letter = (
        StoredFile.objects.defer("content").filter(pk=letter_id, unit_id=visit.unit_id).first()
        if letter_id and by_letter
        else None
    )
    if by_letter and letter is None:
        raise Refused("window.letter", "请扫描法定代表人签字盖章的授权委托书", field="letter")
    if (
        visit.authority == Authority.AUTHORISED
        and visit.binding is not None
        and visit.binding.person.name != visit.visitor
    ):
        raise Refused("window.other_person", "来访人和登记的经办人不是同一个人", remedy="请结束来访，按证件重新登记")
    acting = queries.acting_in(visit)
    made = bind_proven(
        actor=acting,
        unit_id=visit.unit_id,
        name=visit.visitor,
        person_id=visit.binding.person_id if visit.binding else None,
        proof_id=proof_id,
        basis=(
            f"综合窗口来访 {visit.receipt_no}："
            f"{visit.get_authority_display()}{visit.letter_no and f'（{visit.letter_no}）'}"
        ),
        letter_id=letter.pk if letter else None,
        may_sign=may_sign or visit.authority == Authority.LEGAL,
        to_on=to_on,
        at=at,
    )
    record(
        acting,
        "window.bind_visitor",
        made,
        at=at,
        why=visit.visitor,
        data={"visit": visit.pk, "person": made.person_id},
    )
    remember(claimed, made)
    return made
