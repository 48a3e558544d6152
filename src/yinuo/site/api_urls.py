from __future__ import annotations

from django.conf import settings
from django.urls import path

from yinuo.faces.agency.api import router as agency
from yinuo.faces.commitments import api as commitments
from yinuo.faces.commitments import api_completion as completion
from yinuo.faces.credit import api as credit
from yinuo.faces.deficient import api as deficient
from yinuo.faces.figures.api import router as figures
from yinuo.faces.grants.api import router as grants
from yinuo.faces.halls.api import router as halls
from yinuo.faces.inspections.api import router as inspections
from yinuo.faces.land import api as land
from yinuo.faces.mock import api as mock
from yinuo.faces.onemap import api as onemap
from yinuo.faces.onemap import api_care as care
from yinuo.faces.onemap import api_coordination as coordination
from yinuo.faces.oversight.api import router as oversight
from yinuo.faces.people import api as hall
from yinuo.faces.projects import api as projects
from yinuo.faces.projects import api_life as life
from yinuo.faces.projects import api_trail as trail
from yinuo.faces.reform.api import router as reform
from yinuo.faces.regional.api import router as regional
from yinuo.faces.reviews.api import router as reviews
from yinuo.faces.window import api as window
from yinuo.faces.work import api as desk
from yinuo.site import api_public as public
from yinuo.site import api_rules as rules
from yinuo.site import api_training as training
from yinuo.ui.api import api

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
