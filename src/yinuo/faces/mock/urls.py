"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.mock import api, staff, unit

STAFF = [
    path("projects/<int:project_id>/mock/", staff.of_project, name="project_mock"),
    path("mock/", staff.mocks, name="mocks"),
    path("mock/forms/<slug:kind>/", staff.blank, name="mock_blank"),
    path("mock/new/<int:project_id>/", staff.new, name="mock_new"),
    path("mock/<int:application_id>/", staff.mock, name="mock"),
    path("mock/<int:application_id>/circulation/", staff.circulation, name="mock_circulation"),
    path("mock/<int:application_id>/items/<int:item_id>/", staff.hand_in, name="mock_hand_in"),
]
UNIT = [
    path("projects/<int:project_id>/mock/", unit.show, name="mock"),
    path("mock/forms/<slug:kind>/", unit.blank, name="mock_blank"),
]
API = [("", api.router)]
