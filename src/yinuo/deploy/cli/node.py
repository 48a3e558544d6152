"""`yinuo node`: a node of the information chain; a program of its own that only happens to be installed here."""

from __future__ import annotations

from yinuo.node.command import app

__all__ = ["app"]
