from __future__ import annotations

from django.urls import path

from yinuo.web.staff import scores

urlpatterns = [
    path("scores/", scores.scores, name="scores"),
    path("scores/publish/", scores.publish, name="publish_bulletin"),
    path("scores/points/<int:manual_id>/", scores.manual, name="manual_points"),
]
