"""The company's pages."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.accounts import unit as persons
from yinuo.faces.agency import unit as agency
from yinuo.faces.commitments import (
    unit as commitments,
)
from yinuo.faces.commitments import (
    unit_audit as audit,
)
from yinuo.faces.commitments import (
    unit_completion as completion,
)
from yinuo.faces.commitments import (
    unit_promises as promises,
)
from yinuo.faces.commitments import (
    unit_rulings as rulings,
)
from yinuo.faces.credit import unit as credit
from yinuo.faces.deficient import unit as deficient
from yinuo.faces.grants import unit as grants
from yinuo.faces.inspections import unit as inspections
from yinuo.faces.land import unit as land
from yinuo.faces.mock import unit as mock
from yinuo.faces.onemap import unit_again as again
from yinuo.faces.oversight import unit as warnings
from yinuo.faces.projects import (
    unit_benefits as benefits,
)
from yinuo.faces.projects import (
    unit_building as building,
)
from yinuo.faces.projects import (
    unit_changes as changes,
)
from yinuo.faces.projects import (
    unit_filing as filing,
)
from yinuo.faces.projects import (
    unit_questions as questions,
)
from yinuo.faces.regional import unit as sharing
from yinuo.faces.reviews import unit as reviews
from yinuo.site import (
    library,
)
from yinuo.site import (
    unit_home as home,
)
from yinuo.site import (
    unit_item as items,
)
from yinuo.site import unit_map as map
from yinuo.site import (
    unit_project as project,
)

app_name = "unit"
urlpatterns = [
    path("items/<int:item_id>/review/", reviews.review, name="review"),
    path("services/<int:service_id>/review/", reviews.service, name="service_review"),
    path("projects/", home.projects, name="projects"),
    path("filing/", filing.begin, name="filing"),
    path("filing/<int:draft_id>/check/", filing.check, name="filing_check"),
    path("filing/<int:draft_id>/done/", filing.done, name="filing_done"),
    path("filing/<int:draft_id>/<slug:slug>/", filing.step, name="filing_step"),
    path("projects/<int:project_id>/", project.show, name="project"),
    path("projects/<int:project_id>/certificate/", project.certificate, name="certificate"),
    path("projects/<int:project_id>/poster/", project.poster, name="poster"),
    path("projects/<int:project_id>/report/", building.report, name="report"),
    path("projects/<int:project_id>/participants/", building.participants, name="participants"),
    path("projects/<int:project_id>/participants/<int:participant_id>/end/", building.leaving, name="participant_end"),
    path("projects/<int:project_id>/questions/", questions.ask, name="questions"),
    path("projects/<int:project_id>/benefits/", benefits.show, name="benefits"),
    path("projects/<int:project_id>/end/", project.end, name="end"),
    path("projects/<int:project_id>/agency/", agency.show, name="agency"),
    path("projects/<int:project_id>/agency/apply/", agency.apply, name="agency_apply"),
    path("projects/<int:project_id>/amend/", changes.choose, name="amend"),
    path("projects/<int:project_id>/amend/<slug:slug>/", changes.amend, name="amend_step"),
    path("projects/<int:project_id>/map/", map.show, name="map"),
    path("projects/<int:project_id>/map/fresh/", map.fresh, name="map_fresh"),
    path("projects/<int:project_id>/map/pdf/", map.pdf, name="map_pdf"),
    path("projects/<int:project_id>/map/landing/", map.landing, name="map_landing"),
    path("projects/<int:project_id>/map/routes/<int:item_id>/", map.routes, name="map_routes"),
    path("projects/<int:project_id>/map/due/<int:item_id>/", map.due, name="map_due"),
    path("rulings/<int:ruling_id>/", rulings.show, name="ruling"),
    path("projects/<int:project_id>/audit/", audit.show, name="audit"),
    path("projects/<int:project_id>/completion/", completion.show, name="completion"),
    path("projects/<int:project_id>/land/", land.settle, name="project_land"),
    path("projects/<int:project_id>/mock/", mock.show, name="mock"),
    path("mock/forms/<slug:kind>/", mock.blank, name="mock_blank"),
    path("land/", land.show, name="land"),
    path("land/<int:parcel_id>/", land.parcel, name="land_parcel"),
    path("items/<int:item_id>/", items.show, name="item"),
    path("items/<int:item_id>/submit/", items.submit, name="item_submit"),
    path("items/<int:item_id>/share/", sharing.share, name="item_share"),
    path("items/<int:item_id>/withdraw/", items.withdraw, name="item_withdraw"),
    path("items/<int:item_id>/deficient/", deficient.show, name="deficient"),
    path("items/<int:item_id>/deficient/supply/", deficient.supply, name="deficient_supply"),
    path("items/<int:item_id>/again/", again.again, name="again"),
    path("items/<int:item_id>/promise-instead/", again.to_promise, name="to_promise"),
    path("items/<int:item_id>/document/", again.later, name="later"),
    path("items/<int:item_id>/document/withdraw/", again.later_withdraw, name="later_withdraw"),
    path("items/<int:item_id>/remedy/", again.remedy, name="remedy"),
    path("items/<int:item_id>/commit/", commitments.commit, name="commit"),
    path("items/<int:item_id>/commit/letter/", commitments.letter, name="commit_letter"),
    path("items/<int:item_id>/commit/fulfilment/", commitments.fulfilment, name="fulfilment"),
    path("items/<int:item_id>/commit/difficulty/", commitments.difficulty, name="difficulty"),
    path("items/<int:item_id>/commit/regular/", commitments.regular, name="regular"),
    path("grants/", grants.show, name="grants"),
    path("grants/new/", grants.give, name="grant_new"),
    path("grants/<int:grant_id>/withdraw/", grants.withdraw, name="grant_withdraw"),
    path("credit/", credit.show, name="credit"),
    path("credit/<int:event_id>/relief/", credit.relief, name="relief"),
    path("credit/reliefs/<int:relief_id>/review/", credit.review, name="review_relief"),
    path("promises/", promises.show, name="promises"),
    path("inspections/", inspections.show, name="inspections"),
    path("inspections/<int:inspection_id>/", inspections.one, name="inspection"),
    path("questions/", questions.show, name="all_questions"),
    path("library/", library.show, name="library"),
    path("library/<int:file_id>/", library.one, name="library_file"),
    path("library/<int:file_id>/retire/", library.retire, name="library_retire"),
    path("library/<int:file_id>/restore/", library.restore, name="library_restore"),
    path("warnings/<int:warning_id>/", warnings.show, name="warning"),
    path("persons/", persons.show, name="persons"),
    path("persons/authorise/", persons.name_person, name="authorise"),
    path("persons/<int:binding_id>/end/", persons.end, name="end_binding"),
    path("invitations/<int:invitation_id>/take-back/", persons.uninvite, name="uninvite"),
]
