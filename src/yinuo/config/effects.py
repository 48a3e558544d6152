"""Effects upward: what a verb in a lower room sets off in a higher one, in this order.

Shape: (verb, dotted handler, "in" = inside the action's transaction, "after" = a job after commit).
"""

from __future__ import annotations

EFFECTS: list[tuple[str, str, str]] = [
    ("work.yellow", "yinuo.apps.notices.effects.light_turned", "in"),
    ("work.red", "yinuo.apps.notices.effects.light_turned", "in"),
    ("work.due_today", "yinuo.apps.notices.effects.due_today", "in"),
    ("work.remind", "yinuo.apps.notices.effects.reminded", "in"),
    ("work.lapsed", "yinuo.apps.onemap.effects.lapsed", "in"),
    ("work.pause_ended", "yinuo.apps.onemap.effects.pause_ended", "in"),
    ("work.lapsed", "yinuo.apps.agency.effects.lapsed", "in"),
    ("projects.withdraw_filing", "yinuo.apps.agency.effects.project_ended", "in"),
    ("projects.terminate", "yinuo.apps.agency.effects.project_ended", "in"),
    ("onemap.submit_materials", "yinuo.apps.agency.effects.handed_in", "in"),
    ("onemap.accept", "yinuo.apps.agency.effects.accepted", "in"),
    ("credit.grade_changed", "yinuo.apps.agency.tasks.grade_changed", "after"),
    ("credit.list_at_province", "yinuo.apps.agency.tasks.grade_changed", "after"),
    ("projects.withdraw_filing", "yinuo.apps.onemap.effects.project_ended", "in"),
    ("projects.terminate", "yinuo.apps.onemap.effects.project_ended", "in"),
    ("projects.withdraw_filing", "yinuo.apps.commitments.effects.project_ended", "in"),
    ("projects.terminate", "yinuo.apps.commitments.effects.project_ended", "in"),
    ("projects.complete", "yinuo.apps.onemap.effects.project_completed", "in"),
    ("projects.confirm_facts", "yinuo.apps.onemap.effects.facts_changed", "in"),
    ("projects.amend", "yinuo.apps.onemap.effects.facts_changed", "in"),
    ("work.reassign", "yinuo.apps.onemap.effects.reassigned", "in"),
    ("onemap.completion_ready", "yinuo.apps.commitments.effects.completion_ready", "in"),
    ("onemap.grant", "yinuo.apps.commitments.effects.item_concluded", "in"),
    ("onemap.take_in_result", "yinuo.apps.commitments.effects.item_concluded", "in"),
    ("work.lapsed", "yinuo.apps.regional.effects.lapsed", "in"),
    ("onemap.share_result", "yinuo.apps.regional.effects.shared", "in"),
    ("onemap.unshare", "yinuo.apps.regional.effects.given_back", "in"),
    ("onemap.grant", "yinuo.apps.regional.effects.granted", "in"),
    ("commitments.close_notice", "yinuo.apps.land.effects.notice_over", "in"),
    ("commitments.answer_objection", "yinuo.apps.land.effects.notice_over", "in"),
    ("work.lapsed", "yinuo.apps.land.effects.term_over", "in"),
    ("projects.withdraw_filing", "yinuo.apps.land.effects.project_ended", "in"),
    ("projects.terminate", "yinuo.apps.land.effects.project_ended", "in"),
]
