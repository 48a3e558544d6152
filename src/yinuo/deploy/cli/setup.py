"""`yinuo setup`: what an installation needs before anybody can work with it, asked one by one or taken from a file."""

from __future__ import annotations

import fcntl
import getpass
import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from yinuo.deploy import envfile, paths
from yinuo.deploy.binaries import DatabaseError
from yinuo.deploy.cli.asking import WrongInput, now, read_text, wrong
from yinuo.deploy.cli.calendar import has_instance
from yinuo.deploy.cli.up import alone
from yinuo.deploy.setup import doing, plan, sending
from yinuo.deploy.setup.plan import HALL, SMTP, Plan, Wrong

app = typer.Typer(help="第一次设置：系统管理员、大厅、网址、邮件、短信")
CLEAR = "-"


@app.command()
def set_up(
    file: Annotated[
        str | None,
        typer.Option("--file", metavar="文件", help="不逐项询问，取自 TOML 文件；- 为标准输入；样本见 --example"),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="只看已经设了什么、还缺什么；缺的话退出码为 1")] = False,
    example: Annotated[bool, typer.Option("--example", help="打印样本文件")] = False,
    data: Annotated[Path | None, typer.Option(help="数据文件夹（默认见 YINUO_DATA）", file_okay=False)] = None,
) -> int:
    """设好系统管理员、大厅的联系方式、对外网址、邮件和短信。可以反复运行，只改给出的；yinuo up 之前、之后都可以。"""
    if example:
        print(plan.EXAMPLE, end="")
        return 0
    if data is not None:
        os.environ["YINUO_DATA"] = str(data.expanduser().absolute())
    if file is None and not check and not sys.stdin.isatty():
        wrong("--file", "这里没有终端，不能逐项询问：请用 --file 给出一个 TOML 文件（样本：yinuo setup --example）")
    text = None if file is None else read_text(file)
    home = paths.default_home()
    if check and not has_instance():
        raise DatabaseError(f"{home} 还没有安装：请运行 yinuo setup")
    with _one_at_a_time(home):
        _django(home)
        given = None if text is None else _plan_of("标准输入" if file == "-" else str(file), text)
        with _instance(home, only_look=check) as serving:
            if check:
                return _tell(home)
            return _carry_out(given or Questions(home).plan(), home, serving)


def _django(home: Path) -> None:
    envfile.load(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.config.settings")
    import django

    django.setup()


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    with (home / "setup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatabaseError(f"{home} 有另一个 yinuo setup 在运行，没有改动") from None
        yield


@contextmanager
def _instance(home: Path, *, only_look: bool) -> Iterator[bool]:
    """The database, brought up where it is empty; whether `yinuo up` runs beside.

    Raises DatabaseError for one that is not this program's.
    """
    from django.db import connections

    from yinuo.deploy import upgrade
    from yinuo.deploy.instance import running
    from yinuo.deploy.releases import Kind, standing
    from yinuo.stories import demo

    with ExitStack() as held:
        serving = False
        try:
            # Nobody starts the database that is stopped here in the end.
            held.enter_context(alone(home))
        except DatabaseError:
            serving = True
        held.enter_context(running())
        held.callback(connections.close_all)
        found = standing(connections["owner"])
        found.refuse_unfit()
        if found.kind is Kind.OLDER:
            raise DatabaseError("数据库是旧版本的：请先运行 yinuo upgrade。没有改动")
        if found.kind is Kind.EMPTY and only_look:
            raise DatabaseError("数据库是空的，还没有安装：请运行 yinuo setup")
        if found.kind is Kind.EMPTY:
            upgrade.bring_up(lambda line: print(f"· {line}", flush=True))
        demo.refuse_in_earnest()
        yield serving


def _plan_of(name: str, text: str) -> Plan:
    try:
        return plan.read_plan(text)
    except Wrong as error:
        raise WrongInput(error.field, str(error)) from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise WrongInput(
            name, f"{f'第 {line[1]} 行' if line else '文件末尾'}不是 TOML（样本：yinuo setup --example）"
        ) from None


def _carry_out(given: Plan, home: Path, serving: bool) -> int:
    try:
        told = doing.apply(given, home, now())
    except Wrong as error:
        raise WrongInput(error.field, str(error)) from None
    for line in told or ["没有改动"]:
        print(line)
    failures = []
    if given.test_mail:
        failures.append(sending.send_test_mail(home, given.test_mail) or f"测试邮件已发往 {given.test_mail}")
    if given.test_sms:
        failures.append(sending.send_test_sms(home, given.test_sms, now()) or f"测试短信已发往 {given.test_sms}")
    for line in failures:
        print(line)
    print()
    _tell(home)
    if "YINUO_ORIGIN" in given.settings and (name := doing.name_of_log()):
        print(f"信息链日志的名称早已定为 {name}，不随网址改变。")
    if given.settings and serving:
        print("设置在重新启动 yinuo up 以后生效。")
    elif not serving:
        print("接下来：yinuo up 启动，系统管理员登录后在管理后台（/admin/）开通工作人员的账号、安排角色。")
    return 1 if any("没有发出" in line for line in failures) else 0


def _tell(home: Path) -> int:
    lines, missing = doing.overview(home, now())
    for line in lines:
        print(line)
    if missing:
        print(f"还缺：{'；'.join(missing)}")
    return 1 if missing else 0


class Questions:
    """Asks for a plan at the terminal: Enter leaves a thing as it is, `-` clears it,
    a wrong answer is asked for again.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.known = doing.in_force(home)
        self.made = Plan()

    def plan(self) -> Plan:
        """What was answered. Raises typer.Abort where the person stops or says no; nothing was changed then."""
        _tell(self.home)
        print(f"\n逐项询问：直接回车不改，输入 {CLEAR} 清除，Ctrl-C 退出（什么也不改）。")
        print("\n系统管理员")
        self._administrators()
        print("\n政务大厅（显示在每一页）")
        self._hall()
        print("\n对外网址")
        self._setting("origin")
        print("\n邮件")
        self._mail()
        print("\n短信")
        self._sms()
        if self._line("\n写入吗？（y/n）", _yes_or_no) != "y":
            raise typer.Abort
        return self.made

    def _administrators(self) -> None:
        from yinuo.engine.people.models import Person

        needed = not doing.has_administrator(now())
        while True:
            first = needed and not self.made.administrators
            name = self._line(f"  姓名（{'至少一位' if first else '再加一位；不加就回车'}）", _some if first else _any)
            if not name:
                return
            person = {"name": name, "username": self._line("  登录名", _some)}
            if not Person.objects.filter(username=person["username"]).exists():
                person["phone"] = self._line("  手机", lambda text: plan.number(text, "手机"))
                person["email"] = self._line("  邮箱", lambda text: plan.mail_address(text, "邮箱"))
                person["password"] = self._password(person)
            else:
                print("  已有这个账号：只给角色，密码不动")
            self.made.administrators.append(person)

    def _password(self, person: dict[str, str]) -> str:
        from django.contrib.auth.password_validation import validate_password
        from django.core.exceptions import ValidationError

        from yinuo.engine.people.models import Person

        who = Person(username=person["username"], name=person["name"], email=person["email"])
        while True:
            text = self._hidden("  密码（不显示）")
            try:
                validate_password(text, who)
            except ValidationError as error:
                print(f"  {'；'.join(error.messages)}")
                continue
            if self._hidden("  再输一遍密码") == text:
                return text
            print("  两遍不一样，请重输")

    def _hall(self) -> None:
        from yinuo.engine.base import column_length
        from yinuo.engine.people.contact import home_hall

        hall = home_hall(now().date())
        for name, label in HALL.items():
            longest = column_length(type(hall), name)
            text = self._line(f"  {label}{_as_it_is(getattr(hall, name))}", partial(_at_most, longest))
            if text:
                self.made.hall[name] = "" if text == CLEAR else text

    def _mail(self) -> None:
        self._setting("mail.host")
        if not self._have(f"{SMTP}HOST"):
            return
        for key in ("mail.port", "mail.tls", "mail.user", "mail.password", "mail.from"):
            self._setting(key)
        self.made.test_mail = self._line(
            "  发一封测试邮件到（不发就回车）", lambda text: plan.mail_address(text, "邮箱")
        )

    def _sms(self) -> None:
        self._setting("sms.url")
        if not self._have("YINUO_SMS_URL"):
            self._setting("sms.provider")
        if not self._have("YINUO_SMS_URL") and not self._have("YINUO_SMS_PROVIDER"):
            return
        self._setting("sms.token")
        self.made.test_sms = self._line("  发一条测试短信到（不发就回车）", lambda text: plan.number(text, "手机号"))

    def _have(self, variable: str) -> str | None:
        return self.made.settings.get(variable, self.known.get(variable))

    def _setting(self, key: str) -> None:
        setting = plan.BY_KEY[key]
        known = self.known.get(setting.variable, "")
        label = f"  {setting.label}{_as_it_is('已设置' if setting.secret and known else known)}"

        def put(text: str) -> str:
            if text:
                self.made.put(key, "" if text == CLEAR else text)
            return text

        self._line(label, put, hidden=setting.secret)

    def _line(self, label: str, take: Callable[[str], str], *, hidden: bool = False) -> str:
        """An answer that `take` accepts; what it refuses is told and asked for again."""
        while True:
            text = self._hidden(label) if hidden else self._read(input, label)
            try:
                return take(text.strip())
            except ValueError as error:
                print(f"  {error}")

    def _hidden(self, label: str) -> str:
        return self._read(getpass.getpass, label)

    def _read(self, ask: Callable[[str], str], label: str) -> str:
        try:
            return ask(f"{label}：")
        except (EOFError, KeyboardInterrupt):
            print()
            raise typer.Abort from None


def _as_it_is(text: str) -> str:
    return f" [{text}]" if text else ""


def _any(text: str) -> str:
    return text


def _some(text: str) -> str:
    if not text:
        raise ValueError("请填写")
    return text


def _at_most(most: int, text: str) -> str:
    if len(text) > most:
        raise ValueError(f"最多 {most} 字")
    return text


def _yes_or_no(text: str) -> str:
    if text.lower() not in ("y", "n"):
        raise ValueError("请回答 y 或 n")
    return text.lower()
