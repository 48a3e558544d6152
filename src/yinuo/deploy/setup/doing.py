"""Carries a plan out, and tells what is set and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from yinuo.core.calendar import TZ
from yinuo.deploy import envfile
from yinuo.deploy.setup.plan import HALL, PERSON, SETTINGS, SMTP, Plan, Wrong, check_together

if TYPE_CHECKING:
    from yinuo.engine.base import Actor
    from yinuo.engine.people.models import Hall, Membership


def apply(plan: Plan, home: Path, at: datetime) -> list[str]:
    """Does what the plan says and tells what changed. Rows first, all or none; then the settings' file, whole or not at
    all.

    Raises: Wrong naming the field; nothing was changed then.
    """
    from django.db import transaction

    check_together(plan, home)
    with transaction.atomic():
        told = [*_keep_hall(plan, at), *_keep_administrators(plan, at)]
    changed = envfile.write(home, plan.settings)
    if changed:
        told.append(f"已写入 {envfile.path(home)}：{'、'.join(changed)}")
    return told


def _operator(hall: Hall) -> Actor:
    """Who has the machine is the hall's administrator before there is one: the trail has the role and no person."""
    from yinuo.engine.base import Actor

    return Actor(None, "administrator", hall_id=hall.pk, entrance="system")


def _hall(at: datetime) -> Hall:
    from yinuo.engine.people.contact import home_hall

    return home_hall(at.astimezone(TZ).date())


def _keep_hall(plan: Plan, at: datetime) -> list[str]:
    from yinuo.engine.base import Refused
    from yinuo.engine.people.actions import change_hall

    hall = _hall(at)
    before = {name: getattr(hall, name) for name in HALL}
    try:
        made = change_hall(actor=_operator(hall), hall_id=hall.pk, at=at, **{**before, **plan.hall})
    except Refused as refusal:
        raise Wrong(f"hall.{refusal.field}", str(refusal)) from refusal
    changed = [name for name in HALL if getattr(made, name) != before[name]]
    return [f"{hall.name}：{HALL[name]} {getattr(made, name) or '（清除）'}" for name in changed]


def _keep_administrators(plan: Plan, at: datetime) -> list[str]:
    from yinuo.engine.base import Refused

    told = []
    for place, wanted in enumerate(plan.administrators, start=1):
        try:
            told += _keep_administrator(wanted, at)
        except Refused as refusal:
            name = refusal.field if refusal.field in PERSON else "username"
            raise Wrong(f"administrator[{place}].{name}", str(refusal)) from refusal
    return told


def _keep_administrator(wanted: Mapping[str, str], at: datetime) -> list[str]:
    """An account that is there keeps its password and its name; it gets the role, and the telephone and mail that were
    given.
    """
    from yinuo.engine.base import Refused
    from yinuo.engine.people.actions import change_account, give_role, open_account
    from yinuo.engine.people.models import Department, InForce, Membership, Person
    from yinuo.engine.rules import roles

    # Who keeps the hall's windows looks after the whole installation.
    key = roles().window_department
    hall, day = _hall(at), at.astimezone(TZ).date()
    operator, told = _operator(hall), []
    office = Department.objects.filter(hall=hall, key=key).first()
    if office is None:
        raise Refused("setup.department", f"规则包里没有编号为 {key} 的部门，不知道系统管理员属于哪个部门")
    person = Person.objects.filter(username=wanted["username"].strip()).first()
    if person is None:
        person = open_account(actor=operator, at=at, **wanted)
        told.append(f"已开通账号 {person.username}（{person.name}）")
    else:
        if person.name != wanted["name"].strip():
            message = f"登录名 {person.username} 是{person.name}的账号"
            raise Refused("setup.other", message, field="name", remedy="请另取一个登录名，或者核对姓名")
        if not person.is_active:
            raise Refused(
                "setup.closed", f"{person.username} 的账号已停用", field="username", remedy="请另写一位管理员"
            )
        given = {name: wanted[name].strip() for name in ("phone", "email") if wanted.get(name)}
        changed = [name for name, text in given.items() if getattr(person, name) != text]
        if changed:
            change_account(actor=operator, person_id=person.pk, changes=given, at=at)
            told.append(f"{person.username}：{'、'.join(PERSON[name] for name in changed)}已修改")
    if not Membership.objects.filter(InForce.on(day), person=person, department=office, role="administrator").exists():
        give_role(actor=operator, person=person, department=office, role="administrator", from_on=day, at=at)
        told.append(f"{person.name}是{office.name}的系统管理员")
    return told


def administrators(at: datetime) -> list[Membership]:
    """Who administers a hall today and is able to sign in."""
    from yinuo.engine.people.models import InForce, Membership

    rows = Membership.objects.filter(InForce.on(at.astimezone(TZ).date()), role="administrator", person__is_active=True)
    return list(rows.select_related("person", "department").order_by("id"))


def has_administrator(at: datetime) -> bool:
    """An account made by `manage createsuperuser` counts: it opens the administration too."""
    from yinuo.engine.people.models import Person

    return bool(administrators(at)) or Person.objects.filter(is_superuser=True, is_active=True).exists()


# -- what is there


def overview(home: Path, at: datetime) -> tuple[list[str], list[str]]:
    """What is set, a line a section and never a secret; and what is missing."""
    from yinuo.engine.people.contact import pack_hours

    hall = _hall(at)
    people = "、".join(f"{row.person.name}（{row.person.username}）" for row in administrators(at))
    hours = hall.hours or f"{pack_hours(at.astimezone(TZ).date())}（规则包的）"
    known = in_force(home)
    lines = [
        f"系统管理员：{people or '没有'}",
        f"政务大厅：{hall.name}；电话 {hall.phone or '没有'}；地址 {hall.address or '没有'}；办公时间 {hours}",
        f"对外网址：{known.get('YINUO_ORIGIN') or '没有设置'}",
        f"邮件：{_told(known, 'mail')}",
        f"短信：{_told(known, 'sms')}",
    ]
    for key in overridden(home):
        lines.append(f"{key} 由环境变量决定，{envfile.path(home)} 里写的不起作用")
    sms = known.get("YINUO_SMS_URL") or known.get("YINUO_SMS_PROVIDER")
    mail = known.get(f"{SMTP}HOST") or known.get("YINUO_EMAIL_BACKEND")
    missing = {
        "系统管理员": has_administrator(at),
        "大厅电话": hall.phone,
        "大厅地址": hall.address,
        "对外网址": known.get("YINUO_ORIGIN"),
        "邮件（不设则只写到日志）": mail,
        "短信（不设则只写到日志，不能用手机注册、找回密码）": sms,
    }
    return lines, [name for name, there in missing.items() if not there]


def in_force(home: Path) -> dict[str, str]:
    """The variables as the next start will find them."""
    return {**envfile.read(home), **envfile.outside()}


def overridden(home: Path) -> list[str]:
    """The file's keys for which the environment says something else."""
    outside = envfile.outside()
    return [key for key, value in envfile.read(home).items() if outside.get(key, value) != value]


def _told(known: Mapping[str, str], section: str) -> str:
    words = []
    for setting in SETTINGS:
        value = known.get(setting.variable)
        if setting.section == section and value:
            words.append(f"{setting.label} {'已设置' if setting.secret else value}")
    return "，".join(words) or "没有设置"


def name_of_log() -> str:
    """The information chain's, which the first start gave it for good; empty before."""
    from django.conf import settings

    from yinuo.engine.infochain.storage import known_log

    key = known_log(settings.YINUO_CHAIN_HOME)
    return key.name if key else ""
