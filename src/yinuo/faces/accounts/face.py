"""What this face brings to the frame of every page."""

from __future__ import annotations

from yinuo.ui.navigation import Link, own, roles

LINKS = (
    Link("入驻申请", "staff:admissions", menu=roles("window", "general_convener", "administrator")),
    Link("经办人", "unit:persons", menu=own),
)
