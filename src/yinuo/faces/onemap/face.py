"""What this face brings to the frame of every page."""

from __future__ import annotations

from yinuo.ui.navigation import Link, staff

LINKS = (Link("1+X 协调", "staff:coordination", menu=staff),)
