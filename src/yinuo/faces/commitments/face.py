"""What this face brings to the frame of every page."""

from __future__ import annotations

from yinuo.ui.navigation import WATCHING, Link, roles

LINKS = (Link("承诺复核", "staff:promise_reviews", menu=roles(*WATCHING)),)
