"""Where everything is reached; pages and API bring their own lists."""

from __future__ import annotations

import os
from importlib.util import find_spec

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, include, path

from yinuo import __version__
from yinuo.engine.people.administration import may_enter

handler404 = "yinuo.config.failing.unknown"
handler500 = "yinuo.config.failing.failed"


def health(request: HttpRequest) -> JsonResponse:
    """This process lives, whatever its database does; `worker` tells the processes apart."""
    return JsonResponse({"status": "ok", "version": __version__, "worker": os.getpid()})


def ready(request: HttpRequest) -> JsonResponse:
    """Whether requests may be sent here: the database answers, takes writes and is of this program's release.

    503 with the reason if not.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_is_in_recovery(), (SELECT version FROM yinuo_release WHERE finished_at IS NOT NULL "
                "ORDER BY id DESC LIMIT 1)"
            )
            reading_only, release = cursor.fetchone()
    except Error:
        return _unready("数据库没有应答")
    if reading_only:
        return _unready("数据库只读：它是备机")
    if release != __version__:
        return _unready(f"数据库是 {release}，本程序是 {__version__}")
    return JsonResponse({"status": "ready", "version": __version__})


def _unready(why: str) -> JsonResponse:
    return JsonResponse(
        {"status": "unready", "version": __version__, "why": why}, status=503, json_dumps_params={"ensure_ascii": False}
    )


# One way in: with its locks against guessing and its second step; and for the hall's administrators alone.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign, no-untyped-call]
admin.site.has_permission = may_enter  # type: ignore[method-assign]
# What others brought along (groups, addresses, jobs) is no business of a hall's administrator.
for model in list(admin.site._registry):
    if model._meta.app_label not in settings.OWN_APPS:
        admin.site.unregister(model)

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health, name="health"),
    path("ready", ready, name="ready"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
if find_spec("yinuo.site.api_urls"):
    urlpatterns.append(path("api/v1/", include("yinuo.site.api_urls")))
if find_spec("yinuo.site.urls"):
    urlpatterns.append(path("", include("yinuo.site.urls")))
