from __future__ import annotations

from django.conf import settings
from django.urls import path

from yinuo.site import api_public, api_rules, api_training
from yinuo.site.urls import all_of
from yinuo.ui.api import api

for prefix, router in [*all_of("API"), ("", api_public.router), ("/rules", api_rules.router)]:
    api.add_router(prefix, router)
if settings.YINUO_TRAINING:
    api.add_router("/training", api_training.router)

urlpatterns = [path("", api.urls)]
