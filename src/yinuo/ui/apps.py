"""The Django app that carries the pages: templates, static files and template tags."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages for people; it has no models of its own."""

    name = "yinuo.ui"
    label = "ui"
    verbose_name = "页面"
