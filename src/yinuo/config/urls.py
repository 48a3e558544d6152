"""Where everything is reached; pages and API bring their own lists."""

from __future__ import annotations

import os
from importlib.util import find_spec

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, include, path

from yinuo import __version__
from yinuo.apps.people.administration import may_enter


def health(request: HttpRequest) -> JsonResponse:
    """Answers when this process reaches its database; `worker` tells the processes apart."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok", "version": __version__, "worker": os.getpid()})


# One way in: with its locks against guessing and its second step; and for the hall's administrators alone.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.has_permission = may_enter  # type: ignore[method-assign]
# What others brought along (groups, addresses, jobs) is no business of a hall's administrator.
for model in list(admin.site._registry):
    if model._meta.app_label not in settings.ROOMS:
        admin.site.unregister(model)

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health, name="health"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
if find_spec("yinuo.api.urls"):
    urlpatterns.append(path("api/v1/", include("yinuo.api.urls")))
if find_spec("yinuo.web.urls"):
    urlpatterns.append(path("", include("yinuo.web.urls")))
