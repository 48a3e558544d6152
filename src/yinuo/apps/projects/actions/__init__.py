"""Every write to a project: filing, what changes it, and what its unit reports of building."""

from yinuo.apps.projects.actions.changes import amend, complete, decide_by_hand, end_project, recode, terminate, withdraw_filing
from yinuo.apps.projects.actions.drafts import open_draft, save_draft
from yinuo.apps.projects.actions.filing import Filing, assign_code, certificate_number, file_project
from yinuo.apps.projects.actions.life import (
    answer_question,
    ask_question,
    end_participant,
    pass_question,
    report_participant,
    report_progress,
)
from yinuo.apps.projects.actions.locking import lock
from yinuo.apps.projects.actions.papers import certificate_paper, site_poster

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
    "end_participant",
    "end_project",
    "file_project",
    "lock",
    "open_draft",
    "pass_question",
    "recode",
    "report_participant",
    "report_progress",
    "save_draft",
    "site_poster",
    "terminate",
    "withdraw_filing",
]
