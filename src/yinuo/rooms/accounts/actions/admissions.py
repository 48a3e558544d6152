"""A new unit asks online to join; the hall compares licence and letter within a term, and grants it or says what is
wrong.
"""

from __future__ import annotations

from datetime import datetime

from yinuo.core.calendar import TZ
from yinuo.core.codes import CodeError, check_credit_code
from yinuo.core.masking import mask_phone
from yinuo.engine.base import (
    NO_ROW,
    Actor,
    PageRef,
    Refused,
    check_version,
    column_length,
    forbid,
    refuse_if_taken,
    save,
)
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.documents.queries import own_uploads
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.actions import bind_confirmed
from yinuo.engine.people.actions.common import day_of, text_of
from yinuo.engine.people.actions.units import find_or_register_unit
from yinuo.engine.people.contact import home_hall
from yinuo.engine.people.models import AuthorisedPerson, InForce, Person, StaffRole, UnitType
from yinuo.engine.people.queries import find_unit, holders, persons_bound
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, record
from yinuo.engine.work.actions import About, Limits, close, open_item, open_of
from yinuo.rooms.accounts import access, queries
from yinuo.rooms.accounts.actions.common import hall_phone
from yinuo.rooms.accounts.models import Admission, AdmissionState
from yinuo.rooms.accounts.room import AccountsWork

LIMIT = "admission.limit"


@action
def ask_admission(
    *,
    actor: Actor,
    credit_code: str,
    unit_name: str,
    unit_type: str,
    legal_representative: str,
    address: str,
    own: bool,
    may_sign: bool,
    licence_id: int | None,
    letter_id: int | None,
    at: datetime,
) -> Admission:
    """Asked again while it waits, it is the same request. `own`: the person is the legal representative, and signs for
    the unit.

    Raises: Forbidden (no account of one's own), Refused naming the field (a wrong check character; a paper missing;
    bound already).
    """
    if actor.role != "person":
        raise forbid("请用个人账号申请")
    person = Person.objects.select_for_update(no_key=True).get(pk=actor.person_id or NO_ROW)
    day = day_of(at)
    said = _checked(credit_code, unit_name, unit_type, legal_representative, address)
    waiting = Admission.objects.filter(
        person=person, credit_code=said["credit_code"], state=AdmissionState.ASKED
    ).first()
    if waiting is not None:
        return waiting
    if own and person.name != said["legal_representative"]:
        raise Refused(
            "accounts.not_own",
            f"账号姓名是{person.name}，与法定代表人不一致",
            field="legal_representative",
            remedy="本人不是法定代表人的，请选“受法定代表人委托”并上传委托书",
        )
    rows = AuthorisedPerson.objects.filter(
        InForce.on(day), person=person, unit__credit_code=said["credit_code"], confirmed_at__isnull=False
    )
    if rows.exists():
        raise Refused("accounts.bound", "您已经是这个单位的经办人", field="credit_code", remedy="登录以后就能办事")
    licence = _own_file(person, licence_id, "licence", "请上传营业执照（或者登记证书）的照片或者 PDF")
    letter = None if own else _own_file(person, letter_id, "letter", "请上传法定代表人签字盖章的授权委托书")
    hall = home_hall(day)
    with refuse_if_taken("accounts.asked", "这个单位的申请正在核对", field="credit_code"):
        made = Admission.objects.create(
            person=person,
            hall=hall,
            own=own,
            may_sign=own or may_sign,
            licence=licence,
            letter=letter,
            asked_at=at,
            **said,
        )
    record(actor, "accounts.ask_admission", made, at=at, data={"credit_code": made.credit_code})
    window = queries.window_of(hall.pk, day)
    item = open_item(
        actor=actor,
        kind=AccountsWork.ADMISSION,
        about=About(
            made,
            f"核对入驻申请：{made.unit_name}",
            f"经办人 {person.name}",
            PageRef("staff:admission", admission_id=made.pk),
        ),
        limits=Limits(pack().integer(LIMIT, day)),
        rules_on=day,
        at=at,
        department_id=window.department_id if window else None,
        hall_id=hall.pk,
        role=StaffRole.WINDOW if window else StaffRole.GENERAL_CONVENER,
    )
    due = item.due_at.astimezone(TZ).strftime("%m月%d日 %H:%M") if item.due_at else ""
    to = holders(StaffRole.WINDOW if window else StaffRole.GENERAL_CONVENER, day, hall_id=hall.pk)
    page = PageRef("staff:admission", admission_id=made.pk)
    tell("admission_asked", at=at, persons=to, page=page, unit=made.unit_name, name=person.name, due=due)
    known = find_unit(made.credit_code)
    if known is not None and (others := persons_bound(known.pk, day)):
        told = {"name": person.name, "phone": mask_phone(person.phone), "hall": hall_phone(at)}
        tell("admission_known", at=at, persons=others, unit_id=known.pk, words=told)
    return made


def _checked(
    credit_code: str, unit_name: str, unit_type: str, legal_representative: str, address: str
) -> dict[str, str]:
    code = credit_code.strip().upper()
    try:
        check_credit_code(code)
    except CodeError as error:
        raise Refused(
            "accounts.credit_code", f"统一社会信用代码有误：{error}", field="credit_code", remedy="请按营业执照逐字核对"
        ) from error
    if unit_type not in UnitType.values:
        raise Refused("accounts.unit_type", "请选择单位类型", field="unit_type")
    texts = {"unit_name": unit_name, "legal_representative": legal_representative, "address": address}
    said = {name: text_of(text, name, column_length(Admission, name)) for name, text in texts.items()}
    for name, message in (("unit_name", "请照营业执照填写单位名称"), ("legal_representative", "请填写法定代表人姓名")):
        if not said[name]:
            raise Refused(f"accounts.{name}", message, field=name)
    return {"credit_code": code, "unit_type": unit_type, **said}


def _own_file(person: Person, file_id: int | None, field: str, wanted: str) -> StoredFile:
    found = own_uploads(person.pk, [file_id]).first() if file_id else None
    if found is None:
        raise Refused(f"accounts.{field}", wanted, field=field)
    return found


def _taken(actor: Actor, admission_id: int, version: int | None) -> Admission:
    """The request, locked, for who may decide it. Raises Forbidden, Refused where it has been decided, Stale."""
    found = Admission.objects.select_for_update(no_key=True, of=("self",)).select_related("person").get(pk=admission_id)
    if not access.can_compare(actor, found):
        raise forbid("只能由本大厅的综合窗口、总召集人或者管理员核对")
    check_version(found, version)
    if not found.is_open:
        raise Refused("accounts.decided", f"这个申请{found.get_state_display()}，不用再核对", remedy="请刷新页面查看")
    return found


@action
def admit(*, actor: Actor, admission_id: int, may_sign: bool, at: datetime, version: int | None = None) -> Admission:
    """Licence and letter fit: the unit is registered where it was unknown, and the person acts for it from now on.

    A unit that is known keeps its particulars: whoever compares has seen where they differ. Raises: Forbidden, Refused,
    Stale.
    """
    found = _taken(actor, admission_id, version)
    if not found.person.is_active:
        raise Refused("accounts.closed", "申请人的账号已经停用", remedy="请不予通过，写明原因")
    unit = find_or_register_unit(
        credit_code=found.credit_code,
        name=found.unit_name,
        type=found.unit_type,
        legal_representative=found.legal_representative,
        address=found.address,
    )
    before = [row for row in persons_bound(unit.pk, day_of(at)) if row.pk != found.person_id]
    basis = f"在线入驻申请 {found.pk}：" + ("法定代表人本人" if found.own else "授权委托书")
    found.binding = bind_confirmed(
        actor=actor,
        person=found.person,
        unit=unit,
        basis=basis,
        letter_id=found.letter_id,
        may_sign=may_sign,
        to_on=None,
        at=at,
    )
    _end(found, AdmissionState.ADMITTED, at, actor)
    record(actor, "accounts.admit", found, at=at, data={"unit": unit.pk, "binding": found.binding.pk})
    tell("admission_granted", at=at, persons=[found.person], page=PageRef("common:start"), unit=unit.name)
    if before:
        tell("person_bound", at=at, persons=before, unit_id=unit.pk, name=found.person.name, unit=unit.name)
    return found


@action
def decline(*, actor: Actor, admission_id: int, why: str, at: datetime, version: int | None = None) -> Admission:
    """Something does not fit; `why` says what to mend, and the person may ask again.

    Raises: Forbidden, Refused, Stale.
    """
    found = _taken(actor, admission_id, version)
    found.why = text_of(why, "why", column_length(Admission, "why"))
    if not found.why:
        raise Refused("accounts.why", "请写明哪里不符、怎样改正", field="why", remedy="原因会发给申请人")
    _end(found, AdmissionState.DECLINED, at, actor, "why")
    record(actor, "accounts.decline", found, at=at, why=found.why)
    tell(
        "admission_declined",
        at=at,
        persons=[found.person],
        page=PageRef("entrance:unit"),
        unit=found.unit_name,
        why=found.why,
    )
    return found


@action
def withdraw_admission(*, actor: Actor, admission_id: int, at: datetime) -> Admission:
    """The person takes the request back before it is decided.

    A second time changes nothing. Raises: Forbidden, Refused.
    """
    found = Admission.objects.select_for_update(no_key=True).get(pk=admission_id)
    if actor.person_id is None or found.person_id != actor.person_id:
        raise forbid("只能撤回自己的申请")
    if found.state == AdmissionState.WITHDRAWN:
        return found
    if not found.is_open:
        raise Refused("accounts.decided", f"这个申请{found.get_state_display()}，不能撤回", remedy="请刷新页面查看")
    _end(found, AdmissionState.WITHDRAWN, at, actor)
    record(actor, "accounts.withdraw_admission", found, at=at)
    return found


def _end(found: Admission, state: AdmissionState, at: datetime, actor: Actor, *more: str) -> None:
    found.state, found.ended_at = state, at
    if state != AdmissionState.WITHDRAWN:
        found.decided_by_id = actor.person_id
    save(found, "state", "ended_at", "decided_by", "binding", *more)
    item = open_of(found, AccountsWork.ADMISSION)
    if item is not None:
        close(
            actor=actor,
            item=item,
            at=at,
            outcome=found.get_state_display(),
            cancelled=state == AdmissionState.WITHDRAWN,
        )
