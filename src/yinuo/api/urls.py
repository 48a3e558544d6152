from __future__ import annotations

from django.conf import settings
from django.urls import path

from yinuo.api import (
    care,
    commitments,
    completion,
    coordination,
    credit,
    deficient,
    desk,
    hall,
    land,
    life,
    mock,
    onemap,
    projects,
    public,
    rules,
    trail,
    training,
    window,
)
from yinuo.api.agency import router as agency
from yinuo.api.app import api
from yinuo.api.figures import router as figures
from yinuo.api.grants import router as grants
from yinuo.api.halls import router as halls
from yinuo.api.inspections import router as inspections
from yinuo.api.oversight import router as oversight
from yinuo.api.reform import router as reform
from yinuo.api.regional import router as regional
from yinuo.api.reviews import router as reviews

api.add_router("/projects", projects.router)
for room in (life, onemap, care, commitments, completion, credit, hall, desk, trail, public, coordination, deficient, land, mock, window):
    api.add_router("", room.router)
api.add_router("", agency)
api.add_router("", inspections)
api.add_router("", reviews)
api.add_router("", halls)
api.add_router("", figures)
api.add_router("", reform)
api.add_router("", regional)
api.add_router("", grants)
api.add_router("", oversight)
api.add_router("/rules", rules.router)
if settings.YINUO_TRAINING:
    api.add_router("/training", training.router)

urlpatterns = [path("", api.urls)]
