"""What the information chain is told of a document, and what it would be told now: an audit compares the two."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import BinaryField, F, Func

from yinuo.engine.documents.models import Document


def content(document: Document) -> dict[str, Any]:
    """Which document it is, and the SHA-256 of everything its paper says."""
    said = {"kind": document.kind, "number": document.number, "data": _steady(document.data)}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {
        "document": document.pk,
        "kind": document.kind,
        "number": document.number,
        "content_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def _steady(value: Any) -> Any:
    """As it is read back from the database: there a number is a number, however it was written."""
    if isinstance(value, dict):
        return {str(name): _steady(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_steady(one) for one in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{Decimal(str(value)).normalize():f}"
    return value


def contents_now(leaves: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any] | None]:
    """For leaves of actions that issued documents: those documents, by their contents as they stand."""
    asked = {one["document"] for _, said in leaves for one in said["documents"]}
    known = {row.pk: content(row) for row in Document.objects.filter(pk__in=asked)}
    return [{"documents": [known.get(one["document"]) for one in said["documents"]]} for _, said in leaves]


def signed_standing() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every paper somebody signed."""
    for key, code in (
        Document.objects.filter(file__isnull=False).exclude(signer="").values_list("pk", "project_code").iterator()
    ):
        yield code or f"{Document._meta.label_lower}:{key}", (str(key),)


def signed_now(leaves: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any] | None]:
    """For leaves of signed papers: the paper's digest, taken anew from its bytes, and its contents'."""
    digest = Func(F("file__content"), function="sha256", output_field=BinaryField())
    rows = Document.objects.filter(pk__in=[said["document"] for _, said in leaves], file__isnull=False).annotate(
        paper=digest
    )
    known = {row.pk: content(row) | {"sha256": bytes(row.paper).hex()} for row in rows}
    return [known.get(said["document"]) for _, said in leaves]
