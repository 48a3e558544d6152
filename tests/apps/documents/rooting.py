"""What another process runs in a test: it must be importable without Django's models."""

from __future__ import annotations

from yinuo.engine.documents.development_ca import DevelopmentCA


def root_of(folder: str) -> bytes:
    return DevelopmentCA(folder).roots()[0]
