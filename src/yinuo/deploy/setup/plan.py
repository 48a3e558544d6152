"""What an installation is to be set up with: read from a file or asked for, and checked before anything is touched."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from yinuo.deploy import envfile

NO = ("", "no", "none", "false", "无", "否")
HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
MAIL = re.compile(r"[^\s@<>,;\"]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
SMTP = "YINUO_SMTP_"


class Wrong(ValueError):
    """What was given cannot be; `field` as the plan's file names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def origin(text: str) -> str:
    parts = urlsplit(text)
    try:
        known = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        known = False
    if (
        not known
        or not HOST.fullmatch(parts.hostname or "")
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise ValueError("应为对外的网址，如 https://yinuo.example.gov.cn，后面不带路径")
    return text.rstrip("/")


def host(text: str) -> str:
    if not HOST.fullmatch(text):
        raise ValueError("应为邮件服务器的主机名，如 smtp.example.gov.cn")
    return text


def port(text: str) -> str:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ValueError("应为 1 至 65535 的端口，如 465")
    return str(int(text))


def tls(text: str) -> str:
    found = {**dict.fromkeys(NO, ""), "starttls": "1", "true": "1", "1": "1", "ssl": "ssl"}.get(text.lower())
    if found is None:
        raise ValueError("应为 starttls（先明文后加密，多为 587、25 端口）、ssl（一直加密，多为 465 端口）或 no")
    return found


def sender(text: str) -> str:
    if not re.fullmatch(rf"(?:[^<>@\"]+ )?<{MAIL.pattern}>|{MAIL.pattern}", text):
        raise ValueError("应为发件人的邮箱，如 yinuo@example.gov.cn，或者 一诺 <yinuo@example.gov.cn>")
    return text


def gateway(text: str) -> str:
    from yinuo.engine.notices.channels import SmsGateway

    parts = urlsplit(text)
    if not parts.hostname:
        raise ValueError("应为短信网关的网址，如 https://sms.example.gov.cn/send")
    SmsGateway(text, "")
    return text


def provider(text: str) -> str:
    from django.utils.module_loading import import_string

    try:
        found = import_string(text)
    except (ImportError, ValueError) as error:
        raise ValueError(f"找不到 {text}：{error}") from None
    if not callable(getattr(found, "send", None)):
        raise ValueError(f"{text} 没有 send(message)，不能发短信")
    return text


def as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Setting:
    """One of the plan's settings: where the file has it, what it is called, the variable, and what it has to be.

    `secret`: never shown.
    """

    key: str
    label: str
    variable: str
    check: Callable[[str], str]
    secret: bool = False

    @property
    def section(self) -> str:
        return self.key.partition(".")[0]


SETTINGS = (
    Setting("origin", "对外网址", "YINUO_ORIGIN", origin),
    Setting("mail.host", "邮件服务器", f"{SMTP}HOST", host),
    Setting("mail.port", "端口", f"{SMTP}PORT", port),
    Setting("mail.tls", "加密", f"{SMTP}TLS", tls),
    Setting("mail.user", "用户名", f"{SMTP}USER", as_it_is),
    Setting("mail.password", "密码", f"{SMTP}PASSWORD", as_it_is, secret=True),
    Setting("mail.from", "发件人", "YINUO_MAIL_FROM", sender),
    Setting("sms.url", "短信网关", "YINUO_SMS_URL", gateway),
    Setting("sms.token", "令牌", "YINUO_SMS_TOKEN", as_it_is, secret=True),
    Setting("sms.provider", "短信程序（Python 路径）", "YINUO_SMS_PROVIDER", provider),
)
BY_KEY = {setting.key: setting for setting in SETTINGS}
HALL = {"phone": "电话", "address": "地址", "hours": "办公时间"}
PERSON = {"name": "姓名", "username": "登录名", "phone": "手机", "email": "邮箱", "password": "密码"}
TABLES = {
    "mail": {key.partition(".")[2] for key in BY_KEY if key.startswith("mail.")} | {"test"},
    "sms": {key.partition(".")[2] for key in BY_KEY if key.startswith("sms.")} | {"test"},
    "hall": set(HALL),
}
EXAMPLE = """\
# yinuo setup --file 这个文件。没有写的不改；写成空的（""）就清除。里面有密码，用完请删除。
origin = "https://yinuo.example.gov.cn"     # 对外网址

[[administrator]]                           # 系统管理员，可以写几位
name = "王海"
username = "wanghai"                        # 登录名
phone = "13900000000"
email = "wanghai@example.gov.cn"
password = ""                               # 只在开通账号时用；不写就由本人用邮箱设置

[hall]                                      # 政务大厅，显示在每一页
phone = "0930-7720000"
address = "吹麻滩镇政务大道 1 号"
hours = ""                                  # 空的就显示规则包的办公时间

[mail]
host = "smtp.example.gov.cn"
port = 465
tls = "ssl"                                 # starttls、ssl 或 no
user = "yinuo@example.gov.cn"
password = ""
from = "yinuo@example.gov.cn"
# test = "wanghai@example.gov.cn"           # 写了就发一封测试邮件

[sms]
url = "https://sms.example.gov.cn/send"     # 或者 provider = "某个.程序.类"
token = ""
# test = "13900000000"                      # 写了就发一条测试短信
"""


@dataclass(slots=True)
class Plan:
    """What is to be.

    `settings`: by variable, None = to be removed; `hall`: its fields; a person's missing field stays as it is.
    """

    administrators: list[dict[str, str]] = field(default_factory=list)
    hall: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str | None] = field(default_factory=dict)
    test_mail: str = ""
    test_sms: str = ""

    def put(self, key: str, text: str) -> None:
        """One setting, checked. Raises Wrong."""
        setting = BY_KEY[key]
        text = text.strip()
        try:
            value = setting.check(text) if text else ""
            envfile.check(setting.variable, value)
        except ValueError as error:
            raise Wrong(key, str(error)) from None
        self.settings[setting.variable] = value or None


def read_plan(text: str) -> Plan:
    """The plan a TOML file gives. Raises Wrong naming the field, ValueError for what is no TOML."""
    data = tomllib.loads(text)
    plan = Plan()
    for key, value in data.items():
        if key == "origin":
            plan.put(key, _text(value, key))
        elif key == "administrator":
            plan.administrators = _persons(value)
        elif key in TABLES:
            _table(plan, key, value)
        else:
            raise Wrong(key, f"不认识，可以写的：origin、administrator、{'、'.join(TABLES)}")
    return plan


def _table(plan: Plan, name: str, table: Any) -> None:
    if not isinstance(table, dict):
        raise Wrong(name, f"应写作一节：[{name}]")
    for key, value in table.items():
        path = f"{name}.{key}"
        if key not in TABLES[name]:
            raise Wrong(path, f"不认识，可以写的：{'、'.join(sorted(TABLES[name]))}")
        text = _text(value, path)
        if name == "hall":
            plan.hall[key] = text
        elif path == "mail.test":
            plan.test_mail = mail_address(text, path)
        elif path == "sms.test":
            plan.test_sms = number(text, path)
        else:
            plan.put(path, text)


def _persons(rows: Any) -> list[dict[str, str]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Wrong("administrator", "应写作 [[administrator]]，一位一节")
    found: list[dict[str, str]] = []
    for place, row in enumerate(rows, start=1):
        for key in row:
            if key not in PERSON:
                raise Wrong(f"administrator[{place}].{key}", f"不认识，可以写的：{'、'.join(PERSON)}")
        person = {key: _text(value, f"administrator[{place}].{key}") for key, value in row.items()}
        for key in ("name", "username"):
            if not person.get(key, "").strip():
                raise Wrong(f"administrator[{place}].{key}", f"请写明{PERSON[key]}")
        if person["username"] in (other["username"] for other in found):
            raise Wrong(f"administrator[{place}].username", f"{person['username']} 写了两次")
        found.append(person)
    return found


def _text(value: Any, path: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "no"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise Wrong(path, "应为文字，写在双引号里")
    return value


def mail_address(text: str, path: str) -> str:
    if text and not MAIL.fullmatch(text):
        raise Wrong(path, "应为邮箱")
    return text


def number(text: str, path: str) -> str:
    if text and not re.fullmatch(r"\+?[0-9-]{5,20}", text):
        raise Wrong(path, "应为手机号")
    return text


def check_together(plan: Plan, home: Path) -> None:
    """What the settings come to with those that are there already. Raises Wrong naming the field."""
    known = {**envfile.read(home), **plan.settings, **envfile.outside()}
    if known.get(f"{SMTP}PASSWORD") and not known.get(f"{SMTP}USER"):
        raise Wrong("mail.user", "写了密码，还要写用户名")
    if (known.get(f"{SMTP}PORT") or known.get(f"{SMTP}USER")) and not known.get(f"{SMTP}HOST"):
        raise Wrong("mail.host", "请写明邮件服务器")
    if known.get("YINUO_SMS_TOKEN") and not (known.get("YINUO_SMS_URL") or known.get("YINUO_SMS_PROVIDER")):
        raise Wrong("sms.url", "写了令牌，还要写短信网关的网址")
