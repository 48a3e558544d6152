"""区域评估, as part of the public's addresses."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.regional import public as regional

urlpatterns = [
    path("regional/", regional.index, name="regional"),
    path("regional/<int:result_id>/", regional.result, name="regional_result"),
    path("regional/<int:result_id>/report/", regional.report, name="regional_report"),
    path("regional/<int:result_id>/paper/", regional.paper, name="regional_paper"),
]
