"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from django.db.models import TextChoices

from yinuo.engine.register import SITE, SMS, Effect, Register, Text, Words


class ReviewsWork(TextChoices):
    ASSIGN = "bad_review_assign", "差评转办"
    RECTIFY = "bad_review_rectify", "差评核实整改"
    CHECK = "bad_review_check", "差评答复审核"
    CALL_BACK = "bad_review_call_back", "差评回访"


VERBS = {
    "reviews.answer": Words("答复差评"),
    "reviews.appeal": Words("申诉差评"),
    "reviews.ask": Words("请企业评价服务"),
    "reviews.assign": Words("转办差评"),
    "reviews.check": Words("审核差评答复"),
    "reviews.close": Words("回访并办结差评"),
    "reviews.decide_appeal": Words("复核差评申诉"),
    "reviews.give": Words("评价办理"),
}


NOTICES = {
    "review_invited": Text("请您评价", "【一诺】“{matter}”已办结，请评价这次服务：{link}", (SITE, SMS)),
    "bad_review": Text("收到差评", "【一诺】“{matter}”收到差评，请在 {due} 前办理。", (SITE, SMS)),
    "review_answered": Text("您的评价已有答复", "【一诺】您对“{matter}”的评价已核实：{answer}", (SITE, SMS)),
}


EFFECTS = (
    Effect("onemap.grant", "effects.invite"),
    Effect("onemap.refuse", "effects.invite"),
    Effect("onemap.refuse_acceptance", "effects.invite"),
)


ROOM = Register(
    work=ReviewsWork,
    verbs=VERBS,
    notices=NOTICES,
    effects=EFFECTS,
)
