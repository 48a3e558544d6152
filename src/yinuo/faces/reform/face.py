"""What this face brings to the frame of every page."""

from __future__ import annotations

from yinuo.ui.navigation import Link, roles

LINKS = (
    # Those who draft and sign have it in their bar.
    Link("改革推进情况", "staff:reform", menu=roles("approver", "supervisor", "general_convener")),
)
