"""Every page's address."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("yinuo.site.common_urls")),
    path("styleguide/", include("yinuo.ui.styleguide.urls")),
    path("", include("yinuo.site.public_urls")),
    path("", include("yinuo.faces.accounts.entrance_urls")),
    path("", include("yinuo.site.unit_urls")),
    path("staff/", include("yinuo.site.staff_urls")),
]
