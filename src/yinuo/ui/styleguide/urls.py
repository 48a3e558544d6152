"""`/styleguide/`."""

from __future__ import annotations

from django.urls import path

from yinuo.ui.styleguide import views

app_name = "styleguide"
urlpatterns = [
    path("", views.index, name="index"),
    path("errors/<str:code>/", views.error_page, name="error"),
]
