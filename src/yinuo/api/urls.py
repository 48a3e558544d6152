from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.urls import path

from yinuo.api import desk, onemap, projects, rules
from yinuo.api.app import api

api.add_router("/projects", projects.router)
api.add_router("", onemap.router)
api.add_router("", desk.router)
api.add_router("/rules", rules.router)
for name in ("commitments", "credit"):
    if find_spec(f"yinuo.api.{name}"):
        api.add_router("", import_module(f"yinuo.api.{name}").router)

urlpatterns = [path("", api.urls)]
