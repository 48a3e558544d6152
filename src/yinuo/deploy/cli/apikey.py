"""`yinuo apikey`: keys for machines – issued with an end, listed without their secret, revoked at once (U-9)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from yinuo.core.calendar import TZ
from yinuo.deploy.cli.asking import Json, WrongInput, emit, now, wrong

app = typer.Typer(help="接口密钥：签发、查看、停用", no_args_is_help=True, rich_markup_mode=None)
LONGEST_DAYS = 1096


@app.callback()
def group() -> None:
    """接口密钥：签发、查看、停用。密钥代表一个人的一个角色，或者代表其获授权的单位；到期前通知本人。"""


@contextmanager
def _instance() -> Iterator[None]:
    """The instance's database with Django ready; what an action refuses becomes one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.config.settings")
    from yinuo.deploy.instance import running

    with running():
        import django

        django.setup()
        from django.core.exceptions import ObjectDoesNotExist
        from django.db import Error

        from yinuo.engine.base import Refused

        try:
            yield
        except Refused as refusal:
            raise WrongInput(refusal.field, str(refusal)) from refusal
        except ObjectDoesNotExist as absent:
            raise WrongInput("", "没有找到这把密钥") from absent
        except Error as error:
            raise WrongInput("", f"系统的数据库用不了：{error}") from error


@app.command("issue")
def issue(
    person: Annotated[str, typer.Option("--person", metavar="登录名", help="密钥代表谁")],
    name: Annotated[str, typer.Option("--name", metavar="用途", help="例如：财政系统查询进度")],
    role: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="身份",
            help="部门编号:角色（如 ecology:approver），或者单位的统一社会信用代码；system 为对接的系统",
        ),
    ],
    days: Annotated[int, typer.Option("--days", min=1, max=LONGEST_DAYS, help="多少天后到期")] = 365,
    as_json: Json = False,
) -> None:
    """签发一把密钥。密钥只显示这一次，不保存；请交给使用者，不要写进程序。"""
    with _instance():
        from yinuo.engine.base import Actor
        from yinuo.engine.people.actions import issue_key
        from yinuo.engine.people.models import Person

        at = now()
        holder = Person.objects.filter(username=person, is_active=True).first()
        if holder is None:
            wrong("--person", f"没有登录名为 {person} 的人员")
        bound = _bound(holder, role, at)
        key, secret = issue_key(
            actor=Actor.system(), person=holder, name=name, expires_at=at + timedelta(days=days), at=at, **bound
        )
        shown = {**_line(key), "secret": secret}
        emit(
            shown,
            as_json,
            lambda: [
                f"密钥 {key.pk}：{secret}",
                f"代表 {shown['speaks_for']}，{shown['expires_on']} 到期。只显示这一次。",
            ],
        )


def _bound(holder: Any, role: str, at: datetime) -> dict[str, Any]:
    """What the key is bound to: one of the person's roles, a unit, or – for an administrator's account – another
    system.
    """
    from yinuo.engine.people.queries import bindings_of, memberships_of

    day = at.astimezone(TZ).date()
    if role == "system":
        if not holder.is_superuser:
            wrong("--as", f"{holder.name}不是系统账号，密钥不能代表对接的系统")
        return {}
    department, colon, name = role.partition(":")
    if colon:
        held = [m for m in memberships_of(holder, day) if (m.department.key, m.role) == (department, name)]
        if not held:
            known = "、".join(f"{m.department.key}:{m.role}" for m in memberships_of(holder, day)) or "没有角色"
            wrong("--as", f"{holder.name}没有角色 {role}（现有：{known}）")
        return {"membership": held[0]}
    units = [binding.unit for binding in bindings_of(holder, day) if binding.unit.credit_code == role]
    if not units:
        wrong("--as", f"{holder.name}没有获得单位 {role} 的授权")
    return {"unit": units[0]}


@app.command("list")
def listing(
    everything: Annotated[bool, typer.Option("--all", help="连同已停用、已到期的")] = False, as_json: Json = False
) -> None:
    """列出密钥：编号、开头、用途、代表谁、何时到期。"""
    with _instance():
        from yinuo.engine.base import Actor
        from yinuo.engine.people.queries import keys_of

        at = now()
        keys = [
            key for key in keys_of(Actor.system()) if everything or (key.revoked_at is None and key.expires_at > at)
        ]
        lines = [_line(key) for key in keys]
        emit(
            {"keys": lines},
            as_json,
            lambda: (
                [
                    (
                        f"{line['id']}  {line['prefix']}…  {line['name']}  {line['speaks_for']}  "
                        f"{line['expires_on']} 到期{line['state']}"
                    )
                    for line in lines
                ]
                or ["没有密钥"]
            ),
        )


def _line(key: Any) -> dict[str, Any]:
    at = now()
    speaks = "对接的系统"
    if key.membership is not None:
        speaks = f"{key.membership.department.short_name} {key.membership.get_role_display()} {key.person.name}"
    elif key.unit is not None:
        speaks = f"{key.unit.name} {key.person.name}"
    state = "，已停用" if key.revoked_at else "，已到期" if key.expires_at <= at else ""
    return {
        "id": key.pk,
        "prefix": key.prefix,
        "name": key.name,
        "speaks_for": speaks,
        "expires_on": key.expires_at.astimezone(TZ).date().isoformat(),
        "state": state,
    }


@app.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(metavar="编号", min=1, help="yinuo apikey list 列出的编号")],
    why: Annotated[str, typer.Option("--why", metavar="原因", help="记入办理痕迹")],
    as_json: Json = False,
) -> None:
    """停用一把密钥，立即生效，不能恢复。"""
    with _instance():
        from yinuo.engine.base import Actor
        from yinuo.engine.people.actions import revoke_key

        key = revoke_key(actor=Actor.system(), key_id=number, at=now(), why=why)
        shown = _line(key)
        emit(shown, as_json, lambda: [f"密钥 {key.pk}（{key.prefix}…，{key.name}）已停用"])
