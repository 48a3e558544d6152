from __future__ import annotations

from django.urls import include, path

from yinuo.web.public import agency, chain, companies, feed, guides, home, parcels, proofs, receipts, rules, search, selfcheck, verify, zone

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
    path("", include("yinuo.web.public.regional_urls")),
    path("forms/deficient/<slug:form>/", guides.gap_form, name="gap_form"),
    path("zone/", zone.index, name="zone"),
    path("zone/feed/", feed.notices, name="zone_feed"),
    path("zone/<int:commitment_id>/", zone.commitment, name="commitment"),
    path("objections/<str:receipt_no>/", zone.objection, name="objection"),
    path("parcels/", parcels.index, name="parcels"),
    path("parcels/<int:parcel_id>/", parcels.parcel, name="parcel"),
    path("verify/", verify.ask, name="verify"),
    path("agency/", agency.agency, name="agency"),
    path("verify/<str:project_code>/<str:credit_code>/", verify.certificate, name="certificate"),
    path("verify/<str:project_code>/<str:credit_code>/proof", proofs.of_certificate, name="certificate_proof"),
    path("chain/", chain.page, name="chain"),
    path("chain/verify/", proofs.check, name="proof"),
    path("chain/checkpoint", chain.checkpoint, name="chain_checkpoint"),
    path("chain/policy", chain.policy_file, name="chain_policy"),
    path("chain/keys", chain.keys, name="chain_keys"),
    path("chain/cosignatures", chain.cosignatures, name="chain_cosignatures"),
    path("chain/tile/<path:path>", chain.tile, name="chain_tile"),
    path("rules/", rules.overview, name="rules"),
    path("rules/ask/", rules.ask, name="rules_ask"),
    path("rules/<slug:section>/", rules.section, name="rules_section"),
    path("receipts/", receipts.find, name="receipts"),
    path("receipts/<str:receipt_no>/", receipts.receipt, name="receipt"),
]
