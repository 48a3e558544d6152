"""What this face brings to the frame of every page."""

from __future__ import annotations

from yinuo.ui.navigation import Link, roles

LINKS = (Link("承诺事项", "staff:offers", menu=roles("approver", "principal")),)
