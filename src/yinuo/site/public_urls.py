from __future__ import annotations

from django.urls import include, path

from yinuo.faces.agency import public as agency
from yinuo.faces.commitments import public as zone
from yinuo.faces.commitments import public_feed as feed
from yinuo.faces.figures import public as figures
from yinuo.faces.halls import public as halls
from yinuo.faces.halls import public_bulletins as bulletins
from yinuo.faces.infochain import public as chain
from yinuo.faces.inspections import public as inspections
from yinuo.faces.land import public as parcels
from yinuo.faces.projects import public_answers as answers
from yinuo.faces.projects import public_benefits as benefits
from yinuo.faces.reform import public as reform
from yinuo.faces.reviews import public as reviews
from yinuo.site import (
    companies,
    guides,
    proofs,
    receipts,
    rules,
    search,
    selfcheck,
    verify,
)
from yinuo.site import (
    front as home,
)

app_name = "public"
urlpatterns = [
    path("", home.home, name="home"),
    path("about/", home.about, name="about"),
    path("accessibility/", home.accessibility, name="accessibility"),
    path("search/", search.search, name="search"),
    path("companies/<str:credit_code>/", companies.company, name="company"),
    path("check/", selfcheck.begin, name="check"),
    path("check/result/", selfcheck.result, name="check_result"),
    path("check/<slug:slug>/", selfcheck.topic, name="check_topic"),
    path("guides/", guides.index, name="guides"),
    path("guides/<slug:matter_id>/", guides.guide, name="guide"),
    path("", include("yinuo.faces.regional.public_urls")),
    path("forms/deficient/<slug:form>/", guides.gap_form, name="gap_form"),
    path("zone/", zone.index, name="zone"),
    path("zone/feed/", feed.notices, name="zone_feed"),
    path("zone/<int:commitment_id>/", zone.commitment, name="commitment"),
    path("reviews/<str:token>/", reviews.review, name="review"),
    path("objections/<str:receipt_no>/", zone.objection, name="objection"),
    path("parcels/", parcels.index, name="parcels"),
    path("parcels/<int:parcel_id>/", parcels.parcel, name="parcel"),
    path("figures/", figures.index, name="figures"),
    path("halls/", halls.index, name="halls"),
    path("halls/<int:hall_id>/", halls.hall, name="hall"),
    path("answers/", answers.answers, name="answers"),
    path("benefits/", benefits.benefits, name="benefits"),
    path("reform/", reform.index, name="reform"),
    path("reform/<int:publication_id>/", reform.report, name="reform_report"),
    path("reform/<int:publication_id>/paper/", reform.paper, name="reform_paper"),
    path("halls/bulletins/", bulletins.index, name="bulletins"),
    path("halls/bulletins/<int:bulletin_id>/", bulletins.bulletin, name="bulletin"),
    path("halls/bulletins/<int:bulletin_id>/paper/", bulletins.paper, name="bulletin_paper"),
    path("halls/honours/", bulletins.honours, name="honours"),
    path("random-inspections/", inspections.index, name="inspections"),
    path("random-inspections/<int:plan_id>/", inspections.plan, name="inspection_plan"),
    path("random-inspections/<int:plan_id>/draw.json", inspections.draw_file, name="draw_file"),
    path("random-inspections/<int:plan_id>/<slug:leaf>.tlog-proof", inspections.proof, name="draw_proof"),
    path("verify/", verify.ask, name="verify"),
    path("agency/", agency.agency, name="agency"),
    path("verify/<str:project_code>/<str:credit_code>/", verify.certificate, name="certificate"),
    path("verify/<str:project_code>/<str:credit_code>/proof", proofs.of_certificate, name="certificate_proof"),
    path("chain/", chain.page, name="chain"),
    path("chain/verify/", proofs.check, name="proof"),
    path("chain/verify/alone.html", proofs.alone, name="proof_alone"),
    path("chain/checkpoint", chain.checkpoint, name="chain_checkpoint"),
    path("chain/policy", chain.policy_file, name="chain_policy"),
    path("chain/keys", chain.keys, name="chain_keys"),
    path("chain/evidence", chain.evidence, name="chain_evidence"),
    path("chain/cosignatures", chain.cosignatures, name="chain_cosignatures"),
    path("chain/tile/<path:path>", chain.tile, name="chain_tile"),
    path("chain/sm3/checkpoint", chain.checkpoint, {"twin": True}, name="chain_twin_checkpoint"),
    path("chain/sm3/policy", chain.policy_file, {"twin": True}, name="chain_twin_policy"),
    path("chain/sm3/tile/<path:path>", chain.tile, {"twin": True}, name="chain_twin_tile"),
    path("rules/", rules.overview, name="rules"),
    path("rules/ask/", rules.ask, name="rules_ask"),
    path("rules/<slug:section>/", rules.section, name="rules_section"),
    path("receipts/", receipts.find, name="receipts"),
    path("receipts/<str:receipt_no>/", receipts.receipt, name="receipt"),
]
