"""What an operator has set and what cannot work: told at the start, by `yinuo manage check` and `yinuo up`, not by the
first filing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

TAG = "yinuo"


class ConfigChecks(AppConfig):
    """This package has no models; Django only asks apps for their checks."""

    name = "yinuo.deploy"
    label = "deploy"

    def ready(self) -> None:
        checks.register(TAG)(providers)
        checks.register(TAG)(twin)
        checks.register(TAG)(anchor)
        checks.register(TAG)(province)
        checks.register(TAG)(registers)


def providers(**_: Any) -> list[checks.CheckMessage]:
    """The outside services by dotted path: there, and content with their settings."""
    wanted: dict[str, Callable[[Any], object]] = {
        # Made once, as the first filing would make it: without an address it refuses.
        "YINUO_CODE_PROVIDER": lambda provider: provider(),
        "YINUO_SIGNING_PROVIDER": lambda provider: provider,
    }
    found: list[checks.CheckMessage] = []
    for name, make in wanted.items():
        path = getattr(settings, name)
        try:
            make(import_string(path))
        except ImportError as error:
            found.append(checks.Error(f"{name} 写的是 {path}，找不到它：{error}", id="yinuo.E001"))
        except ValueError as error:
            found.append(checks.Error(f"{name} 是 {path}：{error}", id="yinuo.E002"))
    return found


def registers(**_: Any) -> list[checks.CheckMessage]:
    """Everything a room names is registered and exists (`registers.py`)."""
    from yinuo.deploy.registers import faults

    return [checks.Error(fault, id="yinuo.E007") for fault in faults()]


def province(**_: Any) -> list[checks.CheckMessage]:
    """The province's identity platform is named, and something it cannot do without is missing."""
    from yinuo.rooms.accounts.province import mapping

    if not settings.YINUO_OIDC_URL:
        return []
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    found: list[checks.CheckMessage] = [
        checks.Error(f"YINUO_OIDC_URL 已设，还要设 {name}", id="yinuo.E006")
        for name, value in (("YINUO_OIDC_CLIENT_ID", app["client_id"]), ("YINUO_OIDC_CLIENT_SECRET", app["secret"]))
        if not value
    ]
    try:
        mapping()
    except ValueError as error:
        found.append(checks.Error(str(error), id="yinuo.E007"))
    return found


def twin(**_: Any) -> list[checks.CheckMessage]:
    """The log's twin is switched on, and nothing here can sign it."""
    from yinuo.chain import sm

    if settings.YINUO_CHAIN_TWIN and sm.library() is None:
        hint = "请安装 gmssl-pyx（没有现成安装包的机器须有 C 编译器和 cmake），或者去掉 YINUO_CHAIN_TWIN"
        return [checks.Error(f"YINUO_CHAIN_TWIN 打开了国密并行树，却没有 gmssl-pyx：{hint}", id="yinuo.E003")]
    return []


def anchor(**_: Any) -> list[checks.CheckMessage]:
    """The anchor is asked for, and something it cannot do without is missing."""
    if not settings.YINUO_ANCHOR_RPC:
        return []
    from importlib.util import find_spec

    from yinuo.engine.infochain import anchoring

    missing = {
        "没有安装 web3：请按 requirements-anchor.lock 安装": find_spec("web3") is None,
        "没有锚定账户的密钥：请先运行 yinuo chain anchor --new-key": anchoring.account() is None,
        "没有合约的地址 YINUO_ANCHOR_CONTRACT：请先运行 yinuo chain anchor --deploy": (
            not settings.YINUO_ANCHOR_CONTRACT
        ),
        "有一处写错：YINUO_ANCHOR_HOURS 应为正整数": settings.YINUO_ANCHOR_HOURS < 1,
    }
    found = [why for why, so in missing.items() if so]
    return [checks.Error(f"YINUO_ANCHOR_RPC 打开了外部锚定，却{why}", id="yinuo.E004") for why in found]


def lost_pages() -> list[str]:
    """Pages that rows name and that are no longer there, in words; one reading of each table, so for an upgrade and not
    for every start.
    """
    from django.apps import apps
    from django.db.models import Min, TextField
    from django.db.models.functions import Cast

    from yinuo.engine.base import LeadsToPage

    found = []
    for model in apps.get_models():
        for field in model._meta.fields if issubclass(model, LeadsToPage) else ():
            if field.name not in ("page", "unit_page"):
                continue
            some = Min(Cast(f"{field.name}_args", TextField()))
            rows = (
                model._default_manager.exclude(**{field.name: ""})
                .order_by()
                .values_list(field.name)
                .annotate(args=some)
            )
            found += [page_fault(model._meta.label, page, json.loads(args)) for page, args in rows]
    return [fault for fault in found if fault]


def page_fault(model: str, page: str, args: dict[str, Any]) -> str:
    """What is wrong with a page that a row names, empty where it is there."""
    try:
        reverse(page, kwargs=args)
    except NoReverseMatch:
        return f"{model} 的记录指向页面 {page}（{'、'.join(args)}），程序里没有这个页面"
    return ""
