"""What this face brings to the frame of every page."""

from __future__ import annotations

from yinuo.ui.navigation import Link, whole_unit

LINKS = (Link("提问与答复", "unit:all_questions", menu=whole_unit),)
