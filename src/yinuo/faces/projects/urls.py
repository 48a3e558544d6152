"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.projects import (
    api,
    api_life,
    api_trail,
    public_answers,
    public_benefits,
    staff_changes,
    staff_questions,
    unit_benefits,
    unit_building,
    unit_changes,
    unit_filing,
    unit_questions,
)

STAFF = [
    path("changes/<int:request_id>/", staff_changes.change, name="change"),
    path("questions/", staff_questions.questions, name="questions"),
    path("questions/<int:question_id>/", staff_questions.question, name="question"),
]
UNIT = [
    path("filing/", unit_filing.begin, name="filing"),
    path("filing/<int:draft_id>/check/", unit_filing.check, name="filing_check"),
    path("filing/<int:draft_id>/done/", unit_filing.done, name="filing_done"),
    path("filing/<int:draft_id>/<slug:slug>/", unit_filing.step, name="filing_step"),
    path("projects/<int:project_id>/report/", unit_building.report, name="report"),
    path("projects/<int:project_id>/participants/", unit_building.participants, name="participants"),
    path(
        "projects/<int:project_id>/participants/<int:participant_id>/end/",
        unit_building.leaving,
        name="participant_end",
    ),
    path("projects/<int:project_id>/questions/", unit_questions.ask, name="questions"),
    path("projects/<int:project_id>/benefits/", unit_benefits.show, name="benefits"),
    path("projects/<int:project_id>/amend/", unit_changes.choose, name="amend"),
    path("changes/<int:request_id>/withdraw/", unit_changes.take_back, name="withdraw_change"),
    path("projects/<int:project_id>/amend/<slug:slug>/", unit_changes.amend, name="amend_step"),
    path("questions/", unit_questions.show, name="all_questions"),
]
PUBLIC = [
    path("answers/", public_answers.answers, name="answers"),
    path("benefits/", public_benefits.benefits, name="benefits"),
]
API = [("/projects", api.router), ("", api_life.router), ("", api_trail.router)]
