"""区域评估: from asking the departments to the published result, its upkeep, and the fees (附件3)."""

from yinuo.rooms.regional.actions.fees import settle_fee
from yinuo.rooms.regional.actions.process import (
    approve_assessment,
    begin_assessment,
    cancel_assessment,
    commission_assessment,
    give_opinion,
    record_report,
    return_assessment,
    submit_assessment,
)
from yinuo.rooms.regional.actions.publishing import publish_assessment, withdraw_result
from yinuo.rooms.regional.actions.zones import close_zone, open_zone

__all__ = [
    "approve_assessment",
    "begin_assessment",
    "cancel_assessment",
    "close_zone",
    "commission_assessment",
    "give_opinion",
    "open_zone",
    "publish_assessment",
    "record_report",
    "return_assessment",
    "settle_fee",
    "submit_assessment",
    "withdraw_result",
]
