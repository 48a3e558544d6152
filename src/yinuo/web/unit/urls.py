"""The company's pages."""

from __future__ import annotations

from django.urls import path

from yinuo.web.unit import changes, commitments, completion, credit, filing, home, items, library, map, persons, project

app_name = "unit"
urlpatterns = [
    path("projects/", home.projects, name="projects"),
    path("filing/", filing.begin, name="filing"),
    path("filing/<int:draft_id>/check/", filing.check, name="filing_check"),
    path("filing/<int:draft_id>/done/", filing.done, name="filing_done"),
    path("filing/<int:draft_id>/<slug:slug>/", filing.step, name="filing_step"),
    path("projects/<int:project_id>/", project.show, name="project"),
    path("projects/<int:project_id>/certificate/", project.certificate, name="certificate"),
    path("projects/<int:project_id>/poster/", project.poster, name="poster"),
    path("projects/<int:project_id>/report/", project.report, name="report"),
    path("projects/<int:project_id>/participants/", project.participants, name="participants"),
    path("projects/<int:project_id>/questions/", project.questions, name="questions"),
    path("projects/<int:project_id>/end/", project.end, name="end"),
    path("projects/<int:project_id>/amend/", changes.choose, name="amend"),
    path("projects/<int:project_id>/amend/<slug:slug>/", changes.amend, name="amend_step"),
    path("projects/<int:project_id>/map/", map.show, name="map"),
    path("projects/<int:project_id>/map/fresh/", map.fresh, name="map_fresh"),
    path("projects/<int:project_id>/map/pdf/", map.pdf, name="map_pdf"),
    path("projects/<int:project_id>/map/landing/", map.landing, name="map_landing"),
    path("projects/<int:project_id>/map/routes/<int:item_id>/", map.routes, name="map_routes"),
    path("projects/<int:project_id>/map/due/<int:item_id>/", map.due, name="map_due"),
    path("projects/<int:project_id>/completion/", completion.show, name="completion"),
    path("items/<int:item_id>/", items.show, name="item"),
    path("items/<int:item_id>/submit/", items.submit, name="item_submit"),
    path("items/<int:item_id>/withdraw/", items.withdraw, name="item_withdraw"),
    path("items/<int:item_id>/commit/", commitments.commit, name="commit"),
    path("items/<int:item_id>/commit/letter/", commitments.letter, name="commit_letter"),
    path("items/<int:item_id>/commit/fulfilment/", commitments.fulfilment, name="fulfilment"),
    path("items/<int:item_id>/commit/difficulty/", commitments.difficulty, name="difficulty"),
    path("items/<int:item_id>/commit/regular/", commitments.regular, name="regular"),
    path("credit/", credit.show, name="credit"),
    path("credit/<int:event_id>/relief/", credit.relief, name="relief"),
    path("library/", library.show, name="library"),
    path("library/<int:file_id>/", library.one, name="library_file"),
    path("library/<int:file_id>/retire/", library.retire, name="library_retire"),
    path("library/<int:file_id>/restore/", library.restore, name="library_restore"),
    path("persons/", persons.show, name="persons"),
    path("persons/authorise/", persons.name_person, name="authorise"),
    path("persons/<int:binding_id>/end/", persons.end, name="end_binding"),
]
