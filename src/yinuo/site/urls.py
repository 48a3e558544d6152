"""Every page's address: the site's own pages here, those of a face in the face's `urls.py`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from yinuo.site import (
    common,
    companies,
    downloads,
    early,
    front,
    guides,
    hall,
    inbox,
    library,
    load,
    passing,
    project_list,
    proofs,
    receipts,
    rules,
    saved,
    search,
    selfcheck,
    staff_item,
    staff_map,
    staff_project,
    told,
    unit_home,
    unit_item,
    unit_map,
    unit_project,
    verify,
    window_visit,
)

COMMON = [
    path("act-as/", common.act_as, name="act_as"),
    path("act-as/back/", common.step_back, name="step_back"),
    path("start/", common.start, name="start"),
    path("session/", common.session, name="session"),
    path("signed-in/", common.signed_in, name="signed_in"),
    path("messages/", common.messages, name="messages"),
    path("messages/<uuid:message_id>/read/", common.read_message, name="read_message"),
    path("documents/<int:document_id>/", common.document, name="document"),
    path("files/<int:file_id>/", common.file, name="file"),
]
STAFF = [
    path("", inbox.inbox, name="inbox"),
    path("filters/", saved.filters, name="filters"),
    path("export/<slug:name>/", downloads.export, name="export"),
    path("exports/<int:export_id>/", downloads.progress, name="made"),
    path("exports/<int:export_id>/file/", downloads.download, name="download"),
    path("hall/", hall.hall, name="hall"),
    path("hall/early/", early.early, name="early"),
    path("hall/load/", load.load, name="load"),
    path("reassign/", passing.reassign, name="reassign"),
    path("projects/", project_list.projects, name="projects"),
    path("projects/<int:project_id>/", staff_project.project, name="project"),
    path("projects/<int:project_id>/map/", staff_map.show, name="map"),
    path("projects/<int:project_id>/map/fresh/", staff_map.fresh, name="map_fresh"),
    path("projects/<int:project_id>/map/pdf/", staff_map.pdf, name="map_pdf"),
    path("projects/<int:project_id>/map/landing/", staff_map.landing, name="map_landing"),
    path("projects/<int:project_id>/map/routes/<int:item_id>/", staff_map.routes, name="map_routes"),
    path("projects/<int:project_id>/map/due/<int:item_id>/", staff_map.due, name="map_due"),
    path("projects/<int:project_id>/review/", staff_project.review, name="review"),
    path("projects/<int:project_id>/told/", told.told, name="told"),
    path("projects/<int:project_id>/manual/", staff_project.manual, name="manual"),
    path("projects/<int:project_id>/confirm/", staff_project.confirm, name="confirm"),
    path("items/<int:item_id>/", staff_item.item, name="item"),
    path("window/visits/<int:visit_id>/", window_visit.visit, name="window_visit"),
    path("window/visits/<int:visit_id>/close/", window_visit.close, name="window_close"),
    path("window/visits/<int:visit_id>/handout/", window_visit.handout, name="window_handout"),
    path("window/visits/<int:visit_id>/receipt/", window_visit.receipt, name="window_receipt"),
    path("window/handouts/<int:handout_id>/", window_visit.handout_paper, name="window_handout_paper"),
]
UNIT = [
    path("projects/", unit_home.projects, name="projects"),
    path("projects/<int:project_id>/", unit_project.show, name="project"),
    path("projects/<int:project_id>/certificate/", unit_project.certificate, name="certificate"),
    path("projects/<int:project_id>/poster/", unit_project.poster, name="poster"),
    path("projects/<int:project_id>/end/", unit_project.end, name="end"),
    path("projects/<int:project_id>/map/", unit_map.show, name="map"),
    path("projects/<int:project_id>/map/fresh/", unit_map.fresh, name="map_fresh"),
    path("projects/<int:project_id>/map/pdf/", unit_map.pdf, name="map_pdf"),
    path("projects/<int:project_id>/map/landing/", unit_map.landing, name="map_landing"),
    path("projects/<int:project_id>/map/routes/<int:item_id>/", unit_map.routes, name="map_routes"),
    path("projects/<int:project_id>/map/due/<int:item_id>/", unit_map.due, name="map_due"),
    path("items/<int:item_id>/", unit_item.show, name="item"),
    path("items/<int:item_id>/submit/", unit_item.submit, name="item_submit"),
    path("items/<int:item_id>/withdraw/", unit_item.withdraw, name="item_withdraw"),
    path("library/", library.show, name="library"),
    path("library/<int:file_id>/", library.one, name="library_file"),
    path("library/<int:file_id>/retire/", library.retire, name="library_retire"),
    path("library/<int:file_id>/restore/", library.restore, name="library_restore"),
]
PUBLIC = [
    path("", front.home, name="home"),
    path("about/", front.about, name="about"),
    path("accessibility/", front.accessibility, name="accessibility"),
    path("search/", search.search, name="search"),
    path("companies/<str:credit_code>/", companies.company, name="company"),
    path("check/", selfcheck.begin, name="check"),
    path("check/result/", selfcheck.result, name="check_result"),
    path("check/<slug:slug>/", selfcheck.topic, name="check_topic"),
    path("guides/", guides.index, name="guides"),
    path("guides/<slug:matter_id>/", guides.guide, name="guide"),
    path("verify/", verify.ask, name="verify"),
    path("verify/<str:project_code>/<str:credit_code>/", verify.certificate, name="certificate"),
    path("verify/<str:project_code>/<str:credit_code>/proof", proofs.of_certificate, name="certificate_proof"),
    path("chain/verify/", proofs.check, name="proof"),
    path("chain/verify/alone.html", proofs.alone, name="proof_alone"),
    path("rules/", rules.overview, name="rules"),
    path("rules/ask/", rules.ask, name="rules_ask"),
    path("rules/<slug:section>/", rules.section, name="rules_section"),
    path("receipts/", receipts.find, name="receipts"),
    path("receipts/<str:receipt_no>/", receipts.receipt, name="receipt"),
]


def faces() -> list[ModuleType]:
    """The `urls` of every face, low to high."""
    names = [f"yinuo.faces.{part}" for part in settings.OWN_APPS]
    return [import_module(f"{name}.urls") for name in names if find_spec(name)]


def all_of(kind: str) -> list[Any]:
    """What the site and every face bring of one kind: STAFF, UNIT, PUBLIC, ENTRANCE or API."""
    return [*globals().get(kind, ()), *(entry for face in faces() for entry in getattr(face, kind, ()))]


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((COMMON, "common"))),
    path("styleguide/", include("yinuo.ui.styleguide.urls")),
    path("", include((all_of("PUBLIC"), "public"))),
    path("", include((all_of("ENTRANCE"), "entrance"))),
    path("", include((all_of("UNIT"), "unit"))),
    path("staff/", include((all_of("STAFF"), "staff"))),
]
