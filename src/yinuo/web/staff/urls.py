from __future__ import annotations

from django.urls import path

from yinuo.web.staff import (
    commitments,
    completion,
    credit,
    credit_queue,
    downloads,
    guidance,
    hall,
    inbox,
    items,
    people,
    project_list,
    projects,
    rules_on,
    saved,
)
from yinuo.web.staff import map as maps

app_name = "staff"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("filters/", saved.filters, name="filters"),
    path("export/<slug:name>/", downloads.export, name="export"),
    path("exports/<int:export_id>/", downloads.progress, name="made"),
    path("exports/<int:export_id>/file/", downloads.download, name="download"),
    path("hall/", hall.hall, name="hall"),
    path("people/", people.people, name="people"),
    path("delegation/", people.delegation, name="delegation"),
    path("projects/", project_list.projects, name="projects"),
    path("projects/<int:project_id>/", projects.project, name="project"),
    path("projects/<int:project_id>/map/", maps.show, name="map"),
    path("projects/<int:project_id>/map/fresh/", maps.fresh, name="map_fresh"),
    path("projects/<int:project_id>/map/landing/", maps.landing, name="map_landing"),
    path("projects/<int:project_id>/map/routes/<int:item_id>/", maps.routes, name="map_routes"),
    path("projects/<int:project_id>/map/due/<int:item_id>/", maps.due, name="map_due"),
    path("projects/<int:project_id>/review/", projects.review, name="review"),
    path("projects/<int:project_id>/manual/", projects.manual, name="manual"),
    path("projects/<int:project_id>/confirm/", projects.confirm, name="confirm"),
    path("projects/<int:project_id>/rules/", rules_on.rules_on, name="rules_on"),
    path("guidance/<int:answer_id>/", guidance.guidance, name="guidance"),
    path("items/<int:item_id>/", items.item, name="item"),
    path("commitments/<int:commitment_id>/", commitments.commitment, name="commitment"),
    path("objections/<int:objection_id>/", commitments.objection, name="objection"),
    path("difficulties/<int:difficulty_id>/", commitments.difficulty, name="difficulty"),
    path("completion/<int:project_id>/", completion.completion, name="completion"),
    path("credit/", credit_queue.queue, name="credit"),
    path("credit/propose/", credit.propose, name="propose"),
    path("credit/<int:proposal_id>/", credit.proposal, name="proposal"),
    path("reliefs/<int:relief_id>/", credit.relief, name="relief"),
    path("units/<int:unit_id>/credit/", credit.unit, name="unit_credit"),
]
