"""Every page's address; each face brings its own list."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("yinuo.web.common.urls")),
    path("styleguide/", include("yinuo.web.styleguide.urls")),
]
for face in ("public", "entrance", "unit"):
    if find_spec(f"yinuo.web.{face}.urls"):
        urlpatterns.append(path("", include(f"yinuo.web.{face}.urls")))
if find_spec("yinuo.web.staff.urls"):
    urlpatterns.append(path("staff/", include("yinuo.web.staff.urls")))
