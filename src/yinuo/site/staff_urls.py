from __future__ import annotations

from django.urls import include, path

from yinuo.faces.accounts import staff as admissions
from yinuo.faces.agency import (
    staff as agency,
)
from yinuo.faces.agency import (
    staff_bodies as agency_bodies,
)
from yinuo.faces.agency import (
    staff_package as agency_package,
)
from yinuo.faces.agency import (
    staff_province as agency_province,
)
from yinuo.faces.catalogue import staff as offers
from yinuo.faces.commitments import (
    staff as commitments,
)
from yinuo.faces.commitments import (
    staff_completion as completion,
)
from yinuo.faces.commitments import (
    staff_reviews as promise_reviews,
)
from yinuo.faces.commitments import (
    staff_rulings as rulings,
)
from yinuo.faces.credit import (
    staff as credit,
)
from yinuo.faces.credit import (
    staff_evaluations as evaluations,
)
from yinuo.faces.credit import (
    staff_public as public_credit,
)
from yinuo.faces.credit import (
    staff_queue as credit_queue,
)
from yinuo.faces.deficient import staff as deficient
from yinuo.faces.grants import staff as grants
from yinuo.faces.infochain import staff as chain
from yinuo.faces.land import staff as parcel
from yinuo.faces.land import staff_input as land_input
from yinuo.faces.land import staff_parcels as parcels
from yinuo.faces.mock import staff as mock
from yinuo.faces.onemap import (
    staff_coordination as coordination,
)
from yinuo.faces.onemap import (
    staff_guidance as guidance,
)
from yinuo.faces.onemap import (
    staff_later as later,
)
from yinuo.faces.onemap import (
    staff_rules_on as rules_on,
)
from yinuo.faces.people import staff as people
from yinuo.faces.people import staff_reserved as reserved
from yinuo.faces.projects import staff_questions as questions
from yinuo.faces.window import (
    staff as window,
)
from yinuo.faces.window import staff_account as window_account
from yinuo.faces.window import staff_promise as window_promise
from yinuo.site import (
    downloads,
    early,
    hall,
    inbox,
    load,
    passing,
    project_list,
    saved,
    told,
    window_visit,
)
from yinuo.site import (
    staff_item as items,
)
from yinuo.site import staff_map as maps
from yinuo.site import (
    staff_project as projects,
)

app_name = "staff"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("filters/", saved.filters, name="filters"),
    path("export/<slug:name>/", downloads.export, name="export"),
    path("exports/<int:export_id>/", downloads.progress, name="made"),
    path("exports/<int:export_id>/file/", downloads.download, name="download"),
    path("hall/", hall.hall, name="hall"),
    path("hall/early/", early.early, name="early"),
    path("hall/load/", load.load, name="load"),
    path("", include("yinuo.faces.regional.staff_urls")),
    path("", include("yinuo.faces.reviews.staff_urls")),
    path("chain/", chain.chain, name="chain"),
    path("nodes/", grants.nodes, name="nodes"),
    path("nodes/<int:node_id>/retire/", grants.retire, name="node_retire"),
    path("grants/", grants.orders, name="grants"),
    path("grants/new/", grants.order, name="grant_new"),
    path("grants/<int:grant_id>/withdraw/", grants.withdraw, name="grant_withdraw"),
    path("", include("yinuo.faces.oversight.staff_urls")),
    path("", include("yinuo.faces.figures.staff_urls")),
    path("", include("yinuo.faces.halls.staff_urls")),
    path("", include("yinuo.faces.reform.staff_urls")),
    path("", include("yinuo.faces.inspections.staff_urls")),
    path("reassign/", passing.reassign, name="reassign"),
    path("people/", people.people, name="people"),
    path("reserved/", reserved.reserved, name="reserved"),
    path("reserved/<int:unit_id>/", reserved.code, name="reserved_code"),
    path("questions/", questions.questions, name="questions"),
    path("questions/<int:question_id>/", questions.question, name="question"),
    path("delegation/", people.delegation, name="delegation"),
    path("agency/", agency.desk, name="agency"),
    path("agency/bodies/", agency_bodies.bodies, name="agency_bodies"),
    path("agency/province/", agency_province.province, name="agency_province"),
    path("agency/applications/<int:application_id>/", agency.application, name="agency_request"),
    path("agency/<int:agreement_id>/", agency.service, name="agency_service"),
    path("agency/<int:agreement_id>/package/", agency_package.package, name="agency_package"),
    path("parcels/", parcels.parcels, name="parcels"),
    path("parcels/<int:parcel_id>/", parcel.parcel, name="parcel"),
    path("land-inputs/<int:input_id>/", land_input.land_input, name="land_input"),
    path("projects/", project_list.projects, name="projects"),
    path("projects/<int:project_id>/", projects.project, name="project"),
    path("projects/<int:project_id>/map/", maps.show, name="map"),
    path("projects/<int:project_id>/map/fresh/", maps.fresh, name="map_fresh"),
    path("projects/<int:project_id>/map/pdf/", maps.pdf, name="map_pdf"),
    path("projects/<int:project_id>/map/landing/", maps.landing, name="map_landing"),
    path("projects/<int:project_id>/map/routes/<int:item_id>/", maps.routes, name="map_routes"),
    path("projects/<int:project_id>/map/due/<int:item_id>/", maps.due, name="map_due"),
    path("projects/<int:project_id>/mock/", mock.of_project, name="project_mock"),
    path("projects/<int:project_id>/review/", projects.review, name="review"),
    path("projects/<int:project_id>/told/", told.told, name="told"),
    path("projects/<int:project_id>/manual/", projects.manual, name="manual"),
    path("projects/<int:project_id>/confirm/", projects.confirm, name="confirm"),
    path("projects/<int:project_id>/rules/", rules_on.rules_on, name="rules_on"),
    path("guidance/<int:answer_id>/", guidance.guidance, name="guidance"),
    path("items/<int:item_id>/", items.item, name="item"),
    path("items/<int:item_id>/coordinate/", coordination.ask, name="coordinate"),
    path("coordination/", coordination.index, name="coordination"),
    path("coordination/<int:coordination_id>/", coordination.one, name="coordination_one"),
    path("deficient/", deficient.index, name="deficient"),
    path("deficient/tolerances/", deficient.published, name="tolerances"),
    path("deficient/tolerances/<slug:matter_id>/", deficient.publish, name="tolerance"),
    path("deficient/<int:deficient_id>/", deficient.one, name="deficient_one"),
    path("offers/", offers.offers, name="offers"),
    path("offers/<slug:matter_id>/", offers.offer, name="offer"),
    path("later/<int:asked_id>/", later.later, name="later"),
    path("commitments/reviews/", promise_reviews.reviews, name="promise_reviews"),
    path("commitments/<int:commitment_id>/", commitments.commitment, name="commitment"),
    path("commitments/<int:commitment_id>/review/", promise_reviews.review, name="promise_review"),
    path("objections/<int:objection_id>/", commitments.objection, name="objection"),
    path("difficulties/<int:difficulty_id>/", commitments.difficulty, name="difficulty"),
    path("completion/<int:project_id>/", completion.completion, name="completion"),
    path("mock/", mock.mocks, name="mocks"),
    path("mock/forms/<slug:kind>/", mock.blank, name="mock_blank"),
    path("mock/new/<int:project_id>/", mock.new, name="mock_new"),
    path("mock/<int:application_id>/", mock.mock, name="mock"),
    path("mock/<int:application_id>/circulation/", mock.circulation, name="mock_circulation"),
    path("mock/<int:application_id>/items/<int:item_id>/", mock.hand_in, name="mock_hand_in"),
    path("window/", window.desk, name="window"),
    path("window/units/new/", window.unit, name="window_unit"),
    path("window/units/<int:unit_id>/open/", window.open_one, name="window_open"),
    path("window/visits/<int:visit_id>/", window_visit.visit, name="window_visit"),
    path("window/visits/<int:visit_id>/account/", window_account.account, name="window_account"),
    path("admissions/", admissions.admissions, name="admissions"),
    path("admissions/<int:admission_id>/", admissions.admission, name="admission"),
    path("window/visits/<int:visit_id>/close/", window_visit.close, name="window_close"),
    path("window/visits/<int:visit_id>/handout/", window_visit.handout, name="window_handout"),
    path("window/visits/<int:visit_id>/items/<int:item_id>/promise/", window_promise.promise, name="window_promise"),
    path("window/visits/<int:visit_id>/items/<int:item_id>/promise/letter/", window_promise.letter, name="window_promise_letter"),
    path("window/visits/<int:visit_id>/receipt/", window_visit.receipt, name="window_receipt"),
    path("window/handouts/<int:handout_id>/", window_visit.handout_paper, name="window_handout_paper"),
    path("credit/", credit_queue.queue, name="credit"),
    path("commitments/<int:commitment_id>/ruling/", rulings.propose, name="propose_ruling"),
    path("rulings/<int:ruling_id>/", rulings.ruling, name="ruling"),
    path("credit/public/", public_credit.show, name="public_credit"),
    path("credit/evaluations/", evaluations.evaluations, name="evaluations"),
    path("credit/evaluations/table/", evaluations.table, name="evaluation_table"),
    path("credit/evaluations/<int:batch_id>/", evaluations.batch, name="evaluation_batch"),
    path("credit/propose/", credit.propose, name="propose"),
    path("credit/<int:proposal_id>/", credit.proposal, name="proposal"),
    path("reliefs/<int:relief_id>/", credit.relief, name="relief"),
    path("units/<int:unit_id>/credit/", credit.unit, name="unit_credit"),
]
