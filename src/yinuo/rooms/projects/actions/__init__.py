"""Every write to a project: filing, what changes it, and what its unit reports of building."""

from yinuo.rooms.projects.actions.amending import amend, decide_change, withdraw_change
from yinuo.rooms.projects.actions.changes import (
    complete,
    decide_by_hand,
    end_project,
    recode,
    terminate,
    withdraw_filing,
)
from yinuo.rooms.projects.actions.drafts import open_draft, save_draft
from yinuo.rooms.projects.actions.filing import Filing, assign_code, certificate_number, file_project
from yinuo.rooms.projects.actions.life import (
    answer_question,
    ask_question,
    end_participant,
    pass_question,
    publish_answer,
    report_participant,
    report_progress,
    withdraw_answer,
)
from yinuo.rooms.projects.actions.locking import lock
from yinuo.rooms.projects.actions.papers import certificate_paper, renew_certificate, renew_certificates, site_poster
from yinuo.rooms.projects.actions.stopping import lift_stop, need_not_stopped, stop_building

__all__ = [
    "Filing",
    "amend",
    "answer_question",
    "ask_question",
    "assign_code",
    "certificate_number",
    "certificate_paper",
    "complete",
    "decide_by_hand",
    "decide_change",
    "end_participant",
    "end_project",
    "file_project",
    "lift_stop",
    "lock",
    "need_not_stopped",
    "open_draft",
    "pass_question",
    "publish_answer",
    "recode",
    "renew_certificate",
    "renew_certificates",
    "report_participant",
    "report_progress",
    "save_draft",
    "site_poster",
    "stop_building",
    "terminate",
    "withdraw_answer",
    "withdraw_change",
    "withdraw_filing",
]
