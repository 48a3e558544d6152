"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.onemap import (
    api,
    api_care,
    api_coordination,
    staff_coordination,
    staff_guidance,
    staff_later,
    staff_rules_on,
    unit_again,
)

STAFF = [
    path("projects/<int:project_id>/rules/", staff_rules_on.rules_on, name="rules_on"),
    path("guidance/<int:answer_id>/", staff_guidance.guidance, name="guidance"),
    path("items/<int:item_id>/coordinate/", staff_coordination.ask, name="coordinate"),
    path("coordination/", staff_coordination.index, name="coordination"),
    path("coordination/<int:coordination_id>/", staff_coordination.one, name="coordination_one"),
    path("later/<int:asked_id>/", staff_later.later, name="later"),
]
UNIT = [
    path("items/<int:item_id>/again/", unit_again.again, name="again"),
    path("items/<int:item_id>/promise-instead/", unit_again.to_promise, name="to_promise"),
    path("items/<int:item_id>/document/", unit_again.later, name="later"),
    path("items/<int:item_id>/document/withdraw/", unit_again.later_withdraw, name="later_withdraw"),
    path("items/<int:item_id>/remedy/", unit_again.remedy, name="remedy"),
]
API = [("", api.router), ("", api_care.router), ("", api_coordination.router)]
