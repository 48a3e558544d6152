"""Where the pages of this face are reached, and its part of the API."""

from __future__ import annotations

from django.urls import path

from yinuo.faces.infochain import public, staff

STAFF = [
    path("chain/", staff.chain, name="chain"),
]
PUBLIC = [
    path("chain/", public.page, name="chain"),
    path("chain/checkpoint", public.checkpoint, name="chain_checkpoint"),
    path("chain/policy", public.policy_file, name="chain_policy"),
    path("chain/keys", public.keys, name="chain_keys"),
    path("chain/evidence", public.evidence, name="chain_evidence"),
    path("chain/cosignatures", public.cosignatures, name="chain_cosignatures"),
    path("chain/tile/<path:path>", public.tile, name="chain_tile"),
    path("chain/sm3/checkpoint", public.checkpoint, {"twin": True}, name="chain_twin_checkpoint"),
    path("chain/sm3/policy", public.policy_file, {"twin": True}, name="chain_twin_policy"),
    path("chain/sm3/tile/<path:path>", public.tile, {"twin": True}, name="chain_twin_tile"),
]
