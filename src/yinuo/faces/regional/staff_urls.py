"""区域评估, as part of the staff's addresses."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.regional import (
    staff as assessment,
)
from yinuo.faces.regional import (
    staff_fees as regional_fees,
)
from yinuo.faces.regional import (
    staff_zones as zones,
)

urlpatterns = [
    path("zones/", zones.desk, name="zones"),
    path("zones/new/", zones.new, name="zone_new"),
    path("zones/<int:zone_id>/", zones.zone, name="zone"),
    path("zones/<int:zone_id>/begin/", zones.begin, name="zone_begin"),
    path("assessments/<int:assessment_id>/", assessment.show, name="assessment"),
    path("regional/fees/", regional_fees.ledger, name="regional_fees"),
    path("projects/<int:project_id>/regional-fee/", regional_fees.settle, name="regional_fee"),
]
